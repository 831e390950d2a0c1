package api

import (
	"encoding/json"

	"steward/internal/desk"
	"steward/internal/request"
)

// wishBody is what is asked for.
type wishBody struct {
	Kind   string          `json:"kind"`
	Tenant string          `json:"tenant,omitempty" says:"May be left out when you see one tenant only."`
	Params json.RawMessage `json:"params"`
	Reason string          `json:"reason,omitempty" says:"For whoever decides."`
	// NotBefore is a day.
	NotBefore string `json:"not_before,omitempty" says:"A day (2026-12-31) before which it is not carried out."`
	Submit    *bool  `json:"submit,omitempty" says:"False keeps it as a draft. True when left out."`
	Key       string `json:"key,omitempty" says:"Your own name for this request, 8 to 64 letters, digits, - and _: sent again with the same one, nothing is made twice and the first answer comes back."`
}

type partyBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type stageBody struct {
	Order int    `json:"order"`
	Count int    `json:"count" says:"How many people must agree."`
	Role  string `json:"role"`
	Group string `json:"group"`
	Given int    `json:"given" says:"How many have."`
}

type decisionBody struct {
	By      string `json:"by"`
	For     string `json:"for" says:"In whose place; empty for their own."`
	Stage   int    `json:"stage"`
	Approve bool   `json:"approves"`
	Note    string `json:"note"`
	At      Moment `json:"at"`
	Counts  bool   `json:"counts" says:"False: it was given on a plan that is no longer the request's."`
}

// requestBody is a request as it stands.
type requestBody struct {
	ID        string          `json:"id"`
	Tenant    string          `json:"tenant"`
	Kind      string          `json:"kind"`
	Title     string          `json:"title"`
	State     string          `json:"state" enum:"draft pending approved running done failed cancelled rejected withdrawn expired"`
	Says      string          `json:"says" says:"The state in words."`
	Final     bool            `json:"final" says:"Nothing follows this state."`
	Version   int64           `json:"version"`
	Params    json.RawMessage `json:"params"`
	Reason    string          `json:"reason"`
	Note      string          `json:"note" says:"Why it is where it is."`
	Requester partyBody       `json:"requester"`
	Risk      string          `json:"risk"`
	Rule      string          `json:"approval_rule"`
	Stages    []stageBody     `json:"stages"`
	Decisions []decisionBody  `json:"decisions"`
	Stale     string          `json:"stale" says:"Why it can no longer be agreed to as it stands."`
	Few       string          `json:"too_few" says:"Says so when too few people could decide."`
	Hash      string          `json:"plan_hash"`
	Created   Moment          `json:"created"`
	Changed   Moment          `json:"changed"`
	Submitted Moment          `json:"submitted"`
	Decided   Moment          `json:"decided"`
	Expires   Moment          `json:"expires"`
	Href      string          `json:"href" says:"The page of the request, for people."`
	Run       *runBody        `json:"run" says:"The carrying out; null before it began."`
	Events    []eventBody     `json:"events"`
}

func (a *API) bodyOfRequest(s desk.Standing) requestBody {
	r := s.Facing.Request
	out := requestBody{ID: r.ID, Tenant: r.Tenant, Kind: string(r.Kind), Title: r.Title, State: string(r.State), Says: r.State.Text(), Final: r.State.Final(), Version: r.Version,
		Params: r.Params, Reason: r.Reason, Note: r.Note, Requester: partyBody{r.Requester.ObjectID, r.Requester.Name}, Risk: string(r.Risk), Rule: r.Rule,
		Stages: []stageBody{}, Decisions: []decisionBody{}, Stale: s.Stale, Few: s.Few, Hash: r.Plan, Created: Moment(r.Created), Changed: Moment(r.Changed),
		Submitted: Moment(r.Submitted), Decided: Moment(r.Decided), Expires: Moment(r.Expires), Href: a.PublicURL + "/requests/" + r.ID, Events: []eventBody{}}
	given := map[int]int{}
	for _, d := range s.Facing.Decisions {
		counts := d.Plan == r.Plan && r.Plan != ""
		if counts && d.Approves {
			given[d.Stage]++
		}
		out.Decisions = append(out.Decisions, decisionBody{d.By.Name, d.For.Name, d.Stage, d.Approves, d.Note, Moment(d.At), counts})
	}
	for _, st := range r.Stages {
		out.Stages = append(out.Stages, stageBody{st.Order, st.Count, st.Role, st.Group, given[st.Order]})
	}
	return out
}

type errorBody struct {
	Field    string `json:"field"`
	Sentence string `json:"sentence"`
}

// planBody is what a form comes to, without anything being stored.
type planBody struct {
	Fine     bool            `json:"fine" says:"It could be submitted."`
	Errors   []errorBody     `json:"errors" says:"Refusals at fields."`
	Problem  string          `json:"problem" says:"What stands in the way besides."`
	Plan     json.RawMessage `json:"plan" says:"The exact calls, what they expect to find, what the rules say, and what can be undone; null when the fields are refused."`
	Hash     string          `json:"plan_hash"`
	Rule     string          `json:"approval_rule"`
	Stages   []stageBody     `json:"stages"`
	ScanOf   Moment          `json:"as_of" says:"When the tenant was last seen."`
	Excluded []partyBody     `json:"will_not_decide" says:"Those who ask, edit or gain."`
}

func bodyOfPlan(f Form) (planBody, error) {
	out := planBody{Fine: len(f.Errors) == 0 && f.Problem == "", Errors: errorsOf(f.Errors), Problem: f.Problem, Plan: json.RawMessage("null"), Rule: f.Plan.Rule,
		Stages: []stageBody{}, ScanOf: Moment(f.Plan.Taken), Excluded: []partyBody{}}
	if len(f.Errors) == 0 && len(f.Plan.Plan.Steps) > 0 {
		body, err := f.Plan.Plan.Canonical()
		if err != nil {
			return out, err
		}
		out.Plan, out.Hash = body, request.HashOf(body)
	}
	for _, st := range f.Plan.Stages {
		out.Stages = append(out.Stages, stageBody{Order: st.Order, Count: st.Count, Role: st.Role, Group: st.Group})
	}
	for _, p := range f.Plan.Parties {
		out.Excluded = append(out.Excluded, partyBody{p.ObjectID, p.Name})
	}
	return out, nil
}

func errorsOf(e request.FieldErrors) []errorBody {
	out := []errorBody{}
	for _, one := range e {
		out = append(out, errorBody(one))
	}
	return out
}

package api

import (
	"net/http"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/refreshplan"
)

// Planned is a refresh plan as the address names it.
type Planned struct {
	Stored db.RefreshPlan
	Plan   refreshplan.Plan
	// Next is when its schedule starts it; zero when it does not.
	Next time.Time
}

// PlannedRun is a run of a refresh plan with its nodes and all starts.
type PlannedRun struct {
	Planned
	Run   db.PlanRun
	Nodes []db.PlanNode
	Tries []db.PlanTry
}

type startBody struct {
	Key string `json:"key,omitempty" says:"Your own name for this start, 8 to 64 letters, digits, - and _, such as the id of the ETL run: sent again with the same one, nothing is begun twice and the first run comes back."`
}

type planOfRefreshes struct {
	ID      string        `json:"id"`
	Tenant  string        `json:"tenant"`
	Name    string        `json:"name"`
	Version int64         `json:"version"`
	Deleted Moment        `json:"deleted"`
	API     bool          `json:"api" says:"True: programs may start it."`
	Next    Moment        `json:"next" says:"When its schedule starts it; null when it does not."`
	YAML    string        `json:"yaml" says:"The plan as it was agreed to."`
	Phases  [][]string    `json:"phases" says:"The names of its nodes, by what can run together."`
	Last    *planRunShort `json:"last" says:"The newest run; null before the first."`
}

type planRunShort struct {
	ID       string `json:"id"`
	State    string `json:"state" enum:"running done partial failed cancelled"`
	Started  Moment `json:"started"`
	Finished Moment `json:"finished"`
}

type planRunBody struct {
	ID       string         `json:"id"`
	Tenant   string         `json:"tenant"`
	Plan     string         `json:"plan" says:"The plan's id."`
	Name     string         `json:"name" says:"The plan's name."`
	Version  int64          `json:"version" says:"Of the plan."`
	State    string         `json:"state" enum:"running done partial failed cancelled" says:"partial: something that is not critical failed."`
	Final    bool           `json:"final" says:"Nothing follows this state."`
	Cause    string         `json:"cause" enum:"schedule person api plan resume"`
	CauseBy  string         `json:"cause_by" says:"Who began it; the run before, when a plan's end or a resumption did."`
	Waits    string         `json:"waits" says:"Why nothing happens right now; empty when something does."`
	Note     string         `json:"note" says:"How it ended."`
	Started  Moment         `json:"started"`
	Finished Moment         `json:"finished"`
	Href     string         `json:"href" says:"The page of the run, for people."`
	Nodes    []planNodeBody `json:"nodes"`
}

type planNodeBody struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind" enum:"model dataflow"`
	Workspace string   `json:"workspace"`
	Item      string   `json:"item"`
	Phase     string   `json:"phase" enum:"waiting starting running cancelling checking retrying done skipped failed lost" says:"lost: not refreshed because of something else."`
	Refreshed bool     `json:"refreshed"`
	Tries     int      `json:"tries"`
	Reason    string   `json:"reason" says:"Why it is where it is; of what was not refreshed, why not."`
	Finished  Moment   `json:"finished"`
	Refreshes []string `json:"refreshes" says:"Microsoft's ids of the refreshes that were begun."`
}

// plans are starting a refresh plan and watching how it goes. All of them are
// the report refresh-plans, all runs refresh-plan-runs.
func (a *API) plans() []Operation {
	const one = "/refreshes/plans/{tenant}/{id}"
	which := []Param{{Name: "tenant", Says: "The tenant's name.", Required: true, Schema: text("")}, id("The plan's id, or its name.")}
	run := append(which[:2:2], Param{Name: "run", Says: "The run's id.", Required: true, Schema: text("")})
	body := schemaOf(reflect.TypeFor[planRunBody]())
	return []Operation{
		{Method: http.MethodGet, Path: one, ID: "getRefreshPlan", Tag: "Refresh plans", Summary: "A refresh plan, and its newest run", Action: auth.ViewRefreshes, Params: which,
			Answer: schemaOf(reflect.TypeFor[planOfRefreshes]()), Serve: a.refreshPlan},
		{Method: http.MethodPost, Path: one + "/runs", ID: "runRefreshPlan", Tag: "Refresh plans", Summary: "Start a refresh plan",
			About:  "After an ETL run, say. The plan says whether programs may start it (api: true) and who may. It goes on in the background: watch the run. 409 while it runs already.",
			Action: auth.RunPlan, Params: which, Body: schemaOf(reflect.TypeFor[startBody]()), Status: http.StatusAccepted, Answer: body, Serve: a.runPlan},
		{Method: http.MethodGet, Path: one + "/runs/{run}", ID: "getRefreshPlanRun", Tag: "Refresh plans", Summary: "A run of a refresh plan, with its nodes",
			About: "With If-None-Match, 304 while nothing changed: that is how to wait for its end.", Action: auth.ViewRefreshes, Params: run, Answer: body, Serve: a.planRun},
	}
}

func (a *API) refreshPlan(c echo.Context) error {
	p, err := a.Site.Plan(c)
	if err != nil {
		return err
	}
	out := planOfRefreshes{ID: p.Stored.ID, Tenant: p.Stored.Tenant, Name: p.Stored.Name, Version: p.Stored.Version, Deleted: Moment(p.Stored.Ended), API: p.Plan.Start.API,
		Next: Moment(p.Next), YAML: p.Stored.YAML, Phases: p.Plan.Phases()}
	runs, err := a.Reader.PlanRuns(c.Request().Context(), p.Stored.ID, 1)
	if err != nil {
		return err
	}
	for _, r := range runs {
		out.Last = &planRunShort{r.ID, string(r.State), Moment(r.Started), Moment(r.Finished)}
	}
	return answer(c, http.StatusOK, out)
}

func (a *API) runPlan(c echo.Context) error {
	var w startBody
	if err := read(c, &w); err != nil {
		return err
	}
	if w.Key != "" && !keyPattern.MatchString(w.Key) {
		return badKey()
	}
	p, err := a.Site.Plan(c)
	if err != nil {
		return err
	}
	if !p.Stored.Ended.IsZero() {
		return fault.New(fault.Conflict, "This refresh plan was deleted and does not run any more.")
	}
	run, err := a.Runner.StartPlan(c.Request().Context(), a.Site.By(c), p.Stored.ID, db.ByAPI, w.Key)
	if err != nil {
		return hidden(err)
	}
	r, err := a.Site.PlanRun(c, p, run)
	if err != nil {
		return err
	}
	out := a.bodyOfPlanRun(r)
	c.Response().Header().Set(echo.HeaderLocation, Root+"/refreshes/plans/"+out.Tenant+"/"+out.Plan+"/runs/"+out.ID)
	return answer(c, http.StatusAccepted, out)
}

func (a *API) planRun(c echo.Context) error {
	p, err := a.Site.Plan(c)
	if err != nil {
		return err
	}
	r, err := a.Site.PlanRun(c, p, c.Param("run"))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, a.bodyOfPlanRun(r))
}

func (a *API) bodyOfPlanRun(p PlannedRun) planRunBody {
	r := p.Run
	out := planRunBody{ID: r.ID, Tenant: r.Tenant, Plan: r.Plan, Name: p.Stored.Name, Version: r.Version, State: string(r.State), Final: r.Ended(), Cause: string(r.Cause), CauseBy: r.CauseBy,
		Waits: r.Waits, Note: r.Note, Started: Moment(r.Started), Finished: Moment(r.Finished), Nodes: []planNodeBody{},
		Href: a.PublicURL + "/refreshes/plans/" + r.Tenant + "/" + r.Plan + "/runs/" + r.ID}
	for _, n := range p.Nodes {
		node := planNodeBody{Name: n.Name, Kind: string(n.Kind), Workspace: n.Workspace, Item: n.Item, Phase: string(n.Phase), Refreshed: n.Refreshed, Tries: n.Tries, Reason: n.Reason,
			Finished: Moment(n.Finished), Refreshes: []string{}}
		for _, t := range p.Tries {
			if t.Name == n.Name && t.RequestID != "" {
				node.Refreshes = append(node.Refreshes, t.RequestID)
			}
		}
		out.Nodes = append(out.Nodes, node)
	}
	return out
}

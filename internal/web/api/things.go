package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
)

// thing is a kind of thing of a tenant: which report's row describes it, and
// the lists about it, by the filter that takes its id.
type thing struct {
	of             audit.Target
	path, noun     string
	report, filter string
	action         auth.Action
}

var tenantThings = []thing{
	{audit.ToWorkspace, "workspaces", "workspace", "workspaces", "workspace", auth.ViewWorkspaces},
	{audit.ToItem, "items", "item", "items", "item", auth.ViewItems},
	{audit.ToPerson, "people", "person, group or application", "people", "principal", auth.ViewPeople},
	{audit.ToPipeline, "pipelines", "pipeline", "pipelines", "pipeline", auth.ViewPipelines},
}

func id(says string) Param { return Param{Name: "id", Says: says, Required: true, Schema: text("")} }

// things are the details: one row of a report with the lists about it, and what
// has a page of its own.
func (a *API) things() []Operation {
	var out []Operation
	for _, t := range tenantThings {
		r, err := audit.Lookup(t.report)
		if err != nil {
			continue // a test goes through them
		}
		row := rowSchema(r)
		out = append(out, Operation{Method: http.MethodGet, Path: "/" + t.path + "/{tenant}/{id}", ID: camel("get-" + t.path), Tag: "Details", Summary: "One " + t.noun,
			About:  "When it is gone, how it was last seen; gone_since then says since when.",
			Action: t.action, Params: []Param{{Name: "tenant", Says: "The tenant's name.", Required: true, Schema: text("")}, id("Its id."), asOf()},
			Answer: object(Schema{"tenant": text(""), "as_of": schemaOf(momentType), "gone_since": schemaOf(momentType), "row": row,
				"lists": Schema{"type": "object", "description": "The reports about it, each with its address.", "additionalProperties": text("")}}),
			Serve: a.thing(t)})
	}
	return append(out,
		Operation{Method: http.MethodGet, Path: "/violations/{id}", ID: "getViolation", Tag: "Details", Summary: "One violation, with its evidence and what happened to it",
			Action: auth.ViewViolations, Params: []Param{id("Its number."), asOf()}, Answer: violationSchema(), Serve: a.violation},
		Operation{Method: http.MethodGet, Path: "/runs/{id}", ID: "getRun", Tag: "Details", Summary: "One carrying out, with its steps",
			Action: auth.ViewRuns, Params: []Param{id("The request's id.")}, Answer: schemaOf(reflect.TypeFor[runBody]()), Serve: a.run},
		Operation{Method: http.MethodGet, Path: "/scans/{id}", ID: "getScan", Tag: "Details", Summary: "One scan: what it meant to see and what it saw",
			Action: auth.ViewScans, Params: []Param{id("Its number.")}, Answer: schemaOf(reflect.TypeFor[scanBody]()), Serve: a.scan})
}

func (a *API) thing(t thing) echo.HandlerFunc {
	return func(c echo.Context) error {
		row, truth, gone, err := a.Site.Thing(c, t.of)
		if err != nil {
			return err
		}
		lists := map[string]string{}
		for _, r := range a.readable(c) {
			if f := r.Filter(t.filter); f != nil && f.Kind == audit.FilterID && r.Name != t.report {
				lists[r.Name] = Root + "/reports/" + r.Name + "?" + url.Values{"tenant": {truth.Tenant}, t.filter: {c.Param("id")}}.Encode()
			}
		}
		return answer(c, http.StatusOK, map[string]any{"tenant": truth.Tenant, "as_of": Moment(truth.AsOf), "gone_since": Moment(gone),
			"row": json.RawMessage(row.AppendJSON(nil)), "lists": lists})
	}
}

type factBody struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Known bool   `json:"known" says:"False: the scan could not tell."`
}

type eventBody struct {
	At   Moment `json:"at"`
	By   string `json:"by" says:"Empty when the portal did it."`
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to"`
	Note string `json:"note"`
}

type commentBody struct {
	At     Moment `json:"at"`
	Author string `json:"author"`
	Text   string `json:"text"`
}

type violationBody struct {
	ID       int64           `json:"id"`
	State    string          `json:"state"`
	InForce  bool            `json:"rule_in_force"`
	Rule     string          `json:"rule"`
	Title    string          `json:"title"`
	Why      string          `json:"why"`
	Remedy   []string        `json:"remedy"`
	AsOf     Moment          `json:"as_of"`
	Row      json.RawMessage `json:"row"`
	Evidence []factBody      `json:"evidence"`
	Events   []eventBody     `json:"events"`
	Comments []commentBody   `json:"comments"`
}

func violationSchema() Schema {
	s := schemaOf(reflect.TypeFor[violationBody]())
	if r, err := audit.Lookup("violation-history"); err == nil {
		if fields, ok := s["properties"].(Schema); ok {
			fields["row"] = rowSchema(r)
		}
	}
	return s
}

func (a *API) violation(c echo.Context) error {
	v, err := a.Site.Violation(c)
	if err != nil {
		return err
	}
	out := violationBody{ID: v.ID, State: string(v.State), InForce: v.InForce, Rule: v.Rule.ID, Title: v.Rule.Title, Why: v.Rule.Why, Remedy: nonNil(v.Rule.Remedy),
		AsOf: Moment(v.Truth.AsOf), Row: v.Row.AppendJSON(nil), Evidence: []factBody{}, Events: []eventBody{}, Comments: []commentBody{}}
	for _, f := range v.Evidence {
		out.Evidence = append(out.Evidence, factBody(f))
	}
	for _, e := range v.Events {
		out.Events = append(out.Events, eventBody{Moment(e.At), e.Actor, e.What, string(e.From), string(e.To), e.Note})
	}
	for _, m := range v.Comments {
		out.Comments = append(out.Comments, commentBody{Moment(m.At), m.Author, m.Body})
	}
	return answer(c, http.StatusOK, out)
}

type runBody struct {
	ID       string     `json:"id"`
	Request  string     `json:"request"`
	Tenant   string     `json:"tenant"`
	Title    string     `json:"title"`
	State    string     `json:"state"`
	Waits    string     `json:"waits" says:"Why it does not go on right now; empty when it does."`
	Note     string     `json:"note" says:"How it ended."`
	Started  Moment     `json:"started"`
	Finished Moment     `json:"finished"`
	Steps    []stepBody `json:"steps"`
}

type stepBody struct {
	ID        string            `json:"id"`
	Says      string            `json:"says"`
	Operation string            `json:"operation" says:"Microsoft's name of the call."`
	Call      string            `json:"call"`
	State     string            `json:"state"`
	Undoes    string            `json:"undoes" says:"The step that this one takes back."`
	Line      int64             `json:"line" says:"The row of a list; 0 elsewhere."`
	Status    int               `json:"status" says:"HTTP status of the last answer; 0 before one."`
	Results   map[string]string `json:"results" says:"What the answer told, such as the id of what was made."`
	Note      string            `json:"note"`
	Finished  Moment            `json:"finished"`
}

func bodyOfRun(r db.Run, steps []db.RunStep) runBody {
	out := runBody{ID: r.ID, Request: r.Request, Tenant: r.Tenant, Title: r.Title, State: string(r.State), Waits: r.Waits, Note: r.Note, Started: Moment(r.Started), Finished: Moment(r.Finished), Steps: []stepBody{}}
	for _, s := range steps {
		results := s.Results
		if results == nil {
			results = map[string]string{}
		}
		out.Steps = append(out.Steps, stepBody{s.ID, s.Says, s.Operation, s.Call, string(s.State), s.Undoes, s.Line, s.Status, results, s.Note, Moment(s.Finished)})
	}
	return out
}

func (a *API) run(c echo.Context) error {
	r, steps, err := a.Site.Run(c)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, bodyOfRun(r, steps))
}

type scanBody struct {
	ID        int64            `json:"id"`
	Tenant    string           `json:"tenant"`
	Kind      string           `json:"kind"`
	State     string           `json:"state"`
	Cause     string           `json:"cause"`
	AskedBy   string           `json:"asked_by"`
	Started   Moment           `json:"started"`
	Finished  Moment           `json:"finished"`
	Published Moment           `json:"published" says:"Since when pages read it; null when they never did."`
	Meant     int64            `json:"workspaces_meant"`
	Seen      int64            `json:"workspaces_seen"`
	Calls     int64            `json:"calls"`
	Error     string           `json:"error"`
	Flags     []string         `json:"flags"`
	Changed   map[string]int64 `json:"changed" says:"New versions written, by what they are about."`
}

func (a *API) scan(c echo.Context) error {
	s, tenant, err := a.Site.Scan(c)
	if err != nil {
		return err
	}
	changed := s.Note.Changed
	if changed == nil {
		changed = map[string]int64{}
	}
	return answer(c, http.StatusOK, scanBody{s.ID, tenant, string(s.Kind), string(s.State), s.Cause, s.AskedBy, Moment(s.Started), Moment(s.Finished), Moment(s.Published),
		s.Meant, s.Seen, s.Calls, s.Error, nonNil(s.Note.Flags), changed})
}

// Scanning is what is under way in a tenant.
type Scanning struct {
	Tenant  string    `json:"tenant"`
	Running *progress `json:"running" says:"The scan that is under way; null when none is."`
	// Stopped is the scan that stopped before its end, and Why.
	Stopped int64  `json:"stopped" says:"The scan that stopped before its end and goes on with the next one; 0 when none."`
	Why     string `json:"why"`
}

type progress struct {
	Scan    int64  `json:"scan"`
	Kind    string `json:"kind"`
	Doing   string `json:"doing"`
	Batches int    `json:"batches"`
	Done    int    `json:"batches_done"`
	Parts   int    `json:"parts"`
	PartsOK int    `json:"parts_done"`
	Items   int    `json:"items"`
	Started Moment `json:"started"`
	Ends    Moment `json:"ends" says:"An estimate; null while there is none."`
}

// Under notes the scan that is under way.
func (s *Scanning) Under(scan int64, kind, doing string, batches, done, parts, partsDone, items int, started, ends time.Time) {
	s.Running = &progress{scan, kind, doing, batches, done, parts, partsDone, items, Moment(started), Moment(ends)}
}

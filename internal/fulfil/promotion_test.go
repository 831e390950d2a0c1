package fulfil_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
	"steward/internal/tenant"
)

// line is a pipeline of the executor's with a model and a report in DEV.
type line struct {
	*bed
	id            string
	spaces        [3]string
	model, report string
}

// lineUp makes a project with a pipeline by a run of its own, and fills DEV.
func lineUp(t *testing.T, edit ...func(*sim.Config)) *line {
	t.Helper()
	l := &line{bed: setup(t, edit...)}
	l.model, l.report = l.world.NewID(), l.world.NewID()
	l.lay("Zebra")
	return l
}

// lay makes the pipeline of a department.
func (l *line) lay(department string) {
	l.t.Helper()
	p := l.project()
	p.Department = department
	l.agree(p, l.estate())
	l.goOn()
	for i, name := range []string{"DEV", "TEST", "PROD"} {
		found := l.named(department + "-Stripes-" + name)
		if len(found) != 1 {
			l.t.Fatalf("there are %d workspaces of %s", len(found), name)
		}
		l.spaces[i] = found[0].ID
	}
	for p := range l.world.Pipelines(l.clock.Now()) {
		if p.DisplayName == department+"-Stripes" {
			l.id = p.ID
		}
	}
	l.clock.Advance(3 * time.Minute)
	l.fill(l.spaces[0], func(w *world.Workspace) {
		me := l.world.DemoPeople()[0].User.Principal()
		w.Items = append(w.Items,
			world.Item{ID: l.model, Kind: world.KindModel, Name: "Sales", Created: start, Modified: start, Configured: &me, Model: &world.Model{
				Refreshable: true, StorageMode: "Abf", Schema: &world.Schema{Tables: []world.Table{{Name: "Sales", Columns: []world.Column{{Name: "Amount", DataType: "String", ColumnType: "Data"}}}},
					Expressions: []world.Expression{{Name: "Server", Expression: `"sql-dev" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`}}}}},
			world.Item{ID: l.report, Kind: world.KindReport, Name: "Sales Report", Created: start, Modified: start, CreatedBy: &me,
				Report: &world.Report{Type: "PowerBIReport", ModelID: l.model}})
	})
}

// fill changes a workspace behind everybody's back.
func (l *line) fill(id string, fn func(*world.Workspace)) {
	l.t.Helper()
	if err := l.world.Mutate(id, l.clock.Now(), func(w *world.Workspace) error { fn(w); return nil }); err != nil {
		l.t.Fatal(err)
	}
}

// seen is what a scan would have seen of the pipeline and its stages.
func (l *line) seen() *request.Estate {
	l.t.Helper()
	e := l.estate(l.spaces[:]...)
	e.Executor = request.NewID(l.world.ExecutorApp().ID)
	e.Flights, e.Mappings = map[request.RouteRef]promotion.Facts{}, map[string]request.Mapped{}
	l.see(e)
	return e
}

func (l *line) see(e *request.Estate) {
	l.t.Helper()
	p := request.Pipeline{Pipeline: tenant.Pipeline{ID: l.id}}
	for one := range l.world.Pipelines(l.clock.Now()) {
		if one.ID == l.id {
			p.Name = one.DisplayName
		}
	}
	var stages [3][]promotion.Item
	for i, ws := range l.spaces {
		p.Stages = append(p.Stages, tenant.Stage{Order: i, WorkspaceID: ws})
		live, err := l.x.StageItems(l.t.Context(), l.id, i)
		if err != nil {
			l.t.Fatal(err)
		}
		full, _ := l.world.Workspace(ws, l.clock.Now())
		for _, it := range live {
			own := full.Item(it.ID)
			one := promotion.Item{ID: it.ID, Name: it.Name, Kind: strings.TrimSuffix(it.Kind, "s"), SourceID: it.SourceID, TargetID: it.TargetID, PairsKnown: true, Modified: own.Modified}
			if own.Report != nil {
				one.Model = own.Report.ModelID
				one.Needs = []string{own.Report.ModelID}
			}
			stages[i] = append(stages[i], one)
		}
	}
	for i := range 2 {
		f := promotion.Facts{}
		f.Source.Items, f.Target.Items = policy.Known(stages[i]), policy.Known(stages[i+1])
		e.Flights[request.RouteRef{Pipeline: request.NewID(l.id), From: i, To: i + 1}] = f
	}
	e.Pipelines[request.NewID(l.id)] = p
}

// everything asks for all of DEV to go to TEST.
func (l *line) everything() *request.PromotionParams {
	return &request.PromotionParams{Routes: []request.RouteParams{{Pipeline: request.ID(l.id), Stage: "0", What: request.CarryAll}},
		Note: "CHG-1", AllowCreate: true, AllowOverwrite: true, Mapping: true,
		Accepted: []string{promotion.CheckCredentials, promotion.CheckParameters}}
}

// mapped puts a mapping set on the way from DEV to TEST.
func (l *line) mapped(e *request.Estate, m promotion.Mapping) {
	pair := promotion.Pair{Pipeline: l.id}
	e.Mappings[pair.Key()] = request.Mapped{Pair: pair, Version: 1, Mapping: m}
}

func (l *line) items(stage int) map[string]*world.Item {
	ws, _ := l.world.Workspace(l.spaces[stage], l.clock.Now())
	out := map[string]*world.Item{}
	for i := range ws.Items {
		out[ws.Items[i].Name] = &ws.Items[i]
	}
	return out
}

func (l *line) step(run, says string) db.RunStep {
	l.t.Helper()
	for _, s := range l.steps(run) {
		if strings.HasPrefix(s.Says, says) {
			return s
		}
	}
	l.t.Fatalf("no step %q", says)
	return db.RunStep{}
}

func TestEverythingIsDeployedMappedLoadedAndChecked(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	e := l.seen()
	l.mapped(e, promotion.Mapping{TakeOver: true, Refresh: true, Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-test"}},
		Smoke: []promotion.SmokeMap{{Model: "Sales", Query: `EVALUATE ROW("n", 1)`}}})
	p := l.everything()
	id := l.agree(p, e)
	l.goOn()
	l.want(id, db.RunDone)
	dep := l.step(id, "Deploy everything")
	if len(dep.Parts) != 2 || dep.Parts[0].State != "Succeeded" || dep.Results["target/"+l.model] == "" {
		t.Errorf("the deployment tells %+v %v", dep.Parts, dep.Results)
	}
	if n := l.made("Pipelines_DeployAll"); n != 1 {
		t.Errorf("%d deployments", n)
	}
	test := l.items(1)["Sales"]
	if test == nil || test.Configured.ID != l.world.ExecutorApp().ID {
		t.Fatalf("the model in TEST is %+v", test)
	}
	if got := test.Model.Schema.Expressions[0].Expression; !strings.HasPrefix(got, `"sql-test"`) {
		t.Errorf("its parameter is %s", got)
	}
	if s := l.step(id, "Check that the model Sales"); s.State != db.StepDone || s.Finding != "" {
		t.Errorf("the check of the parameters: %s %s", s.State, s.Finding)
	}
	// A model new in the target has no credentials, and nobody can give it any.
	if s := l.step(id, "Refresh the model"); !strings.Contains(s.Finding, "credentials") || s.Results["refresh"] == "" {
		t.Errorf("the refresh: %s %q %v", s.State, s.Finding, s.Results)
	}
	if r := l.run(id); !strings.Contains(r.Note, "a finding") {
		t.Errorf("the run ends with %q", r.Note)
	}
	for _, s := range l.steps(id) {
		t.Logf("%s %-8s %s | %s | %s", s.ID, s.State, s.Says, s.Note, s.Finding)
	}
}

func TestASelectionPullsInWhatItNeeds(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	p := l.everything()
	p.Routes[0].What, p.Routes[0].Items = request.CarrySelected, []string{"Sales Report"}
	id := l.agree(p, l.seen())
	l.goOn()
	l.want(id, db.RunDone)
	if got := l.items(1); got["Sales"] == nil || got["Sales Report"] == nil {
		t.Errorf("TEST holds %v", got)
	}
	if s := l.step(id, "Deploy"); !strings.Contains(s.Says, "brings along Sales, which Sales Report needs") {
		t.Errorf("it says %q", s.Says)
	}
}

func TestWhatChangedBeforeADeploymentStopsIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*line)
		says   string
	}{
		"item renamed": {func(l *line) { l.fill(l.spaces[0], func(w *world.Workspace) { w.Item(l.report).Name = "Other" }) }, "Sales Report to Other"},
		"item added": {func(l *line) {
			l.fill(l.spaces[0], func(w *world.Workspace) {
				w.Items = append(w.Items, world.Item{ID: l.world.NewID(), Kind: world.KindReport, Name: "New", Report: &world.Report{ModelID: l.model}})
			})
		}, "from 2 to 3"},
		"pipeline renamed": {func(l *line) {
			l.must(l.world.MutatePipeline(l.id, l.clock.Now(), func(p *world.Pipeline) error { p.DisplayName = "Other line"; return nil }))
		}, "Other line"},
		"another workspace on the stage": {func(l *line) {
			l.must(l.world.MutatePipeline(l.id, l.clock.Now(), func(p *world.Pipeline) error {
				p.Stages = slices.Clone(p.Stages)
				p.Stages[1].WorkspaceID = l.spaces[2]
				return nil
			}))
		}, "the workspace on the stage"},
		"stage unassigned": {func(l *line) {
			if _, err := l.x.Send(l.t.Context(), unassign(l.id, 1)); err != nil {
				l.t.Fatal(err)
			}
		}, "the workspace on the stage"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lineUp(t)
			id := l.agree(l.everything(), l.seen())
			c.change(l)
			l.goOn()
			l.want(id, db.RunFailed)
			if n := l.made("Pipelines_DeployAll"); n != 0 {
				t.Errorf("%d deployments were sent", n)
			}
			notes := ""
			for _, s := range l.steps(id) {
				notes += s.Note + "\n"
			}
			if !strings.Contains(notes, c.says) {
				t.Errorf("the steps say:\n%s", notes)
			}
		})
	}
}

func TestADeploymentThatFailsHalfway(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.cloud.Acts.FailItem(failing)
	l.fill(l.spaces[0], func(w *world.Workspace) {
		w.Items = append(w.Items, world.Item{ID: failing, Kind: world.KindReport, Name: "Broken", Report: &world.Report{ModelID: l.model}})
	})
	e := l.seen()
	l.mapped(e, promotion.Mapping{TakeOver: true, Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-test"}}})
	p := l.everything()
	id := l.agree(p, e)
	l.goOn()
	l.want(id, db.RunFailed)
	s := l.step(id, "Deploy everything")
	if !strings.Contains(s.Note, "A part was deployed and stays: 2 of 3") || !strings.Contains(s.Note, "“Broken”") {
		t.Errorf("it says %q", s.Note)
	}
	if t.Failed() {
		t.FailNow()
	}
	// The model came: it must not stay with the values of DEV.
	if got := l.items(1)["Sales"].Model.Schema.Expressions[0].Expression; !strings.HasPrefix(got, `"sql-test"`) {
		t.Errorf("its parameter is %s", got)
	}
}

const failing = "0badc0de-0000-0000-0000-00000000beef"

func TestARefreshThatHangs(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.want(l.goOnWith(l.everything(), l.seen()), db.RunDone)
	if t.Failed() {
		t.FailNow()
	}
	l.cloud.Acts.HangItem(l.items(1)["Sales"].ID)
	p := l.everything()
	p.Refresh = true
	id := l.goOnWith(p, l.seen())
	l.want(id, db.RunDone)
	s := l.step(id, "Refresh the model")
	if !strings.Contains(s.Finding, "not ended within two hours") {
		t.Errorf("it says %q", s.Finding)
	}
}

func (l *line) goOnWith(p *request.PromotionParams, e *request.Estate) string {
	l.t.Helper()
	id := l.agree(p, e)
	l.goOn()
	return id
}

func unassign(pipeline string, stage int) pbi.Write {
	return pbi.Write{Operation: "Pipelines_UnassignWorkspace", Method: "POST", Path: fmt.Sprintf("pipelines/%s/stages/%d/unassignWorkspace", pipeline, stage)}
}

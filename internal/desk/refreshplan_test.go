package desk_test

import (
	"strings"
	"testing"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/refreshplan"
	"steward/internal/request"
)

// nightly asks for a plan of the model in each of the two Sales workspaces.
func nightly(edit ...func(*request.RefreshPlanParams)) *request.RefreshPlanParams {
	node := func(space string, needs string) request.PlanNode {
		return request.PlanNode{Name: space, Workspace: gid(space), Item: gid("Sales in " + space), Needs: needs}
	}
	p := &request.RefreshPlanParams{Name: "Nightly", Schedule: "0 2 * * *", Zone: "Europe/Berlin", People: []request.ID{gid("Dan")}, API: true,
		Nodes: []request.PlanNode{node("FIN-Sales-DEV", ""), node("FIN-Sales-PROD", "FIN-Sales-DEV")}}
	for _, e := range edit {
		e(p)
	}
	p.Settle()
	return p
}

// A plan is made, changed and deleted by agreement; every version stays.
func TestARefreshPlanIsAgreedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	first := o.submitted(requester("Anna"), nightly())
	if _, err := o.desk.Approve(t.Context(), approver("Dan"), first.ID, first.Plan, ""); !fault.Is(err, fault.Denied) {
		t.Errorf("whom the plan names may decide about it: %v", err)
	}
	o.agree("Eve", first)
	stored, err := o.db.Reader().RefreshPlan(t.Context(), first.ID)
	o.check(err)
	plan, err := stored.Plan()
	o.check(err)
	if n, _ := plan.Node("FIN-Sales-PROD"); stored.Version != 1 || n.Retries != 3 || n.Needs[0] != "FIN-Sales-DEV" || !n.Critical {
		t.Fatalf("stored as version %d: %s", stored.Version, stored.YAML)
	}
	byText := &request.RefreshPlanParams{Plan: first.ID, YAML: strings.Replace(stored.YAML, "name: Nightly", "name: Every night", 1)}
	byText.Settle()
	if byText.Name != "Every night" || len(byText.Nodes) != 2 {
		t.Errorf("the questions are not those of the text: %+v", byText)
	}
	second := o.submitted(requester("Anna"), byText)
	o.agree("Eve", second)
	if stored, err = o.db.Reader().RefreshPlan(t.Context(), first.ID); err != nil || stored.Version != 2 || stored.Name != "Every night" {
		t.Errorf("version %d %s: %v", stored.Version, stored.Name, err)
	}
	third := o.submitted(requester("Anna"), &request.RefreshPlanParams{Plan: first.ID, Delete: true})
	o.agree("Eve", third)
	o.agree("Guest", third)
	if stored, err = o.db.Reader().RefreshPlan(t.Context(), first.ID); err != nil || stored.Ended.IsZero() {
		t.Errorf("it is not deleted: %+v, %v", stored, err)
	}
	versions, err := o.db.Reader().PlanVersions(t.Context(), first.ID)
	if err != nil || len(versions) != 3 {
		t.Errorf("%d versions are kept, %v", len(versions), err)
	}
}

// What cannot be is refused at its field.
func TestARefreshPlanIsHeldAgainstTheTenant(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	for field, edit := range map[string]func(*request.RefreshPlanParams){
		"nodes[0].name":      func(p *request.RefreshPlanParams) { p.Nodes[0].Needs = "FIN-Sales-PROD" },
		"nodes[1].item":      func(p *request.RefreshPlanParams) { p.Nodes[1].Item = gid("nothing") },
		"nodes[1].workspace": func(p *request.RefreshPlanParams) { p.Nodes[1].Workspace = gid("no workspace") },
		"nodes[0].timeout":   func(p *request.RefreshPlanParams) { p.Nodes[0].Timeout = "soon" },
		"people[0]":          func(p *request.RefreshPlanParams) { p.People = []request.ID{gid("Finance")} },
		"after[0]":           func(p *request.RefreshPlanParams) { p.After = []string{"no plan"} },
		"name":               func(p *request.RefreshPlanParams) { p.Name = "" },
		"plan":               func(p *request.RefreshPlanParams) { p.Plan = "gone" },
		"yaml":               func(p *request.RefreshPlanParams) { p.YAML = "name: x\nnodez: []\n" },
	} {
		if p := o.preview(requester("Anna"), nightly(edit)); p.Errors.For(field) == "" {
			t.Errorf("%s is not refused: %v", field, p.Errors)
		}
	}
}

// Running an agreed plan asks nobody, but not everybody may.
func TestWhoRunsARefreshPlan(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	r := o.submitted(requester("Anna"), nightly())
	o.agree("Eve", r)
	for _, who := range []struct {
		name string
		role auth.Role
	}{{"Anna", auth.Requester}, {"Eve", auth.Approver}, {"Fay", auth.Viewer}, {"Fay", auth.Auditor}} {
		_, err := o.desk.StartPlan(t.Context(), person(who.name, who.role), r.ID, db.ByPerson, "")
		refused(t, who.name, err, fault.NotFound)
	}
	run, err := o.desk.StartPlan(t.Context(), person("Dan", auth.Viewer), r.ID, db.ByAPI, "etl-run-4711")
	o.check(err)
	if same, err := o.desk.StartPlan(t.Context(), person("Dan", auth.Viewer), r.ID, db.ByAPI, "etl-run-4711"); err != nil || same != run {
		t.Errorf("the same start again is run %s and not %s: %v", same, run, err)
	}
	if _, err := o.desk.StartPlan(t.Context(), person("Dan", auth.Viewer), r.ID, db.ByAPI, "etl-run-4712"); !fault.Is(err, fault.Conflict) {
		t.Errorf("another start at the same time: %v", err)
	}
	if _, err = o.desk.StartPlan(t.Context(), person("Olga", auth.Operator), r.ID, db.ByPerson, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second run at the same time: %v", err)
	}
	if err := o.desk.CancelPlanRun(t.Context(), person("Olga", auth.Operator), run, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("cancelled without a reason: %v", err)
	}
	o.check(o.desk.CancelPlanRun(t.Context(), person("Olga", auth.Operator), run, "The warehouse is down."))
	o.check(o.db.Write(t.Context(), func(tx *db.Tx) error { return tx.FinishPlanRun(t.Context(), run, refreshplan.Stopped, "") }))
	again, err := o.desk.ResumePlanRun(t.Context(), person("Olga", auth.Operator), run)
	o.check(err)
	got, err := o.db.Reader().PlanRun(t.Context(), again)
	if err != nil || got.Cause != db.ByResume || got.CauseBy != run {
		t.Errorf("resumed as %+v, %v", got, err)
	}
}

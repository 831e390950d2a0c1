package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

func (o *office) preview(by desk.By, p request.Params) desk.Preview {
	o.tb.Helper()
	got, err := o.desk.Preview(o.tb.Context(), by, request.Request{Tenant: "contoso"}, desk.In{Params: p})
	o.check(err)
	return got
}

func TestVerbsWhatThePreviewShows(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	p := o.preview(requester("Anna"), project("Ben", "Finance"))
	if !p.Fine() || len(p.Plan.Steps) != 12 || p.Rule != "everything else" || request.Need(p.Stages) != 1 {
		t.Errorf("project: %d steps, rule %q, %v, %v", len(p.Plan.Steps), p.Rule, p.Errors, p.Refused)
	}
	var names []string
	for _, i := range p.Parties {
		names = append(names, i.Name+" "+string(i.Why))
	}
	if want := []string{"Anna requester", "Anna editor", "Ben beneficiary", "Fay beneficiary"}; !slices.Equal(names, want) {
		t.Errorf("parties %v, want %v", names, want)
	}
	p = o.preview(requester("Anna"), &request.WorkspaceCreateParams{Name: "Sales reports"})
	if p.Fine() || !fault.Is(p.Refused, fault.Denied) || !strings.Contains(fault.Sentence(p.Refused), "naming.pattern") {
		t.Errorf("a name against the rules: %v", p.Refused)
	}
	p = o.preview(requester("Anna"), &request.WorkspaceCreateParams{Name: "FIN-Asleep-DEV", Capacity: gid("Asleep")})
	if got := p.Errors.For("capacity"); !strings.Contains(got, "paused") {
		t.Errorf("a paused capacity: %q", got)
	}
	p = o.preview(requester("Anna"), &request.WorkspaceArchiveParams{Workspace: gid("FIN-Sales-DEV"), Owner: gid("Anna")})
	if !p.Fine() {
		t.Errorf("archiving: %v %v", p.Errors, p.Refused)
	}
	p = o.preview(requester("Anna"), &request.WorkspaceEditParams{Workspace: gid("HR-People-TEST"), Description: "People and their desks"})
	if !slices.ContainsFunc(p.Plan.Judged.Mends, func(f request.Finding) bool { return f.Rule == "owners.description" }) {
		t.Errorf("a description mends nothing: %+v", p.Plan.Judged)
	}
	for _, f := range p.Plan.Judged.Findings {
		if !f.Already {
			t.Errorf("a description makes %s worse", f.Rule)
		}
	}
	p = o.preview(limited(requester("Anna"), auth.Limit{Prefixes: []string{"HR-"}}), access("FIN-Sales-DEV", "Ben", "Viewer"))
	if !fault.Is(p.Refused, fault.Denied) {
		t.Errorf("outside the scope: %v", p.Refused)
	}
	_, err := o.desk.Preview(t.Context(), person("Eve", auth.Viewer), request.Request{Tenant: "contoso"}, desk.In{Params: newSpace("Ben")})
	refused(t, "a viewer's preview", err, fault.NotFound)
}

func TestVerbsNoRuleRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "rules:\n  - {name: pipelines, kinds: [pipeline-create], approvals: [{count: 1}]}\n")
	r, err := o.desk.Draft(t.Context(), requester("Anna"), "contoso", desk.In{Params: access("FIN-Sales-DEV", "Ben", "Viewer")})
	o.check(err)
	_, p, err := o.desk.Submit(t.Context(), requester("Anna"), r.ID, r.Version)
	refused(t, "submit", err, fault.Denied)
	if o.request(r.ID).State != request.Draft || p.Refused == nil {
		t.Error("what no rule fits was submitted")
	}
}

func TestVerbsInOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "rules:\n  - name: two\n    approvals: [{count: 1, group: "+string(gid("Finance"))+"}, {count: 1, role: operator}]\n")
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	ctx := t.Context()
	_, err := o.desk.Approve(ctx, person("Eve", auth.Approver, auth.Operator), r.ID, r.Plan, "")
	refused(t, "the second before the first", err, fault.Denied)
	_, err = o.desk.Approve(ctx, approver("Fay"), r.ID, r.Plan, "")
	o.check(err)
	_, err = o.desk.Approve(ctx, approver("Cara"), r.ID, r.Plan, "")
	refused(t, "an approver who is no operator", err, fault.Denied)
	_, err = o.desk.Approve(ctx, person("Eve", auth.Approver, auth.Operator), r.ID, r.Plan, "")
	o.check(err)
	if got := o.request(r.ID); got.State != request.Approved || !got.WindowEnds.Equal(noon.Add(24*time.Hour)) {
		t.Errorf("%s until %s", got.State, got.WindowEnds)
	}
}

func TestVerbsDelegation(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "rules:\n  - name: one\n    approvals: [{count: 1, group: "+string(gid("Finance"))+"}]\n")
	ctx := t.Context()
	vote := func(want fault.Kind, why string) {
		t.Helper()
		r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
		_, err := o.desk.Approve(ctx, approver("Eve"), r.ID, r.Plan, "")
		if want == "" {
			o.check(err)
			_, err = o.desk.Approve(ctx, approver("Fay"), r.ID, r.Plan, "")
			refused(t, "after somebody voted in their place", err, fault.Conflict)
			return
		}
		refused(t, why, err, want)
	}
	vote(fault.Denied, "without a delegation")
	o.delegate("Fay", "Eve")
	vote("", "")
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Finance", "Viewer"))
	_, err := o.desk.Approve(ctx, approver("Eve"), r.ID, r.Plan, "")
	refused(t, "in the place of a beneficiary", err, fault.Denied)
	all, err := o.db.Reader().Delegations(ctx, person("Fay").Party())
	o.check(err)
	refused(t, "taken back by another", o.desk.EndDelegation(ctx, approver("Eve"), all[0].ID), fault.NotFound)
	o.check(o.desk.EndDelegation(ctx, approver("Fay"), all[0].ID))
	vote(fault.Denied, "after it was taken back")
	o.delegate("Fay", "Eve")
	o.pass(300 * time.Hour)
	vote(fault.Denied, "after its end")
	_, err = o.desk.Delegate(ctx, approver("Fay"), person("Fay").Party(), o.clock(), o.clock().Add(time.Hour), "myself")
	refused(t, "to oneself", err, fault.Invalid)
	_, err = o.desk.Delegate(ctx, approver("Fay"), person("Eve").Party(), o.clock(), o.clock().AddDate(1, 0, 0), "too long")
	refused(t, "for a year", err, fault.Invalid)
}

func TestVerbsFallAndAreTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	waiting := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	agreed := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Dan", "Viewer"))
	o.approve("Eve", agreed)
	o.pass(24 * time.Hour)
	n, err := o.desk.Expire(ctx)
	o.check(err)
	if n != 1 || o.request(agreed.ID).State != request.Expired || o.request(waiting.ID).State != request.Pending {
		t.Errorf("after a day %d fell", n)
	}
	n, err = o.desk.Nudge(ctx)
	o.check(err)
	if n != 1 {
		t.Errorf("%d requests are reminded of", n)
	}
	if n, err = o.desk.Nudge(ctx); err != nil || n != 0 {
		t.Errorf("reminded twice: %v %v", n, err)
	}
	o.otherRules()
	n, err = o.desk.VoidOnPolicyChange(ctx)
	o.check(err)
	got := o.request(waiting.ID)
	if n != 1 || got.State != request.Draft || !strings.Contains(got.Note, "rules have changed") {
		t.Errorf("after other rules: %d, %s, %q", n, got.State, got.Note)
	}
	got, _, err = o.desk.Submit(ctx, requester("Anna"), got.ID, got.Version)
	o.check(err)
	o.check(o.desk.Comment(ctx, requester("Anna"), got.ID, "please hurry"))
	refused(t, "a stranger's comment", o.desk.Comment(ctx, person("Eve", auth.Viewer), got.ID, "hello there"), fault.NotFound)
	got, err = o.desk.AskBack(ctx, approver("Eve"), got.ID, got.Plan, "what is it for?")
	o.check(err)
	if got.State != request.Draft || got.Note != "what is it for?" {
		t.Errorf("asked back: %s %q", got.State, got.Note)
	}
	events, err := o.db.Reader().RequestEvents(ctx, got.ID)
	o.check(err)
	var what []string
	for _, e := range events {
		what = append(what, e.What)
	}
	if want := []string{"drafted", "submitted", "reminded", "fell back", "submitted", "commented", "asked"}; !slices.Equal(what, want) {
		t.Errorf("events %v, want %v", what, want)
	}
}

func TestVerbsRefusalsAreRecorded(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Member"))
	_, err := o.desk.Approve(t.Context(), approver("Ben"), r.ID, r.Plan, "")
	refused(t, "the beneficiary", err, fault.Denied)
	recs, _, err := o.db.Reader().LedgerPage(t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Outcome: ledger.Refused})
	o.check(err)
	if len(recs) != 1 {
		t.Fatalf("%d refusals recorded, want 1", len(recs))
	}
	e, err := recs[0].Entry()
	o.check(err)
	if e.Actor.ID != string(gid("Ben")) || e.Object.ID != r.ID || !strings.Contains(e.Reason, "gain by this") {
		t.Errorf("recorded %+v", e)
	}
}

func TestVerbsListsKeepToTheScope(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	fin := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	hr := o.submitted(requester("Fay"), access("HR-People-TEST", "Ben", "Viewer"))
	draft, err := o.desk.Draft(ctx, requester("Fay"), "contoso", desk.In{Params: newSpace("Ben")})
	o.check(err)
	for _, c := range []struct {
		name   string
		filter db.RequestFilter
		want   []string
	}{
		{"everything", db.RequestFilter{Scopes: map[string]db.RequestScope{"contoso": {All: true}}}, []string{fin.ID, hr.ID}},
		{"a prefix", db.RequestFilter{Scopes: map[string]db.RequestScope{"contoso": {Prefixes: []string{"fin-"}}}}, []string{fin.ID}},
		{"another tenant", db.RequestFilter{Scopes: map[string]db.RequestScope{"fabrikam": {All: true}}}, nil},
		{"nothing", db.RequestFilter{}, nil},
		{"one's own with drafts", db.RequestFilter{Viewer: person("Fay").Party()}, []string{hr.ID, draft.ID}},
		{"a state", db.RequestFilter{Viewer: person("Fay").Party(), States: []request.State{request.Draft}}, []string{draft.ID}},
		{"a text", db.RequestFilter{Scopes: map[string]db.RequestScope{"contoso": {All: true}}, Text: "people"}, []string{hr.ID}},
	} {
		all, err := o.db.Reader().Requests(ctx, c.filter)
		o.check(err)
		var ids []string
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		if !slices.Equal(ids, c.want) {
			t.Errorf("%s: %v, want %v", c.name, ids, c.want)
		}
		if n, err := o.db.Reader().CountRequests(ctx, c.filter); err != nil || int(n) != len(c.want) {
			t.Errorf("%s: counted %d, %v", c.name, n, err)
		}
	}
}

func TestVerbsLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	view, err := o.db.Reader().ViewNow(t.Context(), "contoso")
	o.check(err)
	look := o.db.Reader().RequestLookup(t.Context(), view)
	p, errs := request.ParseCSV([]byte("kind,workspace,who,right,name,members\naccess-add,fin-sales-dev,ben@CONTOSO.com,Viewer,,\nworkspace-create,,,,FIN-List-DEV,Member=Finance | Viewer=Dan\n"), look)
	if len(errs) > 0 || look.Err() != nil {
		t.Fatalf("%v %v", errs, look.Err())
	}
	r := o.submitted(requester("Anna"), p)
	plan, _, err := o.db.Reader().RequestPlan(t.Context(), r.Plan)
	o.check(err)
	if len(plan.Steps) != 4 || plan.Steps[0].Row != 2 || plan.Steps[3].Row != 3 {
		t.Errorf("%d steps", len(plan.Steps))
	}
}

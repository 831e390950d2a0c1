package evaluate_test

import (
	"testing"
	"time"

	"steward/internal/evaluate"
	"steward/internal/policy"
)

func draft(t *testing.T, least int) *policy.Set {
	t.Helper()
	all := builtin(t, map[string]policy.Decision{"owners.few": {On: true, Parameters: map[string]any{"least": least}}})
	one, err := all.Only("owners.few")
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func TestPreviewOfAChangedParameter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.scan(few()) // FIN-C-DEV has two admins, the others one
	w.evaluate(v, builtin(t, nil))
	for _, tc := range []struct {
		least             int
		fresh, same, gone int64
	}{{2, 0, 2, 0}, {3, 1, 2, 0}, {1, 0, 0, 2}} {
		p, err := evaluate.PreviewRules(t.Context(), w.db.Reader(), v, draft(t, tc.least), 10)
		w.check(err)
		if p.New != tc.fresh || p.Same != tc.same || p.Gone != tc.gone || p.Tally.Failed != tc.fresh+tc.same {
			t.Errorf("at least %d: %+v", tc.least, p)
		}
		if tc.least == 3 && (p.Findings[0].Label != "FIN-C-DEV" || !p.Findings[0].New || p.Findings[0].Owner == "" || len(p.Owners) != 2) {
			t.Errorf("on whom: %+v, %+v", p.Findings, p.Owners)
		}
		if tc.least == 1 && (len(p.GoneLabels) != 2 || p.GoneLabels[0] != "FIN-A-DEV") {
			t.Errorf("gone: %v", p.GoneLabels)
		}
	}
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "open" {
		t.Errorf("a preview changed something: %+v", got)
	}
}

func TestPreviewOverTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := few()
	w.scan(e)
	w.pass(24 * time.Hour)
	e.Spaces[0].Roles["cy"] = "Admin"
	w.scan(e)
	w.pass(24 * time.Hour)
	e.Spaces = e.Spaces[:2]
	last := w.scan(e)
	views, err := w.db.Reader().ViewsSince(t.Context(), last, noon.AddDate(0, 0, -1))
	w.check(err)
	points, err := evaluate.PreviewHistory(t.Context(), w.db.Reader(), views, draft(t, 2))
	w.check(err)
	var failed []int64
	for _, p := range points {
		failed = append(failed, p.Tally.Failed)
	}
	if len(failed) != 3 || failed[0] != 2 || failed[1] != 1 || failed[2] != 1 {
		t.Errorf("failed over time: %v", failed)
	}
	if views, err = w.db.Reader().ViewsSince(t.Context(), last, noon.Add(time.Hour)); err != nil || len(views) != 2 {
		t.Errorf("from a later moment: %v %v", views, err)
	}
}

// A workspace that a request would create is judged by the same rules.
func TestJudgingAPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.scan(few())
	facts, err := w.db.Reader().OpenFacts(t.Context(), v)
	w.check(err)
	defer func() { _ = facts.Close() }()
	plan := &policy.Workspace{Name: "fin-a-dev", Kind: "Workspace", State: "Active", Description: "Figures", Dedicated: true,
		Admins: policy.Known[int64](1), AdminUsers: policy.Known[int64](1), AdminGroups: policy.Known[int64](0), AdminPeople: policy.Known[int64](1), People: policy.Known[int64](1)}
	facts.Plan(plan, 0)
	findings, unknown := policy.JudgeAll(t.Context(), builtin(t, nil), policy.AtRequest, facts.Tenant(), []policy.Object{plan})
	got := map[string]bool{}
	for _, f := range findings {
		got[f.Rule.ID] = true
	}
	if !got["naming.pattern"] || !got["naming.case-twin"] || !got["owners.few"] || len(got) != 3 {
		t.Errorf("findings %v, unknown %v", got, unknown)
	}
	grant := &policy.Grant{Planned: true, On: "workspace", Right: "Admin", Workspace: plan, Principal: facts.PrincipalByID("ana@contoso.com")}
	grant.Derive()
	if findings, _ = policy.JudgeAll(t.Context(), builtin(t, nil), policy.AtRequest, facts.Tenant(), []policy.Object{grant}); len(findings) != 0 {
		t.Errorf("Ana may be admin: %v", findings)
	}
	grant.Principal = &policy.Principal{Name: "Kim", Kind: "User", Guest: true}
	if findings, _ = policy.JudgeAll(t.Context(), builtin(t, nil), policy.AtRequest, facts.Tenant(), []policy.Object{grant}); len(findings) != 1 || findings[0].Rule.ID != "guests.admin" {
		t.Errorf("a guest as admin: %v", findings)
	}
}

package policy_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"steward/internal/policy"
)

// rule wraps one condition into a pack, with the boilerplate that is not the
// point of a test.
func rule(kind, extra string) string {
	return fmt.Sprintf(`pack: test
rules:
  - id: test.rule
    title: Title
    why: Because.
    remedy: [Mend it]
    severity: low
    kind: %s
%s`, kind, extra)
}

func compile(t testing.TB, yaml string) (*policy.Set, policy.Problems) {
	t.Helper()
	packs, problems := policy.Load(fstest.MapFS{"test.yaml": {Data: []byte(yaml)}})
	if len(problems) > 0 {
		return nil, problems
	}
	return policy.Compile(packs, nil)
}

func mustCompile(t testing.TB, yaml string) *policy.Set {
	t.Helper()
	s, problems := compile(t, yaml)
	if len(problems) > 0 {
		t.Fatalf("compile: %v", problems)
	}
	return s
}

func outcome(t *testing.T, s *policy.Set, o policy.Object) policy.Verdict {
	t.Helper()
	got := policy.Verdict{Outcome: policy.OutOfScope}
	s.NewJudge(t.Context(), policy.AtScan, &policy.Tenant{Name: "contoso"}).Each(o, func(v policy.Verdict) { got = v })
	return got
}

// An unknown fact must make the verdict unknown wherever it could decide, and
// nowhere else.
func TestUnknownFactsAreNeverAPass(t *testing.T) {
	t.Parallel()
	known := &policy.Workspace{Name: "FIN-A-PROD", Items: 3, Admins: policy.Known[int64](3),
		AdminPeople: policy.Known[int64](3), LookAlikes: policy.Known([]string{"x"})}
	unknown := &policy.Workspace{Name: "FIN-A-PROD", Items: 3, Admins: policy.Known[int64](3)}
	tests := []struct {
		condition      string
		known, unknown policy.Outcome
	}{
		{"workspace.adminPeople >= 2", policy.Pass, policy.Unknown},
		{"workspace.adminPeople < 2", policy.Fail, policy.Unknown},
		{"!(workspace.adminPeople < 2)", policy.Pass, policy.Unknown},
		{"workspace.adminPeople in [1, 2, 3]", policy.Pass, policy.Unknown},
		{"[workspace.adminPeople, 4].exists(n, n == 4)", policy.Pass, policy.Unknown},
		{"workspace.items > 1 || workspace.adminPeople > 100", policy.Pass, policy.Pass},
		{"workspace.adminPeople > 100 || workspace.items > 1", policy.Pass, policy.Pass},
		{"workspace.items > 5 && workspace.adminPeople > 1", policy.Fail, policy.Fail},
		{"workspace.adminPeople > 1 && workspace.items > 5", policy.Fail, policy.Fail},
		{"workspace.items > 1 && workspace.adminPeople > 1", policy.Pass, policy.Unknown},
		{"workspace.adminPeople > 1 ? true : true", policy.Pass, policy.Unknown},
		{"workspace.items > 1 ? true : workspace.adminPeople > 1", policy.Pass, policy.Pass},
		{"workspace.lookAlikes.all(n, n.size() > 5)", policy.Fail, policy.Unknown},
		{"workspace.lookAlikes.exists_one(n, n == 'x')", policy.Pass, policy.Unknown},
		{"workspace.lookAlikes.filter(n, n == 'y').size() == 0", policy.Pass, policy.Unknown},
		{"size(workspace.lookAlikes) == 1", policy.Pass, policy.Unknown},
		{"'x' in workspace.lookAlikes", policy.Pass, policy.Unknown},
		{"string(workspace.adminPeople) == '3'", policy.Pass, policy.Unknown},
		{"workspace.lookAlikes[0].matches('^x$')", policy.Pass, policy.Unknown},
		{"workspace.lookAlikes == workspace.lookAlikes", policy.Pass, policy.Unknown},
		{"workspace.lookAlikes[7] == 'x'", policy.Unknown, policy.Unknown}, // a failure of the rule
		{"10 / (workspace.items - 3) == 1", policy.Unknown, policy.Unknown},
	}
	for _, tc := range tests {
		t.Run(tc.condition, func(t *testing.T) {
			t.Parallel()
			s := mustCompile(t, rule("workspace", "    condition: |\n      "+tc.condition))
			if got := outcome(t, s, known); got.Outcome != tc.known {
				t.Errorf("known facts: got %s (%s), want %s", got.Outcome, got.Trouble, tc.known)
			}
			if got := outcome(t, s, unknown); got.Outcome != tc.unknown {
				t.Errorf("unknown facts: got %s, want %s", got.Outcome, tc.unknown)
			}
		})
	}
}

func TestUnknownSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, rule("grant", "    condition: grant.principal.leaver && grant.item.orgLink"))
	v := outcome(t, s, &policy.Grant{Principal: &policy.Principal{}})
	if got := fmt.Sprint(v.Missing()); v.Outcome != policy.Unknown || got != "[grant.item principal.leaver]" {
		t.Errorf("got %s missing %s", v.Outcome, got)
	}
}

func TestScopeDecidesWhoIsJudged(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, rule("workspace", "    scope: workspace.adminPeople > 0\n    condition: workspace.items > 0"))
	for name, tc := range map[string]struct {
		w    policy.Workspace
		want policy.Outcome
	}{
		"out":           {policy.Workspace{AdminPeople: policy.Known[int64](0)}, policy.OutOfScope},
		"in and fails":  {policy.Workspace{AdminPeople: policy.Known[int64](1)}, policy.Fail},
		"in and passes": {policy.Workspace{AdminPeople: policy.Known[int64](1), Items: 1}, policy.Pass},
		"unknown":       {policy.Workspace{Items: 1}, policy.Unknown},
	} {
		if got := outcome(t, s, &tc.w); got.Outcome != tc.want {
			t.Errorf("%s: got %s, want %s", name, got.Outcome, tc.want)
		}
	}
}

func TestUnusedForKnowsHowFarRecordsReach(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, rule("item", "    condition: '!item.unusedFor(90)'"))
	for name, tc := range map[string]struct {
		u    policy.Usage
		want policy.Outcome
	}{
		"used lately":              {policy.Usage{LastDays: policy.Known[int64](3), SeenDays: 28}, policy.Pass},
		"used long ago":            {policy.Usage{LastDays: policy.Known[int64](91), SeenDays: 200}, policy.Fail},
		"no use in long records":   {policy.Usage{SeenDays: 90}, policy.Fail},
		"no use in short records":  {policy.Usage{SeenDays: 28}, policy.Unknown},
		"no records":               {policy.Usage{}, policy.Unknown},
		"too young to be judged":   {policy.Usage{SeenDays: 28, AgeDays: policy.Known[int64](10)}, policy.Pass},
		"old and records are long": {policy.Usage{SeenDays: 95, AgeDays: policy.Known[int64](300)}, policy.Fail},
	} {
		if got := outcome(t, s, &policy.Item{Usage: tc.u}); got.Outcome != tc.want {
			t.Errorf("%s: got %s, want %s", name, got.Outcome, tc.want)
		}
	}
}

func TestFindingCarriesItsEvidence(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, rule("workspace", `    condition: workspace.adminPeople <= params.most && workspace.items < 5
    says: '"has " + string(workspace.adminPeople) + " admins, " + string(params.most) + " allowed"'
    parameters:
      most: {type: int, default: 5}`))
	w := &policy.Workspace{Num: 7, Name: "FIN-A-PROD", AdminPeople: policy.Known[int64](9), Items: 2}
	findings, _ := policy.JudgeAll(t.Context(), s, policy.AtScan, nil, []policy.Object{w})
	if len(findings) != 1 {
		t.Fatalf("got %d findings", len(findings))
	}
	f := findings[0]
	if f.Says != "has 9 admins, 5 allowed" || f.Ref.Workspace != 7 {
		t.Errorf("finding says %q about %+v", f.Says, f.Ref)
	}
	if got := fmt.Sprint(f.Evidence); got != "[{workspace.adminPeople 9} {workspace.items 2}]" {
		t.Errorf("evidence %s", got)
	}
}

func BenchmarkJudgeWorkspace(b *testing.B) {
	s := mustCompile(b, rule("workspace", "    scope: workspace.active && !workspace.personal\n    condition: workspace.adminPeople <= 5 && workspace.name.matches('^[A-Z]+-.*-(DEV|PROD)$')"))
	w := &policy.Workspace{Name: "FIN-Sales-PROD", State: "Active", Active: true, AdminPeople: policy.Known[int64](3)}
	j := s.NewJudge(b.Context(), policy.AtScan, nil)
	b.ReportAllocs()
	for b.Loop() {
		j.Each(w, func(v policy.Verdict) {
			if v.Outcome != policy.Pass {
				b.Fatal(v)
			}
		})
	}
}

func BenchmarkJudgeGrant(b *testing.B) {
	s := mustCompile(b, rule("grant", "    condition: '!grant.principal.guest || grant.right != \"Admin\"'"))
	g := &policy.Grant{Right: "Viewer", Principal: &policy.Principal{Name: "x", Kind: "User"}, Workspace: &policy.Workspace{}}
	j := s.NewJudge(b.Context(), policy.AtScan, nil)
	b.ReportAllocs()
	for b.Loop() {
		j.Each(g, func(policy.Verdict) {})
	}
}

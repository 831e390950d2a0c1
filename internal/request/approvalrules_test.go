package request_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"steward/internal/fault"
	"steward/internal/request"
)

func TestApprovalRulesAreReadStrictly(t *testing.T) {
	t.Parallel()
	const rule = "rules:\n  - name: a\n    approvals: [{count: 1}]\n"
	for _, c := range []struct{ name, file, says string }{
		{"fine", rule, ""},
		{"empty", "", ""},
		{"an unknown key", "rulez: []\n", "line 1"},
		{"an unknown key of a rule", "rules:\n  - name: a\n    kind: [bulk]\n    approvals: [{count: 1}]\n", `line 3: unknown key "kind"`},
		{"an unknown key of a scope", "rules:\n  - name: a\n    scope: {prefix: [X]}\n    approvals: [{count: 1}]\n", `line 3: unknown key "prefix"`},
		{"an unknown key of an approval", "rules:\n  - name: a\n    approvals:\n      - {counts: 1}\n", `line 4: unknown key "counts"`},
		{"a kind there is not", "rules:\n  - {name: a, kinds: [deploy], approvals: [{count: 1}]}\n", `no kind of request called "deploy"`},
		{"a risk there is not", "rules:\n  - {name: a, risks: [low], approvals: [{count: 1}]}\n", `no risk called "low"`},
		{"no name", "rules:\n  - {approvals: [{count: 1}]}\n", "name is missing"},
		{"nobody agrees", "rules:\n  - {name: a}\n", "who must agree"},
		{"no number", "rules:\n  - {name: a, approvals: [{count: 0}]}\n", "from 1 to 10"},
		{"a role and a group", "rules:\n  - {name: a, approvals: [{count: 1, role: approver, group: x}]}\n", "not both"},
		{"a role that approves nothing", "rules:\n  - {name: a, approvals: [{count: 1, role: admin}]}\n", "the role is one of"},
		{"a name twice", rule + "  - name: a\n    approvals: [{count: 1}]\n", "there twice, first on line 2"},
		{"a longer life", "approval_life: 73h\n", "at most 72h"},
		{"a longer window", "execution_window: 25h\n", "at most"},
		{"no length of time", "approval_life: long\n", "no length of time"},
		{"a pattern that is none", "refuse: ['[']\n", "no pattern"},
		{"one's own gain, said", "own_gain: {by_name: refuse, through_group: show}\n", ""},
		{"one's own gain, another word", "own_gain: {by_name: maybe}\n", "by_name is show, second or refuse"},
		{"one's own gain, another way", "own_gain: {group: show}\n", "line 1"},
		{"an emergency of two hours", "emergency: {longest: 2h}\n", "emergency: longest is at most 1h"},
		{"no YAML", "\t{", "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := request.ParseApprovals("approvals.yaml", []byte(c.file))
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says)):
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

func TestChoosingWhoMustAgree(t *testing.T) {
	t.Parallel()
	rules, err := request.ParseApprovals("approvals.yaml", []byte(`
rules:
  - name: finance
    kinds: [access-add]
    scope: {prefixes: [FIN-], domains: [Finance]}
    approvals: [{count: 1, group: 22222222-2222-2222-2222-222222222222}, {count: 1}]
  - name: other tenant
    scope: {tenants: [fabrikam]}
    approvals: [{count: 3}]
  - name: high
    risks: [high]
    approvals: [{count: 1}]
  - name: access
    kinds: [access-add]
    approvals: [{count: 1}]
`))
	if err != nil {
		t.Fatal(err)
	}
	place := func(names ...string) (out []request.Place) {
		for _, n := range names {
			out = append(out, request.Place{Workspace: n})
		}
		return out
	}
	for _, c := range []struct {
		name, want string
		need       int
		plan       request.Plan
	}{
		{"by prefix", "finance", 2, request.Plan{Kind: request.AccessAdd, Risk: request.RiskNormal, Places: place("fin-x")}},
		{"by domain", "finance", 2, request.Plan{Kind: request.AccessAdd, Risk: request.RiskNormal, Places: []request.Place{{Workspace: "X", Domain: "finance"}}}},
		{"one place outside", "access", 1, request.Plan{Kind: request.AccessAdd, Risk: request.RiskNormal, Places: place("FIN-X", "HR-X")}},
		{"no place at all", "access", 1, request.Plan{Kind: request.AccessAdd, Risk: request.RiskNormal}},
		{"another tenant", "other tenant", 3, request.Plan{Kind: request.Bulk, Tenant: "fabrikam", Risk: request.RiskNormal}},
		{"a high risk is raised to two", "high", 2, request.Plan{Kind: request.Bulk, Risk: request.RiskHigh}},
		{"an unknown risk counts as high", "", 0, request.Plan{Kind: request.Bulk, Risk: "odd"}},
		{"no rule", "", 0, request.Plan{Kind: request.Bulk, Risk: request.RiskNormal}},
	} {
		r, stages, err := rules.Choose(&c.plan)
		if c.want == "" {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %q, %v; want refused", c.name, r.Name, err)
			}
			continue
		}
		if err != nil || r.Name != c.want || request.Need(stages) != c.need {
			t.Errorf("%s: %q needs %d (%v), want %q and %d", c.name, r.Name, request.Need(stages), err, c.want, c.need)
		}
	}
	if builtin := request.BuiltinApprovals(); len(builtin.Rules) == 0 || !builtin.Refuses("naming.pattern", "medium") || builtin.Refuses("owners.few", "high") {
		t.Error("the built-in rules do not say what they should")
	}
}

// TestMovesAreThoseOfTheDatabase compares the table of moves with the trigger.
func TestMovesAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "db", "migrations", "0030_requests.sql"))
	if err != nil {
		t.Fatal(err)
	}
	sql := map[string][]string{}
	for _, m := range regexp.MustCompile(`OLD\.state = '(\w+)'\s+AND NEW\.state IN \(([^)]*)\)`).FindAllStringSubmatch(string(b), -1) {
		for to := range strings.SplitSeq(m[2], ",") {
			sql[m[1]] = append(sql[m[1]], strings.Trim(to, "' "))
		}
	}
	for _, from := range request.States() {
		for _, to := range request.States() {
			if request.May(from, to) != slices.Contains(sql[string(from)], string(to)) {
				t.Errorf("%s to %s: Go says %v, the database otherwise", from, to, request.May(from, to))
			}
		}
		if from.Text() == "" || !strings.Contains(string(b), "'"+string(from)+"'") {
			t.Errorf("%s has no words or is not in the database", from)
		}
	}
}

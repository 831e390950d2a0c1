package policy_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"steward/internal/policy"
)

// five are the rules of the comparison: the condition that must hold, and the
// same in Go by hand.
var five = []struct {
	condition string
	byHand    func(*policy.Workspace) bool
}{
	{`workspace.name.matches('^[A-Z]{2,4}-[A-Za-z0-9-]+-(DEV|TEST|PROD)$')`, func(w *policy.Workspace) bool { return convention.MatchString(w.Name) }},
	{`workspace.adminPeople >= 2`, func(w *policy.Workspace) bool { return w.AdminPeople.Known && w.AdminPeople.Value >= 2 }},
	{`workspace.adminPeople <= 5`, func(w *policy.Workspace) bool { return w.AdminPeople.Known && w.AdminPeople.Value <= 5 }},
	{`workspace.description != ""`, func(w *policy.Workspace) bool { return w.Description != "" }},
	{`workspace.unlabelled * 100 <= 50 * workspace.items`, func(w *policy.Workspace) bool { return w.Unlabelled*100 <= 50*w.Items }},
}

var convention = regexp.MustCompile(`^[A-Z]{2,4}-[A-Za-z0-9-]+-(DEV|TEST|PROD)$`)

func benchWorkspace() *policy.Workspace {
	w := &policy.Workspace{Name: "FIN-Sales-PROD", Kind: "Workspace", State: "Active", Description: "Net sales", AdminPeople: policy.Known[int64](3), Items: 9}
	w.Derive()
	return w
}

// BenchmarkFiveRules judges one workspace by five rules: by this package, by
// CEL over maps (facts without types, as a general engine takes them, made anew
// for each object as they would be), and by hand in Go.
func BenchmarkFiveRules(b *testing.B) {
	w := benchWorkspace()
	b.Run("typed", func(b *testing.B) {
		var rules strings.Builder
		rules.WriteString("rules:\n")
		for i, r := range five {
			fmt.Fprintf(&rules, "  - {id: r%d, title: b, why: c, remedy: [c], severity: low, kind: workspace, scope: workspace.ordinary, condition: '%s'}\n", i, strings.ReplaceAll(r.condition, "'", "''"))
		}
		j := mustCompile(b, rules.String()).NewJudge(b.Context(), policy.AtScan, nil)
		b.ReportAllocs()
		for b.Loop() {
			j.Each(w, func(policy.Verdict) {})
		}
	})
	b.Run("maps", func(b *testing.B) {
		env, err := cel.NewEnv(cel.Variable("workspace", cel.MapType(cel.StringType, cel.DynType)))
		if err != nil {
			b.Fatal(err)
		}
		var programs []cel.Program
		for _, r := range five {
			ast, issues := env.Compile(r.condition)
			if issues.Err() != nil {
				b.Fatal(issues.Err())
			}
			p, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(10_000))
			if err != nil {
				b.Fatal(err)
			}
			programs = append(programs, p)
		}
		b.ReportAllocs()
		for b.Loop() {
			in := map[string]any{"workspace": map[string]any{"name": w.Name, "adminPeople": w.AdminPeople.Value, "description": w.Description, "unlabelled": w.Unlabelled, "items": w.Items}}
			for _, p := range programs {
				if _, _, err := p.Eval(in); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		ok := true
		for b.Loop() {
			for _, r := range five {
				ok = r.byHand(w) && ok
			}
		}
		if !ok {
			b.Fatal("it must pass")
		}
	})
}

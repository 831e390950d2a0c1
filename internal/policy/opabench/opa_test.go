// Package opabench compares the portal's rules with the same rules in OPA's
// Go library on the same facts. It is a module of its own: the portal does
// not depend on OPA.
package opabench

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/rego"

	"steward/internal/policy"
)

// conditions are the five rules as the portal writes them.
var conditions = []string{
	`workspace.name.matches('^[A-Z]{2,4}-[A-Za-z0-9-]+-(DEV|TEST|PROD)$')`,
	`workspace.adminPeople >= 2`,
	`workspace.adminPeople <= 5`,
	`workspace.description != ""`,
	`workspace.unlabelled * 100 <= 50 * workspace.items`,
}

// module is the same in Rego: the set of the rules that hold.
const module = `package bench
holds contains 0 if regex.match("^[A-Z]{2,4}-[A-Za-z0-9-]+-(DEV|TEST|PROD)$", input.name)
holds contains 1 if input.adminPeople >= 2
holds contains 2 if input.adminPeople <= 5
holds contains 3 if input.description != ""
holds contains 4 if input.unlabelled * 100 <= 50 * input.items
`

func workspace() *policy.Workspace {
	w := &policy.Workspace{Name: "FIN-Sales-PROD", Kind: "Workspace", State: "Active", Description: "Net sales", AdminPeople: policy.Known[int64](3), Items: 9}
	w.Derive()
	return w
}

func judge(tb testing.TB) *policy.Judge {
	tb.Helper()
	var rules strings.Builder
	rules.WriteString("pack: bench\ntitle: Bench\nrules:\n")
	for i, c := range conditions {
		fmt.Fprintf(&rules, "  - {id: r%d, title: b, why: c, remedy: [c], severity: low, kind: workspace, condition: '%s'}\n", i, strings.ReplaceAll(c, "'", "''"))
	}
	packs, problems := policy.Load(fstest.MapFS{"bench.yaml": {Data: []byte(rules.String())}})
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	set, problems := policy.Compile(packs, nil)
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	return set.NewJudge(tb.Context(), policy.AtScan, nil)
}

func query(tb testing.TB) rego.PreparedEvalQuery {
	tb.Helper()
	q, err := rego.New(rego.Query("data.bench.holds"), rego.Module("bench.rego", module)).PrepareForEval(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

// input is the workspace as OPA takes facts, made anew for each object.
func input(w *policy.Workspace) map[string]any {
	return map[string]any{"name": w.Name, "adminPeople": w.AdminPeople.Value, "description": w.Description, "unlabelled": w.Unlabelled, "items": w.Items}
}

// TestBothAgree holds the comparison honest: both engines judge all five.
func TestBothAgree(t *testing.T) {
	t.Parallel()
	passed := 0
	judge(t).Each(workspace(), func(v policy.Verdict) {
		if v.Outcome == policy.Pass {
			passed++
		}
	})
	rs, err := query(t).Eval(t.Context(), rego.EvalInput(input(workspace())))
	if err != nil {
		t.Fatal(err)
	}
	theirs := len(rs[0].Expressions[0].Value.([]any))
	if passed != len(conditions) || theirs != len(conditions) {
		t.Fatalf("we pass %d of %d rules, OPA %d", passed, len(conditions), theirs)
	}
}

// BenchmarkFiveRules judges one workspace by the five rules.
func BenchmarkFiveRules(b *testing.B) {
	w := workspace()
	b.Run("steward", func(b *testing.B) {
		j := judge(b)
		b.ReportAllocs()
		for b.Loop() {
			j.Each(w, func(policy.Verdict) {})
		}
	})
	b.Run("opa", func(b *testing.B) {
		q := query(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := q.Eval(b.Context(), rego.EvalInput(input(w))); err != nil {
				b.Fatal(err)
			}
		}
	})
}

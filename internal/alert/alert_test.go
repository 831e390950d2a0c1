package alert_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/alert"
	"steward/internal/quiet"
	"steward/internal/refresh"
	"steward/internal/refreshplan"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func never(alert.Kind) bool { return false }

func rules(list ...alert.Rule) alert.Rules {
	for i := range list {
		if list[i].Lines == (alert.Lines{}) {
			list[i].Lines = alert.DefaultLines()
		}
	}
	return alert.Rules{List: list, Otherwise: alert.Rule{Lines: alert.DefaultLines()}}
}

func kinds(all []alert.Finding) []alert.Kind {
	var out []alert.Kind
	for _, f := range all {
		out = append(out, f.Kind)
	}
	return out
}

func TestModels(t *testing.T) {
	t.Parallel()
	advice := func(k refresh.AdviceKind) []refresh.Advice {
		return []refresh.Advice{{Kind: k, Says: "It is so.", Evidence: "Because of this.", Do: "Do that."}}
	}
	stands := func(alert.Kind) bool { return true }
	for _, c := range []struct {
		name  string
		model alert.Model
		rules alert.Rules
		was   func(alert.Kind) bool
		want  []alert.Kind
	}{
		{"all is well", alert.Model{Success: 1, Ended: 30}, rules(), never, nil},
		{"below the line", alert.Model{Success: 0.79, Failed: 21, Ended: 100}, rules(), never, []alert.Kind{alert.LowSuccess}},
		{"at the line", alert.Model{Success: 0.8, Ended: 100}, rules(), never, nil},
		{"at the line after it was below", alert.Model{Success: 0.81, Ended: 100}, rules(), stands, []alert.Kind{alert.LowSuccess}},
		{"above the line again", alert.Model{Success: 0.83, Ended: 100}, rules(), stands, nil},
		{"too few have ended", alert.Model{Success: 0, Ended: 2}, rules(), never, nil},
		{"a line of its own", alert.Model{Success: 0.9, Ended: 100}, rules(alert.Rule{Lines: alert.Lines{Success: 0.95}}), never, []alert.Kind{alert.LowSuccess}},
		{"the line of whole success is reached", alert.Model{Success: 1, Ended: 9}, rules(alert.Rule{Lines: alert.Lines{Success: 1}}), stands, nil},
		{"slower", alert.Model{Success: 1, Slower: 1.6, Median: 20 * time.Minute}, rules(), never, []alert.Kind{alert.Drift}},
		{"slower, but in seconds", alert.Model{Success: 1, Slower: 3, Median: 20 * time.Second}, rules(), never, nil},
		{"slower by less than before", alert.Model{Success: 1, Slower: 1.45, Median: time.Hour}, rules(), stands, []alert.Kind{alert.Drift}},
		{"about to be switched off", alert.Model{Success: 1, Advice: advice(refresh.AdviceEnding)}, rules(), never, []alert.Kind{alert.SwitchOff}},
		{"switched off", alert.Model{Success: 1, Advice: advice(refresh.AdviceOff)}, rules(), never, []alert.Kind{alert.SwitchOff}},
		{"owner left", alert.Model{Success: 1, Advice: advice(refresh.AdviceOwner)}, rules(), never, []alert.Kind{alert.OwnerLeft}},
		{"unused, which nobody asked for", alert.Model{Success: 1, Advice: advice(refresh.AdviceUnused)}, rules(alert.Rule{}), never, nil},
		{"unused, which somebody asked for", alert.Model{Success: 1, Advice: advice(refresh.AdviceUnused)}, rules(alert.Rule{Kinds: []alert.Kind{alert.Unused}}), never, []alert.Kind{alert.Unused}},
	} {
		got := c.model.Findings(c.rules, c.was)
		if !slices.Equal(kinds(got), c.want) {
			t.Errorf("%s: %v, want %v", c.name, kinds(got), c.want)
		}
		for _, f := range got {
			if !strings.Contains(f.Reason, ". ") {
				t.Errorf("%s: the reason %q has no evidence", c.name, f.Reason)
			}
		}
	}
}

func TestTheFirstRuleThatFitsCounts(t *testing.T) {
	t.Parallel()
	rs := rules(
		alert.Rule{Tenants: []string{"fabrikam"}, To: []string{"other@x.example"}},
		alert.Rule{Prefixes: []string{"FIN"}, Kinds: []alert.Kind{alert.NodeFailed}, To: []string{"night@x.example"}, Places: []string{"teams:bi"}, Quiet: quiet.Hours{From: 22, To: 6}},
		alert.Rule{Prefixes: []string{"fin-sandbox"}, Mute: true},
		alert.Rule{Owners: []string{"Ada@x.example"}, Owner: true},
		alert.Rule{To: []string{"all@x.example"}},
	)
	thing := func(ws, owner string) alert.Thing {
		return alert.Thing{Tenant: "contoso", Workspaces: []string{ws}, Owners: []string{owner}}
	}
	for _, c := range []struct {
		thing alert.Thing
		kind  alert.Kind
		want  []string
	}{
		{thing("Fin-Sales", ""), alert.NodeFailed, []string{"mail:night@x.example", "teams:bi"}},
		{thing("Fin-Sales", ""), alert.Drift, []string{"mail:all@x.example"}},
		{thing("FIN-Sandbox 3", ""), alert.Drift, nil},
		{thing("HR", "ADA@x.example"), alert.Drift, []string{"mail:ada@x.example"}},
		{alert.Thing{Tenant: "Fabrikam"}, alert.PlanLate, []string{"mail:other@x.example"}},
	} {
		r, _ := rs.For(c.thing, c.kind)
		if got := (alert.Finding{Rule: r, Owner: "ada@x.example"}).Ways(); !slices.Equal(got, c.want) {
			t.Errorf("%v of %v is told by %v, want %v", c.kind, c.thing, got, c.want)
		}
	}
	f := alert.Finding{Rule: alert.Rule{Mute: true, To: []string{"x@x.example"}}, Also: []string{"Plan@x.example", "plan@x.example"}}
	if got := f.Ways(); !slices.Equal(got, []string{"mail:Plan@x.example"}) {
		t.Errorf("whom the plan names is told by %v", got)
	}
}

const nightly = `
name: Nightly
schedule: 0 2 * * *
window: 6h
nodes:
  - {name: stage, workspace: w1, dataflow: 00000000-0000-4000-8000-000000000002, critical: true}
  - {name: sales, workspace: w1, model: 00000000-0000-4000-8000-000000000003, needs: [stage], critical: true}
  - {name: extra, workspace: w1, model: 00000000-0000-4000-8000-000000000004, needs: [stage], critical: false}
  - {name: told, workspace: w1, model: 00000000-0000-4000-8000-000000000005, needs: [stage], critical: false, notify: [ann@x.example]}
`

func plan(t *testing.T, changed time.Time, runs []alert.Run, ends ...alert.NodeEnd) alert.Plan {
	t.Helper()
	p, problems := refreshplan.Parse([]byte(nightly))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return alert.Plan{ID: "P1", Name: p.Name, Plan: p, Changed: changed, Runs: runs, Ends: ends}
}

func TestPlans(t *testing.T) {
	t.Parallel()
	ago := func(h float64) time.Time { return now.Add(-time.Duration(h * float64(time.Hour))) }
	month := ago(720)
	ran := func(at float64, hours float64) alert.Run {
		return alert.Run{ID: "R", State: refreshplan.Good, Started: ago(at), Finished: ago(at - hours)}
	}
	past := []alert.Run{ran(10, 1), ran(34, 1), ran(58, 1.5)}
	under := append([]alert.Run{{ID: "U", State: "running", Started: ago(2.2), Waits: "Changes are on hold."}}, past...)
	kept := append([]alert.Run{{ID: "K", State: refreshplan.Bad, Started: ago(10), Finished: ago(2), Kept: 2, Why: "The plan's window was over."}}, past...)
	for _, c := range []struct {
		name string
		plan alert.Plan
		want string
	}{
		{"it ran in time", plan(t, month, past), ""},
		{"it never ran and its time has not come", plan(t, ago(1), nil), ""},
		{"it never ran", plan(t, month, nil), "plan-late: It should have begun on 21 Nov 02:00 UTC"},
		{"last night is missing", plan(t, month, past[1:]), "plan-late: It should have begun on 21 Nov 02:00 UTC"},
		{"it takes longer than ever", plan(t, month, under), "plan-late: It began on 21 Nov 09:48 UTC and has not ended. Nine of ten of its runs took at most 1 h 30 min. Changes are on hold."},
		{"it runs as long as it may", plan(t, month, append([]alert.Run{{Started: ago(1.9)}}, past...)), ""},
		{"not much is known of it, and its window is not over", plan(t, month, under[:2]), ""},
		{"something was kept back by the clock", plan(t, month, kept), "plan-late: Its last run did not refresh everything in time: 2 nodes"},
		{"a critical node failed", plan(t, month, past, alert.NodeEnd{Name: "stage", Phase: refreshplan.Failed, Run: "R", Reason: "The gateway did not answer."}),
			"node-failed: The node stage of the plan Nightly failed. The gateway did not answer. 3 nodes depend on it"},
		{"a node that is not critical failed", plan(t, month, past, alert.NodeEnd{Name: "extra", Phase: refreshplan.Failed}), ""},
		{"one that somebody wants to hear of failed", plan(t, month, past, alert.NodeEnd{Name: "told", Phase: refreshplan.Failed}), "node-failed: "},
		{"a node that is no longer in the plan failed", plan(t, month, past, alert.NodeEnd{Name: "gone", Phase: refreshplan.Failed}), ""},
		{"it went well in the end", plan(t, month, past, alert.NodeEnd{Name: "stage", Phase: refreshplan.Done}), ""},
	} {
		got := ""
		for _, f := range c.plan.Findings(rules(), now) {
			got += string(f.Kind) + ": " + f.Reason
		}
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

package refreshplan_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"steward/internal/refreshplan"
)

const whole = `name: Nightly
description: What finance opens at eight.
schedule: 0 2 * * 1-5
zone: Europe/Berlin
after: [01J0000000000000000000000A]
api: true
window: 6h
at_once: 3
per_capacity: 1
people: [AAAA-1]
notify: [bi@contoso.com]
nodes:
  - name: Raw
    workspace: W1
    dataflow: D1
  - name: Sales
    workspace: w2
    model: m1
    needs: [Raw]
    critical: false
    enhanced:
      type: full
      commit: partialBatch
      parallelism: 4
      retries: 1
      timeout: 1h
      objects:
        - table: Fact
          partition: "2026"
    retries: 0
    delay: 5m
    timeout: 90m
    earliest: 10m
    latest: 3h
    when:
      days: [Mon, Tuesday]
      upstream: true
      query:
        dax: EVALUATE ROW("n", COUNTROWS('Fact'))
        least: 1
      activity:
        name: ViewReport
        within: 24h
        least: 1
    gate:
      fresh: 24h
      query:
        dax: EVALUATE { [Total] }
        least: 1
        most: 2
    notify: [sales@contoso.com]
`

func TestYAMLBothWays(t *testing.T) {
	t.Parallel()
	p, problems := refreshplan.Parse([]byte(whole))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	n, _ := p.Node("Sales")
	if n.Critical || n.Enhanced.Objects[0].Partition != "2026" || n.When.Days[1] != time.Tuesday || *n.Gate.Query.Most != 2 || n.Timeout != 90*time.Minute {
		t.Errorf("read as %+v", n)
	}
	raw, _ := p.Node("Raw")
	if !raw.Critical || raw.Retries != 3 || raw.Delay != 15*time.Minute || raw.Timeout != 2*time.Hour || raw.Item != "d1" || raw.Kind != refreshplan.Dataflow {
		t.Errorf("the defaults are not those of the issue: %+v", raw)
	}
	again, problems := refreshplan.Parse([]byte(p.YAML()))
	if len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, p.YAML())
	}
	if want, have := p, again; !reflect.DeepEqual(want, have) {
		t.Errorf("got %v, want %v", have, want)
	}
	if got := p.Start.Next(time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)); !got.Equal(time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("two o'clock in Berlin on the Monday after the clocks changed is %s", got.UTC())
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	node := func(name, more string) string {
		return "  - name: " + name + "\n    workspace: w\n    model: " + name + "\n" + more
	}
	plan := func(nodes ...string) string { return "name: p\nnodes:\n" + strings.Join(nodes, "") }
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", plan(node("A", "    retrys: 2\n")), `Line 6: There is no key "retrys" here.`},
		{"unknown key of the plan", "name: p\ncron: x\nnodes: []\n", `Line 2: There is no key "cron" here.`},
		{"cycle", plan(node("A", "    needs: [C]\n"), node("B", "    needs: [A]\n"), node("C", "    needs: [B]\n")), "in a circle: A → B → C → A."},
		{"self", plan(node("A", "    needs: [A]\n")), "in a circle: A → A."},
		{"unknown need", plan(node("A", "    needs: [X]\n")), "Line 3: A needs X, which is no node of this plan."},
		{"twice", plan(node("A", ""), node("A", "")), "Two nodes are called A."},
		{"window of a way", plan(node("A", "    earliest: 3h\n"), node("B", "    needs: [A]\n"), node("C", "    needs: [B]\n    latest: 2h\n")), "C must start within 2h of the run's start, but A may not start before 3h: A → B → C."},
		{"window of one", plan(node("A", "    earliest: 3h\n    latest: 1h\n")), "latest (1h) must come after earliest (3h)"},
		{"window of the plan", "window: 1h\n" + plan(node("A", "    earliest: 2h\n"), node("B", "    needs: [A]\n")), "B cannot start before 2h, when the plan's window of 1h is over: A → B."},
		{"no time", plan(node("A", "    timeout: soon\n")), `"soon" is no length of time`},
		{"no day", plan(node("A", "    when: {days: [Sunny]}\n")), `"Sunny" is no day of the week`},
		{"no schedule", "schedule: at night\n" + plan(node("A", "")), `The schedule "at night" cannot be read.`},
		{"no zone", "schedule: 0 2 * * *\nzone: Atlantis\n" + plan(node("A", "")), `There is no time zone "Atlantis".`},
		{"enhanced dataflow", "name: p\nnodes:\n  - name: A\n    workspace: w\n    dataflow: a\n    enhanced: {type: full}\n", "only models have enhanced refreshes"},
		{"type", plan(node("A", "    enhanced: {type: quick}\n")), "the type of a refresh is full, clearValues"},
		{"no bound", plan(node("A", "    gate: {query: {dax: EVALUATE X}}\n")), "at least or at most"},
		{"no upstream", plan(node("A", "    when: {upstream: true}\n")), "has none"},
		{"empty", "", "The plan is empty."},
		{"two", plan(node("A", "")) + "---\nname: q\n", "one plan only"},
		{"no map", "- a\n- b\n", "not what a plan looks like"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := refreshplan.Parse([]byte(c.text))
			var all []string
			for _, p := range problems {
				all = append(all, p.Error())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestPropose(t *testing.T) {
	t.Parallel()
	all := map[string]refreshplan.Found{
		"d1": {ID: "d1", Workspace: "w1", Name: "Raw", Kind: refreshplan.Dataflow, Refreshable: true},
		"d2": {ID: "d2", Workspace: "w1", Name: "Clean", Kind: refreshplan.Dataflow, Refreshable: true, Upstream: []string{"d1", "gone"}},
		"m1": {ID: "m1", Workspace: "w2", Name: "Sales", Kind: refreshplan.Model, Refreshable: true, Upstream: []string{"d2"}},
		"m2": {ID: "m2", Workspace: "w2", Name: "Live", Kind: refreshplan.Model, Upstream: []string{"m1"}},
		"m3": {ID: "m3", Workspace: "w3", WorkspaceName: "Board", Name: "Sales", Kind: refreshplan.Model, Refreshable: true, Upstream: []string{"m2", "m3"}},
	}
	p, unknown := refreshplan.Propose("Board", []string{"m3"}, all)
	var got []string
	for _, n := range p.Nodes {
		got = append(got, n.Name+" ← "+strings.Join(n.Needs, ","))
	}
	if want, have := []string{"Raw ← ", "Clean ← Raw", "Sales ← Clean", "Sales (model) ← Sales"}, got; !reflect.DeepEqual(want, have) {
		t.Errorf("got %v, want %v", have, want)
	}
	if want, have := []string{"gone"}, unknown; !reflect.DeepEqual(want, have) {
		t.Errorf("got %v, want %v", have, want)
	}
	if problems := p.Check(); len(problems) > 0 {
		t.Error(problems)
	}
	if want, have := [][]string{{"Raw"}, {"Clean"}, {"Sales"}, {"Sales (model)"}}, p.Phases(); !reflect.DeepEqual(want, have) {
		t.Errorf("got %v, want %v", have, want)
	}
}

// TestKeptBack: what a critical failure keeps back is named with the reason, and
// what does not depend on it goes on.
func TestKeptBack(t *testing.T) {
	t.Parallel()
	p := refreshplan.Plan{Window: time.Hour, AtOnce: 9, PerCapacity: 9, Nodes: []refreshplan.Node{
		{Name: "A", Critical: true}, {Name: "B", Needs: []string{"A"}}, {Name: "C", Needs: []string{"B"}},
		{Name: "X"}, {Name: "Y", Needs: []string{"X"}}}}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := refreshplan.State{Started: now, Nodes: map[string]refreshplan.Status{
		"A": {Phase: refreshplan.Failed, Reason: "The gateway is offline."}, "X": {Phase: refreshplan.Failed}, "Y": {Phase: refreshplan.Done}}}
	for range 2 {
		for _, a := range refreshplan.Next(&p, s, now) {
			if a.Do != refreshplan.Lose {
				t.Fatalf("it wants to %s %s", a.Do, a.Node)
			}
			s.Nodes[a.Node] = refreshplan.Status{Phase: refreshplan.Lost, Reason: a.Reason}
		}
	}
	if got := s.Nodes["C"].Reason; got != "Not refreshed, because A failed. The gateway is offline." {
		t.Errorf("C says %q", got)
	}
	if a := refreshplan.Next(&p, s, now)[0]; a.Do != refreshplan.Finish || a.Reason != string(refreshplan.Bad) {
		t.Errorf("it ends with %+v", a)
	}
	delete(s.Nodes, "Y")
	if a := refreshplan.Next(&p, s, now)[0]; a.Do != refreshplan.Begin || a.Node != "Y" {
		t.Errorf("what comes after a failure that is not critical: %+v", a)
	}
}

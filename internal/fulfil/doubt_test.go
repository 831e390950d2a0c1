package fulfil_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/request"
	"steward/internal/sim"
)

// TestListLagsBehindTheFirstLook: names are not unique, the reply is lost, and
// the list shows the workspace only after the first look. There is one.
func TestListLagsBehindTheFirstLook(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.SameNames = true })
	id := b.agree(&request.WorkspaceCreateParams{Name: "Zebra Late"}, b.estate())
	b.clock.Advance(time.Hour)
	b.cloud.SetFaults([]sim.Fault{
		{Match: "*_CreateWorkspace", Nth: 1, Effect: sim.Effect{Drop: "after"}},
		{Match: "*_ListWorkspaces", Effect: sim.Effect{Lag: sim.Span(90 * time.Second)}}})
	b.goOn()
	b.want(id, db.RunDone)
	if n := len(b.named("Zebra Late")); n != 1 {
		t.Errorf("there are %d workspaces", n)
	}
}

// TestOperatorDecides: where sending again is not provably safe a person is
// asked, and whatever they say, nothing is made twice that can be seen.
func TestOperatorDecides(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		choice db.StepChoice
		exists bool // the lost call was performed
		state  db.RunState
		lines  int
	}{
		{"adopt what is there", db.ChooseAdopt, true, db.RunDone, 1},
		{"redo what is there after all", db.ChooseRedo, true, db.RunDone, 1},
		{"redo what is not there", db.ChooseRedo, false, db.RunDone, 1},
		{"stop", db.ChooseStop, false, db.RunFailed, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.agree(&request.PipelineCreateParams{Name: "Zebra Line"}, b.estate())
			b.clock.Advance(2 * time.Hour)
			drop := "before"
			if c.exists {
				drop = "after"
			}
			b.cloud.SetFaults([]sim.Fault{
				{Match: "Pipelines_CreatePipeline", Nth: 1, Effect: sim.Effect{Drop: drop}},
				{Match: "Pipelines_GetPipelines", To: sim.Span(time.Hour), Effect: sim.Effect{Lag: sim.Span(time.Hour)}}})
			b.goOn()
			s := b.steps(id)[0]
			if !s.Operator || s.State != db.StepInDoubt {
				t.Fatalf("the step is %s, operator %v: %s", s.State, s.Operator, s.Note)
			}
			if age := b.clock.Now().Sub(s.Intended); age > 30*time.Minute {
				t.Errorf("an operator is asked only after %v", age)
			}
			b.clock.Advance(time.Hour) // now the list shows it
			if err := b.db.ResolveStep(t.Context(), id, s.ID, c.choice, "", person("Olga")); err != nil {
				t.Fatal(err)
			}
			b.goOn()
			b.want(id, c.state)
			if n := len(b.pipelines()); n != c.lines {
				t.Errorf("there are %d pipelines, want %d", n, c.lines)
			}
		})
	}
}

package fulfil_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/request"
	"steward/internal/sim"
)

// crashed is what the program ends with at a fail point.
type crashed struct{ point string }

// TestCrashAnywhere ends the program at every point of a run: before and after
// each commit and each call. Whatever happens, nothing is done twice, nothing
// is lost, and what nobody can tell is shown to an operator.
//
// By default a sample of the points is taken; STEWARD_LONG=1 takes them all.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	some := func(weather int) bool { return weather%4 == 1 } // a calm and a rough one with lag, and two between
	fulfiltest.Everywhere(t, some, 5, 60, crash)
}

// crash carries out a small project and ends the program at the n-th point.
// It returns the points there were.
func crash(t *testing.T, w fulfiltest.Weather, n int, asked *int) (points []string) {
	t.Helper()
	b := setup(t, func(c *sim.Config) { c.SameNames = w.SameNames })
	p := b.small()
	id := b.agree(p, b.estate())
	b.clock.Advance(time.Hour) // so that lists that lag know the tenant
	b.cloud.SetFaults(w.Faults())
	b.hook = func(point string) {
		if len(points) == n {
			points = append(points, point)
			panic(crashed{point})
		}
		points = append(points, point)
	}
	for range 300 {
		more := b.surviving()
		*asked += b.operate(p)
		if !more && b.quiet() {
			break
		}
	}
	b.hook = nil
	b.want(id, db.RunDone)
	b.once(t, p)
	return points
}

// surviving is turn, with a restart when the program ended in it.
func (b *bed) surviving() (more bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crashed); !ok {
				panic(p)
			}
			under := b.underWay()
			b.restart()
			b.visible(under)
			more = true
		}
	}()
	return b.turn()
}

// visible checks that every step whose write may have been under way is in
// doubt after a restart, where the pages show it.
func (b *bed) visible(under int) {
	b.t.Helper()
	if n := b.inState(db.StepIntent); n != 0 {
		b.t.Errorf("%d steps look as if they were being written", n)
	}
	if n := b.inState(db.StepInDoubt); n < under {
		b.t.Errorf("%d writes may have been under way, %d are shown as in doubt", under, n)
	}
}

// underWay counts the writes that may have been under way; steps that only read
// are simply done again.
func (b *bed) underWay() (n int) {
	b.t.Helper()
	if err := b.db.Reader().QueryRow(b.t.Context(), `SELECT count(*) FROM run_step WHERE state = $1 AND operation NOT IN
		('Items_GetItemDefinition', 'Reports_ExportReportInGroup', 'Promotion_Preflight', 'Pipelines_GetPipelineStageArtifacts', 'Datasets_GetParametersInGroup', 'Datasets_ExecuteQueriesInGroup')`,
		string(db.StepIntent)).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bed) inState(state db.StepState) (n int) {
	b.t.Helper()
	if err := b.db.Reader().QueryRow(b.t.Context(), `SELECT count(*) FROM run_step WHERE state = $1`, string(state)).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bed) quiet() bool {
	open, err := b.db.Reader().OpenRuns(b.t.Context(), "")
	if err != nil {
		b.t.Fatal(err)
	}
	return len(open) == 0
}

// operate does what an operator would: look into the tenant, and say what
// became of each step that is theirs to judge.
func (b *bed) operate(p *request.ProjectParams) (asked int) {
	b.t.Helper()
	doubts, err := b.db.Reader().StepsInDoubt(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range doubts {
		if !s.Operator || s.Choice != "" {
			continue
		}
		asked++
		choice, found := db.ChooseRedo, ""
		if s.Operation == "Pipelines_CreatePipeline" {
			for _, line := range b.pipelines() {
				choice, found = db.ChooseAdopt, line.ID
			}
		}
		if err := b.db.ResolveStep(b.t.Context(), s.Run, s.ID, choice, found, person("operator")); err != nil {
			b.t.Fatal(err)
		}
	}
	return asked
}

// once checks that everything is there once, by the tenant and by the journal.
func (b *bed) once(t *testing.T, p *request.ProjectParams) {
	t.Helper()
	for i := range p.Environments {
		name := p.NameFor(i)
		if found := b.named(name); len(found) != 1 {
			t.Errorf("there are %d workspaces %s", len(found), name)
		} else if len(found[0].Grants) != 2 || found[0].CapacityID == "" {
			t.Errorf("%s has %d roles and capacity %q", name, len(found[0].Grants), found[0].CapacityID)
		}
	}
	if lines := b.pipelines(); len(lines) != 1 {
		t.Errorf("there are %d pipelines", len(lines))
	}
	fulfiltest.Once(t, b.cloud.Journal().Writes(), 2+2+2+1+2)
}

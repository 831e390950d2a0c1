package fulfil_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/promotion"
	"steward/internal/sim"
)

// TestPromotionCrashAnywhere ends the program at every point of a promotion:
// no deployment is sent twice, none is lost, and each is found again by the mark
// in its note.
//
// By default a sample of the points is taken; STEWARD_LONG=1 takes them all.
func TestPromotionCrashAnywhere(t *testing.T) {
	t.Parallel()
	calmAndRough := func(weather int) bool { return weather == 0 || weather == 9 } // the rough one with lag
	fulfiltest.Everywhere(t, calmAndRough, 4, 50, crashPromotion)
}

// crashPromotion deploys, maps and loads a model and a report, and ends the
// program at the n-th point. It returns the points there were.
func crashPromotion(t *testing.T, w fulfiltest.Weather, n int, asked *int) (points []string) {
	t.Helper()
	l := lineUp(t, func(c *sim.Config) { c.SameNames = w.SameNames })
	e := l.seen()
	l.mapped(e, promotion.Mapping{TakeOver: true, Refresh: true, Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-test"}}})
	id := l.agree(l.everything(), e)
	l.clock.Advance(time.Hour)
	before := len(l.cloud.Journal().Writes())
	l.cloud.SetFaults(w.Faults())
	l.hook = func(point string) {
		if len(points) == n {
			points = append(points, point)
			panic(crashed{point})
		}
		points = append(points, point)
	}
	for range 300 {
		more := l.surviving()
		*asked += l.operateAll()
		if !more && l.quiet() {
			break
		}
	}
	l.hook = nil
	l.want(id, db.RunDone)
	// The deployment, the parameters and the refresh; the new model is the
	// executor's already, so that taking it over is left out.
	fulfiltest.Once(t, l.cloud.Journal().Writes()[before:], 3)
	if s := l.step(id, "Deploy everything"); len(s.Parts) != 2 || s.Results["target/"+l.model] == "" {
		t.Errorf("what became of the items was lost: %+v %v", s.Parts, s.Results)
	}
	return points
}

// operateAll lets an operator send again what is theirs to judge: nothing here
// was sent that the portal cannot find by itself.
func (b *bed) operateAll() (asked int) {
	b.t.Helper()
	doubts, err := b.db.Reader().StepsInDoubt(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range doubts {
		if s.Operator && s.Choice == "" {
			asked++
			if err := b.db.ResolveStep(b.t.Context(), s.Run, s.ID, db.ChooseRedo, "", person("operator")); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	return asked
}

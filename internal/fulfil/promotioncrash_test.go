package fulfil_test

import (
	"os"
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
	long := os.Getenv("STEWARD_LONG") != ""
	cases, asked := 0, 0
	for i, w := range fulfiltest.Weathers() {
		if !long && i != 0 && i != 9 { // a calm one, and a rough one with lag
			continue
		}
		points := crashPromotion(t, w, -1, &asked)
		step := 1
		if !long {
			step = len(points)/4 + 1
		}
		for n := i % step; n < len(points); n += step {
			crashPromotion(t, w, n, &asked)
			cases++
			if t.Failed() {
				t.Fatalf("%v: the program ended at point %d: %s", w, n, points[n])
			}
		}
		if len(points) < 50 {
			t.Errorf("only %d fail points", len(points))
		}
		t.Logf("%v: %d points", w, len(points))
	}
	t.Logf("%d crashes, an operator was asked %d times", cases, asked)
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

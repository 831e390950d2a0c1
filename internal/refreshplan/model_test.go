package refreshplan_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/refreshplan"
)

// world is the naive model: it keeps what the service would count, knows nothing
// of how Next decides, and complains when a promise is broken.
type world struct {
	rnd     *rand.Rand
	plan    refreshplan.Plan
	state   refreshplan.State
	now     time.Time
	ends    map[string]time.Time   // what the service refreshes, until when
	starts  map[string][]time.Time // all it ever began
	slots   map[string]int
	good    map[string]bool // ended well in this run, or was not asked to
	problem string
	begun   int
	retried int
	killed  int
	lost    int
}

func (w *world) complain(format string, args ...any) {
	if w.problem == "" {
		w.problem = fmt.Sprintf(format, args...)
	}
}

// begin is the service's side of a start, with every promise looked at.
func (w *world) begin(name string) {
	n, _ := w.plan.Node(name)
	for _, need := range n.Needs {
		up, _ := w.plan.Node(need)
		at := w.state.Nodes[need].Phase
		if !w.good[need] && (up.Critical || at != refreshplan.Failed) {
			w.complain("%s began before %s (%s) had succeeded", name, need, at)
		}
	}
	if _, runs := w.ends[name]; runs {
		w.complain("%s was begun twice", name)
	}
	if w.good[name] {
		w.complain("%s was begun again after it had succeeded", name)
	}
	w.starts[name] = append(w.starts[name], w.now)
	w.ends[name] = w.now.Add(time.Duration(1+w.rnd.IntN(150)) * time.Minute)
	w.begun++
	w.limits(name)
}

// limits counts as the service does: a day's starts, its schedule included, and
// what runs at once.
func (w *world) limits(name string) {
	today := w.slots[name]
	for _, t := range w.starts[name] {
		if t.After(w.now.Add(-24 * time.Hour)) {
			today++
		}
	}
	if limit := w.state.Quota[name].Limit; today > limit {
		w.complain("%s was refreshed %d times in a day, of %d", name, today, limit)
	}
	on := map[string]int{}
	for running := range w.ends {
		on[w.state.Capacity[running]]++
	}
	here := w.state.Capacity[name]
	if len(w.ends) > w.plan.AtOnce || on[here] > w.plan.PerCapacity {
		w.complain("%d refreshes at once of %d, %d on a capacity of %d", len(w.ends), w.plan.AtOnce, on[here], w.plan.PerCapacity)
	}
	if len(w.ends)+w.state.Elsewhere.Total > w.state.Bounds.Total || on[here]+w.state.Elsewhere.Capacity[here] > w.state.Bounds.PerCapacity {
		w.complain("the tenant's bounds were exceeded")
	}
}

// newWorld makes a random graph with its surroundings.
func newWorld(seed uint64) *world {
	rnd := rand.New(rand.NewPCG(seed, 7))
	w := &world{rnd: rnd, now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), ends: map[string]time.Time{}, starts: map[string][]time.Time{},
		slots: map[string]int{}, good: map[string]bool{}}
	w.plan = refreshplan.Plan{Name: "p", Window: time.Duration(2+rnd.IntN(22)) * time.Hour, AtOnce: 1 + rnd.IntN(5), PerCapacity: 1 + rnd.IntN(3)}
	w.state = refreshplan.State{Started: w.now, Nodes: map[string]refreshplan.Status{}, Capacity: map[string]string{}, Quota: map[string]refreshplan.Quota{},
		Elsewhere: refreshplan.Load{Total: rnd.IntN(3), Capacity: map[string]int{}}, Bounds: refreshplan.Bounds{Total: 3 + rnd.IntN(4), PerCapacity: 1 + rnd.IntN(3)}}
	for i := range 1 + rnd.IntN(14) {
		n := refreshplan.Node{Name: fmt.Sprintf("n%d", i), Kind: refreshplan.Model, Workspace: "w", Item: fmt.Sprint(i), Critical: rnd.IntN(3) > 0,
			Retries: rnd.IntN(4), Delay: time.Duration(rnd.IntN(40)) * time.Minute, Timeout: time.Duration(20+rnd.IntN(160)) * time.Minute}
		for before := range i {
			if rnd.IntN(4) == 0 {
				n.Needs = append(n.Needs, fmt.Sprintf("n%d", before))
			}
		}
		if rnd.IntN(2) == 0 {
			n.Enhanced = &refreshplan.Enhanced{}
		}
		n.When.Upstream = len(n.Needs) > 0 && rnd.IntN(5) == 0
		if rnd.IntN(6) == 0 {
			n.When.Days = []time.Weekday{time.Weekday(rnd.IntN(7))}
		}
		if rnd.IntN(4) == 0 {
			n.Gate.Fresh = time.Hour
		}
		if rnd.IntN(8) == 0 {
			n.Latest = time.Duration(1+rnd.IntN(300)) * time.Minute
		}
		w.plan.Nodes = append(w.plan.Nodes, n)
		w.surround(n.Name)
	}
	return w
}

// surround gives a node a capacity, a quota and a past.
func (w *world) surround(name string) {
	limit := refreshplan.SharedPerDay
	if on := w.rnd.IntN(4); on > 0 {
		w.state.Capacity[name], limit = fmt.Sprintf("c%d", on), refreshplan.DedicatedPerDay
	}
	q := refreshplan.Quota{Limit: limit, Slots: w.rnd.IntN(limit)}
	for range w.rnd.IntN(limit - q.Slots + 1) {
		at := w.now.Add(-time.Duration(w.rnd.IntN(26*60)) * time.Minute)
		q.Starts, w.starts[name] = append(q.Starts, at), append(w.starts[name], at)
	}
	w.slots[name] = q.Slots
	w.state.Quota[name] = q
}

// run lives through a run: it does what Next says, lets refreshes end, fail and
// take too long, kills the carrier between any two things, and cancels at times.
func (w *world) run() {
	cancelAt := time.Time{}
	if w.rnd.IntN(20) == 0 {
		cancelAt = w.now.Add(time.Duration(w.rnd.IntN(300)) * time.Minute)
	}
	for turn := 0; w.problem == ""; turn++ {
		if turn > 20000 {
			w.complain("the run does not end")
			return
		}
		if !cancelAt.IsZero() && !w.now.Before(cancelAt) {
			w.state.Cancelled, w.state.CancelledBy = true, "Somebody"
		}
		w.service()
		actions := refreshplan.Next(&w.plan, w.state, w.now)
		if actions[0].Do == refreshplan.Finish {
			w.finished()
			return
		}
		for _, a := range actions {
			if w.rnd.IntN(12) == 0 {
				w.killed++ // the carrier dies here; what it had written down stays
				break
			}
			w.do(a)
		}
	}
}

// service lets what has run its time end.
func (w *world) service() {
	for name, end := range w.ends {
		at := w.state.Nodes[name]
		if end.After(w.now) {
			continue
		}
		delete(w.ends, name)
		n, _ := w.plan.Node(name)
		if at.Phase != refreshplan.Running && at.Phase != refreshplan.Cancelling {
			at.Lingers = false // it was given up; it just ends
			w.state.Nodes[name] = at
			continue
		}
		ok := at.Phase == refreshplan.Running && w.rnd.IntN(4) > 0
		at = n.Ended(at, ok, "It ended.", w.now)
		w.state.Nodes[name] = at
		w.good[name] = at.Phase == refreshplan.Done
	}
}

func (w *world) do(a refreshplan.Action) {
	at := w.state.Nodes[a.Node]
	n, _ := w.plan.Node(a.Node)
	switch a.Do {
	case refreshplan.Ask:
		at.Answer = refreshplan.No
		if w.rnd.IntN(2) == 0 {
			at.Answer = refreshplan.Yes
		}
	case refreshplan.Begin:
		w.start(a.Node, &at)
	case refreshplan.Check:
		at = n.Gated(at, w.rnd.IntN(5) > 0, "The gate.", w.now)
		w.good[a.Node] = at.Phase == refreshplan.Done
	case refreshplan.Cancel:
		at.Phase = refreshplan.Cancelling
		w.ends[a.Node] = w.now.Add(time.Minute)
	case refreshplan.Skip:
		at.Phase, w.good[a.Node] = refreshplan.Skipped, true
	case refreshplan.Lose:
		at.Phase = refreshplan.Lost
		w.lost++
	case refreshplan.Fail:
		at.Phase, at.Lingers = refreshplan.Failed, true
	case refreshplan.Wait:
		w.wait(a.At)
		return
	}
	at.Reason = a.Reason
	w.state.Nodes[a.Node] = at
}

// start begins a refresh, or finds the model busy.
func (w *world) start(name string, at *refreshplan.Status) {
	if end, runs := w.ends[name]; runs || w.rnd.IntN(10) == 0 {
		if !runs {
			end = w.now.Add(5 * time.Minute)
		}
		at.Phase, at.Wake = refreshplan.Waiting, end
		return
	}
	if at.Phase == refreshplan.Retrying {
		w.retried++
	}
	w.begin(name)
	at.Phase, at.Since = refreshplan.Running, w.now
	at.Tries++
	q := w.state.Quota[name]
	q.Starts = append(q.Starts, w.now)
	w.state.Quota[name] = q
}

// wait moves the clock to what comes next.
func (w *world) wait(until time.Time) {
	for _, end := range w.ends {
		if until.IsZero() || end.Before(until) {
			until = end
		}
	}
	if until.IsZero() {
		w.complain("it waits for nothing")
		return
	}
	if until.After(w.now) {
		w.now = until
	}
}

func (w *world) finished() {
	for _, n := range w.plan.Nodes {
		if !w.state.Nodes[n.Name].Phase.Ended() {
			w.complain("the run ended and %s did not", n.Name)
		}
	}
}

// TestGraphsAgainstModel is the figure of issue 7: random graphs with failures,
// delays and kills, in which nothing runs before what it needs succeeded,
// nothing runs twice, and no limit is exceeded.
func TestGraphsAgainstModel(t *testing.T) {
	t.Parallel()
	graphs := uint64(4000)
	if os.Getenv("STEWARD_LONG") != "" {
		graphs = 100_000
	}
	var next, begun, retried, killed, lost atomic.Uint64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := next.Add(1); seed <= graphs && !t.Failed(); seed = next.Add(1) {
				w := newWorld(seed)
				if bad := w.plan.Check(); len(bad) > 0 && bad[0].Node == "" {
					t.Errorf("seed %d: %v", seed, bad)
				}
				w.run()
				if w.problem != "" {
					t.Errorf("seed %d: %s", seed, w.problem)
				}
				begun.Add(uint64(w.begun))
				retried.Add(uint64(w.retried))
				killed.Add(uint64(w.killed))
				lost.Add(uint64(w.lost))
			}
		})
	}
	wg.Wait()
	t.Logf("%d graphs: %d refreshes, %d of them retries, %d kills, %d nodes kept back; 0 promises broken", graphs, begun.Load(), retried.Load(), killed.Load(), lost.Load())
	if begun.Load() < graphs || retried.Load() == 0 || killed.Load() == 0 || lost.Load() == 0 {
		t.Error("the graphs do not try what they are to try")
	}
}

package refreshrun_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/refreshplan"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// crashed is what the program ends with at a fail point.
type crashed struct{ point string }

// small is a dataflow, two models on it and a chained one.
func (b *bed) small() (refreshplan.Plan, map[string]string) {
	items := map[string]string{"Raw": b.item(b.space, "Raw", refreshplan.Dataflow), "Sales": b.item(b.space, "Sales", refreshplan.Model),
		"Cost": b.item(b.space, "Cost", refreshplan.Model), "Board": b.item(b.space, "Board", refreshplan.Model)}
	cost := b.node("Cost", refreshplan.Model, items["Cost"], "Raw")
	cost.Enhanced = &refreshplan.Enhanced{Type: "full", Commit: "partialBatch", Parallelism: 2, Objects: []refreshplan.Object{{Table: "Fact"}}}
	return refreshplan.Plan{Name: "Nightly", AtOnce: 2, PerCapacity: 2, Nodes: []refreshplan.Node{b.node("Raw", refreshplan.Dataflow, items["Raw"]),
		b.node("Sales", refreshplan.Model, items["Sales"], "Raw"), cost, b.node("Board", refreshplan.Model, items["Board"], "Sales", "Cost")}}, items
}

// crash carries the small plan out and ends the program at the n-th point.
func crash(t *testing.T, n int) (points []string) {
	t.Helper()
	b := setup(t)
	plan, items := b.small()
	run := b.begin(b.plan(plan))
	b.hook = func(point string) {
		points = append(points, point)
		if len(points) == n+1 {
			panic(crashed{point})
		}
	}
	for range 2000 {
		if !b.surviving(run) {
			break
		}
	}
	if r := b.run(run); r.State != refreshplan.Good {
		t.Errorf("the run is %s: %s %+v", r.State, r.Note, b.nodes(run))
	}
	for name, item := range items {
		if got := b.began(item); got != 1 {
			t.Errorf("%s was refreshed %d times", name, got)
		}
	}
	return points
}

func (b *bed) surviving(run string) (more bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crashed); !ok {
				panic(p)
			}
			b.restart()
			more = true
		}
	}()
	return b.turn(run)
}

// TestCrashAnywhere ends the program at every point of a run, before and after
// each commit and each call: everything is refreshed once, and nothing twice.
// By default a sample of the points is taken; STEWARD_LONG=1 takes them all.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	points := crash(t, -1)
	step := len(points)/12 + 1
	if os.Getenv("STEWARD_LONG") != "" {
		step = 1
	}
	cases := 0
	for n := 0; n < len(points) && !t.Failed(); n += step {
		crash(t, n)
		if cases++; t.Failed() {
			t.Logf("the program ended at point %d: %s", n, points[n])
		}
	}
	t.Logf("%d points, %d crashes", len(points), cases)
	if len(points) < 40 {
		t.Errorf("only %d fail points", len(points))
	}
}

// fail gives an item a past that ends badly: the stand-in goes on so.
func (b *bed) fail(item string) {
	b.world.AddRefresh(item, world.Refresh{RequestID: "0f1e2d3c-0000-4000-8000-0000000000ff", Type: "Scheduled", Start: start.Add(-3 * time.Hour), End: start.Add(-2 * time.Hour),
		Status: world.RefreshFailed, ErrorCode: "ModelRefreshFailed_CredentialsNotSpecified", ErrorText: "The credentials are missing."})
}

func (b *bed) mend(item string) {
	b.world.AddRefresh(item, world.Refresh{RequestID: "0f1e2d3c-0000-4000-8000-0000000000fe", Type: "OnDemand", Start: b.clock.Now(), End: b.clock.Now().Add(time.Second), Status: world.RefreshCompleted})
	b.clock.Advance(time.Minute)
}

// TestFailureKeepsBack: a failure is tried again, keeps back what depends on it
// with the reason, and the run can be resumed from there.
func TestFailureKeepsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plan, items := b.small()
	b.fail(items["Sales"])
	id := b.plan(plan)
	run := b.begin(id)
	r, nodes := b.goOn(run), b.nodes(run)
	if r.State != refreshplan.Bad || b.began(items["Sales"]) != 2 || b.began(items["Board"]) != 0 || nodes["Cost"].Phase != refreshplan.Done {
		t.Fatalf("%s %s, %d tries: %+v", r.State, r.Note, b.began(items["Sales"]), nodes)
	}
	want := "Not refreshed, because Sales failed. The credentials are missing. (ModelRefreshFailed_CredentialsNotSpecified)"
	if got := nodes["Board"]; got.Phase != refreshplan.Lost || got.Reason != want {
		t.Errorf("what was kept back says %q", got.Reason)
	}
	tries, err := b.db.Reader().PlanTries(t.Context(), run)
	if err != nil || len(tries) != 4 {
		t.Fatalf("%d starts, %v", len(tries), err)
	}
	for _, try := range tries {
		if try.RequestID == "" || !strings.HasPrefix(try.Sent, "POST groups/") || try.Ended.IsZero() {
			t.Errorf("a start without its evidence: %+v", try)
		}
	}
	b.mend(items["Sales"])
	again := b.resume(run)
	if r := b.goOn(again); r.State != refreshplan.Good || b.began(items["Sales"]) != 3 || b.began(items["Raw"]) != 1 || b.began(items["Cost"]) != 1 || b.began(items["Board"]) != 1 {
		t.Errorf("resumed, the run is %s: %s", r.State, r.Note)
	}
}

// TestDailyLimit: on shared capacity eight a day are allowed, the schedule's
// slots included; the ninth is not sent.
func TestDailyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	item := b.item(b.shared, "Shared", refreshplan.Model)
	err := b.world.Mutate(b.shared, b.clock.Now(), func(w *world.Workspace) error {
		w.Item(item).Model.Schedule = &world.Schedule{Days: []string{"Monday"}, Times: []string{"06:00", "18:00"}, Enabled: true, TimeZone: "UTC"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := b.node("Shared", refreshplan.Model, item)
	n.Workspace = b.shared
	id := b.plan(refreshplan.Plan{Name: "Shared", Nodes: []refreshplan.Node{n}})
	for i := range 7 {
		run := b.begin(id)
		r, node := b.goOn(run), b.nodes(run)["Shared"]
		if good := i < 6; (r.State == refreshplan.Good) != good {
			t.Fatalf("run %d is %s: %s", i+1, r.State, node.Reason)
		}
		if i == 6 && !strings.Contains(node.Reason, "as often as Microsoft allows in a day (8, its schedule included)") {
			t.Errorf("it says %q", node.Reason)
		}
	}
	if got := b.began(item); got != 6 {
		t.Errorf("the stand-in counted %d refreshes beside two slots of a schedule", got)
	}
}

// TestBusyAndSlow: a model that somebody else refreshes is waited for, and an
// enhanced refresh that takes too long is cancelled.
func TestBusyAndSlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	busy, slow := b.item(b.space, "Busy", refreshplan.Model), b.item(b.space, "Slow", refreshplan.Model)
	b.cloud.Acts.HangItem(slow)
	b.world.AddRefresh(busy, world.Refresh{RequestID: "0f1e2d3c-0000-4000-8000-0000000000aa", Type: "OnDemand", Start: b.clock.Now(), End: b.clock.Now().Add(30 * time.Minute), Status: world.RefreshCompleted})
	b.clock.Advance(time.Second)
	n := b.node("Slow", refreshplan.Model, slow)
	n.Enhanced, n.Retries, n.Timeout = &refreshplan.Enhanced{Type: "automatic"}, 0, 20*time.Minute
	run := b.begin(b.plan(refreshplan.Plan{Name: "Slow", AtOnce: 2, PerCapacity: 2, Nodes: []refreshplan.Node{b.node("Busy", refreshplan.Model, busy), n}}))
	b.goOn(run)
	nodes := b.nodes(run)
	if got := nodes["Busy"]; got.Phase != refreshplan.Done || got.Tries != 1 || b.began(busy) != 1 {
		t.Errorf("the busy model: %+v", got)
	}
	if got := nodes["Slow"]; got.Phase != refreshplan.Failed || !strings.Contains(got.Reason, "It took longer than 20m. It was stopped.") {
		t.Errorf("the slow model: %+v", got)
	}
	if r := b.world.Refreshes(slow, b.clock.Now(), 1)[0]; r.Status != world.RefreshCancelled {
		t.Errorf("at Microsoft it is %s", r.Status)
	}
}

// TestStandInCounts runs random plans with faults and crashes over HTTP, and
// lets the stand-in count.
func TestStandInCounts(t *testing.T) {
	t.Parallel()
	plans := 4
	if os.Getenv("STEWARD_LONG") != "" {
		plans = 60
	}
	refreshes, crashes := 0, 0
	for seed := range plans {
		rnd := rand.New(rand.NewPCG(uint64(seed), 3)) //nolint:gosec // a test's dice
		b := setup(t)
		b.cloud.SetFaults([]sim.Fault{{Match: "Datasets_RefreshDatasetInGroup", Every: 3, Effect: sim.Effect{Drop: "after"}}})
		p := refreshplan.Plan{Name: fmt.Sprint("random ", seed), AtOnce: 3, PerCapacity: 2}
		items := map[string]string{}
		for i := range 6 {
			name := fmt.Sprint("n", i)
			items[name] = b.item(b.space, name, refreshplan.Model)
			n := b.node(name, refreshplan.Model, items[name])
			for before := range i {
				if rnd.IntN(3) == 0 {
					n.Needs = append(n.Needs, fmt.Sprint("n", before))
				}
			}
			p.Nodes = append(p.Nodes, n)
		}
		run := b.begin(b.plan(p))
		b.hook = func(point string) {
			if rnd.IntN(40) == 0 {
				crashes++
				panic(crashed{point})
			}
		}
		for range 3000 {
			if !b.surviving(run) {
				break
			}
		}
		if r := b.run(run); r.State != refreshplan.Good {
			t.Errorf("seed %d: %s %s", seed, r.State, r.Note)
		}
		ends := map[string]time.Time{}
		for name, item := range items {
			if got := b.began(item); got != 1 {
				t.Errorf("seed %d: %s was refreshed %d times", seed, name, got)
			}
			refreshes++
			ends[name] = b.world.Refreshes(item, b.clock.Now(), 1)[0].End
		}
		for _, n := range p.Nodes {
			began := b.world.Refreshes(n.Item, b.clock.Now(), 1)[0].Start
			for _, need := range n.Needs {
				if began.Before(ends[need]) {
					t.Errorf("seed %d: %s began before %s had ended", seed, n.Name, need)
				}
			}
		}
	}
	t.Logf("%d plans, %d refreshes, %d crashes, every third reply lost", plans, refreshes, crashes)
}

// TestTriggers: a plan begins by its schedule, and by the end of another.
func TestTriggers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.plan(refreshplan.Plan{Name: "First", Start: refreshplan.Start{Cron: "0 2 * * *", Zone: "Europe/Berlin"},
		Nodes: []refreshplan.Node{b.node("A", refreshplan.Model, b.item(b.space, "A", refreshplan.Model))}})
	b.plan(refreshplan.Plan{Name: "Second", Start: refreshplan.Start{After: []string{first}},
		Nodes: []refreshplan.Node{b.node("B", refreshplan.Model, b.item(b.space, "B", refreshplan.Model))}})
	if due, err := b.Due(t.Context()); err != nil || len(due) != 0 {
		t.Fatalf("before its time: %v %v", due, err)
	}
	b.clock.Set(time.Date(2026, 10, 21, 0, 0, 1, 0, time.UTC)) // two o'clock in Berlin
	due, err := b.Due(t.Context())
	if err != nil || len(due) != 1 {
		t.Fatalf("at its time: %v %v", due, err)
	}
	if r := b.goOn(due[0]); r.State != refreshplan.Good || r.Cause != db.BySchedule {
		t.Errorf("the run is %+v", r)
	}
	due, err = b.Due(t.Context())
	if err != nil || len(due) != 1 {
		t.Fatalf("after the first: %v %v", due, err)
	}
	if r := b.goOn(due[0]); r.State != refreshplan.Good || r.Cause != db.ByPlan || r.Plan != "plan-Second" {
		t.Errorf("what follows is %+v", r)
	}
}

// Package fulfiltest is what every crash test of acting needs: the weathers a
// crash happens in, what a scan would have seen of a pretend tenant, and the
// count of what was done by the stand-in's journal, and a stand-in with the
// executor's client. Programs are started and killed by the tests of
// internal/fulfil, internal/refreshrun and internal/app.
package fulfiltest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"steward/internal/sim"
)

// Weather is what a crash happens in: what becomes of replies and lists, and
// whether the service refuses a second workspace of a name.
type Weather struct {
	// Lost loses the reply to the first write of each kind; it was performed.
	Lost bool
	// Lag is how far the lists are behind, by the stand-in's clock.
	Lag time.Duration
	// SameNames lets two workspaces have one name.
	SameNames bool
}

// String names the weather in a test's name.
func (w Weather) String() string {
	return fmt.Sprintf("replies lost %v, lists lag %v, names unique %v", w.Lost, w.Lag, !w.SameNames)
}

// Writes are the operations whose first reply is lost in bad weather, Lists
// those that lag. A new way of acting adds its own here, so that both crash
// tests have it.
var (
	Writes = []string{"*_CreateWorkspace", "Groups_AddGroupUser", "Groups_AssignToCapacity", "Pipelines_CreatePipeline", "Pipelines_AssignWorkspace",
		"Pipelines_DeployAll", "Pipelines_SelectiveDeploy", "Datasets_UpdateParametersInGroup", "Datasets_RefreshDatasetInGroup"}
	Lists = []string{"*_ListWorkspaces", "Pipelines_GetPipelines", "Groups_GetGroupUsers", "Pipelines_GetPipelineOperations", "Datasets_GetRefreshHistoryInGroup"}
)

// Faults is the weather as the stand-in takes it.
func (w Weather) Faults() (out []sim.Fault) {
	if w.Lost {
		for _, op := range Writes {
			out = append(out, sim.Fault{Match: op, Nth: 1, Effect: sim.Effect{Drop: "after"}})
		}
	}
	if w.Lag > 0 {
		for _, op := range Lists {
			out = append(out, sim.Fault{Match: op, Effect: sim.Effect{Lag: sim.Span(w.Lag)}})
		}
	}
	return out
}

// Weathers are the twelve of the issue: replies lost or not, lists that lag by
// nothing, 300 ms and 5 s, names unique or not.
func Weathers() (out []Weather) {
	for _, lost := range []bool{false, true} {
		for _, lag := range []time.Duration{0, 300 * time.Millisecond, 5 * time.Second} {
			for _, same := range []bool{false, true} {
				out = append(out, Weather{lost, lag, same})
			}
		}
	}
	return out
}

// Everywhere ends a program at its points in the weathers that pick names: a
// sample of about samples points in each, or all of both with STEWARD_LONG=1.
// crash carries the same thing out with the n-th point as its end (none when
// negative), adds how often an operator was asked, and returns the points there
// were; fewer than least say that the test no longer looks where it did.
func Everywhere(t *testing.T, pick func(weather int) bool, samples, least int, crash func(t *testing.T, w Weather, n int, asked *int) []string) {
	t.Helper()
	long := os.Getenv("STEWARD_LONG") != ""
	cases, asked := 0, 0
	for i, w := range Weathers() {
		if !long && !pick(i) {
			continue
		}
		points := crash(t, w, -1, &asked)
		step := 1
		if !long {
			step = len(points)/samples + 1
		}
		for n := i % step; n < len(points); n += step {
			crash(t, w, n, &asked)
			cases++
			if t.Failed() {
				t.Fatalf("%v: the program ended at point %d: %s", w, n, points[n])
			}
		}
		if len(points) < least {
			t.Errorf("only %d fail points", len(points))
		}
		t.Logf("%v: %d points", w, len(points))
	}
	t.Logf("%d crashes, an operator was asked %d times", cases, asked)
}

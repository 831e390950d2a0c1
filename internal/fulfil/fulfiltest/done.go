package fulfiltest

import (
	"strings"
	"testing"

	"steward/internal/sim"
)

// Done counts how often the executor had each write performed, by operation,
// path and body: a write counts when the operation itself succeeded, also if
// the caller never heard of it.
func Done(writes []sim.Entry) map[string]int {
	done := map[string]int{}
	for _, w := range writes {
		if w.Caller == "executor" && w.Outcome >= 200 && w.Outcome < 300 {
			done[w.Operation+" "+w.Path+" "+w.Body]++
		}
	}
	return done
}

// Once fails the test when a write was done twice, or when not exactly want
// different ones were done.
func Once(t *testing.T, writes []sim.Entry, want int) {
	t.Helper()
	done := Done(writes)
	for what, n := range done {
		if n != 1 {
			t.Errorf("done %d times: %s", n, what)
		}
	}
	if len(done) != want {
		var lines []string
		for what := range done {
			lines = append(lines, what)
		}
		t.Errorf("%d different writes were done, want %d:\n%s", len(done), want, strings.Join(lines, "\n"))
	}
}

package web

import (
	"fmt"
	"slices"
	"testing"

	"steward/web/templates"
)

// TestLongPlansDiffer shows what changed in plans that are too long to be
// compared line by line: one changed line alone, and everything when nothing
// is alike. Nothing would read as "the same".
func TestLongPlansDiffer(t *testing.T) {
	t.Parallel()
	lines := func(name string) []string {
		out := make([]string, 2*mostLines)
		for i := range out {
			out[i] = fmt.Sprint(name, i)
		}
		return out
	}
	long := lines("line ")
	changed := slices.Clone(long)
	changed[mostLines] = "another"
	a, b := differing(long, changed)
	if got := replaced(a, b); !slices.Equal(got, []templates.PlanLine{{Sign: "−", Text: long[mostLines]}, {Sign: "+", Text: "another"}}) {
		t.Errorf("one line changed: %v", got)
	}
	a, b = differing(long, lines("other "))
	if got := replaced(a, b); len(got) != 4*mostLines {
		t.Errorf("everything changed: %d lines", len(got))
	}
	if a, b = differing(long, slices.Clone(long)); len(a)+len(b) != 0 {
		t.Errorf("the same differs in %d lines", len(a)+len(b))
	}
}

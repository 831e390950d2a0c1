package violation_test

import (
	"slices"
	"testing"
	"time"

	"steward/internal/violation"
)

// An owner who stays silent is reminded at each period, others are told once,
// and a portal that stood still does not make up for the reminders it missed.
func TestSilenceOfAnOwner(t *testing.T) {
	t.Parallel()
	p := violation.Periods{}.OrUsual()
	start := time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)
	run := func(nobody bool, days ...int) (reminded, escalated []int) {
		q := violation.Question{Asked: start, Nobody: nobody}
		for _, d := range days {
			now := start.AddDate(0, 0, d)
			r, e := p.Owed(q, now)
			if r {
				q.Reminded, reminded = now, append(reminded, d)
			}
			if e {
				q.Escalated, escalated = now, append(escalated, d)
			}
		}
		return reminded, escalated
	}
	every := make([]int, 61)
	for i := range every {
		every[i] = i
	}
	for name, c := range map[string]struct {
		nobody    bool
		days      []int
		reminded  []int
		escalated []int
	}{
		"looked at daily": {false, every, []int{14, 28, 42, 56}, []int{30}},
		"stood still":     {false, []int{0, 1, 59, 60}, []int{59}, []int{59}},
		"nobody to ask":   {true, every, nil, []int{0}},
	} {
		r, e := run(c.nobody, c.days...)
		if !slices.Equal(r, c.reminded) || !slices.Equal(e, c.escalated) {
			t.Errorf("%s: reminded %v, escalated %v", name, r, e)
		}
	}
}

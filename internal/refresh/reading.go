package refresh

import (
	"time"

	"steward/internal/tenant"
)

// How Microsoft keeps a history (api guide, section 5.1): it tells at most
// HistoryMost runs, and forgets those older than three days once it knows
// HistoryLeast newer ones.
const (
	HistoryMost  = 60
	HistoryLeast = 20
)

// Times between two looks at an item's history.
const (
	soonest    = 15 * time.Minute
	whileRuns  = 10 * time.Minute
	oftenAgain = 24 * time.Hour
	seldom     = 7 * 24 * time.Hour
)

// NextRead is when to look at a history again, after a look that found runs, the
// newest first: when the next slot's refresh should have ended, soon while one
// is under way, and before Microsoft can have forgotten any.
func NextRead(s *tenant.RefreshSchedule, runs []Run, now time.Time) time.Time {
	if len(runs) > 0 && runs[0].Status == Running {
		return now.Add(whileRuns)
	}
	next := now.Add(oftenAgain)
	if len(runs) == 0 && (s == nil || !s.Enabled) {
		return now.Add(seldom)
	}
	if slots := Slots(s, now.Add(-soonest), next); len(slots) > 0 {
		end := slots[0].Add(soonest + typical(runs))
		if end.Before(now.Add(soonest)) && len(slots) > 1 {
			end = slots[1].Add(soonest + typical(runs))
		}
		next = earlier(next, end)
	}
	if n := len(runs); n >= HistoryMost {
		next = earlier(next, now.Add(runs[0].Start.Sub(runs[n-1].Start)/2))
	}
	if least := now.Add(soonest); next.Before(least) {
		return least
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// typical is how long the newest runs took, on average.
func typical(runs []Run) time.Duration {
	var sum time.Duration
	n := 0
	for i := range runs[:min(len(runs), 5)] {
		if d := runs[i].Took(); d > 0 {
			sum, n = sum+d, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n)
}

// Enough is how many of the newest runs to ask for, so that none is missed that
// began since a look at readAt; HistoryMost for the first look.
func Enough(s *tenant.RefreshSchedule, readAt, now time.Time) int {
	if readAt.IsZero() || now.Sub(readAt) > 4*24*time.Hour {
		return HistoryMost
	}
	return min(HistoryMost, 5+2*len(Slots(s, readAt.Add(-time.Hour), now)))
}

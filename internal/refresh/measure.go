package refresh

import (
	"cmp"
	"slices"
	"time"
)

// Figures are what a time of refreshes comes to.
type Figures struct {
	// Runs are all; Completed, Failed and Cancelled those that ended so.
	Runs, Completed, Failed, Cancelled int
	// The durations are of those that completed; zero when none did. Spread is
	// between the quarter that was quickest and the one that was slowest.
	Mean, Median, Slow90, Longest, Spread time.Duration
	// Wait is the median time between slot and start, LongestWait the longest;
	// of Waited scheduled runs.
	Wait, LongestWait time.Duration
	Waited            int
	// Trend is how much of its median the duration grows in a week: 0.1 is a
	// tenth. Zero when there are too few days.
	Trend float64
	// Slower is the median of the last week divided by the one before; zero
	// when either has too few runs.
	Slower float64
}

// Success is the share of those that ended well among those that ended well or
// badly; false when none did either.
func (f Figures) Success() (float64, bool) {
	n := f.Completed + f.Failed
	if n == 0 {
		return 0, false
	}
	return float64(f.Completed) / float64(n), true
}

// Measure sums up runs; slots are those of the schedule, in order.
func Measure(runs []Run, slots []time.Time, now time.Time) Figures {
	f := Figures{Runs: len(runs)}
	var took, wait []time.Duration
	for i := range runs {
		switch r := &runs[i]; {
		case r.Status == Completed:
			f.Completed++
			if d := r.Took(); d > 0 {
				took = append(took, d)
			}
		case r.Status.Broken():
			f.Failed++
		case r.Status == Cancelled:
			f.Cancelled++
		}
		if runs[i].Type == "Scheduled" {
			if w, ok := waited(slots, runs[i].Start); ok {
				wait = append(wait, w)
			}
		}
	}
	if len(wait) > 0 {
		slices.Sort(wait)
		f.Wait, f.LongestWait, f.Waited = at(wait, 0.5), wait[len(wait)-1], len(wait)
	}
	if len(took) > 0 {
		slices.Sort(took)
		var sum time.Duration
		for _, d := range took {
			sum += d
		}
		f.Mean, f.Median, f.Slow90, f.Longest = sum/time.Duration(len(took)), at(took, 0.5), at(took, 0.9), took[len(took)-1]
		f.Spread = at(took, 0.75) - at(took, 0.25)
	}
	f.Trend, f.Slower = trend(runs, f.Median), slower(runs, now)
	return f
}

// at is a quantile of sorted values.
func at[T any](sorted []T, share float64) T {
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// Bounds below which a comparison says nothing.
const (
	trendDays  = 5
	slowerRuns = 4
	aWeek      = 7 * 24 * time.Hour
)

// trend is the median slope between any two days' medians (Theil and Sen's):
// a single slow day does not make a trend.
func trend(runs []Run, median time.Duration) float64 {
	days := map[int64][]time.Duration{}
	for i := range runs {
		if d := runs[i].Took(); d > 0 && runs[i].Status == Completed {
			day := runs[i].Start.Unix() / 86_400
			days[day] = append(days[day], d)
		}
	}
	if len(days) < trendDays || median == 0 {
		return 0
	}
	type point struct {
		day  int64
		took float64
	}
	points := make([]point, 0, len(days))
	for day, took := range days {
		slices.Sort(took)
		points = append(points, point{day, float64(at(took, 0.5))})
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.day, b.day) })
	slopes := make([]float64, 0, len(points)*(len(points)-1)/2)
	for i, a := range points {
		for _, b := range points[i+1:] {
			slopes = append(slopes, (b.took-a.took)/float64(b.day-a.day))
		}
	}
	slices.Sort(slopes)
	return 7 * at(slopes, 0.5) / float64(median)
}

// slower compares the last week with the time before.
func slower(runs []Run, now time.Time) float64 {
	var late, early []time.Duration
	for i := range runs {
		if d := runs[i].Took(); d > 0 && runs[i].Status == Completed {
			if now.Sub(runs[i].Start) <= aWeek {
				late = append(late, d)
			} else {
				early = append(early, d)
			}
		}
	}
	if len(late) < slowerRuns || len(early) < slowerRuns {
		return 0
	}
	slices.Sort(late)
	slices.Sort(early)
	return float64(at(late, 0.5)) / float64(max(at(early, 0.5), time.Second))
}

// Causes groups the failures among runs (the newest first) by cause, the most
// frequent first. Cancelled runs are not among them.
func Causes(runs []Run) []Cause {
	at := map[string]int{}
	var out []Cause
	for i := range runs {
		if !runs[i].Status.Broken() {
			continue
		}
		c := CauseOf(runs[i])
		if j, ok := at[c.Key()]; ok {
			out[j].Count++
			continue
		}
		at[c.Key()] = len(out)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Cause) int { return b.Count - a.Count })
	return out
}

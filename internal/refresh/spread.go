package refresh

import (
	"cmp"
	"slices"
	"time"

	"steward/internal/tenant"
)

// Planned is a model with its schedule, as the time line shows it.
type Planned struct {
	// ID, Name and Workspace are the model's; Owner who may change it.
	ID, Name, Workspace, Owner string
	// Capacity and Gateway are what it shares with others; empty for none.
	Capacity, Gateway string
	Schedule          *tenant.RefreshSchedule
	// Took is how long a refresh takes, on average; half an hour when unknown.
	Took time.Duration
	// Fixed says that its schedule cannot be changed by the portal.
	Fixed bool
}

// bins are the half hours of a week, from Monday 00:00 UTC.
const (
	bin  = 30 * time.Minute
	bins = 7 * 48
)

// Line is the load of one capacity or gateway over a week.
type Line struct {
	// Of is the id of what is shared, Models how many refresh there.
	Of     string
	Models int
	// Load is how many refreshes run in each half hour of the week, from Monday
	// 00:00 UTC.
	Load [bins]int
	// Peak is the highest load, Over the half hours above the limit.
	Peak int
	Over []int
}

// At is when a half hour of a line begins, in the week that begins at monday.
func At(monday time.Time, b int) time.Time { return monday.Add(time.Duration(b) * bin) }

// Monday is the beginning of the week (UTC) of a moment.
func Monday(t time.Time) time.Time {
	t = t.UTC().Truncate(24 * time.Hour)
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// busy lists the half hours of the week in which a schedule's refreshes run.
func busy(s *tenant.RefreshSchedule, took time.Duration, monday time.Time) []int {
	n := max(1, min(int((took+bin-1)/bin), 48))
	var out []int
	for _, slot := range Slots(s, monday, monday.AddDate(0, 0, 7)) {
		first := int(slot.Sub(monday) / bin)
		for i := range n {
			out = append(out, (first+i)%bins)
		}
	}
	return out
}

// Lines sums up the load of what the models share: of names it. The busiest
// come first.
func Lines(models []Planned, of func(Planned) string, limit int, monday time.Time) []Line {
	at := map[string]int{}
	var out []Line
	for _, m := range models {
		id := of(m)
		slots := busy(m.Schedule, m.Took, monday)
		if id == "" || len(slots) == 0 {
			continue
		}
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			out = append(out, Line{Of: id})
		}
		out[i].Models++
		for _, b := range slots {
			out[i].Load[b]++
		}
	}
	for i := range out {
		out[i].judge(limit)
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(b.Peak-a.Peak, b.Models-a.Models, cmp.Compare(a.Of, b.Of))
	})
	return out
}

func (l *Line) judge(limit int) {
	l.Peak, l.Over = 0, nil
	for b, n := range l.Load {
		l.Peak = max(l.Peak, n)
		if n > limit {
			l.Over = append(l.Over, b)
		}
	}
}

// Move is one model at other times.
type Move struct {
	Planned
	// To is its new schedule, By how much later every slot is; negative for
	// earlier.
	To *tenant.RefreshSchedule
	By time.Duration
}

// farthest is how many half hours a schedule is moved at most: three hours
// either way keep the data ready for the same working day.
const farthest = 6

// Spread proposes how the models of one line share its half hours better: those
// in a pile-up are moved by half hours, all their slots alike, each to where the
// load is least, the longest first. The same models give the same proposal. It
// returns the line as it would be, too.
func Spread(models []Planned, line Line, limit int, monday time.Time) ([]Move, Line) {
	order := slices.Clone(models)
	slices.SortFunc(order, func(a, b Planned) int { return cmp.Or(cmp.Compare(b.Took, a.Took), cmp.Compare(a.ID, b.ID)) })
	var out []Move
	for _, m := range order {
		now := busy(m.Schedule, m.Took, monday)
		if m.Fixed || !slices.ContainsFunc(now, func(b int) bool { return line.Load[b] > limit }) {
			continue
		}
		add(&line, now, -1)
		best, by := m.Schedule, 0
		cost := costOf(&line, now)
		for _, k := range shifts() {
			to, ok := shifted(m.Schedule, k)
			if !ok {
				continue
			}
			if c := costOf(&line, busy(to, m.Took, monday)); c < cost {
				best, by, cost = to, k, c
			}
		}
		add(&line, busy(best, m.Took, monday), 1)
		if by != 0 {
			out = append(out, Move{Planned: m, To: best, By: time.Duration(by) * bin})
		}
	}
	line.judge(limit)
	slices.SortFunc(out, func(a, b Move) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, line
}

func add(l *Line, slots []int, n int) {
	for _, b := range slots {
		l.Load[b] += n
	}
}

// costOf is what a schedule adds to a line: the higher the load it meets, the
// more by far.
func costOf(l *Line, slots []int) int {
	sum := 0
	for _, b := range slots {
		sum += l.Load[b] * l.Load[b]
	}
	return sum
}

// shifts are the moves to try, the smallest first, earlier before later: data
// are ready no later than they were.
func shifts() []int {
	var out []int
	for k := 1; k <= farthest; k++ {
		out = append(out, -k, k)
	}
	return out
}

// shifted moves every time of a schedule by half hours within the day; false
// where one would leave it.
func shifted(s *tenant.RefreshSchedule, by int) (*tenant.RefreshSchedule, bool) {
	c := *s
	c.Times = make([]string, 0, len(s.Times))
	for _, text := range s.Times {
		m, ok := Minute(text)
		m += by * int(bin/time.Minute)
		if !ok || m < 0 || m >= 24*60 {
			return nil, false
		}
		c.Times = append(c.Times, Clock(m))
	}
	slices.Sort(c.Times)
	return &c, true
}

package world

import "time"

// Moments inside the package are unix seconds; days are counted from the
// epoch. Everything in the tenant happens on a full second.
type moment = int64

const (
	minute moment = 60
	hour          = 60 * minute
	day           = 24 * hour
	year          = 365 * day
)

func at(t time.Time) moment { return t.Unix() }

// when turns a moment into a time; 0 is the zero time.
func when(m moment) time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(m, 0).UTC()
}

func date(y int, m time.Month, d int) moment {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// weekday of a moment, Sunday = 0 (1970-01-01 was a Thursday).
func weekday(m moment) int { return int((floorDiv(m, day) + 4) % 7) }

// office moves a moment into somebody's working time: weekends to Monday, and
// the day's 24 hours into 06:00–18:00 UTC. It moves by less than three days.
func office(m moment) moment {
	d := m / day
	if m < 0 {
		d = floorDiv(m, day)
	}
	s := m - d*day
	switch (d + 4) % 7 {
	case 6:
		d += 2
	case 0:
		d++
	}
	return d*day + 6*hour + s/2
}

// cycle divides all of time into generations of roughly one period. It is how
// things change without being driven: the generation that is current at t, and
// when it began, are found without looking at those before.
type cycle struct {
	k      key
	period moment
	phase  moment
	spread moment // boundaries vary by 0..spread, at most half a period
	raw    bool   // boundaries at any hour of any day
}

// newCycle is a cycle with a phase drawn from its key. Periods under ten days
// are not moved into office hours, because boundaries could change places.
func newCycle(k key, period moment) cycle {
	if period < hour {
		period = hour
	}
	return cycle{k: k, period: period, phase: int64(uint64(k.sub(1)) >> 1 % uint64(period)),
		spread: period / 2, raw: period < 10*day}
}

// genesis is before everything; generations are counted from a little before
// it, so that they are small and never negative.
var genesis = date(2000, 1, 3)

// start of a generation.
func (c cycle) start(gen int64) moment {
	b := genesis + c.phase + (gen-2)*c.period
	if c.spread > 0 {
		b += int64(uint64(c.k.sub(uint64(gen)+7)) >> 1 % uint64(c.spread))
	}
	if c.raw {
		return b
	}
	return office(b)
}

// at tells the generation that is current at t and when it began and ends.
func (c cycle) at(t moment) (gen int64, start, end moment) {
	gen = c.guess(t)
	end = c.start(gen + 1)
	for {
		start = c.start(gen)
		if start <= t || gen <= 0 {
			return gen, start, end
		}
		gen, end = gen-1, start
	}
}

// last is at without the end, for those who look back only.
func (c cycle) last(t moment) (gen, start moment) {
	for gen = c.guess(t); ; gen-- {
		if start = c.start(gen); start <= t || gen <= 0 {
			return gen, start
		}
	}
}

// guess is the youngest generation that can have begun at t: boundaries move
// forward freely, but back by less than half a day.
func (c cycle) guess(t moment) int64 {
	since := t - genesis - c.phase
	gen := floorDiv(since, c.period) + 2
	if !c.raw && (gen-1)*c.period-since < day/2 {
		gen++
	}
	return gen
}

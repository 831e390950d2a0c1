package violation

import "time"

// Periods are the times of the owner's loop: an owner is asked whether a
// workspace that nobody uses is kept, reminded while they are silent, and the
// silence is told to others. Zero means the usual time of each.
type Periods struct {
	// Keep is after how long an owner who keeps a workspace is asked again,
	// Remove how long one has who said that it may go.
	Keep, Remove time.Duration
	// Remind is how long the portal waits for an answer before it reminds, and
	// between reminders; Escalate after how long others are told.
	Remind, Escalate time.Duration
	// Waiver is how long before its end whoever answers for a waiver is
	// reminded of it.
	Waiver time.Duration
}

const day = 24 * time.Hour

// UsualPeriods hold where nothing else is configured.
var UsualPeriods = Periods{Keep: 180 * day, Remove: 30 * day, Remind: 14 * day, Escalate: 30 * day, Waiver: 14 * day}

// OrUsual puts the usual time where none is set.
func (p Periods) OrUsual() Periods {
	for _, x := range []struct {
		at    *time.Duration
		usual time.Duration
	}{{&p.Keep, UsualPeriods.Keep}, {&p.Remove, UsualPeriods.Remove}, {&p.Remind, UsualPeriods.Remind}, {&p.Escalate, UsualPeriods.Escalate}, {&p.Waiver, UsualPeriods.Waiver}} {
		if *x.at <= 0 {
			*x.at = x.usual
		}
	}
	return p
}

// Question is where an open question to an owner stands.
type Question struct {
	Asked time.Time
	// Nobody is true when no owner could be named: there is nobody to remind.
	Nobody bool
	// Reminded is the last reminder, Escalated when others were told; zero when
	// that was not yet.
	Reminded, Escalated time.Time
}

// NextReminder is when the owner is reminded next; zero when nobody is there to
// be reminded.
func (p Periods) NextReminder(q Question) time.Time {
	if q.Nobody {
		return time.Time{}
	}
	last := q.Asked
	if q.Reminded.After(last) {
		last = q.Reminded
	}
	return last.Add(p.Remind)
}

// Escalates is when others are told of the silence; zero when they were. Where
// nobody could be asked it is at once.
func (p Periods) Escalates(q Question) time.Time {
	switch {
	case !q.Escalated.IsZero():
		return time.Time{}
	case q.Nobody:
		return q.Asked
	}
	return q.Asked.Add(p.Escalate)
}

// Owed is what has fallen due about an open question at the moment now. A
// portal that stood still for months reminds once, not once for each period
// that it missed.
func (p Periods) Owed(q Question, now time.Time) (remind, escalate bool) {
	r, e := p.NextReminder(q), p.Escalates(q)
	return !r.IsZero() && !r.After(now), !e.IsZero() && !e.After(now)
}

// Package quiet knows the hours of a day in which nobody is told anything. Who
// has such hours, and what is told after them, is not its business: people have
// theirs for mail (internal/notify), the configuration has some for alerts
// (internal/alert).
package quiet

import "time"

// Hours are the quiet ones of every day, from From until To on the clock of
// Zone (a name of the zone database; UTC when it is empty or unknown), also over
// midnight. Equal ones are none, the zero value is none.
type Hours struct {
	From, To int
	Zone     string
}

// In is a moment on the clock of the hours.
func (h Hours) In(t time.Time) time.Time {
	if zone, err := time.LoadLocation(h.Zone); err == nil {
		return t.In(zone)
	}
	return t.UTC()
}

// Until returns when the quiet hours that a moment lies in are over; false when
// it lies in none.
func (h Hours) Until(now time.Time) (time.Time, bool) {
	local := h.In(now)
	if !h.quiet(local.Hour()) {
		return time.Time{}, false
	}
	return h.Next(now, h.To), true
}

// Next is the first moment after now at which the clock shows a full hour.
func (h Hours) Next(now time.Time, hour int) time.Time {
	local := h.In(now)
	at := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, local.Location())
	if !at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, hour, 0, 0, 0, local.Location())
	}
	return at.UTC()
}

func (h Hours) quiet(hour int) bool {
	if h.From <= h.To {
		return hour >= h.From && hour < h.To
	}
	return hour >= h.From || hour < h.To
}

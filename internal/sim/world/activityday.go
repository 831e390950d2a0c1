package world

import (
	"slices"
	"time"
)

// A day of the log is made at once and kept for a while, because the API reads
// it hour by hour.

// maxCachedEvents bounds what is kept of it.
const maxCachedEvents = 60_000

type loggedDay struct {
	day    int64
	hours  [24][]Event
	count  int
	before int64 // order of last use
}

// Activity lists the log's events created in the given UTC hour (0..23) of a
// day that are available at t, in the order the log gives them, which is not
// quite the order of time.
func (w *World) Activity(dayOf time.Time, hour int, t time.Time) []Event {
	if hour < 0 || hour > 23 {
		return nil
	}
	d := floorDiv(at(dayOf.UTC()), day)
	from := when(d*day + int64(hour)*3600)
	to := from.Add(time.Hour)
	if from.After(t) {
		return nil
	}
	written := w.logged(d).hours[hour]
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	out := make([]Event, 0, len(written))
	for i := range written {
		if e := &written[i]; !e.Available.After(t) && w.o.allows(e) {
			out = append(out, *e)
		}
	}
	for _, e := range w.o.events {
		if !e.Created.Before(from) && e.Created.Before(to) && !e.Available.After(t) {
			out = append(out, e)
		}
	}
	return out
}

// allows drops what the seed wrote about a workspace that callers had changed
// by then: its own changes, what happened after its deletion, and use of items
// that are no longer there.
func (o *overlay) allows(e *Event) bool {
	ws, ok := o.workspaces[e.WorkspaceID].at(at(e.Created))
	return !ok || !e.changed && ws.State == StateActive && (e.ItemID == "" || ws.Item(e.ItemID) != nil)
}

// logged is a day of the log, from memory if it was asked for lately.
func (w *World) logged(d int64) *loggedDay {
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	w.log.tick++
	for _, l := range w.log.days {
		if l.day == d {
			l.before = w.log.tick
			return l
		}
	}
	l := w.writeDay(d)
	l.before = w.log.tick
	w.log.days = append(w.log.days, l)
	for total := w.log.total(); total > maxCachedEvents && len(w.log.days) > 1; total = w.log.total() {
		oldest := slices.MinFunc(w.log.days, func(a, b *loggedDay) int { return int(a.before - b.before) })
		w.log.days = slices.DeleteFunc(w.log.days, func(x *loggedDay) bool { return x == oldest })
	}
	return l
}

func (c *dayCache) total() int {
	n := 0
	for _, l := range c.days {
		n += l.count
	}
	return n
}

// candidates are the slots in which something can have changed since a moment:
// found once for all days before the horizon.
func (w *World) candidates(from, to moment) []int {
	if to > w.log.horizon || len(w.log.modified) == 0 {
		w.log.horizon = to
		n := w.baseSlots(to)
		w.log.modified = make([]moment, n)
		for slot := range n {
			w.log.modified[slot] = never // an empty slot: somebody may have gone
			if st, ok := w.stateAt(slot, to, false); ok {
				w.log.modified[slot] = st.modified
			}
		}
	}
	var out []int
	for slot, m := range w.log.modified {
		if m > from {
			out = append(out, slot)
		}
	}
	return out
}

// scribe writes the events of one day.
type scribe struct {
	w   *World
	day int64
	k   key
	out *loggedDay
	n   uint64
}

func (w *World) writeDay(d int64) *loggedDay {
	s := &scribe{w: w, day: d, k: w.seed.sub2(tagActivity, uint64(d)), out: &loggedDay{day: d}}
	from, to := d*day-1, (d+1)*day-1
	var changes []Change
	for _, slot := range w.candidates(from, to) {
		changes = append(changes, w.slotChanges(slot, from, to)...)
	}
	changes = append(changes, w.settingChanges(from, to)...)
	changes = append(changes, w.deployChangesIn(from, to)...)
	for _, c := range changes {
		s.change(c)
	}
	for slot := range w.baseSlots(to) {
		if w.logShare >= 1 || s.k.sub2(tagUse, uint64(slot)).chance(w.logShare) {
			s.workspace(slot)
		}
	}
	s.ownCalls()
	for h := range s.out.hours {
		s.shuffle(s.out.hours[h])
	}
	return s.out
}

// shuffle orders an hour by when the events arrived, which leaves some out of
// order by when they happened.
func (s *scribe) shuffle(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int { return a.Available.Compare(b.Available) })
}

// put adds an event with what all events have. Most are available after half
// an hour to an hour, a few only the day after.
func (s *scribe) put(m moment, who ref, e Event) {
	s.n++
	h := s.k.sub(1000 + s.n)
	w := s.w
	e.ID = w.id(idEvent, uint32(s.day), s.n)
	e.RequestID, e.ActivityID = w.id(idRequest, uint32(s.day), s.n), w.id(idActivity, uint32(s.day), s.n)
	e.Created = when(m)
	delay := h.span(12*minute, 62*minute)
	if h.sub(1).chance(0.02) {
		delay = h.sub(2).span(2*hour, 24*hour-1)
	}
	e.Available = when(m + delay)
	s.signed(h.sub(3), who, &e)
	hr := (m - s.day*day) / hour
	if hr < 0 || hr > 23 {
		return
	}
	s.out.hours[hr] = append(s.out.hours[hr], e)
	s.out.count++
}

var userAgents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	"PowerBI-Mobile/32.1 (iPhone; iOS 18.6)", "MSOLAP 16.0", "Microsoft.PowerBI.Desktop/2.146",
}

// signed writes who did it, and from where.
func (s *scribe) signed(h key, who ref, e *Event) {
	e.UserType = 0
	switch who.kind {
	case refApp:
		e.UserID, e.UserType, e.UserAgent = s.w.refID(who), 4, "python-requests/2.32"
	case refPerson, refGuest, refFixed:
		e.UserID, e.UserAgent = s.w.face(who).upn, pick(h, userAgents)
	default:
		e.UserID, e.UserType = "PowerBI", 5
	}
	k := s.w.seed.sub2(tagIP, uint64(who.kind)<<40|uint64(who.a))
	e.UserKey = hex16(uint64(k))
	if who.kind != refNobody {
		e.ClientIP = ip(k, h)
	}
	if e.Failure == "" {
		e.Success = true
	}
}

func hex16(x uint64) string {
	const digits = "0123456789ABCDEF"
	var b [16]byte
	for i := range b {
		b[i] = digits[x>>(60-4*i)&15]
	}
	return string(b[:])
}

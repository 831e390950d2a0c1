package world

// latest keeps the last of several moments that are not in the future: how
// "modified" is found.
type latest struct{ t, m moment }

func (l *latest) see(m moment) {
	if m <= l.t && m > l.m {
		l.m = m
	}
}

// slow is a period of change, stretched for large tenants: they change by
// about one percent of their workspaces a week, the demo by a third.
func (w *World) slow(days int64) moment { return moment(float64(days*day) / w.pace) }

// occupancy says who fills a place over time, and how it is vacated.
type occupancy struct {
	k        key
	period   moment  // place is given to somebody else about this often
	base     moment  // first filled; earlier generations do not exist
	sticky   float64 // share of leavers who are never removed
	replaced float64 // share of removed leavers whose place is filled again
	handover moment  // at most this long after a removal
	draw     func(k key, t moment) (ref, bool)
}

// occupied is the state of a place at a moment.
type occupied struct {
	who     ref
	present bool
	since   moment
	changed moment // last change of the place, even when it is vacant now
}

// maxSuccessors bounds the chain of people who leave one after the other
// within one generation.
const maxSuccessors = 6

// occupy finds who fills a place at t. People who leave the company are
// removed within days, or stay as the leavers that audits look for.
func (w *World) occupy(o occupancy, t moment) occupied {
	if o.base > t {
		return occupied{}
	}
	gen, start := newCycle(o.k, o.period).last(t)
	since := max(start, o.base)
	k := o.k.sub(uint64(gen) + 100)
	for n := range uint64(maxSuccessors) {
		who, ok := o.draw(k.sub(n), since)
		if !ok {
			return occupied{changed: since}
		}
		h := k.sub2(tagLeave, n)
		left := w.spanOf(who).left
		removed := left + h.span(hour, 12*day)
		if left > t || removed > t || h.sub(1).chance(o.sticky) {
			return occupied{who: who, present: true, since: since, changed: since}
		}
		next := removed + h.sub(2).span(0, o.handover)
		if next > t || !h.sub(3).chance(o.replaced) {
			return occupied{changed: removed}
		}
		since = next
	}
	return occupied{changed: since}
}

package world

import "time"

// life is the existence of the workspace in a slot around a moment.
type life struct {
	gen     uint32 // how many workspaces the slot has held before
	created moment
	state   WorkspaceState
	changed moment // last change of state, creation included
	deleted moment // 0 unless Deleted or Removing
	owner   ref    // personal workspaces
}

// Retention of the pretend tenant: deleted workspaces can be restored for 14
// days, personal ones for 30 (api-guide 2.1), then are wiped within a day.
const (
	retention         = 14 * day
	personalRetention = 30 * day
	wiping            = day
)

// growth: the tenant had its configured size on this day, and grows since.
var growthStart = date(2026, time.January, 5)

func (w *World) growthInterval() moment {
	return max(year*100/(5*int64(w.cfg.Workspaces)), 60)
}

// baseSlots is the number of slots that the seed makes, at t.
func (w *World) baseSlots(t moment) int {
	n := w.cfg.Workspaces
	if t > growthStart {
		// Half a day early, because office hours may lie before the moment.
		n += int((t + day/2 - growthStart) / w.growthInterval())
	}
	return n
}

// lifeAt tells whether the slot holds a workspace at t, and how it is.
func (w *World) lifeAt(s spec, t moment) (life, bool) {
	switch s.class {
	case classSandbox:
		return w.sandboxLife(s, t)
	case classPersonal:
		return w.personalLife(s, t)
	}
	l := life{created: w.createdAt(s), state: StateActive}
	l.changed = l.created
	switch s.twist {
	case twistRemoving:
		l.state, l.deleted = StateRemoving, max(l.created+90*day, date(2026, time.January, 20))
		if t < l.deleted {
			l.state, l.deleted = StateActive, 0
		} else {
			l.changed = l.deleted
		}
	case twistRestored:
		w.restoredLife(s, &l, t)
	}
	return l, l.created <= t
}

// createdAt is when the workspace of a lasting slot was made.
func (w *World) createdAt(s spec) moment {
	if s.slot >= w.cfg.Workspaces {
		return office(growthStart + int64(s.slot-w.cfg.Workspaces+1)*w.growthInterval())
	}
	if s.class == classHub {
		return office(date(2018, time.January, 8) + s.k.sub(tagLife).span(0, 150*day))
	}
	first, last := date(2018, time.September, 3), date(2025, time.December, 15)
	k := s.k
	if s.class == classProject || s.stage > 0 {
		k = w.projectKey(s.project)
	}
	u := k.sub(tagLife).f()
	u = 1 - (1-u)*(1-u) // more of them are young
	m := first + int64(u*float64(last-first)) + int64(s.stage)*k.sub(tagLife).sub(1).span(3*day, 25*day)
	return office(m)
}

// restoredLife deletes the workspace for two to five days in every seven weeks
// or so, and brings it back.
func (w *World) restoredLife(s spec, l *life, t moment) {
	c := newCycle(s.k.sub(tagLife), 50*day)
	gen, start, _ := c.at(t)
	back := start + c.k.sub(uint64(gen)).span(2*day, 5*day)
	switch {
	case start <= l.created:
	case t < back:
		l.state, l.deleted, l.changed = StateDeleted, start, start
	default:
		l.changed = back
	}
}

// sandboxPeriod: from one sandbox's making to the next in the same slot. Large
// tenants make fewer for their size.
func (w *World) sandboxPeriod() moment {
	if w.pace < 0.1 {
		return 500 * day
	}
	return 100 * day
}

// sandboxLife: made, used for some weeks, deleted, wiped. Phases are spread
// evenly over the slots, so that at any moment some are new, some in retention.
func (w *World) sandboxLife(s spec, t moment) (life, bool) {
	k := s.k.sub(tagLife)
	c := cycle{k: k, period: w.sandboxPeriod(), spread: 6 * day}
	c.phase = int64(float64(c.period) * golden(s.ordinal))
	gen, start, _ := c.at(t)
	g := k.sub(uint64(gen) + 1000)
	l := life{gen: uint32(gen), created: start, state: StateActive, changed: start}
	if start <= genesis || s.slot >= w.cfg.Workspaces && start < growthStart {
		return l, false
	}
	gone := office(start + g.span(25*day, 70*day))
	switch {
	case t < gone:
		return l, true
	case t < gone+retention:
		l.state, l.deleted, l.changed = StateDeleted, gone, gone
		return l, true
	case t < gone+retention+wiping:
		l.state, l.deleted, l.changed = StateRemoving, gone, gone+retention
		return l, true
	}
	return l, false
}

// golden spreads ordinals evenly over [0, 1).
func golden(n int) float64 {
	x := float64(n) * 0.6180339887498949
	return x - float64(int64(x))
}

// personalLife follows the owner: a "My workspace" appears some days after
// they joined and is Deleted with their account.
func (w *World) personalLife(s spec, t moment) (life, bool) {
	pos := uint32(s.ordinal % w.positions)
	gen, _, _ := w.tenures[pos].at(t)
	for g := gen; g >= gen-1 && g > 0; g-- {
		r := ref{refPerson, pos, uint32(g)}
		sp := w.spanOf(r)
		l := life{gen: uint32(g), owner: r, state: StateActive}
		l.created = office(sp.joined + s.k.sub(uint64(g)).span(day, 30*day))
		l.changed = l.created
		if t < l.created || t >= sp.deleted+personalRetention+wiping {
			continue
		}
		if t >= sp.deleted {
			l.state, l.deleted, l.changed = StateDeleted, sp.deleted, sp.deleted
		}
		if t >= sp.deleted+personalRetention {
			l.state, l.changed = StateRemoving, sp.deleted+personalRetention
		}
		return l, true
	}
	return life{}, false
}

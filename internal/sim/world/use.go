package world

import "strings"

// Use: which items people look at on which day. The activity log and the
// "last accessed" dates of unused items follow from the same draws, so that
// they never contradict each other.

// usableKind reports whether people open items of the kind.
func usableKind(k ItemKind) bool { return k == KindReport || k == KindDashboard || k == KindModel }

// abandoned is when people stopped using an item; never = it is still used.
// A fifth of all items is abandoned at any time, and revived perhaps years
// later.
func (w *World) abandoned(k key, created, t moment) moment {
	u := k.sub(tagUse)
	gen, start, _ := newCycle(u, 600*day).at(t)
	if g := u.sub(uint64(gen)); g.chance(0.26) {
		return max(start, created) + g.sub(1).span(day, 60*day)
	}
	return never
}

// forgotten is when people stopped using a whole workspace at t; never = they
// still do. One in twelve is forgotten at any time: its project ended, and
// nobody took it away.
func (w *World) forgotten(s spec, t moment) moment {
	if s.class == classPersonal || s.class == classSandbox {
		return never
	}
	f := s.k.sub2(tagUse, 2)
	gen, start, _ := newCycle(f, 900*day).at(t)
	if g := f.sub(uint64(gen)); g.chance(0.09) {
		return start + g.sub(1).span(day, 60*day)
	}
	return never
}

// useChance is the probability that an item is opened at all on a working day.
func (w *World) useChance(s spec, k key, kind ItemKind) float64 {
	p := 0.25 + 0.55*k.sub2(tagUse, 1).f()
	switch {
	case kind == KindModel:
		p *= 0.25 // analysed in Excel
	case s.class == classPersonal || s.class == classSandbox:
		p *= 0.2
	case s.class == classProject && s.stage < 2:
		p *= 0.15
	}
	return p
}

// usedOn reports whether people opened the item on a day (counted since 1970).
func (w *World) usedOn(s spec, k key, kind ItemKind, d int64) bool {
	if w.forgotten(s, d*day) <= d*day {
		return false
	}
	p := w.useChance(s, k, kind)
	if wd := (d + 4) % 7; wd == 0 || wd == 6 {
		p *= 0.06
	}
	return k.sub2(tagUse, uint64(d)).chance(p)
}

// firstUse is the moment at which an item that is used on a day is opened
// first.
func firstUse(k key, d int64) moment {
	return d*day + 6*hour + k.sub2(tagUse, uint64(d)).sub(1).span(0, 6*hour)
}

// lastUse is when the item was last opened before t; 0 = never. It looks back
// 90 days and tells the end of the abandoned period for what lies further.
func (w *World) lastUse(s spec, k key, kind ItemKind, created, t moment) moment {
	if !usableKind(kind) {
		return 0
	}
	gone := min(w.abandoned(k, created, t), w.forgotten(s, t))
	end := min(gone, t)
	for d := floorDiv(end, day); d > floorDiv(end, day)-90; d-- {
		if m := firstUse(k, d); m <= end && m >= created && w.usedOn(s, k, kind, d) {
			return m
		}
	}
	if gone <= t && gone > created+100*day {
		return gone - 91*day
	}
	return 0
}

// useKey is the key of an item's use: that of one generation of it.
func (w *World) useKey(s spec, l life, p itemPlan, gen uint32) key {
	return w.itemKey(s, l, p).sub(uint64(gen) + 10)
}

// live brings the dates of use in a workspace that callers changed up to t:
// people go on opening what the seed made.
func (w *World) live(ws *Workspace, t moment) *Workspace {
	for i := range ws.Items {
		it := &ws.Items[i]
		a, b, ok := w.parseKind(strings.TrimPrefix(it.ID, foreignPrefix), idItem)
		if !ok || ws.State != StateActive {
			continue
		}
		p := itemPlan{k: int(b >> 16 & 0x3ff)}
		if p.appCopy() {
			continue
		}
		s := w.specOf(int(a))
		k := w.useKey(s, life{gen: uint32(b >> 26)}, p, uint32(b&0xffff))
		it.LastAccessed = when(w.lastUse(s, k, it.Kind, at(it.Created), t))
	}
	return ws
}

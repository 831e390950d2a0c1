package world

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
func (w *World) lastUse(st *state, it *istate, t moment) moment {
	if !usableKind(it.plan.kind) {
		return 0
	}
	k := w.itemKey(st.spec, st.life, it.plan).sub(uint64(it.gen) + 10)
	gone := w.abandoned(k, it.created, t)
	end := min(gone, t)
	for d := floorDiv(end, day); d > floorDiv(end, day)-90; d-- {
		if m := firstUse(k, d); m <= end && m >= it.created && w.usedOn(st.spec, k, it.plan.kind, d) {
			return m
		}
	}
	if gone <= t && gone > it.created+100*day {
		return gone - 91*day
	}
	return 0
}

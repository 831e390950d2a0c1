package world

// state is a workspace at a moment, as numbers: cheap to make, enough to tell
// when it last changed. Names are put to it in build.go.
type state struct {
	spec  spec
	life  life
	seats []seat
	plans []itemPlan
	items []istate
	attrs attrs
	// modified is the last moment at which anything of it changed.
	modified moment
}

// stateAt computes the workspace in a slot; false = there is none at t. With
// full unset only what decides about modified is computed.
func (w *World) stateAt(slot int, t moment, full bool) (*state, bool) {
	s := w.specOf(slot)
	l, ok := w.lifeAt(s, t)
	if !ok {
		return nil, false
	}
	if src, ok := w.previousStage(s); ok {
		s.origin, s.originCreated = &src, w.createdAt(src)
	}
	st := &state{spec: s, life: l, modified: l.changed}
	if l.deleted != 0 {
		// A deleted workspace rests: it is as it was when it was deleted.
		t = l.deleted - 1
	}
	seen := latest{t: t, m: l.changed}
	st.attrs = w.attrsAt(s, l, &seen)
	st.seats = w.seatsAt(s, l, t)
	for _, seat := range st.seats {
		seen.see(seat.changed)
	}
	st.plans = w.itemPlans(s, l)
	if full {
		st.items = make([]istate, 0, len(st.plans))
	}
	if n := len(st.plans); n > 0 && st.plans[n-1].appCopy() {
		_, updated, _ := w.appDates(s, l, t)
		seen.see(updated)
	}
	for _, p := range st.plans {
		if p.appCopy() && !full {
			continue // changes with its original and with the app
		}
		it := w.itemAt(s, l, p, t, full)
		seen.see(it.changed)
		if it.present && full {
			st.items = append(st.items, it)
		}
	}
	st.modified = max(seen.m, l.changed)
	return st, true
}

// attrs are the properties of a workspace that change now and then.
type attrs struct {
	capacity      int // index, -1 = shared
	capacityMoved moment
	domain        int // index, -1 = none
	renamed       int // how often the name has changed
	described     int // version of the description
	git           bool
}

func (w *World) attrsAt(s spec, l life, seen *latest) attrs {
	a := attrs{capacity: -1, domain: -1}
	k := s.k.sub2(tagCapacity, uint64(l.gen))
	first, second := w.capacitiesOf(s, k)
	a.capacity = first
	if first != second {
		gen, start, _ := newCycle(k, w.slow(900)).at(seen.t)
		if start > l.created && gen%2 == 1 {
			a.capacity = second
		}
		if start > l.created {
			a.capacityMoved = start
			seen.see(start)
		}
	}
	if s.class != classPersonal && s.class != classSandbox {
		w.domainOf(s, l, &a, seen)
		a.git = s.stage == 0 && s.class == classProject && s.k.sub(31).chance(0.2)
	}
	if s.class == classTeam && s.twist == twistNone {
		gen, start, _ := newCycle(s.k.sub2(tagName, 1), w.slow(1500)).at(seen.t)
		if start > l.created {
			a.renamed = int(gen%3) + 1
			seen.see(start)
		}
	}
	gen, start, _ := newCycle(s.k.sub2(tagName, 2), w.slow(2500)).at(seen.t)
	if start > l.created {
		a.described = int(gen)
		seen.see(start)
	}
	return a
}

func (w *World) domainOf(s spec, l life, a *attrs, seen *latest) {
	k := s.k.sub(tagDomain)
	if !k.chance(0.75) {
		return
	}
	a.domain = w.domainFor(s.dept, k.sub(1))
	gen, start, _ := newCycle(k.sub(2), w.slow(2200)).at(seen.t)
	if start <= l.created {
		return
	}
	seen.see(start)
	if gen%4 == 0 {
		a.domain = -1
	}
}

// capacitiesOf are the capacities between which a workspace moves; the same
// twice = it stays.
func (w *World) capacitiesOf(s spec, k key) (first, second int) {
	switch s.twist {
	case twistOffCapacity:
		return -1, -1
	case twistPaused:
		return capPaused, capPaused
	case twistGone:
		return capGone, capGone
	}
	switch s.class {
	case classProject:
		return w.projectCapacities(s)
	case classHub:
		return []int{capEurope, capFabric, capFinance}[s.ordinal%3], []int{capEurope, capFabric, capFinance}[s.ordinal%3]
	case classPersonal:
		if k.chance(0.08) {
			return capPPU, capPPU
		}
		return -1, -1
	case classSandbox:
		return pick(k, []int{-1, -1, capSandbox}), -1
	}
	first = pick(k.sub(5), []int{-1, -1, capEurope, capPPU, capFabric, capAmericas})
	if k.sub(6).chance(0.3) {
		return first, pick(k.sub(7), []int{capEurope, capFabric, -1})
	}
	return first, first
}

func (w *World) projectCapacities(s spec) (first, second int) {
	pk := w.projectKey(s.project).sub(tagCapacity)
	if s.project > 3 && pk.chance(0.22) {
		return -1, -1 // a project that never got a capacity
	}
	prod := []int{capEurope, capFabric, capAmericas}[s.dept%3]
	switch {
	case s.stage == 2 && s.project > 3 && s.k.sub(33).chance(0.15):
		return prod, capFabric
	case s.stage == 2:
		return prod, prod
	case s.stage == 1:
		return capDev, pick(pk.sub(1), []int{capDev, capDev, capFabric})
	}
	return capDev, capDev
}

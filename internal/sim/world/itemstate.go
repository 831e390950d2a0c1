package world

// istate is an item at a moment, before anybody asked for names.
type istate struct {
	plan     itemPlan
	gen      uint32
	present  bool
	created  moment
	modified moment // of the item itself
	changed  moment // of anything that the scan shows, its disappearance included
	editor   ref
	creator  ref
	owner    ref
	label    key // draws label and endorsement
	shares   []share
	embed    moment // publish-to-web since; 0 = none
}

// share is a direct grant on an item.
type share struct {
	who, by ref
	right   int // index into the kind's list of rights
	since   moment
}

// itemKey is the key of an item; the stages of a project share it only where
// they must (see deploy.go).
func (w *World) itemKey(s spec, l life, p itemPlan) key {
	return s.k.sub2(tagItem, uint64(l.gen)).sub(uint64(p.k))
}

// itemAt is the state of an item at t.
func (w *World) itemAt(s spec, l life, p itemPlan, t moment, full bool) istate {
	if p.appCopy() {
		return w.appCopyAt(s, l, p, t, full)
	}
	it := istate{plan: p}
	k := w.itemKey(s, l, p)
	seen := latest{t: t}
	w.itemLife(s, l, k, &it, t)
	if it.created == 0 || it.created > t {
		it.present = false
		return it
	}
	seen.see(it.changed)
	if !it.present {
		it.changed = seen.m
		return it
	}
	it.modified = w.lastEdit(s, l, k, &it, t)
	seen.see(it.modified)
	kg := w.useKey(s, l, p, it.gen)
	if full {
		it.creator = w.author(s, l, kg.sub(1), it.created)
		it.editor = it.creator
		if it.modified > it.created {
			it.editor = w.author(s, l, kg.sub2(2, uint64(it.modified)), it.modified)
		}
	}
	w.own(s, l, kg, &it, &seen)
	w.labelled(kg, &it, &seen)
	if s.class != classPersonal || p.k%2 == 0 {
		w.shared(s, kg, &it, &seen, full)
	}
	it.changed = seen.m
	return it
}

// itemLife decides since when the item is there, or when it went.
func (w *World) itemLife(s spec, l life, k key, it *istate, t moment) {
	if s.origin != nil {
		w.deployedLife(s, l, it, t)
		return
	}
	it.created = l.created + k.sub(1).span(20*minute, 4*day)
	it.changed, it.present = it.created, true
	if it.plan.leaf {
		w.leafLife(l, k, it, t)
	}
}

// leafLife: the item is made, deleted after a while, and another takes its
// place later.
func (w *World) leafLife(l life, k key, it *istate, t moment) {
	c := newCycle(k.sub(2), w.slow(300+k.sub(3).span(0, 900)))
	gen, start, end := c.at(t)
	it.gen = uint32(gen)
	g := c.k.sub(uint64(gen))
	it.created = start
	if start < l.created {
		it.created = office(l.created + g.span(hour, 90*day))
	}
	deleted := start + int64(float64(end-start)*(0.75+0.25*g.sub(1).f()))
	it.changed = it.created
	if deleted <= t && deleted > it.created {
		it.present, it.changed = false, deleted
	}
	if deleted <= it.created {
		it.created = 0
	}
}

// lastEdit is when somebody last changed the item. Some are worked on all the
// time, most rest.
func (w *World) lastEdit(s spec, l life, k key, it *istate, t moment) moment {
	if s.origin != nil {
		return w.lastDeployment(s, k, it.created, t)
	}
	period := int64(500)
	if k.sub(4).chance(0.15) || it.plan.kind == KindNotebook {
		period = 45
	}
	_, start := newCycle(k.sub(tagEdit), w.slow(period)).last(t)
	return max(start, it.created)
}

// author is somebody who could work in the workspace at a moment.
func (w *World) author(s spec, l life, k key, t moment) ref {
	if s.class == classPersonal {
		return l.owner
	}
	r, ok := w.colleague(s.dept, s.team, k, t)
	if s.class == classSandbox {
		r, ok = w.anyone(s.k.sub2(tagSeat, uint64(l.gen)), t)
	}
	if !ok {
		return w.bossOf(s.dept, t)
	}
	return r
}

// owned reports whether the API names an owner for the kind.
func (k ItemKind) owned() bool {
	return k == KindModel || k == KindDataflow || k == KindDatamart || k == KindWarehouse
}

// own finds the owner. Owners who leave often stay owners: nobody notices
// until the credentials fail.
func (w *World) own(s spec, l life, k key, it *istate, seen *latest) {
	if !it.plan.kind.owned() {
		return
	}
	if s.class == classPersonal {
		it.owner = l.owner
		return
	}
	if w.ownedByLeon(s, it.plan) {
		it.owner = ref{kind: refFixed, a: fixedLeon}
		return
	}
	if nightly(s) && it.plan.kind == KindModel {
		it.owner = ref{kind: refApp, a: appExecutor}
		return
	}
	o := w.occupy(occupancy{k: k.sub(tagOwner), period: w.slow(2500), base: it.created, sticky: 0.15, replaced: 1,
		handover: 5 * day, draw: func(k key, t moment) (ref, bool) { return w.author(s, l, k, t), true }}, seen.t)
	it.owner = o.who
	if !o.present {
		it.owner = w.bossOf(s.dept, o.changed)
	}
	seen.see(o.changed)
}

// ownedByLeon: some models of finance have never been taken over since Leon
// Fischer left.
func (w *World) ownedByLeon(s spec, p itemPlan) bool {
	return p.kind == KindModel && (s.class == classProject && (s.project == 0 && s.stage == 2 && p.k == kModel || s.project == 24) ||
		s.class == classTeam && s.twist == twistLeaverAdmin && s.ordinal < len(teamTwists))
}

func (w *World) labelled(k key, it *istate, seen *latest) {
	gen, start := newCycle(k.sub(tagLabel), w.slow(2000)).last(seen.t)
	it.label = k.sub2(tagLabel, uint64(gen))
	if start > it.created {
		seen.see(start)
	}
}

// shareable kinds can be given to somebody item by item.
func shareable(p itemPlan) int {
	switch p.kind {
	case KindReport:
		return 3
	case KindDashboard, KindModel:
		return 2
	case KindWarehouse, KindDatamart, KindLakehouse, KindOrgGraph:
		return 1
	}
	return 0
}

// shared finds the direct grants of an item and its embed code.
func (w *World) shared(s spec, k key, it *istate, seen *latest, full bool) {
	for i := range uint64(shareable(it.plan)) {
		h := k.sub2(tagShare, i)
		if !h.chance(0.14) && !(s.twist == twistManyPeople && h.chance(0.5)) {
			continue
		}
		gen, start, end := newCycle(h.sub(1), w.slow(h.span(150, 700))).at(seen.t)
		g := h.sub(uint64(gen) + 10)
		start = max(start, it.created+g.span(hour, 30*day))
		stop := end - (end-start)*3/10
		seen.see(start)
		seen.see(stop)
		if !full || start > seen.t || stop <= seen.t || start >= stop {
			continue
		}
		it.shares = append(it.shares, share{who: w.recipient(g.sub(1), start), by: it.editor, right: g.sub(2).n(4), since: start})
	}
	if it.plan.kind != KindReport || it.plan.special != plain {
		return
	}
	if h := k.sub2(tagShare, 99); h.chance(0.012) || s.class == classTeam && s.ordinal == 8 && it.plan.k == kReport {
		it.embed = it.created + h.sub(1).span(day, 200*day)
		seen.see(it.embed)
		if it.embed > seen.t {
			it.embed = 0
		}
	}
}

// recipient of a share: mostly a colleague from somewhere, sometimes a group,
// a guest, an application, or the whole organisation.
func (w *World) recipient(k key, t moment) ref {
	switch x := k.f(); {
	case x < 0.12:
		return ref{kind: refOrg}
	case x < 0.24:
		return ref{kind: refGroup, a: uint32(k.sub(1).n(w.groupCount()))}
	case x < 0.36:
		if r, ok := w.someGuest(k.sub(2), t); ok {
			return r
		}
	case x < 0.39:
		return ref{kind: refApp, a: uint32(2 + k.sub(3).n(len(apps)-2))}
	}
	if r, ok := w.anyone(k.sub(4), t); ok {
		return r
	}
	return ref{kind: refFixed, a: fixedMia}
}

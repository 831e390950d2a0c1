package world

import (
	"slices"
	"time"
)

// Changes lists what truly happened in (from, to], in order of time, to the
// workspaces of the seed, the people and the settings. What callers changed is
// not in it: they know.
func (w *World) Changes(from, to time.Time) []Change {
	a, b := at(from), at(to)
	var out []Change
	for slot := range w.baseSlots(b) {
		out = append(out, w.slotChanges(slot, a, b)...)
	}
	out = append(out, w.peopleChanges(a, b)...)
	out = append(out, w.settingChanges(a, b)...)
	out = append(out, w.deployChangesIn(a, b)...)
	slices.SortStableFunc(out, func(x, y Change) int { return x.At.Compare(y.At) })
	return out
}

// slotChanges walks back from change to change of one slot.
func (w *World) slotChanges(slot int, from, to moment) []Change {
	var out []Change
	for t := to; t > from; {
		head, ok := w.stateAt(slot, t, false)
		if !ok {
			t -= day / 2 // nobody there: look for the one before
			continue
		}
		if head.modified <= from {
			break
		}
		cur, _ := w.stateAt(slot, head.modified, true)
		if cur == nil {
			break
		}
		prev, _ := w.stateAt(slot, head.modified-1, true)
		out = append(out, w.diff(prev, cur, head.modified)...)
		t = head.modified - 1
	}
	return out
}

// differ collects the differences between two states of a workspace.
type differ struct {
	w    *World
	cur  *state
	m    moment
	by   Principal
	base Change
	out  []Change
}

func (d *differ) add(kind ChangeKind, fn func(*Change)) {
	c := d.base
	c.Kind, c.By = kind, d.by
	if fn != nil {
		fn(&c)
	}
	d.out = append(d.out, c)
}

func (w *World) diff(prev, cur *state, m moment) []Change {
	d := &differ{w: w, cur: cur, m: m, by: w.principal(w.adminOf(cur, m))}
	d.base = Change{At: when(m), WorkspaceID: w.workspaceID(cur.spec.slot, cur.life.gen)}
	if prev == nil || prev.life.gen != cur.life.gen {
		d.add(WorkspaceCreated, func(c *Change) { c.After = w.workspaceName(cur) })
		prev = &state{spec: cur.spec, life: cur.life, attrs: cur.attrs, seats: make([]seat, len(cur.seats))}
	}
	switch {
	case prev.life.state == StateActive && cur.life.state == StateDeleted:
		d.add(WorkspaceDeleted, nil)
		return d.out
	case prev.life.state == StateDeleted && cur.life.state == StateActive:
		d.add(WorkspaceRestored, nil)
	case cur.life.state != StateActive:
		return d.out
	}
	d.attrs(prev)
	d.seats(prev)
	d.items(prev)
	return d.out
}

func (d *differ) attrs(prev *state) {
	a, b := prev.attrs, d.cur.attrs
	if a.capacity != b.capacity {
		d.add(WorkspaceMoved, func(c *Change) { c.Before, c.After = d.w.capacityID(a.capacity), d.w.capacityID(b.capacity) })
	}
	if a.domain != b.domain {
		d.add(WorkspaceDomain, func(c *Change) { c.Before, c.After = d.w.domainID(a.domain), d.w.domainID(b.domain) })
	}
	if before, after := d.w.workspaceName(prev), d.w.workspaceName(d.cur); before != after {
		d.add(WorkspaceRenamed, func(c *Change) { c.Before, c.After = before, after })
	}
	if before, after := d.w.describe(prev), d.w.describe(d.cur); before != after {
		d.add(WorkspaceEdited, func(c *Change) { c.Before, c.After = before, after })
	}
}

func (d *differ) seats(prev *state) {
	before, after := rights(prev.seats), rights(d.cur.seats)
	for _, s := range prev.seats {
		if a, had := before[s.who]; had && after[s.who] == "" && s.present {
			d.add(GrantRemoved, func(c *Change) { c.Subject, c.Before = d.w.principal(s.who), a })
		}
	}
	for _, s := range d.cur.seats {
		switch a, b := before[s.who], after[s.who]; {
		case !s.present || a == b:
		case a == "":
			d.add(GrantAdded, func(c *Change) { c.Subject, c.After = d.w.principal(s.who), b })
		default:
			d.add(GrantChanged, func(c *Change) { c.Subject, c.Before, c.After = d.w.principal(s.who), a, b })
		}
	}
}

// rights tells who has which role: somebody may have moved to another seat.
func rights(seats []seat) map[ref]string {
	m := make(map[ref]string, len(seats))
	for _, s := range seats {
		if s.present {
			m[s.who] = s.right
		}
	}
	return m
}

// adminOf is who administers a workspace at a moment: the person whose name is
// on what happens to it.
func (w *World) adminOf(st *state, t moment) ref {
	if st.spec.class == classPersonal {
		if w.spanOf(st.life.owner).left <= t {
			return ref{} // the system tidies up
		}
		return st.life.owner
	}
	for _, s := range st.seats {
		if s.present && s.right == RightAdmin && (s.who.kind == refPerson || s.who.kind == refFixed) && w.spanOf(s.who).left > t {
			return s.who
		}
	}
	return ref{kind: refFixed, a: fixedNadia}
}

// items of the two states are matched by number and generation.
func (d *differ) items(prev *state) {
	type id struct {
		k   int
		gen uint32
	}
	old := make(map[id]*istate, len(prev.items))
	for i := range prev.items {
		old[id{prev.items[i].plan.k, prev.items[i].gen}] = &prev.items[i]
	}
	appUpdated := false
	for i := range d.cur.items {
		b := &d.cur.items[i]
		key := id{b.plan.k, b.gen}
		a := old[key]
		delete(old, key)
		if b.plan.appCopy() {
			appUpdated = appUpdated || a == nil || a.modified != b.modified
			continue
		}
		d.item(a, b)
	}
	for _, a := range prev.items { // in order, not in the map's
		if _, gone := old[id{a.plan.k, a.gen}]; gone && !a.plan.appCopy() {
			d.add(ItemDeleted, func(c *Change) { d.about(c, &a); c.Before = d.w.itemName(prev, &a) })
		}
	}
	if appUpdated {
		d.add(AppUpdated, func(c *Change) { c.After = d.w.workspaceName(d.cur) })
	}
}

func (d *differ) about(c *Change, it *istate) {
	c.ItemID = d.w.itemID(d.cur.spec.slot, d.cur.life.gen, it.plan, it.gen)
	c.ItemKind = it.plan.kind
	c.Deployed = d.cur.spec.origin != nil
}

func (d *differ) item(a, b *istate) {
	w := d.w
	note := func(kind ChangeKind, by ref, fn func(*Change)) {
		d.add(kind, func(c *Change) {
			d.about(c, b)
			c.By, c.After = w.principal(by), w.itemName(d.cur, b)
			if fn != nil {
				fn(c)
			}
		})
	}
	if a == nil {
		note(ItemCreated, b.creator, nil)
		a = &istate{modified: b.modified, owner: b.owner, label: b.label, embed: b.embed}
	}
	if a.modified != b.modified {
		note(ItemEdited, b.editor, nil)
	}
	if a.owner != b.owner && b.plan.kind.owned() {
		note(ItemTakenOver, b.owner, func(c *Change) { c.Before, c.After = w.principal(a.owner).UPN, w.principal(b.owner).UPN })
	}
	if a.label != b.label {
		note(ItemLabelled, b.editor, nil)
	}
	if a.embed != b.embed {
		note(ItemPublished, b.editor, nil)
	}
	shares := func(kind ChangeKind, from, to []share) {
		for _, s := range to {
			if !slices.ContainsFunc(from, func(o share) bool { return o.who == s.who && o.since == s.since }) {
				note(kind, s.by, func(c *Change) {
					c.Subject, c.After = w.principal(s.who), itemRights(b.plan.kind)[s.right%len(itemRights(b.plan.kind))]
				})
			}
		}
	}
	shares(ItemShared, a.shares, b.shares)
	shares(ItemUnshared, b.shares, a.shares)
}

func (w *World) peopleChanges(from, to moment) []Change {
	var out []Change
	note := func(kind ChangeKind, m moment, r ref) {
		if from < m && m <= to {
			out = append(out, Change{Kind: kind, At: when(m), Subject: w.principal(r), By: Principal{Kind: KindApp, DisplayName: "HR provisioning"}})
		}
	}
	for p := range uint32(w.positions) {
		for t := to; ; {
			gen, start := w.tenures[p].last(t)
			r := ref{refPerson, p, uint32(gen)}
			note(PersonJoined, start+vacancy, r)
			if gen > 0 {
				note(PersonLeft, start, ref{refPerson, p, uint32(gen) - 1})
			}
			if t = start - 1; t+vacancy <= from || gen == 0 {
				break
			}
		}
	}
	return out
}

func (w *World) settingChanges(from, to moment) []Change {
	var out []Change
	for _, def := range settingDefs {
		on := def.enabled
		for _, m := range w.switchesOf(def, to) {
			if on = !on; m > from {
				out = append(out, Change{Kind: SettingSwitched, At: when(m), By: w.principal(ref{kind: refFixed, a: fixedNadia}),
					Before: onOff(!on), After: def.name + " " + onOff(on)})
			}
		}
	}
	return out
}

func onOff(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

// deployChangesIn lists the deployments of all pipelines.
func (w *World) deployChangesIn(from, to moment) []Change {
	var out []Change
	for p := range w.projects(to) {
		if _, ok := w.pipelineAt(p, to); !ok {
			continue
		}
		for stage := 1; stage < 3; stage++ {
			s := w.specOf(projectSlot(p, stage))
			if _, ok := w.previousStage(s); !ok {
				continue
			}
			c := w.deployCycle(p, stage)
			for gen, start := c.last(to); start > from && start > w.pipelineCreated(p); gen, start = gen-1, c.start(gen-1) {
				l, _ := w.lifeAt(s, start)
				out = append(out, Change{Kind: PipelineDeployed, At: when(start), By: w.principal(w.deployedBy(s, c, gen)),
					WorkspaceID: w.workspaceID(s.slot, l.gen), Before: w.pipelineID(p), After: w.projectName(p) + " pipeline"})
			}
		}
	}
	return out
}

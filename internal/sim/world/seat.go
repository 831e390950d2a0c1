package world

// whoKind says from whom a seat of a workspace is filled.
type whoKind uint8

const (
	whoTeam   whoKind = iota // somebody of the workspace's team
	whoLead                  // a lead of the department
	whoAnyone                // somebody of the company
	whoGuest
	whoThis // a certain ref
)

// seatPlan is one line in the list of people of a workspace.
type seatPlan struct {
	who     whoKind
	ref     ref // whoThis
	right   string
	sticky  bool // never removed when they leave
	fixed   bool // never changes its right
	profile bool
}

// seat is such a line at a moment.
type seat struct {
	occupied
	right   string
	profile bool
}

func team(right string) seatPlan   { return seatPlan{who: whoTeam, right: right} }
func lead(right string) seatPlan   { return seatPlan{who: whoLead, right: right} }
func anyone(right string) seatPlan { return seatPlan{who: whoAnyone, right: right} }
func guest(right string) seatPlan  { return seatPlan{who: whoGuest, right: right} }

func this(kind refKind, i int, right string) seatPlan {
	return seatPlan{who: whoThis, ref: ref{kind: kind, a: uint32(i)}, right: right, fixed: true}
}

// seatPlans lists the seats of a workspace.
func (w *World) seatPlans(s spec, l life) []seatPlan {
	var p []seatPlan
	switch s.class {
	case classPersonal:
		return []seatPlan{{who: whoThis, ref: l.owner, right: RightAdmin, fixed: true}}
	case classProject:
		p = w.projectSeats(s)
	case classTeam:
		p = w.teamSeats(s)
	case classHub:
		p = w.hubSeats(s)
	case classSandbox:
		p = []seatPlan{anyone(RightAdmin)}
		if s.k.sub(uint64(l.gen)).chance(0.5) {
			p = append(p, anyone(RightContributor))
		}
	default:
		p = []seatPlan{team(RightAdmin), team(RightAdmin), team(RightViewer)}
	}
	return w.twistSeats(s, p)
}

func (w *World) projectSeats(s spec) []seatPlan {
	k := w.projectKey(s.project)
	p := []seatPlan{team(RightAdmin)}
	switch s.stage {
	case 0:
		p = append(p, team(RightContributor), this(refGroup, w.deptGroup(s.dept, roleDevelopers), RightContributor))
	case 1:
		p = append(p, team(RightViewer))
		if k.sub(11).chance(0.5) {
			p = append(p, this(refGroup, w.teamGroup(s.dept, s.team), RightViewer))
		}
	default:
		if k.sub(14).chance(0.5) {
			p = append(p, lead(RightAdmin))
		}
		if k.sub(12).chance(0.7) {
			p = append(p, this(refGroup, w.deptGroup(s.dept, roleReaders), RightViewer))
		} else {
			p = append(p, team(RightViewer), team(RightViewer), anyone(RightViewer))
		}
	}
	if k.sub(13).chance(0.2) {
		p = append(p, team(RightMember))
	}
	if s.project%4 != 3 && (s.project < 100 || s.project%8 == 0) {
		p = append(p, this(refApp, appExecutor, RightAdmin))
	}
	return append(p, demoSeats(s)...)
}

// demoSeats gives the people of the demo their places in its first projects.
func demoSeats(s spec) []seatPlan {
	f := func(i int, right string) seatPlan { return this(refFixed, i, right) }
	switch {
	case s.project == 0 && s.stage == 2:
		return []seatPlan{f(fixedPriya, RightAdmin), f(fixedLeon, RightContributor), f(fixedGina, RightViewer), f(fixedMia, RightViewer)}
	case s.project == 0 || s.project == 12:
		return []seatPlan{f(fixedPriya, RightAdmin), f(fixedMia, RightContributor)}
	case s.project == 1:
		return []seatPlan{f(fixedTomas, RightAdmin)}
	case s.project == 24:
		return []seatPlan{f(fixedLeon, RightAdmin)}
	}
	return nil
}

func (w *World) teamSeats(s spec) []seatPlan {
	p := []seatPlan{team(RightAdmin), team(RightContributor)}
	if s.k.sub(14).chance(0.6) {
		p = append(p, lead(RightAdmin))
	}
	if s.k.sub(13).chance(0.5) {
		p = append(p, team(RightMember))
	}
	if s.k.sub(11).chance(0.5) {
		p = append(p, this(refGroup, w.deptGroup(s.dept, roleReaders), RightViewer))
	} else {
		p = append(p, team(RightViewer), anyone(RightViewer))
	}
	if s.k.sub(12).chance(0.06) {
		p = append(p, guest(RightViewer))
	}
	return p
}

func (w *World) hubSeats(s spec) []seatPlan {
	p := []seatPlan{
		this(refGroup, w.deptGroup(s.dept, roleAdmins), RightAdmin), team(RightMember),
		this(refGroup, w.deptGroup(s.dept, roleReaders), RightViewer),
		this(refApp, appExecutor, RightAdmin),
	}
	if s.ordinal < 4 {
		p = append(p, this(refFixed, fixedNadia, RightAdmin))
	}
	return p
}

// twistSeats changes the list as the workspace's twist wants it.
func (w *World) twistSeats(s spec, p []seatPlan) []seatPlan {
	g := func(i int, right string) seatPlan { return this(refGroup, i, right) }
	viewers := []seatPlan{team(RightContributor), team(RightViewer)}
	switch s.twist {
	case twistOrphan:
		return []seatPlan{team(RightMember), team(RightContributor), g(w.deptGroup(s.dept, roleReaders), RightViewer)}
	case twistNobody:
		return []seatPlan{}
	case twistOnlyApp:
		return append(viewers, this(refApp, appDeploy, RightAdmin))
	case twistGroupAdmin:
		return append(p, g(w.deptGroup(s.dept, roleAdmins), RightAdmin))
	case twistUnifiedAdmin:
		return append(p, g(w.deptGroup(s.dept, roleUnified), RightAdmin))
	case twistNestedAdmin:
		return append(viewers, g(groupNest1, RightAdmin))
	case twistCycleGroup:
		return append(viewers, g(groupCycleA, RightAdmin))
	case twistEmptyGroup:
		return append(viewers, g(groupEmpty, RightAdmin))
	case twistDynamicGroup:
		return append(p, g(groupFinanceDynamic, RightContributor))
	case twistDeletedGroup:
		return append(p, g(groupLegacy, RightContributor), g(groupHostile, RightViewer))
	case twistEveryone:
		return append(p, g(groupEveryone, RightMember))
	}
	return w.twistPeople(s, p)
}

func (w *World) twistPeople(s spec, p []seatPlan) []seatPlan {
	repeat := func(n int, one func(string) seatPlan, right string) {
		for range n {
			p = append(p, one(right))
		}
	}
	switch s.twist {
	case twistManyAdmins:
		repeat(3+s.k.sub(14).n(3), team, RightAdmin)
		repeat(3, anyone, RightAdmin)
	case twistOneAdmin:
		p = []seatPlan{team(RightAdmin), team(RightContributor), team(RightViewer)}
	case twistGuestAdmin:
		p = append(p, guest(RightAdmin))
		if s.ordinal < len(teamTwists) {
			p = append(p, this(refFixed, fixedGina, RightAdmin))
		}
	case twistPartners:
		p = append(p, guest(RightContributor), guest(RightViewer), guest(RightViewer),
			this(refGroup, groupPartners, RightViewer))
	case twistLeaverAdmin:
		first := seatPlan{who: whoTeam, right: RightAdmin, sticky: true, fixed: true}
		if s.ordinal < len(teamTwists) {
			first = this(refFixed, fixedLeon, RightAdmin)
		}
		p = []seatPlan{first, team(RightContributor), team(RightViewer)}
	case twistManyPeople:
		repeat(6, team, RightContributor)
		repeat(8, anyone, RightViewer)
	case twistProfile:
		app := this(refApp, appEmbedded, RightMember)
		app.profile = true
		p = append(p, app)
	case twistUnknownRight:
		p = append(p, this(refFixed, fixedMia, "ViewerWithBuild2026"))
	case twistDisabledApp:
		p = append(p, this(refApp, appDisabled, RightContributor))
	}
	return p
}

// drawer is how a seat's people are found.
func (w *World) drawer(s spec, p seatPlan) func(key, moment) (ref, bool) {
	switch p.who {
	case whoLead:
		return func(k key, t moment) (ref, bool) {
			return w.colleague(s.dept, 0, k, t)
		}
	case whoAnyone:
		return w.anyone
	case whoGuest:
		return w.someGuest
	case whoThis:
		return func(key, moment) (ref, bool) { return p.ref, true }
	}
	return func(k key, t moment) (ref, bool) { return w.colleague(s.dept, s.team, k, t) }
}

// seatAt is the state of the m-th seat at t.
func (w *World) seatAt(s spec, l life, m int, p seatPlan, t moment) seat {
	k := s.k.sub2(tagSeat, uint64(l.gen)).sub(uint64(m))
	if s.class == classProject && m == 0 {
		k = w.projectKey(s.project).sub(tagSeat) // one person runs all stages
	}
	o := occupancy{k: k, base: l.created, draw: w.drawer(s, p), sticky: 0.12, replaced: 0.55, handover: 9 * day}
	o.period = w.slow(500 + k.span(0, 1000))
	if m == 0 {
		o.replaced, o.handover, o.sticky = 0.93, 2*day, 0.05
	} else {
		o.base += k.sub(3).span(0, 45*day)
	}
	if p.sticky {
		o.sticky, o.period = 1, never
	}
	if p.who == whoThis {
		o.sticky, o.period = 1, never // groups and applications are not rotated
	}
	out := seat{occupied: w.occupy(o, t), right: p.right, profile: p.profile}
	if out.present && !p.fixed && k.sub(4).chance(0.35) {
		w.switchRight(k.sub(tagRole), &out, t)
	}
	return out
}

// switchRight lets the right of a seat go to and fro between two neighbours.
func (w *World) switchRight(k key, s *seat, t moment) {
	other := map[string]string{RightViewer: RightContributor, RightContributor: RightMember, RightMember: RightContributor}[s.right]
	if other == "" {
		return
	}
	gen, start := newCycle(k, w.slow(300)).last(t)
	if start <= s.since {
		return
	}
	s.since, s.changed = start, start
	if gen%2 == 0 {
		s.right = other
	}
}

// seatsAt lists all seats of a workspace at t, vacant ones included.
func (w *World) seatsAt(s spec, l life, t moment) []seat {
	plans := w.seatPlans(s, l)
	out := make([]seat, len(plans))
	for m, p := range plans {
		out[m] = w.seatAt(s, l, m, p, t)
		for _, before := range out[:m] {
			if before.present && out[m].present && before.who == out[m].who {
				out[m].present = false
			}
		}
	}
	return out
}

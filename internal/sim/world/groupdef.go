package world

import (
	"fmt"
	"strings"
	"time"
)

// groupDef is a group as it is laid out; who is in it at a moment is asked of
// groupMembers.
type groupDef struct {
	name, description string
	unified           bool
	rule              string // dynamic membership
	mail              string // local part, for distribution and Microsoft 365 groups
	role              groupRole
	dept, team        int
	created           moment
	deleted           moment // 0 = still there
	oddity            string
}

type groupRole uint8

const (
	roleFixed      groupRole = iota
	roleAdmins               // leads of a department
	roleDevelopers           // its report builders
	roleReaders              // all its team groups
	roleUnified              // its Microsoft 365 group
	roleTeam                 // one team
)

// Tenant-wide groups by index; the rest follow by department and team.
const (
	groupEveryone = iota
	groupAdminAPI
	groupPublicAPI
	groupPublishers
	groupGuestHosts
	groupEmpty
	groupCycleA
	groupCycleB
	groupNest1
	groupNest2
	groupNest3
	groupNest4
	groupPartners
	groupLegacy
	groupChampions
	groupFinanceDynamic
	groupHostile
	groupBreakGlass
	fixedGroupCount
)

const groupsPerDept = 4

var fixedGroups = [fixedGroupCount]groupDef{
	groupEveryone:       {name: "SG-All-Employees", rule: `(user.userType -eq "Member") and (user.accountEnabled -eq true)`, oddity: "dynamic group"},
	groupAdminAPI:       {name: "SG-PowerBI-AdminAPI", description: "Service principals that may read admin APIs"},
	groupPublicAPI:      {name: "SG-PowerBI-PublicAPI", description: "Service principals that may call Fabric APIs"},
	groupPublishers:     {name: "SG-PowerBI-PublishToWeb", description: "May create public embed codes"},
	groupGuestHosts:     {name: "SG-PowerBI-GuestHosts", description: "May invite guests to content"},
	groupEmpty:          {name: "SG-BI-Retired-Readers", oddity: "empty group"},
	groupCycleA:         {name: "SG-BI-Core", oddity: "contains SG-BI-Extended, which contains it"},
	groupCycleB:         {name: "SG-BI-Extended", oddity: "contains SG-BI-Core, which contains it"},
	groupNest1:          {name: "SG-Reporting", oddity: "first of four nested groups"},
	groupNest2:          {name: "SG-Reporting-Europe"},
	groupNest3:          {name: "SG-Reporting-Europe-DACH"},
	groupNest4:          {name: "SG-Reporting-Europe-DACH-Power-Users"},
	groupPartners:       {name: "SG-External-Partners", description: "Guests of our consulting partners", oddity: "guests only"},
	groupLegacy:         {name: "SG-Legacy-Reporting", deleted: date(2025, time.June, 3), oddity: "deleted group"},
	groupChampions:      {name: "BI Champions", mail: "bi-champions", unified: true},
	groupFinanceDynamic: {name: "SG-Finance-Dynamic", rule: `(user.department -eq "Finance")`, oddity: "dynamic group"},
	groupHostile:        {name: "SG-<img src=x onerror=alert(1)>-\u202eBI", oddity: "markup and bidirectional override in the name"},
	groupBreakGlass:     {name: "SG-PowerBI-BreakGlass", description: "Emergency administrators"},
}

func (w *World) groupCount() int {
	return fixedGroupCount + len(departments)*(groupsPerDept+w.teams)
}

// deptGroup is the index of a department's group of a role.
func (w *World) deptGroup(dept int, role groupRole) int {
	return fixedGroupCount + dept*groupsPerDept + int(role-roleAdmins)
}

func (w *World) teamGroup(dept, team int) int {
	return fixedGroupCount + len(departments)*groupsPerDept + team*len(departments) + dept
}

// groupDef lays out the group with an index.
func (w *World) groupDef(i int) groupDef {
	k := w.seed.sub2(tagGroup, uint64(i))
	if i < fixedGroupCount {
		g := fixedGroups[i]
		g.created = date(2019, time.January, 7) + k.span(0, 100*day)
		return g
	}
	i -= fixedGroupCount
	created := date(2019, time.June, 3) + k.span(0, 400*day)
	if n := len(departments) * groupsPerDept; i >= n {
		d, team := (i-n)%len(departments), (i-n)/len(departments)
		return groupDef{name: fmt.Sprintf("SG-%s-T%02d", departments[d].code, team+1), role: roleTeam,
			description: departments[d].name + ", one team", dept: d, team: team, created: created}
	}
	d, role := i/groupsPerDept, roleAdmins+groupRole(i%groupsPerDept)
	g := groupDef{role: role, dept: d, created: created}
	dep := departments[d]
	switch role {
	case roleAdmins:
		g.name, g.description = "SG-"+dep.code+"-BI-Admins", "Workspace administrators of "+dep.name
	case roleDevelopers:
		g.name, g.description = "SG-"+dep.code+"-BI-Developers", "Report builders of "+dep.name
	case roleReaders:
		g.name, g.description = "SG-"+dep.code+"-BI-Readers", "Everybody in "+dep.name
	default:
		g.name, g.unified, g.mail = dep.name, true, "team-"+strings.ToLower(dep.code)
	}
	return g
}

func (w *World) groupMail(g groupDef) string {
	if g.mail == "" {
		return ""
	}
	return g.mail + "@" + w.cfg.Domain
}

func (w *World) groupSpan(i int) span {
	g := w.groupDef(i)
	if g.deleted == 0 {
		return span{g.created, never, never, never}
	}
	return span{g.created, g.deleted, g.deleted, g.deleted + purgeAfter}
}

// groupMembers lists the direct members of a group at t, disabled accounts
// included: nobody tidies them up before they are deleted.
func (w *World) groupMembers(i int, t moment) []ref {
	if i < fixedGroupCount {
		return w.fixedMembers(i, t)
	}
	g := w.groupDef(i)
	var out []ref
	seat := func(n int) {
		if r, _, ok := w.holder(w.position(g.dept, n), t); ok {
			out = append(out, r)
		}
	}
	switch g.role {
	case roleAdmins:
		seat(0)
		seat(1)
		seat(2)
		if g.dept == 0 {
			out = append(out, ref{kind: refFixed, a: fixedPriya})
		}
	case roleDevelopers:
		for n := range min(w.teams*2, 24) {
			seat(n*teamSize/2 + 1)
		}
		if g.dept == 0 {
			out = append(out, ref{kind: refFixed, a: fixedMia})
		}
	case roleReaders:
		out = w.readers(g.dept)
	case roleUnified:
		for n := range min(w.teams*teamSize, 60) {
			if n%3 == 0 {
				seat(n)
			}
		}
	case roleTeam:
		for n := range teamSize {
			seat(g.team*teamSize + n)
		}
	}
	return unique(out)
}

// readers of a department are its teams, and those who are in none.
func (w *World) readers(dept int) []ref {
	var out []ref
	for team := range w.teams {
		out = append(out, ref{kind: refGroup, a: uint32(w.teamGroup(dept, team))})
	}
	for f, p := range fixedPeople {
		if p.dept == dept {
			out = append(out, ref{kind: refFixed, a: uint32(f)})
		}
	}
	return out
}

// unique drops repetitions: in a small company several seats fall on one
// position.
func unique(refs []ref) []ref {
	seen := make(map[ref]bool, len(refs))
	out := refs[:0]
	for _, r := range refs {
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

// fixedMembers are the members of a tenant-wide group.
func (w *World) fixedMembers(i int, t moment) []ref {
	g := func(n int) ref { return ref{kind: refGroup, a: uint32(n)} }
	f := func(n uint32) ref { return ref{kind: refFixed, a: n} }
	sp := func(n uint32) ref { return ref{kind: refApp, a: n} }
	k := w.seed.sub2(tagGroup, uint64(i))
	switch i {
	case groupEveryone:
		return w.everyone(t)
	case groupAdminAPI:
		return []ref{sp(appScanner)}
	case groupPublicAPI:
		return []ref{sp(appExecutor), sp(appDeploy), sp(appEmbedded)}
	case groupPublishers:
		return append(w.crowd(k, 4, t), f(fixedTomas))
	case groupGuestHosts:
		return []ref{g(w.deptGroup(0, roleAdmins)), g(w.deptGroup(1, roleAdmins)), f(fixedLead)}
	case groupCycleA:
		return append(w.crowd(k, 3, t), g(groupCycleB))
	case groupCycleB:
		return append(w.crowd(k, 2, t), g(groupCycleA))
	case groupNest1:
		return append(w.crowd(k, 2, t), g(groupNest2))
	case groupNest2:
		return append(w.crowd(k, 2, t), g(groupNest3))
	case groupNest3:
		return append(w.crowd(k, 2, t), g(groupNest4))
	case groupNest4:
		return append(w.crowd(k, 3, t), f(fixedLeon))
	case groupPartners:
		return w.guestCrowd(t)
	case groupLegacy, groupHostile:
		return w.crowd(k, 5, t)
	case groupChampions:
		return append(w.crowd(k, 14, t), f(fixedLead), f(fixedMia))
	case groupFinanceDynamic:
		return w.department(0, t)
	case groupBreakGlass:
		return []ref{f(fixedNadia), f(fixedCIO)}
	}
	return nil
}

// crowd draws n seats of the company and lists who sits there at t.
func (w *World) crowd(k key, n int, t moment) []ref {
	var out []ref
	for i := range uint64(n) {
		if r, _, ok := w.holder(uint32(k.sub(i).n(w.positions)), t); ok {
			out = append(out, r)
		}
	}
	return unique(out)
}

func (w *World) guestCrowd(t moment) []ref {
	out := []ref{{kind: refFixed, a: fixedGina}}
	for q := range uint32(min(w.guests, 40)) {
		if r, _, ok := w.guestAt(q, t); ok && q%2 == 0 {
			out = append(out, r)
		}
	}
	return out
}

// everyone is every enabled employee at t.
func (w *World) everyone(t moment) []ref {
	var out []ref
	for i := range fixedPeople {
		if s := fixedPeople[i].span(); !fixedPeople[i].guest() && s.joined <= t && t < s.left {
			out = append(out, ref{kind: refFixed, a: uint32(i)})
		}
	}
	for p := range uint32(w.positions) {
		if r, s, ok := w.holder(p, t); ok && t < s.left {
			out = append(out, r)
		}
	}
	return out
}

// department is everybody of a department at t, enabled or not.
func (w *World) department(dept int, t moment) []ref {
	var out []ref
	for i, p := range fixedPeople {
		if p.dept == dept {
			out = append(out, ref{kind: refFixed, a: uint32(i)})
		}
	}
	for p := dept; p < w.positions; p += len(departments) {
		if r, _, ok := w.holder(uint32(p), t); ok {
			out = append(out, r)
		}
	}
	return out
}

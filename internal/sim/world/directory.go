package world

import (
	"iter"
	"sort"
	"strings"
	"time"
)

var jobTitles = []string{"Analyst", "Controller", "Business Analyst", "Specialist", "Data Engineer", "Coordinator", "Report Developer", "Manager", "Associate", "Consultant"}

var offices = []string{"Munich", "Hamburg", "London", "Paris", "Warsaw", "Milan", "Chicago", "Singapore", "Tokyo", "São Paulo"}

// user describes the account behind r at t; the caller knows that it exists.
func (w *World) user(r ref, t moment) User {
	f, s := w.face(r), w.spanOf(r)
	u := User{ID: w.refID(r), UPN: f.upn, DisplayName: f.display, GivenName: f.given, Surname: f.family,
		Mail: f.mail, UserType: f.userType, Enabled: t < s.left, Created: when(s.joined), Company: w.cfg.TenantName}
	if t >= s.left {
		u.Left = when(s.left)
	}
	if t >= s.deleted {
		u.Deleted = when(s.deleted)
	}
	switch r.kind {
	case refFixed:
		w.describeFixed(&u, fixedPeople[r.a])
	case refGuest:
		u.Company = partners[int(r.a)%len(partners)].name
	case refPerson:
		w.describeEmployee(&u, r, t)
	}
	w.patchUser(&u, t)
	return u
}

func (w *World) describeFixed(u *User, p fixedPerson) {
	u.JobTitle, u.Office = p.title, offices[0]
	if p.dept >= 0 {
		u.Department = departments[p.dept].name
	}
	if p.company != "" {
		u.Company = p.company
	}
	if p.boss >= 0 {
		u.ManagerID = w.refID(ref{kind: refFixed, a: uint32(p.boss)})
	}
}

func (w *World) describeEmployee(u *User, r ref, t moment) {
	dept, n := int(r.a)%len(departments), int(r.a)/len(departments)
	k := w.seed.sub2(tagPerson, uint64(r.a)).sub(uint64(r.gen) + 50)
	u.Department = departments[dept].name
	u.Office = pick(k.sub(1), offices)
	switch {
	case n == 0:
		u.JobTitle = "Head of " + departments[dept].name
	case n <= 7:
		u.JobTitle = "Team Lead " + departments[dept].name
	default:
		u.JobTitle = pick(k, jobTitles)
	}
	u.ManagerID = w.refID(w.managerOf(dept, n, t))
}

// managerOf climbs from a seat to the next occupied one above it.
func (w *World) managerOf(dept, n int, t moment) ref {
	for n > 0 {
		n = (n - 1) / 7
		if r, s, ok := w.holder(w.position(dept, n), t); ok && t < s.left {
			return r
		}
	}
	return ref{kind: refFixed, a: fixedChief}
}

// User finds a person by object id or UPN, in any case; false = not in the
// directory at t (not yet, or deleted).
func (w *World) User(idOrUPN string, t time.Time) (User, bool) {
	r, ok := w.refOf(idOrUPN)
	if !ok {
		r, ok = w.refOfUPN(idOrUPN)
	}
	if !ok || r.kind == refGroup || r.kind == refApp {
		return User{}, false
	}
	if s := w.spanOf(r); at(t) < s.joined || at(t) >= s.deleted {
		return User{}, false
	}
	return w.user(r, at(t)), true
}

// people walks the references of all accounts at t for which keep is true.
func (w *World) people(t moment, keep func(span) bool) iter.Seq[ref] {
	return func(yield func(ref) bool) {
		for i := range fixedPeople {
			if r := (ref{kind: refFixed, a: uint32(i)}); keep(w.spanOf(r)) && !yield(r) {
				return
			}
		}
		for p := range uint32(w.positions) {
			if r, s, _ := w.holder(p, t); keep(s) && !yield(r) {
				return
			}
		}
		for q := range uint32(w.guests) {
			if r, s, _ := w.guestAt(q, t); keep(s) && !yield(r) {
				return
			}
		}
	}
}

// Users walks the people of the directory at t in a fixed order.
func (w *World) Users(t time.Time) iter.Seq[User] {
	m := at(t)
	return func(yield func(User) bool) {
		for r := range w.people(m, func(s span) bool { return s.joined <= m && m < s.deleted }) {
			if !yield(w.user(r, m)) {
				return
			}
		}
	}
}

// DeletedUsers lists the accounts deleted less than 30 days before t.
func (w *World) DeletedUsers(t time.Time) []DeletedUser {
	m := at(t)
	var out []DeletedUser
	// A position whose next holder is due keeps pointing at the one who left
	// until the new generation begins, so look at the generation before, too.
	add := func(r ref) {
		if s := w.spanOf(r); s.deleted <= m && m < s.purged {
			out = append(out, DeletedUser{User: w.user(r, m), PurgedAt: when(s.purged)})
		}
	}
	for p := range uint32(w.positions) {
		gen, _, _ := w.tenures[p].at(m)
		add(ref{refPerson, p, uint32(gen) - 1})
	}
	for q := range uint32(w.guests) {
		gen, _, _ := w.guestCycle(q).at(m)
		add(ref{refGuest, q, uint32(gen) - 1})
	}
	return out
}

func (w *World) group(i int) Group {
	d := w.groupDef(i)
	g := Group{ID: w.id(idGroup, uint32(i), 0), DisplayName: d.name, Description: d.description, Mail: w.groupMail(d),
		MailEnabled: d.mail != "", SecurityEnabled: !d.unified, MembershipRule: d.rule, Created: when(d.created), Oddity: d.oddity}
	g.Types = []string{}
	if d.unified {
		g.Types = append(g.Types, "Unified")
	}
	if d.rule != "" {
		g.Types = append(g.Types, "DynamicMembership")
	}
	return g
}

func (w *World) groupIndex(id string, t time.Time) (int, bool) {
	if a, _, ok := w.parseKind(id, idGroup); ok && int(a) < w.groupCount() {
		s := w.groupSpan(int(a))
		return int(a), s.joined <= at(t) && at(t) < s.deleted
	}
	for i := range fixedGroupCount + len(departments)*groupsPerDept {
		if mail := w.groupMail(w.groupDef(i)); mail != "" && strings.EqualFold(mail, id) {
			return i, true
		}
	}
	return 0, false
}

// Group finds a group by object id or mail address, in any case.
func (w *World) Group(id string, t time.Time) (Group, bool) {
	i, ok := w.groupIndex(id, t)
	if !ok {
		return Group{}, false
	}
	return w.group(i), true
}

// Groups walks the groups of the directory at t.
func (w *World) Groups(t time.Time) iter.Seq[Group] {
	return func(yield func(Group) bool) {
		for i := range w.groupCount() {
			if s := w.groupSpan(i); s.joined <= at(t) && at(t) < s.deleted && !yield(w.group(i)) {
				return
			}
		}
	}
}

// AdminAPIGroup is the security group that the settings for admin APIs name;
// ScannerApp is in it.
func (w *World) AdminAPIGroup() Group { return w.group(groupAdminAPI) }

// member describes a member of a group, or nothing if it is not there at t.
func (w *World) member(r ref, t moment) (Member, bool) {
	if s := w.spanOf(r); t < s.joined || t >= s.deleted {
		return Member{}, false
	}
	switch r.kind {
	case refGroup:
		g := w.group(int(r.a))
		return Member{Group: &g}, true
	case refApp:
		sp := w.app(int(r.a))
		return Member{App: &sp}, true
	}
	u := w.user(r, t)
	return Member{User: &u}, true
}

// Members lists the direct members of a group; false = no such group.
func (w *World) Members(groupID string, t time.Time) ([]Member, bool) {
	i, ok := w.groupIndex(groupID, t)
	if !ok {
		return nil, false
	}
	out := []Member{}
	for _, r := range w.membersNow(i, at(t)) {
		if m, ok := w.member(r, at(t)); ok {
			out = append(out, m)
		}
	}
	return out, true
}

// TransitiveMembers lists everybody in a group with nested groups resolved,
// the nested groups themselves included, each once. In a cycle the group is a
// member of itself, and the directory leaves it out.
func (w *World) TransitiveMembers(groupID string, t time.Time) ([]Member, bool) {
	first, ok := w.groupIndex(groupID, t)
	if !ok {
		return nil, false
	}
	out := []Member{}
	seen := map[ref]bool{{kind: refGroup, a: uint32(first)}: true}
	for queue := []int{first}; len(queue) > 0; queue = queue[1:] {
		for _, r := range w.membersNow(queue[0], at(t)) {
			m, there := w.member(r, at(t))
			if seen[r] || !there {
				continue
			}
			seen[r] = true
			out = append(out, m)
			if r.kind == refGroup {
				queue = append(queue, int(r.a))
			}
		}
	}
	return out, true
}

// MemberOf lists the groups a principal is a direct member of.
func (w *World) MemberOf(id string, t time.Time) []Group {
	r, ok := w.refOf(id)
	if !ok {
		return nil
	}
	var out []Group
	for _, i := range w.groupsNear(r) {
		if s := w.groupSpan(i); at(t) < s.joined || at(t) >= s.deleted {
			continue
		}
		for _, m := range w.membersNow(i, at(t)) {
			if m == r {
				out = append(out, w.group(i))
				break
			}
		}
	}
	return out
}

// groupsNear are the groups that somebody could possibly be in.
func (w *World) groupsNear(r ref) []int {
	var out []int
	for i := range fixedGroupCount + len(departments)*groupsPerDept {
		out = append(out, i)
	}
	if r.kind == refPerson {
		n := int(r.a) / len(departments)
		for team := n / teamSize; team < w.teams && team <= n/teamSize+1; team++ {
			out = append(out, w.teamGroup(int(r.a)%len(departments), team))
		}
	}
	sort.Ints(out)
	return out
}

// DirectoryChanged lists users and groups that were created, changed or
// deleted in (since, t], for delta queries: ids of what is there with its new
// state, and of what is gone.
func (w *World) DirectoryChanged(since, t time.Time) (users []User, groups []Group, removed []string) {
	a, b := at(since), at(t)
	in := func(m moment) bool { return a < m && m <= b }
	for r := range w.people(b, func(span) bool { return true }) {
		refs := []ref{r}
		if r.gen > 0 {
			refs = append(refs, ref{r.kind, r.a, r.gen - 1})
		}
		for _, r := range refs {
			switch s := w.spanOf(r); {
			case in(s.deleted):
				removed = append(removed, w.refID(r))
			case b < s.deleted && (in(s.joined) || in(s.left) || in(w.patchedAt(w.refID(r), b))):
				users = append(users, w.user(r, b))
			}
		}
	}
	for i := range w.groupCount() {
		switch s := w.groupSpan(i); {
		case in(s.deleted):
			removed = append(removed, w.id(idGroup, uint32(i), 0))
		case s.joined <= b && b < s.deleted && (in(s.joined) || w.membersDiffer(i, a, b)):
			groups = append(groups, w.group(i))
		}
	}
	return users, groups, removed
}

func (w *World) membersDiffer(i int, a, b moment) bool {
	x, y := w.membersNow(i, a), w.membersNow(i, b)
	if len(x) != len(y) {
		return true
	}
	for n := range x {
		if x[n] != y[n] {
			return true
		}
	}
	return false
}

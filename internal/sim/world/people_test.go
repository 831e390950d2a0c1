package world

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNamesLeadBackToTheirNumber(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for n := 0; n < 70_000; n += 3 {
		local := nameOf(n).local
		if m, ok := numberOf(strings.ToUpper(local)); !ok || m != n {
			t.Fatalf("numberOf(%s) = %d %v, want %d", local, m, ok, n)
		}
		if other, taken := seen[local]; taken {
			t.Fatalf("%d and %d are both called %s", n, other, local)
		}
		seen[local] = n
	}
	for _, text := range []string{"", "anna", "anna.", ".schmidt", "nobody.nowhere", "anna.schmidt1", "anna.schmidt01", "anna.schmidt2x", "anna.schmidt99999999999999999999"} {
		if _, ok := numberOf(text); ok {
			t.Errorf("numberOf(%q) finds somebody", text)
		}
	}
}

func TestPeopleJoinAndLeave(t *testing.T) {
	t.Parallel()
	w := demo(1)
	before, after := map[string]User{}, map[string]User{}
	for u := range w.Users(now.AddDate(-1, 0, 0)) {
		before[u.ID] = u
	}
	for u := range w.Users(now) {
		after[u.ID] = u
	}
	joined, gone := 0, 0
	for id, u := range after {
		if _, ok := before[id]; !ok {
			joined++
			if u.Created.Before(now.AddDate(-1, 0, 0)) {
				t.Errorf("%s was created %s, but was not there a year ago", u.UPN, u.Created)
			}
		}
	}
	for id, u := range before {
		if _, ok := after[id]; ok {
			continue
		}
		gone++
		if _, ok := w.User(u.UPN, now); ok {
			t.Errorf("%s is not listed, but is found", u.UPN)
		}
	}
	if joined < 40 || gone < 40 || joined > 250 || gone > 250 {
		t.Errorf("in a year %d joined and %d left a company of %d", joined, gone, len(after))
	}
}

func TestLeaversAreDisabledThenDeletedThenPurged(t *testing.T) {
	t.Parallel()
	w := demo(1)
	var u User
	for x := range w.Users(now) {
		if !x.Enabled && !strings.HasPrefix(x.UPN, "leon.") && x.UserType == UserMember {
			u = x
		}
	}
	if u.ID == "" {
		t.Fatal("nobody is leaving")
	}
	if x, ok := w.User(u.ID, u.Left.Add(-time.Second)); !ok || !x.Enabled {
		t.Errorf("%s was not enabled before leaving", u.UPN)
	}
	inBin := func(at time.Time) bool {
		return slices.ContainsFunc(w.DeletedUsers(at), func(d DeletedUser) bool { return d.ID == u.ID })
	}
	for _, c := range []struct {
		days           int
		there, deleted bool
	}{{1, true, false}, {29, true, false}, {31, false, true}, {59, false, true}, {61, false, false}, {400, false, false}} {
		at := u.Left.AddDate(0, 0, c.days)
		if _, ok := w.User(u.ID, at); ok != c.there || inBin(at) != c.deleted {
			t.Errorf("%d days after leaving: in the directory %v, deleted %v; want %v, %v", c.days, ok, inBin(at), c.there, c.deleted)
		}
	}
}

func TestManagersEndAtTheTop(t *testing.T) {
	t.Parallel()
	w := demo(1)
	for u := range w.Users(now) {
		for steps, x := 0, u; x.ManagerID != ""; steps++ {
			if steps > 12 {
				t.Fatalf("%s has no top above", u.UPN)
			}
			next, ok := w.User(x.ManagerID, now)
			if !ok {
				t.Fatalf("the manager of %s is not in the directory", x.UPN)
			}
			x = next
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := demo(1)
	by := map[string]Group{}
	for g := range w.Groups(now) {
		if _, twice := by[g.DisplayName]; twice {
			t.Errorf("two groups are called %s", g.DisplayName)
		}
		by[g.DisplayName] = g
		if got, ok := w.Group(strings.ToUpper(g.ID), now); !ok || got.DisplayName != g.DisplayName {
			t.Errorf("%s is not found by its id", g.DisplayName)
		}
		if g.Unified() == g.SecurityEnabled || g.MailEnabled != (g.Mail != "") {
			t.Errorf("%s: unified %v, security %v, mail %q", g.DisplayName, g.Unified(), g.SecurityEnabled, g.Mail)
		}
	}
	all := func(name string) []Member {
		m, ok := w.TransitiveMembers(by[name].ID, now)
		if !ok {
			t.Fatalf("no group %s", name)
		}
		return m
	}
	if n := len(all("SG-BI-Retired-Readers")); n != 0 {
		t.Errorf("the empty group has %d members", n)
	}
	for _, m := range all("SG-BI-Core") {
		if m.ID() == by["SG-BI-Core"].ID {
			t.Error("a group in a cycle is listed as its own member")
		}
	}
	nested := all("SG-Reporting")
	if !slices.ContainsFunc(nested, func(m Member) bool { return m.User != nil && m.User.GivenName == "Leon" }) {
		t.Error("Leon is not found four groups down")
	}
	if slices.ContainsFunc(all("SG-All-Employees"), func(m Member) bool { return m.User == nil || !m.User.Enabled || m.User.UserType != UserMember }) {
		t.Error("the dynamic group of employees holds somebody else")
	}
	if m := all("SG-PowerBI-AdminAPI"); len(m) != 1 || m[0].App == nil || m[0].App.AppID != w.ScannerApp().AppID {
		t.Errorf("the group for admin APIs holds %v", m)
	}
	if _, ok := w.Group(w.id(idGroup, groupLegacy, 0), now); ok {
		t.Error("the deleted group is still there")
	}
}

func TestMemberOfAgreesWithMembers(t *testing.T) {
	t.Parallel()
	w := demo(1)
	want := map[string]int{}
	for g := range w.Groups(now) {
		members, _ := w.Members(g.ID, now)
		for _, m := range members {
			want[m.ID()]++
		}
	}
	for u := range w.Users(now) {
		if got := len(w.MemberOf(u.ID, now)); got != want[u.ID] {
			t.Errorf("%s is in %d groups, %d name them", u.UPN, got, want[u.ID])
		}
	}
	if got := len(w.MemberOf(w.ExecutorApp().ID, now)); got != 1 {
		t.Errorf("the executor is in %d groups", got)
	}
}

func TestDemoPeople(t *testing.T) {
	t.Parallel()
	w, other := demo(1), demo(2)
	roles := map[string]int{}
	for i, p := range w.DemoPeople() {
		if p.User.UPN != other.DemoPeople()[i].User.UPN {
			t.Errorf("%s depends on the seed", p.User.UPN)
		}
		u, ok := w.User(p.User.UPN, now)
		if !ok || u.ID != p.User.ID || p.Note == "" {
			t.Errorf("%s is not in the directory, or has no note", p.User.UPN)
		}
		for _, r := range p.Roles {
			roles[r]++
		}
		switch u.GivenName {
		case "Leon":
			if u.Enabled {
				t.Error("the leaver's account is enabled")
			}
		case "Gina":
			if u.UserType != UserGuest || !strings.Contains(u.UPN, "#EXT#") {
				t.Errorf("the guest is %s %s", u.UserType, u.UPN)
			}
		case "Noor":
			if len(p.Roles) != 0 {
				t.Error("Noor has a role")
			}
		}
	}
	for role, n := range map[string]int{"approver": 2, "auditor": 1, "requester": 1, "operator": 1, "admin": 1, "viewer": 1} {
		if roles[role] < n {
			t.Errorf("%d people have the role %s, want at least %d", roles[role], role, n)
		}
	}
}

func TestDirectoryChanges(t *testing.T) {
	t.Parallel()
	w := demo(1)
	from := now.AddDate(0, 0, -45)
	users, groups, removed := w.DirectoryChanged(from, now)
	if len(users) == 0 || len(groups) == 0 || len(removed) == 0 {
		t.Fatalf("in 45 days %d users and %d groups changed, %d were removed", len(users), len(groups), len(removed))
	}
	for _, id := range removed {
		if _, ok := w.User(id, now); ok {
			t.Error("somebody removed is still there")
		}
	}
	told := map[string]bool{}
	for _, u := range users {
		told[u.ID] = true
	}
	for u := range w.Users(now) {
		old, ok := w.User(u.ID, from)
		if (!ok || old.Enabled != u.Enabled) != told[u.ID] {
			t.Errorf("%s: there before %v, enabled %v then %v, told %v", u.UPN, ok, old.Enabled, u.Enabled, told[u.ID])
		}
	}
}

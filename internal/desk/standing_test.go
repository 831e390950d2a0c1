package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// signedIn remembers people as having signed in.
func (o *office) signedIn(all ...desk.By) {
	for _, by := range all {
		o.known = append(o.known, by.Person)
	}
}

func (o *office) standing(by desk.By, id string) desk.Standing {
	o.tb.Helper()
	s, err := o.desk.Standing(o.tb.Context(), by, id)
	o.check(err)
	return s
}

// What a page says of a decision is what the decision then does, for every
// story there is.
func TestStandingSaysWhatTheDeskDoes(t *testing.T) {
	t.Parallel()
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "")
			r := o.asked(s)
			plan := r.Plan
			if s.before != nil {
				s.before(o, r)
			}
			st, err := o.desk.Standing(t.Context(), s.who, r.ID)
			if err != nil {
				refused(t, "look", err, fault.NotFound)
				if s.want == counts {
					t.Error("it cannot be looked at and yet be decided")
				}
				return
			}
			if now := st.Facing.Request; now.Plan != plan || now.State != request.Pending {
				return // another submission is shown
			}
			if can := st.May && st.Stale == ""; can != (s.want == counts) {
				t.Errorf("the page says %v (%s %s), the desk %s", can, st.Why, st.Stale, s.want)
			}
			if !st.May && st.Why == "" {
				t.Error("no reason is given")
			}
		})
	}
}

func TestFewEligible(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Admin"))
	o.signedIn(approver("Anna"), approver("Ben"), person("Dan", auth.Viewer), approver("Eve"), limited(approver("Fay"), auth.Limit{Prefixes: []string{"HR-"}}))
	if s := o.standing(approver("Eve"), r.ID); len(s.Known) != 1 || !strings.Contains(s.Few, "stays blocked") || !s.May {
		t.Errorf("one of two: %+v %q", s.Known, s.Few)
	}
	o.signedIn(approver("Cara"))
	if s := o.standing(approver("Eve"), r.ID); len(s.Known) != 2 || s.Few != "" {
		t.Errorf("two of two: %+v %q", s.Known, s.Few)
	}
	o.approve("Eve", r)
	if s := o.standing(requester("Anna"), r.ID); len(s.Known) != 1 || !strings.Contains(s.Few, "Fewer than 2") || s.Why == "" {
		t.Errorf("one left of one: %+v %q", s.Known, s.Few)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `rules:
  - {name: one, risks: [none, normal], approvals: [{count: 1}]}
  - {name: finance, approvals: [{count: 1, group: `+string(gid("Finance"))+`}, {count: 1}]}`)
	ctx := t.Context()
	mine := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	o.pass(time.Minute)
	group := o.submitted(requester("Anna"), access("HR-People-TEST", "Ben", "Admin"))
	part := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Cara", "Viewer"))
	_, err := o.desk.Draft(ctx, requester("Anna"), "contoso", desk.In{Params: access("FIN-Sales-DEV", "Dan", "Viewer")})
	o.check(err)
	see := func(by desk.By) string {
		t.Helper()
		all, err := o.desk.Inbox(ctx, by, []string{"contoso", "fabrikam"})
		o.check(err)
		var out []string
		n := int64(0)
		for _, w := range all {
			word := "not"
			if w.Mine {
				word, n = "mine", n+1
			} else if w.Why == "" {
				t.Errorf("no reason why %s does not wait for %s", w.Request.ID, by.Name)
			}
			out = append(out, map[string]string{mine.ID: "plain", group.ID: "group", part.ID: "part"}[w.Request.ID]+" "+word)
		}
		if c, err := o.desk.Count(ctx, by, []string{"contoso"}); err != nil || by.Has(auth.Approver) && c != n {
			t.Errorf("%d are counted for %s, %d shown: %v", c, by.Name, n, err)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct {
		who  desk.By
		want string
	}{
		{approver("Eve"), "plain mine, part mine, group not"},
		{approver("Fay"), "plain mine, group mine, part mine"},
		{approver("Cara"), "plain mine, group not, part not"},
		{approver("Anna"), "plain not, group not, part not"},
		{requester("Fay"), ""},
		{limited(approver("Eve"), auth.Limit{Prefixes: []string{"HR-"}}), "group not"},
		{limited(approver("Fay"), auth.Limit{Prefixes: []string{"HR-"}}), "group mine"},
		{limited(approver("Fay"), auth.Limit{Tenants: []string{"fabrikam"}}), ""},
	} {
		if got := see(c.who); got != c.want {
			t.Errorf("%s sees %q, want %q", c.who.Name, got, c.want)
		}
	}
	o.delegate("Fay", "Eve")
	if got := see(approver("Eve")); got != "plain mine, group mine, part mine" {
		t.Errorf("standing in, Eve sees %q", got)
	}
	o.approve("Eve", mine)
	if got := see(approver("Eve")); got != "group mine, part mine" {
		t.Errorf("after deciding, Eve sees %q", got)
	}
}

// Everybody who should know is told, once, with the reason, in the transaction
// of what happened.
func TestOutbox(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "escalate_to: [lead@contoso.com]\nrules:\n  - {name: all, approvals: [{count: 1}]}")
	ctx := t.Context()
	o.signedIn(approver("Eve"), approver("Fay"), approver("Ben"), approver("Anna"), person("Dan", auth.Viewer))
	seen := 0
	news := func(id, want string) {
		t.Helper()
		all, err := o.db.Reader().Notices(ctx, id)
		o.check(err)
		var got []string
		for _, n := range all[seen:] {
			name := n.To.Name
			if name == "" {
				name = n.To.Address
			}
			got = append(got, n.What+" "+name)
			if n.Why == "" || n.Says == "" {
				t.Errorf("no reason: %+v", n)
			}
		}
		seen = len(all)
		slices.Sort(got)
		if strings.Join(got, ", ") != want {
			t.Errorf("told %q, want %q", strings.Join(got, ", "), want)
		}
	}
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Admin"))
	news(r.ID, "decide Eve, decide Fay")
	o.approve("Eve", r)
	news(r.ID, "")
	o.check(o.desk.Comment(ctx, approver("Fay"), r.ID, "why Admin?"))
	news(r.ID, "commented Anna, commented Eve")
	o.pass(25 * time.Hour)
	_, err := o.desk.Nudge(ctx)
	o.check(err)
	news(r.ID, "remind Fay")
	o.pass(24 * time.Hour)
	_, err = o.desk.Nudge(ctx)
	o.check(err)
	news(r.ID, "escalate Anna, escalate lead@contoso.com")
	r, err = o.desk.AskBack(ctx, approver("Fay"), r.ID, r.Plan, "why Admin?")
	o.check(err)
	news(r.ID, "returned Anna, returned Eve")
	r, _, err = o.desk.Submit(ctx, requester("Anna"), r.ID, r.Version)
	o.check(err)
	news(r.ID, "decide Eve, decide Fay")
	o.approve("Fay", r)
	news(r.ID, "")
	_, err = o.desk.Reject(ctx, approver("Eve"), r.ID, r.Plan, "no, not at all")
	o.check(err)
	news(r.ID, "decided Anna, decided Fay")

	late := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	seen = 0
	o.pass(73 * time.Hour)
	_, err = o.desk.Expire(ctx)
	o.check(err)
	news(late.ID, "decide Eve, decide Fay, expired Anna")
	waiting, err := o.db.Reader().WaitingNotices(ctx, 100)
	o.check(err)
	take := func() error {
		return o.db.Write(ctx, func(tx *db.Tx) error { return tx.TakeNotice(ctx, waiting[0].ID, "sent by mail") })
	}
	o.check(take())
	refused(t, "taken twice", take(), fault.Conflict)
}

// The role is asked for once more in the transaction that counts the vote.
func TestDemotedBetweenClickAndCommit(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	eve := approver("Eve")
	hash := ledger.Hash{1, 2, 3}
	eve.Session = hash.String()
	session := db.Session{Hash: hash, Tenant: directory, Person: eve.ObjectID, Name: "Eve", Roles: []string{"approver"}, Started: o.now, Confirmed: o.now, RolesRead: o.now, Seen: o.now}
	write := func(fn func(*db.Tx) error) { t.Helper(); o.check(o.db.Write(ctx, fn)) }
	write(func(tx *db.Tx) error { return tx.AddSession(ctx, session) })
	session.Roles = []string{"viewer"}
	write(func(tx *db.Tx) error { return tx.RefreshSession(ctx, session) })
	for _, act := range []func() error{
		func() error { _, err := o.desk.Approve(ctx, eve, r.ID, r.Plan, ""); return err },
		func() error { _, err := o.desk.Reject(ctx, eve, r.ID, r.Plan, "not like this"); return err },
		func() error { _, err := o.desk.AskBack(ctx, eve, r.ID, r.Plan, "not like this?"); return err },
	} {
		refused(t, "without the role any more", act(), fault.Denied)
	}
	write(func(tx *db.Tx) error { _, err := tx.EndSession(ctx, hash); return err })
	_, err := o.desk.Approve(ctx, eve, r.ID, r.Plan, "")
	refused(t, "after the session ended", err, fault.Denied)
	if o.votes(r.ID) != 0 || o.request(r.ID).State != request.Pending {
		t.Error("a vote was counted")
	}
	session.Roles = []string{"approver"}
	write(func(tx *db.Tx) error { return tx.AddSession(ctx, session) })
	_, err = o.desk.Approve(ctx, eve, r.ID, r.Plan, "")
	o.check(err)
}

// A question is put on the plan that was seen, and by nobody who has a part.
func TestVerbsAskBackIsGuarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	_, err := o.desk.AskBack(ctx, approver("Eve"), r.ID, strings.Repeat("0", 64), "what for?")
	refused(t, "on another plan", err, fault.Conflict)
	_, err = o.desk.AskBack(ctx, approver("Ben"), r.ID, r.Plan, "what for?")
	refused(t, "by who gains", err, fault.Denied)
	_, err = o.desk.AskBack(ctx, approver("Anna"), r.ID, r.Plan, "what for?")
	refused(t, "by who asked", err, fault.Denied)
	_, err = o.desk.Reject(ctx, approver("Eve"), r.ID, r.Plan, "no")
	refused(t, "rejected without a reason", err, fault.Invalid)
	err = o.db.Write(ctx, func(tx *db.Tx) error {
		old := r
		old.Version--
		return tx.MoveRequest(ctx, old, request.Withdrawn, old.Requester, "withdrawn", "")
	})
	refused(t, "moved at an old version", err, fault.Conflict)
	_, err = o.desk.Withdraw(ctx, requester("Eve"), r.ID, r.Version, "mine")
	refused(t, "withdrawn by another", err, fault.NotFound)
	_, err = o.desk.Withdraw(ctx, requester("Anna"), r.ID, r.Version-1, "old")
	refused(t, "withdrawn at an old version", err, fault.Conflict)
	_, err = o.desk.Edit(ctx, requester("Anna"), r.ID, r.Version-1, desk.In{Params: access("FIN-Sales-DEV", "Ben", "Member")})
	refused(t, "edited at an old version", err, fault.Conflict)
	_, err = o.desk.Edit(ctx, limited(requester("Eve"), auth.Limit{Prefixes: []string{"HR-"}}), r.ID, r.Version, desk.In{Params: access("FIN-Sales-DEV", "Ben", "Member")})
	refused(t, "edited by one of other workspaces", err, fault.NotFound)
	if got := o.request(r.ID); got.State != request.Pending || got.Version != r.Version {
		t.Errorf("it is %s v%d", got.State, got.Version)
	}
}

package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
)

// A disk that is full refuses a decision whole: no vote, no move, no entry;
// with room again the same click counts.
func TestVerbsDiskFull(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	pages := func(most string) {
		t.Helper()
		o.check(o.db.Write(ctx, func(tx *db.Tx) error { return exec(o, tx, "PRAGMA max_page_count = "+most) }))
	}
	entries := func() (n int) {
		t.Helper()
		o.check(o.db.Reader().QueryRow(ctx, `SELECT count(*) FROM ledger`).Scan(&n))
		return n
	}
	before := entries()
	pages("1") // as many as there are, and no more
	var err error
	for i := 0; err == nil && i < 5000; i++ { // large things, then small ones, until nothing fits any more
		if _, err = o.desk.Draft(ctx, requester("Anna"), "contoso", in(fmt.Sprintf("FIN-Full%03d-DEV", i))); err == nil {
			before++
		}
	}
	for i := 0; i < 5000; i++ {
		if err = o.desk.Comment(ctx, requester("Anna"), r.ID, "hurry up"); err != nil {
			break
		}
		before++
	}
	if _, err = o.desk.Approve(ctx, approver("Eve"), r.ID, r.Plan, strings.Repeat("full ", 300)); err == nil {
		t.Fatal("the disk did not fill up")
	}
	if kind := fault.KindOf(err); kind == fault.Denied || kind == fault.Invalid {
		t.Errorf("a full disk is said to be %s: %v", kind, err)
	}
	if o.votes(r.ID) != 0 || o.request(r.ID).State != request.Pending || entries() != before {
		t.Error("half of it was stored")
	}
	pages("1073741823")
	o.approve("Eve", r)
	if o.request(r.ID).State != request.Approved {
		t.Error("with room again it does not count")
	}
}

// Two requests for one name are agreed to together: the first takes the name,
// and the second can no longer be agreed to once a scan has seen that; before
// that the executor's own look at the name refuses.
func TestVerbsTwoForOneName(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	one, two := o.submitted(requester("Anna"), newSpace("Ben")), o.submitted(requester("Cara"), newSpace("Dan"))
	errs := together(
		func() error { _, err := o.desk.Approve(ctx, approver("Eve"), one.ID, one.Plan, ""); return err },
		func() error { _, err := o.desk.Approve(ctx, approver("Fay"), two.ID, two.Plan, ""); return err })
	if wins(errs) != 2 {
		t.Fatalf("agreed together: %v", errs)
	}
	for _, r := range []request.Request{one, two} {
		plan, _, err := o.db.Reader().RequestPlan(ctx, r.Plan)
		o.check(err)
		locked, free := plan.Steps[0].Lock, false
		for _, x := range plan.Steps[0].Expects {
			free = free || x.Kind == request.NameFree && x.Value == "free"
		}
		if locked != "name/fin-new-dev" || !free {
			t.Errorf("the step locks %q and looks whether the name is free: %v", locked, free)
		}
	}
	three := o.submitted(requester("Anna"), newSpace("Ben"))
	o.spaces = append(o.spaces, o.space("fin-new-dev", "Anna:Admin"))
	o.scan()
	_, err := o.desk.Approve(ctx, approver("Eve"), three.ID, three.Plan, "")
	refused(t, "after the name was taken", err, fault.Conflict)
}

// A clock that jumps makes nothing count that should not: ahead, the time to
// decide is over; back again, what fell stays fallen.
func TestVerbsClockJumps(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	r, fell := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer")), o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Dan", "Viewer"))
	o.pass(80 * time.Hour)
	_, err := o.desk.Approve(ctx, approver("Eve"), r.ID, r.Plan, "")
	refused(t, "far ahead", err, fault.Conflict)
	_, err = o.desk.Expire(ctx)
	o.check(err)
	o.pass(-100 * time.Hour)
	_, err = o.desk.Approve(ctx, approver("Eve"), fell.ID, fell.Plan, "")
	refused(t, "back again", err, fault.Conflict)
	late := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	o.approve("Eve", late)
	if got := o.request(late.ID); got.WindowEnds.Sub(o.clock()) > 24*time.Hour {
		t.Errorf("it may start until %s", got.WindowEnds)
	}
}

func in(name string) desk.In {
	return desk.In{Params: &request.WorkspaceCreateParams{Name: name, Description: fmt.Sprintf("%2000s", name)}}
}

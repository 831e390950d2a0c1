package evaluate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/policy"
	"steward/internal/violation"
)

// told is what was written down to be told, oldest first, as "what: whom".
func (w *world) told() string {
	w.tb.Helper()
	return strings.Join(w.column(`SELECT what || ': ' || name FROM outbox WHERE sent IS NULL ORDER BY id`), "; ")
}

func (w *world) column(query string) []string {
	w.tb.Helper()
	rows, err := w.db.Reader().Query(w.tb.Context(), query)
	w.check(err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		w.check(rows.Scan(&s))
		out = append(out, s)
	}
	w.check(rows.Err())
	return out
}

const day = 24 * time.Hour

// The way of a workspace that nobody uses: its owner is asked, reminded, the
// silence is told to the other admins; an answer ends it, and is asked for again
// when its time is over; a workspace that is gone is asked about no more.
func TestOwnersLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	rules := &desk.Rules{DB: w.db, Periods: violation.Periods{Keep: 100 * day, Remove: 20 * day, Remind: 10 * day, Escalate: 25 * day}, EscalateTo: []string{"Lead@contoso.com"}}
	e := few()
	e.Spaces = append(e.Spaces,
		space{Name: "FIN-Empty-DEV", Description: "x", Roles: map[string]string{"ana": "Admin", "bo": "Admin"}},
		space{Name: "FIN-Nobody-DEV", Description: "x"})
	var v db.View
	turn := func(days int) desk.Due {
		w.pass(time.Duration(days) * day)
		due, err := rules.Remind(t.Context(), v)
		w.check(err)
		return due
	}
	v = w.scan(e)
	w.evaluate(v, set)
	expect := func(what string, got desk.Due, want desk.Due, told string) {
		t.Helper()
		if got != want || w.told() != told {
			t.Errorf("%s: %+v, want %+v\ntold %s\nwant %s", what, got, want, w.told(), told)
		}
	}
	begin := "owner asked: ana; owner silent: Lead@contoso.com"
	expect("at first", turn(0), desk.Due{Asked: 2, Escalated: 1}, begin)
	expect("an hour later", turn(0), desk.Due{}, begin)
	expect("before the reminder", turn(9), desk.Due{}, begin)
	begin += "; owner reminded: ana"
	expect("after ten days", turn(1), desk.Due{Reminded: 1}, begin)
	begin += "; owner reminded: ana; owner silent: bo; owner silent: Lead@contoso.com"
	expect("after 25 days", turn(15), desk.Due{Reminded: 1, Escalated: 1}, begin)
	if got := w.column(`SELECT why FROM outbox ORDER BY id DESC LIMIT 1`)[0]; !strings.Contains(got, "ana was asked on 1 Aug 2026 whether FIN-Empty-DEV is still needed, and said nothing") {
		t.Errorf("the lead is told: %s", got)
	}

	ana := desk.Decider{Person: auth.Person{TenantID: "11111111-1111-1111-1111-111111111111", ObjectID: id("ana"), Name: "ana", Roles: []auth.Role{auth.Requester}}}
	w.check(rules.Answer(t.Context(), ana, "contoso", id("FIN-Empty-DEV"), desk.Keep, "It is filled at the end of the year"))
	expect("after the answer", turn(30), desk.Due{Reminded: 0}, begin)
	begin += "; owner asked: ana"
	expect("when its time is over", turn(71), desk.Due{Asked: 1}, begin)
	if got := w.column(`SELECT says FROM owner_question WHERE closed IS NULL AND owner <> ''`)[0]; !strings.HasPrefix(got, "It was kept until 4 Dec 2026, because: It is filled at the end of the year.") {
		t.Errorf("asked again because: %s", got)
	}
	w.check(rules.Answer(t.Context(), ana, "contoso", id("FIN-Empty-DEV"), desk.Remove, "No longer needed"))
	begin += "; owner asked: ana"
	expect("still there", turn(21), desk.Due{Asked: 1}, begin)

	e.Spaces = e.Spaces[:3]
	v = w.scan(e)
	w.evaluate(v, set)
	expect("gone", turn(0), desk.Due{Closed: 2}, begin)
	if got := fmt.Sprint(w.column(`SELECT outcome FROM owner_question ORDER BY id`)); got != "[answered gone answered gone]" {
		t.Errorf("the questions ended %s", got)
	}
}

// Whoever answers for a waiver is told before it ends and when it has, once
// each; a reminder is not a renewal.
func TestWaiverIsToldOfItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rules := &desk.Rules{DB: w.db, Keeper: policy.NewKeeper(nil, time.Now)}
	v := w.scan(few())
	w.evaluate(v, builtin(t, nil))
	about, waiver := w.violation("owners.few", "FIN-A-DEV").id, int64(0)
	w.check(w.write(func(tx *db.Tx) (err error) {
		waiver, err = tx.RequestWaiver(t.Context(), boActor, db.WaiverRequest{Violation: about, Owner: anaActor, Reason: "A second admin comes in May", Ends: tx.Now.Add(40 * day)})
		return err
	}))
	turn := func(days int) string {
		w.pass(time.Duration(days) * day)
		_, err := w.db.EndWaivers(t.Context(), v, w.now)
		w.check(err)
		_, err = rules.Remind(t.Context(), v)
		w.check(err)
		return w.told()
	}
	if got := turn(20); got != "" {
		t.Errorf("told of a waiver that nobody approved: %s", got)
	}
	w.check(w.write(func(tx *db.Tx) error { return tx.DecideWaiver(t.Context(), cyActor, waiver, true, "until then") }))
	if got := turn(5); got != "" {
		t.Errorf("told too early: %s", got)
	}
	for _, days := range []int{2, 1} {
		if got := turn(days); got != "waiver ends: Ana; waiver ends: Bo" {
			t.Errorf("before the end: %s", got)
		}
	}
	for _, days := range []int{13, 5} {
		if got := turn(days); got != "waiver ends: Ana; waiver ends: Bo; waiver ended: Ana; waiver ended: Bo" {
			t.Errorf("after the end: %s", got)
		}
	}
}

package evaluate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/violation"
)

// few is a tenant of three workspaces with one admin each.
func few() *estate {
	return &estate{
		People: map[string]person{"ana": {}, "bo": {}, "cy": {}},
		Spaces: []space{
			{Name: "FIN-A-DEV", Description: "x", Roles: map[string]string{"ana": "Admin"}, Items: []item{{Name: "a", Label: "L"}}},
			{Name: "FIN-B-DEV", Description: "x", Roles: map[string]string{"bo": "Admin"}, Items: []item{{Name: "b", Label: "L"}}},
			{Name: "FIN-C-DEV", Description: "x", Roles: map[string]string{"ana": "Admin", "bo": "Admin"}, Items: []item{{Name: "c", Label: "L"}}},
		},
	}
}

// row is one violation as a page would read it.
type row struct {
	id              int64
	state, cause    string
	first, changed  int64
	reopened, moved int64
	says, assignee  string
	inForce         bool
	events          string
}

func (w *world) violation(rule, label string) row {
	w.tb.Helper()
	var v row
	err := w.db.Reader().QueryRow(w.tb.Context(), `SELECT v.id, v.state, v.cause, v.first_seen, v.changed, v.reopened, coalesce(v.moved_scan, 0), v.says, v.assignee_name, v.in_force,
			(SELECT group_concat(what || CASE from_state || to_state WHEN '' THEN '' ELSE ':' || to_state END, ' ') FROM (SELECT * FROM violation_event WHERE violation = v.id ORDER BY id))
		FROM violation v WHERE v.rule = $1 AND v.label = $2`, rule, label).
		Scan(&v.id, &v.state, &v.cause, &v.first, &v.changed, &v.reopened, &v.moved, &v.says, &v.assignee, &v.inForce, &v.events)
	if err != nil {
		w.tb.Fatalf("violation of %s on %s: %v", rule, label, err)
	}
	return v
}

func TestLifeOfAViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	e := few()
	w.evaluate(w.scan(e), set)
	first := w.violation("owners.few", "FIN-A-DEV")
	if first.state != "open" || first.first != noon.UnixMilli() || first.says != "1 person is admin; at least 2 are wanted" {
		t.Fatalf("raised as %+v", first)
	}

	w.pass(time.Hour)
	e.Unseen = []string{"FIN-A-DEV"}
	r := w.evaluate(w.scan(e), set)
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "open" || r.Resolved != 0 {
		t.Errorf("a workspace that was not seen became %s, %d resolved", got.state, r.Resolved)
	}

	w.pass(time.Hour)
	e.Unseen = nil
	e.Spaces[0].Roles["cy"] = "Admin"
	r = w.evaluate(w.scan(e), set)
	got := w.violation("owners.few", "FIN-A-DEV")
	if got.state != "resolved" || got.cause != "resolved" || r.Resolved == 0 {
		t.Errorf("mended: %+v, %+v", got, r)
	}

	w.pass(time.Hour)
	delete(e.Spaces[0].Roles, "cy")
	w.evaluate(w.scan(e), set)
	got = w.violation("owners.few", "FIN-A-DEV")
	if got.state != "open" || got.reopened != 1 || got.id != first.id || got.first != first.first {
		t.Errorf("back again: %+v", got)
	}

	w.pass(time.Hour)
	e.Spaces = e.Spaces[1:]
	w.evaluate(w.scan(e), set)
	got = w.violation("owners.few", "FIN-A-DEV")
	if got.state != "resolved" || got.cause != "object gone" {
		t.Errorf("the workspace is gone: %+v", got)
	}
	if got.events != "raised:open resolved:resolved reopened:open object gone:resolved" {
		t.Errorf("time line: %s", got.events)
	}
	recs, _, err := w.db.Reader().LedgerPage(t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.ViolationOpen, ledger.ViolationClose, ledger.ViolationReopen}})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, rec := range recs { // newest first
		entry, err := rec.Entry()
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, string(entry.Action))
	}
	if got := strings.Join(told, " "); got != "violation.resolve violation.reopen violation.resolve violation.open violation.open" {
		t.Errorf("the ledger tells of %s", got)
	}
}

func TestUnknownKeepsAViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	e := few()
	e.People["grp"] = person{Group: true, Members: []string{"ana"}}
	e.Spaces[0].Roles = map[string]string{"grp": "Admin"}
	w.evaluate(w.scan(e), set)
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "open" {
		t.Fatalf("one person behind a group: %+v", got)
	}
	w.pass(time.Hour)
	// Another group, whose members nobody could read, is added: how many admins
	// there are is unknown now.
	e.People["closed"] = person{Group: true, Unasked: true}
	e.Spaces[0].Roles["closed"] = "Admin"
	v := w.scan(e)
	w.evaluate(v, set)
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "open" {
		t.Errorf("an unknown answer made it %s", got.state)
	}
	figures, err := w.db.Reader().RuleFigures(t.Context(), v.Scan)
	w.check(err)
	if f := figures["owners.few"]; f.Unknown != 1 || f.Failed != 1 || f.Passed != 1 {
		t.Errorf("figures of owners.few: %+v", f)
	}
}

func TestSwitchingARuleOffAndOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := few()
	v := w.scan(e)
	w.evaluate(v, builtin(t, nil))
	r := w.evaluate(v, builtin(t, map[string]policy.Decision{"owners.few": {On: false}}))
	got := w.violation("owners.few", "FIN-A-DEV")
	if got.state != "open" || got.inForce || r.Resolved != 0 {
		t.Errorf("switched off: %+v, %d resolved", got, r.Resolved)
	}
	r = w.evaluate(v, builtin(t, map[string]policy.Decision{"owners.few": {On: true, Parameters: map[string]any{"least": 1}}}))
	if got = w.violation("owners.few", "FIN-A-DEV"); got.state != "resolved" || !got.inForce || r.Resolved != 2 {
		t.Errorf("with another parameter: %+v, %d resolved", got, r.Resolved)
	}
	w.evaluate(v, builtin(t, nil))
	if got = w.violation("owners.few", "FIN-A-DEV"); got.state != "open" || got.reopened != 1 {
		t.Errorf("as before: %+v", got)
	}
}

func TestJudgingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e, _ := readScenario(t, "testdata/every-rule.txtar")
	set := builtin(t, nil)
	v := w.scan(e)
	w.evaluate(v, set)
	if r := w.evaluate(v, set); r.Raised+r.Resolved+r.Reopened != 0 {
		t.Errorf("the same scan again: %+v", r)
	}
	w.pass(25 * time.Hour) // another day: everything is judged again
	next := w.scan(e)
	if r := w.evaluate(next, set); r.Mode != evaluate.Full {
		t.Errorf("a new day was judged %+v", r)
	}
	old := v
	if _, err := evaluate.Evaluate(t.Context(), w.db, old, set); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older scan was judged: %v", err)
	}
}

// standingLines are the violations that stand, with all that is said of them.
func (w *world) standingLines() []string {
	w.tb.Helper()
	return w.labels(`SELECT rule || '|' || label || '|' || state || '|' || says || '|' || evidence || '|' || severity FROM violation WHERE state <> 'resolved'`)
}

// figures are the verdicts of the last scan by rule.
func (w *world) figures() string {
	w.tb.Helper()
	return strings.Join(w.labels(`SELECT rule || '|' || passed || '|' || failed || '|' || unknown FROM rule_figure WHERE scan = (SELECT max(scan) FROM rule_figure)`), "\n")
}

func TestJudgingThatIsCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	v := w.scan(few())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := evaluate.Evaluate(ctx, w.db, v, set); err == nil {
		t.Fatal("a cancelled judging ended well")
	}
	if _, done, err := w.db.Reader().LastEvaluation(t.Context(), w.tenant); err != nil || done {
		t.Errorf("it counts as done: %v %v", done, err)
	}
	if r := w.evaluate(v, set); r.Mode != evaluate.Full || r.Raised == 0 {
		t.Errorf("the next one did %+v", r)
	}
}

func TestNothingScannedNothingJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := evaluate.Evaluate(t.Context(), w.db, db.View{Tenant: w.tenant, TenantName: "contoso"}, builtin(t, nil))
	if err != nil || r.Mode != "" {
		t.Errorf("got %+v, %v", r, err)
	}
}

var (
	anaActor = db.Actor{Subject: "t/ana", Name: "Ana"}
	boActor  = db.Actor{Subject: "t/bo", Name: "Bo"}
	cyActor  = db.Actor{Subject: "t/cy", Name: "Cy"}
)

func (w *world) write(fn func(*db.Tx) error) error { return w.db.Write(w.tb.Context(), fn) }

func TestTriageByPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	e := few()
	w.evaluate(w.scan(e), set)
	v := w.violation("owners.few", "FIN-A-DEV")
	ctx := t.Context()
	w.check(w.write(func(tx *db.Tx) error { return tx.Triage(ctx, anaActor, v.id, 0, violation.InProgress, "") }))
	w.check(w.write(func(tx *db.Tx) error { return tx.Assign(ctx, anaActor, v.id, 0, boActor) }))
	w.check(w.write(func(tx *db.Tx) error { return tx.Comment(ctx, boActor, v.id, "I am on it.") }))
	w.check(w.write(func(tx *db.Tx) error {
		return tx.Triage(ctx, boActor, v.id, 0, violation.FalsePositive, "A service account")
	}))
	for name, c := range map[string]struct {
		kind fault.Kind
		do   func(*db.Tx) error
	}{
		"by hand to resolved":       {fault.Conflict, func(tx *db.Tx) error { return tx.Triage(ctx, boActor, v.id, 0, violation.Resolved, "done") }},
		"by a page that is old":     {fault.Conflict, func(tx *db.Tx) error { return tx.Triage(ctx, boActor, v.id, 1, violation.Open, "") }},
		"of something not there":    {fault.NotFound, func(tx *db.Tx) error { return tx.Triage(ctx, boActor, 99999, 0, violation.Open, "") }},
		"with an empty comment":     {fault.Invalid, func(tx *db.Tx) error { return tx.Comment(ctx, boActor, v.id, "  ") }},
		"deciding without a reason": {fault.Invalid, func(tx *db.Tx) error { return tx.DecideRule(ctx, boActor, "owners.few", policy.Decision{}, "") }},
	} {
		if err := w.write(c.do); !fault.Is(err, c.kind) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	w.pass(time.Hour)
	w.evaluate(w.scan(e), set)
	got := w.violation("owners.few", "FIN-A-DEV")
	if got.state != "false_positive" || got.assignee != "Bo" {
		t.Errorf("after a scan: %+v", got)
	}
	if got.events != "raised:open triage:in_progress assigned:in_progress triage:false_positive" {
		t.Errorf("time line: %s", got.events)
	}
}

func TestWaiverFromAskingToItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := builtin(t, nil)
	e := few()
	w.evaluate(w.scan(e), set)
	v := w.violation("owners.few", "FIN-A-DEV")
	ctx := t.Context()
	ask := func(by db.Actor, days int) (id int64, err error) {
		err = w.write(func(tx *db.Tx) error {
			id, err = tx.RequestWaiver(ctx, by, db.WaiverRequest{Violation: v.id, Owner: anaActor, Reason: "A second admin starts in May", Ends: tx.Now.AddDate(0, 0, days)})
			return err
		})
		return id, err
	}
	decide := func(by db.Actor, id int64, yes bool) error {
		return w.write(func(tx *db.Tx) error { return tx.DecideWaiver(ctx, by, id, yes, "") })
	}
	waiver, err := ask(boActor, 10)
	w.check(err)
	if _, err := ask(boActor, 10); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if w.violation("owners.few", "FIN-A-DEV").state != "open" {
		t.Error("asking alone waived it")
	}
	for name, by := range map[string]db.Actor{"who asked": boActor, "who would own it": anaActor} {
		if err := decide(by, waiver, true); !fault.Is(err, fault.Denied) {
			t.Errorf("%s approved: %v", name, err)
		}
	}
	w.check(decide(cyActor, waiver, true))
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "waived" {
		t.Fatalf("approved: %+v", got)
	}
	view := w.scan(e)
	w.evaluate(view, set)
	figures, err := w.db.Reader().RuleFigures(ctx, view.Scan)
	w.check(err)
	if f := figures["owners.few"]; f.Waived != 1 || f.Failed != 2 || f.Passed != 1 {
		t.Errorf("a waived violation must not count as passing: %+v", f)
	}

	w.pass(11 * 24 * time.Hour)
	w.evaluate(w.scan(e), set)
	if got := w.violation("owners.few", "FIN-A-DEV"); got.state != "open" {
		t.Errorf("after its end: %+v", got)
	}
	ended := w.violation("waiver.ended", "owners.few · FIN-A-DEV")
	if ended.state != "open" {
		t.Fatalf("the ended waiver is no finding: %+v", ended)
	}
	err = w.write(func(tx *db.Tx) error {
		_, err := tx.RequestWaiver(ctx, boActor, db.WaiverRequest{Violation: ended.id, Owner: anaActor, Reason: "Waive the waiver", Ends: tx.Now.AddDate(0, 0, 9), NeverWaived: set.Rule("waiver.ended").NeverWaived})
		return err
	})
	if !fault.Is(err, fault.Denied) {
		t.Errorf("a finding about a waiver was waived: %v", err)
	}

	renewal, err := ask(boActor, 30)
	w.check(err)
	w.check(decide(cyActor, renewal, true))
	w.pass(time.Hour)
	w.evaluate(w.scan(e), set)
	if got := w.violation("waiver.ended", "owners.few · FIN-A-DEV"); got.state != "resolved" {
		t.Errorf("renewed, and still a finding: %+v", got)
	}
	w.pass(time.Hour)
	e.Spaces = e.Spaces[1:]
	w.evaluate(w.scan(e), set)
	w.pass(time.Hour)
	w.evaluate(w.scan(e), set)
	if got := w.violation("waiver.object-gone", "owners.few · FIN-A-DEV"); got.state != "open" {
		t.Errorf("the object is gone: %+v", got)
	}
	w.check(w.write(func(tx *db.Tx) error { return tx.WithdrawWaiver(ctx, anaActor, renewal, "gone") }))
	w.pass(time.Hour)
	w.evaluate(w.scan(e), set)
	if got := w.violation("waiver.object-gone", "owners.few · FIN-A-DEV"); got.state != "resolved" {
		t.Errorf("withdrawn, and still a finding: %+v", got)
	}
}

// The database refuses what no code of ours should try.
func TestTablesGuardTheMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.evaluate(w.scan(few()), builtin(t, nil))
	v := w.violation("owners.few", "FIN-A-DEV")
	for _, q := range []string{
		`UPDATE violation SET state = 'waived' WHERE id = %d`,
		`UPDATE violation SET state = 'resolved', resolved = 1, cause = 'resolved', moved_scan = NULL WHERE id = %d`,
		`UPDATE violation SET state = 'nonsense' WHERE id = %d`,
		`DELETE FROM violation WHERE id = %d`,
		`DELETE FROM violation_event WHERE violation = %d`,
		`UPDATE violation_event SET note = 'x' WHERE violation = %d`,
		`INSERT INTO waiver (violation, state, owner, owner_name, reason, ends, asked_by, asked_name, asked_at, decided_by, decided_name) VALUES (%d, 'approved', 'a', 'a', 'reason', 20, 'b', 'b', 10, 'c', 'c')`,
		`INSERT INTO waiver (violation, state, owner, owner_name, reason, ends, asked_by, asked_name, asked_at) VALUES (%d, 'asked', 'a', 'a', 'reason', 5, 'b', 'b', 10)`,
	} {
		if err := w.write(func(tx *db.Tx) error { _, err := tx.Exec(fmt.Sprintf(q, v.id)); return err }); err == nil {
			t.Errorf("it was allowed: %s", q)
		}
	}
}

// Who is asked: an admin, walking through groups; else whoever made most of it.
func TestWhoIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := few()
	e.People["gil"], e.People["kim"] = person{Disabled: true}, person{Guest: true}
	e.People["grp"] = person{Group: true, Members: []string{"kim", "cy"}}
	e.Spaces = append(e.Spaces,
		space{Name: "Left", Roles: map[string]string{"gil": "Admin"}, Items: []item{{Name: "l1", Owner: "bo"}, {Name: "l2", Owner: "bo"}, {Name: "l3", Owner: "ana"}}},
		space{Name: "Group", Roles: map[string]string{"grp": "Admin"}},
		space{Name: "Nobody", Roles: map[string]string{"kim": "Admin"}})
	w.evaluate(w.scan(e), builtin(t, nil))
	for name, want := range map[string]string{"FIN-A-DEV": "ana", "Left": "bo", "Group": "cy", "Nobody": ""} {
		var got string
		w.check(w.db.Reader().QueryRow(t.Context(), `SELECT coalesce(p.name, '') FROM violation v LEFT JOIN principal p ON p.principal = v.owner AND p.to_scan IS NULL
			WHERE v.label = $1 AND v.kind = 'workspace' LIMIT 1`, name).Scan(&got))
		if got != want {
			t.Errorf("%s: %q is asked, want %q", name, got, want)
		}
	}
}

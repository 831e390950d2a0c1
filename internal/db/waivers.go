package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/violation"
)

// WaiverRequest is what somebody asks for.
type WaiverRequest struct {
	Violation int64
	Owner     Actor
	Reason    string
	Ends      time.Time
	// NeverWaived is the rule's word on waivers; the caller has the rules.
	NeverWaived bool
}

// RequestWaiver asks that a violation be accepted for a while. It changes
// nothing until somebody else approves. A waiver in force or ended is renewed
// by it.
func (t *Tx) RequestWaiver(ctx context.Context, by Actor, w WaiverRequest) (id int64, err error) {
	state, _, err := lockViolation(ctx, t, w.Violation, 0)
	if err != nil {
		return 0, err
	}
	if state == violation.Resolved || state == violation.FalsePositive {
		return 0, fault.New(fault.Conflict, "There is nothing to waive: this violation is %s.", strings.ReplaceAll(string(state), "_", " "))
	}
	asked := violation.Waiver{State: violation.Asked, Owner: w.Owner.Subject, Reason: w.Reason, Ends: w.Ends, AskedBy: by.Subject}
	if err := asked.CheckRequest(t.Now, w.NeverWaived); err != nil {
		return 0, err
	}
	var renews sql.NullInt64
	err = t.QueryRowContext(ctx, `SELECT id FROM waiver WHERE violation = $1 AND state IN ('approved','ended') ORDER BY id DESC LIMIT 1`, w.Violation).Scan(&renews)
	if ignoreNoRows(err) != nil {
		return 0, err
	}
	err = t.QueryRowContext(ctx, `INSERT INTO waiver (violation, state, owner, owner_name, reason, ends, asked_by, asked_name, asked_at, renews)
		VALUES ($1, 'asked', $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		w.Violation, w.Owner.Subject, w.Owner.Name, strings.TrimSpace(w.Reason), Millis(w.Ends), by.Subject, by.Name, t.Millis(), renews).Scan(&id)
	if fault.Is(classify(err), fault.Conflict) {
		return 0, fault.Wrap(err, fault.Conflict, "A waiver of this violation is already waiting for a decision.")
	}
	if err != nil {
		return 0, fmt.Errorf("ask for a waiver of violation %d: %w", w.Violation, err)
	}
	return id, addEvent(ctx, t, event{violation: w.Violation, at: t.Millis(), actor: by.Subject, name: by.Name, what: "waiver asked", from: state, to: state, note: w.Reason})
}

type waiverRow struct {
	violation.Waiver
	violation int64
	renews    sql.NullInt64
}

func readWaiver(ctx context.Context, tx *Tx, id int64) (w waiverRow, err error) {
	var ends int64
	err = tx.QueryRowContext(ctx, `SELECT violation, state, owner, reason, ends, asked_by, decided_by, renews FROM waiver WHERE id = $1`, id).
		Scan(&w.violation, &w.State, &w.Owner, &w.Reason, &ends, &w.AskedBy, &w.DecidedBy, &w.renews)
	if errors.Is(err, sql.ErrNoRows) {
		return w, fault.New(fault.NotFound, "There is no waiver %d.", id)
	}
	w.Ends = Time(ends)
	return w, err
}

// DecideWaiver approves or rejects a waiver. Whoever asked for it, and whoever
// would own it, may not. Approving ends the waiver it renews and makes the
// violation waived.
func (t *Tx) DecideWaiver(ctx context.Context, by Actor, id int64, approve bool, note string) error {
	w, err := readWaiver(ctx, t, id)
	if err != nil {
		return err
	}
	if err := w.CheckDecision(by.Subject, t.Now); err != nil {
		return err
	}
	state, _, err := lockViolation(ctx, t, w.violation, 0)
	if err != nil {
		return err
	}
	to, what, after := violation.Rejected, "waiver rejected", state
	if approve {
		to, what, after = violation.Approved, "waiver approved", violation.Waived
		if !state.Standing() || state == violation.FalsePositive {
			return fault.New(fault.Conflict, "The violation is no longer there to be waived. Reject the waiver.")
		}
		if w.renews.Valid {
			if _, err := t.ExecContext(ctx, `UPDATE waiver SET state = 'renewed' WHERE id = $1 AND state IN ('approved','ended')`, w.renews.Int64); err != nil {
				return err
			}
		}
	}
	if _, err := t.ExecContext(ctx, `UPDATE waiver SET state = $2, decided_by = $3, decided_name = $4, decided_at = $5, note = $6 WHERE id = $1`,
		id, string(to), by.Subject, by.Name, t.Millis(), note); err != nil {
		return fmt.Errorf("decide waiver %d: %w", id, err)
	}
	if err := t.moveByWaiver(ctx, w.violation, state, after); err != nil {
		return err
	}
	return addEvent(ctx, t, event{violation: w.violation, at: t.Millis(), actor: by.Subject, name: by.Name, what: what, from: state, to: after, note: note})
}

// WithdrawWaiver takes a waiver back: one that waits, is in force, or has
// ended. The violation is open again if it was waived by it.
func (t *Tx) WithdrawWaiver(ctx context.Context, by Actor, id int64, note string) error {
	w, err := readWaiver(ctx, t, id)
	if err != nil {
		return err
	}
	if !violation.WaiverMay(w.State, violation.Withdrawn) {
		return fault.New(fault.Conflict, "This waiver is already %s.", w.State)
	}
	state, _, err := lockViolation(ctx, t, w.violation, 0)
	if err != nil {
		return err
	}
	after := state
	if w.State == violation.Approved && state == violation.Waived {
		after = violation.Open
	}
	if _, err := t.ExecContext(ctx, `UPDATE waiver SET state = 'withdrawn', note = $2 WHERE id = $1`, id, note); err != nil {
		return fmt.Errorf("withdraw waiver %d: %w", id, err)
	}
	if err := t.moveByWaiver(ctx, w.violation, state, after); err != nil {
		return err
	}
	return addEvent(ctx, t, event{violation: w.violation, at: t.Millis(), actor: by.Subject, name: by.Name, what: "waiver withdrawn", from: state, to: after, note: note})
}

func (t *Tx) moveByWaiver(ctx context.Context, id int64, from, to violation.State) error {
	if from == to {
		return nil
	}
	_, err := t.ExecContext(ctx, `UPDATE violation SET state = $2, changed = $3, moved_scan = NULL, rev = rev + 1 WHERE id = $1`, id, string(to), t.Millis())
	return err
}

// EndWaivers ends the waivers of a tenant whose time has passed at the moment
// at. Their violations are open again, and stay findings of the rules about
// waivers until somebody renews or withdraws. It belongs before each judging
// and once an hour besides.
func (d *DB) EndWaivers(ctx context.Context, v View, at time.Time) (ended int, err error) {
	err = d.Write(ctx, func(tx *Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT w.id, w.violation, v.state FROM waiver w JOIN violation v ON v.id = w.violation
			WHERE w.state = 'approved' AND w.ends <= $1 AND v.tenant = $2 LIMIT 1000`, Millis(at), v.Tenant)
		if err != nil {
			return err
		}
		type over struct {
			id, violation int64
			state         violation.State
		}
		var all []over
		for rows.Next() {
			var o over
			if err := rows.Scan(&o.id, &o.violation, &o.state); err != nil {
				_ = rows.Close()
				return err
			}
			all = append(all, o)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for _, o := range all {
			if _, err := tx.ExecContext(ctx, `UPDATE waiver SET state = 'ended' WHERE id = $1`, o.id); err != nil {
				return err
			}
			if o.state != violation.Waived {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE violation SET state = 'open', changed = $2, moved_scan = $3, rev = rev + 1 WHERE id = $1`, o.violation, Millis(at), v.Scan); err != nil {
				return err
			}
			if err := addEvent(ctx, tx, event{violation: o.violation, at: Millis(at), scan: v.Scan, what: string(violation.WaiverEnded), from: violation.Waived, to: violation.Open}); err != nil {
				return err
			}
		}
		ended = len(all)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("end waivers of %s: %w", v.TenantName, err)
	}
	return ended, nil
}

// Waivers calls fn with the facts of every waiver that is in force, or has
// ended and was neither renewed nor withdrawn.
func (r *Reader) Waivers(ctx context.Context, v View, fn func(policy.Object)) error {
	rows, err := r.Query(ctx, `SELECT w.id, v.rule, v.label, w.owner_name, w.state, w.ends, v.state, v.cause
		FROM waiver w JOIN violation v ON v.id = w.violation WHERE v.tenant = $1 AND w.state IN ('approved','ended') ORDER BY w.id`, v.Tenant)
	if err != nil {
		return fmt.Errorf("waivers of %s: %w", v.TenantName, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w policy.Waiver
		var state violation.WaiverState
		var stands violation.State
		var ends int64
		var cause string
		if err := rows.Scan(&w.Num, &w.Rule, &w.Object, &w.Owner, &state, &ends, &stands, &cause); err != nil {
			return fmt.Errorf("waivers of %s: %w", v.TenantName, classify(err))
		}
		w.Ended = state == violation.Ended
		w.DaysLeft = dayNumber(Time(ends)) - dayNumber(v.Taken)
		w.Standing = stands.Standing()
		w.ObjectGone = cause == string(violation.ObjectGone)
		fn(&w)
	}
	return classify(rows.Err())
}

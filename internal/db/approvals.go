package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/request"
)

// Facing reads everything a decision on a request is measured by.
func (t *Tx) Facing(ctx context.Context, id string) (f request.Facing, err error) {
	if f.Request, err = readRequest(ctx, t, id); err != nil {
		return f, err
	}
	f.Now = t.Now
	if f.Involved, err = readParties(ctx, t, f.Request.Plan); err != nil {
		return f, err
	}
	f.Decisions, err = readDecisions(ctx, t, id)
	return f, err
}

func readParties(ctx context.Context, q asker, plan string) ([]request.Involved, error) {
	some, err := list(ctx, q, func(rows *sql.Rows) (p request.Involved, err error) {
		return p, rows.Scan(&p.TenantID, &p.ObjectID, &p.Why, &p.Name)
	}, `SELECT tid, oid, why, name FROM request_party WHERE plan_hash = $1 ORDER BY CASE why WHEN 'requester' THEN 1 WHEN 'editor' THEN 2 ELSE 3 END, name, oid`, plan)
	if err != nil {
		return nil, fmt.Errorf("parties of plan %s: %w", plan, err)
	}
	aliases, err := list(ctx, q, func(rows *sql.Rows) (p request.Involved, err error) {
		return p, rows.Scan(&p.Address, &p.Why)
	}, `SELECT address, why FROM request_alias WHERE plan_hash = $1 ORDER BY address`, plan)
	if err != nil {
		return nil, fmt.Errorf("aliases of plan %s: %w", plan, err)
	}
	return append(some, aliases...), nil
}

func readDecisions(ctx context.Context, q asker, id string) ([]request.Decision, error) {
	all, err := list(ctx, q, func(rows *sql.Rows) (d request.Decision, err error) {
		var at int64
		err = rows.Scan(&d.Plan, &d.By.TenantID, &d.By.ObjectID, &d.By.Name, &d.By.Address, &d.Stage, &d.Approves, &d.Note, &at, &d.For.TenantID, &d.For.ObjectID, &d.For.Name)
		d.At = Time(at)
		return d, err
	}, `SELECT plan_hash, tid, oid, name, address, stage, approves, note, at, for_tid, for_oid, for_name FROM approval WHERE request = $1 ORDER BY at, tid, oid`, id)
	if err != nil {
		return nil, fmt.Errorf("decisions on request %s: %w", id, err)
	}
	return all, nil
}

// AddApproval writes one person's decision. It stands for good; the triggers
// refuse what Facing.Check would have refused.
func (t *Tx) AddApproval(ctx context.Context, id string, d request.Decision) error {
	_, err := t.ExecContext(ctx, `INSERT INTO approval (request, plan_hash, tid, oid, name, address, stage, approves, note, at, for_tid, for_oid, for_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		id, d.Plan, fold(d.By.TenantID), fold(d.By.ObjectID), d.By.Name, request.AddressKey(d.By.Address), d.Stage, bit(d.Approves), d.Note, t.Millis(),
		fold(d.For.TenantID), fold(d.For.ObjectID), d.For.Name)
	if err != nil {
		return fmt.Errorf("decision on request %s: %w", id, err)
	}
	return nil
}

// Agreed reports whether the request has, at this moment, the approvals its
// plan needs: what the executor asks before each step. plan is the hash it is
// about to carry out.
func (t *Tx) Agreed(ctx context.Context, id, plan string) (bool, error) {
	var agreed bool
	err := t.QueryRowContext(ctx, `SELECT coalesce(max(agreed), 0) FROM request_agreed WHERE id = $1 AND plan_hash = $2`, id, plan).Scan(&agreed)
	if err != nil {
		return false, fmt.Errorf("approvals of request %s: %w", id, classify(err))
	}
	return agreed, nil
}

// Delegation is a person deciding in another's place for a while.
type Delegation struct {
	ID           int64
	From, To     request.Party
	Starts, Ends time.Time
	// Ended is when it was taken back; zero when it was not.
	Ended  time.Time
	Reason string
}

// AddDelegation writes a delegation.
func (t *Tx) AddDelegation(ctx context.Context, d Delegation) (id int64, err error) {
	err = t.QueryRowContext(ctx, `INSERT INTO delegation (from_tid, from_oid, from_name, from_address, to_tid, to_oid, to_name, starts, ends, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		fold(d.From.TenantID), fold(d.From.ObjectID), d.From.Name, d.From.Address, fold(d.To.TenantID), fold(d.To.ObjectID), d.To.Name,
		Millis(d.Starts), Millis(d.Ends), d.Reason).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("delegate: %w", err)
	}
	return id, nil
}

// EndDelegation takes a delegation back; only who gave it can.
func (t *Tx) EndDelegation(ctx context.Context, id int64, by request.Party) error {
	res, err := t.ExecContext(ctx, `UPDATE delegation SET ended = $4 WHERE id = $1 AND from_tid = $2 AND from_oid = $3 AND ended IS NULL`,
		id, fold(by.TenantID), fold(by.ObjectID), t.Millis())
	if err != nil {
		return fmt.Errorf("end delegation %d: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.NotFound, "There is no such delegation of yours.")
	}
	return nil
}

const delegationColumns = `id, from_tid, from_oid, from_name, from_address, to_tid, to_oid, to_name, starts, ends, ended, reason`

func scanDelegation(rows *sql.Rows) (d Delegation, err error) {
	var starts, ends int64
	var ended sql.NullInt64
	err = rows.Scan(&d.ID, &d.From.TenantID, &d.From.ObjectID, &d.From.Name, &d.From.Address, &d.To.TenantID, &d.To.ObjectID, &d.To.Name, &starts, &ends, &ended, &d.Reason)
	d.Starts, d.Ends, d.Ended = Time(starts), Time(ends), timeOf(ended)
	return d, err
}

// DelegatedTo returns the delegations to a person that hold at the moment.
func (t *Tx) DelegatedTo(ctx context.Context, who request.Party) ([]Delegation, error) {
	return delegatedTo(ctx, t, who, t.Now)
}

// DelegatedTo returns the delegations to a person that hold at a moment.
func (r *Reader) DelegatedTo(ctx context.Context, who request.Party, now time.Time) ([]Delegation, error) {
	return delegatedTo(ctx, r.pool, who, now)
}

func delegatedTo(ctx context.Context, q asker, who request.Party, now time.Time) ([]Delegation, error) {
	return list(ctx, q, scanDelegation, `SELECT `+delegationColumns+` FROM delegation
		WHERE to_tid = $1 AND to_oid = $2 AND ended IS NULL AND starts <= $3 AND ends > $3 ORDER BY id`, fold(who.TenantID), fold(who.ObjectID), Millis(now))
}

// Delegations returns those a person gave or was given, newest first.
func (r *Reader) Delegations(ctx context.Context, who request.Party) ([]Delegation, error) {
	return list(ctx, r.pool, scanDelegation, `SELECT `+delegationColumns+` FROM delegation
		WHERE (from_tid = $1 AND from_oid = $2) OR (to_tid = $1 AND to_oid = $2) ORDER BY id DESC LIMIT 100`, fold(who.TenantID), fold(who.ObjectID))
}

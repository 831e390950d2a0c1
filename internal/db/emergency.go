package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/tenant"
)

// EmergencyAccess is one grant of the emergency access.
type EmergencyAccess struct {
	// Request asked for it, Tenant is the configured name.
	Request, Tenant string
	Holder          request.Party
	// GivenBy names who agreed.
	GivenBy string
	// Prefix limits it to workspaces whose names begin so; empty for the tenant.
	Prefix       string
	Starts, Ends time.Time
	// Ended is when somebody ended it before its time, EndedBy who.
	Ended   time.Time
	EndedBy string
	// Reviewed is zero until somebody else has looked at it.
	Reviewed        time.Time
	Reviewer        request.Party
	Verdict, Review string
	// Uses is how many plans were carried out under it.
	Uses int64
}

// Over is when it ended, or will.
func (e EmergencyAccess) Over() time.Time {
	if !e.Ended.IsZero() {
		return e.Ended
	}
	return e.Ends
}

// Holds reports whether it can be used at a moment.
func (e EmergencyAccess) Holds(now time.Time) bool {
	return !now.Before(e.Starts) && now.Before(e.Over())
}

// EmergencyUse is one plan that was carried out under an emergency access.
type EmergencyUse struct {
	Request, Title string
	State          request.State
	Plan, Reason   string
	Emergency      string
	At             time.Time
}

const emergencySelect = `SELECT e.request, t.name, e.tid, e.oid, e.name, e.address, e.given_by, e.prefix, e.starts, e.ends, e.ended, e.ended_by,
	e.reviewed, e.reviewer_tid, e.reviewer_oid, e.reviewer_name, e.verdict, e.review, (SELECT count(*) FROM emergency_use u WHERE u.emergency = e.request)
	FROM emergency e JOIN tenant t ON t.id = e.tenant `

func scanEmergency(row interface{ Scan(...any) error }) (e EmergencyAccess, err error) {
	var starts, ends int64
	var ended, reviewed sql.NullInt64
	err = row.Scan(&e.Request, &e.Tenant, &e.Holder.TenantID, &e.Holder.ObjectID, &e.Holder.Name, &e.Holder.Address, &e.GivenBy, &e.Prefix, &starts, &ends, &ended, &e.EndedBy,
		&reviewed, &e.Reviewer.TenantID, &e.Reviewer.ObjectID, &e.Reviewer.Name, &e.Verdict, &e.Review, &e.Uses)
	e.Starts, e.Ends, e.Ended, e.Reviewed = Time(starts), Time(ends), timeOf(ended), timeOf(reviewed)
	return e, err
}

func emergencies(ctx context.Context, q asker, where string, args ...any) ([]EmergencyAccess, error) {
	all, err := list(ctx, q, func(rows *sql.Rows) (EmergencyAccess, error) { return scanEmergency(rows) }, emergencySelect+where, args...)
	if err != nil {
		return nil, fmt.Errorf("emergency access: %w", err)
	}
	return all, nil
}

func readEmergency(ctx context.Context, q asker, id string) (EmergencyAccess, error) {
	e, err := scanEmergency(q.QueryRowContext(ctx, emergencySelect+`WHERE e.request = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.New(fault.NotFound, "This request gave no emergency access.")
	}
	if err != nil {
		return e, fmt.Errorf("emergency access %s: %w", id, classify(err))
	}
	return e, nil
}

const heldBy = `WHERE e.tid = $1 AND e.oid = $2 AND e.ends > $3 AND e.starts <= $3 AND e.ended IS NULL ORDER BY e.starts`

// HeldBy returns the emergency access that somebody holds at the moment.
func (t *Tx) HeldBy(ctx context.Context, who request.Party) ([]EmergencyAccess, error) {
	return emergencies(ctx, t, heldBy, fold(who.TenantID), fold(who.ObjectID), t.Millis())
}

// HeldBy returns the emergency access that somebody holds at a moment.
func (r *Reader) HeldBy(ctx context.Context, who request.Party, now time.Time) ([]EmergencyAccess, error) {
	return emergencies(ctx, r.pool, heldBy, fold(who.TenantID), fold(who.ObjectID), Millis(now))
}

// Emergency returns the access that a request led to. NotFound when it led to
// none.
func (r *Reader) Emergency(ctx context.Context, id string) (EmergencyAccess, error) {
	return readEmergency(ctx, r.pool, id)
}

// Emergency is Reader.Emergency within the transaction that changes it.
func (t *Tx) Emergency(ctx context.Context, id string) (EmergencyAccess, error) {
	return readEmergency(ctx, t, id)
}

// UnreviewedEmergencies returns every access that nobody has reviewed, also
// those that still last, the oldest first.
func (r *Reader) UnreviewedEmergencies(ctx context.Context) ([]EmergencyAccess, error) {
	return emergencies(ctx, r.pool, `WHERE e.reviewed IS NULL ORDER BY e.ends LIMIT 100`)
}

// UnreviewedOf returns those of one person.
func (r *Reader) UnreviewedOf(ctx context.Context, who request.Party) ([]EmergencyAccess, error) {
	return emergencies(ctx, r.pool, `WHERE e.tid = $1 AND e.oid = $2 AND e.reviewed IS NULL ORDER BY e.ends`, fold(who.TenantID), fold(who.ObjectID))
}

// RemindEmergencies marks and returns what was over before the moment and
// nobody has reviewed, each once.
func (t *Tx) RemindEmergencies(ctx context.Context, overBefore time.Time) ([]EmergencyAccess, error) {
	all, err := emergencies(ctx, t, `WHERE e.reviewed IS NULL AND e.reminded IS NULL AND e.ends <= $1 ORDER BY e.ends LIMIT 100`, Millis(overBefore))
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if _, err := t.ExecContext(ctx, `UPDATE emergency SET reminded = $2 WHERE request = $1`, e.Request, t.Millis()); err != nil {
			return nil, fmt.Errorf("remind of emergency access %s: %w", e.Request, err)
		}
	}
	return all, nil
}

// GrantEmergency writes an access that was agreed to, from now on.
func (t *Tx) GrantEmergency(ctx context.Context, e EmergencyAccess) error {
	_, err := t.ExecContext(ctx, `INSERT INTO emergency (request, tenant, tid, oid, name, address, given_by, prefix, prefix_key, starts, ends)
		SELECT id, tenant, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM request WHERE id = $1`,
		e.Request, fold(e.Holder.TenantID), fold(e.Holder.ObjectID), e.Holder.Name, e.Holder.Address, e.GivenBy, e.Prefix, tenant.Fold(e.Prefix), t.Millis(), Millis(e.Ends))
	if err != nil {
		return fmt.Errorf("emergency access %s: %w", e.Request, err)
	}
	return nil
}

// UseEmergency writes that a plan is carried out under an access. It stands in
// the place of approvals; the triggers refuse what does not fit.
func (t *Tx) UseEmergency(ctx context.Context, u EmergencyUse) error {
	_, err := t.ExecContext(ctx, `INSERT INTO emergency_use (request, plan_hash, emergency, at, reason) VALUES ($1, $2, $3, $4, $5)`, u.Request, u.Plan, u.Emergency, t.Millis(), u.Reason)
	if err != nil {
		return fmt.Errorf("use of emergency access %s: %w", u.Emergency, err)
	}
	return nil
}

// EndEmergency ends an access before its time. Conflict when it is over.
func (t *Tx) EndEmergency(ctx context.Context, id, by string) error {
	return t.onEmergency(ctx, "This emergency access is over already.", `UPDATE emergency SET ended = $2, ended_by = $3 WHERE request = $1 AND ended IS NULL AND ends > $2`, id, t.Millis(), by)
}

// ReviewEmergency writes what somebody else found. Conflict when somebody has
// already.
func (t *Tx) ReviewEmergency(ctx context.Context, id string, by request.Party, verdict, note string) error {
	return t.onEmergency(ctx, "Somebody has reviewed this already.", `UPDATE emergency SET reviewed = $2, reviewer_tid = $3, reviewer_oid = $4, reviewer_name = $5, verdict = $6, review = $7
		WHERE request = $1 AND reviewed IS NULL`, id, t.Millis(), fold(by.TenantID), fold(by.ObjectID), by.Name, verdict, note)
}

func (t *Tx) onEmergency(ctx context.Context, otherwise, query string, args ...any) error {
	res, err := t.ExecContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("emergency access %s: %w", args[0], err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.Conflict, "%s", otherwise)
	}
	return nil
}

const usesFrom = `SELECT u.request, r.title, r.state, u.plan_hash, u.reason, u.emergency, u.at FROM emergency_use u JOIN request r ON r.id = u.request `

func scanUse(rows *sql.Rows) (u EmergencyUse, err error) {
	var at int64
	err = rows.Scan(&u.Request, &u.Title, &u.State, &u.Plan, &u.Reason, &u.Emergency, &at)
	u.At = Time(at)
	return u, err
}

// UsesOfEmergency returns the plans that were carried out under an access, the
// oldest first.
func (r *Reader) UsesOfEmergency(ctx context.Context, id string) ([]EmergencyUse, error) {
	return list(ctx, r.pool, scanUse, usesFrom+`WHERE u.emergency = $1 ORDER BY u.at, u.request`, id)
}

// EmergencyUsedFor returns the uses of the emergency access for a request, one
// for each plan it was used on.
func (r *Reader) EmergencyUsedFor(ctx context.Context, id string) ([]EmergencyUse, error) {
	return list(ctx, r.pool, scanUse, usesFrom+`WHERE u.request = $1 ORDER BY u.at`, id)
}

// ApprovedUnder returns the requests that were let through under an access and
// have not begun.
func (t *Tx) ApprovedUnder(ctx context.Context, id string) ([]request.Request, error) {
	return t.requestsWhere(ctx, `r.state = 'approved' AND EXISTS (SELECT 1 FROM emergency_use u WHERE u.request = r.id AND u.plan_hash = r.plan_hash AND u.emergency = $1)`, 500, id)
}

package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/fault"
)

// TryState is where a start of a refresh is.
type TryState string

// States of a start. Refused: the service took it not on, and nothing began.
const (
	TryIntent    TryState = "intent"
	TryInDoubt   TryState = "in_doubt"
	TryRunning   TryState = "running"
	TryDone      TryState = "done"
	TryFailed    TryState = "failed"
	TryCancelled TryState = "cancelled"
	TryRefused   TryState = "refused"
)

// Open reports whether the service may be refreshing because of it.
func (s TryState) Open() bool { return s == TryIntent || s == TryInDoubt || s == TryRunning }

// PlanTry is one start of a node's refresh.
type PlanTry struct {
	Run, Name    string
	Try          int
	Tenant, Item string
	State        TryState
	// Known is the newest entry of the item's history before this was sent.
	Known string
	// Sent and Answered are the call and what came back, Stopped the same of a
	// call to stop it; Status is HTTP's.
	Sent, Answered, Stopped string
	Status                  int
	// RequestID is the refresh's in the history, in lower case.
	RequestID              string
	Looks                  int
	Wake                   time.Time
	Intended, Began, Ended time.Time
	ErrorCode, ErrorText   string
}

const planTryColumns = `run, name, try, tenant, item, state, known, sent, answered, stopped, status, request_id, looks, wake, intended, began, ended, error_code, error_text FROM plan_try`

func scanPlanTry(rows *sql.Rows) (p PlanTry, err error) {
	var wake, began, ended sql.NullInt64
	var intended int64
	err = rows.Scan(&p.Run, &p.Name, &p.Try, &p.Tenant, &p.Item, &p.State, &p.Known, &p.Sent, &p.Answered, &p.Stopped, &p.Status, &p.RequestID, &p.Looks, &wake, &intended, &began, &ended, &p.ErrorCode, &p.ErrorText)
	p.Wake, p.Intended, p.Began, p.Ended = timeOf(wake), Time(intended), timeOf(began), timeOf(ended)
	return p, err
}

// PlanTries returns every start of a run, in order.
func (r *Reader) PlanTries(ctx context.Context, run string) ([]PlanTry, error) {
	all, err := list(ctx, r.pool, scanPlanTry, `SELECT `+planTryColumns+` WHERE run = $1 ORDER BY intended, name, try`, run)
	if err != nil {
		return nil, fmt.Errorf("starts of run %s: %w", run, err)
	}
	return all, nil
}

// TriesOf returns the starts of an item since a moment, of all runs.
func (r *Reader) TriesOf(ctx context.Context, tenantName, item string, since time.Time) ([]PlanTry, error) {
	all, err := list(ctx, r.pool, scanPlanTry, `SELECT `+planTryColumns+` WHERE tenant = $1 AND item = $2 AND intended >= $3 ORDER BY intended`, tenantName, item, Millis(since))
	if err != nil {
		return nil, fmt.Errorf("starts of %s: %w", item, err)
	}
	return all, nil
}

// IntendTry writes a start down before it is sent. Conflict when another start
// of the same item is open.
func (t *Tx) IntendTry(ctx context.Context, p PlanTry) error {
	_, err := t.ExecContext(ctx, `INSERT INTO plan_try (run, name, try, tenant, item, state, known, sent, intended) VALUES ($1, $2, $3, $4, $5, 'intent', $6, $7, $8)`,
		p.Run, p.Name, p.Try, p.Tenant, p.Item, p.Known, p.Sent, t.Millis())
	if err = classify(err); fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "Another plan refreshes this at the moment.")
	} else if err != nil {
		return fmt.Errorf("start of %s in run %s: %w", p.Name, p.Run, err)
	}
	return nil
}

// SaveTry writes down where a start is, when it is still where it was. Conflict
// when somebody else wrote in between, or the refresh is another start's.
func (t *Tx) SaveTry(ctx context.Context, p PlanTry, was TryState) error {
	res, err := t.ExecContext(ctx, `UPDATE plan_try SET state = $5, answered = $6, status = $7, request_id = $8, stopped = $9, looks = $10, wake = $11, began = $12, ended = $13, error_code = $14, error_text = $15
		WHERE run = $1 AND name = $2 AND try = $3 AND state = $4`,
		p.Run, p.Name, p.Try, was, p.State, p.Answered, p.Status, p.RequestID, p.Stopped, p.Looks, MillisOrNull(p.Wake), MillisOrNull(p.Began), MillisOrNull(p.Ended), p.ErrorCode, p.ErrorText)
	if err != nil {
		return fmt.Errorf("start of %s in run %s: %w", p.Name, p.Run, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "Another worker has written down this start.")
	}
	return nil
}

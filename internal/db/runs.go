package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// RunState is where a run is.
type RunState string

// States of a run; the last three are final.
const (
	RunRunning   RunState = "running"
	RunDone      RunState = "done"
	RunFailed    RunState = "failed"
	RunCancelled RunState = "cancelled"
)

// Run is one agreed plan being carried out, or carried out.
type Run struct {
	// ID is the request's, or request:step for a step with a time of its own,
	// which Later then names.
	ID, Request, Later string
	// Tenant is the configured name.
	Tenant, Title string
	// PlanHash is the SHA-256 of Plan, the canonical bytes that were agreed to.
	PlanHash string
	Plan     []byte
	// For is the requester.
	For   ledger.Actor
	State RunState
	// Paused and Cancel are when a person asked for it, zero when nobody did;
	// AskedBy is their name, AskedWhy their reason.
	Paused, Cancel    time.Time
	AskedBy, AskedWhy string
	// Waits says why it does not go on right now, Wake when it does by itself.
	Waits string
	Wake  time.Time
	// Note says how it ended.
	Note              string
	Started, Finished time.Time
}

// Ended reports whether nothing more happens in the run.
func (r Run) Ended() bool { return r.State != RunRunning }

const runColumns = `id, request, later, tenant, title, plan_hash, plan, for_tenant, for_id, for_name, state, paused, cancel, asked_by, asked_why, waits, wake, note, started, finished`

func scanRun(row interface{ Scan(...any) error }) (Run, error) {
	var r Run
	var plan string
	var paused, cancel, wake, finished sql.NullInt64
	var started int64
	err := row.Scan(&r.ID, &r.Request, &r.Later, &r.Tenant, &r.Title, &r.PlanHash, &plan, &r.For.Tenant, &r.For.ID, &r.For.Name,
		&r.State, &paused, &cancel, &r.AskedBy, &r.AskedWhy, &r.Waits, &wake, &r.Note, &started, &finished)
	r.Plan, r.For.Kind = []byte(plan), ledger.Person
	r.Paused, r.Cancel, r.Wake, r.Started, r.Finished = timeOf(paused), timeOf(cancel), timeOf(wake), Time(started), timeOf(finished)
	return r, err
}

func noRun(id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "There is no run %s.", id)
	}
	return fmt.Errorf("run %s: %w", id, classify(err))
}

// StartRun writes a run down with its steps. Conflict when it is there already.
func (t *Tx) StartRun(ctx context.Context, r Run, steps []RunStep) error {
	_, err := t.ExecContext(ctx, `INSERT INTO run (id, request, later, tenant, title, plan_hash, plan, for_tenant, for_id, for_name, state, started)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running', $11)`,
		r.ID, r.Request, r.Later, r.Tenant, r.Title, r.PlanHash, string(r.Plan), r.For.Tenant, r.For.ID, r.For.Name, t.Millis())
	if err != nil {
		return fmt.Errorf("start run %s: %w", r.ID, classify(err))
	}
	return t.AddRunSteps(ctx, r.ID, steps)
}

// Run returns a run as the transaction sees it; NotFound when there is none.
func (t *Tx) Run(ctx context.Context, id string) (Run, error) {
	r, err := scanRun(t.QueryRowContext(ctx, `SELECT `+runColumns+` FROM run WHERE id = $1`, id))
	if err != nil {
		return r, noRun(id, err)
	}
	return r, nil
}

// Run returns a run; NotFound when there is none.
func (r *Reader) Run(ctx context.Context, id string) (Run, error) {
	run, err := scanRun(r.QueryRow(ctx, `SELECT `+runColumns+` FROM run WHERE id = $1`, id))
	if err != nil {
		return run, noRun(id, err)
	}
	return run, nil
}

// OpenRuns returns the runs of a tenant that have not ended, oldest first;
// those of every tenant when tenant is empty.
func (r *Reader) OpenRuns(ctx context.Context, tenant string) ([]Run, error) {
	return r.runs(ctx, `state = 'running' AND ($1 = '' OR tenant = $1) ORDER BY started, id`, tenant)
}

// RunsOf returns the runs of a request: the first its own, then those of steps
// with a time of their own.
func (r *Reader) RunsOf(ctx context.Context, request string) ([]Run, error) {
	return r.runs(ctx, `request = $1 ORDER BY later <> '', started, id`, request)
}

// RecentRuns returns the newest runs of a tenant.
func (r *Reader) RecentRuns(ctx context.Context, tenant string, limit int) ([]Run, error) {
	return r.runs(ctx, `tenant = $1 ORDER BY started DESC, id LIMIT $2`, tenant, limit)
}

func (r *Reader) runs(ctx context.Context, where string, args ...any) ([]Run, error) {
	rows, err := r.Query(ctx, `SELECT `+runColumns+` FROM run WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Run
	for rows.Next() {
		run, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("runs: %w", classify(err))
		}
		out = append(out, run)
	}
	return out, classify(rows.Err())
}

// RunWaits says why a run does not go on, and until when; both zero when it
// does.
func (t *Tx) RunWaits(ctx context.Context, id, why string, until time.Time) error {
	_, err := t.ExecContext(ctx, `UPDATE run SET waits = $2, wake = $3 WHERE id = $1 AND (waits <> $2 OR wake IS NOT $3)`, id, why, MillisOrNull(until))
	if err != nil {
		return fmt.Errorf("run %s waits: %w", id, classify(err))
	}
	return nil
}

// FinishRun ends a run and gives its targets back.
func (t *Tx) FinishRun(ctx context.Context, id string, state RunState, note string) error {
	if _, err := t.ExecContext(ctx, `UPDATE run SET state = $2, note = $3, finished = $4, waits = '', wake = NULL WHERE id = $1 AND state = 'running'`,
		id, state, note, t.Millis()); err != nil {
		return fmt.Errorf("finish run %s: %w", id, classify(err))
	}
	return t.ReleaseTargets(ctx, id)
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/refreshplan"
)

// Cause is what began a run of a plan.
type Cause string

// Causes of a run.
const (
	BySchedule Cause = "schedule"
	ByPerson   Cause = "person"
	ByAPI      Cause = "api"
	ByPlan     Cause = "plan"
	ByResume   Cause = "resume"
)

// PlanRunning is the state of a run that has not ended; the others are
// refreshplan.Outcome's.
const PlanRunning refreshplan.Outcome = "running"

// PlanRun is one run of a plan.
type PlanRun struct {
	ID, Plan, Tenant string
	Version          int64
	Cause            Cause
	// CauseBy is a person's or a program's name; the run before, when a plan's
	// end or a resumption began it.
	CauseBy string
	State   refreshplan.Outcome
	// Cancel is when somebody asked for its end, zero when nobody did.
	Cancel              time.Time
	CancelBy, CancelWhy string
	// Waits says why nothing happens now, Wake when it goes on by itself.
	Waits             string
	Wake              time.Time
	Note              string
	Started, Finished time.Time
}

// Ended reports whether nothing more happens in the run.
func (r PlanRun) Ended() bool { return r.State != PlanRunning }

// PlanNode is a node in a run.
type PlanNode struct {
	Run, Name       string
	Seq             int
	Kind            refreshplan.Kind
	Workspace, Item string
	Capacity        string
	refreshplan.Status
	Finished time.Time
}

const planRunColumns = `id, plan, tenant, version, cause, cause_by, state, cancel, cancel_by, cancel_why, waits, wake, note, started, finished FROM plan_run`

func scanPlanRun(row interface{ Scan(...any) error }) (r PlanRun, err error) {
	var cancel, wake, finished sql.NullInt64
	var started int64
	err = row.Scan(&r.ID, &r.Plan, &r.Tenant, &r.Version, &r.Cause, &r.CauseBy, &r.State, &cancel, &r.CancelBy, &r.CancelWhy, &r.Waits, &wake, &r.Note, &started, &finished)
	r.Cancel, r.Wake, r.Started, r.Finished = timeOf(cancel), timeOf(wake), Time(started), timeOf(finished)
	return r, err
}

// PlanRun returns a run; NotFound when there is none.
func (r *Reader) PlanRun(ctx context.Context, id string) (PlanRun, error) {
	return planRun(ctx, r.pool, id)
}

// PlanRun returns a run as the transaction sees it; NotFound when there is none.
func (t *Tx) PlanRun(ctx context.Context, id string) (PlanRun, error) { return planRun(ctx, t, id) }

func planRun(ctx context.Context, q asker, id string) (PlanRun, error) {
	run, err := scanPlanRun(q.QueryRowContext(ctx, `SELECT `+planRunColumns+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return run, fault.New(fault.NotFound, "There is no run %s of a plan.", id)
	}
	if err != nil {
		return run, fmt.Errorf("plan run %s: %w", id, classify(err))
	}
	return run, nil
}

// OpenPlanRuns returns the runs of a tenant that have not ended.
func (r *Reader) OpenPlanRuns(ctx context.Context, tenantName string) ([]PlanRun, error) {
	return planRuns(ctx, r.pool, `state = 'running' AND tenant = $1 ORDER BY started, id`, tenantName)
}

// PlanRuns returns the newest runs of a plan.
func (r *Reader) PlanRuns(ctx context.Context, plan string, most int) ([]PlanRun, error) {
	return planRuns(ctx, r.pool, `plan = $1 ORDER BY started DESC, id LIMIT $2`, plan, most)
}

func planRuns(ctx context.Context, q asker, where string, args ...any) ([]PlanRun, error) {
	all, err := list(ctx, q, func(rows *sql.Rows) (PlanRun, error) { return scanPlanRun(rows) }, `SELECT `+planRunColumns+` WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("runs of plans: %w", err)
	}
	return all, nil
}

// StartPlanRun writes a run down with its nodes. Conflict when the plan runs
// already, or is no longer at that version.
func (t *Tx) StartPlanRun(ctx context.Context, r PlanRun, nodes []PlanNode) error {
	res, err := t.ExecContext(ctx, `INSERT INTO plan_run (id, plan, version, tenant, cause, cause_by, state, started)
		SELECT $1, id, version, tenant, $4, $5, 'running', $6 FROM refresh_plan WHERE id = $2 AND version = $3 AND ended IS NULL`,
		r.ID, r.Plan, r.Version, r.Cause, r.CauseBy, t.Millis())
	if err = classify(err); fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "This plan is running already. Watch that run, or wait for its end.")
	} else if err != nil {
		return fmt.Errorf("start plan %s: %w", r.Plan, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "This plan was changed or deleted in the meantime. Reload the page.")
	}
	for i, n := range nodes {
		n.Run, n.Seq = r.ID, i
		if _, err := t.ExecContext(ctx, `INSERT INTO plan_node (run, name, seq, kind, ws, item, capacity, phase) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting')`,
			n.Run, n.Name, n.Seq, n.Kind, n.Workspace, n.Item, n.Capacity); err != nil {
			return fmt.Errorf("node %s of plan %s: %w", n.Name, r.Plan, classify(err))
		}
		if n.Phase != "" {
			if err := t.SavePlanNode(ctx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// PlanNodes returns the nodes of a run in the order of the plan.
func (r *Reader) PlanNodes(ctx context.Context, run string) ([]PlanNode, error) {
	return planNodes(ctx, r.pool, run)
}

// PlanNodes returns the nodes of a run as the transaction sees them.
func (t *Tx) PlanNodes(ctx context.Context, run string) ([]PlanNode, error) {
	return planNodes(ctx, t, run)
}

func planNodes(ctx context.Context, q asker, run string) ([]PlanNode, error) {
	all, err := list(ctx, q, func(rows *sql.Rows) (n PlanNode, err error) {
		var since, wake, finished sql.NullInt64
		err = rows.Scan(&n.Run, &n.Name, &n.Seq, &n.Kind, &n.Workspace, &n.Item, &n.Capacity, &n.Phase, &n.Tries, &since, &wake, &n.Answer, &n.Refreshed, &n.Lingers, &n.Reason, &finished)
		n.Since, n.Wake, n.Finished = timeOf(since), timeOf(wake), timeOf(finished)
		return n, err
	}, `SELECT run, name, seq, kind, ws, item, capacity, phase, tries, since, wake, answer, refreshed, lingers, reason, finished FROM plan_node WHERE run = $1 ORDER BY seq`, run)
	if err != nil {
		return nil, fmt.Errorf("nodes of run %s: %w", run, err)
	}
	return all, nil
}

// SavePlanNode writes where a node is.
func (t *Tx) SavePlanNode(ctx context.Context, n PlanNode) error {
	if n.Phase.Ended() && n.Finished.IsZero() {
		n.Finished = t.Now
	}
	if !n.Phase.Ended() {
		n.Finished = time.Time{}
	}
	_, err := t.ExecContext(ctx, `UPDATE plan_node SET phase = $3, tries = $4, since = $5, wake = $6, answer = $7, refreshed = $8, lingers = $9, reason = $10, finished = $11, capacity = $12 WHERE run = $1 AND name = $2`,
		n.Run, n.Name, n.Phase, n.Tries, MillisOrNull(n.Since), MillisOrNull(n.Wake), n.Answer, bit(n.Refreshed), bit(n.Lingers), n.Reason, MillisOrNull(n.Finished), n.Capacity)
	if err != nil {
		return fmt.Errorf("node %s of run %s: %w", n.Name, n.Run, classify(err))
	}
	return nil
}

// PlanRunWaits says why a run does nothing now, and until when.
func (t *Tx) PlanRunWaits(ctx context.Context, id, why string, until time.Time) error {
	_, err := t.ExecContext(ctx, `UPDATE plan_run SET waits = $2, wake = $3 WHERE id = $1 AND state = 'running' AND (waits <> $2 OR wake IS NOT $3)`, id, why, MillisOrNull(until))
	if err != nil {
		return fmt.Errorf("plan run %s waits: %w", id, classify(err))
	}
	return nil
}

// FinishPlanRun ends a run. Conflict when it has ended.
func (t *Tx) FinishPlanRun(ctx context.Context, id string, state refreshplan.Outcome, note string) error {
	res, err := t.ExecContext(ctx, `UPDATE plan_run SET state = $2, note = $3, finished = $4, waits = '', wake = NULL WHERE id = $1 AND state = 'running'`, id, state, note, t.Millis())
	if err != nil {
		return fmt.Errorf("finish plan run %s: %w", id, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "This run has ended already.")
	}
	return nil
}

// CancelPlanRun asks for the end of a run: nothing more begins, and what can be
// stopped is. Conflict when it has ended.
func (t *Tx) CancelPlanRun(ctx context.Context, id, by, why string) error {
	res, err := t.ExecContext(ctx, `UPDATE plan_run SET cancel = coalesce(cancel, $2), cancel_by = $3, cancel_why = $4, wake = NULL WHERE id = $1 AND state = 'running'`, id, t.Millis(), by, why)
	if err != nil {
		return fmt.Errorf("cancel plan run %s: %w", id, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "This run has ended already. Nothing was changed.")
	}
	return nil
}

// PlanLoad counts what the runs of a tenant but one refresh now.
func (r *Reader) PlanLoad(ctx context.Context, tenantName, but string) (refreshplan.Load, error) {
	l := refreshplan.Load{Capacity: map[string]int{}}
	rows, err := r.Query(ctx, `SELECT n.capacity, count(*) FROM plan_run r CROSS JOIN plan_node n ON n.run = r.id
		WHERE r.state = 'running' AND r.tenant = $1 AND r.id <> $2 AND (n.phase IN ('starting', 'running', 'cancelling') OR n.lingers = 1) GROUP BY 1`, tenantName, but)
	if err != nil {
		return l, fmt.Errorf("load of plans: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var capacity string
		var n int
		if err := rows.Scan(&capacity, &n); err != nil {
			return l, fmt.Errorf("load of plans: %w", classify(err))
		}
		l.Capacity[capacity], l.Total = n, l.Total+n
	}
	return l, classify(rows.Err())
}

package db

import (
	"context"
	"fmt"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// What people do to runs. Who may is checked before, by the caller; each is
// one transaction with its entry in the ledger, and takes effect between two
// steps. The entry's Actor, IP, Session and Request are the caller's.

// PauseRun stops a run before its next step. Conflict when it has ended.
func (d *DB) PauseRun(ctx context.Context, id string, by ledger.Entry) error {
	return d.changeRun(ctx, id, by, ledger.Hold, `paused = coalesce(paused, $2), asked_by = $3, asked_why = $4`)
}

// ResumeRun lets a paused run go on. Conflict when it has ended.
func (d *DB) ResumeRun(ctx context.Context, id string, by ledger.Entry) error {
	return d.changeRun(ctx, id, by, ledger.Release, `paused = NULL, asked_by = $3, asked_why = $4, wake = iif($2 > 0, NULL, wake), waits = ''`)
}

// CancelRun ends a run before its next step; what was done stays. A step whose
// outcome is not known is settled first. Conflict when the run has ended.
func (d *DB) CancelRun(ctx context.Context, id string, by ledger.Entry) error {
	return d.changeRun(ctx, id, by, ledger.RunCancel, `cancel = coalesce(cancel, $2), paused = NULL, asked_by = $3, asked_why = $4, wake = NULL`)
}

func (d *DB) changeRun(ctx context.Context, id string, by ledger.Entry, what ledger.Action, set string) error {
	return d.Write(ctx, func(tx *Tx) error {
		r, err := tx.Run(ctx, id)
		if err != nil {
			return err
		}
		if r.Ended() {
			return fault.New(fault.Conflict, "This run has ended already (%s). Nothing was changed.", r.State)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE run SET `+set+` WHERE id = $1`, id, tx.Millis(), by.Actor.Name, by.Reason); err != nil {
			return fmt.Errorf("%s of run %s: %w", what, id, classify(err))
		}
		by.Action, by.Outcome = what, ledger.Done
		by.Object = ledger.Object{Kind: "run", ID: id, Name: r.Title, Tenant: r.Tenant}
		return tx.Record(ctx, by)
	})
}

// ResolveStep records what a person decided about a step in doubt: that its
// effect is there (foundID is the id of what it created, when the portal could
// not find it itself), that it is to be sent again, or that it is given up.
// The run acts on it. Conflict when the step is not in doubt.
func (d *DB) ResolveStep(ctx context.Context, run, step string, choice StepChoice, foundID string, by ledger.Entry) error {
	if choice != ChooseAdopt && choice != ChooseRedo && choice != ChooseStop {
		return fault.New(fault.Invalid, "Choose whether the step took effect, is to be sent again, or is given up.")
	}
	return d.Write(ctx, func(tx *Tx) error {
		r, err := tx.Run(ctx, run)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE run_step SET choice = $3, chosen_id = $4, chosen_by = $5, chosen_why = $6, wake = NULL
			WHERE run = $1 AND id = $2 AND state = 'in_doubt'`, run, step, choice, foundID, by.Actor.Name, by.Reason)
		if err != nil {
			return fmt.Errorf("resolve step %s of run %s: %w", step, run, classify(err))
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "This step is not in doubt any more. Reload the page to see where it stands.")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE run SET wake = NULL WHERE id = $1`, run); err != nil {
			return fmt.Errorf("wake run %s: %w", run, classify(err))
		}
		by.Action, by.Outcome = ledger.StepDecide, ledger.Done
		by.Object = ledger.Object{Kind: "run", ID: run, Name: r.Title, Tenant: r.Tenant}
		by.Details = map[ledger.Detail]string{ledger.Step: step, ledger.Resolution: string(choice)}
		return tx.Record(ctx, by)
	})
}

// HoldExecutor stops every further write to a tenant, whoever agreed to it.
func (d *DB) HoldExecutor(ctx context.Context, tenant, reason string, by ledger.Entry) error {
	return d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO executor_hold (tenant, since, by, reason) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant) DO NOTHING`, tenant, tx.Millis(), by.Actor.Name, reason); err != nil {
			return fmt.Errorf("hold %s: %w", tenant, classify(err))
		}
		return tx.Record(ctx, held(by, ledger.Hold, tenant, reason))
	})
}

// ReleaseExecutor lets writes to a tenant go on.
func (d *DB) ReleaseExecutor(ctx context.Context, tenant, reason string, by ledger.Entry) error {
	return d.Write(ctx, func(tx *Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM executor_hold WHERE tenant = $1`, tenant)
		if err != nil {
			return fmt.Errorf("release %s: %w", tenant, classify(err))
		}
		if n, err := res.RowsAffected(); err == nil && n == 0 {
			return fault.New(fault.Conflict, "The tenant %s is not on hold.", tenant)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE run SET wake = NULL WHERE tenant = $1 AND state = 'running'`, tenant); err != nil {
			return fmt.Errorf("wake the runs of %s: %w", tenant, classify(err))
		}
		return tx.Record(ctx, held(by, ledger.Release, tenant, reason))
	})
}

func held(by ledger.Entry, what ledger.Action, tenant, reason string) ledger.Entry {
	by.Action, by.Outcome, by.Reason = what, ledger.Done, reason
	by.Object = ledger.Object{Kind: "tenant", ID: tenant, Tenant: tenant}
	return by
}

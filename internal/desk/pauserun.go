package desk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/ledger"
)

// PauseRun stops a run before its next step, with a reason. Conflict when it
// has ended.
func (d *Desk) PauseRun(ctx context.Context, by By, run, reason string) error {
	return d.onRun(ctx, by, run, auth.CancelRun, ledger.Hold, reason, func(e ledger.Entry) error { return d.db.PauseRun(ctx, run, e) })
}

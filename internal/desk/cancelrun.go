package desk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/ledger"
)

// CancelRun ends a run before its next step, with a reason; what was done
// stays, and a step whose outcome is not known is settled first. Conflict when
// it has ended.
func (d *Desk) CancelRun(ctx context.Context, by By, run, reason string) error {
	return d.onRun(ctx, by, run, auth.CancelRun, ledger.RunCancel, reason, func(e ledger.Entry) error { return d.db.CancelRun(ctx, run, e) })
}

package desk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/ledger"
)

// ResumeRun lets a paused run go on. Conflict when it has ended.
func (d *Desk) ResumeRun(ctx context.Context, by By, run, reason string) error {
	return d.onRun(ctx, by, run, auth.CancelRun, ledger.Release, reason, func(e ledger.Entry) error { return d.db.ResumeRun(ctx, run, e) })
}

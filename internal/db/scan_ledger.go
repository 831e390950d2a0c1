package db

import (
	"context"
	"fmt"
	"strconv"

	"steward/internal/ledger"
)

// recordScan writes a scan's start or end into the ledger, in the transaction
// that makes it so.
func recordScan(ctx context.Context, tx *Tx, s Scan, action ledger.Action, outcome ledger.Outcome, by ledger.Actor) error {
	var name string
	if err := tx.QueryRowContext(ctx, `SELECT name FROM tenant WHERE id = $1`, s.Tenant).Scan(&name); err != nil {
		return fmt.Errorf("record scan %d: %w", s.ID, err)
	}
	details := map[ledger.Detail]string{ledger.Scan: strconv.FormatInt(s.ID, 10), ledger.State: string(s.State)}
	if gaps := s.Meant - s.Seen; action == ledger.ScanFinish && gaps > 0 {
		details[ledger.Gap] = fmt.Sprintf("%d of %d workspaces", gaps, s.Meant)
	}
	if s.Note.Held > 0 && action == ledger.ScanHold {
		details[ledger.Count] = strconv.FormatInt(s.Note.Held, 10)
	}
	return tx.Record(ctx, ledger.Entry{
		Action: action, Outcome: outcome, Actor: by, Reason: s.Error, Details: details,
		Object: ledger.Object{Kind: "scan", ID: strconv.FormatInt(s.ID, 10), Name: string(s.Kind) + " scan", Tenant: name},
	})
}

// scanActor is who asked for a scan.
func scanActor(s Scan) ledger.Actor {
	switch s.Cause {
	case "person":
		return ledger.Actor{Kind: ledger.Person, Name: s.AskedBy}
	case "command", "replay":
		return ledger.Actor{Kind: ledger.Command, Name: s.AskedBy}
	}
	return ledger.Actor{Kind: ledger.System}
}

// recordScanEnd records how a scan ended, and that a loss is held back.
func recordScanEnd(ctx context.Context, tx *Tx, s Scan) error {
	switch s.State {
	case ScanCancelled:
		by := ledger.Actor{Kind: ledger.Person, Name: s.CancelledBy}
		if s.CancelledBy == "" {
			by = ledger.Actor{Kind: ledger.Command}
		}
		return recordScan(ctx, tx, s, ledger.ScanCancel, ledger.Done, by)
	case ScanFailed:
		return recordScan(ctx, tx, s, ledger.ScanFinish, ledger.Failed, ledger.Actor{Kind: ledger.System})
	}
	if s.Note.Held > 0 {
		if err := recordScan(ctx, tx, s, ledger.ScanHold, ledger.Done, ledger.Actor{Kind: ledger.System}); err != nil {
			return err
		}
	}
	return recordScan(ctx, tx, s, ledger.ScanFinish, ledger.Done, ledger.Actor{Kind: ledger.System})
}

package db

import (
	"context"
	"fmt"
	"strconv"

	"steward/internal/ledger"
)

// recordEvaluation writes into the ledger, in the transaction that ends a
// judging, how many violations it opened, resolved and opened again. Which they
// are is in the violations' own histories, which nothing takes away.
func recordEvaluation(ctx context.Context, tx *Tx, e Evaluation) error {
	var name string
	if err := tx.QueryRowContext(ctx, `SELECT name FROM tenant WHERE id = $1`, e.Tenant).Scan(&name); err != nil {
		return fmt.Errorf("record evaluation %d: %w", e.ID, err)
	}
	scan := strconv.FormatInt(e.Scan, 10)
	var out []ledger.Entry
	for _, c := range []struct {
		action ledger.Action
		count  int64
	}{{ledger.ViolationOpen, e.Raised}, {ledger.ViolationClose, e.Resolved}, {ledger.ViolationReopen, e.Reopened}} {
		if c.count > 0 {
			out = append(out, ledger.Entry{Action: c.action, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System},
				Object:  ledger.Object{Kind: "scan", ID: scan, Tenant: name},
				Details: map[ledger.Detail]string{ledger.Scan: scan, ledger.Count: strconv.FormatInt(c.count, 10)}})
		}
	}
	return tx.Record(ctx, out...)
}

package db

import (
	"context"
	"fmt"
	"time"
)

// LoadBudget returns the stored state of one operation's budget; nil when
// there is none. The bytes belong to the client that counts calls.
func (d *DB) LoadBudget(ctx context.Context, tenantID, operation string) ([]byte, error) {
	var state []byte
	err := d.reader.QueryRow(ctx, `SELECT state FROM budget WHERE tenant = $1 AND operation = $2`, tenantID, operation).Scan(&state)
	if err = ignoreNoRows(err); err != nil {
		return nil, fmt.Errorf("load budget of %s: %w", operation, classify(err))
	}
	return state, nil
}

// SaveBudget stores the state of one operation's budget, so that a restart
// does not overrun Microsoft's limits.
func (d *DB) SaveBudget(ctx context.Context, tenantID, operation string, state []byte, at time.Time) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO budget (tenant, operation, state, updated) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, operation) DO UPDATE SET state = excluded.state, updated = excluded.updated`,
			tenantID, operation, state, Millis(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("save budget of %s: %w", operation, err)
	}
	return nil
}

package db

import (
	"context"
	"fmt"
)

// Budgets keeps the call budgets of one tenant and app over a restart: what
// was sent counts against Microsoft's limits whoever sent it. The bytes belong
// to the client that counts.
type Budgets struct {
	db  *DB
	key string
}

// Budgets returns the store of the budgets of one tenant and app; key names
// the two.
func (d *DB) Budgets(key string) *Budgets { return &Budgets{db: d, key: key} }

// Load returns what was saved last for every operation.
func (b *Budgets) Load(ctx context.Context) (map[string][]byte, error) {
	rows, err := b.db.reader.Query(ctx, `SELECT operation, state FROM budget WHERE tenant = $1`, b.key)
	if err != nil {
		return nil, fmt.Errorf("load budgets: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string][]byte{}
	for rows.Next() {
		var operation string
		var state []byte
		if err := rows.Scan(&operation, &state); err != nil {
			return nil, fmt.Errorf("load budgets: %w", classify(err))
		}
		all[operation] = state
	}
	return all, classify(rows.Err())
}

// Save replaces the state of one operation. It returns when the state is
// durable.
func (b *Budgets) Save(ctx context.Context, operation string, state []byte) error {
	err := b.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO budget (tenant, operation, state, updated) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, operation) DO UPDATE SET state = excluded.state, updated = excluded.updated`,
			b.key, operation, state, tx.Millis())
		return err
	})
	if err != nil {
		return fmt.Errorf("save the budget of %s: %w", operation, err)
	}
	return nil
}

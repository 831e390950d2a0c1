package db

import (
	"context"
	"fmt"

	"steward/internal/fault"
)

// EnsureTenant returns the number of a configured tenant, creating its row on
// first use. guid is Microsoft's tenant id.
//
// A name that belongs to another tenant id is refused (Conflict): its history
// would be that of two tenants.
func (d *DB) EnsureTenant(ctx context.Context, name, guid string) (int64, error) {
	var id int64
	err := d.Write(ctx, func(tx *Tx) error {
		var have string
		err := tx.QueryRowContext(ctx, `INSERT INTO tenant (name, guid, created) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id, guid`, name, guid, tx.Millis()).Scan(&id, &have)
		if err != nil {
			return err
		}
		if have != guid {
			return fault.New(fault.Conflict, "The tenant %q was scanned before under the tenant id %s, and is now configured with %s. Give the new one another name.", name, have, guid)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("tenant %s: %w", name, err)
	}
	return id, nil
}

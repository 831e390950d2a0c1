package db

import (
	"context"
	"fmt"
	"time"
)

// unusedWorkspaces are those that can have a list of unused items.
const unusedWorkspaces = `FROM workspace w JOIN ident i ON i.id = w.ws
	LEFT JOIN unused_read u ON u.tenant = w.tenant AND u.ws = w.ws
	WHERE w.tenant = $1 AND w.to_scan IS NULL AND w.state = 'Active' AND w.kind = 'Workspace' AND w.items > 0`

// UnusedDue returns the workspaces whose list of unused items was read longest
// ago, never read ones first: at most limit, less those that were read since
// the scan began, so that a scan that is resumed does not read more than one
// that was not stopped.
func (r *Reader) UnusedDue(ctx context.Context, tenantID int64, limit int, began time.Time) ([]string, error) {
	rows, err := r.Query(ctx, `SELECT i.guid `+unusedWorkspaces+` AND coalesce(u.at, 0) < $2 ORDER BY coalesce(u.at, 0), i.guid
		LIMIT max(0, $3 - (SELECT count(*) FROM unused_read d WHERE d.tenant = $1 AND d.at >= $2))`, tenantID, Millis(began), limit)
	if err != nil {
		return nil, fmt.Errorf("workspaces to ask for unused items: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var due []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("workspaces to ask for unused items: %w", classify(err))
		}
		due = append(due, id)
	}
	return due, classify(rows.Err())
}

// UnusedRead notes that the list of a workspace was read by the scan that began
// at the given time: all lists of one scan are equally old, whatever the order
// in which it read them.
func (d *DB) UnusedRead(ctx context.Context, tenantID int64, workspaceID string, began time.Time) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO unused_read (tenant, ws, at) SELECT $1, id, $3 FROM ident WHERE tenant = $1 AND guid = $2
			ON CONFLICT (tenant, ws) DO UPDATE SET at = excluded.at`, tenantID, workspaceID, Millis(began))
		return err
	})
	if err != nil {
		return fmt.Errorf("unused items of %s: %w", workspaceID, err)
	}
	return nil
}

// UnusedCoverage returns how many workspaces can have a list of unused items,
// and of how many it was ever read.
func (r *Reader) UnusedCoverage(ctx context.Context, tenantID int64) (meant, seen int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), count(u.at) `+unusedWorkspaces, tenantID).Scan(&meant, &seen)
	if err != nil {
		return 0, 0, fmt.Errorf("coverage of unused items: %w", classify(err))
	}
	return meant, seen, nil
}

package db

import (
	"context"
	"fmt"
)

// RoleCount is how many workspace roles of one name are held by one kind of
// holder.
type RoleCount struct {
	Role, Kind string
	Guest      bool
	// Roles are the rows, Workspaces and Holders the different ones among them.
	Roles, Workspaces, Holders int64
}

// RoleCounts counts the workspace roles of the current state, the running
// scan's findings included. It reads every role once.
func (r *Reader) RoleCounts(ctx context.Context, tenant int64) ([]RoleCount, error) {
	rows, err := r.Query(ctx, `SELECT g.role, coalesce(p.kind, ''), coalesce(p.guest, 0), count(*), count(DISTINCT g.ws), count(DISTINCT g.principal)
		FROM workspace w CROSS JOIN access_grant g LEFT JOIN principal p ON p.principal = g.principal AND p.to_scan IS NULL
		WHERE w.tenant = $1 AND w.to_scan IS NULL AND g.ws = w.ws AND g.object = w.ws AND g.to_scan IS NULL
		GROUP BY 1, 2, 3`, tenant)
	if err != nil {
		return nil, fmt.Errorf("count roles: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []RoleCount
	for rows.Next() {
		var c RoleCount
		if err := rows.Scan(&c.Role, &c.Kind, &c.Guest, &c.Roles, &c.Workspaces, &c.Holders); err != nil {
			return nil, fmt.Errorf("count roles: %w", classify(err))
		}
		out = append(out, c)
	}
	return out, classify(rows.Err())
}

// KeepRoleCounts keeps what RoleCounts counted for a scan that is about to be
// published. Doing it again replaces it.
func (d *DB) KeepRoleCounts(ctx context.Context, scan int64, counts []RoleCount) error {
	return d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM role_count WHERE scan = $1`, scan); err != nil {
			return fmt.Errorf("keep role counts: %w", err)
		}
		for _, c := range counts {
			if _, err := tx.ExecContext(ctx, `INSERT INTO role_count (scan, role, kind, guest, roles, workspaces, holders) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				scan, c.Role, c.Kind, bit(c.Guest), c.Roles, c.Workspaces, c.Holders); err != nil {
				return fmt.Errorf("keep role counts: %w", err)
			}
		}
		return nil
	})
}

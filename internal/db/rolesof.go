package db

import (
	"context"
	"database/sql"
	"fmt"
)

// RolesOf returns the ids of the active workspaces on which a principal holds a
// role itself, by name.
func (r *Reader) RolesOf(ctx context.Context, v View, principal string) ([]string, error) {
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT wi.guid FROM ident i JOIN access_grant g ON g.principal = i.id AND g.object = g.ws AND `+v.Visible("g")+`
		JOIN workspace w ON w.ws = g.ws AND w.state = 'Active' AND w.kind <> 'PersonalGroup' AND `+v.Visible("w")+`
		JOIN ident wi ON wi.id = w.ws WHERE i.tenant = $1 AND i.guid = $2 GROUP BY wi.guid ORDER BY w.name_key`, v.Tenant, fold(principal))
	if err != nil {
		return nil, fmt.Errorf("roles of %s: %w", principal, err)
	}
	return all, nil
}

package audit

import (
	"context"
	"database/sql"
	"fmt"
)

// rolesKept are the counts that the scan kept; rolesCounted counts for a
// reader of a part, whose roles are fewer, and for scans of before counts were
// kept. Only one of the two has rows: @counted says which.
const (
	rolesKept = `SELECT k.role, k.kind, k.guest, k.roles, k.workspaces, k.holders FROM role_count k WHERE k.scan = @scan AND @counted = 1`

	rolesCounted = `SELECT g.role AS role, coalesce(p.kind, '') AS kind, coalesce(p.guest, 0) AS guest,
		count(*) AS roles, count(DISTINCT g.ws) AS workspaces, count(DISTINCT g.principal) AS holders
	FROM workspace w CROSS JOIN access_grant g LEFT JOIN principal p ON p.principal = g.principal AND visible(p)
	WHERE @counted = 0 AND w.tenant = @tenant AND seen(w) AND inscope(w.ws) AND g.ws = w.ws AND g.object = w.ws AND seen(g)
	GROUP BY 1, 2, 3`
)

func roleList() *Report {
	return &Report{
		Name: "roles", Title: "Roles by kind of holder",
		Question: "How are the roles on workspaces spread over people, groups, applications and guests?",
		Sort:     "right",
		prepare:  prepareRoles,
		Columns: []Column{
			{Key: "right", Title: "Role", Kind: Badge, Sortable: true, expr: "x.role"},
			{Key: "kind", Title: "Held by a", Kind: Badge, Null: Unknown, expr: "nullif(x.kind, '')"},
			{Key: "guest", Title: "Guest", Kind: Bool, expr: "x.guest"},
			{Key: "roles", Title: "Roles", Kind: Number, expr: "x.roles"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "x.workspaces"},
			{Key: "holders", Title: "Holders", Kind: Number, expr: "x.holders", Help: "Different people, groups or applications."},
		},
		parts: []part{{
			name: "roles", sorted: "few rows, however many roles", from: "(" + rolesCounted + " UNION ALL " + rolesKept + ") x", where: "1=1", scope: "@some",
			paths: []path{{sort: "right", order: []string{"x.role", "x.kind", "x.guest"}}},
		}},
	}
}

// prepareRoles says whether the scan's own counts answer.
func prepareRoles(ctx context.Context, tx *sql.Tx, e *expander) error {
	e.vars["counted"] = 0
	if !e.scope.All {
		return nil
	}
	var kept int64
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM role_count WHERE scan = $1)`, e.view.Scan).Scan(&kept); err != nil {
		return fmt.Errorf("counts of roles: %w", err)
	}
	e.vars["counted"] = kept
	return nil
}

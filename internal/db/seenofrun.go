package db

import (
	"context"
	"database/sql"
	"fmt"
)

// SeenFact is what a scan saw of one thing that a step made.
type SeenFact struct {
	Step string
	// Aspect is name, capacity or role; Asked is what the step made it, Seen
	// what is there.
	Aspect, Asked, Seen string
	// Looked says that a scan has looked since; without it Seen means nothing.
	Looked bool
}

// So reports whether it is as the step made it.
func (s SeenFact) So() bool { return s.Looked && s.Asked == s.Seen }

// SeenOfRun returns what the view shows of what a run made of workspaces, as
// far as no later run has made something else of it. A targeted scan has looked
// at the workspaces it asked for, also at those it found as they were.
func (r *Reader) SeenOfRun(ctx context.Context, v View, run string) ([]SeenFact, error) {
	out, err := list(ctx, r.pool, func(rows *sql.Rows) (s SeenFact, err error) {
		return s, rows.Scan(&s.Step, &s.Aspect, &s.Asked, &s.Seen, &s.Looked)
	}, fmt.Sprintf(`SELECT p.step, p.aspect, p.value,
		CASE p.aspect WHEN 'name' THEN coalesce(w.name, '') WHEN 'capacity' THEN coalesce((SELECT n.guid FROM ident n WHERE n.id = w.capacity), '')
			ELSE coalesce((SELECT g.role FROM access_grant g JOIN ident k ON k.id = g.principal WHERE g.object = i.id AND k.tenant = $1 AND k.guid = p.key AND %[2]s LIMIT 1), '') END,
		(p.at < coalesce((SELECT max(started) FROM scan WHERE tenant = $1 AND id <= $3 AND published IS NOT NULL AND kind <> 'targeted'), 0)
			OR EXISTS (SELECT 1 FROM workspace_touch t WHERE t.tenant = $1 AND t.ws = i.id AND t.scan IN (SELECT s.id FROM scan s WHERE s.tenant = $1 AND s.id <= $3 AND s.started > p.at))
			OR EXISTS (SELECT 1 FROM scan s JOIN scan_batch b ON b.scan = s.id AND b.state = 'done' JOIN json_each(b.ids) j ON lower(j.value) = p.ws
				WHERE s.tenant = $1 AND s.id <= $3 AND s.kind = 'targeted' AND s.published IS NOT NULL AND s.started > p.at))
			AND (p.aspect <> 'role' OR coalesce(w.users_known, 0) = 1)
		FROM provisioned p LEFT JOIN ident i ON i.tenant = $1 AND i.guid = p.ws LEFT JOIN workspace w ON w.ws = i.id AND %[1]s
		WHERE p.tenant = $2 AND p.run = $4 ORDER BY p.step, p.aspect`, v.Visible("w"), v.Visible("g")), v.Tenant, v.TenantName, v.Scan, run)
	if err != nil {
		return nil, fmt.Errorf("what was seen of run %s: %w", run, err)
	}
	return out, nil
}

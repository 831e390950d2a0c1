package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/policy"
)

// Provisioned is one fact that a run made of a workspace.
type Provisioned struct {
	Tenant, Workspace string
	// Aspect is name, capacity or role; Key is whose role.
	Aspect, Key, Value string
	Run, Step          string
	At                 time.Time
}

// Provision writes down what a step made, over what an earlier one did.
func (t *Tx) Provision(ctx context.Context, p Provisioned) error {
	_, err := t.ExecContext(ctx, `INSERT INTO provisioned (tenant, ws, aspect, key, value, run, step, at)
		VALUES ($1, lower($2), $3, lower($4), $5, $6, $7, $8)
		ON CONFLICT (tenant, ws, aspect, key) DO UPDATE SET value = excluded.value, run = excluded.run, step = excluded.step, at = excluded.at`,
		p.Tenant, p.Workspace, p.Aspect, p.Key, p.Value, p.Run, p.Step, t.Millis())
	if err != nil {
		return fmt.Errorf("provisioned %s %s: %w", p.Workspace, p.Aspect, classify(err))
	}
	return nil
}

// Unprovision forgets a workspace that a run deleted.
func (t *Tx) Unprovision(ctx context.Context, tenant, workspace string) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM provisioned WHERE tenant = $1 AND ws = lower($2)`, tenant, workspace); err != nil {
		return fmt.Errorf("unprovision %s: %w", workspace, classify(err))
	}
	return nil
}

// otherwise lists, of the workspaces that the view shows, what is not as a run
// left it. A workspace is compared only when a scan that began after the run
// looked at it: one of all workspaces, or a targeted one that found it changed.
// Roles are compared only where they were read.
const otherwise = `WITH p AS (
		SELECT i.id AS ws, v.aspect, v.key, v.value FROM provisioned v JOIN ident i ON i.tenant = $1 AND i.guid = v.ws
		WHERE v.tenant = $2 AND (v.at < (SELECT max(started) FROM scan WHERE tenant = $1 AND id <= $3 AND published IS NOT NULL AND kind <> 'targeted')
			OR EXISTS (SELECT 1 FROM workspace_touch t WHERE t.tenant = $1 AND t.ws = i.id AND t.scan IN (SELECT s.id FROM scan s WHERE s.tenant = $1 AND s.id <= $3 AND s.started > v.at))))
	SELECT p.ws, p.aspect, '', p.value, w.name FROM p JOIN workspace w ON w.ws = p.ws AND %[1]s
	WHERE p.aspect = 'name' AND w.name <> p.value
	UNION ALL
	SELECT p.ws, p.aspect, '', coalesce((SELECT c.name FROM capacity c JOIN ident ci ON ci.id = c.capacity WHERE ci.tenant = $1 AND ci.guid = p.value AND %[3]s), p.value),
		coalesce((SELECT c.name FROM capacity c WHERE c.capacity = w.capacity AND %[3]s), n.guid, '')
	FROM p JOIN workspace w ON w.ws = p.ws AND %[1]s LEFT JOIN ident n ON n.id = w.capacity
	WHERE p.aspect = 'capacity' AND coalesce(n.guid, '') <> p.value
	UNION ALL
	SELECT p.ws, p.aspect, coalesce((SELECT pr.name FROM principal pr WHERE pr.principal = k.id ORDER BY pr.from_scan DESC LIMIT 1), p.key), p.value, coalesce(g.role, '')
	FROM p JOIN workspace w ON w.ws = p.ws AND %[1]s LEFT JOIN ident k ON k.tenant = $1 AND k.guid = p.key
	LEFT JOIN access_grant g ON g.ws = p.ws AND g.object = p.ws AND g.principal = k.id AND %[2]s
	WHERE p.aspect = 'role' AND w.users_known = 1 AND w.state = 'Active' AND coalesce(g.role, '') <> p.value
	ORDER BY 1, 2, 3`

// readOtherwise finds what somebody changed of what requests had made.
func (f *Facts) readOtherwise(ctx context.Context) error {
	err := f.rows(ctx, `SELECT i.id FROM provisioned v JOIN ident i ON i.tenant = $1 AND i.guid = v.ws WHERE v.tenant = $2 AND v.aspect = 'name' AND v.at > $3`,
		func(rows *sql.Rows) error {
			var ws int64
			err := rows.Scan(&ws)
			f.fresh[ws] = true
			return err
		}, f.view.Tenant, f.view.TenantName, Millis(f.view.Taken.Add(-freshFor)))
	if err != nil {
		return err
	}
	query := fmt.Sprintf(otherwise, f.view.Visible("w"), f.view.Visible("g"), f.view.Visible("c"))
	return f.rows(ctx, query, func(rows *sql.Rows) error {
		var ws int64
		var aspect, who, asked, now string
		if err := rows.Scan(&ws, &aspect, &who, &asked, &now); err != nil {
			return err
		}
		f.otherwise[ws] = append(f.otherwise[ws], otherwiseSays(aspect, who, asked, now))
		return nil
	}, f.view.Tenant, f.view.TenantName, f.view.Scan)
}

// touchedByRuns finds the workspaces of which a run has made something since
// the earlier scan began: also when somebody has taken it back before the scan
// looked, and so nothing seems to have changed.
func (f *Facts) touchedByRuns(ctx context.Context, since int64, t *Touched) error {
	return f.collect(ctx, t.Workspaces, `SELECT i.id FROM provisioned v JOIN ident i ON i.tenant = $1 AND i.guid = v.ws
		WHERE v.tenant = $2 AND v.at >= (SELECT started FROM scan WHERE id = $3)`, f.view.Tenant, f.view.TenantName, since)
}

func otherwiseSays(aspect, who, asked, now string) string {
	or := func(text, none string) string {
		if text == "" {
			return none
		}
		return text
	}
	switch aspect {
	case "name":
		return fmt.Sprintf("it was to be called %s and is called %s", asked, now)
	case "capacity":
		return fmt.Sprintf("it was to be on %s and is on %s", or(asked, "shared capacity"), or(now, "shared capacity"))
	}
	return fmt.Sprintf("%s was to have %s and has %s", who, or(asked, "no role"), or(now, "no role"))
}

// otherwiseOf is what a workspace's rules may know of it.
func (f *Facts) otherwiseOf(w *policy.Workspace) {
	w.Otherwise, w.Fresh = f.otherwise[w.Num], f.fresh[w.Num]
}

// freshFor is how long a workspace that the portal made counts as new.
const freshFor = 30 * 24 * time.Hour

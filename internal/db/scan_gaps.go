package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

// ReasonNotListed is the gap of a workspace that a full listing lacked and
// that is kept until a second full listing lacks it, too.
const ReasonNotListed = "missing from Microsoft's list of workspaces; kept until a second full scan agrees"

// Gap is a workspace that a scan knows it did not see.
type Gap struct {
	WorkspaceID string
	// Reason is a sentence for people.
	Reason string
	// LastSeen is the scan that saw it last, 0 when none did.
	LastSeen int64
}

// ReplaceGaps makes the gaps of a running scan be these.
func (d *DB) ReplaceGaps(ctx context.Context, tenantID, scan int64, gaps []Gap) error {
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM scan_gap WHERE scan = $1`, scan); err != nil {
			return err
		}
		for _, g := range gaps {
			if _, err := tx.ExecContext(ctx, `INSERT INTO ident (tenant, guid) VALUES ($1, $2)
				ON CONFLICT (tenant, guid) DO NOTHING`, tenantID, g.WorkspaceID); err != nil {
				return err
			}
			var last any
			if g.LastSeen != 0 {
				last = g.LastSeen
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO scan_gap (scan, ws, reason, last_seen)
				SELECT $1, id, $4, $5 FROM ident WHERE tenant = $2 AND guid = $3
				ON CONFLICT (scan, ws) DO UPDATE SET reason = excluded.reason, last_seen = excluded.last_seen`,
				scan, tenantID, g.WorkspaceID, g.Reason, last); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("gaps of scan %d: %w", scan, err)
	}
	return nil
}

// Gaps returns the gaps of a scan.
func (r *Reader) Gaps(ctx context.Context, scan int64) ([]Gap, error) {
	rows, err := r.Query(ctx, `SELECT i.guid, g.reason, coalesce(g.last_seen, 0) FROM scan_gap g JOIN ident i ON i.id = g.ws
		WHERE g.scan = $1 ORDER BY g.ws`, scan)
	if err != nil {
		return nil, fmt.Errorf("gaps of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	var all []Gap
	for rows.Next() {
		var g Gap
		if err := rows.Scan(&g.WorkspaceID, &g.Reason, &g.LastSeen); err != nil {
			return nil, fmt.Errorf("gaps of scan %d: %w", scan, classify(err))
		}
		all = append(all, g)
	}
	return all, classify(rows.Err())
}

// OpenWorkspaces calls fn with the id of every workspace that is known now,
// the running scan's findings included.
func (r *Reader) OpenWorkspaces(ctx context.Context, tenantID int64, fn func(id string) error) error {
	rows, err := r.Query(ctx, `SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws
		WHERE w.tenant = $1 AND w.to_scan IS NULL`, tenantID)
	if err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("list workspaces: %w", classify(err))
		}
		if err := fn(id); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// EndWorkspace closes a workspace that is gone for certain, and everything in
// it.
func (in *Ingest) EndWorkspace(ctx context.Context, id string) error {
	return in.within(ctx, "end of workspace "+id, func() error {
		clear(in.local)
		ws, _, err := in.idents.number(&in.bulk, id, false)
		if err != nil {
			return err
		}
		in.touching = ws
		defer func() { in.touching = 0 }()
		for _, h := range []*history{grantHistory, edgeHistory, itemHistory, unusedHistory, workspaceHistory} {
			if err := in.sync(ctx, h, wish{}, ws); err != nil {
				return err
			}
		}
		return nil
	})
}

// Figures counts the current state, the running scan's findings included, for
// the overview and its trends.
func (r *Reader) Figures(ctx context.Context, tenantID int64) (map[string]int64, error) {
	figures := map[string]int64{}
	for _, q := range figureQueries {
		rows, err := r.Query(ctx, q, tenantID)
		if err != nil {
			return nil, fmt.Errorf("count figures: %w", err)
		}
		for rows.Next() {
			var name string
			var n int64
			if err := rows.Scan(&name, &n); err != nil {
				_ = rows.Close()
				return nil, fmt.Errorf("count figures: %w", classify(err))
			}
			figures[name] = n
		}
		err = rows.Err()
		_ = rows.Close()
		if err != nil {
			return nil, fmt.Errorf("count figures: %w", classify(err))
		}
	}
	return figures, nil
}

// figureQueries give a name and a count for the tenant $1. App copies are
// left out wherever items are counted.
var figureQueries = []string{
	`SELECT 'workspaces', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'workspaces.state.' || state, count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL GROUP BY state`,
	`SELECT 'workspaces.kind.' || kind, count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL GROUP BY kind`,
	`SELECT 'workspaces.active', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND state = '` + string(tenant.StateActive) + `'`,
	`SELECT 'workspaces.personal', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND kind = '` + string(tenant.KindPersonal) + `'`,
	`SELECT 'workspaces.orphaned', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND users_known = 1 AND admins = 0
		AND state = '` + string(tenant.StateActive) + `' AND kind <> '` + string(tenant.KindPersonal) + `'`,
	`SELECT 'workspaces.dedicated', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND dedicated = 1`,
	`SELECT 'workspaces.without-domain', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND domain IS NULL`,
	`SELECT 'workspaces.with-guests', count(*) FROM workspace WHERE tenant = $1 AND to_scan IS NULL AND guests > 0`,
	`SELECT 'grants.workspace', coalesce(sum(grants), 0) FROM workspace WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'items', coalesce(sum(items), 0) FROM workspace WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'items.' || kind, count(*) FROM item WHERE tenant = $1 AND to_scan IS NULL AND (app IS NULL OR original IS NULL) GROUP BY kind`,
	`SELECT 'items.labelled', count(*) FROM item WHERE tenant = $1 AND to_scan IS NULL AND (app IS NULL OR original IS NULL) AND label <> ''`,
	`SELECT 'items.endorsed.' || endorsement, count(*) FROM item WHERE tenant = $1 AND to_scan IS NULL AND endorsement <> '' GROUP BY endorsement`,
	`SELECT 'items.app-copies', count(*) FROM item WHERE tenant = $1 AND to_scan IS NULL AND app IS NOT NULL AND original IS NOT NULL`,
	`SELECT 'grants.item', coalesce(sum(shares), 0) FROM item WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'grants.guest', count(*) FROM principal p JOIN access_grant g ON g.principal = p.principal
		WHERE p.tenant = $1 AND p.to_scan IS NULL AND p.guest = 1 AND p.kind = 'User' AND g.to_scan IS NULL`,
	`SELECT 'grants.everyone', count(*) FROM principal p JOIN access_grant g ON g.principal = p.principal
		WHERE p.tenant = $1 AND p.to_scan IS NULL AND p.kind = 'None' AND g.to_scan IS NULL`,
	`SELECT 'principals.' || kind, count(*) FROM principal WHERE tenant = $1 AND to_scan IS NULL GROUP BY kind`,
	`SELECT 'principals.guests', count(*) FROM principal WHERE tenant = $1 AND to_scan IS NULL AND kind = 'User' AND guest = 1`,
	`SELECT 'principals.disabled', count(*) FROM principal WHERE tenant = $1 AND to_scan IS NULL AND enabled = 0`,
	`SELECT 'principals.gone', count(*) FROM principal WHERE tenant = $1 AND to_scan IS NULL AND gone = 1`,
	`SELECT 'links.' || link, count(*) FROM wide_link WHERE tenant = $1 AND to_scan IS NULL GROUP BY link`,
	`SELECT 'capacities', count(*) FROM capacity WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'apps', count(*) FROM app WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'pipelines', count(*) FROM pipeline WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'refreshables', count(*) FROM refreshable WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'refreshables.failing', count(*) FROM refreshable WHERE tenant = $1 AND to_scan IS NULL AND failures > 0`,
	`SELECT 'datasources', count(*) FROM datasource WHERE tenant = $1 AND to_scan IS NULL`,
}

package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

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
	if err := r.itemFigures(ctx, tenantID, figures); err != nil {
		return nil, fmt.Errorf("count items: %w", classify(err))
	}
	return figures, nil
}

// itemFigures counts the items in one pass: there may be a million of them.
func (r *Reader) itemFigures(ctx context.Context, tenantID int64, figures map[string]int64) error {
	rows, err := r.Query(ctx, `SELECT kind, endorsement, label <> '', app IS NOT NULL AND original IS NOT NULL, count(*), sum(shares)
		FROM item WHERE tenant = $1 AND to_scan IS NULL GROUP BY 1, 2, 3, 4`, tenantID)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	figures["items.labelled"], figures["items.app-copies"], figures["grants.item"] = 0, 0, 0
	for rows.Next() {
		var kind, endorsement string
		var labelled, appCopy bool
		var n, shares int64
		if err := rows.Scan(&kind, &endorsement, &labelled, &appCopy, &n, &shares); err != nil {
			return err
		}
		figures["grants.item"] += shares
		if appCopy {
			figures["items.app-copies"] += n
			continue
		}
		figures["items."+kind] += n
		if labelled {
			figures["items.labelled"] += n
		}
		if endorsement != "" {
			figures["items.endorsed."+endorsement] += n
		}
	}
	return rows.Err()
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
	// What needs somebody: the first page shows these, and must not count them.
	`SELECT 'leavers', count(*) FROM principal WHERE tenant = $1 AND to_scan IS NULL AND kind = 'User' AND (gone = 1 OR enabled = 0)`,
	`SELECT 'leavers.rights', count(*) FROM principal p CROSS JOIN access_grant g
		WHERE p.tenant = $1 AND p.to_scan IS NULL AND p.kind = 'User' AND (p.gone = 1 OR p.enabled = 0) AND g.principal = p.principal AND g.to_scan IS NULL`,
	`SELECT 'guests.admins', count(*) FROM principal p CROSS JOIN access_grant g
		WHERE p.tenant = $1 AND p.to_scan IS NULL AND p.kind = 'User' AND p.guest = 1
			AND g.principal = p.principal AND g.object = g.ws AND g.role = 'Admin' AND g.to_scan IS NULL`,
	`SELECT 'unused.listed', count(*) FROM unused_item WHERE tenant = $1 AND to_scan IS NULL`,
	`SELECT 'capacities.suspended', count(*) FROM capacity WHERE tenant = $1 AND to_scan IS NULL AND state <> 'Active'`,
	`SELECT 'sources.misconfigured', count(*) FROM datasource WHERE tenant = $1 AND to_scan IS NULL AND misconfigured = 1`,
}

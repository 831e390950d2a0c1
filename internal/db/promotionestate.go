package db

import (
	"context"
	"database/sql"
	"errors"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
)

// mostContent bounds what is read of a stage: a deployment carries 300 items,
// and a workspace holds 1,000 (api guide, sections 6.2 and 8).
const mostContent = 1001

// route loads what stands on the two stages of a route.
func (l *estateLoader) route(ctx context.Context, r request.RouteRef) error {
	for _, s := range l.e.Pipelines[r.Pipeline].Stages {
		if (s.Order == r.From || s.Order == r.To) && s.WorkspaceID != "" {
			id := request.NewID(s.WorkspaceID)
			if err := errors.Join(l.content(ctx, id), l.capacity(ctx, request.NewID(l.e.Workspaces[id].CapacityID))); err != nil {
				return err
			}
		}
	}
	return nil
}

// content loads the items of a workspace with what each is made from.
func (l *estateLoader) content(ctx context.Context, workspace request.ID) error {
	if _, done := l.e.Content[workspace]; done {
		return nil
	}
	var ws int64
	if err := l.q.QueryRowContext(ctx, `SELECT id FROM ident WHERE tenant = $1 AND guid = $2`, l.v.Tenant, string(workspace)).Scan(&ws); err != nil {
		return ignoreNoRows(err)
	}
	items, err := list(ctx, l.q, readContent, `SELECT i.guid, x.kind, x.name, x.modified, coalesce(m.guid, ''), x.configured_by, x.endorsement, x.label, x.report_type
		FROM item x JOIN ident i ON i.id = x.item LEFT JOIN ident m ON m.id = x.model
		WHERE x.ws = $1 AND x.app IS NULL AND `+l.v.Visible("x")+` ORDER BY x.kind, x.name_key, i.guid LIMIT $2`, ws, mostContent)
	if err != nil {
		return err
	}
	needs, err := list(ctx, l.q, func(rows *sql.Rows) (n [2]string, err error) { return n, rows.Scan(&n[0], &n[1]) },
		`SELECT d.guid, u.guid FROM edge e JOIN ident d ON d.id = e.downstream JOIN ident u ON u.id = e.upstream
		WHERE e.ws = $1 AND e.kind IN ('model', 'tile', 'tile-model', 'upstream', 'relation') AND `+l.v.Visible("e")+` ORDER BY 1, 2`, ws)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i := range items {
		at[items[i].ID] = i
	}
	for _, n := range needs {
		if i, ok := at[n[0]]; ok {
			items[i].Needs = append(items[i].Needs, n[1])
		}
	}
	l.e.Content[workspace] = items
	return nil
}

func readContent(rows *sql.Rows) (it promotion.Item, err error) {
	var modified sql.NullInt64
	var owner, label, report string
	err = rows.Scan(&it.ID, &it.Kind, &it.Name, &modified, &it.Model, &owner, &it.Endorsement, &label, &report)
	it.Owner = policy.KnownIf(owner, owner != "")
	it.Modified = timeOf(modified)
	it.Paginated = report == "PaginatedReport"
	it.Label = policy.Known(label)
	return it, err
}

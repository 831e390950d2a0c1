package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/ledger"
	"steward/internal/refreshplan"
	"steward/internal/request"
)

// PlanRows are the nodes of a plan as a run begins with them: each with the
// capacity that its workspace was on when last seen, empty when shared.
func (t *Tx) PlanRows(ctx context.Context, tenantName string, p *refreshplan.Plan) ([]PlanNode, error) {
	var out []PlanNode
	for _, n := range p.Nodes {
		row := PlanNode{Name: n.Name, Kind: n.Kind, Workspace: n.Workspace, Item: n.Item}
		err := t.QueryRowContext(ctx, `SELECT coalesce(c.guid, '') FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $2
			JOIN workspace w ON w.ws = i.id AND w.to_scan IS NULL LEFT JOIN ident c ON c.id = w.capacity WHERE t.name = $1`, tenantName, n.Workspace).Scan(&row.Capacity)
		if ignoreNoRows(err) != nil {
			return nil, fmt.Errorf("capacity of %s: %w", n.Name, classify(err))
		}
		out = append(out, row)
	}
	return out, nil
}

// BeginPlan writes down a run of a plan with its nodes, and the entry that says
// who began it. Nodes of the run before that ended well are taken over. Conflict
// when the plan runs already or has another version.
func (t *Tx) BeginPlan(ctx context.Context, run PlanRun, plan *refreshplan.Plan, before []PlanNode, e ledger.Entry) error {
	rows, err := t.PlanRows(ctx, run.Tenant, plan)
	if err != nil {
		return err
	}
	for i, row := range rows {
		at := slices.IndexFunc(before, func(n PlanNode) bool { return n.Name == row.Name })
		if at >= 0 && (before[at].Phase == refreshplan.Done || before[at].Phase == refreshplan.Skipped) {
			rows[i].Status, rows[i].Finished = before[at].Status, before[at].Finished
			rows[i].Reason = strings.TrimSpace("Ended in the run before. " + before[at].Reason)
		}
	}
	if err := t.StartPlanRun(ctx, run, rows); err != nil {
		return err
	}
	return t.Record(ctx, e)
}

// LineageOf returns the models and dataflows of a workspace, or one by its id,
// with all that they are made from, as the last scan saw them.
func (r *Reader) LineageOf(ctx context.Context, v View, of string) (chosen []string, all map[string]refreshplan.Found, err error) {
	all = map[string]refreshplan.Found{}
	rows, err := list(ctx, r.pool, scanFound, `WITH RECURSIVE wanted (item) AS (
			SELECT x.item FROM ident w JOIN item x ON x.ws = w.id OR x.item = w.id WHERE w.tenant = $1 AND w.guid = $2 AND x.kind IN ('dataset', 'dataflow') AND `+v.Visible("x")+`
			UNION SELECT e.upstream FROM wanted d JOIN edge e ON e.downstream = d.item AND e.kind = 'upstream' AND `+v.Visible("e")+`)
		`+foundColumns+` FROM wanted q JOIN item x ON x.item = q.item AND x.kind IN ('dataset', 'dataflow') AND `+v.Visible("x")+foundJoins(v)+` ORDER BY x.name, i.guid`, v.Tenant, fold(of))
	if err != nil {
		return nil, nil, fmt.Errorf("lineage of %s: %w", of, err)
	}
	for _, f := range rows {
		if f.Upstream, err = r.upstreamOf(ctx, v, f.ID); err != nil {
			return nil, nil, err
		}
		if all[f.ID] = f; f.Workspace == fold(of) || f.ID == fold(of) {
			chosen = append(chosen, f.ID)
		}
	}
	return chosen, all, nil
}

const foundColumns = `SELECT i.guid, wi.guid, coalesce(w.name, ''), x.name, x.kind, x.storage_mode, x.provider`

func foundJoins(v View) string {
	return ` JOIN ident i ON i.id = x.item JOIN ident wi ON wi.id = x.ws LEFT JOIN workspace w ON w.ws = x.ws AND ` + v.Visible("w")
}

func scanFound(rows *sql.Rows) (f refreshplan.Found, err error) {
	var kind, mode, provider string
	err = rows.Scan(&f.ID, &f.Workspace, &f.WorkspaceName, &f.Name, &kind, &mode, &provider)
	f.Kind, f.Refreshable = refreshplan.Model, mode != "DirectQuery" && !strings.Contains(provider, "LiveConnection") && !strings.Contains(provider, "UsageMetrics")
	if kind == "dataflow" {
		f.Kind, f.Refreshable = refreshplan.Dataflow, true
	}
	return f, err
}

func (r *Reader) upstreamOf(ctx context.Context, v View, item string) ([]string, error) {
	ids, err := list(ctx, r.pool, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT u.guid FROM ident i JOIN edge e ON e.downstream = i.id AND e.kind = 'upstream' AND `+v.Visible("e")+` JOIN ident u ON u.id = e.upstream WHERE i.tenant = $1 AND i.guid = $2 ORDER BY u.guid`, v.Tenant, item)
	if err != nil {
		return nil, fmt.Errorf("upstream of %s: %w", item, err)
	}
	return ids, nil
}

// refreshPlans loads what a change of a refresh plan needs.
func (l *estateLoader) refreshPlans(ctx context.Context, refs request.Refs) error {
	if refs.RefreshPlans {
		plans, err := plansOf(ctx, l.q, l.v.TenantName)
		if err != nil {
			return err
		}
		for _, p := range plans {
			l.e.RefreshPlans = append(l.e.RefreshPlans, request.Planned{ID: p.ID, Name: p.Name, Version: p.Version, YAML: p.YAML})
		}
	}
	for _, id := range refs.Refreshed {
		found, err := list(ctx, l.q, scanFound, foundColumns+` FROM ident q JOIN item x ON x.item = q.id AND `+l.v.Visible("x")+foundJoins(l.v)+` WHERE q.tenant = $1 AND q.guid = $2`, l.v.Tenant, string(id))
		if err != nil {
			return err
		}
		for _, f := range found {
			l.e.Refreshed[request.NewID(f.ID)] = f
		}
	}
	return nil
}

// CountActivity counts what the activity log knows of an item since a moment,
// up to most; an empty name counts every activity.
func (r *Reader) CountActivity(ctx context.Context, tenantName, item, name string, since time.Time, most int64) (n int64, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $2
		JOIN activity a ON a.item = i.id AND a.at >= $4 WHERE t.name = $1 AND ($3 = '' OR a.activity = $3) LIMIT $5)`,
		tenantName, item, name, Millis(since), most).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("activity of %s: %w", item, classify(err))
	}
	return n, nil
}

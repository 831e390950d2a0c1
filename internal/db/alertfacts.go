package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"steward/internal/alert"
	"steward/internal/refresh"
	"steward/internal/refreshplan"
)

// AlertModels returns the models and dataflows of a view about which there may
// be something to warn of.
func (r *Reader) AlertModels(ctx context.Context, v View) ([]alert.Model, error) {
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (alert.Model, error) { return scanAlertModel(rows, v.TenantName) }, `SELECT n.guid, wn.guid, h.name, w.name, `+ownerAddress(v)+`, h.owner, h.owner_gone, h.state, h.success, h.failed, h.completed,
			h.slower, h.median_s, h.advice
		FROM refresh_health h JOIN ident n ON n.id = h.item JOIN ident wn ON wn.id = h.ws
		JOIN item i ON i.item = h.item AND `+v.Visible("i")+` JOIN workspace w ON w.ws = h.ws AND `+v.Visible("w")+`
		WHERE h.tenant = $1 AND (h.advised > 0 OR h.success < 1 OR h.slower > 1)`, v.Tenant)
	if err != nil {
		return nil, fmt.Errorf("models to warn of: %w", err)
	}
	return all, nil
}

func scanAlertModel(rows *sql.Rows, tenantName string) (m alert.Model, err error) {
	var ws, by, owner, advice string
	var gone bool
	var success, slower, median sql.NullFloat64
	var completed int
	if err := rows.Scan(&m.ID, &m.Workspace, &m.Name, &ws, &by, &owner, &gone, &m.State, &success, &m.Failed, &completed, &slower, &median, &advice); err != nil {
		return m, err
	}
	m.Thing = alert.Thing{Tenant: tenantName, Workspaces: []string{ws}, Owners: []string{by, owner}}
	if !gone {
		m.Owner = addressOf(by)
	}
	m.Success, m.Ended, m.Slower = success.Float64, m.Failed+completed, slower.Float64
	m.Median = time.Duration(median.Float64 * float64(time.Second))
	return m, json.Unmarshal([]byte(advice), &m.Advice)
}

// ownerAddress is the address of whoever configured an item, or what Microsoft
// calls them where no person is known by it.
func ownerAddress(v View) string {
	return `coalesce((SELECT nullif(p.address, '') FROM principal p WHERE p.tenant = i.tenant AND i.configured_by <> '' AND ` + v.Visible("p") + `
		AND (p.principal = (SELECT o.id FROM ident o WHERE o.tenant = i.tenant AND o.guid = lower(i.configured_by)) OR p.address = i.configured_by) LIMIT 1), i.configured_by)`
}

// addressOf is a name under which something was configured if one can write to
// it: applications have none.
func addressOf(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	return ""
}

// lookedRuns is how many runs of a plan are looked at.
const lookedRuns = 20

// AlertPlans returns the plans of a view with what is known of their runs. A
// plan that cannot be read is left out: its page says so.
func (r *Reader) AlertPlans(ctx context.Context, v View) ([]alert.Plan, error) {
	stored, err := r.RefreshPlans(ctx, v.TenantName)
	if err != nil {
		return nil, err
	}
	var out []alert.Plan
	for _, s := range stored {
		p := alert.Plan{ID: s.ID, Name: s.Name, Changed: s.Changed, Thing: alert.Thing{Tenant: v.TenantName}}
		if p.Plan, err = s.Plan(); err != nil {
			continue
		}
		if err := r.alertRuns(ctx, v, &p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (r *Reader) alertRuns(ctx context.Context, v View, p *alert.Plan) error {
	runs, err := r.PlanRuns(ctx, p.ID, lookedRuns)
	if err != nil {
		return err
	}
	for i, run := range runs {
		one := alert.Run{ID: run.ID, State: run.State, Started: run.Started, Finished: run.Finished, Waits: run.Waits}
		if i == 0 {
			nodes, err := r.PlanNodes(ctx, run.ID)
			if err != nil {
				return err
			}
			count(&one, nodes)
		}
		p.Runs = append(p.Runs, one)
	}
	return r.alertEnds(ctx, v, p)
}

func count(run *alert.Run, nodes []PlanNode) {
	for _, n := range nodes {
		switch n.Phase {
		case refreshplan.Failed:
			run.Failed++
		case refreshplan.Lost:
			if run.Kept++; run.Why == "" {
				run.Why = n.Reason
			}
		}
	}
}

// alertEnds reads how each node ended last, and where it is.
func (r *Reader) alertEnds(ctx context.Context, v View, p *alert.Plan) error {
	seen := map[string]bool{}
	var workspaces, owners []string
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (e alert.NodeEnd, err error) {
		return e, rows.Scan(&e.Name, &e.Run, &e.Phase, &e.Reason, &e.Workspace, &e.Owner)
	}, `SELECT n.name, n.run, n.phase, n.reason, coalesce((SELECT w.name FROM ident x JOIN workspace w ON w.ws = x.id AND `+v.Visible("w")+` WHERE x.tenant = $2 AND x.guid = n.ws), ''),
			coalesce((SELECT `+ownerAddress(v)+` FROM ident x JOIN item i ON i.item = x.id AND `+v.Visible("i")+` WHERE x.tenant = $2 AND x.guid = n.item), '')
		FROM (SELECT id, started FROM plan_run WHERE plan = $1 ORDER BY started DESC, id LIMIT $3) r CROSS JOIN plan_node n
		WHERE n.run = r.id AND n.phase IN ('done', 'failed') ORDER BY r.started DESC, r.id, n.seq`, p.ID, v.Tenant, lookedRuns)
	if err != nil {
		return fmt.Errorf("ends of plan %s: %w", p.ID, err)
	}
	for _, e := range all {
		if seen[e.Name] {
			continue
		}
		seen[e.Name] = true
		workspaces, owners = append(workspaces, e.Workspace), append(owners, e.Owner)
		e.Owner = addressOf(e.Owner)
		p.Ends = append(p.Ends, e)
	}
	p.Workspaces, p.Owners = workspaces, owners
	return nil
}

// AssessedState says how the health of an item is judged, and whether the item is
// there at all; the state is empty where it was not judged yet.
func (r *Reader) AssessedState(ctx context.Context, v View, item int64) (state refresh.State, there bool, err error) {
	err = r.QueryRow(ctx, `SELECT coalesce((SELECT h.state FROM refresh_health h WHERE h.item = $1), ''), EXISTS (SELECT 1 FROM item i WHERE i.item = $1 AND `+v.Visible("i")+`)`, item).Scan(&state, &there)
	if err != nil {
		return "", false, fmt.Errorf("health of item %d: %w", item, classify(err))
	}
	return state, there, nil
}

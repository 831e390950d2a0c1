package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/refreshplan"
	"steward/internal/tenant"
)

// RefreshPlan is a plan as it is agreed now.
type RefreshPlan struct {
	// ID is that of the request that made it, Tenant the configured name.
	ID, Tenant, Name string
	Version          int64
	YAML             string
	Made, Changed    time.Time
	// Ended is when it was deleted, zero while it is there.
	Ended time.Time
	// Looked: moments of its schedule until here were dealt with.
	Looked time.Time
}

// Plan reads the plan itself. What is stored was sound when it was agreed to.
func (p RefreshPlan) Plan() (refreshplan.Plan, error) {
	plan, problems := refreshplan.Parse([]byte(p.YAML))
	if len(problems) > 0 {
		return plan, fmt.Errorf("plan %s, version %d: %w", p.ID, p.Version, problems[0])
	}
	return plan, nil
}

// PlanVersion is one version of a plan.
type PlanVersion struct {
	Version             int64
	YAML                string
	Request, By, Reason string
	At                  time.Time
}

const refreshPlanColumns = `p.id, p.tenant, p.name, p.version, v.yaml, p.made, p.changed, p.ended, p.looked
	FROM refresh_plan p JOIN refresh_plan_version v ON v.plan = p.id AND v.version = p.version`

func scanRefreshPlan(row interface{ Scan(...any) error }) (p RefreshPlan, err error) {
	var made, changed, looked int64
	var ended sql.NullInt64
	err = row.Scan(&p.ID, &p.Tenant, &p.Name, &p.Version, &p.YAML, &made, &changed, &ended, &looked)
	p.Made, p.Changed, p.Ended, p.Looked = Time(made), Time(changed), timeOf(ended), Time(looked)
	return p, err
}

func noRefreshPlan(id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "There is no refresh plan %s.", id)
	}
	return fmt.Errorf("refresh plan %s: %w", id, classify(err))
}

// RefreshPlan returns a plan, also a deleted one; NotFound when there is none.
func (r *Reader) RefreshPlan(ctx context.Context, id string) (RefreshPlan, error) {
	p, err := scanRefreshPlan(r.QueryRow(ctx, `SELECT `+refreshPlanColumns+` WHERE p.id = $1`, id))
	if err != nil {
		return p, noRefreshPlan(id, err)
	}
	return p, nil
}

// RefreshPlans returns the plans of a tenant that are not deleted, by name.
func (r *Reader) RefreshPlans(ctx context.Context, tenantName string) ([]RefreshPlan, error) {
	return plansOf(ctx, r.pool, tenantName)
}

// PlansOf returns the plans of a tenant that are not deleted, as the transaction
// sees them.
func (t *Tx) PlansOf(ctx context.Context, tenantName string) ([]RefreshPlan, error) {
	return plansOf(ctx, t, tenantName)
}

func plansOf(ctx context.Context, q asker, tenantName string) ([]RefreshPlan, error) {
	all, err := list(ctx, q, func(rows *sql.Rows) (RefreshPlan, error) { return scanRefreshPlan(rows) },
		`SELECT `+refreshPlanColumns+` WHERE p.tenant = $1 AND p.ended IS NULL ORDER BY p.name_key, p.id`, tenantName)
	if err != nil {
		return nil, fmt.Errorf("refresh plans of %s: %w", tenantName, err)
	}
	return all, nil
}

// PlanVersions returns the versions of a plan, newest first.
func (r *Reader) PlanVersions(ctx context.Context, plan string) ([]PlanVersion, error) {
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (v PlanVersion, err error) {
		var at int64
		err = rows.Scan(&v.Version, &v.YAML, &v.Request, &v.By, &v.Reason, &at)
		v.At = Time(at)
		return v, err
	}, `SELECT version, yaml, request, by_name, reason, at FROM refresh_plan_version WHERE plan = $1 ORDER BY version DESC`, plan)
	if err != nil {
		return nil, fmt.Errorf("versions of plan %s: %w", plan, err)
	}
	return all, nil
}

// PutRefreshPlan writes a version that was agreed to: of a new plan when was is
// zero, else the one after was. An empty text deletes the plan. Conflict when
// somebody changed it since, or another plan has the name.
func (t *Tx) PutRefreshPlan(ctx context.Context, p RefreshPlan, was int64, v PlanVersion) error {
	p.Version = was + 1
	var err error
	var res sql.Result
	switch {
	case was == 0:
		res, err = t.ExecContext(ctx, `INSERT INTO refresh_plan (id, tenant, name, name_key, version, made, changed, looked) VALUES ($1, $2, $3, $4, 1, $5, $5, $5)`,
			p.ID, p.Tenant, p.Name, tenant.Fold(p.Name), t.Millis())
	case v.YAML == "":
		res, err = t.ExecContext(ctx, `UPDATE refresh_plan SET version = $3, changed = $4, ended = $4 WHERE id = $1 AND version = $2 AND ended IS NULL`, p.ID, was, p.Version, t.Millis())
	default:
		res, err = t.ExecContext(ctx, `UPDATE refresh_plan SET name = $3, name_key = $4, version = $5, changed = $6, looked = $6 WHERE id = $1 AND version = $2 AND ended IS NULL`,
			p.ID, was, p.Name, tenant.Fold(p.Name), p.Version, t.Millis())
	}
	if err = classify(err); fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "Another refresh plan of this tenant is called %s.", p.Name)
	} else if err != nil {
		return fmt.Errorf("refresh plan %s: %w", p.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "This refresh plan was changed or deleted in the meantime.")
	}
	if err := t.planPlaces(ctx, p, v.YAML); err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `INSERT INTO refresh_plan_version (plan, version, yaml, request, by_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.Version, v.YAML, v.Request, v.By, v.Reason, t.Millis()); err != nil {
		return fmt.Errorf("version of plan %s: %w", p.ID, classify(err))
	}
	return nil
}

// planPlaces writes down the workspaces that a version is about.
func (t *Tx) planPlaces(ctx context.Context, p RefreshPlan, text string) error {
	plan, _ := refreshplan.Parse([]byte(text))
	for _, n := range plan.Nodes {
		for _, ws := range n.Places() {
			if _, err := t.ExecContext(ctx, `INSERT INTO refresh_plan_place (plan, ws) SELECT $1, i.id FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $3 WHERE t.name = $2
				ON CONFLICT (plan, ws) DO NOTHING`, p.ID, p.Tenant, ws); err != nil {
				return fmt.Errorf("places of plan %s: %w", p.ID, classify(err))
			}
		}
	}
	return nil
}

// PlanLooked notes that moments of a plan's schedule until then were dealt with.
func (t *Tx) PlanLooked(ctx context.Context, plan string, until time.Time) error {
	_, err := t.ExecContext(ctx, `UPDATE refresh_plan SET looked = $2 WHERE id = $1 AND looked < $2`, plan, Millis(until))
	return classify(err)
}

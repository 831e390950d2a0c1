package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/alert"
	"steward/internal/quiet"
	"steward/internal/tenant"
)

// Alert is one alert as it is kept.
type Alert struct {
	ID, Tenant int64
	Kind       alert.Kind
	Key, Name  string
	// Workspace and Item are numbers; 0 for a plan as a whole.
	Workspace, Item    int64
	Plan, Reason, Link string
	Opened             time.Time
	// Ended is zero while it stands; Told and ToldOver are when somebody was told
	// that it stands, and that it is over.
	Ended, Told, ToldOver time.Time
	EndWhy, Untold        string
	Quiet                 quiet.Hours
}

const alertColumns = `id, tenant, kind, key, name, ws, item, plan, reason, link, opened, ended, told, told_over, end_why, untold, quiet_from, quiet_to, zone FROM alert`

func scanAlert(rows *sql.Rows) (a Alert, err error) {
	var opened int64
	var ended, told, over sql.NullInt64
	err = rows.Scan(&a.ID, &a.Tenant, &a.Kind, &a.Key, &a.Name, &a.Workspace, &a.Item, &a.Plan, &a.Reason, &a.Link, &opened, &ended, &told, &over, &a.EndWhy, &a.Untold,
		&a.Quiet.From, &a.Quiet.To, &a.Quiet.Zone)
	a.Opened, a.Ended, a.Told, a.ToldOver = Time(opened), timeOf(ended), timeOf(told), timeOf(over)
	return a, err
}

func alerts(ctx context.Context, q asker, where string, args ...any) ([]Alert, error) {
	all, err := list(ctx, q, scanAlert, `SELECT `+alertColumns+` WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("alerts: %w", err)
	}
	return all, nil
}

// StandingAlerts returns the alerts of a tenant that stand.
func (t *Tx) StandingAlerts(ctx context.Context, tenantID int64) ([]Alert, error) {
	return alerts(ctx, t, `tenant = $1 AND ended IS NULL ORDER BY id`, tenantID)
}

// AlertsOver returns the alerts that are over while those who were told that
// they stand do not know it yet.
func (t *Tx) AlertsOver(ctx context.Context, tenantID int64) ([]Alert, error) {
	return alerts(ctx, t, `tenant = $1 AND ended IS NOT NULL AND told IS NOT NULL AND told_over IS NULL ORDER BY id`, tenantID)
}

// AlertsOfItem returns the alerts that stand about a model or dataflow.
func (r *Reader) AlertsOfItem(ctx context.Context, item int64) ([]Alert, error) {
	return alerts(ctx, r.pool, `item = $1 AND item <> 0 AND ended IS NULL ORDER BY opened DESC, id`, item)
}

// AlertsOfPlan returns the alerts that stand about a plan and its nodes.
func (r *Reader) AlertsOfPlan(ctx context.Context, plan string) ([]Alert, error) {
	return alerts(ctx, r.pool, `plan = $1 AND plan <> '' AND ended IS NULL ORDER BY opened DESC, id`, plan)
}

// OpenAlert writes down that an alert stands. One that ended, and of whose end
// nobody knows yet, goes on instead: it was never over for anybody.
func (t *Tx) OpenAlert(ctx context.Context, tenantID int64, f alert.Finding, link string) error {
	res, err := t.ExecContext(ctx, `UPDATE alert SET ended = NULL, end_why = '', reason = $4, link = $5
		WHERE tenant = $1 AND kind = $2 AND key = $3 AND ended IS NOT NULL AND told IS NOT NULL AND told_over IS NULL`, tenantID, f.Kind, f.Key, f.Reason, link)
	if err != nil {
		return fmt.Errorf("open alert %s: %w", f.Name, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO alert (tenant, kind, key, name, name_key, ws, item, plan, reason, link, opened, quiet_from, quiet_to, zone)
		VALUES ($1, $2, $3, $4, $5, coalesce((SELECT id FROM ident WHERE tenant = $1 AND guid = lower($6)), 0), coalesce((SELECT id FROM ident WHERE tenant = $1 AND guid = lower($7)), 0),
			$8, $9, $10, $11, $12, $13, $14)`,
		tenantID, f.Kind, f.Key, f.Name, tenant.Fold(f.Name), f.Workspace, f.Item, f.Plan, f.Reason, link, t.Millis(), f.Rule.Quiet.From, f.Rule.Quiet.To, f.Rule.Quiet.Zone)
	if err != nil {
		return fmt.Errorf("open alert %s: %w", f.Name, classify(err))
	}
	return nil
}

// AlertGoesOn writes down what an alert that stands says now, and why nobody
// was told of it yet.
func (t *Tx) AlertGoesOn(ctx context.Context, id int64, f alert.Finding, link, untold string) error {
	_, err := t.ExecContext(ctx, `UPDATE alert SET reason = $2, link = $3, untold = $4, quiet_from = $5, quiet_to = $6, zone = $7
		WHERE id = $1 AND (reason <> $2 OR link <> $3 OR untold <> $4 OR quiet_from <> $5 OR quiet_to <> $6 OR zone <> $7)`,
		id, f.Reason, link, untold, f.Rule.Quiet.From, f.Rule.Quiet.To, f.Rule.Quiet.Zone)
	if err != nil {
		return fmt.Errorf("alert %d: %w", id, classify(err))
	}
	return nil
}

// EndAlert writes down that an alert is over. Of one that nobody was told of,
// nobody is told the end.
func (t *Tx) EndAlert(ctx context.Context, id int64, why string) error {
	_, err := t.ExecContext(ctx, `UPDATE alert SET ended = $2, end_why = $3, untold = '' WHERE id = $1 AND ended IS NULL`, id, t.Millis(), why)
	if err != nil {
		return fmt.Errorf("end alert %d: %w", id, classify(err))
	}
	return nil
}

// TellOfAlerts tells somebody of alerts by one way, that they stand or that
// they are over, and writes down that they know.
func (t *Tx) TellOfAlerts(ctx context.Context, m Message, way string, over bool, ids []int64) error {
	message, err := t.tell(ctx, m)
	if err != nil {
		return err
	}
	column := "told"
	if over {
		column = "told_over"
	}
	for _, id := range ids {
		if _, err := t.ExecContext(ctx, `INSERT INTO alert_told (alert, over, way, message, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (alert, over, way) DO NOTHING`,
			id, bit(over), way, message, t.Millis()); err != nil {
			return fmt.Errorf("alert %d told: %w", id, classify(err))
		}
		if _, err := t.ExecContext(ctx, `UPDATE alert SET `+column+` = $2, untold = '' WHERE id = $1 AND `+column+` IS NULL`, id, t.Millis()); err != nil {
			return fmt.Errorf("alert %d told: %w", id, classify(err))
		}
	}
	return nil
}

// AlertWays returns by which ways people were told that an alert stands.
func (t *Tx) AlertWays(ctx context.Context, id int64) ([]string, error) {
	return list(ctx, t, func(rows *sql.Rows) (way string, err error) { return way, rows.Scan(&way) },
		`SELECT way FROM alert_told WHERE alert = $1 AND over = 0 ORDER BY way`, id)
}

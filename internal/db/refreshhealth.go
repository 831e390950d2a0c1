package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/refresh"
	"steward/internal/tenant"
)

// Assessed is what the refreshes of an item came to.
type Assessed struct {
	Refreshed
	Health refresh.Health
	Facts  refresh.Facts
	At     time.Time
}

// maxCauses is how many causes of one item are kept.
const maxCauses = 12

// SaveHealth writes what items came to, and the days of their workspaces.
func (d *DB) SaveHealth(ctx context.Context, tenantID int64, all []Assessed) error {
	if len(all) == 0 {
		return nil
	}
	err := d.Write(ctx, func(tx *Tx) error {
		p := prepare(tx)
		for i := range all {
			if err := p.saveHealth(ctx, tenantID, &all[i]); err != nil {
				return fmt.Errorf("item %d: %w", all[i].Item, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("health of refreshes: %w", err)
	}
	return nil
}

func (t *prepared) saveHealth(ctx context.Context, tenantID int64, a *Assessed) error {
	h, f, fig := &a.Health, &a.Facts, &a.Health.Figures
	c := leading(h)
	_, err := t.ExecContext(ctx, `INSERT INTO refresh_health (item, tenant, state, rank, runs, completed, failed, cancelled, success,
			mean_s, median_s, slow_s, longest_s, spread_s, trend, slower, wait_s, longest_wait_s, in_row,
			last_run, last_status, last_start, last_end, last_good, trouble, code, cause, advice, advised,
			owner, owner_key, owner_gone, gateway, slots, source, known_since, reason, assessed,
			ws, kind, name, name_key, capacity, first)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
			$30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44)
		ON CONFLICT (item) DO UPDATE SET state = excluded.state, rank = excluded.rank, runs = excluded.runs, completed = excluded.completed,
			failed = excluded.failed, cancelled = excluded.cancelled, success = excluded.success, mean_s = excluded.mean_s, median_s = excluded.median_s,
			slow_s = excluded.slow_s, longest_s = excluded.longest_s, spread_s = excluded.spread_s, trend = excluded.trend, slower = excluded.slower,
			wait_s = excluded.wait_s, longest_wait_s = excluded.longest_wait_s, in_row = excluded.in_row, last_run = excluded.last_run,
			last_status = excluded.last_status, last_start = excluded.last_start, last_end = excluded.last_end, last_good = excluded.last_good,
			trouble = excluded.trouble, code = excluded.code, cause = excluded.cause, advice = excluded.advice, advised = excluded.advised,
			owner = excluded.owner, owner_key = excluded.owner_key, owner_gone = excluded.owner_gone, gateway = excluded.gateway, slots = excluded.slots,
			source = excluded.source, known_since = excluded.known_since, reason = excluded.reason, assessed = excluded.assessed,
			ws = excluded.ws, kind = excluded.kind, name = excluded.name, name_key = excluded.name_key, capacity = excluded.capacity, first = excluded.first`,
		a.Item, tenantID, h.State, h.State.Rank(), fig.Runs, fig.Completed, fig.Failed, fig.Cancelled, successOf(fig),
		seconds(fig.Mean), seconds(fig.Median), seconds(fig.Slow90), seconds(fig.Longest), seconds(fig.Spread), notZero(fig.Trend), notZero(fig.Slower),
		waitOf(fig.Wait, fig.Waited), waitOf(fig.LongestWait, fig.Waited), h.Row,
		h.Last.ID, h.Last.Status, MillisOrNull(h.Last.Start), MillisOrNull(h.Last.End), MillisOrNull(h.LastGood), c.Trouble, c.Code, c.Text,
		jsonText(h.Advice), len(h.Advice), f.Owner, tenant.Fold(f.Owner), bit(f.OwnerGone), f.Gateway, slotsADay(f.Schedule),
		f.Source, MillisOrNull(f.KnownSince), f.Reason, Millis(a.At),
		a.Workspace, a.Kind, a.Name, tenant.Fold(a.Name), a.Capacity, h.First())
	if err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `DELETE FROM refresh_cause WHERE item = $1`, a.Item); err != nil {
		return err
	}
	for i, c := range h.Causes[:min(len(h.Causes), maxCauses)] {
		if _, err := t.ExecContext(ctx, `INSERT INTO refresh_cause (item, place, code, cause, trouble, failures, last_run, last_start)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, a.Item, i, c.Code, c.Text, c.Trouble, c.Count, c.Last.ID, Millis(c.Last.Start)); err != nil {
			return err
		}
	}
	return nil
}

// leading is the cause to name first: that of the newest failure while the item
// is failing, the most frequent one else.
func leading(h *refresh.Health) refresh.Cause {
	switch {
	case h.Last.Status.Broken():
		return refresh.CauseOf(h.Last)
	case len(h.Causes) > 0:
		return h.Causes[0]
	}
	return refresh.Cause{}
}

func successOf(f *refresh.Figures) any {
	if share, ok := f.Success(); ok {
		return share
	}
	return nil
}

func seconds(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return d.Seconds()
}

func waitOf(d time.Duration, n int) any {
	if n == 0 {
		return nil
	}
	return d.Seconds()
}

func notZero(v float64) any {
	if v == 0 {
		return nil
	}
	return v
}

func slotsADay(s *tenant.RefreshSchedule) int {
	if s == nil || !s.Enabled {
		return 0
	}
	return len(s.Times)
}

// ForgetHealth removes what is known of the health of items that the view does
// not have any more.
func (d *DB) ForgetHealth(ctx context.Context, v View) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM refresh_health WHERE tenant = $1
			AND NOT EXISTS (SELECT 1 FROM item i WHERE i.item = refresh_health.item AND `+v.Visible("i")+`)`, v.Tenant)
		return err
	})
	if err != nil {
		return fmt.Errorf("health of refreshes: %w", err)
	}
	return nil
}

// SaveRefreshDays counts the refreshes of some workspaces by day anew, from a
// day on. It reads first, so that others' writes do not wait; TotalRefreshDays
// must follow.
func (d *DB) SaveRefreshDays(ctx context.Context, v View, workspaces []int64, from time.Time) error {
	day := dayNumber(from)
	var values []string
	for _, ws := range workspaces {
		rows, err := d.reader.Query(ctx, `SELECT r.started / 86400000, sum(r.status = 'completed'), sum(r.status IN ('failed', 'disabled')),
				coalesce(sum(CASE WHEN r.status = 'completed' THEN r.ended - r.started END), 0)
			FROM item i JOIN refresh_run r ON r.item = i.item AND r.started >= $1
			WHERE i.ws = $2 AND i.kind IN ('dataset', 'dataflow') AND `+v.Visible("i")+` GROUP BY 1`, day*86_400_000, ws)
		if err != nil {
			return fmt.Errorf("refreshes by day: %w", err)
		}
		for rows.Next() {
			var n, good, bad, took int64
			if err := rows.Scan(&n, &good, &bad, &took); err != nil {
				_ = rows.Close()
				return fmt.Errorf("refreshes by day: %w", classify(err))
			}
			values = append(values, fmt.Sprintf("(%d,%d,%d,%d,%d,%d)", v.Tenant, ws, n, good, bad, took))
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("refreshes by day: %w", classify(err))
		}
	}
	err := d.Write(ctx, func(tx *Tx) error { return tx.saveDays(ctx, v.Tenant, workspaces, day, values) })
	if err != nil {
		return fmt.Errorf("refreshes by day: %w", err)
	}
	return nil
}

func (t *Tx) saveDays(ctx context.Context, tenantID int64, workspaces []int64, day int64, values []string) error {
	for _, ws := range workspaces {
		if _, err := t.ExecContext(ctx, `DELETE FROM refresh_day WHERE tenant = $1 AND ws = $2 AND day >= $3`, tenantID, ws, day); err != nil {
			return err
		}
	}
	for len(values) > 0 { // numbers of ours only
		n := min(len(values), 500)
		if _, err := t.ExecContext(ctx, `INSERT INTO refresh_day (tenant, ws, day, completed, failed, took_ms) VALUES `+strings.Join(values[:n], ",")); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// TotalRefreshDays adds the days of all workspaces up to those of the tenant,
// from a day on.
func (d *DB) TotalRefreshDays(ctx context.Context, tenantID int64, from time.Time) error {
	err := d.Write(ctx, func(tx *Tx) error {
		if err := tx.saveDays(ctx, tenantID, []int64{0}, dayNumber(from), nil); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO refresh_day (tenant, ws, day, completed, failed, took_ms)
			SELECT tenant, 0, day, sum(completed), sum(failed), sum(took_ms) FROM refresh_day
			WHERE tenant = $1 AND ws > 0 AND day >= $2 GROUP BY tenant, day`, tenantID, dayNumber(from))
		return err
	})
	if err != nil {
		return fmt.Errorf("refreshes by day: %w", err)
	}
	return nil
}

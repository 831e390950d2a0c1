package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/refresh"
)

// RefreshDay is how the refreshes of one day (UTC) ended.
type RefreshDay struct {
	Day               time.Time
	Completed, Failed int64
	// Took is the sum of those that completed.
	Took time.Duration
}

// RefreshCause is one cause of failures, over all models.
type RefreshCause struct {
	Trouble    refresh.Trouble
	Code, Text string
	// Models have it, Failures did it cause.
	Models, Failures int64
	Last             time.Time
}

// RefreshOverview is the health of refreshes in figures.
type RefreshOverview struct {
	// States counts models by state, Unread those of which single runs cannot
	// be read.
	States         map[refresh.State]int64
	Models, Unread int64
	Days           []RefreshDay
	Causes         []RefreshCause
	// Assessed is when the oldest of the judgements was made.
	Assessed time.Time
}

// shownCauses is how many causes the overview names.
const shownCauses = 8

// RefreshOverviewOf sums up the health of refreshes within the scope, on one
// capacity or in one workspace where the query filters by it, over the days up
// to now.
func RefreshOverviewOf(ctx context.Context, reader *db.Reader, q Query, since time.Time) (RefreshOverview, error) {
	o := RefreshOverview{States: map[refresh.State]int64{}}
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		return errors.Join(o.readStates(ctx, tx, q), o.readDays(ctx, tx, q, since), o.readCauses(ctx, tx, q))
	})
	if err != nil {
		return o, fmt.Errorf("health of refreshes: %w", err)
	}
	return o, nil
}

// healthWhere is the condition that keeps the rows of refresh_health h that the
// query is about.
func healthWhere(q Query) (cond string, args []any) {
	cond = "h.tenant = @tenant AND inscope(h.ws)"
	for _, f := range [][2]string{{"capacity", "h.capacity"}, {"workspace", "h.ws"}} {
		if v := q.Where[f[0]]; len(v) == 1 && v[0] != "" {
			cond += " AND " + f[1] + " = (SELECT id FROM ident WHERE tenant = @tenant AND guid = ?)"
			args = append(args, v[0])
		}
	}
	return cond, args
}

func (o *RefreshOverview) read(ctx context.Context, tx *sql.Tx, e *expander, query string, args []any, row func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, e.sql(query, args...), e.args...)
	if err != nil {
		return err
	}
	return each(rows, func() error { return row(rows) })
}

func (o *RefreshOverview) readStates(ctx context.Context, tx *sql.Tx, q Query) error {
	cond, args := healthWhere(q)
	return o.read(ctx, tx, newExpander(q), `SELECT h.state, count(*), sum(h.source NOT IN ('history', 'transactions')), min(h.assessed)
		FROM refresh_health h WHERE `+cond+` GROUP BY h.state`, args, func(rows *sql.Rows) error {
		var state refresh.State
		var n, unread, assessed int64
		if err := rows.Scan(&state, &n, &unread, &assessed); err != nil {
			return err
		}
		o.States[state] = n
		o.Models += n
		o.Unread += unread
		if at := db.Time(assessed); o.Assessed.IsZero() || at.Before(o.Assessed) {
			o.Assessed = at
		}
		return nil
	})
}

func (o *RefreshOverview) readDays(ctx context.Context, tx *sql.Tx, q Query, since time.Time) error {
	from := "d.ws = 0"
	cond, args := healthWhere(q)
	if len(args) > 0 || !q.Scope.All {
		from = "d.ws IN (SELECT h.ws FROM refresh_health h WHERE " + cond + ")"
	}
	args = append([]any{dayOf(db.Millis(since))}, args...)
	return o.read(ctx, tx, newExpander(q), `SELECT d.day, sum(d.completed), sum(d.failed), sum(d.took_ms) FROM refresh_day d
		WHERE d.tenant = @tenant AND d.day >= ? AND `+from+` GROUP BY d.day ORDER BY d.day`, args, func(rows *sql.Rows) error {
		var day, took int64
		var one RefreshDay
		if err := rows.Scan(&day, &one.Completed, &one.Failed, &took); err != nil {
			return err
		}
		one.Day, one.Took = db.Time(day*msPerDay), time.Duration(took)*time.Millisecond
		o.Days = append(o.Days, one)
		return nil
	})
}

func (o *RefreshOverview) readCauses(ctx context.Context, tx *sql.Tx, q Query) error {
	cond, args := healthWhere(q)
	return o.read(ctx, tx, newExpander(q), `SELECT u.trouble, u.code, u.cause, count(*), sum(u.failures), max(u.last_start)
		FROM refresh_health h CROSS JOIN refresh_cause u ON u.item = h.item WHERE `+cond+`
		GROUP BY u.trouble, u.code, u.cause ORDER BY 5 DESC, 2, 3 LIMIT `+fmt.Sprint(shownCauses), args, func(rows *sql.Rows) error {
		var c RefreshCause
		var last int64
		if err := rows.Scan(&c.Trouble, &c.Code, &c.Text, &c.Models, &c.Failures, &last); err != nil {
			return err
		}
		c.Last = db.Time(last)
		o.Causes = append(o.Causes, c)
		return nil
	})
}

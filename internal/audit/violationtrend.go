package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// ViolationTrend is how many violations stood at each judging, and what came
// and went.
type ViolationTrend struct {
	Points []TrendPoint
	// Mended is the mean time from first seen to resolved, over what was mended
	// in the last 90 days, by severity; Count how many that were.
	Mended map[policy.Severity]Mend
}

// TrendPoint is one judging. Open holds open and in-progress violations.
type TrendPoint struct {
	At               time.Time
	Open             map[policy.Severity]int64
	Raised, Resolved int64
}

// Mend is how long mending took on average.
type Mend struct {
	Mean  time.Duration
	Count int64
}

// TrendOf reads the trend up to the view, for one rule or for all when rule is
// empty. For a reader of a part it is counted from what they may see.
func TrendOf(ctx context.Context, reader *db.Reader, q Query, rule string) (ViolationTrend, error) {
	t := ViolationTrend{Mended: map[policy.Severity]Mend{}}
	if q.View.Scan == 0 {
		return t, nil
	}
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		if err := t.readPoints(ctx, tx, q, rule); err != nil {
			return err
		}
		return t.readMended(ctx, tx, q, rule)
	})
	if err != nil {
		return t, fmt.Errorf("trend of violations: %w", err)
	}
	return t, nil
}

// judgedScans are the last judged scans of the view, oldest first.
const judgedScans = `(SELECT DISTINCT e.scan AS scan FROM evaluation e WHERE e.tenant = @tenant AND e.scan <= @scan AND e.state = 'done' ORDER BY e.scan DESC LIMIT 60)`

func (t *ViolationTrend) readPoints(ctx context.Context, tx *sql.Tx, q Query, rule string) error {
	e := newExpander(q)
	query := e.sql(`SELECT s.published, f.severity, sum(f.open + f.in_progress), sum(f.raised + f.reopened), sum(f.resolved)
		FROM `+judgedScans+` x JOIN scan s ON s.id = x.scan JOIN rule_figure f ON f.scan = x.scan WHERE (? = '' OR f.rule = ?) GROUP BY s.id, f.severity ORDER BY s.id`, rule, rule)
	if !q.Scope.All {
		// What a part of the tenant looked like is counted from its violations.
		e = newExpander(q)
		query = e.sql(`SELECT s.published, v.severity,
				sum(CASE WHEN v.state <> 'waived' AND v.state <> 'false_positive' AND v.first_scan <= s.id AND (v.resolved_scan IS NULL OR v.resolved_scan > s.id) THEN 1 ELSE 0 END),
				sum(v.first_scan = s.id), sum(coalesce(v.resolved_scan, 0) = s.id)
			FROM violation v JOIN `+judgedScans+` x JOIN scan s ON s.id = x.scan
			WHERE v.tenant = @tenant AND v.in_force = 1 AND (? = '' OR v.rule = ?) AND inscope(v.ws) GROUP BY s.id, v.severity ORDER BY s.id`, rule, rule)
	}
	var last *TrendPoint
	return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
		var at, open, raised, resolved int64
		var severity policy.Severity
		if err := scan(&at, &severity, &open, &raised, &resolved); err != nil {
			return err
		}
		if last == nil || !last.At.Equal(db.Time(at)) {
			t.Points = append(t.Points, TrendPoint{At: db.Time(at), Open: map[policy.Severity]int64{}})
			last = &t.Points[len(t.Points)-1]
		}
		last.Open[severity] += open
		last.Raised += raised
		last.Resolved += resolved
		return nil
	})
}

func (t *ViolationTrend) readMended(ctx context.Context, tx *sql.Tx, q Query, rule string) error {
	e := newExpander(q)
	since := q.View.Taken.AddDate(0, 0, -90)
	query := e.sql(`SELECT v.severity, count(*), avg(v.resolved - v.first_seen) FROM violation v
		WHERE v.tenant = @tenant AND v.resolved >= ? AND v.resolved <= ? AND v.cause = 'resolved' AND v.in_force + 0 = 1 AND (? = '' OR v.rule = ?) AND inscope(v.ws) GROUP BY v.severity`,
		db.Millis(since), db.Millis(q.View.Taken), rule, rule)
	return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
		var severity policy.Severity
		var m Mend
		var mean float64
		if err := scan(&severity, &m.Count, &mean); err != nil {
			return err
		}
		m.Mean = time.Duration(mean) * time.Millisecond
		t.Mended[severity] = m
		return nil
	})
}

// OpenCounts are the numbers in the rail: violations that are open, and waivers
// that wait for a decision or have ended.
func OpenCounts(ctx context.Context, reader *db.Reader, q Query) (violations, waivers int64, err error) {
	e := newExpander(q)
	query := e.sql(`SELECT (SELECT count(*) FROM (SELECT 1 FROM violation v WHERE v.tenant = @tenant AND v.in_force = 1 AND v.state = 'open' AND v.severity IN ('critical','high') AND inscope(v.ws) LIMIT 10000)),
		(SELECT count(*) FROM waiver w JOIN violation v ON v.id = w.violation WHERE w.state IN ('asked','ended') AND v.tenant = @tenant AND inscope(v.ws))`)
	if err := reader.QueryRow(ctx, query, e.args...).Scan(&violations, &waivers); err != nil {
		return 0, 0, fmt.Errorf("count open violations: %w", err)
	}
	return violations, waivers, nil
}

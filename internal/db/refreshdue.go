package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"steward/internal/refresh"
	"steward/internal/tenant"
)

// Refreshed is a model or dataflow, as far as reading its refreshes needs it.
type Refreshed struct {
	Item, Workspace int64
	// ItemID and WorkspaceID are Microsoft's; Kind is dataset or dataflow.
	ItemID, WorkspaceID, Kind  string
	Name, WorkspaceName, Owner string
	Schedule                   *tenant.RefreshSchedule
	Dedicated, Personal        bool
	// Capacity is the number of the capacity, null without one.
	Capacity sql.NullInt64
	// ReadAt is when its refreshes were read last; zero for never. Due is when
	// they are to be read next, Newest when the newest known run began.
	ReadAt, Due, Newest time.Time
	Source              refresh.Source
	Reason              string
	KnownSince          time.Time
	// Seven is Microsoft's own summary of seven days; nil where it gives none.
	Seven *tenant.Refreshable
}

const refreshedSQL = `SELECT i.item, i.ws, n.guid, wn.guid, i.kind, i.name, w.name, i.configured_by, i.refresh, w.dedicated, w.kind, w.capacity,
	g.read_at, g.due, g.source, g.reason, g.known_since,
	(SELECT max(started) FROM refresh_run h WHERE h.item = i.item),
	r.window_start, r.refreshes, r.failures, r.average_s, r.median_s, r.last_status, r.last_type, r.last_start, r.last_end, r.last_error
	FROM item i JOIN ident n ON n.id = i.item JOIN ident wn ON wn.id = i.ws
	JOIN workspace w ON w.ws = i.ws AND w.state = 'Active' AND %[2]s
	LEFT JOIN refresh_reading g ON g.item = i.item LEFT JOIN refreshable r ON r.item = i.item AND %[3]s
	WHERE i.tenant = $1 AND i.kind IN ('dataset', 'dataflow') AND %[1]s`

// RefreshesDue lists what is to be read by now, what is due longest first: what
// was never read, what is due, and what Microsoft's own summary says was
// refreshed since it was read.
func (r *Reader) RefreshesDue(ctx context.Context, v View, now time.Time, most int) ([]Refreshed, error) {
	return r.refreshed(ctx, v, ` AND (g.due IS NULL OR g.due <= $2 OR r.last_end > g.read_at)
		ORDER BY coalesce(g.due, 0), i.item LIMIT $3`, Millis(now), most)
}

// RefreshesStale lists what was assessed last before a moment, or never.
func (r *Reader) RefreshesStale(ctx context.Context, v View, before time.Time, most int) ([]Refreshed, error) {
	return r.refreshed(ctx, v, ` AND g.item IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refresh_health h WHERE h.item = i.item AND h.assessed >= $2)
		ORDER BY i.item LIMIT $3`, Millis(before), most)
}

// RefreshedItem returns one model or dataflow; false when the view has none.
func (r *Reader) RefreshedItem(ctx context.Context, v View, item int64) (Refreshed, bool, error) {
	got, err := r.refreshed(ctx, v, ` AND i.item = $2`, item)
	if err != nil || len(got) == 0 {
		return Refreshed{}, false, err
	}
	return got[0], true, nil
}

func (r *Reader) refreshed(ctx context.Context, v View, where string, args ...any) ([]Refreshed, error) {
	rows, err := r.Query(ctx, fmt.Sprintf(refreshedSQL, v.Visible("i"), v.Visible("w"), v.Visible("r"))+where, append([]any{v.Tenant}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("what is refreshed: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Refreshed
	for rows.Next() {
		one, err := scanRefreshed(rows)
		if err != nil {
			return nil, fmt.Errorf("what is refreshed: %w", classify(err))
		}
		out = append(out, one)
	}
	return out, classify(rows.Err())
}

func scanRefreshed(rows *sql.Rows) (Refreshed, error) {
	var one Refreshed
	var schedule, source, reason, status, how, code sql.NullString
	var readAt, due, known, newest, window, runs, failed, start, end sql.NullInt64
	var mean, median sql.NullFloat64
	var kind string
	err := rows.Scan(&one.Item, &one.Workspace, &one.ItemID, &one.WorkspaceID, &one.Kind, &one.Name, &one.WorkspaceName, &one.Owner, &schedule,
		&one.Dedicated, &kind, &one.Capacity, &readAt, &due, &source, &reason, &known, &newest,
		&window, &runs, &failed, &mean, &median, &status, &how, &start, &end, &code)
	if err != nil {
		return one, err
	}
	one.Personal = tenant.WorkspaceKind(kind) == tenant.KindPersonal
	one.ReadAt, one.Due, one.KnownSince, one.Newest = timeOrZero(readAt), timeOrZero(due), timeOrZero(known), timeOrZero(newest)
	one.Source, one.Reason = refresh.FromNowhere, reason.String
	if source.Valid {
		one.Source = refresh.Source(source.String)
	}
	if schedule.Valid {
		one.Schedule = &tenant.RefreshSchedule{}
		if err := json.Unmarshal([]byte(schedule.String), one.Schedule); err != nil {
			one.Schedule = nil // written by another version: as good as untold
		}
	}
	if runs.Valid {
		one.Seven = &tenant.Refreshable{WindowStart: timeOrZero(window), Refreshes: int(runs.Int64), Failures: int(failed.Int64),
			AverageSeconds: mean.Float64, MedianSeconds: median.Float64, LastStatus: status.String, LastType: how.String,
			LastStart: timeOrZero(start), LastEnd: timeOrZero(end), LastError: code.String}
	}
	return one, nil
}

// RefreshEvents lists the events of the activity log since a moment that say
// that something was refreshed, by the item's number, the oldest first: when,
// and whether it was refused. How a refresh ended, no event tells.
func (r *Reader) RefreshEvents(ctx context.Context, tenantID int64, since time.Time) (map[int64][]refresh.Run, error) {
	rows, err := r.Query(ctx, `SELECT item, event, at, succeeded FROM activity
		WHERE tenant = $1 AND activity IN (`+quoted(refreshActivities)+`) AND at >= $2 AND item IS NOT NULL ORDER BY at`, tenantID, Millis(since))
	if err != nil {
		return nil, fmt.Errorf("refreshes in the activity log: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64][]refresh.Run{}
	for rows.Next() {
		var item, at int64
		run := refresh.Run{Status: refresh.Unclear, Source: refresh.FromActivity}
		var fine bool
		if err := rows.Scan(&item, &run.ID, &at, &fine); err != nil {
			return nil, fmt.Errorf("refreshes in the activity log: %w", classify(err))
		}
		if !fine {
			run.Status = refresh.Failed
		}
		run.Start = Time(at)
		out[item] = append(out[item], run)
	}
	return out, classify(rows.Err())
}

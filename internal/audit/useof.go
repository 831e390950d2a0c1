package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/db"
)

// UseDay is how much something was used on a day.
type UseDay struct {
	Day                              time.Time
	Views, Edits, Exports, Refreshes int64
}

// UseOf adds up the use of a workspace or an item by day, over the days up to
// the view's. Days without any use are not among them.
func UseOf(ctx context.Context, reader *db.Reader, q Query, of Target, id string, days int64) ([]UseDay, error) {
	column := map[Target]string{ToWorkspace: "u.ws", ToItem: "u.item"}[of]
	if column == "" {
		return nil, fmt.Errorf("use of a %s: not kept", of)
	}
	e := newExpander(q)
	query := e.sql(`SELECT u.day, sum(u.views), sum(u.edits), sum(u.exports), sum(u.refreshes) FROM usage_day u
		WHERE `+column+` = (SELECT id FROM ident WHERE tenant = @tenant AND guid = ?) AND u.day > @today - ? AND u.day <= @today AND inscope(u.ws)
		GROUP BY u.day ORDER BY u.day`, id, days)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return nil, fmt.Errorf("use of %s: %w", id, err)
	}
	var out []UseDay
	err = each(rows, func() error {
		var day int64
		var u UseDay
		if err := rows.Scan(&day, &u.Views, &u.Edits, &u.Exports, &u.Refreshes); err != nil {
			return err
		}
		u.Day = db.Time(day * msPerDay)
		out = append(out, u)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("use of %s: %w", id, err)
	}
	return out, nil
}

// ActivityKnownSince is the first day of the unbroken run of days whose
// activity was read, up to the view's; the zero time when there is none.
func ActivityKnownSince(ctx context.Context, reader *db.Reader, q Query) (time.Time, error) {
	e := newExpander(q)
	var since time.Time
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		day, err := activitySince(ctx, tx, e.vars["tenant"], e.vars["today"])
		if err == nil && day != never {
			since = db.Time(day * msPerDay)
		}
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("activity known since: %w", err)
	}
	return since, nil
}

// Hand is somebody who worked in a workspace.
type Hand struct {
	// Who is the actor as the activity tells it: an address or an id.
	Who     string
	Actions int64
	Last    time.Time
}

// HandsIn lists who changed things in a workspace over the days up to the
// view's, the busiest first, at most 50. Looking at things does not count, nor
// does what Power BI does by itself.
func HandsIn(ctx context.Context, reader *db.Reader, q Query, workspace string, days int64) ([]Hand, error) {
	e := newExpander(q)
	query := e.sql(`SELECT a.actor, count(*), max(a.at) FROM activity a
		WHERE a.ws = (SELECT id FROM ident WHERE tenant = @tenant AND guid = ?) AND a.at > (@today - ?) * 86400000 AND a.at <= @until AND inscope(a.ws)
			AND a.activity IN (`+quoted(handwork())+`) AND a.succeeded = 1 AND a.actor <> 'PowerBI'
		GROUP BY a.actor ORDER BY 2 DESC, 1 LIMIT 50`, workspace, days)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return nil, fmt.Errorf("who works in %s: %w", workspace, err)
	}
	var out []Hand
	err = each(rows, func() error {
		var h Hand
		var at int64
		if err := rows.Scan(&h.Who, &h.Actions, &at); err != nil {
			return err
		}
		h.Last = db.Time(at)
		out = append(out, h)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("who works in %s: %w", workspace, err)
	}
	return out, nil
}

// handwork are the activities by which people change things.
func handwork() []string {
	var out []string
	for _, t := range themes {
		switch t.value {
		case "sharing", "workspace", "content", "apps", "pipelines":
			out = append(out, t.activities...)
		}
	}
	return out
}

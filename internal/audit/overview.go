package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/db"
)

// Tile is one figure of the overview: a number, the question it answers, what
// it was a week before, and the list behind it.
type Tile struct {
	Name, Title, Question string
	Value                 int64
	// Known is false when the figure could not be had; AtLeast says that it
	// was counted up to a limit only.
	Known, AtLeast bool
	Before         int64
	BeforeKnown    bool
	// Report and Where are the list that the number counts.
	Report string
	Where  map[string][]string
}

// ChangeCount is how many things of one kind changed between two moments.
type ChangeCount struct {
	Thing                   string
	Added, Removed, Changed int64
	// AtLeast says that one of the numbers was counted up to a limit only.
	AtLeast bool
}

// Point is a figure at the end of a day: as of the last scan published then.
type Point struct {
	Scan  int64
	At    time.Time
	Value int64
}

// Series is a figure over time.
type Series struct {
	Name   string
	Points []Point
}

// Overview is what the first page shows.
type Overview struct {
	Truth   Truth
	Compare db.View
	Tiles   []Tile
	Changes []ChangeCount
	// Trends are the figures of the scans of the last 90 days, by name; only
	// for readers of the whole tenant. coverage.seen and coverage.meant are
	// among them.
	Trends map[string]Series
	// ActivityDays are the events of each of the last 90 days.
	ActivityDays []Point
}

// tiles are the figures of the overview. figure is the scan's own count.
var tiles = []struct {
	figure, title, question, report string
	where                           map[string][]string
	// late says that scans of earlier versions have no such figure: where it is
	// missing it is counted, not zero.
	late bool
}{
	{"workspaces.active", "Active workspaces", "How big is the tenant?", "workspaces", map[string][]string{"state": {"Active"}}, false},
	{"items", "Items", "What is in it?", "items", map[string][]string{"app_copy": {"no"}}, false},
	{"workspaces.orphaned", "Orphaned workspaces", "Which workspaces can nobody administer?", "orphaned-workspaces", nil, false},
	{"leavers", "Leavers", "Whose account is gone or disabled?", "leavers", nil, true},
	{"principals.guests", "Guests", "Who is from outside?", "guests", nil, false},
	{"grants.guest", "Rights of guests", "What can people from outside open?", "guest-access", nil, false},
	{"links.public", "Published to the web", "What can the whole world open?", "publish-to-web", nil, false},
	{"links.organisation", "Shared with everybody", "What can everybody in the organisation open?", "organisation-links", nil, false},
	{"refreshables.failing", "Failing refreshes", "Which models do not refresh as they should?", "refresh-problems", nil, false},
	{"workspaces.without-domain", "Without a domain", "Which workspaces belong to no domain?", "workspaces", map[string][]string{"has_domain": {"no"}}, false},
}

// trendDays is how far back trends reach.
const trendDays = 90

// OverviewOf reads the overview of a view, compared with an earlier one.
func OverviewOf(ctx context.Context, reader *db.Reader, q Query) (Overview, error) {
	o := Overview{Compare: q.CompareView, Trends: map[string]Series{}}
	err := reader.Snapshot(ctx, func(tx *sql.Tx) (err error) {
		if o.Truth, err = truthOf(ctx, tx, q.View); err != nil || o.Truth.Never() {
			return err
		}
		if err := o.readTrends(ctx, tx, q); err != nil {
			return err
		}
		if err := o.readTiles(ctx, tx, q); err != nil {
			return err
		}
		if q.CompareView.Scan == 0 || q.CompareView.Scan == q.View.Scan {
			return nil
		}
		return o.readChanges(ctx, tx, q)
	})
	if err != nil {
		return Overview{}, fmt.Errorf("overview: %w", err)
	}
	return o, nil
}

// readTiles takes the scan's figures for a reader of the whole tenant and
// counts the lists for everybody else, whose lists are shorter.
func (o *Overview) readTiles(ctx context.Context, tx *sql.Tx, q Query) error {
	now, err := figures(ctx, tx, q.View, q.Scope)
	if err != nil {
		return err
	}
	before, err := figures(ctx, tx, q.CompareView, q.Scope)
	if err != nil {
		return err
	}
	for _, t := range tiles {
		figure, counted := now[t.figure]
		tile := Tile{Name: t.figure, Title: t.title, Question: t.question, Report: t.report, Where: t.where}
		if now == nil || t.late && !counted {
			if tile.Value, tile.AtLeast, err = countList(ctx, tx, t.report, t.where, q); err != nil {
				return err
			}
			tile.Known = true
		} else {
			// A figure that a scan which wrote figures did not write is 0.
			tile.Value, tile.Known = figure, true
			_, late := before[t.figure]
			tile.Before, tile.BeforeKnown = before[t.figure], before != nil && (late || !t.late)
		}
		o.Tiles = append(o.Tiles, tile)
	}
	return nil
}

func countList(ctx context.Context, tx *sql.Tx, report string, where map[string][]string, q Query) (int64, bool, error) {
	r, err := Lookup(report)
	if err != nil {
		return 0, false, err
	}
	q.Where, q.Sort, q.Cursor, q.Limit = where, "", "", 0
	if q, err = r.clean(q); err != nil {
		return 0, false, err
	}
	s, err := r.open(ctx, tx, q)
	if err != nil {
		return 0, false, err
	}
	n, limit, err := quickly(func(limit int64) (int64, error) { return s.total(ctx, limit) })
	return n, n >= limit, err
}

// figures are what a scan counted; nil when it counted nothing, or when the
// reader may not see the whole tenant.
func figures(ctx context.Context, tx *sql.Tx, v db.View, scope db.Scope) (map[string]int64, error) {
	if !scope.All || v.Scan == 0 {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT name, value FROM scan_figure WHERE scan = $1`, v.Scan)
	if err != nil {
		return nil, fmt.Errorf("figures of scan %d: %w", v.Scan, err)
	}
	var out map[string]int64
	err = each(rows, func() error {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		if out == nil {
			out = map[string]int64{}
		}
		out[name] = n
		return nil
	})
	return out, err
}

// readChanges counts each part of the changes.
func (o *Overview) readChanges(ctx context.Context, tx *sql.Tx, q Query) error {
	r, err := Lookup("changes")
	if err != nil {
		return err
	}
	q.Where, q.Sort, q.Cursor, q.Limit = nil, "", "", 0
	if q, err = r.clean(q); err != nil {
		return err
	}
	s, err := r.open(ctx, tx, q)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i := range r.parts {
		p := &r.parts[i]
		n, limit, err := quickly(func(limit int64) (int64, error) { return s.countPart(ctx, p, limit) })
		if err != nil {
			return err
		}
		thing := p.tags["thing"]
		if _, ok := at[thing]; !ok {
			at[thing] = len(o.Changes)
			o.Changes = append(o.Changes, ChangeCount{Thing: thing})
		}
		c := &o.Changes[at[thing]]
		c.AtLeast = c.AtLeast || n >= limit
		switch p.tags["change"] {
		case "added":
			c.Added = n
		case "removed":
			c.Removed = n
		default:
			c.Changed = n
		}
	}
	return nil
}

// readTrends reads the figures of the last scan of each day.
func (o *Overview) readTrends(ctx context.Context, tx *sql.Tx, q Query) error {
	if !q.Scope.All {
		return nil
	}
	since := db.Millis(q.View.Taken) - trendDays*msPerDay
	rows, err := tx.QueryContext(ctx, `SELECT s.id, s.published, 'coverage.seen' AS name, s.seen AS value FROM scan s WHERE s.id IN (`+lastOfDay+`)
		UNION ALL SELECT s.id, s.published, 'coverage.meant', s.meant FROM scan s WHERE s.id IN (`+lastOfDay+`)
		UNION ALL SELECT s.id, s.published, f.name, f.value FROM scan s JOIN scan_figure f ON f.scan = s.id WHERE s.id IN (`+lastOfDay+`)
		ORDER BY 1, 3`, q.View.Tenant, q.View.Scan, since)
	if err != nil {
		return fmt.Errorf("trends: %w", err)
	}
	err = each(rows, func() error {
		var name string
		var p Point
		var published int64
		if err := rows.Scan(&p.Scan, &published, &name, &p.Value); err != nil {
			return err
		}
		p.At = db.Time(published)
		s := o.Trends[name]
		s.Name, s.Points = name, append(s.Points, p)
		o.Trends[name] = s
		return nil
	})
	if err != nil {
		return fmt.Errorf("trends: %w", err)
	}
	return o.readActivity(ctx, tx, q)
}

// lastOfDay are the last scans published on each day.
const lastOfDay = `SELECT max(d.id) FROM scan d WHERE d.tenant = $1 AND d.id <= $2 AND d.published >= $3 GROUP BY d.published / 86400000`

func (o *Overview) readActivity(ctx context.Context, tx *sql.Tx, q Query) error {
	today := dayOf(db.Millis(q.View.Taken))
	rows, err := tx.QueryContext(ctx, `SELECT day, events FROM activity_day WHERE tenant = $1 AND day > $2 AND day <= $3 ORDER BY day`, q.View.Tenant, today-trendDays, today)
	if err != nil {
		return fmt.Errorf("activity by day: %w", err)
	}
	return each(rows, func() error {
		var day int64
		var p Point
		if err := rows.Scan(&day, &p.Value); err != nil {
			return err
		}
		p.At = db.Time(day * msPerDay)
		o.ActivityDays = append(o.ActivityDays, p)
		return nil
	})
}

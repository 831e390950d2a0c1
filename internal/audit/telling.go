package audit

import (
	"context"
	"database/sql"
	"fmt"

	"steward/internal/db"
)

// telling are the changes that a reader wants to hear of first, by the names of
// their parts, each with what else must be true of it.
var telling = []struct{ part, cond string }{
	{"tenant setting changed", ""},
	{"link to everybody added", ""},
	{"right added", "n.role IN ('Admin', 'Owner') AND n.object = n.ws"},
	{"right changed", "n.object = n.ws"},
	{"right removed", "o.role = 'Admin' AND o.object = o.ws"},
	{"workspace removed", ""},
	{"workspace changed", "f.column1 IN (0, 1, 4, 5)"}, // name, state, capacity, domain: see subjects
	{"workspace added", ""},
	{"capacity changed", ""},
	{"pipeline changed", ""},
}

// TellingChanges reads a few changes of each telling kind between two views,
// the latest first within a kind, without counting any. The rows are those of
// the changes report.
func TellingChanges(ctx context.Context, reader *db.Reader, q Query, perKind int) ([]Row, error) {
	if q.View.Scan == 0 || q.CompareView.Scan == 0 || q.CompareView.Scan >= q.View.Scan {
		return nil, nil
	}
	r, err := Lookup("changes")
	if err != nil {
		return nil, err
	}
	q.Where, q.Sort, q.Cursor, q.Limit = nil, "at", "", 0
	if q, err = r.clean(q); err != nil {
		return nil, err
	}
	q.Desc = true
	var out []Row
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		for _, t := range telling {
			p := r.partNamed(t.part)
			if t.cond != "" {
				p.where += " AND " + t.cond
			}
			st := r.statement(&p, q, s.e.fork(), from{limit: perKind})
			if err := s.each(ctx, st, perKind, func(_ []any, row Row) error {
				out = append(out, row.keep())
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("telling changes: %w", err)
	}
	return out, nil
}

// partNamed returns a copy of the part with the name.
func (r *Report) partNamed(name string) part {
	for i := range r.parts {
		if r.parts[i].name == name {
			return r.parts[i]
		}
	}
	panic("audit: " + r.Name + " has no part " + name)
}

// CountChanges counts the changes between two views by kind of thing, each up
// to CountLimit.
func CountChanges(ctx context.Context, reader *db.Reader, q Query) ([]ChangeCount, error) {
	if q.View.Scan == 0 || q.CompareView.Scan == 0 || q.CompareView.Scan == q.View.Scan {
		return nil, nil
	}
	var o Overview
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error { return o.readChanges(ctx, tx, q) })
	if err != nil {
		return nil, fmt.Errorf("count changes: %w", err)
	}
	return o.Changes, nil
}

// ActivityDays are the events of each of the last 90 days that were read.
func ActivityDays(ctx context.Context, reader *db.Reader, q Query) ([]Point, error) {
	if q.View.Scan == 0 {
		return nil, nil
	}
	var o Overview
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error { return o.readActivity(ctx, tx, q) })
	return o.ActivityDays, err
}

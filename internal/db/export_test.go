package db

import (
	"context"
	"database/sql"
	"errors"
)

// LimitRows makes an Ingest commit after every n rows, so that tests see what
// happens between two transactions of one workspace.
func (in *Ingest) LimitRows(n int) { in.limit = n }

// LoadPlans returns how SQLite reads the stored versions of each table, one
// line per step, with the table in front.
func LoadPlans(ctx context.Context, d *DB) ([]string, error) {
	var plans []string
	for _, h := range histories {
		where, args := h.scopeWhere(1, []any{1})
		rows, err := d.reader.Query(ctx, "EXPLAIN QUERY PLAN "+h.loadSQL(where), append([]any{1}, args...)...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			plans = append(plans, h.table+": "+detail)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// AtSchema makes a database file as an older program left it.
func AtSchema(ctx context.Context, path string, schema int64) error {
	raw, err := sql.Open("sqlite", dsn(path, writerOptions))
	if err != nil {
		return err
	}
	p, err := provider(raw)
	if err == nil {
		_, err = p.UpTo(ctx, schema)
	}
	return errors.Join(err, raw.Close())
}

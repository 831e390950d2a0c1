package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// LimitRows makes an Ingest commit after every n rows, so that tests see what
// happens between two transactions of one workspace.
func (in *Ingest) LimitRows(n int) { in.limit = n }

// CopyBare copies a table row by row with one prepared insert, in
// transactions of bulkRows, and returns the time the inserts took: what a
// program without any thought would need.
func CopyBare(ctx context.Context, from, to *DB, table string) (took time.Duration, err error) {
	rows, err := from.reader.Query(ctx, "SELECT * FROM "+table)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	marks := make([]string, len(cols))
	for i := range cols {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	begin := time.Now()
	st, err := to.write.Prepare("INSERT INTO " + table + " VALUES (" + strings.Join(marks, ",") + ")")
	took += time.Since(begin)
	if err != nil {
		return 0, err
	}
	defer func() { _ = st.Close() }()
	for more := true; more; {
		var chunk [][]any
		for len(chunk) < bulkRows {
			if more = rows.Next(); !more {
				break
			}
			vals, into := make([]any, len(cols)), make([]any, len(cols))
			for i := range vals {
				into[i] = &vals[i]
			}
			if err := rows.Scan(into...); err != nil {
				return 0, err
			}
			chunk = append(chunk, vals)
		}
		begin := time.Now()
		tx, err := to.write.Begin()
		if err != nil {
			return 0, err
		}
		bound := tx.Stmt(st)
		for _, vals := range chunk {
			if _, err := bound.Exec(vals...); err != nil {
				return 0, errors.Join(err, tx.Rollback())
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
		took += time.Since(begin)
	}
	return took, rows.Err()
}

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

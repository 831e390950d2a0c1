package dbtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
)

// bareRows is how many rows one transaction of CopyBare holds: as many as an
// ingest writes.
const bareRows = 1500

// CopyBare copies tables row by row into an empty database with the same
// tables and indexes, with one prepared insert for each table through the same
// driver, and returns how long the inserts took: what a program that does
// nothing else would need. It is the baseline of the benchmarks.
func CopyBare(tb testing.TB, from *db.DB, tables ...string) time.Duration {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "bare.db")
	fresh, err := db.Open(tb.Context(), db.Config{Path: path})
	if err != nil {
		tb.Fatal(err)
	}
	if err := fresh.Close(); err != nil {
		tb.Fatal(err)
	}
	to, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	to.SetMaxOpenConns(1)
	var total time.Duration
	for _, table := range tables {
		took, err := copyTable(tb.Context(), from, to, table)
		if err != nil {
			tb.Fatalf("copy %s: %v", table, err)
		}
		total += took
	}
	return total
}

func copyTable(ctx context.Context, from *db.DB, to *sql.DB, table string) (took time.Duration, err error) {
	rows, err := from.Reader().Query(ctx, "SELECT * FROM "+table)
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
		marks[i] = "?" // a number would be a name to look up
	}
	began := time.Now()
	insert, err := to.Prepare("INSERT INTO " + table + " VALUES (" + strings.Join(marks, ",") + ")")
	took = time.Since(began)
	if err != nil {
		return 0, err
	}
	defer func() { _ = insert.Close() }()
	for more := true; more; {
		var chunk [][]any
		if chunk, more, err = readRows(rows, len(cols)); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := insertRows(to, insert, chunk); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

func readRows(rows *sql.Rows, width int) (chunk [][]any, more bool, err error) {
	for len(chunk) < bareRows {
		if !rows.Next() {
			return chunk, false, rows.Err()
		}
		vals, into := make([]any, width), make([]any, width)
		for i := range vals {
			into[i] = &vals[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, false, err
		}
		chunk = append(chunk, vals)
	}
	return chunk, true, nil
}

func insertRows(to *sql.DB, insert *sql.Stmt, chunk [][]any) error {
	tx, err := to.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	bound := tx.Stmt(insert)
	for _, vals := range chunk {
		if _, err := bound.Exec(vals...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"time"

	"steward/internal/fault"
)

// OpenResting opens a database file that nobody writes, such as a backup,
// without changing a byte of it and without files beside it, and returns the
// schema it has. It reads every page and checks every index first. Invalid
// when the file is no database of the portal's, is damaged, or is newer than
// this program. The caller calls close.
func OpenResting(ctx context.Context, path string) (r *Reader, schema int64, closeFn func() error, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, 0, nil, fault.Wrap(err, fault.Invalid, "The file %s cannot be read: %v.", path, cause(err))
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1&_pragma=query_only(1)&_pragma=trusted_schema(0)")
	if err != nil {
		return nil, 0, nil, classifyOpen(path, err)
	}
	pool.SetMaxOpenConns(2)
	have, err := restingSchema(ctx, pool, path)
	if err != nil {
		return nil, 0, nil, errors.Join(err, pool.Close())
	}
	return &Reader{pool: pool, now: time.Now}, have, pool.Close, nil
}

func restingSchema(ctx context.Context, pool *sql.DB, path string) (int64, error) {
	if err := integrity(ctx, pool, path); err != nil {
		return 0, err
	}
	var ours int
	err := pool.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('ledger', 'ledger_identity', 'tenant', 'goose_db_version')`).Scan(&ours)
	if err != nil {
		return 0, classifyOpen(path, err)
	}
	if ours != 4 {
		return 0, fault.New(fault.Invalid, "The file %s is a database, but not one of the portal's.", path)
	}
	have, want, err := versions(ctx, pool)
	if err != nil {
		return 0, classifyOpen(path, err)
	}
	if have > want {
		return 0, fault.New(fault.Invalid, "The file %s was written by a newer version of the portal (schema %d, this program knows %d).", path, have, want)
	}
	return have, nil
}

// integrity says what SQLite finds wrong. The ledger's chain is checked apart:
// SQLite's own check misses most single bits.
func integrity(ctx context.Context, pool *sql.DB, path string) error {
	rows, err := pool.QueryContext(ctx, `PRAGMA integrity_check(5)`)
	if err != nil {
		return damaged(path, err)
	}
	defer func() { _ = rows.Close() }()
	var wrong []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return damaged(path, err)
		}
		if line != "ok" {
			wrong = append(wrong, line)
		}
	}
	if err := rows.Err(); err != nil {
		return damaged(path, err)
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, "The database file %s is damaged: %s.", path, strings.Join(wrong, "; "))
	}
	return nil
}

func damaged(path string, err error) error {
	return fault.Wrap(err, fault.Invalid, "The file %s is not a database, or it is damaged.", path)
}

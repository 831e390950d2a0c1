package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Operations are the figures an operator watches.
type Operations struct {
	// Requests counts by state; drafts are left out: they wait for nobody.
	Requests map[string]int64
	// Runs counts open runs: going, waiting, paused.
	Runs map[string]int64
	// InDoubt counts steps whose outcome is not known, Oldest is when the
	// oldest of them was sent; zero when there is none.
	InDoubt int64
	Oldest  time.Time
	// Violations counts open ones by tenant and severity.
	Violations map[string]map[string]int64
	// LedgerEntries is the number of the last entry.
	LedgerEntries int64
}

// Operations reads the figures from one snapshot.
func (r *Reader) Operations(ctx context.Context) (Operations, error) {
	out := Operations{Requests: map[string]int64{}, Runs: map[string]int64{}, Violations: map[string]map[string]int64{}}
	err := r.Snapshot(ctx, func(tx *sql.Tx) error {
		if err := counts(ctx, tx, out.Requests, `SELECT state, count(*) FROM request WHERE state <> 'draft' GROUP BY state`); err != nil {
			return err
		}
		if err := counts(ctx, tx, out.Runs, `SELECT CASE WHEN paused IS NOT NULL THEN 'paused' WHEN waits <> '' THEN 'waiting' ELSE 'going' END, count(*)
			FROM run WHERE state = 'running' GROUP BY 1`); err != nil {
			return err
		}
		if err := openViolations(ctx, tx, out.Violations); err != nil {
			return err
		}
		var oldest sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT count(*), min(intended) FROM run_step WHERE state IN ('intent', 'settling', 'in_doubt') AND state = 'in_doubt'`).Scan(&out.InDoubt, &oldest); err != nil {
			return err
		}
		out.Oldest = timeOf(oldest)
		return tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM ledger`).Scan(&out.LedgerEntries)
	})
	if err != nil {
		return out, fmt.Errorf("read the figures of operation: %w", classify(err))
	}
	return out, nil
}

func openViolations(ctx context.Context, tx *sql.Tx, into map[string]map[string]int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT t.name, v.severity, count(*) FROM tenant t JOIN violation v ON v.tenant = t.id
		WHERE v.in_force = 1 AND v.state IN ('open', 'in_progress') GROUP BY t.name, v.severity`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, severity string
		var n int64
		if err := rows.Scan(&name, &severity, &n); err != nil {
			return err
		}
		if into[name] == nil {
			into[name] = map[string]int64{}
		}
		into[name][severity] = n
	}
	return rows.Err()
}

func counts(ctx context.Context, tx *sql.Tx, into map[string]int64, query string) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var label string
		var n int64
		if err := rows.Scan(&label, &n); err != nil {
			return err
		}
		into[label] = n
	}
	return rows.Err()
}

// Sizes returns the sizes of the database file and of its write-ahead log, in
// bytes; a log that is not there has none.
func (d *DB) Sizes() (file, log int64, err error) {
	info, err := os.Stat(d.path)
	if err != nil {
		return 0, 0, err
	}
	wal, err := os.Stat(d.path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return info.Size(), 0, nil
	}
	if err != nil {
		return info.Size(), 0, err
	}
	return info.Size(), wal.Size(), nil
}

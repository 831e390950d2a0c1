package db

import (
	"context"
	"database/sql"
	"time"
)

// Reader is the read-only side of the database: its connections refuse writes.
// Pages and reports hold nothing else.
type Reader struct {
	pool *sql.DB
	now  func() time.Time
}

// Query runs a read. Reports own their SQL and call this; the columns are
// listed, never *.
func (r *Reader) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.pool.QueryContext(ctx, query, args...)
	return rows, classify(err)
}

// QueryRow runs a read of one row.
func (r *Reader) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return r.pool.QueryRowContext(ctx, query, args...)
}

// Snapshot runs fn with all its reads seeing one state of the database, for
// pages that make several queries which must agree.
func (r *Reader) Snapshot(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := r.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return classify(err)
	}
	defer func() { _ = tx.Rollback() }()
	return classify(fn(tx))
}

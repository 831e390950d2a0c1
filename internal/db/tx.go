package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Tx is one write transaction. Its Now is fixed, so that everything one
// decision writes carries one time.
type Tx struct {
	*sql.Tx
	Now time.Time
}

// Millis returns the transaction's time as stored: UTC milliseconds.
func (t *Tx) Millis() int64 { return Millis(t.Now) }

// Write runs fn in one immediate transaction on the writer connection and
// commits when it returns nil. No network call belongs in fn: everyone else's
// write waits.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", classify(err))
	}
	defer func() { _ = tx.Rollback() }() // no effect after a commit
	if err := fn(&Tx{Tx: tx, Now: d.now().UTC()}); err != nil {
		return classify(err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", classify(err))
	}
	return nil
}

// Millis is the one form in which times are stored: UTC milliseconds. The zero
// time is stored as null by MillisOrNull.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// MillisOrNull returns nil for the zero time, for columns that may be null.
func MillisOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Time is the inverse of Millis; zero milliseconds is the epoch, not the zero
// time.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

package db

import (
	"context"
	"fmt"
)

// Rebuilding lets the writer go on without waiting for the disk at each commit
// until done is called, which brings everything down to the disk and restores
// the usual durability. Between the two a loss of power can leave a file that
// does not open, so it is only for what can be made again from the beginning,
// such as the demo's past; the caller marks the file as unfinished meanwhile.
func (d *DB) Rebuilding(ctx context.Context) (done func(context.Context) error, err error) {
	if err := d.pragmas(ctx, "synchronous = OFF", "wal_autocheckpoint = 40000"); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		if err := d.pragmas(ctx, "synchronous = FULL", "wal_autocheckpoint = 4000", "wal_checkpoint(TRUNCATE)"); err != nil {
			return err
		}
		return checkPragmas(ctx, d.write)
	}, nil
}

func (d *DB) pragmas(ctx context.Context, settings ...string) error {
	for _, s := range settings {
		if _, err := d.write.ExecContext(ctx, "PRAGMA "+s); err != nil {
			return fmt.Errorf("pragma %s: %w", s, classify(err))
		}
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/ledger"
)

// RecordBeside appends entries to the ledger of a database that a running
// portal may hold: what the command line exports or copies is recorded like
// what pages do. It takes no instance lock, for an append reads the head and
// writes the entry in one immediate transaction, whoever else writes. It does
// not migrate: Invalid when the schema is not this program's.
func RecordBeside(ctx context.Context, path string, entries ...ledger.Entry) error {
	r, closeReader, err := OpenReader(ctx, path)
	if err != nil {
		return err
	}
	defer func() { _ = closeReader() }()
	write, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return classifyOpen(path, err)
	}
	write.SetMaxOpenConns(1)
	d := &DB{path: path, write: write, reader: r, now: time.Now}
	err = checkPragmas(ctx, write)
	if err == nil {
		err = d.Record(ctx, entries...)
	}
	return errors.Join(err, write.Close())
}

package db

import (
	"context"
	"database/sql"
	"os"

	"steward/internal/fault"
)

// OpenDurable opens (or creates) a SQLite file beside the portal's own, with
// the same promises: what was committed is on the disk. It is for a library
// that keeps its own tables in it, such as the workflow engine's; the caller
// closes it. Unavailable when the disk or the file refuses.
func OpenDurable(ctx context.Context, path string) (*sql.DB, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The file %s cannot be opened for writing: %v. Check its owner and mode.", path, cause(err))
	}
	if err := f.Close(); err != nil {
		return nil, classifyOpen(path, err)
	}
	pool, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return nil, classifyOpen(path, err)
	}
	pool.SetMaxOpenConns(durableConns)
	pool.SetMaxIdleConns(durableConns)
	if err := checkPragmas(ctx, pool); err != nil {
		_ = pool.Close()
		return nil, classifyOpen(path, err)
	}
	return pool, nil
}

// durableConns is how many connections a library may hold; it may ask for a
// second one while it holds the first.
const durableConns = 4

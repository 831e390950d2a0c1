package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"time"

	"steward/internal/fault"
)

// OpenReader opens the database for reading only, beside a running portal:
// it takes no lock, changes nothing and does not migrate. The caller calls
// close. NotFound when there is no file, Invalid when its schema is not this
// program's.
func OpenReader(ctx context.Context, path string) (r *Reader, closeFn func() error, err error) {
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fault.Wrap(err, fault.NotFound, "There is no database at %s. Scan a tenant first, or check data_dir.", path)
		}
		return nil, nil, fault.Wrap(err, fault.Unavailable, "The database %s cannot be read: %v.", path, cause(err))
	}
	pool, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, nil, classifyOpen(path, err)
	}
	pool.SetMaxOpenConns(2)
	fail := func(err error) (*Reader, func() error, error) {
		return nil, nil, errors.Join(classifyOpen(path, err), pool.Close())
	}
	if err := checkPragmas(ctx, pool); err != nil {
		return fail(err)
	}
	have, want, err := versions(ctx, pool)
	if err != nil {
		return fail(err)
	}
	if have != want {
		return fail(fault.New(fault.Invalid, "The database has schema %d and this program needs %d. Run the version of the portal that fits, or portal migrate.", have, want))
	}
	return &Reader{pool: pool, now: time.Now}, pool.Close, nil
}

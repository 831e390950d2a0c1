package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver; this package is its only owner

	"steward/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config says how to open the database.
type Config struct {
	// Path of the file; created with mode 0600 when absent.
	Path string
	// Readers is the size of the reading pool; 4 when zero.
	Readers int
	// Now is the clock for what the database itself stamps; time.Now when nil.
	Now func() time.Time
}

// DB is the open database: one writer, several readers.
type DB struct {
	path   string
	write  *sql.DB
	reader *Reader
	now    func() time.Time
	lock   *fileLock
	// was and is are the schema before and after migrating; zero for neither.
	was, is int64
}

// pragmas are set through the DSN on every connection and read back at start:
// a misspelt one is ignored by the driver without a word.
var pragmas = []struct{ name, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "1", "1"},
	{"busy_timeout", "5000", "5000"},
	{"trusted_schema", "0", "0"},
}

// writerOptions are the writer's own. A scan writes into the middle of large
// indexes: with 64 MiB of pages in memory and 16 MiB of log between
// checkpoints, a page is read and written back once instead of many times.
const writerOptions = "_txlock=immediate&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(4000)"

// Open opens (or creates) the database, takes the single-instance lock,
// migrates the schema and checks every pragma. The caller closes it.
//
// Errors are classified: Conflict when another portal holds the file,
// Unavailable when the disk or the file refuses, Invalid when the file is not
// ours or newer than this program.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Readers <= 0 {
		cfg.Readers = 4
	}
	lock, err := prepareFile(cfg.Path)
	if err != nil {
		return nil, err
	}
	d := &DB{path: cfg.Path, now: cfg.Now, lock: lock}
	if err := d.open(ctx, cfg.Readers); err != nil {
		_ = d.Close()
		return nil, classifyOpen(cfg.Path, err)
	}
	return d, nil
}

func (d *DB) open(ctx context.Context, readers int) error {
	var err error
	if d.write, err = sql.Open("sqlite", dsn(d.path, writerOptions)); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if err := checkPragmas(ctx, d.write); err != nil {
		return err
	}
	if d.was, d.is, err = migrate(ctx, d.write, d.path); err != nil {
		return err
	}
	// A database from before there was an index is indexed here, once.
	if err := d.IndexNames(ctx); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", dsn(d.path, "_pragma=query_only(1)"))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	d.reader = &Reader{pool: pool, now: d.now}
	return checkPragmas(ctx, pool)
}

// Reader returns the read-only side.
func (d *DB) Reader() *Reader { return d.reader }

// Migrated returns the schema that the file had and the one it was brought to;
// zeros when it is new or had this program's already. Who opens it records that.
func (d *DB) Migrated() (was, is int64) { return d.was, d.is }

// Path returns the file's path.
func (d *DB) Path() string { return d.path }

// Optimize renews what SQLite knows about the spread of values, by looking at
// a sample of each index: with it, a condition on a workspace wins over one on
// the tenant. Called after a scan was published.
func (d *DB) Optimize(ctx context.Context) error {
	return d.pragmas(ctx, "analysis_limit = 400", "optimize = 0x10002")
}

// Close closes both sides and gives the lock back.
func (d *DB) Close() error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if d.reader != nil {
		keep(d.reader.pool.Close())
	}
	if d.write != nil {
		keep(d.write.Close())
	}
	if d.lock != nil {
		keep(d.lock.release())
	}
	return first
}

func dsn(path, extra string) string {
	q := make([]string, 0, len(pragmas)+1)
	for _, p := range pragmas {
		q = append(q, "_pragma="+url.QueryEscape(p.name+"("+p.set+")"))
	}
	q = append(q, extra)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(q, "&")
}

func checkPragmas(ctx context.Context, db *sql.DB) error {
	for _, p := range pragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", p.name, err)
		}
		if got != p.want {
			return fault.New(fault.Internal, "The database runs with %s=%s and must run with %s; the portal does not start without it.", p.name, got, p.want)
		}
	}
	return nil
}

// provider reads the embedded migrations.
func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// Numbers are given out in ranges, so a lower one may come to a database
	// that has a higher one already; none builds on what a higher one made.
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// versions returns the schema the file has and the one this program needs.
func versions(ctx context.Context, db *sql.DB) (have, want int64, err error) {
	p, err := provider(db)
	if err != nil {
		return 0, 0, err
	}
	have, want, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read schema version: %w", err)
	}
	return have, want, nil
}

// migrate brings the schema to this program's. A database that has lived is
// copied first: an older program cannot read the new schema. It returns the
// schema that such a database had and the one it has now, and zeros otherwise.
func migrate(ctx context.Context, db *sql.DB, path string) (was, is int64, err error) {
	have, want, err := versions(ctx, db)
	if err != nil {
		return 0, 0, err
	}
	p, err := provider(db)
	if err != nil {
		return 0, 0, err
	}
	if pending, err := p.HasPending(ctx); err != nil || have == want && !pending {
		return 0, 0, err
	}
	if have > want {
		return 0, 0, fault.New(fault.Invalid, "The database was written by a newer version of the portal (schema %d, this program knows %d). Run the newer version, or restore a backup.", have, want)
	}
	if have > 0 {
		if err := copyBefore(ctx, path, have); err != nil {
			return 0, 0, err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return 0, 0, fmt.Errorf("migrate: %w", err)
	}
	if have == 0 {
		return 0, 0, nil
	}
	return have, want, nil
}

func prepareFile(path string) (*fileLock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The data directory %s cannot be created: %v.", filepath.Dir(path), cause(err))
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		_ = lock.release()
		return nil, fault.Wrap(err, fault.Unavailable, "The database file %s cannot be opened for writing: %v. Check its owner and mode.", path, cause(err))
	}
	return lock, f.Close()
}

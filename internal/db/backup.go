package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"steward/internal/fault"
)

// Backup writes a whole, consistent copy of the database at path into a new
// file, beside a running portal and while it writes: the copy is one snapshot,
// nothing older than its start is missing. (Copying the file with other tools
// loses what is in the log beside it.) The file appears whole or not at all.
// Conflict when it is there already.
func Backup(ctx context.Context, path, into string) error {
	if _, err := os.Lstat(into); err == nil {
		return fault.New(fault.Conflict, "The file %s is there already. A backup never overwrites one; choose another name.", into)
	}
	_, closeReader, err := OpenReader(ctx, path)
	if err != nil {
		return err
	}
	if err := closeReader(); err != nil {
		return err
	}
	part := into + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Unavailable, "The unfinished backup %s cannot be removed.", part)
	}
	if err := vacuumInto(ctx, path, part); err != nil {
		return errors.Join(err, remove(part))
	}
	if err := settle(part, into); err != nil {
		return errors.Join(err, remove(part))
	}
	return nil
}

// vacuumInto needs a connection that may write, although it writes nothing to
// the database itself.
func vacuumInto(ctx context.Context, path, part string) error {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // an empty file is taken over, with our mode
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The backup %s cannot be written: %v.", part, cause(err))
	}
	if err := f.Close(); err != nil {
		return err
	}
	source, err := sql.Open("sqlite", dsn(path, ""))
	if err != nil {
		return classifyOpen(path, err)
	}
	source.SetMaxOpenConns(1)
	_, err = source.ExecContext(ctx, `VACUUM INTO $1`, part)
	return errors.Join(classify(err), source.Close())
}

// copyBefore keeps the database as the older program left it, beside it, under
// the number of its schema. A copy that is there from an attempt before stays.
func copyBefore(ctx context.Context, path string, schema int64) error {
	into := fmt.Sprintf("%s.schema-%d", path, schema)
	if _, err := os.Lstat(into); err == nil {
		return nil
	}
	part := into + ".part"
	if err := remove(part); err != nil {
		return err
	}
	if err := vacuumInto(ctx, path, part); err != nil {
		return fault.Wrap(errors.Join(err, remove(part)), fault.Unavailable,
			"The database must be brought to a new schema, and no copy of it could be made before: %s Make room beside it and start again.", fault.Sentence(err))
	}
	return settle(part, into)
}

// settle brings a finished file to its name, and both to the disk.
func settle(part, name string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The disk did not take the file %s: %v.", part, cause(err))
	}
	if err := os.Rename(part, name); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be renamed: %v.", part, cause(err))
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Replace puts a copy of the backup in the place of the database at path,
// which no portal may have open, and returns where the former file went; empty
// when there was none. Nothing is deleted. Conflict while a portal runs.
func Replace(path, backup string, now time.Time) (former string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "The data directory %s cannot be created: %v.", filepath.Dir(path), cause(err))
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.release() }()
	part := path + ".restoring"
	if err := copyFile(backup, part); err != nil {
		return "", errors.Join(err, remove(part))
	}
	if former, err = PutAside(path, now); err != nil {
		return former, err
	}
	return former, settle(part, path)
}

// PutAside renames a database file that nobody has open, with the log that
// belongs to it, and returns its new name; empty when there was none.
func PutAside(path string, now time.Time) (former string, err error) {
	aside := path + ".before-" + now.UTC().Format("20060102T150405.000Z")
	for _, tail := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+tail, aside+tail)
		switch {
		case err == nil && tail == "":
			former = aside
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return former, fault.Wrap(err, fault.Unavailable, "The former database cannot be put aside: %v.", cause(err))
		}
	}
	return former, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The backup %s cannot be read: %v.", from, cause(err))
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be written: %v.", to, cause(err))
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The backup cannot be copied to %s: %v.", to, cause(err))
	}
	return nil
}

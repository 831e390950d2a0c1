package db

import (
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"steward/internal/fault"
)

// classify gives a driver error its meaning. Codes are compared, never texts.
func classify(err error) error {
	var se *sqlite.Error
	if err == nil || !errors.As(err, &se) {
		return err
	}
	switch code := se.Code(); code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(err, fault.Unavailable, "The disk that holds the database (portal.db in data_dir) is full. This was not stored, what was there before is; free some space there and try again.")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fault.Wrap(err, fault.Unavailable, "The database (portal.db in data_dir) cannot be written: the file, its directory or the disk is read-only. Make them writable for the account that the portal runs as.")
	case sqlite3.SQLITE_IOERR:
		return fault.Wrap(err, fault.Unavailable, "The disk that holds the database (portal.db in data_dir) reported an error. This was not stored; look after the disk, and restore the last backup if it lost something.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Wrap(err, fault.Unavailable, "The database is busy. Try again in a moment.")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Wrap(err, fault.Unavailable, "The database file is damaged. Restore the last backup; the portal does not repair it by itself.")
	case sqlite3.SQLITE_CONSTRAINT:
		if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return fault.Wrap(err, fault.Conflict, "Something with this key is already there.")
		}
	}
	return err
}

func classifyOpen(path string, err error) error {
	err = classify(err)
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, "The database %s cannot be opened.", path)
}

// ignoreNoRows turns the absence of a row into no error.
func ignoreNoRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

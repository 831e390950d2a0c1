// Package dbtest opens a fresh, migrated database for a test and closes it
// with the test. It is the real SQLite on a real file.
package dbtest

import (
	"path/filepath"
	"testing"
	"time"

	"steward/internal/db"
)

// Open returns a new database in the test's directory. now may be nil.
func Open(tb testing.TB, now func() time.Time) *db.DB {
	tb.Helper()
	d, err := db.Open(tb.Context(), db.Config{Path: filepath.Join(tb.TempDir(), "portal.db"), Now: now})
	if err != nil {
		tb.Fatalf("open database: %v", err)
	}
	tb.Cleanup(func() {
		if err := d.Close(); err != nil {
			tb.Errorf("close database: %v", err)
		}
	})
	return d
}

package db_test

import (
	"os"
	"testing"
	"time"

	"steward/internal/db/dbtest"
)

// After Rebuilding is done the file alone holds everything that was written,
// and the writer waits for the disk again.
func TestRebuildingEndsOnTheDisk(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, time.Now)
	done, err := d.Rebuilding(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.EnsureTenant(t.Context(), "contoso", "00000000-0000-0000-0000-00000000000a"); err != nil {
		t.Fatal(err)
	}
	if err := done(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := os.Stat(d.Path() + "-wal"); err == nil && s.Size() != 0 {
		t.Errorf("%d bytes are left in the write-ahead log", s.Size())
	}
}

package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"steward/internal/config"
	"steward/internal/db"
)

// TestCopiesByTheClock keeps the last three of five copies, touches nothing
// that is not its own, and is heard when one fails or is missing.
func TestCopiesByTheClock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dir := filepath.Join(t.TempDir(), "copies")
	s.cfg.Backup = config.Backup{Directory: dir, Keep: 3}
	b, err := s.newBackups()
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 11, 1, 3, 30, 0, 0, time.UTC)
	for n := range 5 {
		b.once(t.Context(), night.AddDate(0, 0, n))
		if n == 0 {
			if err := os.WriteFile(filepath.Join(dir, "steward-mine.db"), []byte("kept"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	want := []string{"steward-20261103T033000Z.db", "steward-20261104T033000Z.db", "steward-20261105T033000Z.db", "steward-mine.db"}
	if len(files) != len(want) {
		t.Fatalf("files: %v, want %v", files, want)
	}
	for i, f := range files {
		if filepath.Base(f) != want[i] {
			t.Errorf("file %d is %s, want %s", i, f, want[i])
		}
	}
	_, _, closeFn, err := db.OpenResting(t.Context(), files[2])
	if err != nil {
		t.Fatal(err)
	}
	_ = closeFn()
	last := night.AddDate(0, 0, 4)
	if r := b.ready(last.Add(25 * time.Hour)); !r.OK {
		t.Errorf("an hour after the next was due: %+v", r)
	}
	if r := b.ready(last.Add(27 * time.Hour)); r.OK {
		t.Error("a copy that is overdue is not told")
	}
	b.once(t.Context(), last) // the file is there already
	if r := b.ready(last.Add(time.Hour)); r.OK {
		t.Error("a copy that failed is not told")
	}
}

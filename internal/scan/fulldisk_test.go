package scan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/scan"
)

// smallDisk is a file system of its own of so many bytes. It takes root to
// make one; where we are not, the test is skipped and says so.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("a small disk cannot be mounted (%v): run as root to test a full disk", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill leaves so many bytes free and returns what gives the rest back.
func fill(t *testing.T, dir string, left int64) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, make([]byte, max(int64(fs.Bavail)*fs.Bsize-left, 0)), 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// rigOn is a rig whose database and archive are on the given disk.
func rigOn(t *testing.T, dir string, s setup) *rig {
	t.Helper()
	r := newRig(t, s)
	r.archive = filepath.Join(dir, "archive")
	r.reopen(t, dir, s)
	return r
}

// reopen is what a restart does.
func (r *rig) reopen(t *testing.T, dir string, s setup) {
	t.Helper()
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	r.db = openDB(t, filepath.Join(dir, "portal.db"), r.clock.Now)
	r.scanner = r.newScanner(t, s)
}

// A disk that is full before, at the beginning, in the middle and at the end of
// a scan: the pages keep the old truth, the message says what to do, and when
// there is space again the scan goes on where it stopped, in the same process or
// after a restart.
func TestAFullDiskStopsAScanAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 48<<20)
	s := setup{workspaces: 60, noActivity: true, noGraph: true, change: noUnused}
	r := rigOn(t, dir, s)
	r.full(t, db.ScanComplete)
	calm := newRig(t, s)
	calm.full(t, db.ScanComplete)
	stopped, resumed := 0, 0
	for i, left := range []int64{0, 16 << 10, 60 << 10, 130 << 10, 260 << 10, 500 << 10, 1 << 20, 3 << 20} {
		r.clock.Advance(20 * 24 * time.Hour) // enough has changed to need space
		calm.clock.Set(r.clock.Now())
		calm.full(t, db.ScanComplete)
		before := told(t, r.db)
		free := fill(t, dir, left)
		_, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanFull, Cause: "command"})
		free()
		if err == nil {
			continue
		}
		stopped++
		if why := fault.Sentence(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(why, "full") || !strings.Contains(why, "data_dir") {
			t.Errorf("with %d bytes left: %v (%q)", left, err, why)
		}
		if d := dbtest.Diff(before, told(t, r.db)); d != "" {
			t.Errorf("with %d bytes left the pages changed\n%s", left, d)
		}
		if _, found, err := r.db.Reader().RunningScan(t.Context(), r.scanner.Tenant()); err != nil {
			t.Fatal(err)
		} else if found {
			resumed++
			if p := r.scanner.Progress(); p.Running || !strings.Contains(p.Error, "full") {
				t.Errorf("the progress says %+v", p)
			}
		}
		if i%2 == 1 {
			r.reopen(t, dir, s)
		}
		r.full(t, db.ScanComplete)
		if d := dbtest.Diff(told(t, calm.db), told(t, r.db)); d != "" {
			t.Errorf("with %d bytes left, and then more (-undisturbed +this)\n%s", left, d)
		}
	}
	if stopped < 3 || resumed < 2 {
		t.Errorf("only %d scans were stopped, %d of them under way: not worth a test", stopped, resumed)
	}
	t.Logf("%d scans were stopped, %d of them under way", stopped, resumed)
}

// A disk that has become read-only is named, and so is what to do.
func TestAReadOnlyDiskIsNamed(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 32<<20)
	s := setup{workspaces: 10, noActivity: true, noGraph: true, change: noUnused}
	r := rigOn(t, dir, s)
	r.full(t, db.ScanComplete)
	before := told(t, r.db)
	if err := r.db.Close(); err != nil { // a disk with a file open for writing cannot be made read-only
		t.Fatal(err)
	}
	remount := func(flags uintptr) {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	_, err := db.Open(t.Context(), db.Config{Path: filepath.Join(dir, "portal.db")})
	if why := fault.Sentence(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(why, dir) || !strings.Contains(why, "read-only") {
		t.Errorf("opened on a read-only disk: %v (%q)", err, why)
	}
	remount(0)
	r.db = openDB(t, filepath.Join(dir, "portal.db"), r.clock.Now)
	if d := dbtest.Diff(before, told(t, r.db)); d != "" {
		t.Errorf("afterwards\n%s", d)
	}
}

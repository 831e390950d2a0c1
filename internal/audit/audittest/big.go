package audittest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
)

// BenchWorkspaces is the size of the benchmarks' tenant: what
// STEWARD_BENCH_WORKSPACES says, else 2,000. At 100,000 it holds 1,000,000
// items and 3,000,000 grants.
func BenchWorkspaces() int {
	if n, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_WORKSPACES")); err == nil && n > 0 {
		return n
	}
	return 2000
}

// Kept is where the filled database of so many workspaces lies from one
// benchmark to the next; empty when STEWARD_BENCH_DIR is not set.
func Kept(workspaces int) string {
	dir := os.Getenv("STEWARD_BENCH_DIR")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, fmt.Sprintf("audit-%d.db", workspaces))
}

// Big puts a filled database of so many workspaces at path: a copy of the kept
// one, or one that is filled now.
func Big(tb testing.TB, path string, workspaces int) {
	tb.Helper()
	if in, err := os.Open(Kept(workspaces)); err == nil {
		defer func() { _ = in.Close() }()
		copyTo(tb, in, path)
		return
	}
	d, err := db.Open(tb.Context(), db.Config{Path: path})
	if err != nil {
		tb.Fatal(err)
	}
	Fill(tb, d, Size{Workspaces: workspaces, People: workspaces * 2})
	if err := d.Close(); err != nil {
		tb.Fatal(err)
	}
}

func copyTo(tb testing.TB, in io.Reader, path string) {
	tb.Helper()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		tb.Fatal(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
}

// Peak watches the memory of the program until the returned function is
// called, which says the most that was in use, in bytes.
func Peak() func() uint64 {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
			select {
			case <-ctx.Done():
				done <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { cancel(); return <-done }
}

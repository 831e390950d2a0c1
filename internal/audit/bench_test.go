package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"syscall"
	"testing"
	"time"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/db"
)

// benched opens a database of STEWARD_BENCH_WORKSPACES workspaces (2,000 unless
// told; 100,000 have 1,000,000 items and 3,000,000 grants). With
// STEWARD_BENCH_DIR the file is kept there and used again.
func benched(b *testing.B) (*db.DB, int) {
	b.Helper()
	n := audittest.BenchWorkspaces()
	path := audittest.Kept(n)
	if path == "" {
		path = filepath.Join(b.TempDir(), "audit.db")
	}
	_, missing := os.Stat(path)
	d, err := db.Open(b.Context(), db.Config{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if missing != nil {
		audittest.Fill(b, d, audittest.Size{Workspaces: n, People: n * 2})
	}
	return d, n
}

// counting counts what is written.
type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// BenchmarkAccessCSV exports every grant and compares with sqlite3 -csv of the
// same query on the same file.
func BenchmarkAccessCSV(b *testing.B) {
	d, _ := benched(b)
	q := queryOf(b, d.Reader())
	r, _ := audit.Lookup("access")
	base, baseCPU := shell(b, d.Path(), fmt.Sprintf(audittest.PlainAccess, q.View.Scan))
	runtime.GC()
	stop := audittest.Peak()
	cpu := used()
	var rows int64
	var out counting
	b.ResetTimer()
	for b.Loop() {
		out.n = 0
		n, err := audit.Export(b.Context(), &out, d.Reader(), r, q, audit.CSV, audit.Options{})
		if err != nil {
			b.Fatal(err)
		}
		rows = n
	}
	took := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(stop())/1e6, "peak-MB")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(out.n)/1e6, "MB")
	if base > 0 {
		b.ReportMetric(base.Seconds(), "sqlite3-s")
		b.ReportMetric(took.Seconds()/base.Seconds(), "ratio")
		b.ReportMetric(float64(used()-cpu)/float64(b.N)/float64(baseCPU), "cpu-ratio")
	}
}

// used is the processor time of this program so far.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// shell times sqlite3 -csv, by the clock and by the processor; 0 where sqlite3
// is not installed.
func shell(b *testing.B, path, query string) (clock, cpu time.Duration) {
	b.Helper()
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		b.Log("sqlite3 is not installed: no baseline")
		return 0, 0
	}
	cmd := exec.CommandContext(b.Context(), program, "-readonly", "-csv", path, query)
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &errs
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("sqlite3: %v: %s", err, errs.String())
	}
	return time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// BenchmarkPages reads lists as a person would, and reports how long the middle
// and the slowest took.
func BenchmarkPages(b *testing.B) {
	d, n := benched(b)
	reader := d.Reader()
	for _, c := range []struct{ report, where, sort string }{
		{"workspaces", "", "name"},
		{"workspaces", "name=team_77", "name"},
		{"workspaces", "state=Deleted", "name"},
		{"workspaces", "", "admins"},
		{"items", "kind=report", "name"},
		{"items", "", "modified"},
		{"access", "", "workspace"},
		{"access", "guest=yes", "workspace"},
		{"access", "principal=" + audittest.GUID(n+n*10+5), "workspace"},
		{"people", "kind=Group", "name"},
		{"unused", "", "name"},
		{"activity", "", "at"},
		{"changes", "", "at"},
	} {
		b.Run(c.report+"/"+c.where+"/"+c.sort, func(b *testing.B) {
			r, err := audit.Lookup(c.report)
			if err != nil {
				b.Fatal(err)
			}
			q := queryOf(b, reader)
			q.Where, q.Sort = where(c.where), c.sort
			var all []time.Duration
			for b.Loop() {
				p, err := audit.Run(b.Context(), reader, r, q)
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, p.Took)
				if q.Cursor = p.Next; len(all)%20 == 0 {
					q.Cursor = ""
				}
			}
			sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
			b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkDetails reads what the pages of one thing need.
func BenchmarkDetails(b *testing.B) {
	d, n := benched(b)
	reader := d.Reader()
	q := queryOf(b, reader)
	person, ws, item := audittest.GUID(n+n*10+5), audittest.GUID(7), audittest.GUID(n+2)
	for _, c := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"overview", func(ctx context.Context) error { _, err := audit.OverviewOf(ctx, reader, q); return err }},
		{"lineage", func(ctx context.Context) error { _, err := audit.LineageOf(ctx, reader, q, item); return err }},
		{"person-access", page(reader, q, "person-access", "principal="+person)},
		{"history", page(reader, q, "history", "workspace="+ws)},
		{"people of a workspace", page(reader, q, "access", "workspace="+ws+" on=workspace")},
		{"items of a workspace", page(reader, q, "items", "workspace="+ws)},
		{"use of a workspace", page(reader, q, "usage", "workspace="+ws)},
		{"leavers", page(reader, q, "leaver-access", "")},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func page(reader *db.Reader, q audit.Query, report, filters string) func(context.Context) error {
	return func(ctx context.Context) error {
		r, err := audit.Lookup(report)
		if err != nil {
			return err
		}
		q.Where = where(filters)
		_, err = audit.Run(ctx, reader, r, q)
		return err
	}
}

// BenchmarkFormats exports the items in each form, and watches the memory.
func BenchmarkFormats(b *testing.B) {
	d, _ := benched(b)
	q := queryOf(b, d.Reader())
	r, _ := audit.Lookup("items")
	for _, f := range audit.Formats {
		b.Run(string(f), func(b *testing.B) {
			runtime.GC()
			stop := audittest.Peak()
			for b.Loop() {
				if _, err := audit.Export(b.Context(), io.Discard, d.Reader(), r, q, f, audit.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(stop())/1e6, "peak-MB")
		})
	}
}

// BenchmarkSearch asks the index as the search box does, beside bare SQL that
// reads the same matches and nothing else. The words are of names that the
// tenant has once, a thousand times, and everywhere.
func BenchmarkSearch(b *testing.B) {
	d, n := benched(b)
	reader := d.Reader()
	r, err := audit.Lookup("items")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, ask, match string
		scope            db.Scope
	}{
		{"once", fmt.Sprintf("item %d", n*10-3), fmt.Sprintf(`"item"* "%d"*`, n*10-3), db.Everything},
		{"some", fmt.Sprintf("sales 3 item %d", n/100), fmt.Sprintf(`"sales"* "3"* "item"* "%d"*`, n/100), db.Everything},
		{"everywhere", "sal", `"sal"*`, db.Everything},
		{"letter", "i", `"i"*`, db.Everything},
		{"nowhere", "zebra", `"zebra"*`, db.Everything},
		{"everywhere within a part", "sal", `"sal"*`, db.Scope{Prefixes: []string{"finance 31 team"}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ours, bare []time.Duration
			for b.Loop() {
				q := queryOf(b, reader)
				q.Scope, q.Where, q.Limit = c.scope, map[string][]string{"find": {c.ask}}, 8
				began := time.Now()
				if _, err := audit.Run(b.Context(), reader, r, q); err != nil {
					b.Fatal(err)
				}
				ours = append(ours, time.Since(began))
				began = time.Now()
				var hits int
				if err := reader.QueryRow(b.Context(), `SELECT count(*) FROM (SELECT i.name FROM search_item f CROSS JOIN item i ON i.id = f.rowid WHERE f.search_item MATCH $1 LIMIT 1000)`, c.match).Scan(&hits); err != nil {
					b.Fatal(err)
				}
				bare = append(bare, time.Since(began))
			}
			p99 := func(all []time.Duration) float64 {
				sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
				return float64(all[len(all)*99/100].Microseconds()) / 1000
			}
			b.ReportMetric(p99(ours), "p99-ms")
			b.ReportMetric(p99(bare), "sql-p99-ms")
		})
	}
}

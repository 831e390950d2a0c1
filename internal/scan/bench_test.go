package scan_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/scan"
	"steward/internal/sim/powerbi"
)

// BenchmarkScanBudget scans a tenant under Microsoft's documented limits in
// virtual time and says how close it comes to what the limits allow:
// ⌈N/100⌉ calls of getInfo at 500 an hour. STEWARD_BENCH_WORKSPACES=100000 is
// the size of the figure.
func BenchmarkScanBudget(b *testing.B) {
	n := 1000
	if v, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_WORKSPACES")); err == nil {
		n = v
	}
	for b.Loop() {
		r := newRig(b, setup{workspaces: n, noActivity: true, noGraph: true, scans: powerbi.Scans{Queued: 5 * time.Second, Running: 25 * time.Second},
			change: func(c *scan.Config) { c.UnusedPerScan, c.ArchiveDir = -1, "" }})
		began, virtual := time.Now(), r.clock.Now()
		res := r.full(b, db.ScanComplete)
		took := r.clock.Now().Sub(virtual)
		batches := (res.Scan.Meant + 99) / 100
		bound := time.Duration(batches) * time.Hour / 500
		c := r.cloud.Counters()
		requests := c.Operations[opModified].Calls + c.Operations[opGetInfo].Calls + c.Operations[opStatus].Calls + c.Operations[opResult].Calls
		b.ReportMetric(took.Seconds()/bound.Seconds(), "time/bound")
		b.ReportMetric(took.Hours(), "virtual-h")
		b.ReportMetric(float64(c.Operations[opGetInfo].Calls)/float64(batches), "getInfo/batch")
		b.ReportMetric(float64(requests)/float64(batches), "requests/batch")
		b.ReportMetric(float64(c.Refused+c.RefusedScans), "beyond-limits")
		b.ReportMetric(time.Since(began).Seconds(), "real-s")

		began = time.Now()
		r.clock.Advance(2 * time.Hour)
		again := r.full(b, db.ScanComplete)
		b.ReportMetric(time.Since(began).Seconds(), "second-real-s")
		b.ReportMetric(float64(again.Scan.Note.Changed["workspace"]), "second-workspaces-written")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-with-stand-in-MB")
	}
}

// BenchmarkIngestLifelike ingests everything that a scan of the stand-in's
// lifelike tenant archived: results with the tables, columns and expressions of
// every model, of which few become rows, and all that is read beside them. It
// sets that against bare prepared inserts of the very rows that it wrote; then
// ingests it again when hardly anything has changed.
func BenchmarkIngestLifelike(b *testing.B) {
	n := 500
	if v, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_WORKSPACES")); err == nil {
		n = v
	}
	for b.Loop() {
		lean := func(c *scan.Config) { c.UnusedPerScan = -1 }
		r := newRig(b, setup{workspaces: n, noActivity: true, noGraph: true, scans: powerbi.Scans{Instant: true}, change: lean})
		r.full(b, db.ScanComplete)
		size, tenant := archiveSize(b, r.archive), r.scanner.Tenant()

		again := newRig(b, setup{workspaces: 5, noActivity: true, noGraph: true})
		first, firstCPU := timedCPU(func() {
			if err := again.scanner.Replay(b.Context(), r.archive); err != nil {
				b.Fatal(err)
			}
		})
		second := timed(func() {
			if err := again.scanner.Replay(b.Context(), r.archive); err != nil {
				b.Fatal(err)
			}
		})
		bareCPU := processor()
		bare := dbtest.CopyBare(b, r.db, "tenant", "scan", "ident", "workspace", "item", "access_grant", "principal", "edge", "datasource",
			"workspace_digest", "workspace_touch", "capacity", "domain", "app", "pipeline", "pipeline_stage", "pipeline_user", "refreshable", "setting", "wide_link")
		bareCPU = processor() - bareCPU
		figures, err := r.db.Reader().Figures(b.Context(), tenant)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(figures["items"]), "items")
		b.ReportMetric(float64(figures["grants.item"]+figures["grants.workspace"]), "grants")
		b.ReportMetric(float64(size)/(1<<20), "archive-MB")
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(bare.Seconds(), "bare-s")
		b.ReportMetric(firstCPU.Seconds()/bareCPU.Seconds(), "first/bare-cpu")
		b.ReportMetric(first.Seconds()/bare.Seconds(), "first/bare")
		b.ReportMetric(second.Seconds()/first.Seconds(), "unchanged/first")
	}
}

func timed(fn func()) time.Duration {
	began := time.Now()
	fn()
	return time.Since(began)
}

func archiveSize(b *testing.B, dir string) (total int64) {
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return total
}

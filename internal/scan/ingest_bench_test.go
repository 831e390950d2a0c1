package scan_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/scan"
)

// BenchmarkIngest ingests scan results as Microsoft sends them, a hundred
// workspaces each, of a tenant with ten items in each workspace and three
// grants on each item: unpacking, decoding, comparing, writing and publishing.
// It sets that against bare prepared inserts of the very rows that it wrote,
// through the same driver, and against a second scan in which one workspace in
// a hundred has changed. STEWARD_BENCH_ITEMS=1000000 is the size of the figure.
func BenchmarkIngest(b *testing.B) {
	items := 20_000
	if v, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_ITEMS")); err == nil {
		items = v
	}
	for b.Loop() {
		first, second := b.TempDir(), b.TempDir()
		size := writeResults(b, first, items/10, 0)
		writeResults(b, second, items/10, 1)
		d := openDB(b, filepath.Join(b.TempDir(), "portal.db"), time.Now)
		s, err := scan.New(b.Context(), scan.Config{DB: d, Tenant: "contoso", TenantID: "t"})
		if err != nil {
			b.Fatal(err)
		}
		replay := func(dir string) func() {
			return func() {
				if err := s.Replay(b.Context(), dir); err != nil {
					b.Fatal(err)
				}
			}
		}
		forgetPeak()
		clock, cpu := timedCPU(replay(first))
		peak := peakMemory()
		again, againCPU := timedCPU(replay(second))
		scans, err := d.Reader().Scans(b.Context(), s.Tenant(), 1)
		if err != nil {
			b.Fatal(err)
		}
		began := processor()
		bare := dbtest.CopyBare(b, d, "tenant", "scan", "ident", "workspace", "item", "access_grant", "principal", "workspace_digest", "workspace_touch")
		bareCPU := processor() - began
		b.ReportMetric(float64(size)/1e6, "results-MB")
		b.ReportMetric(clock.Seconds(), "first-s")
		b.ReportMetric(bare.Seconds(), "bare-s")
		b.ReportMetric(clock.Seconds()/bare.Seconds(), "first/bare")
		b.ReportMetric(cpu.Seconds(), "first-cpu-s")
		b.ReportMetric(bareCPU.Seconds(), "bare-cpu-s")
		b.ReportMetric(again.Seconds()/clock.Seconds(), "second/first")
		b.ReportMetric(againCPU.Seconds()/cpu.Seconds(), "second/first-cpu")
		b.ReportMetric(float64(scans[0].Note.Changed["workspace"]), "second-workspaces-written")
		b.ReportMetric(peak, "peak-rss-MB")
	}
}

// writeResults archives the scan results of a tenant, as a scan would have, and
// returns their size before compression. With another version, every hundredth
// workspace has another name.
func writeResults(tb testing.TB, root string, workspaces, version int) (size int64) {
	tb.Helper()
	dir := filepath.Join(root, "contoso", "1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	type batch struct {
		File string
		IDs  []string
	}
	var batches []batch
	for n := 0; n < workspaces; n += 100 {
		one := batch{File: fmt.Sprintf("batch-%04d-x.json.gz", n/100)}
		f, err := os.Create(filepath.Join(dir, one.File))
		if err != nil {
			tb.Fatal(err)
		}
		z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
		w := &measured{Writer: bufio.NewWriter(z)}
		_, _ = io.WriteString(w, `{"workspaces":[`)
		for k := n; k < min(n+100, workspaces); k++ {
			one.IDs = append(one.IDs, guid(1, k))
			writeWorkspace(w, k, version*(k%100/99), k > n)
		}
		_, _ = io.WriteString(w, `],"datasourceInstances":[]}`)
		size += w.n
		for _, err := range []error{w.Writer.(*bufio.Writer).Flush(), z.Close(), f.Close()} {
			if err != nil {
				tb.Fatal(err)
			}
		}
		batches = append(batches, one)
	}
	text, err := json.Marshal(map[string]any{"Scan": 1, "Kind": db.ScanFull, "Started": beginning, "Batches": batches, "State": db.ScanComplete})
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return size
}

type measured struct {
	io.Writer
	n int64
}

func (m *measured) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	return m.Writer.Write(p)
}

func guid(kind, n int) string {
	return fmt.Sprintf("%08x-%04x-4000-8000-%012x", n*2654435761&0xffffffff, kind, n)
}

// writeWorkspace writes the n-th workspace as the metadata scanner does.
func writeWorkspace(w io.Writer, n, version int, more bool) {
	_, _ = fmt.Fprintf(w, `%s{"id":%q,"name":"Workspace %d version %d","description":"","type":"Workspace","state":"Active","isOnDedicatedCapacity":true,`+
		`"capacityId":%q,"defaultDatasetStorageFormat":"Small","reports":[`, comma(more), guid(1, n), n, version, guid(5, n%20))
	for i := range 10 {
		k := n*10 + i
		_, _ = fmt.Fprintf(w, `%s{"reportType":"PowerBIReport","id":%q,"name":"Report %d of the quarter","datasetId":%q,"createdDateTime":"2026-01-01T00:00:%02d.013",`+
			`"modifiedDateTime":"2026-01-02T00:00:%02d.77","modifiedBy":"person.%d@contoso.com","createdBy":"person.%d@contoso.com",`+
			`"createdById":%q,"modifiedById":%q,"users":[`, comma(i > 0), guid(2, k), k, guid(3, k/20), k%60, k%60, k%50_000, k%50_000, guid(9, k%50_000), guid(9, k%50_000))
		for j := range 3 {
			p := (k*7 + j*131) % 50_000
			_, _ = fmt.Fprintf(w, `%s{"reportUserAccessRight":"Read","emailAddress":"person.%d@contoso.com","displayName":"Person %d",`+
				`"identifier":"person.%d@contoso.com","graphId":%q,"principalType":"User","userType":"Member"}`, comma(j > 0), p, p, p, guid(9, p))
		}
		_, _ = io.WriteString(w, `]}`)
	}
	_, _ = io.WriteString(w, `],"dashboards":[],"datasets":[],"dataflows":[],"datamarts":[],"users":[]}`)
}

func comma(more bool) string {
	if more {
		return ","
	}
	return ""
}

// processor is the processor time of this program so far.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func timedCPU(fn func()) (clock, cpu time.Duration) {
	cpu = processor()
	clock = timed(fn)
	return clock, processor() - cpu
}

// forgetPeak and peakMemory watch the most memory that the whole program had at
// once, the database's included, in megabytes; 0 where the system does not say.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

func peakMemory() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	m := peakLine.FindStringSubmatch(string(text))
	if m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(strings.TrimSpace(m[1]))
	return float64(kb) / 1000
}

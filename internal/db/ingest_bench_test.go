package db_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/tenant"
)

// benchItems is how many items the ingest benchmark writes, three grants on
// each. STEWARD_BENCH_ITEMS=1000000 is the size of the figure in the issue.
func benchItems() int {
	if n, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_ITEMS")); err == nil {
		return n
	}
	return 20_000
}

// syntheticWorkspace is the n-th of a made-up tenant: ten items, each shared
// with three of fifty thousand people.
func syntheticWorkspace(n, version int) db.SeenWorkspace {
	guid := func(kind, n int) string {
		return fmt.Sprintf("%08x-%04x-4000-8000-%012x", n*2654435761&0xffffffff, kind, n)
	}
	who := func(n int) tenant.Grant {
		n %= 50_000
		return tenant.Grant{Right: "Read", Principal: tenant.Principal{ID: guid(9, n), Kind: tenant.PrincipalUser,
			Name: fmt.Sprintf("Person %d", n), Address: fmt.Sprintf("person.%d@contoso.com", n)}}
	}
	w := tenant.Workspace{ID: guid(1, n), Name: fmt.Sprintf("Workspace %d version %d", n, version), Kind: tenant.KindWorkspace,
		State: tenant.StateActive, UsersKnown: true}
	at := time.Date(2026, 1, 1, 0, 0, n, 0, time.UTC)
	for i := range 10 {
		k := n*10 + i
		it := tenant.Item{ID: guid(2, k), Kind: tenant.ItemReport, Name: fmt.Sprintf("Report %d of the quarter", k), UsersKnown: true,
			Created: at, Modified: at, CreatedBy: guid(9, k%50_000), ModifiedBy: guid(9, k%50_000), ReportType: "PowerBIReport", Tables: -1, Roles: -1}
		for j := range 3 {
			it.Users = append(it.Users, who(k*7+j*131))
		}
		w.Items = append(w.Items, it)
	}
	return db.SeenWorkspace{Workspace: w, ItemsKnown: true, Digest: []byte(fmt.Sprintf("%032d", n*1000+version))}
}

// BenchmarkIngest compares the ingest of a tenant with bare prepared inserts
// of the very rows it wrote, and a second scan in which one workspace in a
// hundred changed with the first.
func BenchmarkIngest(b *testing.B) {
	n := benchItems()
	for b.Loop() {
		t := newBench(b)
		var first, second time.Duration
		peak := peakHeap(func() {
			first = t.timeScan(b, n/10, 0)
			second = t.timeScan(b, n/10, 1)
		})
		bare := dbtest.CopyBare(b, t.db, "tenant", "scan", "ident", "workspace", "item", "access_grant", "principal", "workspace_digest", "workspace_touch")
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(bare.Seconds(), "bare-s")
		b.ReportMetric(first.Seconds()/bare.Seconds(), "first/bare")
		b.ReportMetric(second.Seconds()/first.Seconds(), "second/first")
		b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MB")
	}
}

func (t *bench) timeScan(b *testing.B, workspaces, version int) time.Duration {
	s := t.start(b)
	begin := time.Now()
	in := t.db.Ingest(t.tenant, s.ID)
	defer in.Close()
	var group []*db.SeenWorkspace
	for i := range workspaces {
		v := 0
		if i%100 == 0 {
			v = version
		}
		w := syntheticWorkspace(i, v)
		if group = append(group, &w); len(group) < 36 && i < workspaces-1 {
			continue
		}
		if err := in.Workspaces(b.Context(), group...); err != nil {
			b.Fatal(err)
		}
		group = group[:0]
	}
	took := time.Since(begin)
	s.State = db.ScanComplete
	if err := t.db.PublishScan(b.Context(), s, nil); err != nil {
		b.Fatal(err)
	}
	return took
}

// peakHeap runs fn and returns the most heap that was in use at once.
func peakHeap(fn func()) uint64 {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	fn()
	close(done)
	return <-peak
}

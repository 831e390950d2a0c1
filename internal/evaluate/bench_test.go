package evaluate_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/policy"
	"steward/internal/tenant"
)

// benchItems is the size of the benchmark, three grants on each item and ten
// items in each workspace. STEWARD_BENCH_ITEMS=1000000 is the size of the
// figure in docs/performance.md.
func benchItems() int {
	if n, err := strconv.Atoi(os.Getenv("STEWARD_BENCH_ITEMS")); err == nil {
		return n
	}
	return 20_000
}

// syntheticSpace is the n-th workspace of a made-up tenant in ordinary order:
// three admins, a group, most items labelled, some shared with guests.
func syntheticSpace(n, version int) db.SeenWorkspace {
	guid := func(kind, n int) string {
		return fmt.Sprintf("%08x-%04x-4000-8000-%012x", n*2654435761&0xffffffff, kind, n)
	}
	who := func(n int, right string) tenant.Grant {
		n %= 50_000
		return tenant.Grant{Right: tenant.Right(right), Principal: tenant.Principal{ID: guid(9, n), Kind: tenant.PrincipalUser, Guest: n%97 == 0,
			Name: fmt.Sprintf("Person %d", n), Address: fmt.Sprintf("person.%d@contoso.com", n)}}
	}
	env := []string{"DEV", "TEST", "PROD"}[n%3]
	w := tenant.Workspace{ID: guid(1, n), Name: fmt.Sprintf("FIN-Subject%d-%s", n/3, env), Kind: tenant.KindWorkspace, Dedicated: true,
		State: tenant.StateActive, UsersKnown: true, Description: fmt.Sprintf("Version %d", version),
		Users: []tenant.Grant{who(n, "Admin"), who(n+1, "Admin"), who(n+2, "Member")}}
	at := time.Date(2026, 1, 1, 0, 0, n, 0, time.UTC)
	for i := range 10 {
		k := n*10 + i
		it := tenant.Item{ID: guid(2, k), Kind: tenant.ItemReport, Name: fmt.Sprintf("Report %d of the quarter", k), UsersKnown: true, LabelID: "confidential",
			Created: at, Modified: at, ConfiguredBy: guid(9, k%50_000), ReportType: "PowerBIReport", Tables: -1, Roles: -1}
		if i == 0 {
			it.Kind, it.Refresh = tenant.ItemDataset, &tenant.RefreshSchedule{Enabled: true, NotifyOption: "MailOnFailure"}
		}
		for j := range 3 {
			it.Users = append(it.Users, who(k*7+j*131, "Read"))
		}
		w.Items = append(w.Items, it)
	}
	return db.SeenWorkspace{Workspace: w, ItemsKnown: true}
}

func (w *world) syntheticScan(spaces, version int) (db.View, time.Duration) {
	ctx := w.tb.Context()
	s, err := w.db.StartScan(ctx, db.Scan{Tenant: w.tenant, Kind: db.ScanFull, Cause: "command"})
	w.check(err)
	begin := cpuTime()
	in := w.db.Ingest(w.tenant, s.ID)
	defer in.Close()
	var group []*db.SeenWorkspace
	for i := range spaces {
		v := 0
		if i%100 == 0 {
			v = version
		}
		if version > 0 && v == 0 {
			continue // an incremental scan reads what changed
		}
		got := syntheticSpace(i, v)
		if v > 0 {
			got.Users = got.Users[:1]
		}
		if group = append(group, &got); len(group) == 36 {
			w.check(in.Workspaces(ctx, group...))
			group = group[:0]
		}
	}
	w.check(in.Workspaces(ctx, group...))
	took := cpuTime() - begin
	s.State = db.ScanComplete
	w.check(w.db.PublishScan(ctx, s, nil))
	v, err := w.db.Reader().ViewNow(ctx, "contoso")
	w.check(err)
	return v, took
}

// BenchmarkEvaluate judges a tenant by all built-in rules and reports the
// processor's time as a ratio to the ingest of the same rows in the same run; then again after
// a scan in which one workspace in a hundred changed.
func BenchmarkEvaluate(b *testing.B) {
	spaces := benchItems() / 10
	for b.Loop() {
		w := newWorld(b)
		set := builtin(b, nil)
		v, ingest := w.syntheticScan(spaces, 0)
		var full, again time.Duration
		var r evaluate.Result
		peak := peakHeap(func() { full = timed(func() { r = w.evaluate(v, set) }) })
		v, _ = w.syntheticScan(spaces, 1)
		var inc evaluate.Result
		again = timed(func() { inc = w.evaluate(v, set) })
		if r.Mode != evaluate.Full || inc.Mode != evaluate.Incremental || inc.Workspaces < int64(spaces/100) {
			b.Fatalf("judged %+v, then %+v", r, inc)
		}
		b.ReportMetric(ingest.Seconds(), "ingest-cpu-s")
		b.ReportMetric(full.Seconds(), "full-cpu-s")
		b.ReportMetric(full.Seconds()/ingest.Seconds(), "full/ingest")
		b.ReportMetric(again.Seconds()/full.Seconds(), "1pct/full")
		b.ReportMetric(float64(r.Verdicts)/1e6, "Mverdicts")
		b.ReportMetric(float64(r.Raised), "raised")
		b.ReportMetric(float64(inc.Workspaces), "touched")
		b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MB")
	}
}

// timed measures the processor's time of the whole program, not the clock's: a
// machine that does other things besides would spoil a ratio.
func timed(fn func()) time.Duration {
	begin := cpuTime()
	fn()
	return cpuTime() - begin
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakHeap runs fn and returns the most heap that was in use at once.
func peakHeap(fn func()) uint64 {
	var peak atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if m.HeapInuse > peak.Load() {
					peak.Store(m.HeapInuse)
				}
			}
		}
	}()
	fn()
	close(stop)
	<-done
	return peak.Load()
}

// BenchmarkJudgeOnly judges facts that are already in memory: what the rules
// cost without the database.
func BenchmarkJudgeOnly(b *testing.B) {
	w := newWorld(b)
	set := builtin(b, nil)
	v, _ := w.syntheticScan(db.FactChunk, 0)
	facts, err := w.db.Reader().OpenFacts(b.Context(), v)
	w.check(err)
	defer func() { _ = facts.Close() }()
	var part db.FactPart
	w.check(facts.Load(b.Context(), facts.WorkspaceNumbers(), &part))
	judge := set.NewJudge(b.Context(), policy.AtScan, facts.Tenant())
	verdicts := 0
	for b.Loop() {
		facts.Each(&part, func(_ int, o policy.Object) { judge.Each(o, func(policy.Verdict) { verdicts++ }) })
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(verdicts), "ns/verdict")
}

package scan_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/entra"
	"steward/internal/graph"
	"steward/internal/pbi"
	"steward/internal/scan"
	"steward/internal/sim"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/world"
)

// beginning is the moment at which the tests' clocks stand at first.
var beginning = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

// rig is a tenant in the stand-in, reached over HTTP, and a scanner with a
// database of its own. Stand-in and scanner share a clock that moves only
// when somebody sleeps.
type rig struct {
	world   *world.World
	cloud   *sim.Cloud
	ends    sim.Endpoints
	clock   *sim.Clock
	db      *db.DB
	scanner *scan.Scanner
	archive string
	slept   time.Duration
}

// setup says how a rig differs from the usual one.
type setup struct {
	workspaces int // 40 when zero
	scans      powerbi.Scans
	limits     sim.Limits
	faults     []sim.Fault
	begin      time.Time
	skew       time.Duration // our clock minus the service's
	noGraph    bool
	noActivity bool
	change     func(*scan.Config)
}

func newRig(tb testing.TB, s setup) *rig {
	tb.Helper()
	if s.workspaces == 0 {
		s.workspaces = 40
	}
	if s.begin.IsZero() {
		s.begin = beginning
	}
	r := &rig{world: world.New(world.Config{Seed: 7, Workspaces: s.workspaces}), clock: sim.FrozenClock(s.begin), archive: tb.TempDir()}
	r.cloud = sim.New(sim.Config{World: r.world, Clock: r.clock, Scans: s.scans, Limits: s.limits, Faults: s.faults})
	ends, err := r.cloud.Start("127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.cloud.Close() })
	r.ends = ends
	r.db = openDB(tb, filepath.Join(tb.TempDir(), "portal.db"), func() time.Time { return r.clock.Now().Add(s.skew) })
	r.scanner = r.newScanner(tb, s)
	return r
}

func openDB(tb testing.TB, path string, now func() time.Time) *db.DB {
	tb.Helper()
	d, err := db.Open(tb.Context(), db.Config{Path: path, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	return d
}

func (r *rig) newScanner(tb testing.TB, s setup) *scan.Scanner {
	tb.Helper()
	now := func() time.Time { return r.clock.Now().Add(s.skew) }
	cfg, err := connect(tb.Context(), r.ends, sim.DefaultApps(r.world)[0].ClientID, sim.DefaultApps(r.world)[0].Secret,
		r.world.Config().TenantID, r.db, now, r.sleep)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.ArchiveDir, cfg.PersonalWorkspaces, cfg.ActivityDays = r.archive, true, 28
	if s.noGraph {
		cfg.Graph = nil
	}
	if s.noActivity {
		cfg.ActivityDays = 0
	}
	if s.change != nil {
		s.change(&cfg)
	}
	sc, err := scan.New(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return sc
}

// connect makes the clients as the program does.
func connect(ctx context.Context, ends sim.Endpoints, clientID, secret, tenantID string, d *db.DB,
	now func() time.Time, sleep func(context.Context, time.Duration) error) (scan.Config, error) {
	source := func(scope string) (*entra.Source, error) {
		return entra.New(entra.Config{Authority: ends.Authority, TenantID: tenantID, ClientID: clientID, Scope: scope, Now: now, Sleep: sleep,
			Secret: func() (string, error) { return secret, nil }})
	}
	tokens, err := source(ends.Resource + "/.default")
	if err != nil {
		return scan.Config{}, err
	}
	graphTokens, err := source(ends.Graph + "/.default")
	if err != nil {
		return scan.Config{}, err
	}
	budgets, err := pbi.NewBudgets(ctx, pbi.BudgetConfig{Store: d.Budgets("contoso/" + clientID), Now: now, Sleep: sleep})
	if err != nil {
		return scan.Config{}, err
	}
	calls := &scan.Calls{}
	client, err := pbi.New(pbi.Config{API: ends.API + "/v1.0/myorg", Fabric: ends.Fabric + "/v1", Tokens: tokens, Budgets: budgets,
		Now: now, Sleep: sleep, Jitter: func() float64 { return 0.5 }, OnCall: calls.Note})
	if err != nil {
		return scan.Config{}, err
	}
	people, err := graph.New(graph.Config{Base: ends.Graph + "/v1.0", Tokens: graphTokens, Now: now, Sleep: sleep, Jitter: func() float64 { return 0.5 }})
	if err != nil {
		return scan.Config{}, err
	}
	return scan.Config{DB: d, Tenant: "contoso", TenantID: tenantID, PBI: client, Budgets: budgets, Calls: calls, Graph: people,
		Now: now, Sleep: sleep}, nil
}

// sleep moves the clock instead of waiting.
func (r *rig) sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.clock.Advance(d)
	r.slept += d
	return nil
}

// full scans everything and wants the given end.
func (r *rig) full(tb testing.TB, want db.ScanState) scan.Result {
	tb.Helper()
	return r.run(tb, scan.Request{Kind: db.ScanFull, Cause: "command"}, want)
}

func (r *rig) run(tb testing.TB, req scan.Request, want db.ScanState) scan.Result {
	tb.Helper()
	res, err := r.scanner.Run(tb.Context(), req)
	if want == db.ScanFailed || want == db.ScanCancelled {
		if err == nil {
			tb.Fatalf("the scan should have ended as %s and did as %s", want, res.Scan.State)
		}
	} else if err != nil {
		tb.Fatalf("scan: %v", err)
	}
	if res.Scan.State != want {
		for name, p := range res.Parts {
			tb.Logf("part %s: %s %s", name, p.State, p.Error)
		}
		for _, g := range res.Gaps {
			tb.Logf("gap %s: %s", g.WorkspaceID, g.Reason)
		}
		tb.Fatalf("the scan ended as %s (%s), want %s", res.Scan.State, res.Scan.Error, want)
	}
	return res
}

func itoa(n int) string { return strconv.Itoa(n) }

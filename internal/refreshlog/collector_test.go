package refreshlog_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/entra"
	"steward/internal/pbi"
	"steward/internal/refresh"
	"steward/internal/refreshlog"
	"steward/internal/sim"
	"steward/internal/sim/world"
	"steward/internal/tenant"
)

var start = time.Date(2026, 10, 20, 9, 30, 0, 0, time.UTC)

// bed is a stand-in and a collector with a database, on a clock that moves only
// when somebody waits.
type bed struct {
	*refreshlog.Collector
	world *world.World
	clock *sim.Clock
	db    *db.DB
	id    int64
}

func setup(t *testing.T) *bed {
	t.Helper()
	b := &bed{world: world.New(world.Config{Seed: 7, Workspaces: 60}), clock: sim.FrozenClock(start)}
	cloud := sim.New(sim.Config{World: b.world, Clock: b.clock})
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	b.db = dbtest.Open(t, b.clock.Now)
	app, _ := cloud.Entra.App("executor")
	sleep := func(ctx context.Context, d time.Duration) error { b.clock.Advance(d); return ctx.Err() }
	tokens, err := entra.New(entra.Config{Authority: at.Authority, TenantID: b.world.Config().TenantID, ClientID: app.ClientID, Scope: at.Resource + "/.default",
		Secret: func() (string, error) { return app.Secret, nil }, Now: b.clock.Now, Sleep: sleep})
	if err != nil {
		t.Fatal(err)
	}
	budgets, err := pbi.NewBudgets(t.Context(), pbi.BudgetConfig{Now: b.clock.Now, Sleep: sleep})
	if err != nil {
		t.Fatal(err)
	}
	x, err := pbi.NewExecutor(pbi.Config{API: at.API + "/v1.0/myorg", Fabric: at.Fabric + "/v1", Tokens: tokens, Budgets: budgets, Now: b.clock.Now, Sleep: sleep})
	if err != nil {
		t.Fatal(err)
	}
	b.scan(t)
	b.Collector = refreshlog.New(refreshlog.Config{DB: b.db, Tenant: "contoso", Executor: x, KeepDays: 90, Now: b.clock.Now, Sleep: sleep})
	return b
}

// scan writes the models of the stand-in as a scan would.
func (b *bed) scan(t *testing.T) {
	t.Helper()
	var err error
	if b.id, err = b.db.EnsureTenant(t.Context(), "contoso", b.world.Config().TenantID); err != nil {
		t.Fatal(err)
	}
	s, err := b.db.StartScan(t.Context(), db.Scan{Tenant: b.id, Kind: db.ScanFull, Cause: "command"})
	if err != nil {
		t.Fatal(err)
	}
	in := b.db.Ingest(b.id, s.ID)
	defer in.Close()
	for ws := range b.world.All(start) {
		if ws.State != world.StateActive {
			continue
		}
		seen := db.SeenWorkspace{Workspace: tenant.Workspace{ID: ws.ID, Name: ws.Name, Kind: tenant.WorkspaceKind(ws.Type), State: tenant.StateActive}, ItemsKnown: true}
		for i := range ws.Items {
			if it := &ws.Items[i]; it.Kind == world.KindModel {
				seen.Items = append(seen.Items, tenant.Item{ID: it.ID, Kind: tenant.ItemDataset, Name: it.Name})
			}
		}
		if err := in.Workspaces(t.Context(), &seen); err != nil {
			t.Fatal(err)
		}
	}
	s.State = db.ScanComplete
	if err := b.db.PublishScan(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
}

func TestHistoriesAreReadWithinTheHousesLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, err := b.Pass(t.Context())
	if err != nil || p.Read == 0 || p.Closed == 0 || p.Failed != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if took := p.Ended.Sub(p.Began); p.Calls > 60 && took < time.Duration(p.Calls/60-1)*time.Minute {
		t.Errorf("%d calls in %s are more than sixty a minute", p.Calls, took)
	}
	due, err := b.db.Reader().RefreshesDue(t.Context(), view(t, b), b.clock.Now(), 1000)
	if err != nil || len(due) != 0 {
		t.Errorf("%d are still due, %v", len(due), err)
	}
	again, err := b.Pass(t.Context())
	if err != nil || again.Calls > 1 {
		t.Errorf("a second pass at once makes %d calls, %v", again.Calls, err)
	}
	unknown := 0
	if err := b.db.Reader().QueryRow(t.Context(), `SELECT count(*) FROM refresh_reading WHERE source = $1 AND reason = ''`, refresh.FromNowhere).Scan(&unknown); err != nil || unknown != 0 {
		t.Errorf("%d models are unknown without a reason, %v", unknown, err)
	}
}

func view(t *testing.T, b *bed) db.View {
	t.Helper()
	v, err := b.db.Reader().ViewNow(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

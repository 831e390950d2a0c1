package pbi_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/entra"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/sim"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/world"
)

// standin is the pretend cloud with a client that got its token from it.
// Every request and every answer is checked against Microsoft's definitions.
type standin struct {
	*pbi.Client
	cloud  *sim.Cloud
	world  *world.World
	clock  *sim.Clock
	source *entra.Source
	cfg    pbi.Config
}

func startStandin(t *testing.T, edit func(*sim.Config), change func(*pbi.Config)) *standin {
	t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 150})
	s := &standin{world: w, clock: sim.FrozenClock(time.Date(2026, 10, 20, 14, 30, 0, 0, time.UTC))}
	sc := sim.Config{World: w, Clock: s.clock, Scans: powerbi.Scans{Instant: true}, Logf: t.Logf}
	if edit != nil {
		edit(&sc)
	}
	s.cloud = sim.New(sc)
	at, err := s.cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	app, ok := s.cloud.Entra.App("scanner")
	if !ok {
		t.Fatal("no scanner app")
	}
	s.source, err = entra.New(entra.Config{Authority: at.Authority, TenantID: w.Config().TenantID, ClientID: app.ClientID,
		Secret: func() (string, error) { return app.Secret, nil }, Scope: at.Resource + "/.default",
		HTTPClient: &http.Client{Transport: transport}, Now: s.clock.Now, Sleep: s.sleep})
	if err != nil {
		t.Fatal(err)
	}
	s.cfg = pbi.Config{API: at.API + "/v1.0/myorg", Fabric: at.Fabric + "/v1", Tokens: s.source, Now: s.clock.Now, Sleep: s.sleep,
		Transport: contract.New(t).RoundTripper(transport), UserAgent: "steward-test",
		OnCall: func(c pbi.Call) {
			if c.Status >= 200 && c.Status < 300 {
				pbi.Checked.Store(c.Operation, true)
			}
		}}
	if change != nil {
		change(&s.cfg)
	}
	if s.Client, err = pbi.New(s.cfg); err != nil {
		t.Fatal(err)
	}
	return s
}

var sleeping sync.Mutex

// sleep moves the stand-in's clock to the end of the sleep.
func (s *standin) sleep(ctx context.Context, d time.Duration) error {
	until := s.clock.Now().Add(d)
	sleeping.Lock()
	defer sleeping.Unlock()
	if until.After(s.clock.Now()) {
		s.clock.Set(until)
	}
	return ctx.Err()
}

// must returns a call's result or ends the test.
func must[T any](t *testing.T, what string) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return v
	}
}

// scanAll scans every workspace as the portal does.
func scanAll(t *testing.T, s *standin, o pbi.ScanOptions) (map[string]*pbi.Workspace, int) {
	t.Helper()
	ctx := context.Background()
	found, sources := map[string]*pbi.Workspace{}, 0
	ids := must[[]string](t, "modified")(s.Modified(ctx, pbi.ModifiedQuery{}))
	for batch := range slices.Chunk(ids, pbi.MaxScanWorkspaces) {
		scan := must[pbi.Scan](t, "getInfo")(s.GetInfo(ctx, batch, o))
		for scan.Status != pbi.ScanSucceeded {
			_ = s.sleep(ctx, 5*time.Second)
			if scan = must[pbi.Scan](t, "scanStatus")(s.ScanStatus(ctx, scan.ID)); scan.Status == pbi.ScanFailed {
				t.Fatalf("scan failed: %+v", scan)
			}
		}
		err := s.ScanResult(ctx, scan.ID, pbi.ScanSink{
			Workspace:  func(w *pbi.Workspace) error { found[w.ID] = w; return nil },
			Datasource: func(*pbi.Datasource) error { sources++; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) != len(ids) {
		t.Errorf("%d of %d workspaces came back", len(found), len(ids))
	}
	return found, sources
}

// TestScanStandin scans the pretend tenant whole and bare: what was asked for
// is there, what was not is unknown.
func TestScanStandin(t *testing.T) {
	t.Parallel()
	s := startStandin(t, func(c *sim.Config) { c.Scans = powerbi.Scans{} }, nil)
	full, sources := scanAll(t, s, pbi.ScanOptions{Lineage: true, Datasources: true, Schema: true, Expressions: true, Users: true})
	bare, none := scanAll(t, s, pbi.ScanOptions{})
	items, kinds, tables, users := 0, map[string]bool{}, 0, 0
	for id, w := range full {
		items += len(w.Items)
		ordinary := w.Type == "Workspace" && w.State == "Active"
		if ordinary && !w.Users.Known() || bare[id].Users.Known() {
			t.Errorf("users of %s (%s %s): asked %v, not asked %v", id, w.Type, w.State, w.Users.Presence, bare[id].Users.Presence)
		}
		if len(bare[id].Items) != len(w.Items) {
			t.Errorf("%s has %d items in one scan and %d in the other", id, len(w.Items), len(bare[id].Items))
		}
		users += len(w.Users.List)
		for _, it := range w.Items {
			kinds[it.Kind] = true
			tables += len(it.Tables)
			if it.Name == "" {
				t.Errorf("%s %s has no name", it.Kind, it.ID)
			}
		}
	}
	if len(full) < 150 || items < 500 || tables == 0 || users < len(full) || sources == 0 || none != 0 {
		t.Errorf("%d workspaces, %d items, %d tables, %d users, %d sources (%d unasked)", len(full), items, tables, users, sources, none)
	}
	for _, kind := range []string{"reports", "dashboards", "datasets", "dataflows", "Lakehouse", "Notebook"} {
		if !kinds[kind] {
			t.Errorf("no item of kind %s; there are %v", kind, kinds)
		}
	}
}

// TestEveryReadOnStandin makes every other read once. The checks are those of
// the contract, plus that something came.
func TestEveryReadOnStandin(t *testing.T) {
	t.Parallel()
	s := startStandin(t, nil, nil)
	ctx := context.Background()
	some := func(what string, n int) {
		t.Helper()
		if n == 0 {
			t.Errorf("%s: nothing came", what)
		}
	}
	var groups []pbi.Group
	if err := s.Groups(ctx, pbi.GroupsQuery{Expand: "users", PageSize: 40}, func(page []pbi.Group) error { groups = append(groups, page...); return nil }); err != nil {
		t.Fatal(err)
	}
	all := must[[]string](t, "modified")(s.Modified(ctx, pbi.ModifiedQuery{Since: s.clock.Now().Add(-20 * 24 * time.Hour), ExcludePersonal: true}))
	some("modified", len(all))
	some("groups", len(groups))
	if !groups[0].Users.Known() {
		t.Error("expanded users are unknown")
	}
	for _, expand := range []string{"reports", "dashboards", "datasets", "dataflows"} {
		items := 0
		err := s.Groups(ctx, pbi.GroupsQuery{Expand: expand, Filter: "state eq 'Active'"}, func(page []pbi.Group) error {
			for _, g := range page {
				items += len(g.Items)
			}
			return nil
		})
		if err != nil {
			t.Errorf("$expand=%s: %v", expand, err)
		}
		some("$expand="+expand, items)
	}
	team := groups[slices.IndexFunc(groups, func(g pbi.Group) bool { return g.Type == "Workspace" && g.State == "Active" })]
	some("users", len(must[[]pbi.User](t, "users")(s.GroupUsers(ctx, team.ID))))
	unused := 0
	for _, g := range groups[:60] {
		if g.State == "Active" {
			unused += len(must[[]pbi.UnusedItem](t, "unused")(s.Unused(ctx, g.ID)))
		}
	}
	some("unused", unused)
	some("capacities", len(must[[]pbi.Capacity](t, "capacities")(s.Capacities(ctx))))
	some("refreshables", len(must[[]pbi.Refreshable](t, "refreshables")(s.Refreshables(ctx))))
	apps := must[[]pbi.App](t, "apps")(s.Apps(ctx))
	some("apps", len(apps))
	some("app users", len(must[[]pbi.User](t, "app users")(s.AppUsers(ctx, apps[0].ID))))
	pipelines := must[[]pbi.Pipeline](t, "pipelines")(s.Pipelines(ctx))
	some("pipelines", len(pipelines))
	must[[]pbi.User](t, "pipeline users")(s.PipelineUsers(ctx, pipelines[0].ID))
	some("links", len(must[[]pbi.ArtifactAccess](t, "links")(s.OrganisationLinks(ctx))))
	some("published", len(must[[]pbi.ArtifactAccess](t, "published")(s.PublishedToWeb(ctx))))
	for u := range s.world.Users(s.clock.Now()) {
		must[[]pbi.ArtifactAccess](t, "access of "+u.UPN)(s.UserArtifactAccess(ctx, u.UPN, "Report", "Dataset"))
		break
	}
	events, pages := 0, 0
	err := s.ActivityEvents(ctx, pbi.ActivityQuery{Day: s.clock.Now().Add(-24 * time.Hour)}, func(page []pbi.Event) error {
		events += len(page)
		pages++
		for _, e := range page {
			if e.ID == "" || e.Time.IsZero() || e.Activity == "" || len(e.Raw) == 0 {
				t.Errorf("event %+v", e)
			}
		}
		return nil
	})
	if err != nil || pages < 5 {
		t.Errorf("%d events on %d pages, %v", events, pages, err)
	}
	must[[]pbi.Pipeline](t, "own pipelines")(s.MyPipelines(ctx))
	if err := s.MyGroups(ctx, "", func([]pbi.Group) error { return nil }); err != nil {
		t.Error(err)
	}
	everyFabricRead(t, s, some)
}

func everyFabricRead(t *testing.T, s *standin, some func(string, int)) {
	t.Helper()
	ctx := context.Background()
	var workspaces []pbi.FabricWorkspace
	if err := s.FabricWorkspaces(ctx, func(page []pbi.FabricWorkspace) error { workspaces = append(workspaces, page...); return nil }); err != nil {
		t.Fatal(err)
	}
	some("Fabric workspaces", len(workspaces))
	var items []pbi.FabricItem
	if err := s.FabricItems(ctx, pbi.FabricItemsQuery{}, func(page []pbi.FabricItem) error { items = append(items, page...); return nil }); err != nil {
		t.Fatal(err)
	}
	some("Fabric items", len(items))
	some("item users", len(must[[]pbi.AccessDetail](t, "item users")(s.FabricItemUsers(ctx, items[0].WorkspaceID, items[0].ID))))
	some("workspace users", len(must[[]pbi.AccessDetail](t, "workspace users")(s.FabricWorkspaceUsers(ctx, items[0].WorkspaceID))))
	settings := must[[]pbi.TenantSetting](t, "settings")(s.TenantSettings(ctx))
	if !slices.ContainsFunc(settings, func(x pbi.TenantSetting) bool { return x.Name == "AllowServicePrincipalsUseReadAdminAPIs" && x.Enabled }) {
		t.Errorf("the read-only setting is not on among %d", len(settings))
	}
	some("capacity overrides", len(must[[]pbi.Overrides](t, "capacity overrides")(s.CapacityOverrides(ctx))))
	must[[]pbi.Overrides](t, "domain overrides")(s.DomainOverrides(ctx))
	must[[]pbi.Overrides](t, "workspace overrides")(s.WorkspaceOverrides(ctx))
	domains := must[[]pbi.Domain](t, "domains")(s.Domains(ctx))
	some("domains", len(domains))
	inDomains := 0
	for _, d := range domains {
		inDomains += len(must[[]pbi.DomainWorkspace](t, "domain workspaces")(s.DomainWorkspaces(ctx, d.ID)))
	}
	some("domain workspaces", inDomains)
}

// memory is a budget store that outlives its client.
type memory struct {
	mu    sync.Mutex
	state map[string][]byte
}

func (m *memory) Load(context.Context) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string][]byte{}
	for k, v := range m.state {
		out[k] = v
	}
	return out, nil
}

func (m *memory) Save(_ context.Context, op string, state []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state[op] = state
	return nil
}

// TestLimitsOnStandin: many workers, with restarts between, never make a call
// that the stand-in counts as one too many.
func TestLimitsOnStandin(t *testing.T) {
	t.Parallel()
	store := &memory{state: map[string][]byte{}}
	s := startStandin(t, nil, nil)
	for restart := range 3 {
		budgets, err := pbi.NewBudgets(t.Context(), pbi.BudgetConfig{Store: store, Now: s.clock.Now, Sleep: s.sleep})
		if err != nil {
			t.Fatal(err)
		}
		cfg := s.cfg
		cfg.Budgets = budgets
		client, err := pbi.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for worker := range 16 {
			wg.Go(func() {
				for n := range 8 {
					var err error
					switch (worker + n) % 4 {
					case 0:
						_, err = client.TenantSettings(t.Context())
					case 1:
						err = client.Groups(t.Context(), pbi.GroupsQuery{}, func([]pbi.Group) error { return nil })
					case 2:
						_, err = client.Modified(t.Context(), pbi.ModifiedQuery{})
					case 3:
						_, err = client.GetInfo(t.Context(), []string{"3740504d-1f93-42f9-8e9d-c8ba9b787a3b"}, pbi.ScanOptions{})
					}
					if err != nil {
						t.Errorf("restart %d, worker %d: %v", restart, worker, err)
					}
				}
			})
		}
		wg.Wait()
	}
	if c := s.cloud.Counters(); c.Refused != 0 || c.RefusedScans != 0 {
		t.Errorf("%d calls beyond a limit, %d scans", c.Refused, c.RefusedScans)
	}
}

// TestPermissionsOnStandin: each switch that is off is told by its own
// sentence.
func TestPermissionsOnStandin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off  string
		want fault.Kind
	}{"not in the group": {"inSecurityGroup", fault.Denied}, "setting off": {"readAdminAPIs", fault.Denied}, "secret expired": {"secretExpired", fault.Denied}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startStandin(t, func(cfg *sim.Config) {
				apps := sim.DefaultApps(cfg.World)
				for i := range apps {
					switch c.off {
					case "inSecurityGroup":
						apps[i].Switches.InSecurityGroup = false
					case "readAdminAPIs":
						apps[i].Switches.ReadAdminAPIs = false
					case "secretExpired":
						apps[i].Switches.SecretExpired = true
					}
				}
				cfg.Apps = apps
			}, nil)
			_, err := s.Modified(context.Background(), pbi.ModifiedQuery{})
			if !fault.Is(err, c.want) || len(fault.Sentence(err)) < 60 {
				t.Errorf("err = %v\nsentence = %s", err, fault.Sentence(err))
			}
		})
	}
}

// TestFaultsOnStandin: the stand-in's own faults on a scan, struck once each,
// are survived where a read may be repeated.
func TestFaultsOnStandin(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]sim.Effect{
		"500":             {Status: 500},
		"throttled":       {Throttle: "30"},
		"throttled, date": {Throttle: "date"},
		"throttled, none": {Throttle: "none"},
		"proxy page":      {HTML: true},
		"empty":           {Empty: true},
		"dropped":         {Drop: "before"},
		"reply lost":      {Drop: "after"},
		"cut off":         {Cut: 20},
		"truncated":       {Truncate: 20},
		"gzip broken":     {Gzip: "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startStandin(t, func(cfg *sim.Config) {
				cfg.Faults = []sim.Fault{{Match: "Admin_GetCapacitiesAsAdmin", First: 1, Effect: effect}}
			}, func(cfg *pbi.Config) { cfg.Transport = nil })
			rows, err := s.Capacities(context.Background())
			if name == "empty" { // an empty answer is final: it is an answer
				var e *pbi.Error
				if !errors.As(err, &e) || e.Class != pbi.ClassBroken {
					t.Errorf("err = %v", err)
				}
				return
			}
			if err != nil || len(rows) == 0 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

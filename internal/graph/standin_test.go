package graph_test

import (
	"net/http"
	"testing"
	"time"

	"steward/internal/entra"
	"steward/internal/fault"
	"steward/internal/graph"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// TestStandin reads the pretend directory and compares it with what the
// pretend tenant consists of.
func TestStandin(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := world.New(world.Config{Seed: 1, Workspaces: 150})
	now := time.Date(2026, 10, 20, 14, 30, 0, 0, time.UTC)
	cloud := sim.New(sim.Config{World: w, Clock: sim.FrozenClock(now), Logf: t.Logf})
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() { transport.CloseIdleConnections(); _ = cloud.Close() })
	app, _ := cloud.Entra.App("scanner")
	source, err := entra.New(entra.Config{Authority: at.Authority, TenantID: w.Config().TenantID, ClientID: app.ClientID,
		Secret: func() (string, error) { return app.Secret, nil }, Scope: "https://graph.microsoft.com/.default",
		HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := graph.New(graph.Config{Base: at.Graph + "/v1.0", Tokens: source, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]graph.Object{}
	if err := c.Users(ctx, func(page []graph.Object) error {
		for _, o := range page {
			people[o.ID] = o
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	guests, leavers, managed := 0, 0, 0
	for u := range w.Users(now) {
		got, ok := people[u.ID]
		if !ok || got.UserPrincipalName != u.UPN || got.Enabled == nil {
			t.Fatalf("%s: %+v", u.UPN, got)
		}
		if got.Guest() {
			guests++
		}
		if !*got.Enabled {
			leavers++
		}
		if got.ManagerID != "" {
			managed++
		}
	}
	if guests == 0 || leavers == 0 || managed == 0 {
		t.Errorf("%d guests, %d leavers, %d with a manager among %d", guests, leavers, managed, len(people))
	}
	compareGroups(t, c, w, now)
	if _, err := c.User(ctx, "00000000-0000-0000-0000-000000000001"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a leaver: %v", err)
	}
	link, err := c.UsersDelta(ctx, "", func([]graph.Object) error { return nil })
	if err != nil || link == "" {
		t.Fatalf("delta: %q, %v", link, err)
	}
	if _, err := c.UsersDelta(ctx, link, func(page []graph.Object) error { t.Errorf("%d changes in no time", len(page)); return nil }); err != nil {
		t.Error(err)
	}
	if link, err := c.GroupsDelta(ctx, "", func([]graph.Object) error { return nil }); err != nil || link == "" {
		t.Errorf("groups' delta: %q, %v", link, err)
	}
}

func compareGroups(t *testing.T, c *graph.Client, w *world.World, now time.Time) {
	t.Helper()
	var ids []string
	n := 0
	for g := range w.Groups(now) {
		ids = append(ids, g.ID)
		if n++; n > 25 {
			continue
		}
		for name, pair := range map[string]struct {
			read func(func([]graph.Object) error) error
			want func() ([]world.Member, bool)
		}{
			"members": {func(f func([]graph.Object) error) error { return c.Members(t.Context(), g.ID, f) },
				func() ([]world.Member, bool) { return w.Members(g.ID, now) }},
			"transitive members": {func(f func([]graph.Object) error) error { return c.TransitiveMembers(t.Context(), g.ID, f) },
				func() ([]world.Member, bool) { return w.TransitiveMembers(g.ID, now) }},
		} {
			got := 0
			if err := pair.read(func(page []graph.Object) error { got += len(page); return nil }); err != nil {
				t.Fatalf("%s of %s: %v", name, g.ID, err)
			}
			if want, _ := pair.want(); got != len(want) {
				t.Errorf("%s of %s: %d, want %d", name, g.ID, got, len(want))
			}
		}
	}
	found, err := c.ByIDs(t.Context(), append(ids, "00000000-0000-0000-0000-000000000001"))
	if err != nil || len(found) != len(ids) {
		t.Errorf("%d of %d groups by id, %v", len(found), len(ids), err)
	}
}

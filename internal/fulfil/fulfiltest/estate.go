package fulfiltest

import (
	"testing"
	"time"

	"steward/internal/request"
	"steward/internal/sim/world"
	"steward/internal/tenant"
)

// Estate is what a scan would have seen of a pretend tenant at a moment:
// capacities, people, groups, and the workspaces named.
func Estate(t *testing.T, w *world.World, name string, now time.Time, ids ...string) *request.Estate {
	t.Helper()
	e := &request.Estate{Tenant: name, TenantID: request.ID(w.Config().TenantID), Names: map[string][]request.ID{},
		Workspaces: map[request.ID]request.Workspace{}, Capacities: map[request.ID]tenant.Capacity{},
		Principals: map[request.ID]request.Principal{}, Pipelines: map[request.ID]request.Pipeline{}, Domains: map[request.ID]tenant.Domain{}}
	for _, c := range w.Capacities(now) {
		e.Capacities[request.NewID(c.ID)] = tenant.Capacity{ID: c.ID, Name: c.DisplayName, State: c.State}
	}
	for u := range w.Users(now) {
		e.Principals[request.NewID(u.ID)] = request.Principal{PeopleKnown: true,
			Principal: tenant.Principal{ID: u.ID, Kind: tenant.PrincipalUser, Name: u.DisplayName, Address: u.UPN}}
	}
	for g := range w.Groups(now) {
		e.Principals[request.NewID(g.ID)] = request.Principal{PeopleKnown: true,
			Principal: tenant.Principal{ID: g.ID, Kind: tenant.PrincipalGroup, Name: g.DisplayName}}
	}
	for _, id := range ids {
		ws, ok := w.Workspace(id, now)
		if !ok {
			t.Fatalf("no workspace %s", id)
		}
		e.Workspaces[request.NewID(id)] = seen(ws)
	}
	return e
}

func seen(ws *world.Workspace) request.Workspace {
	w := request.Workspace{Workspace: tenant.Workspace{ID: ws.ID, Name: ws.Name, Description: ws.Description, Kind: tenant.KindWorkspace,
		State: tenant.WorkspaceState(ws.State), CapacityID: ws.CapacityID, Dedicated: ws.CapacityID != "", UsersKnown: true}}
	for _, g := range ws.Grants {
		w.Users = append(w.Users, tenant.Grant{Right: tenant.Right(g.Right), Principal: tenant.Principal{ID: g.Principal.ID}})
	}
	return w
}

// Capacity is one that runs and that the executor may use.
func Capacity(t *testing.T, w *world.World, now time.Time) request.ID {
	t.Helper()
	for _, c := range w.Capacities(now) {
		if c.State == "Active" && !c.PremiumPerUser() {
			return request.NewID(c.ID)
		}
	}
	t.Fatal("no capacity runs")
	return ""
}

// Groups are the tenant's first n security groups.
func Groups(t *testing.T, w *world.World, now time.Time, n int) (out []request.ID) {
	t.Helper()
	for g := range w.Groups(now) {
		if g.SecurityEnabled && len(out) < n {
			out = append(out, request.NewID(g.ID))
		}
	}
	if len(out) < n {
		t.Fatalf("the tenant has %d security groups, want %d", len(out), n)
	}
	return out
}

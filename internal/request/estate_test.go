package request_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/request"
	"steward/internal/tenant"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// gid makes the id of anything out of its name.
func gid(name string) request.ID {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return request.ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32])
}

var asked = request.Context{Request: "01J00000000000000000000001", Revision: 1, Reason: "because", Now: noon, Approval: 72 * time.Hour, Window: 24 * time.Hour}

// town is the tenant of these tests.
func town() *request.Estate {
	e := &request.Estate{Tenant: "contoso", TenantID: "11111111-1111-1111-1111-111111111111", Executor: gid("Portal"), Taken: noon,
		Names: map[string][]request.ID{}, Workspaces: map[request.ID]request.Workspace{}, Capacities: map[request.ID]tenant.Capacity{},
		Domains: map[request.ID]tenant.Domain{}, Pipelines: map[request.ID]request.Pipeline{}, Principals: map[request.ID]request.Principal{}}
	for _, p := range []struct {
		name   string
		kind   tenant.PrincipalKind
		people []string
	}{
		{"Anna", tenant.PrincipalUser, nil}, {"Ben", tenant.PrincipalUser, nil}, {"Cara", tenant.PrincipalUser, nil}, {"Leaver", tenant.PrincipalUser, nil},
		{"Disabled", tenant.PrincipalUser, nil}, {"Guest", tenant.PrincipalUser, nil}, {"No address", tenant.PrincipalUser, nil},
		{"Analysts", tenant.PrincipalGroup, []string{"Ben", "Cara"}}, {"Unread", tenant.PrincipalGroup, nil}, {"Team", tenant.PrincipalGroup, []string{"Anna"}},
		{"Portal", tenant.PrincipalApp, nil}, {"Loader", tenant.PrincipalApp, nil}, {"Everyone", tenant.PrincipalEveryone, nil},
	} {
		one := request.Principal{Principal: tenant.Principal{ID: string(gid(p.name)), Name: p.name, Kind: p.kind}, PeopleKnown: p.name != "Unread"}
		one.Directory = &tenant.DirectoryEntry{Enabled: p.name != "Disabled", EnabledKnown: true, Gone: p.name == "Leaver", Unified: p.name == "Team"}
		if p.kind == tenant.PrincipalUser && p.name != "No address" {
			one.Address = strings.ToLower(p.name) + "@contoso.com"
			one.People = []request.ID{gid(p.name)}
		}
		if p.name == "Guest" {
			one.Guest, one.Address = true, "gus_fabrikam.com#EXT#@contoso.com"
		}
		for _, m := range p.people {
			one.People = append(one.People, gid(m))
		}
		e.Principals[gid(p.name)] = one
	}
	e.Capacities[gid("Big")] = tenant.Capacity{ID: string(gid("Big")), Name: "Big", SKU: "F64", State: "Active"}
	e.Capacities[gid("Asleep")] = tenant.Capacity{ID: string(gid("Asleep")), Name: "Asleep", SKU: "F2", State: "Suspended"}
	e.Domains[gid("Finance")] = tenant.Domain{ID: string(gid("Finance")), Name: "Finance"}
	space(e, "FIN-Sales-DEV", 3, "Anna:Admin", "Portal:Admin", "Ben:Viewer")
	space(e, "FIN-Sales-PROD", 8, "Anna:Admin", "Cara:Admin", "Ben:Contributor", "Leaver:Member", "Loader:Member")
	space(e, "HR-People-TEST", 0, "Cara:Admin")
	space(e, "OPS-Empty-DEV", 0, "Anna:Admin", "Analysts:Member")
	gone := space(e, "OLD-Gone-DEV", 0)
	gone.State = tenant.StateDeleted
	e.Workspaces[gid("OLD-Gone-DEV")] = gone
	delete(e.Names, tenant.Fold("OLD-Gone-DEV"))
	line := request.Pipeline{Pipeline: tenant.Pipeline{ID: string(gid("Sales line")), Name: "Sales line", UsersKnown: true, Stages: []tenant.Stage{
		{Order: 0, Name: "Development", WorkspaceID: string(gid("FIN-Sales-DEV"))}, {Order: 1, Name: "Test"}, {Order: 2, Name: "Production", WorkspaceID: string(gid("FIN-Sales-PROD"))}}}}
	for _, who := range []string{"Anna", "Portal"} {
		line.Users = append(line.Users, tenant.Grant{Principal: e.Principals[gid(who)].Principal, Right: tenant.RightAdmin})
	}
	e.Pipelines[gid("Sales line")] = line
	for name, stage := range map[string]int{"FIN-Sales-DEV": 0, "FIN-Sales-PROD": 2} {
		w := e.Workspaces[gid(name)]
		w.Pipeline, w.StageOrder = gid("Sales line"), stage
		e.Workspaces[gid(name)] = w
	}
	return e
}

func space(e *request.Estate, name string, items int64, roles ...string) request.Workspace {
	w := request.Workspace{Workspace: tenant.Workspace{ID: string(gid(name)), Name: name, Kind: tenant.KindWorkspace, State: tenant.StateActive,
		Dedicated: name != "HR-People-TEST", UsersKnown: true}, ItemCount: items}
	if w.Dedicated {
		w.CapacityID = string(gid("Big"))
	}
	for _, r := range roles {
		who, right, _ := strings.Cut(r, ":")
		w.Users = append(w.Users, tenant.Grant{ObjectID: w.ID, Principal: e.Principals[gid(who)].Principal, Right: tenant.Right(right)})
	}
	e.Workspaces[gid(name)] = w
	e.Names[tenant.Fold(name)] = []request.ID{gid(name)}
	return w
}

func members(pairs ...string) (out []request.Member) {
	for _, p := range pairs {
		who, right, _ := strings.Cut(p, ":")
		out = append(out, request.Member{Who: gid(who), Right: right})
	}
	return out
}

func holdings(pairs ...string) *request.AccessRemoveParams {
	p := &request.AccessRemoveParams{}
	for _, pair := range pairs {
		ws, who, _ := strings.Cut(pair, ":")
		p.Rows = append(p.Rows, request.Holding{Workspace: gid(ws), Who: gid(who)})
	}
	return p
}

func envs(capacity request.ID, names ...string) (out []request.EnvironmentParams) {
	for _, n := range names {
		out = append(out, request.EnvironmentParams{Name: n, Capacity: capacity, Members: members("Analysts:Member")})
	}
	return out
}

func bulk(tb testing.TB, rows ...request.Params) *request.BulkParams {
	tb.Helper()
	p := &request.BulkParams{}
	for i, r := range rows {
		body, err := request.EncodeParams(r)
		if err != nil {
			tb.Fatal(err)
		}
		p.Rows = append(p.Rows, request.BulkRow{Line: int64(i + 2), Kind: r.Kind(), Params: body})
	}
	return p
}

// shown is a plan as a golden file tells it.
func shown(p request.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, risk %s\n", p.Title, p.Risk)
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "  %s %s %s %v needs %v\n", s.ID, s.Call.API, s.Call.Shown(), request.Object(s.Call.Body), s.Needs)
	}
	for _, l := range p.Later {
		fmt.Fprintf(&b, "  %s at %s %s\n", l.Step.ID, l.Due.Format(time.DateOnly), l.Step.Call.Shown())
	}
	var gains []string
	for _, g := range p.Gains {
		gains = append(gains, g.Name+" "+g.Right)
	}
	slices.Sort(gains)
	if len(gains) > 0 {
		fmt.Fprintf(&b, "  gain: %s\n", strings.Join(gains, ", "))
	}
	return b.String()
}

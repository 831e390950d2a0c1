package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/evaluate"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
	"steward/internal/tenant"
)

const townDirectory = "11111111-1111-1111-1111-111111111111"

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// gid makes the id of anything out of its name.
func gid(name string) string {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// somebody is a person who is signed in.
func somebody(name string, roles ...auth.Role) auth.Person {
	return auth.Person{TenantID: townDirectory, ObjectID: gid(name), Name: name, Address: strings.ToLower(name) + "@contoso.com", Roles: roles}
}

// town is a portal over a small scanned tenant in which one can ask for
// things.
func town(t *testing.T) *ruled {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Path: filepath.Join(t.TempDir(), "portal.db"), Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	settle(t, d)
	r := &ruled{who: &auth.Person{}, keeper: townRules()}
	*r.who = somebody("Anna", auth.Requester, auth.Admin)
	r.portal = portal{db: d, t: t}
	v, err := d.Reader().ViewNow(t.Context(), "contoso")
	if err == nil {
		_, err = evaluate.Evaluate(t.Context(), d, v, r.keeper.Set())
	}
	if err != nil {
		t.Fatal(err)
	}
	own := &desk.Rules{DB: d, Keeper: r.keeper}
	var mu sync.Mutex
	n := 0
	id := func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("01J0000000000000000000%04d", n)
	}
	clock := func() time.Time { return noon }
	approvals := request.BuiltinApprovals()
	approvals.Emergency = &request.EmergencyRule{Longest: time.Hour}
	r.desk = desk.New(desk.Config{DB: d, Own: own, People: func(context.Context) ([]auth.Person, error) { return r.known, nil }, Approvals: func() *request.ApprovalRules { return approvals }, Rules: r.keeper.Set, NewID: id, Now: clock, Executor: func(string) request.ID { return request.ID(gid("Portal")) }})
	s, err := New(Config{Reader: d.Reader(), Tenants: []string{"contoso"}, Now: clock, Log: slog.New(slog.DiscardHandler),
		Rules: own, Policies: tried{r}, Requests: r.desk,
		Who:    func(echo.Context) (auth.Person, bool) { return *r.who, true },
		Record: func(ctx context.Context, e ledger.Entry) error { return d.Record(ctx, e) }, PublicURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	r.portal = portal{Server: s, db: d, t: t}
	return r
}

var townRules = sync.OnceValue(func() *policy.Keeper { return policy.NewKeeper(nil, time.Now) })

// settle writes the tenant as one scan saw it.
func settle(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id, err := d.EnsureTenant(ctx, "contoso", townDirectory)
	check(err)
	s, err := d.StartScan(ctx, db.Scan{Tenant: id, Kind: db.ScanFull, Cause: "command"})
	check(err)
	in := d.Ingest(id, s.ID)
	defer in.Close()
	folk := townsfolk()
	for _, w := range townSpaces(folk) {
		check(in.Workspaces(ctx, &db.SeenWorkspace{Workspace: w, ItemsKnown: true}))
	}
	check(in.Capacities(ctx, []tenant.Capacity{{ID: gid("Big"), Name: "Big", SKU: "F64", State: "Active"}, {ID: gid("Asleep"), Name: "Asleep", SKU: "F2", State: "Suspended"}}))
	check(in.Domains(ctx, []tenant.Domain{{ID: gid("Finance domain"), Name: "Finance domain"}}))
	admin := func(who string) tenant.Grant { return tenant.Grant{Principal: folk[who], Right: tenant.RightAdmin} }
	check(in.Pipelines(ctx, []tenant.Pipeline{
		{ID: gid("Sales line"), Name: "Sales line", UsersKnown: true, Users: []tenant.Grant{admin("Anna"), admin("Ben"), admin("Portal")}, Stages: []tenant.Stage{
			{Order: 0, Name: "Development", WorkspaceID: gid("FIN-Sales-DEV")}, {Order: 1, Name: "Test"}, {Order: 2, Name: "Production", WorkspaceID: gid("FIN-Sales-PROD")}}}}))
	for name, p := range folk {
		p.Directory = &tenant.DirectoryEntry{Enabled: name != "Disabled", EnabledKnown: true, Gone: name == "Leaver", MembersKnown: p.Kind == tenant.PrincipalGroup && name != "Unread", Unified: name == "Team"}
		check(in.Mention(ctx, []tenant.Principal{p}))
		check(in.Directory(ctx, []tenant.Principal{p}))
	}
	for group, members := range map[string][]string{"Analysts": {"Ben", "Cara"}, "Team": {"Dan"}, "Crew": {"Anna", "Dan"}} {
		var all []tenant.Membership
		for _, m := range members {
			all = append(all, tenant.Membership{GroupID: gid(group), MemberID: gid(m)})
		}
		check(in.GroupMembers(ctx, gid(group), all))
	}
	s.State, s.Meant, s.Seen = db.ScanComplete, 6, 6
	check(d.PublishScan(ctx, s, nil))
}

func townsfolk() map[string]tenant.Principal {
	out := map[string]tenant.Principal{}
	for _, name := range []string{"Anna", "Ben", "Cara", "Dan", "Leaver", "Disabled"} {
		out[name] = tenant.Principal{ID: gid(name), Name: name, Kind: tenant.PrincipalUser, Address: strings.ToLower(name) + "@contoso.com"}
	}
	out["Guest"] = tenant.Principal{ID: gid("Guest"), Name: "Guest", Kind: tenant.PrincipalUser, Address: "gus_fabrikam.com#EXT#@contoso.com", Guest: true}
	for _, name := range []string{"Analysts", "Team", "Crew", "Unread"} {
		out[name] = tenant.Principal{ID: gid(name), Name: name, Kind: tenant.PrincipalGroup}
	}
	out["Portal"] = tenant.Principal{ID: gid("Portal"), Name: "Portal", Kind: tenant.PrincipalApp}
	out["Loader"] = tenant.Principal{ID: gid("Loader"), Name: "Loader", Kind: tenant.PrincipalApp}
	return out
}

func townSpaces(folk map[string]tenant.Principal) []tenant.Workspace {
	space := func(name, capacity string, roles ...string) tenant.Workspace {
		w := tenant.Workspace{ID: gid(name), Name: name, Kind: tenant.KindWorkspace, State: tenant.StateActive, UsersKnown: true, Dedicated: capacity != ""}
		if capacity != "" {
			w.CapacityID = gid(capacity)
		}
		for _, r := range roles {
			who, right, _ := strings.Cut(r, ":")
			w.Users = append(w.Users, tenant.Grant{ObjectID: w.ID, Principal: folk[who], Right: tenant.Right(right)})
		}
		return w
	}
	gone := space("OLD-Gone-DEV", "")
	gone.State = tenant.StateDeleted
	return []tenant.Workspace{
		space("FIN-Sales-DEV", "Big", "Anna:Admin", "Portal:Admin", "Analysts:Viewer", "Ben:Viewer"),
		space("FIN-Sales-PROD", "Big", "Anna:Admin", "Cara:Admin", "Ben:Contributor", "Leaver:Member", "Loader:Member"),
		space("HR-People-TEST", "", "Cara:Admin"),
		space("OPS-Empty-DEV", "Big", "Anna:Admin", "Ben:Admin"),
		space("OPS-Other-DEV", "Big", "Anna:Admin", "Ben:Admin"),
		gone,
	}
}

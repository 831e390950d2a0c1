package desk_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/request"
	"steward/internal/tenant"
)

const directory = "11111111-1111-1111-1111-111111111111"

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// gid makes the id of anything out of its name.
func gid(name string) request.ID {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return request.ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32])
}

// office is a desk over a small tenant, with a clock.
type office struct {
	tb     testing.TB
	db     *db.DB
	desk   *desk.Desk
	tenant int64
	// groups and spaces are what the next scan sees.
	groups map[string][]string
	spaces []tenant.Workspace
	// sources are the data sources that items of the spaces name.
	sources []tenant.Datasource
	// pipelines and refreshed are further parts of what the next scan sees.
	pipelines []tenant.Pipeline
	refreshed []tenant.Refreshable
	rules     *policy.Set
	// known are those who ever signed in.
	known []auth.Person

	mu  sync.Mutex
	now time.Time
	ids int
}

var compiled = sync.OnceValue(func() *policy.Set { return policy.NewKeeper(nil, time.Now).Set() })

func newOffice(tb testing.TB, approvals string) *office {
	tb.Helper()
	o := &office{tb: tb, now: noon, rules: compiled(), groups: map[string][]string{
		"Analysts": {"Cara", "Dan"}, "All staff": {"Analysts", "Finance"}, "Finance": {"Fay"},
	}}
	o.db = dbtest.Open(tb, o.clock)
	var err error
	o.tenant, err = o.db.EnsureTenant(tb.Context(), "contoso", directory)
	o.check(err)
	rules := request.BuiltinApprovals()
	if approvals != "" {
		rules, err = request.ParseApprovals("approvals.yaml", []byte(approvals))
		o.check(err)
	}
	o.desk = desk.New(desk.Config{DB: o.db, Rules: func() *policy.Set { return o.rules }, Approvals: func() *request.ApprovalRules { return rules },
		NewID: o.newID, Now: o.clock, Executor: func(string) request.ID { return gid("Portal") },
		People: func(context.Context) ([]auth.Person, error) { return o.known, nil }})
	o.spaces = []tenant.Workspace{
		o.space("FIN-Sales-DEV", "Anna:Admin", "Portal:Admin", "Analysts:Viewer"),
		o.space("FIN-Sales-PROD", "Anna:Admin", "Finance:Admin", "Dan:Contributor"),
		o.space("HR-People-TEST", "Fay:Admin"),
	}
	o.scan()
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

func (o *office) newID() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ids++
	return fmt.Sprintf("01J0000000000000000000%04d", o.ids)
}

func (o *office) check(err error) {
	o.tb.Helper()
	if err != nil {
		o.tb.Fatal(err)
	}
}

var kinds = map[string]tenant.PrincipalKind{"Portal": tenant.PrincipalApp, "Analysts": tenant.PrincipalGroup, "All staff": tenant.PrincipalGroup, "Finance": tenant.PrincipalGroup}

func (o *office) principal(name string) tenant.Principal {
	p := tenant.Principal{ID: string(gid(name)), Name: name, Kind: tenant.PrincipalUser, Address: name + "@contoso.com"}
	if k, ok := kinds[name]; ok {
		p.Kind, p.Address = k, ""
	}
	if name == "Guest" || name == "Old guest" {
		p.Guest, p.Address = true, "gus_fabrikam.com#EXT#@contoso.com"
	}
	return p
}

func (o *office) space(name string, roles ...string) tenant.Workspace {
	w := tenant.Workspace{ID: string(gid(name)), Name: name, Kind: tenant.KindWorkspace, State: tenant.StateActive, Dedicated: true,
		CapacityID: string(gid("Big")), UsersKnown: true}
	for _, r := range roles {
		var who, right string
		for i := range r {
			if r[i] == ':' {
				who, right = r[:i], r[i+1:]
			}
		}
		w.Users = append(w.Users, tenant.Grant{ObjectID: w.ID, Principal: o.principal(who), Right: tenant.Right(right)})
	}
	return w
}

var people = []string{"Anna", "Ben", "Cara", "Dan", "Eve", "Fay", "Guest", "Old guest", "Analysts", "All staff", "Finance", "Portal"}

// scan publishes what the tenant is now.
func (o *office) scan() {
	o.tb.Helper()
	ctx := o.tb.Context()
	s, err := o.db.StartScan(ctx, db.Scan{Tenant: o.tenant, Kind: db.ScanFull, Cause: "command"})
	o.check(err)
	in := o.db.Ingest(o.tenant, s.ID)
	defer in.Close()
	for i := range o.spaces {
		o.check(in.Workspaces(ctx, &db.SeenWorkspace{Workspace: o.spaces[i], ItemsKnown: true}))
	}
	o.check(in.Datasources(ctx, o.sources))
	o.check(in.Capacities(ctx, []tenant.Capacity{{ID: string(gid("Big")), Name: "Big", SKU: "F64", State: "Active"}, {ID: string(gid("Asleep")), Name: "Asleep", SKU: "F2", State: "Suspended"}}))
	o.check(in.Pipelines(ctx, o.pipelines))
	o.check(in.Refreshables(ctx, o.refreshed))
	for _, name := range people {
		p := o.principal(name)
		p.Directory = &tenant.DirectoryEntry{Enabled: true, EnabledKnown: true, MembersKnown: p.Kind == tenant.PrincipalGroup}
		o.check(in.Mention(ctx, []tenant.Principal{p}))
		o.check(in.Directory(ctx, []tenant.Principal{p}))
		if p.Kind != tenant.PrincipalGroup {
			continue
		}
		var members []tenant.Membership
		for _, m := range o.groups[name] {
			members = append(members, tenant.Membership{GroupID: p.ID, MemberID: string(gid(m))})
		}
		o.check(in.GroupMembers(ctx, p.ID, members))
	}
	s.State, s.Meant, s.Seen = db.ScanComplete, int64(len(o.spaces)), int64(len(o.spaces))
	o.check(o.db.PublishScan(ctx, s, nil))
}

// person signs somebody in with roles.
func person(name string, roles ...auth.Role) desk.By {
	return desk.By{Person: auth.Person{TenantID: directory, ObjectID: string(gid(name)), Name: name, Address: name + "@contoso.com", Roles: roles}}
}

func requester(name string) desk.By { return person(name, auth.Requester) }
func approver(name string) desk.By  { return person(name, auth.Approver) }

// access asks for a role on a workspace.
func access(space, who, right string) *request.AccessAddParams {
	return &request.AccessAddParams{Workspace: gid(space), Members: []request.Member{{Who: gid(who), Right: right}}}
}

// submitted drafts and submits a request that must be fine.
func (o *office) submitted(by desk.By, p request.Params) request.Request {
	o.tb.Helper()
	r, err := o.desk.Draft(o.tb.Context(), by, "contoso", desk.In{Params: p, Reason: "because"})
	o.check(err)
	r, _, err = o.desk.Submit(o.tb.Context(), by, r.ID, r.Version)
	o.check(err)
	return r
}

func (o *office) request(id string) request.Request {
	o.tb.Helper()
	r, err := o.db.Reader().Request(o.tb.Context(), id)
	o.check(err)
	return r
}

// refused checks the kind of a refusal.
func refused(tb testing.TB, what string, err error, kind fault.Kind) {
	tb.Helper()
	if !fault.Is(err, kind) {
		tb.Errorf("%s: %v, want %s", what, err, kind)
	}
}

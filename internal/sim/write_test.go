package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/sim/entra"
	"steward/internal/sim/world"
)

// act calls as the executor, with a body.
func (b *bundle) act(method, path string, body any) reply {
	b.t.Helper()
	if !strings.HasPrefix(path, "/v1") {
		path = "/v1.0/myorg/" + path
	}
	return b.call("executor", method, path, body)
}

// make makes a workspace on a capacity and returns its id.
func (b *bundle) make(name string) string {
	b.t.Helper()
	r := b.act("POST", "/v1/workspaces", map[string]any{"displayName": name, "description": "made by a test", "capacityId": b.capacity()})
	if r.status != 201 || !strings.HasSuffix(r.header.Get("Location"), "/v1/workspaces/"+r.id()) {
		b.t.Fatalf("make %s: %d %s", name, r.status, r.body)
	}
	return r.id()
}

func (r reply) id() string {
	r.t.Helper()
	var m struct{ ID string }
	r.decode(&m)
	return m.ID
}

// capacity is one that runs and that the executor may use.
func (b *bundle) capacity() string {
	for _, k := range b.world.Capacities(start) {
		if k.State == "Active" && !k.PremiumPerUser() {
			return k.ID
		}
	}
	b.t.Fatal("no capacity runs")
	return ""
}

func TestWorkspaceIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.act("POST", "groups?workspaceV2=True", map[string]any{"name": "Zebra Budget DEV"})
	r.want(200, `"name":"Zebra Budget DEV"`)
	id := r.id()
	again := b.act("POST", "groups?workspaceV2=True", map[string]any{"name": "zebra budget dev "})
	again.want(400, "PowerBIEntityAlreadyExists")
	if want := contract.Error("error_400_entity_exists.json"); again.header.Get("X-PowerBI-Error-Info") != want.Header["X-PowerBI-Error-Info"] {
		t.Errorf("the header says %q", again.header.Get("X-PowerBI-Error-Info"))
	}
	b.act("POST", "/v1/workspaces", map[string]any{"displayName": "Zebra Budget DEV"}).want(409, "WorkspaceNameAlreadyExists")
	for _, name := range []string{"", "  ", strings.Repeat("x", 257)} {
		b.act("POST", "groups?workspaceV2=True", map[string]any{"name": name}).want(400, "name")
	}
	b.clock.Advance(time.Minute)
	for path, key := range map[string]string{"groups": "value", "/v1/workspaces": "value"} {
		found := 0
		for _, w := range rows(b.act("GET", path, nil).ok(), key) {
			if w["id"] == id {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s lists it %d times", path, found)
		}
	}
	if ids := strings.Join(b.modified(""), " "); !strings.Contains(ids, id) {
		t.Error("the next scan does not see it")
	}
	ws := rows(b.scan(allFlags, id), "workspaces")[0]
	if us := rows(ws, "users"); len(us) != 1 || us[0]["groupUserAccessRight"] != "Admin" {
		t.Errorf("its users are %v", us)
	}
	b.clock.Set(start.Add(-time.Hour))
	if ids := strings.Join(b.modified(""), " "); strings.Contains(ids, id) {
		t.Error("the past sees it")
	}
}

func TestCreatingNeedsItsSetting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.cloud.Entra.Change("executor", func(s *entra.Switches) { s.CreateWorkspaces = false }); err != nil {
		t.Fatal(err)
	}
	r := b.act("POST", "groups?workspaceV2=True", map[string]any{"name": "x"})
	if r.status != 401 || r.header.Get("X-PowerBI-Error-Info") != "ServicePrincipalIsNotAllowedByTenantAdminSwitch" || len(r.body) > 0 {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	b.act("POST", "/v1/workspaces", map[string]any{"displayName": "x"}).want(403, "InsufficientPrivileges")
	b.act("POST", "pipelines", map[string]any{"displayName": "x"}).want(401, "")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.make("Zebra Roles")
	var guest, person world.User
	for u := range b.world.Users(start) {
		switch {
		case u.UserType == world.UserGuest:
			guest = u
		case u.Enabled:
			person = u
		}
	}
	var group world.Group
	for g := range b.world.Groups(start) {
		group = g
	}
	users := "groups/" + id + "/users"
	give := func(who, kind, right string) reply {
		return b.act("POST", users, map[string]any{"identifier": who, "principalType": kind, "groupUserAccessRight": right})
	}
	give(person.UPN, "User", "Member").want(200, "")
	give(strings.ToUpper(group.ID), "Group", "Viewer").want(200, "")
	give(guest.UPN, "User", "Contributor").want(200, "")
	dup := give(person.UPN, "User", "Viewer")
	want := contract.Error("error_400_add_user_exists.json")
	if dup.status != want.Status || len(dup.body) > 0 || dup.header.Get("X-PowerBI-Error-Info") != want.Header["X-PowerBI-Error-Info"] {
		t.Errorf("twice: %d %v %s", dup.status, dup.header, dup.body)
	}
	give("nobody@contoso.com", "User", "Viewer").want(400, "PrincipalNotFound")
	give(person.UPN, "Robot", "Viewer").want(400, "")
	scanner, _ := b.cloud.Entra.App("scanner")
	give(scanner.ClientID, "App", "Viewer").want(400, "PrincipalNotFound")
	give(scanner.ObjectID, "App", "Viewer").want(200, "")
	b.act("PUT", users, map[string]any{"identifier": person.UPN, "principalType": "User", "groupUserAccessRight": "Viewer"}).want(200, "")
	b.act("PUT", users, map[string]any{"identifier": "nobody@contoso.com", "principalType": "User", "groupUserAccessRight": "Viewer"}).want(404, "")
	b.act("DELETE", users+"/"+url.PathEscape(guest.UPN), nil).want(200, "")
	rights := map[string]string{}
	for _, u := range rows(b.act("GET", users, nil).ok(), "value") {
		rights[fmt.Sprint(u["identifier"])] = fmt.Sprint(u["groupUserAccessRight"])
	}
	if rights[person.UPN] != "Viewer" || rights[group.ID] != "Viewer" || rights[guest.UPN] != "" || len(rights) != 4 {
		t.Errorf("rights are %v", rights)
	}
	b.call("scanner", "POST", "/v1.0/myorg/"+users, map[string]any{"identifier": guest.UPN, "principalType": "User", "groupUserAccessRight": "Viewer"}).
		want(403, "PowerBIFolderOperationForbidden")
	role := "/v1/workspaces/" + id + "/roleAssignments"
	body := map[string]any{"principal": map[string]any{"id": guest.ID, "type": "User"}, "role": "Member"}
	b.act("POST", role, body).want(201, "Member")
	b.act("POST", role, body).want(409, "PrincipalAlreadyHasWorkspaceRolePermissions")
	b.act("PATCH", role+"/"+guest.ID, map[string]any{"role": "Viewer"}).want(200, "Viewer")
	b.act("GET", role+"/"+guest.ID, nil).want(200, "Viewer")
	b.act("DELETE", role+"/"+guest.ID, nil).want(200, "")
	b.act("DELETE", role+"/"+guest.ID, nil).want(404, "")
	_, out := b.mine()
	b.act("POST", "groups/"+out.ID+"/users", map[string]any{"identifier": guest.UPN, "principalType": "User", "groupUserAccessRight": "Viewer"}).
		want(401, "GroupNotAccessible")
}

func TestCapacityMoveTakesTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.act("POST", "groups?workspaceV2=True", map[string]any{"name": "Zebra Move"})
	id := r.id()
	status := func() string {
		return fmt.Sprint(b.act("GET", "groups/"+id+"/CapacityAssignmentStatus", nil).ok()["status"])
	}
	move := func(to string) reply {
		return b.act("POST", "groups/"+id+"/AssignToCapacity", map[string]any{"capacityId": to})
	}
	move(strings.ToUpper(b.capacity())).want(200, "")
	for _, want := range []string{"Pending", "InProgress", "InProgress"} {
		if got := status(); got != want {
			t.Errorf("status %s, want %s", got, want)
		}
		b.clock.Advance(30 * time.Second)
	}
	move("00000000-0000-0000-0000-000000000000").want(200, "")
	b.clock.Advance(5 * time.Second)
	move(b.capacity()).want(400, "WorkspaceMigrationOperationInProgress")
	b.clock.Advance(2 * time.Minute)
	if got := status(); got != "CompletedSuccessfully" {
		t.Errorf("status %s", got)
	}
	move("11111111-2222-3333-4444-555555555555").want(404, "")
	move("x").want(400, "")
	for _, k := range b.world.Capacities(start) {
		if k.PremiumPerUser() {
			move(k.ID).want(403, "")
		}
		if k.State != "Active" && !k.PremiumPerUser() {
			move(k.ID).want(200, "")
			b.clock.Advance(2 * time.Minute)
			if got := status(); got != "AssignmentFailed" {
				t.Errorf("a move to a capacity that is %s ends %s", k.State, got)
			}
		}
	}
}

func TestDeleteAndRestore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.make("Zebra Gone")
	b.act("DELETE", "groups/"+id, nil).want(200, "")
	b.act("GET", "groups/"+id, nil).want(404, "")
	if g := b.admin("groups/" + id); g["state"] != "Deleted" {
		t.Errorf("its state is %v", g["state"])
	}
	again := b.make("Zebra Gone")
	restore := func(name string) reply {
		return b.act("POST", "/v1/admin/workspaces/"+id+"/restore", map[string]any{"newWorkspaceName": name,
			"newWorkspaceAdminPrincipal": map[string]any{"id": b.world.DemoPeople()[0].User.ID, "type": "User"}})
	}
	restore("").want(409, "WorkspaceNameAlreadyExists")
	restore("Zebra Back").want(200, "")
	if g := b.admin("groups/" + id + "?$expand=users"); g["state"] != "Active" || g["name"] != "Zebra Back" || len(rows(g, "users")) != 1 {
		t.Errorf("restored: %v", g)
	}
	name := "Zebra Renamed"
	b.act("PATCH", "groups/"+again, map[string]any{"name": "Zebra Back"}).want(400, "PowerBIEntityAlreadyExists")
	b.act("PATCH", "groups/"+again, map[string]any{"name": name}).want(200, "")
	b.act("PATCH", "/v1/workspaces/"+again, map[string]any{"description": "new words"}).want(200, "new words")
	for _, path := range []string{"groups/" + id + "/restore", "groups/" + id + "/users", "capacities/AssignWorkspaces"} {
		b.unchecked = true
		b.act("POST", "admin/"+path, map[string]any{}).want(401, "PowerBINotAuthorizedException")
	}
}

func TestMyWorkspaceIsClosed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, p := range []string{"reports", "datasets", "dashboards"} {
		r := b.act("GET", p, nil)
		if want := contract.Error("error_403_api_not_accessible.json"); r.status != want.Status || !strings.Contains(string(r.body), `"Message"`) {
			t.Errorf("%s: %d %s", p, r.status, r.body)
		}
	}
}

func TestWritesAreInTheJournalAndTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.make("Zebra Noted")
	writes := b.cloud.Journal().Writes()
	last := writes[len(writes)-1]
	if last.Operation != "Fabric.Workspaces_CreateWorkspace" || last.Caller != "executor" || !strings.Contains(last.Body, "Zebra Noted") || !last.Performed {
		t.Errorf("the journal says %+v", last)
	}
	b.clock.Advance(2 * time.Hour)
	clear(b.token)
	all, _, _, _ := b.events(day(start) + "&$filter=" + url.QueryEscape("Activity eq 'CreateFolder'"))
	for _, e := range all {
		if e["WorkspaceId"] == id {
			return
		}
	}
	t.Errorf("the log does not tell of it: %v", all)
}

package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"steward/internal/sim/world"
)

// orphans is the filter for workspaces without an administrator, as client code
// sends it.
const orphans = "(not users/any()) or (not users/any(u: u/groupUserAccessRight eq Microsoft.PowerBI.ServiceContracts.Api.GroupUserAccessRight'Admin'))"

func TestAdminGroupsPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.get("/v1.0/myorg/admin/groups").want(400, "$top")
	b.unchecked = true
	for _, q := range []string{"$top=0", "$top=5001", "$top=x", "$top=1&$skip=-1", "$top=1&$expand=secrets", "$top=1&$filter=x%20eq%201", "$top=1&$filter=((("} {
		if r := b.get("/v1.0/myorg/admin/groups?" + q); r.status != 400 {
			t.Errorf("%s: status %d", q, r.status)
		}
	}
	b.unchecked = false
	seen := map[string]bool{}
	for skip := 0; ; skip += 40 {
		page := rows(b.admin(fmt.Sprintf("groups?$top=40&$skip=%d", skip)), "value")
		for _, g := range page {
			id, _ := g["id"].(string)
			if id != strings.ToUpper(id) || seen[id] {
				t.Errorf("id %q is not in upper case or comes twice", id)
			}
			seen[id] = true
			if _, ok := g["hasWorkspaceLevelSettings "]; !ok {
				t.Errorf("the key with a space at its end is missing in %v", g)
			}
		}
		if len(page) < 40 {
			break
		}
	}
	want := 0
	for range b.world.Heads(start) {
		want++
	}
	if len(seen) != want {
		t.Errorf("paging gave %d workspaces, the tenant has %d", len(seen), want)
	}
}

func TestAdminGroupsFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := map[string]*world.Workspace{}
	var capacity, name, some string
	for ws := range b.world.All(start) {
		all[strings.ToUpper(ws.ID)] = ws
		if ws.CapacityID != "" {
			capacity = ws.CapacityID
		}
		if ws.Project != "" {
			name, some = ws.Project, ws.ID
		}
	}
	for filter, keep := range map[string]func(*world.Workspace) bool{
		"state eq 'Deleted'":                                func(w *world.Workspace) bool { return w.State == world.StateDeleted },
		"state eq 'Active' and type eq 'Workspace'":         func(w *world.Workspace) bool { return w.State == world.StateActive && w.Type == world.TypeWorkspace },
		"type ne 'PersonalGroup'":                           func(w *world.Workspace) bool { return w.Type != world.TypePersonal },
		"isOnDedicatedCapacity eq true":                     func(w *world.Workspace) bool { return w.CapacityID != "" },
		"not (isOnDedicatedCapacity eq true)":               func(w *world.Workspace) bool { return w.CapacityID == "" },
		"capacityId eq '" + strings.ToUpper(capacity) + "'": func(w *world.Workspace) bool { return w.CapacityID == capacity },
		"contains(name,'" + name + "')":                     func(w *world.Workspace) bool { return strings.Contains(strings.ToLower(w.Name), strings.ToLower(name)) },
		"id eq '" + some + "'":                              func(w *world.Workspace) bool { return w.ID == some },
		orphans: func(w *world.Workspace) bool {
			for _, g := range w.Grants {
				if g.Right == world.RightAdmin {
					return false
				}
			}
			return true
		},
	} {
		want := 0
		for _, ws := range all {
			if keep(ws) {
				want++
			}
		}
		got := rows(b.admin("groups?$top=5000&$expand=users&$filter="+url.QueryEscape(filter)), "value")
		for _, g := range got {
			if ws := all[g["id"].(string)]; ws == nil || !keep(ws) {
				t.Errorf("%s lets %v through", filter, g["name"])
			}
		}
		if len(got) != want || want == 0 {
			t.Errorf("%s finds %d, want %d", filter, len(got), want)
		}
		b.cloud.Reset()
	}
}

func TestAdminGroupExpands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for ws := range b.world.All(start) {
		if ws.Type != world.TypeWorkspace || ws.State != world.StateActive || len(ws.Items) < 4 {
			continue
		}
		g := b.admin("groups/" + strings.ToUpper(ws.ID) + "?$expand=users,reports,dashboards,datasets,dataflows")
		n := len(rows(g, "reports")) + len(rows(g, "dashboards")) + len(rows(g, "datasets")) + len(rows(g, "dataflows"))
		if len(rows(g, "users")) != len(ws.Grants) || n == 0 {
			t.Errorf("workspace %s expands to %d users and %d items", ws.Name, len(rows(g, "users")), n)
		}
		for path, key := range map[string]string{"users": "", "reports": "reports", "dashboards": "dashboards", "datasets": "datasets", "dataflows": "dataflows"} {
			list := rows(b.admin("groups/"+ws.ID+"/"+path), "value")
			if key != "" && len(list) != len(rows(g, key)) {
				t.Errorf("%s lists %d, expanded %d", path, len(list), len(rows(g, key)))
			}
		}
		b.admin("groups/" + ws.ID + "/unused")
		b.admin("groups/" + ws.ID + "/datasets/upstreamDataflows")
		return
	}
	t.Fatal("no workspace to look at")
}

func TestItemsForTheAdmin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, kind := range []struct{ path, id string }{{"reports", "id"}, {"dashboards", "id"}, {"datasets", "id"}, {"dataflows", "objectId"}} {
		all := rows(b.admin(kind.path), "value")
		if len(all) == 0 {
			t.Errorf("no %s in the tenant", kind.path)
			continue
		}
		if two := rows(b.admin(kind.path+"?$top=2&$skip=1"), "value"); len(two) != 2 || two[0][kind.id] != all[1][kind.id] {
			t.Errorf("%s: a window of two gives %v", kind.path, two)
		}
		id := url.PathEscape(all[0][kind.id].(string))
		if us := rows(b.admin(kind.path+"/"+id+"/users"), "value"); len(us) == 0 {
			t.Errorf("%s %s: nobody may use it", kind.path, id)
		}
		switch kind.path {
		case "datasets":
			b.admin("datasets/" + id + "/datasources")
		case "dataflows":
			b.admin("dataflows/" + id + "/datasources")
			if m := r2(b.get("/v1.0/myorg/admin/dataflows/" + id + "/export")); m["name"] != all[0]["name"] {
				t.Errorf("exported: %v", m)
			}
		case "dashboards":
			b.admin("dashboards/" + id + "/tiles")
		}
		b.get("/v1.0/myorg/admin/"+kind.path+"/11111111-2222-3333-4444-555555555555/users").want(404, "PowerBIEntityNotFound")
	}
}

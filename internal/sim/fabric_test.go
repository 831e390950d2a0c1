package sim_test

import (
	"net/url"
	"strings"
	"testing"

	"steward/internal/sim/world"
)

func TestFabricWorkspaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.get("/v1/admin/workspaces").ok(), "workspaces")
	types := map[any]int{}
	for _, w := range list {
		types[w["type"]]++
	}
	want := 0
	for range b.world.Heads(start) {
		want++
	}
	if len(list) != want || types["Personal"] == 0 || types["PersonalGroup"] != 0 {
		t.Errorf("%d workspaces of %v, the tenant has %d", len(list), types, want)
	}
	for _, w := range rows(b.get("/v1/admin/workspaces?state=Deleted&type=Workspace").ok(), "workspaces") {
		if w["state"] != "Deleted" || w["type"] != "Workspace" {
			t.Errorf("filtered list holds %v", w)
		}
	}
	for _, w := range list {
		if w["state"] == "Active" && w["type"] == "Workspace" {
			b.get("/v1/admin/workspaces/" + w["id"].(string)).ok()
			if n := len(rows(b.get("/v1/admin/workspaces/"+w["id"].(string)+"/users").ok(), "accessDetails")); n == 0 {
				continue
			}
			break
		}
	}
	b.get("/v1/admin/workspaces/11111111-2222-3333-4444-555555555555").want(404, "EntityNotFound")
	b.get("/v1/admin/workspaces?continuationToken=rubbish").want(400, "InvalidContinuationToken")
	b.get("/v1/admin/workspaces/discoverGitConnections").ok()
}

func TestFabricItems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.get("/v1/admin/items").ok(), "itemEntities")
	types := map[any]int{}
	for _, it := range list {
		types[it["type"]]++
		if d, _ := it["lastUpdatedDate"].(string); strings.HasSuffix(d, "Z") {
			t.Errorf("lastUpdatedDate %q has a zone", d)
		}
	}
	if types["SemanticModel"] == 0 || types["Report"] == 0 || types["Lakehouse"] == 0 || types["datasets"] != 0 {
		t.Errorf("types are %v", types)
	}
	some := list[0]
	in := "/v1/admin/workspaces/" + some["workspaceId"].(string) + "/items/" + some["id"].(string)
	b.get(in).ok()
	if n := len(rows(b.get(in+"/users").ok(), "accessDetails")); n == 0 {
		t.Error("nobody may use the first item")
	}
	for _, it := range rows(b.get("/v1/admin/items?type=Notebook").ok(), "itemEntities") {
		if it["type"] != "Notebook" {
			t.Errorf("asked for notebooks, got %v", it["type"])
		}
	}
	only := rows(b.get("/v1/admin/items?workspaceId="+some["workspaceId"].(string)).ok(), "itemEntities")
	for _, it := range only {
		if it["workspaceId"] != some["workspaceId"] {
			t.Errorf("asked for one workspace, got an item of %v", it["workspaceId"])
		}
	}
	held := 0
	n := 0
	for u := range b.world.Users(start) {
		if n++; n > 10 {
			break
		}
		held += len(rows(b.get("/v1/admin/users/"+u.ID+"/access").ok(), "accessEntities"))
	}
	if len(only) == 0 || held == 0 {
		t.Errorf("%d items in the workspace, %d held by people", len(only), held)
	}
	b.get("/v1/admin/workspaces/"+some["workspaceId"].(string)+"/items/11111111-2222-3333-4444-555555555555").want(404, "ItemNotFound")
}

// TestFabricPages: the items of a large tenant come in pages of whole
// workspaces, none twice and none left out.
func TestFabricPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.SetFaults(nil)
	seen := map[any]bool{}
	path := "/v1/admin/items"
	for path != "" {
		m := b.get(path).ok()
		for _, it := range rows(m, "itemEntities") {
			if seen[it["id"]] {
				t.Errorf("item %v comes twice", it["id"])
			}
			seen[it["id"]] = true
		}
		next, _ := m["continuationUri"].(string)
		path = strings.Replace(next, b.at.Fabric, "", 1)
	}
	want := 0
	for ws := range b.world.All(start) {
		for i := range ws.Items {
			it := &ws.Items[i]
			if ws.State == world.StateActive && it.State != "Deleted" && (it.Report == nil || it.Report.OriginalID == "") && (it.Model == nil || !it.Model.ForeignID) {
				want++
			}
		}
	}
	if len(seen) != want {
		t.Errorf("%d items, want %d", len(seen), want)
	}
}

func TestFabricSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.get("/v1/admin/tenantsettings").ok(), "value")
	names := map[any]bool{}
	for _, s := range list {
		names[s["settingName"]] = true
		for _, p := range rows(s, "properties") {
			if _, text := p["value"].(string); !text {
				t.Errorf("property %v is not a text", p)
			}
		}
	}
	if len(list) < 20 || !names["AdminApisIncludeDetailedMetadata"] || !names["PublishToWeb"] {
		t.Errorf("%d settings: %v", len(list), names)
	}
	overrides := 0
	for _, scope := range []string{"capacities", "domains", "workspaces"} {
		overrides += len(rows(b.get("/v1/admin/"+scope+"/delegatedTenantSettingOverrides").ok(), "value"))
	}
	if overrides == 0 {
		t.Error("no overrides")
	}
	b.get("/v1/admin/capacities/" + b.world.Capacities(start)[0].ID + "/delegatedTenantSettingOverrides").ok()
}

func TestFabricDomains(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.get("/v1/admin/domains?preview=false").ok(), "domains")
	assigned := 0
	for _, d := range list {
		if _, has := d["parentDomainId"]; !has {
			t.Errorf("domain %v has no parentDomainId, not even null", d["displayName"])
		}
		m := b.get("/v1/admin/domains/" + d["id"].(string) + "/workspaces").ok()
		assigned += len(rows(m, "value"))
		if v, has := m["continuationToken"]; !has || v != nil {
			t.Errorf("continuationToken is %v, null at the end", v)
		}
		b.get("/v1/admin/domains/" + d["id"].(string) + "?preview=false").ok()
	}
	if len(list) < 2 || assigned == 0 {
		t.Errorf("%d domains, %d workspaces in them", len(list), assigned)
	}
	if used := rows(b.get("/v1/admin/domains?preview=false&nonEmptyOnly=true").ok(), "domains"); len(used) == 0 || len(used) > len(list) {
		t.Errorf("%d domains are used", len(used))
	}
	b.get("/v1/admin/domains/11111111-2222-3333-4444-555555555555/workspaces").want(404, "")
}

func TestFabricOrdinaryCalls(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in, out := b.mine()
	get := func(path string) reply { return b.call("executor", "GET", "/v1/"+path, nil) }
	if n := len(rows(get("workspaces").ok(), "value")); n == 0 {
		t.Error("the executor is in no workspace")
	}
	get("workspaces/" + in.ID).ok()
	get("workspaces/" + in.ID + "/roleAssignments").ok()
	get("workspaces/" + in.ID + "/items?type=" + url.QueryEscape("Report")).ok()
	get("workspaces/"+out.ID).want(403, "InsufficientWorkspaceRole")
	get("workspaces/11111111-2222-3333-4444-555555555555").want(404, "WorkspaceNotFound")
	get("capacities").ok()
	for _, p := range rows(get("deploymentPipelines").ok(), "value") {
		id := "deploymentPipelines/" + p["id"].(string)
		get(id).ok()
		for _, st := range rows(get(id+"/stages").ok(), "value") {
			get(id + "/stages/" + st["id"].(string) + "/items").ok()
		}
		for _, op := range rows(get(id+"/operations").ok(), "value") {
			get(id + "/operations/" + op["id"].(string)).ok()
		}
	}
}

package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/sim/world"
)

func TestCapacities(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.admin("capacities?$expand=tenantKey"), "value")
	if len(list) != len(b.world.Capacities(start)) || len(list) < 3 {
		t.Fatalf("%d capacities", len(list))
	}
	keyed := 0
	for _, k := range list {
		id := k["id"].(string)
		if id != strings.ToUpper(id) {
			t.Errorf("capacity id %q is not in upper case", id)
		}
		if k["tenantKey"] != nil {
			keyed++
		}
		b.admin("capacities/" + id + "/users")
	}
	if n := len(rows(b.admin("tenantKeys"), "value")); keyed == 0 || n == 0 {
		t.Errorf("%d capacities with a key, %d keys", keyed, n)
	}
}

func TestRefreshables(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.get("/v1.0/myorg/admin/capacities/refreshables").want(400, "$top")
	all := rows(b.admin("capacities/refreshables?$top=5000&$expand=capacity,group"), "value")
	never, failing, seen, twice := 0, 0, map[any]int{}, 0
	for _, r := range all {
		if r["startTime"] == nil && r["endTime"] == "0001-01-01T00:00:00Z" {
			never++
		}
		if n, _ := r["refreshFailures"].(float64); n > 0 {
			failing++
		}
		if _, ok := r["configuredBy"].([]any); !ok || r["capacity"] == nil || r["group"] == nil {
			t.Errorf("row %v", r)
		}
		if seen[r["id"]]++; seen[r["id"]] == 2 {
			twice++
		}
	}
	if len(all) < 10 || never == 0 || failing == 0 || len(all) > 60 && twice == 0 {
		t.Errorf("%d rows, %d that never ran, %d failing, %d twice", len(all), never, failing, twice)
	}
	slow := rows(b.admin("capacities/refreshables?$top=5000&$filter="+url.QueryEscape("averageDuration gt 60")), "value")
	if len(slow) == 0 || len(slow) >= len(all) {
		t.Errorf("%d of %d rows are slow", len(slow), len(all))
	}
	if w := rows(b.admin("capacities/refreshables?$top=3&$skip=2"), "value"); len(w) != 3 || w[0]["id"] != all[2]["id"] {
		t.Errorf("a window gives %v", w)
	}
	home, _ := all[0]["capacity"].(map[string]any)
	b.admin(fmt.Sprintf("capacities/%s/refreshables?$top=10", home["id"]))
	one := rows(b.admin(fmt.Sprintf("capacities/%s/refreshables/%s", home["id"], url.PathEscape(all[0]["id"].(string)))), "value")
	if len(one) != 1 || one[0]["id"] != all[0]["id"] {
		t.Errorf("one refreshable: %v", one)
	}
}

func TestEmptyLists(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, p := range []string{"imports", "profiles"} {
		if n := len(rows(b.admin(p), "value")); n != 0 {
			t.Errorf("%s: %d rows", p, n)
		}
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.get("/v1.0/myorg/admin/apps").want(400, "$top")
	list := rows(b.admin("apps?$top=5000"), "value")
	if len(list) == 0 {
		t.Fatal("no apps")
	}
	for _, a := range list {
		if at, _ := a["lastUpdate"].(string); at != "" && !strings.Contains(at, "+02:00") {
			t.Errorf("lastUpdate is %q", at)
		}
	}
	if us := rows(b.admin("apps/"+list[0]["id"].(string)+"/users"), "value"); len(us) == 0 {
		t.Error("nobody may use the first app")
	}
	b.get("/v1.0/myorg/admin/apps/11111111-2222-3333-4444-555555555555/users").want(404, "")
}

func TestAdminPipelines(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := rows(b.admin("pipelines?$expand=users,stages"), "value")
	orphaned := 0
	for _, p := range list {
		if len(rows(p, "users")) == 0 {
			orphaned++
		}
		for i, st := range rows(p, "stages") {
			if st["order"] != fmt.Sprint(i) {
				t.Errorf("stage order is %v (%T), a text here", st["order"], st["order"])
			}
		}
		b.admin("pipelines/" + p["id"].(string) + "/users")
	}
	if got := rows(b.admin("pipelines?$expand=users&$filter="+url.QueryEscape("(not users/any())")), "value"); len(got) != orphaned {
		t.Errorf("%d orphaned pipelines by filter, %d by looking", len(got), orphaned)
	}
	if len(list) < 3 {
		t.Errorf("%d pipelines", len(list))
	}
}

func TestWidelyShared(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, share := range map[string]string{"linksSharedToWholeOrganization": "Link", "publishedToWeb": "PublishToWeb"} {
		list := rows(b.admin("widelySharedArtifacts/"+path), "ArtifactAccessEntities")
		if len(list) == 0 {
			t.Errorf("%s: nothing", path)
		}
		for _, r := range list {
			if r["shareType"] != share {
				t.Errorf("%s: %v", path, r)
			}
		}
	}
	b.get("/v1.0/myorg/admin/widelySharedArtifacts/publishedToWeb?continuationToken=unquoted").want(400, "")
	if n := len(rows(b.admin("widelySharedArtifacts/publishedToWeb?continuationToken='LDEwMDAwMCw1MDAsMA%3D%3D'"), "ArtifactAccessEntities")); n != 0 {
		t.Errorf("%d rows beyond the end", n)
	}
}

func TestPeopleForTheAdmin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var subscribed, reaching, paged int
	n := 0
	for u := range b.world.Users(start) {
		if n++; n > 20 {
			break
		}
		id := url.PathEscape(u.UPN)
		if n%2 == 0 {
			id = u.ID
		}
		m := b.admin("users/" + id + "/artifactAccess")
		list := rows(m, "ArtifactAccessEntities")
		reaching += len(list)
		if m["continuationUri"] != nil {
			paged++
		}
		for _, r := range rows(b.admin("users/"+id+"/artifactAccess?artifactTypes=Dataset,Report"), "ArtifactAccessEntities") {
			if r["artifactType"] != "Dataset" && r["artifactType"] != "Report" {
				t.Errorf("asked for models and reports, got %v", r["artifactType"])
			}
		}
		for _, s := range rows(b.admin("users/"+id+"/subscriptions"), "subscriptionEntities") {
			subscribed++
			if _, err := time.Parse("1/2/2006 3:04:05 PM", fmt.Sprint(s["startDate"])); err != nil {
				t.Errorf("startDate: %v", err)
			}
			kind := "reports"
			if s["artifactType"] == "Dashboard" {
				kind = "dashboards"
			}
			if len(rows(b.admin(kind+"/"+s["artifactId"].(string)+"/subscriptions"), "value")) == 0 {
				t.Errorf("subscription %v is not on its item", s["id"])
			}
		}
		b.cloud.Reset()
	}
	if reaching == 0 || subscribed == 0 {
		t.Errorf("%d things reached, %d subscriptions, %d with more pages", reaching, subscribed, paged)
	}
	b.get("/v1.0/myorg/admin/users/nobody@contoso.com/artifactAccess").want(404, "")
}

// mine finds a workspace in which the executor has a role, and one in which not.
func (b *bundle) mine() (in, out *world.Workspace) {
	a, _ := b.cloud.Entra.App("executor")
	for ws := range b.world.All(start) {
		has := false
		for _, g := range ws.Grants {
			has = has || g.Principal.ID == a.ObjectID
		}
		switch {
		case ws.State != world.StateActive || ws.Type != world.TypeWorkspace:
		case has && (in == nil || len(ws.Items) > len(in.Items)):
			in = ws
		case !has && out == nil:
			out = ws
		}
	}
	if in == nil || out == nil {
		b.t.Fatalf("the executor has a role in %v, none in %v", in, out)
	}
	return in, out
}

func TestOrdinaryCalls(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in, out := b.mine()
	get := func(path string) reply { return b.call("executor", "GET", "/v1.0/myorg/"+path, nil) }
	if n := len(rows(get("groups").ok(), "value")); n == 0 {
		t.Error("the executor is in no workspace")
	}
	named := rows(get("groups?$filter="+url.QueryEscape("name eq '"+strings.ReplaceAll(in.Name, "'", "''")+"'")).ok(), "value")
	if len(named) == 0 || named[0]["id"] != in.ID {
		t.Errorf("by name: %v", named)
	}
	get("groups/"+out.ID).want(401, "GroupNotAccessible")
	get("groups/11111111-2222-3333-4444-555555555555").want(404, "PowerBIEntityNotFound")
	for _, p := range []string{"", "/users", "/reports", "/dashboards", "/datasets", "/dataflows"} {
		get("groups/" + strings.ToUpper(in.ID) + p).ok()
	}
	get("capacities").ok()
	runs := 0
	for i := range in.Items {
		if in.Items[i].Kind != world.KindModel {
			continue
		}
		id := url.PathEscape(in.Items[i].ID)
		for _, base := range []string{"datasets/" + id, "groups/" + in.ID + "/datasets/" + id} {
			runs += len(rows(get(base+"/refreshes?$top=5").ok(), "value"))
			get(base + "/refreshSchedule").ok()
		}
		get("groups/" + in.ID + "/datasets/" + id).ok()
		get("groups/" + in.ID + "/datasets/" + id + "/datasources").ok()
		get("groups/"+out.ID+"/datasets/"+id+"/refreshes").want(401, "GroupNotAccessible")
	}
	for i := range out.Items {
		if out.Items[i].Kind == world.KindModel {
			get("datasets/"+url.PathEscape(out.Items[i].ID)+"/refreshes").want(404, "PowerBIEntityNotFound")
		}
	}
}

func TestRefreshHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	status, nulls, texts := map[any]int{}, 0, 0
	for ws := range b.world.All(start) {
		a, _ := b.cloud.Entra.App("executor")
		role := false
		for _, g := range ws.Grants {
			role = role || g.Principal.ID == a.ObjectID
		}
		for i := range ws.Items {
			if !role || ws.Items[i].Kind != world.KindModel || ws.State != world.StateActive {
				continue
			}
			for _, r := range rows(b.call("executor", "GET", "/v1.0/myorg/datasets/"+url.PathEscape(ws.Items[i].ID)+"/refreshes", nil).ok(), "value") {
				status[r["status"]]++
				if v, has := r["refreshAttempts"]; has && v == nil {
					nulls++
				}
				if s, _ := r["serviceExceptionJson"].(string); strings.HasPrefix(s, `{"errorCode"`) {
					texts++
				}
				if r["status"] == "Unknown" && r["endTime"] != nil {
					t.Errorf("a running refresh has an end: %v", r)
				}
			}
		}
	}
	if status["Completed"] == 0 || status["Failed"] == 0 || texts == 0 {
		t.Errorf("statuses %v, %d null attempts, %d failures told", status, nulls, texts)
	}
}

func TestOrdinaryPipelines(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := func(path string) reply { return b.call("executor", "GET", "/v1.0/myorg/pipelines"+path, nil) }
	list := rows(get("").ok(), "value")
	ops, pairs := 0, 0
	for _, p := range list {
		id := "/" + p["id"].(string)
		get(id + "?$expand=stages").ok()
		get(id + "/users").ok()
		for _, st := range rows(get(id+"/stages").ok(), "value") {
			order, ok := st["order"].(float64)
			if !ok {
				t.Errorf("stage order is %T, a number here", st["order"])
			}
			if st["workspaceId"] != nil {
				for _, kind := range []string{"datasets", "reports"} {
					pairs += len(rows(get(fmt.Sprintf("%s/stages/%d/artifacts", id, int(order))).ok(), kind))
				}
			}
		}
		for _, op := range rows(get(id+"/operations").ok(), "value") {
			ops++
			one := get(id + "/operations/" + op["id"].(string)).ok()
			if plan, _ := one["executionPlan"].(map[string]any); plan["Steps"] == nil || op["executionPlan"] != nil {
				t.Errorf("the plan of %v is %v, in the list %v", op["id"], plan, op["executionPlan"])
			}
		}
		get(id+"/stages/x/artifacts").want(400, "")
		get(id+"/stages/7/artifacts").want(404, "")
	}
	if len(list) == 0 || ops == 0 || pairs == 0 {
		t.Errorf("%d pipelines, %d operations, %d paired items", len(list), ops, pairs)
	}
	get("/11111111-2222-3333-4444-555555555555").want(404, "")
}

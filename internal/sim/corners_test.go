package sim_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
)

func TestTokenLoops(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 300 {
		b.form(b.tokenURL(), b.secretForm())
	}
	b.form(b.tokenURL(), b.secretForm()).want(400, "AADSTS50196")
	b.clock.Advance(2 * time.Minute)
	b.form(b.tokenURL(), b.secretForm()).want(200, "access_token")
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v2 := b.doGet(b.at.Issuer + "/.well-known/openid-configuration").ok()
	if v2["issuer"] != b.at.Issuer || !strings.HasPrefix(fmt.Sprint(v2["jwks_uri"]), b.at.Authority) {
		t.Errorf("v2 is %v", v2)
	}
	v1 := b.doGet(b.authority() + "/.well-known/openid-configuration").ok()
	if !strings.HasPrefix(fmt.Sprint(v1["issuer"]), "https://sts.windows.net/") {
		t.Errorf("v1 is %v", v1)
	}
	if in := b.doGet(b.at.Authority + "/common/discovery/instance?api-version=1.1").ok(); len(rows(in, "metadata")) != 1 {
		t.Errorf("instance is %v", in)
	}
	for _, p := range []string{"/discovery/keys", "/discovery/v2.0/keys"} {
		for _, k := range rows(b.doGet(b.authority()+p).ok(), "keys") {
			if k["d"] != nil || k["kid"] == "" {
				t.Errorf("%s tells the private key, or no name: %v", p, k)
			}
		}
	}
	b.doGet(b.at.Authority+"/fabrikam.example/v2.0/.well-known/openid-configuration").want(400, "AADSTS90002")
}

func TestLeaversCannotSignIn(t *testing.T) {
	t.Parallel()
	b := portal(t)
	for _, p := range b.world.DemoPeople() {
		if !p.User.Enabled {
			r := b.form(b.authority()+"/oauth2/v2.0/authorize", url.Values{"request": {ask().Encode()}, "person": {p.User.ID}})
			r.want(401, "AADSTS50057")
			return
		}
	}
	t.Error("nobody among the demo's people has left")
}

func TestSignInByHint(t *testing.T) {
	t.Parallel()
	b := portal(t)
	b.cloud.Entra.AddRedirect("http://127.0.0.1:8081/cb")
	who := b.world.DemoPeople()[1].User
	r := b.doGet(b.authority() + "/oauth2/v2.0/authorize?" + ask("login_hint", who.UPN, "redirect_uri", "http://127.0.0.1:8081/cb").Encode())
	if strings.Count(string(r.body), `data-testid="person"`) != 1 || !strings.Contains(string(r.body), who.ID) {
		t.Errorf("the page shows %s", r.body)
	}
	b.form(b.authority()+"/oauth2/v2.0/authorize", url.Values{"request": {ask().Encode()}, "person": {"nobody"}}).want(400, "AADSTS50034")
}

func TestFabricAdminUpdates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, d := b.make("Zebra Domain"), b.world.Domains(start)[0]
	body := map[string]any{"workspacesIds": []string{id, "11111111-2222-3333-4444-555555555555"}}
	at := "/v1/admin/domains/" + d.ID
	for path, want := range map[string]string{"/assignWorkspaces": d.ID, "/unassignWorkspaces": ""} {
		if path == "/unassignWorkspaces" {
			b.act("POST", at+"/assignWorkspaces", body).want(200, "")
		}
		b.act("POST", at+path, body).want(200, "")
		ws, _ := b.world.Workspace(id, start)
		if ws.DomainID != want {
			t.Errorf("%s: the domain is %q", path, ws.DomainID)
		}
	}
	b.act("POST", "/v1/admin/tenantsettings/PublishToWeb/update", map[string]any{"enabled": false}).want(200, "PublishToWeb")
	for _, s := range b.world.Settings(start) {
		if s.Name == "PublishToWeb" && s.Enabled {
			t.Error("the setting is still on")
		}
	}
	b.act("POST", "/v1/admin/tenantsettings/Nothing/update", map[string]any{"enabled": false}).want(404, "")
	b.act("POST", "/v1/workspaces/"+id+"/unassignFromCapacity", nil).want(202, "")
	b.clock.Advance(2 * time.Minute)
	b.act("POST", "/v1/workspaces/"+id+"/assignToCapacity", map[string]any{"capacityId": b.capacity()}).want(202, "")
	if w := b.act("GET", "/v1/workspaces/"+id, nil).ok(); w["capacityId"] != b.capacity() {
		t.Errorf("the workspace is %v", w)
	}
	b.act("DELETE", "/v1/workspaces/"+id, nil).want(200, "")
	b.act("GET", "/v1/workspaces/"+id, nil).want(404, "")
}

func TestGraphSmallCalls(t *testing.T) {
	t.Parallel()
	b := setup(t)
	app, _ := b.cloud.Entra.App("scanner")
	if sp := b.get("/v1.0/servicePrincipals/" + app.ObjectID).ok(); sp["appId"] != app.ClientID {
		t.Errorf("the service principal is %v", sp)
	}
	b.get("/v1.0/servicePrincipals?$filter="+url.QueryEscape("appId eq '"+app.ClientID+"'")).want(200, app.ObjectID)
	b.get("/v1.0/servicePrincipals/nobody").want(404, "")
	for u := range b.world.Users(start) {
		if u.ManagerID != "" {
			if m := b.get("/v1.0/users/" + u.ID + "/manager").ok(); m["id"] != u.ManagerID {
				t.Errorf("the manager is %v, not %s", m, u.ManagerID)
			}
			break
		}
	}
	b.get("/v1.0/users?$expand=secrets").want(400, "")
	for g := range b.world.Groups(start) {
		if one := b.get("/v1.0/groups/" + strings.ToUpper(g.ID) + "?$select=displayName").ok(); one["displayName"] != g.DisplayName {
			t.Errorf("the group is %v", one)
		}
		break
	}
}

func TestLineageOfDataflows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	links, chained := 0, 0
	for ws := range b.world.All(start) {
		if ws.State != world.StateActive || links > 0 && chained > 0 {
			continue
		}
		has := false
		for i := range ws.Items {
			if f := ws.Items[i].Dataflow; f != nil && len(f.Upstream) > 0 {
				got := b.admin("groups/" + ws.ID + "/dataflows/" + ws.Items[i].ID + "/upstreamDataflows")
				chained += len(rows(got, "value"))
			}
			has = has || ws.Items[i].Model != nil && len(ws.Items[i].Model.Upstream) > 0
		}
		if has {
			links += len(rows(b.admin("groups/"+ws.ID+"/datasets/upstreamDataflows"), "value"))
		}
	}
	if links == 0 {
		t.Errorf("%d models use dataflows, %d dataflows use others", links, chained)
	}
}

// TestStepsThatNeedMore: what each allow-option is there for.
func TestStepsThatNeedMore(t *testing.T) {
	t.Parallel()
	person := world.Principal{Kind: world.KindUser, ID: "1", UPN: "x@contoso.com"}
	for name, c := range map[string]struct {
		change func(*line, *world.Workspace)
		option string
		code   string
	}{
		"label": {func(l *line, w *world.Workspace) { w.Item(l.model).LabelID = l.world.Labels()[0].ID },
			"allowOverwriteTargetArtifactLabel", "OverwriteLabelNotAllowed"},
		"paginated": {func(l *line, w *world.Workspace) {
			it := w.Item(l.report)
			it.CreatedBy, it.Report = &person, &world.Report{Type: "PaginatedReport"}
		}, "allowTakeOver", "NotPaginatedReportOwner"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lineUp(t)
			l.fill(l.dev, func(w *world.Workspace) { c.change(l, w) })
			l.both()
			l.outcome(l.deployAll(all))
			l.fill(l.test, func(w *world.Workspace) {
				for i := range w.Items {
					w.Items[i].CreatedBy, w.Items[i].Configured = &person, &person
					if w.Items[i].LabelID != "" {
						w.Items[i].LabelID = l.world.Labels()[1].ID
					}
				}
			})
			op := l.outcome(l.deployAll(all))
			if !strings.Contains(fmt.Sprint(steps(op)), c.code) || op["status"] != "Failed" {
				t.Errorf("without %s it ended %v: %v", c.option, op["status"], steps(op))
			}
			more := map[string]any{"allowCreateArtifact": true, "allowOverwriteArtifact": true, c.option: true}
			if op := l.outcome(l.deployAll(more)); op["status"] != "Succeeded" {
				t.Errorf("with %s it ended %v: %v", c.option, op["status"], steps(op))
			}
		})
	}
}

func TestDashboardsFollow(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.cloud.Acts.SetTimes(acts.Times{Instant: true})
	l.fill(l.dev, func(w *world.Workspace) {
		w.Items = append(w.Items, world.Item{ID: l.world.NewID(), Kind: world.KindDashboard, Name: "Sales Board",
			Dashboard: &world.Dashboard{Tiles: []world.Tile{{ID: l.world.NewID(), ReportID: l.report, ModelID: l.model}}}})
	})
	l.both()
	l.outcome(l.deployAll(all))
	ws := rows(l.scan(allFlags, l.test), "workspaces")[0]
	tile := rows(rows(ws, "dashboards")[0], "tiles")[0]
	if tile["reportId"] != rows(ws, "reports")[0]["id"] || tile["datasetId"] != rows(ws, "datasets")[0]["id"] {
		t.Errorf("the tile shows %v in a workspace with %v", tile, ws["reports"])
	}
}

// TestPagesOfOnePerson: the things of somebody who reaches much come in pages.
func TestPagesOfOnePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	next := "/v1.0/myorg/admin/users/" + b.world.DemoPeople()[0].User.ID + "/artifactAccess?continuationToken='" +
		url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(",0,100,0"))) + "'"
	b.get(next).want(200, "ArtifactAccessEntities")
	for _, bad := range []string{",x,100,0", ",-1,100,0", "1"} {
		b.get("/v1.0/myorg/admin/users/"+b.world.DemoPeople()[0].User.ID+"/artifactAccess?continuationToken='"+
			url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(bad)))+"'").want(400, "")
	}
}

// TestTellsLessThanExpected: the scanner leaves out the capacity of a few
// workspaces that are on one, and writes null for the app of ordinary reports.
func TestTellsLessThanExpected(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.World = world.New(world.Config{Seed: 1, Workspaces: 400}) })
	silent, null := 0, 0
	ids := b.modified("")
	for len(ids) > 0 {
		n := min(100, len(ids))
		for _, w := range rows(b.scan("", ids[:n]...), "workspaces") {
			if _, told := w["capacityId"]; !told && w["isOnDedicatedCapacity"] == true {
				silent++
			}
			for _, r := range rows(w, "reports") {
				if app, told := r["appId"]; told && app == nil {
					null++
				}
			}
		}
		ids = ids[n:]
	}
	if silent == 0 || silent > 20 || null < 5 {
		t.Errorf("%d workspaces do not tell their capacity, %d reports have no app", silent, null)
	}
}

package sim_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/sim/entra"
	"steward/internal/sim/world"
)

// contentLine is a line whose model has parameters and a datasource.
func contentLine(t *testing.T) *line {
	t.Helper()
	l := lineUp(t)
	source := l.world.GatewayDatasources(l.world.Gateways()[0].ID, l.clock.Now(), 1)[0]
	l.fill(l.dev, func(w *world.Workspace) {
		m := w.Item(l.model).Model
		m.Datasources = []string{source.ID}
		m.Schema.Tables[0].Measures = []world.Measure{{Name: "Total", Expression: "SUM(Sales[Amount])"}}
		m.Schema.Expressions = []world.Expression{
			{Name: "Server", Expression: `"sql-dev" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`},
			{Name: "Rows", Expression: `10 meta [IsParameterQuery=true, Type="Number"]`},
			{Name: "shared", Expression: "let Source = 1 in Source"},
		}
	})
	return l
}

func (l *line) upload(ws, name, query string, file []byte) reply {
	l.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "upload")
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil || w.Close() != nil {
		l.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", l.at.API+"/v1.0/myorg/groups/"+ws+"/imports?datasetDisplayName="+url.QueryEscape(name)+query, &body)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+l.as("executor", entra.PowerBIResource))
	r := l.do(req)
	l.check(req, r)
	return r
}

// imported uploads a file, waits and returns the import.
func (l *line) imported(ws, name, conflict string, file []byte) map[string]any {
	l.t.Helper()
	r := l.upload(ws, name, "&nameConflict="+conflict, file)
	if r.status != 202 {
		l.t.Fatalf("import: %d %s", r.status, r.body)
	}
	id := r.id()
	if now := l.act("GET", "groups/"+ws+"/imports/"+id, nil).ok(); now["importState"] != "Publishing" {
		l.t.Errorf("at first the import is %v", now)
	}
	l.clock.Advance(time.Minute)
	return l.act("GET", "groups/"+ws+"/imports/"+id, nil).ok()
}

func (l *line) export(ws, report string) reply {
	l.t.Helper()
	return l.act("GET", "groups/"+ws+"/reports/"+report+"/Export", nil)
}

func only(t *testing.T, m map[string]any, key string) string {
	t.Helper()
	list := rows(m, key)
	if len(list) != 1 {
		t.Fatalf("%s is %v", key, m)
	}
	return strings.ToLower(fmt.Sprint(list[0]["id"]))
}

// TestExportAndImport: a file holds what it was made of, an overwrite keeps the
// ids, and importing a backup brings the former state back.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	file := l.export(l.dev, l.report)
	if file.status != 200 || file.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("export: %d %s", file.status, file.body)
	}
	first := l.imported(l.test, "Sales.pbix", "CreateOrOverwrite", file.body)
	report, model := only(t, first, "reports"), only(t, first, "datasets")
	backup := l.export(l.test, report).body
	l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Clone", map[string]any{"name": "Other"}).want(200, "Other")
	other := l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Clone", map[string]any{"name": "Other 2", "targetModelId": l.model}).id()
	l.fill(l.dev, func(w *world.Workspace) { w.Item(strings.ToLower(other)).Content = "new pages" })
	second := l.imported(l.test, "Sales.pbix", "Overwrite", l.export(l.dev, strings.ToLower(other)).body)
	if only(t, second, "reports") != report || only(t, second, "datasets") != model {
		t.Errorf("an overwrite changed the ids: %v then %v", first, second)
	}
	if bytes.Equal(l.export(l.test, report).body, backup) {
		t.Error("nothing was overwritten")
	}
	l.imported(l.test, "Sales.pbix", "Overwrite", backup)
	if !bytes.Equal(l.export(l.test, report).body, backup) {
		t.Error("the backup did not bring the former state back")
	}
	ws := rows(l.scan(allFlags, l.test), "workspaces")[0]
	if len(rows(ws, "reports")) != 1 || len(rows(ws, "datasets")) != 1 {
		t.Errorf("the workspace holds %v", ws)
	}
	if n := len(rows(l.act("GET", "groups/"+l.test+"/imports", nil).ok(), "value")); n != 3 {
		t.Errorf("%d imports are listed", n)
	}
}

func TestImportConflicts(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	file := l.export(l.dev, l.report).body
	up := func(name, query string, f []byte) reply { return l.upload(l.test, name, query, f) }
	up("New.pbix", "&nameConflict=Overwrite", file).want(404, "DuplicatePackageNotFoundError")
	for _, want := range []string{"New", "New"} { // Ignore, the default, makes duplicates
		r := up("New.pbix", "", file)
		l.clock.Advance(time.Minute)
		got := l.act("GET", "groups/"+l.test+"/imports/"+r.id(), nil).ok()
		if rows(got, "datasets")[0]["name"] != want {
			t.Errorf("got %v", got)
		}
	}
	up("New.pbix", "&nameConflict=Abort", file).want(409, "DuplicatePackageFoundError")
	up("New.pbix", "&nameConflict=Overwrite", file).want(409, "MoreThanOneDuplicatePackageFoundError")
	if got := l.imported(l.test, "New.pbix", "GenerateUniqueName", file); rows(got, "datasets")[0]["name"] != "New (1)" {
		t.Errorf("a unique name: %v", got)
	}
	up("New.pptx", "", file).want(400, "pbix")
	up("model.json", "", []byte("{}")).want(400, "ServicePrincipalNotSupported")
	l.unchecked = true
	up("New.rdl", "&nameConflict=Ignore", []byte("<Report/>")).want(400, "Abort or Overwrite")
	if got := l.imported(l.test, "Paper.rdl", "Abort", []byte("<Report/>")); got["importState"] != "Succeeded" || len(rows(got, "datasets")) != 0 {
		t.Errorf("an .rdl: %v", got)
	}
	for _, broken := range [][]byte{nil, []byte("not a zip"), file[:len(file)/2]} {
		got := l.imported(l.test, "Broken.pbix", "Abort", broken)
		if e, _ := got["error"].(map[string]any); got["importState"] != "Failed" || e["code"] != "RequestedFileIsEncryptedOrCorrupted" {
			t.Errorf("%d broken bytes: %v", len(broken), got)
		}
	}
	l.cloud.Acts.FailImports(1)
	if got := l.imported(l.test, "Fails.pbix", "Abort", file); got["importState"] != "Failed" || len(rows(got, "datasets")) != 0 {
		t.Errorf("a failing import: %v", got)
	}
}

// TestUploadLocation: a large file goes beside, without the token.
func TestUploadLocation(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	place := l.act("POST", "groups/"+l.test+"/imports/createTemporaryUploadLocation", nil).ok()
	to := fmt.Sprint(place["Url"])
	from := l.act("GET", "groups/"+l.dev+"/reports/"+l.report+"/Export", nil)
	l.unchecked = true
	away := l.act("GET", "groups/"+l.dev+"/reports/"+l.report+"/Export?preferClientRouting=true", nil)
	if got := l.call("", "GET", away.header.Get("Location"), nil); away.status != 307 || !bytes.Equal(got.body, from.body) {
		t.Errorf("routed: %d, then %d", away.status, got.status)
	}
	req, err := http.NewRequest("PUT", to, bytes.NewReader(from.body))
	if err != nil {
		t.Fatal(err)
	}
	l.do(req).want(201, "")
	r := l.act("POST", "groups/"+l.test+"/imports?datasetDisplayName=Big.pbix&nameConflict=Abort", map[string]any{"fileUrl": to})
	r.want(202, "id")
	l.clock.Advance(time.Minute)
	l.act("GET", "groups/"+l.test+"/imports/"+r.id(), nil).want(200, "Succeeded")
	l.act("POST", "groups/"+l.test+"/imports?datasetDisplayName=Big.pbix", map[string]any{"fileUrl": "https://elsewhere.invalid/x"}).want(400, "fileUrl")
}

// TestExportIsRefused: after a deployment, after a rebind, in the large format.
func TestExportIsRefused(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	l.both()
	target := map[string]string{}
	for _, s := range steps(l.outcome(l.deployAll(all))) {
		pair, _ := s["sourceAndTarget"].(map[string]any)
		target[fmt.Sprint(pair["type"])] = fmt.Sprint(pair["target"])
	}
	l.export(l.test, target["report"]).want(400, "deployed by a deployment pipeline")
	l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Rebind", map[string]any{"datasetId": target["dataset"]}).want(200, "")
	l.export(l.dev, l.report).want(400, "bound to another")
	l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Rebind", map[string]any{"datasetId": l.world.NewID()}).want(404, "NotFound")
	l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Rebind", map[string]any{"datasetId": l.model}).want(200, "")
	copied := l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Clone", map[string]any{"name": "Far", "targetWorkspaceId": l.test})
	copied.want(200, "Far")
	ws := rows(l.scan(allFlags, l.test), "workspaces")[0]
	for _, rep := range rows(ws, "reports") {
		if rep["name"] == "Far" && (rep["datasetId"] != l.model || rep["datasetWorkspaceId"] != l.dev) {
			t.Errorf("the copy stands on %v", rep)
		}
	}
	l.act("POST", "groups/"+l.test+"/reports/"+target["report"]+"/UpdateReportContent", map[string]any{"sourceType": "ExistingReport",
		"sourceReport": map[string]any{"sourceReportId": l.report, "sourceWorkspaceId": l.dev}}).want(200, "Sales Report")
	l.act("DELETE", "groups/"+l.test+"/reports/"+copied.id(), nil).want(200, "")
	l.act("GET", "groups/"+l.test+"/reports/"+copied.id(), nil).want(404, "NotFound")
}

func TestParametersAndGateways(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	at := "groups/" + l.dev + "/datasets/" + l.model
	set := func(details ...any) reply {
		return l.act("POST", at+"/Default.UpdateParameters", map[string]any{"updateDetails": details})
	}
	one := func(name, value string) map[string]any { return map[string]any{"name": name, "newValue": value} }
	set(one("Server", "sql-prod")).want(403, "Take it over")
	l.act("POST", at+"/Default.TakeOver", nil).want(200, "")
	set(one("server", "x"), one("Rows", "5"), one("Gone", "1")).want(404, "positions 1, 3 cannot be found")
	set(one("Rows", "many")).want(400, "not of type Number")
	set(one("Rows", "1"), one("Rows", "2")).want(400, "twice")
	set().want(400, "between 1 and 100")
	set(one("Server", `sql-"prod"`), one("Rows", "5")).want(200, "")
	list := rows(l.act("GET", at+"/parameters", nil).ok(), "value")
	if len(list) != 2 || list[0]["currentValue"] != `sql-"prod"` || list[1]["currentValue"] != "5" || list[0]["isRequired"] != true {
		t.Errorf("the parameters are %v", list)
	}
	sources := rows(l.act("GET", at+"/datasources", nil).ok(), "value")
	if to, _ := sources[0]["connectionDetails"].(map[string]any); to["server"] != `sql-"prod"` {
		t.Errorf("the source did not move: %v", sources)
	}
	l.act("POST", at+"/Default.UpdateDatasources", map[string]any{"updateDetails": []any{map[string]any{"connectionDetails": map[string]any{"server": "a"}}}}).want(400, "parameters")

	if fails := l.refreshed(at); fails != "ModelRefreshFailed_CredentialsNotSpecified" {
		t.Errorf("without credentials the refresh says %q", fails)
	}
	all := rows(l.act("GET", "gateways", nil).ok(), "value")
	if len(all) != 3 {
		t.Fatalf("the gateways are %v", all)
	}
	mine := fmt.Sprint(all[0]["id"])
	l.act("GET", "gateways/"+mine, nil).want(200, "GW-AMS-01")
	there := rows(l.act("GET", "gateways/"+mine+"/datasources", nil).ok(), "value")
	bind := func(g string, sources ...any) reply {
		body := map[string]any{"gatewayObjectId": g}
		if sources != nil {
			body["datasourceObjectIds"] = sources
		}
		return l.act("POST", at+"/Default.BindToGateway", body)
	}
	bind(mine).want(400, "match") // the server is not one of the gateway's
	bind(l.world.Gateways()[3].ID, there[0]["id"]).want(404, "")
	set(one("Server", sourceServer(l))).want(200, "")
	if found := rows(l.act("GET", at+"/Default.DiscoverGateways", nil).ok(), "value"); len(found) != 1 || found[0]["id"] != mine {
		t.Errorf("discovered %v", found)
	}
	bind(mine).want(200, "")
	if bound := rows(l.act("GET", at+"/Default.GetBoundGatewayDatasources", nil).ok(), "value"); len(bound) != 1 || bound[0]["gatewayId"] != mine {
		t.Errorf("bound to %v", bound)
	}
	if fails := l.refreshed(at); fails != "" {
		t.Errorf("bound, the refresh says %q", fails)
	}
}

func sourceServer(l *line) string {
	return l.world.GatewayDatasources(l.world.Gateways()[0].ID, l.clock.Now(), 1)[0].Connection["server"]
}

// refreshed refreshes a model on a capacity and returns the error's code.
func (l *line) refreshed(at string) string {
	l.t.Helper()
	l.act("POST", at+"/refreshes", map[string]any{"type": "full"}).want(202, "")
	l.clock.Advance(10 * time.Minute)
	last := rows(l.act("GET", at+"/refreshes?$top=1", nil).ok(), "value")[0]
	if last["status"] == "Completed" {
		return ""
	}
	text := fmt.Sprint(last["serviceExceptionJson"])
	_, after, _ := strings.Cut(text, `"errorCode":"`)
	code, _, _ := strings.Cut(after, `"`)
	return code
}

func TestUpdateDatasources(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	l.fill(l.dev, func(w *world.Workspace) {
		m := w.Item(l.model).Model
		m.Schema.Expressions = nil
		m.Datasources = []string{l.world.MakeDatasource(world.Datasource{Type: "File", Connection: map[string]string{"path": "x"}}).ID, m.Datasources[0]}
	})
	at := "groups/" + l.dev + "/datasets/" + l.model
	l.act("POST", at+"/Default.TakeOver", nil).want(200, "")
	change := func(kind string, to map[string]any) reply {
		return l.act("POST", at+"/Default.UpdateDatasources", map[string]any{"updateDetails": []any{map[string]any{
			"datasourceSelector": map[string]any{"datasourceType": kind}, "connectionDetails": to}}})
	}
	change("File", map[string]any{"path": "y"}).want(400, "File cannot be updated")
	change("Oracle", map[string]any{"server": "y"}).want(404, "selector")
	change("Sql", map[string]any{"server": "sql-prod", "database": "DWH"}).want(200, "")
	if list := rows(l.act("GET", at+"/datasources", nil).ok(), "value"); len(list) != 2 || !strings.Contains(fmt.Sprint(list), "sql-prod") {
		t.Errorf("the sources are %v", list)
	}
}

func TestDashboardsAndTiles(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	from := l.act("POST", "groups/"+l.dev+"/dashboards", map[string]any{"name": "Board"}).id()
	l.fill(l.dev, func(w *world.Workspace) {
		w.Item(from).Dashboard.Tiles = []world.Tile{{ID: l.world.NewID(), Title: "Sales", ReportID: l.report, ModelID: l.model}}
	})
	to := l.act("POST", "groups/"+l.test+"/dashboards", map[string]any{"name": "Board"}).id()
	tile := rows(l.act("GET", "groups/"+l.dev+"/dashboards/"+from+"/tiles", nil).ok(), "value")[0]
	clone := func(body map[string]any) reply {
		body["targetDashboardId"] = to
		return l.act("POST", "groups/"+l.dev+"/dashboards/"+from+"/tiles/"+fmt.Sprint(tile["id"])+"/Clone", body)
	}
	clone(map[string]any{"targetWorkspaceId": l.test}).want(400, "targetReportId")
	there := l.act("POST", "groups/"+l.dev+"/reports/"+l.report+"/Clone", map[string]any{"name": "Sales", "targetWorkspaceId": l.test}).id()
	clone(map[string]any{"targetWorkspaceId": l.test, "targetReportId": there}).want(200, "Sales")
	if got := rows(l.act("GET", "groups/"+l.test+"/dashboards/"+to+"/tiles", nil).ok(), "value"); len(got) != 1 || !strings.EqualFold(fmt.Sprint(got[0]["reportId"]), there) {
		t.Errorf("the tiles are %v", got)
	}
	l.act("DELETE", "groups/"+l.test+"/dashboards/"+to, nil).want(200, "")
	l.act("DELETE", "groups/"+l.dev+"/datasets/"+l.model, nil).want(200, "")
	l.act("GET", "groups/"+l.dev+"/reports/"+l.report, nil).want(404, "") // it stood on the model
}

// long waits for a long-running operation and returns its state.
func (l *line) long(r reply) (id string, state map[string]any) {
	l.t.Helper()
	if r.status != 202 || r.header.Get("Retry-After") == "" {
		l.t.Fatalf("status %d: %s", r.status, r.body)
	}
	id = r.header.Get("x-ms-operation-id")
	if s := l.act("GET", "/v1/operations/"+id, nil).ok(); s["status"] != "Running" {
		l.t.Errorf("at first: %v", s)
	}
	l.clock.Advance(time.Minute)
	return id, l.act("GET", "/v1/operations/"+id, nil).ok()
}

func (l *line) definition(ws, item string) any {
	l.t.Helper()
	id, state := l.long(l.act("POST", "/v1/workspaces/"+ws+"/items/"+item+"/getDefinition", nil))
	if state["status"] != "Succeeded" {
		l.t.Fatalf("the definition: %v", state)
	}
	return l.act("GET", "/v1/operations/"+id+"/result", nil).ok()["definition"]
}

// TestDefinitions: what is read can be written elsewhere and back.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	was := l.definition(l.dev, l.model)
	id, state := l.long(l.act("POST", "/v1/workspaces/"+l.test+"/items", map[string]any{"displayName": "Sales", "type": "SemanticModel", "definition": was}))
	if state["status"] != "Succeeded" {
		t.Fatalf("create: %v", state)
	}
	l.unchecked = true
	made := fmt.Sprint(l.act("GET", "/v1/operations/"+id+"/result", nil).ok()["id"])
	l.unchecked = false
	if a, b := fmt.Sprint(was), fmt.Sprint(l.definition(l.test, made)); !strings.Contains(b, "model.bim") || len(a) != len(b) {
		t.Errorf("read back: %.300s", b)
	}
	l.act("POST", "/v1/workspaces/"+l.test+"/items", map[string]any{"displayName": "sales", "type": "SemanticModel", "definition": was}).want(409, "ItemDisplayNameAlreadyInUse")
	l.fill(l.dev, func(w *world.Workspace) { w.Item(l.model).Model.Schema = schema("Only") })
	_, state = l.long(l.act("POST", "/v1/workspaces/"+l.dev+"/items/"+l.model+"/updateDefinition", map[string]any{"definition": was}))
	if state["status"] != "Succeeded" || fmt.Sprint(l.definition(l.dev, l.model)) != fmt.Sprint(was) {
		t.Errorf("the former definition did not come back: %v", state)
	}
	bad := map[string]any{"parts": []any{map[string]any{"path": "model.bim", "payload": "!", "payloadType": "InlineBase64"}}}
	_, state = l.long(l.act("POST", "/v1/workspaces/"+l.dev+"/items/"+l.model+"/updateDefinition", map[string]any{"definition": bad}))
	if state["status"] != "Failed" {
		t.Errorf("a broken definition: %v", state)
	}
	board := l.act("POST", "groups/"+l.dev+"/dashboards", map[string]any{"name": "Board"}).id()
	l.act("POST", "/v1/workspaces/"+l.dev+"/items/"+board+"/getDefinition", nil).want(400, "OperationNotSupportedForItem")
	l.act("GET", "/v1/workspaces/"+l.dev+"/items/"+l.report, nil).want(200, "Sales Report")
	l.act("DELETE", "/v1/workspaces/"+l.test+"/items/"+made, nil).want(200, "")
	for _, path := range []string{"bulkSetLabels", "bulkRemoveLabels"} {
		l.unchecked = true
		l.act("POST", "/v1/admin/items/"+path, map[string]any{}).want(403, "InsufficientPrivileges")
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	ask := func(q string) reply {
		return l.act("POST", "groups/"+l.dev+"/datasets/"+l.model+"/executeQueries", map[string]any{"queries": []any{map[string]any{"query": q}}})
	}
	ask(`EVALUATE ROW("rows", COUNTROWS('Sales'), "total", [Total], "one", 1)`).want(200, `"[one]":1`)
	ask(`EVALUATE {COUNTROWS(Sales)}`).want(200, `"[Value]":`)
	for _, wrong := range []string{"EVALUATE Sales", `EVALUATE ROW("a")`, `EVALUATE {[Gone]}`, `EVALUATE {COUNTROWS('Gone')}`, "x", "EVALUATE ROW(((", ""} {
		ask(wrong).want(400, "DatasetExecuteQueriesError")
	}
	first := ask(`EVALUATE {[Total]}`).body
	l.fill(l.dev, func(w *world.Workspace) { w.Item(l.model).Content = "changed" })
	if bytes.Equal(first, ask(`EVALUATE {[Total]}`).body) {
		t.Error("the figure does not follow from the content")
	}
}

// TestHangingRefresh: a refresh that does not end is under way for ever.
func TestHangingRefresh(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	l.cloud.Acts.HangItem(l.model)
	at := "groups/" + l.dev + "/datasets/" + l.model
	if got := l.refreshed(at); got != "" && got != "null" {
		t.Errorf("it ended with %q", got)
	}
	if last := rows(l.act("GET", at+"/refreshes?$top=1", nil).ok(), "value")[0]; last["status"] != "Unknown" {
		t.Errorf("it does not hang: %v", last)
	}
}

func (l *line) fillModelWithoutParameters() {
	l.t.Helper()
	l.fill(l.dev, func(w *world.Workspace) { w.Item(l.model).Model.Schema = schema("Amount") })
}

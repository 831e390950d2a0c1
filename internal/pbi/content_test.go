package pbi_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/pbi"
	"steward/internal/sim/world"
)

// mover is an executor with two workspaces, the first with a model and a report.
type mover struct {
	*pbi.Executor
	t                        *testing.T
	s                        *standin
	dev, test, model, report string
}

func startMover(t *testing.T) *mover {
	t.Helper()
	x, s := startExecutor(t, nil)
	m := &mover{Executor: x, t: t, s: s}
	m.dev, m.test = m.workspace("Mover DEV"), m.workspace("Mover TEST")
	m.model, m.report = s.world.NewID(), s.world.NewID()
	source := s.world.GatewayDatasources(s.world.Gateways()[0].ID, s.clock.Now(), 1)[0]
	app := s.world.ExecutorApp()
	me := app.Principal()
	err := s.world.Mutate(m.dev, s.clock.Now(), func(w *world.Workspace) error {
		w.Items = append(w.Items,
			world.Item{ID: m.model, Kind: world.KindModel, Name: "Sales", Created: s.clock.Now(), Configured: &me, Model: &world.Model{Refreshable: true,
				StorageMode: "Abf", Datasources: []string{source.ID}, Schema: &world.Schema{
					Tables:      []world.Table{{Name: "Sales", Measures: []world.Measure{{Name: "Total", Expression: "1"}}}},
					Expressions: []world.Expression{{Name: "Server", Expression: `"` + source.Connection["server"] + `" meta [IsParameterQuery=true, Type="Text"]`}}}}},
			world.Item{ID: m.report, Kind: world.KindReport, Name: "Sales", Created: s.clock.Now(), Modified: s.clock.Now(),
				Report: &world.Report{Type: "PowerBIReport", ModelID: m.model}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mover) workspace(name string) string {
	m.t.Helper()
	for _, k := range must[[]pbi.Capacity](m.t, "capacities")(m.Capacities(m.t.Context())) {
		if k.State != "Active" {
			continue
		}
		w := m.send(pbi.Write{Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "workspaces",
			Body: []byte(`{"displayName":"` + name + `","capacityId":"` + k.ID + `"}`)})
		return pbi.ReadMadeReport(w.Body).ID
	}
	m.t.Fatal("no capacity runs")
	return ""
}

func (m *mover) send(w pbi.Write) pbi.Written {
	m.t.Helper()
	out, err := m.Send(m.t.Context(), w)
	if err != nil {
		m.t.Fatalf("%s: %v", w.Operation, err)
	}
	return out
}

func (m *mover) wait(d time.Duration) { _ = m.s.sleep(m.t.Context(), d) }

func (m *mover) imported(name string, conflict pbi.Conflict, file []byte) pbi.Import {
	m.t.Helper()
	id, _, err := m.Import(m.t.Context(), pbi.ImportFile{WorkspaceID: m.test, Name: name, Conflict: conflict, KeepLabels: true,
		Size: int64(len(file)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }})
	if err != nil {
		m.t.Fatalf("import: %v", err)
	}
	m.wait(time.Minute)
	return must[pbi.Import](m.t, "import")(m.ImportState(m.t.Context(), m.test, id))
}

// TestMoveByFile: what was exported is imported, overwritten and found again.
func TestMoveByFile(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	var file bytes.Buffer
	if n, err := m.Export(t.Context(), m.dev, m.report, &file); err != nil || n != int64(file.Len()) || n == 0 {
		t.Fatalf("export: %d bytes, %v", n, err)
	}
	im := m.imported("Sales Größe.pbix", pbi.ConflictCreateOrOverwrite, file.Bytes())
	if im.State != "Succeeded" || len(im.ReportIDs) != 1 || len(im.ModelIDs) != 1 || im.Name != "Sales Größe" {
		t.Fatalf("the import is %+v", im)
	}
	if again := m.imported("Sales Größe.pbix", pbi.ConflictOverwrite, file.Bytes()); again.ReportIDs[0] != im.ReportIDs[0] {
		t.Errorf("the overwrite made %+v", again)
	}
	if bad := m.imported("Bad.pbix", pbi.ConflictAbort, []byte("no file")); bad.State != "Failed" || bad.ErrorCode != "RequestedFileIsEncryptedOrCorrupted" {
		t.Errorf("a broken file: %+v", bad)
	}
	if all := must[[]pbi.Import](t, "imports")(m.Imports(t.Context(), m.test)); len(all) != 3 {
		t.Errorf("%d imports", len(all))
	}
	m.send(pbi.RebindReport(m.dev, m.report, im.ModelIDs[0]))
	if _, err := m.Export(t.Context(), m.dev, m.report, io.Discard); !errors.Is(err, pbi.ErrNoExport) {
		t.Errorf("a rebound report: %v", err)
	}
	for _, f := range []pbi.ImportFile{{Name: "x.pptx"}, {Name: "x.rdl", Conflict: pbi.ConflictCreateOrOverwrite}, {Name: "x.pbix", Size: 2 << 30}} {
		if _, _, err := m.Import(t.Context(), f); pbi.CertaintyOf(err) != pbi.NotSent {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	_, _, err := m.Import(t.Context(), pbi.ImportFile{WorkspaceID: m.test, Name: "Gone.pbix", Conflict: pbi.ConflictOverwrite, Size: 1,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }})
	if code, status, _ := pbi.CodeOf(err); err != nil && (status != 404 || code != "DuplicatePackageNotFoundError") {
		t.Errorf("nothing to overwrite: %v", err)
	}
}

func TestMoveByCopy(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	ctx := t.Context()
	copied := pbi.ReadMadeReport(m.send(pbi.CloneReport(m.dev, m.report, "Copy", m.test, m.model)).Body)
	if copied.ID == "" || copied.Name != "Copy" {
		t.Fatalf("the copy is %+v", copied)
	}
	m.send(pbi.UpdateReportContent(m.test, copied.ID, m.dev, m.report))
	reports := must[[]pbi.Item](t, "reports")(m.Reports(ctx, m.test))
	if len(reports) != 1 || reports[0].ID != copied.ID || reports[0].DatasetID != m.model {
		t.Errorf("the reports are %+v", reports)
	}
	models := must[[]pbi.OwnModel](t, "models")(m.Models(ctx, m.dev))
	if len(models) != 1 || !models[0].Refreshable || models[0].Owner == "" || models[0].StorageMode != "Abf" {
		t.Errorf("the models are %+v", models)
	}
	from := pbi.ReadMadeReport(m.send(pbi.AddDashboard(m.dev, "Board")).Body).ID
	to := pbi.ReadMadeReport(m.send(pbi.AddDashboard(m.test, "Board")).Body).ID
	tile := m.s.world.NewID()
	if err := m.s.world.Mutate(m.dev, m.s.clock.Now(), func(w *world.Workspace) error {
		w.Item(from).Dashboard.Tiles = []world.Tile{{ID: tile, Title: "T", ReportID: m.report, ModelID: m.model}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m.send(pbi.CloneTile(m.dev, from, tile, pbi.TileTarget{DashboardID: to, WorkspaceID: m.test, ReportID: copied.ID}))
	if tiles := must[[]pbi.Tile](t, "tiles")(m.Tiles(ctx, m.test, to)); len(tiles) != 1 || tiles[0].ReportID != copied.ID {
		t.Errorf("the tiles are %+v", tiles)
	}
	m.send(pbi.DeleteDashboard(m.test, to))
	if boards := must[[]pbi.Item](t, "dashboards")(m.Dashboards(ctx, m.test)); len(boards) != 0 {
		t.Errorf("the dashboards are %+v", boards)
	}
	m.send(pbi.DeleteReport(m.test, copied.ID))
	m.send(pbi.DeleteModel(m.dev, m.model))
}

func TestParametersSourcesGateways(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	ctx := t.Context()
	m.send(pbi.TakeOver(m.dev, m.model))
	was := must[[]pbi.Parameter](t, "parameters")(m.Parameters(ctx, m.dev, m.model))
	if len(was) != 1 || was[0].Name != "Server" || was[0].Type != "Text" || was[0].Value == "" {
		t.Fatalf("the parameters are %+v", was)
	}
	m.send(pbi.UpdateParameters(m.dev, m.model, []pbi.ParameterValue{{Name: "Server", Value: "elsewhere"}}))
	if now := must[[]pbi.Datasource](t, "sources")(m.Sources(ctx, m.dev, m.model)); len(now) != 1 || now[0].Connection["server"] != "elsewhere" {
		t.Errorf("the sources are %+v", now)
	}
	_, err := m.Send(ctx, pbi.UpdateParameters(m.dev, m.model, []pbi.ParameterValue{{Name: "Gone", Value: "x"}}))
	if code, status, _ := pbi.CodeOf(err); code != "ItemNotFound" || status != 404 || pbi.CertaintyOf(err) != pbi.RefusedByService {
		t.Errorf("a parameter that is gone: %v", err)
	}
	m.send(pbi.UpdateParameters(m.dev, m.model, []pbi.ParameterValue{{Name: "Server", Value: was[0].Value}}))
	all := must[[]pbi.Gateway](t, "gateways")(m.Gateways(ctx))
	fit := must[[]pbi.Gateway](t, "discover")(m.DiscoverGateways(ctx, m.dev, m.model))
	if len(fit) != 1 || !slices.Contains(all, fit[0]) {
		t.Fatalf("%+v of %+v fit", fit, all)
	}
	there := must[[]pbi.GatewaySource](t, "gateway sources")(m.GatewaySources(ctx, fit[0].ID))
	if len(there) == 0 || there[0].Connection["server"] == "" || there[0].Credential != "Windows" {
		t.Errorf("the gateway has %+v", there)
	}
	m.send(pbi.BindToGateway(m.dev, m.model, fit[0].ID, []string{there[0].ID}))
	if bound := must[[]pbi.GatewaySource](t, "bound")(m.BoundSources(ctx, m.dev, m.model)); len(bound) != 1 || bound[0].GatewayID != fit[0].ID {
		t.Errorf("bound to %+v", bound)
	}
	if err := m.s.world.Mutate(m.dev, m.s.clock.Now(), func(w *world.Workspace) error {
		w.Item(m.model).Model.Schema = &world.Schema{Tables: w.Item(m.model).Model.Schema.Tables}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m.send(pbi.UpdateDatasources(m.dev, m.model, []pbi.SourceChange{{Type: "Sql", From: map[string]string{"server": there[0].Connection["server"]},
		To: map[string]string{"server": "sql-prod", "database": "DWH"}}}))
}

func TestRefreshAndQuery(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	ctx := t.Context()
	plain := m.send(pbi.StartRefresh(m.dev, m.model))
	m.wait(time.Second)
	list := must[[]pbi.Refresh](t, "refreshes")(m.Refreshes(ctx, m.dev, m.model, 1))
	if len(list) != 1 || list[0].RequestID != plain.RefreshID || list[0].Status != "Unknown" {
		t.Errorf("started %q, the history says %+v", plain.RefreshID, list)
	}
	m.wait(10 * time.Minute)
	better := m.send(pbi.StartEnhancedRefresh(m.dev, m.model, pbi.EnhancedRefresh{Type: "Full", CommitMode: "PartialBatch",
		Objects: []pbi.RefreshObject{{Table: "Sales"}}, Timeout: 2 * time.Hour}))
	if d := must[pbi.RefreshDetail](t, "details")(m.RefreshDetails(ctx, m.dev, m.model, better.RefreshID)); d.Over() || d.ExtendedStatus != "InProgress" {
		t.Errorf("the refresh is %+v", d)
	}
	m.send(pbi.CancelRefresh(m.dev, m.model, better.RefreshID))
	if d := must[pbi.RefreshDetail](t, "details")(m.RefreshDetails(ctx, m.dev, m.model, better.RefreshID)); !d.Over() || d.ExtendedStatus != "Cancelled" {
		t.Errorf("stopped, the refresh is %+v", d)
	}
	m.send(pbi.SetSchedule(m.dev, m.model, []string{"Monday"}, []string{"06:30"}, "UTC"))
	if sch := must[*pbi.Schedule](t, "schedule")(m.Schedule(ctx, m.dev, m.model)); sch == nil || !sch.Enabled || sch.Times[0] != "06:30" {
		t.Errorf("the schedule is %+v", sch)
	}
	m.send(pbi.ScheduleOff(m.dev, m.model))
	rows := must[[]map[string]string](t, "query")(m.Query(ctx, m.dev, m.model, `EVALUATE ROW("one", 1, "total", [Total])`))
	if len(rows) != 1 || rows[0]["[one]"] != "1" || rows[0]["[total]"] == "" {
		t.Errorf("the rows are %v", rows)
	}
	if _, err := m.Query(ctx, m.dev, m.model, "EVALUATE Sales"); err == nil {
		t.Error("a query that cannot be answered was")
	}
}

func TestDefinitionsMove(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	ctx := t.Context()
	parts := must[[]pbi.Part](t, "definition")(m.Definition(ctx, m.dev, m.model))
	end := func(w pbi.Written) pbi.LongRunning {
		t.Helper()
		if w.OperationID == "" {
			t.Fatalf("no operation: %+v", w)
		}
		if l := must[pbi.LongRunning](t, "operation")(m.Operation(ctx, w.OperationID)); l.Over() || l.Status != "Running" {
			t.Errorf("at first %+v", l)
		}
		m.wait(time.Minute)
		return must[pbi.LongRunning](t, "operation")(m.Operation(ctx, w.OperationID))
	}
	if l := end(m.send(pbi.CreateItem(m.test, "SemanticModel", "Sales", "moved", parts))); l.Status != "Succeeded" {
		t.Fatalf("create: %+v", l)
	}
	made := must[[]pbi.OwnModel](t, "models")(m.Models(ctx, m.test))[0].ID
	if l := end(m.send(pbi.UpdateDefinition(m.test, made, parts))); l.Status != "Succeeded" {
		t.Errorf("update: %+v", l)
	}
	if l := end(m.send(pbi.UpdateDefinition(m.test, made, []pbi.Part{{Path: "model.bim", Payload: "!", PayloadType: "InlineBase64"}}))); l.Status != "Failed" || l.ErrorCode == "" {
		t.Errorf("a broken one: %+v", l)
	}
	if back := must[[]pbi.Part](t, "definition")(m.Definition(ctx, m.test, made)); len(back) != len(parts) || back[1] != parts[1] {
		t.Error("read back, the definition is another")
	}
	m.send(pbi.DeleteItem(m.test, made))
	if _, err := m.Operation(ctx, m.s.world.NewID()); !pbi.Missing(err) {
		t.Errorf("an unknown operation: %v", err)
	}
}

func TestDeployByPipeline(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	ctx := t.Context()
	line := pbi.ReadStartedDeployment(m.send(pbi.Write{Operation: "Pipelines_CreatePipeline", Method: "POST", Path: "pipelines",
		Body: []byte(`{"displayName":"Mover","description":"m"}`)}).Body).ID
	for i, ws := range []string{m.dev, m.test} {
		m.send(pbi.Write{Operation: "Pipelines_AssignWorkspace", Method: "POST", Path: "pipelines/" + line + "/stages/" + string(rune('0'+i)) + "/assignWorkspace",
			Body: []byte(`{"workspaceId":"` + ws + `"}`)})
	}
	m.wait(2 * time.Minute)
	order := pbi.DeployOrder{PipelineID: line, Options: pbi.DeployOptions{Create: true, Overwrite: true}, Note: "[gov:1]", Models: []string{m.model}}
	started := pbi.ReadStartedDeployment(m.send(pbi.Deploy(order)).Body)
	m.wait(time.Minute)
	d := must[pbi.Deployment](t, "deployment")(m.Deployment(ctx, line, started.ID))
	if d.Status != "Succeeded" || d.Note != "[gov:1]" || len(d.Steps) != 1 {
		t.Errorf("the deployment is %+v", d)
	}
	order.Models = nil
	m.send(pbi.Deploy(order))
	m.wait(time.Minute)
	if all := must[[]pbi.Deployment](t, "deployments")(m.Deployments(ctx, line)); len(all) != 2 || all[0].Status != "Succeeded" {
		t.Errorf("the deployments are %+v", all)
	}
	items := must[[]pbi.StageItem](t, "stage")(m.StageItems(ctx, line, 1))
	if len(items) != 2 || slices.ContainsFunc(items, func(it pbi.StageItem) bool { return it.SourceID == "" || it.Name == "" || it.Deployed.IsZero() }) {
		t.Errorf("the target stage holds %+v", items)
	}
}

// A dataflow is refreshed and the refresh is cancelled; both histories tell.
func TestDataflowRefresh(t *testing.T) {
	t.Parallel()
	m := startMover(t)
	flow := m.s.world.NewID()
	err := m.s.world.Mutate(m.dev, m.s.clock.Now(), func(w *world.Workspace) error {
		w.Items = append(w.Items, world.Item{ID: flow, Kind: world.KindDataflow, Name: "Staging", Created: m.s.clock.Now(), Dataflow: &world.Dataflow{}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.send(pbi.StartDataflowRefresh(m.dev, flow))
	m.wait(time.Second)
	runs := must[[]pbi.Refresh](t, "transactions")(m.Transactions(t.Context(), m.dev, flow))
	if len(runs) != 1 || runs[0].RequestID == "" {
		t.Fatalf("the dataflow's history says %+v", runs)
	}
	m.send(pbi.CancelDataflowRefresh(m.dev, runs[0].RequestID))
	m.wait(time.Second)
	if runs = must[[]pbi.Refresh](t, "transactions")(m.Transactions(t.Context(), m.dev, flow)); len(runs) != 1 || runs[0].Status == "Unknown" {
		t.Errorf("after it was cancelled: %+v", runs)
	}
	started := m.send(pbi.StartRefresh(m.dev, m.model))
	m.wait(10 * time.Minute)
	if list := must[[]pbi.Refresh](t, "history")(m.RefreshHistory(t.Context(), m.dev, m.model, 5)); len(list) != 1 || list[0].RequestID != started.RefreshID {
		t.Errorf("started %q, the history says %+v", started.RefreshID, list)
	}
}

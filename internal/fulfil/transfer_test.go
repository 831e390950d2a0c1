package fulfil_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// move is two workspaces of the executor's: DEV with the new, TEST with the old.
type move struct {
	*line
	// old are the ids of TEST's model and report.
	old [2]string
}

// moveUp fills DEV with two models and three reports, and TEST with an older
// version of one of each.
func moveUp(t *testing.T, edit ...func(*sim.Config)) *move {
	t.Helper()
	m := &move{line: lineUp(t, edit...)}
	m.old = [2]string{m.world.NewID(), m.world.NewID()}
	stock := m.world.NewID()
	me := m.world.DemoPeople()[0].User.Principal()
	m.fill(m.spaces[0], func(w *world.Workspace) {
		w.Items = append(w.Items, world.Item{ID: stock, Kind: world.KindModel, Name: "Stock", Created: start, Modified: start, Configured: &me, Model: model("sql-dev")},
			world.Item{ID: m.world.NewID(), Kind: world.KindReport, Name: "Stock", Created: start, Modified: start, Report: &world.Report{Type: "PowerBIReport", ModelID: stock}},
			world.Item{ID: m.world.NewID(), Kind: world.KindReport, Name: "Sales", Created: start, Modified: start, Report: &world.Report{Type: "PowerBIReport", ModelID: m.model}})
	})
	m.fill(m.spaces[1], func(w *world.Workspace) {
		w.Items = append(w.Items, world.Item{ID: m.old[0], Kind: world.KindModel, Name: "Sales", Created: start, Modified: start, Configured: &me, Model: model("sql-test")},
			world.Item{ID: m.old[1], Kind: world.KindReport, Name: "Sales", Created: start, Modified: start, Report: &world.Report{Type: "PowerBIReport", ModelID: m.old[0]}})
	})
	return m
}

func model(server string) *world.Model {
	return &world.Model{Refreshable: true, StorageMode: "Abf", ContentProviderType: "PbixInImportMode", Schema: &world.Schema{
		Tables:      []world.Table{{Name: "Sales", Columns: []world.Column{{Name: "Amount", DataType: "String", ColumnType: "Data"}}}},
		Expressions: []world.Expression{{Name: "Server", Expression: `"` + server + `" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`}}}}
}

// look is what a scan would have seen of both workspaces.
func (m *move) look() *request.Estate {
	m.t.Helper()
	e := m.estate(m.spaces[:]...)
	e.Executor = request.NewID(m.world.ExecutorApp().ID)
	e.Content, e.Mappings, e.Exports = map[request.ID][]promotion.Item{}, map[string]request.Mapped{}, map[request.ID]request.Exporting{}
	for _, id := range m.spaces[:2] {
		w, _ := m.world.Workspace(id, m.clock.Now())
		for i := range w.Items {
			own := &w.Items[i]
			one := promotion.Item{ID: own.ID, Name: own.Name, Kind: "dataset"}
			if own.Report != nil {
				one.Kind, one.Model, one.Needs = "report", own.Report.ModelID, []string{own.Report.ModelID}
				one.Paginated = own.Report.Type == "PaginatedReport"
			}
			e.Content[request.NewID(id)] = append(e.Content[request.NewID(id)], one)
		}
	}
	return e
}

func (m *move) ask(way string) *request.TransferParams {
	return &request.TransferParams{Source: request.ID(m.spaces[0]), Target: request.ID(m.spaces[1]), Way: way}
}

// state is everything that the stand-in knows of TEST but for when it was
// touched.
func (m *move) state() string {
	m.t.Helper()
	w, _ := m.world.Workspace(m.spaces[1], m.clock.Now())
	var out []string
	for i := range w.Items {
		it := w.Items[i]
		it.Content = it.ContentMark()
		it.Modified, it.ModifiedBy = time.Time{}, nil
		b, err := json.Marshal(it)
		if err != nil {
			m.t.Fatal(err)
		}
		out = append(out, string(b))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// came checks that TEST holds what DEV holds, on its own models.
func (m *move) came() {
	m.t.Helper()
	from, _ := m.world.Workspace(m.spaces[0], m.clock.Now())
	to, _ := m.world.Workspace(m.spaces[1], m.clock.Now())
	if len(to.Items) != len(from.Items) {
		m.t.Errorf("TEST holds %d items, DEV %d", len(to.Items), len(from.Items))
	}
	for i := range from.Items {
		want := &from.Items[i]
		n := 0
		for k := range to.Items {
			got := &to.Items[k]
			if got.Name != want.Name || got.Kind != want.Kind {
				continue
			}
			n++
			if got.ContentMark() != want.ContentMark() {
				m.t.Errorf("%s %s has not the content of DEV", want.Kind, want.Name)
			}
			if got.Report != nil && to.Item(got.Report.ModelID) == nil {
				m.t.Errorf("the report %s stands on a model outside of TEST", got.Name)
			}
		}
		if n != 1 {
			m.t.Errorf("%d of %s %s in TEST", n, want.Kind, want.Name)
		}
	}
	if to.Item(m.old[0]) == nil || to.Item(m.old[1]) == nil {
		m.t.Error("what was replaced has another id")
	}
}

func TestContentGoesWithoutAPipeline(t *testing.T) {
	t.Parallel()
	for _, way := range []string{request.ByDefinition, request.ByFile} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			m := moveUp(t)
			e := m.look()
			p := m.ask(way)
			p.Mapping = true
			e.Mappings[p.Pair().Key()] = request.Mapped{Pair: p.Pair(), Version: 1, Grounds: promotion.Grounds{Models: []promotion.GroundModel{{Name: "Sales", Known: true, Names: []string{"Server"}}}},
				Mapping: promotion.Mapping{TakeOver: true, Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-mapped"}}}}
			id := m.agree(p, e)
			m.goOn()
			m.want(id, db.RunDone)
			if t.Failed() {
				m.tell(id)
				return
			}
			if got := m.model1("Sales").Schema.Expressions[0].Expression; !strings.HasPrefix(got, `"sql-mapped"`) {
				t.Errorf("the parameter is %s", got)
			}
			if n := m.entries(`action = 'step.write' AND outcome = 'done' AND body LIKE '%"step":"s1"%' AND body ->> 'after' = '` + m.steps(id)[0].Results["file"] + `'`); n != 1 {
				t.Errorf("%d entries of the ledger name the hash of what was read", n)
			}
		})
	}
}

func (m *move) model1(name string) *world.Model {
	w, _ := m.world.Workspace(m.spaces[1], m.clock.Now())
	for i := range w.Items {
		if w.Items[i].Model != nil && w.Items[i].Name == name {
			return w.Items[i].Model
		}
	}
	m.t.Fatalf("no model %s", name)
	return nil
}

func (m *move) tell(id string) {
	m.t.Helper()
	for _, s := range m.steps(id) {
		m.t.Logf("%s %-8s %s | %s | %s", s.ID, s.State, s.Says, s.Note, s.Operation)
	}
	m.t.Log(m.run(id).Note)
}

// A promotion that fails on purpose is rolled back to exactly the former state.
func TestAPromotionThatFailsIsRolledBack(t *testing.T) {
	t.Parallel()
	for _, way := range []string{request.ByDefinition, request.ByFile} {
		for _, fail := range []string{"Reports_CloneReportInGroup", "Datasets_UpdateParametersInGroup"} {
			t.Run(way+" "+fail, func(t *testing.T) {
				t.Parallel()
				m := moveUp(t)
				before := m.state()
				e := m.look()
				p := m.ask(way)
				p.Mapping = true
				e.Mappings[p.Pair().Key()] = request.Mapped{Pair: p.Pair(), Version: 1, Grounds: promotion.Grounds{Models: []promotion.GroundModel{{Name: "Sales"}}},
					Mapping: promotion.Mapping{Parameters: []promotion.ParameterMap{{Model: "Sales", Name: "Server", Value: "sql-mapped"}}}}
				id := m.agree(p, e)
				m.cloud.SetFaults([]sim.Fault{{Match: fail, Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}}})
				m.goOn()
				m.want(id, db.RunFailed)
				if after := m.state(); after != before {
					t.Errorf("TEST is not as it was:\nbefore\n%s\nafter\n%s", before, after)
				}
				if t.Failed() {
					m.tell(id)
				}
			})
		}
	}
}

// What Microsoft does not let one download is refused before anything is sent,
// also when only the service knows.
func TestWhatCannotBeDownloaded(t *testing.T) {
	t.Parallel()
	m := moveUp(t)
	e := m.look()
	for id := range e.Content[request.NewID(m.spaces[0])] {
		e.Exports[request.NewID(e.Content[request.NewID(m.spaces[0])][id].ID)] = request.Exporting{Large: true}
	}
	_, errs := request.Build(m.ask(request.ByFile), e, request.Context{Request: "r", Revision: 1, Now: m.clock.Now()})
	if says := errs.For("way"); !strings.Contains(says, "large storage format") {
		t.Errorf("refused with %q", says)
	}
	id := m.agree(m.ask(request.ByFile), m.look())
	m.fill(m.spaces[0], func(w *world.Workspace) { w.Item(m.model).Model.StorageMode = "PremiumFiles" })
	before := m.state()
	writes := len(m.cloud.Journal().Writes())
	m.goOn()
	m.want(id, db.RunFailed)
	if n := len(m.cloud.Journal().Writes()) - writes; n != 0 {
		t.Errorf("%d writes were sent", n)
	}
	if m.state() != before || !strings.Contains(m.run(id).Note, "large storage format") {
		t.Errorf("the run says %q", m.run(id).Note)
	}
}

// The program ends at every point of a promotion, and of one that fails and is
// taken back: nothing comes twice, nothing is lost, and a roll-back is finished.
func TestAPromotionSurvivesCrashes(t *testing.T) {
	t.Parallel()
	crashes := 0
	for _, way := range []string{request.ByDefinition, request.ByFile} {
		for _, fails := range []bool{false, true} {
			points := crashMove(t, way, fails, -1)
			if len(points) < 60 {
				t.Errorf("only %d points of %s", len(points), way)
			}
			step := 1
			if os.Getenv("STEWARD_LONG") == "" {
				step = len(points)/5 + 1
			}
			for n := crashes % step; n < len(points); n += step {
				crashMove(t, way, fails, n)
				crashes++
				if t.Failed() {
					t.Fatalf("%s, failing %v: ended at point %d: %s", way, fails, n, points[n])
				}
			}
			t.Logf("%s, failing %v: %d points", way, fails, len(points))
		}
	}
	t.Logf("%d crashes", crashes)
}

func crashMove(t *testing.T, way string, fails bool, n int) (points []string) {
	t.Helper()
	m := moveUp(t)
	before := m.state()
	id := m.agree(m.ask(way), m.look())
	if fails {
		m.cloud.SetFaults([]sim.Fault{{Match: "Reports_CloneReportInGroup", Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}}})
	}
	m.hook = func(point string) {
		points = append(points, point)
		if len(points) == n+1 {
			panic(crashed{point})
		}
	}
	for range 400 {
		more := m.surviving()
		m.answer(id)
		if !more && m.quiet() {
			break
		}
	}
	m.hook = nil
	if !fails {
		m.want(id, db.RunDone)
		m.came()
	} else {
		m.want(id, db.RunFailed)
		if after := m.state(); after != before {
			t.Errorf("TEST is not as it was:\nbefore\n%s\nafter\n%s", before, after)
		}
	}
	if t.Failed() {
		m.tell(id)
	}
	return points
}

// answer is an operator who looks into the workspace: what is there was done.
func (m *move) answer(id string) {
	m.t.Helper()
	for _, s := range m.steps(id) {
		if s.State != db.StepInDoubt || !s.Operator {
			continue
		}
		choice, made := db.ChooseRedo, ""
		w, _ := m.world.Workspace(m.spaces[1], m.clock.Now())
		for i := range w.Items {
			if it := &w.Items[i]; it.Report != nil && it.ID != m.old[1] && s.Operation == "Reports_CloneReportInGroup" && strings.Contains(s.Says, "the report "+it.Name+" ") {
				choice, made = db.ChooseAdopt, it.ID
			}
		}
		if err := m.db.ResolveStep(m.t.Context(), id, s.ID, choice, made, person("operator")); err != nil {
			m.t.Fatal(fmt.Errorf("operator: %w", err))
		}
	}
}

// An uploaded file is published once, whatever it meets.
func TestAFileIsImported(t *testing.T) {
	t.Parallel()
	for conflict, c := range map[string]struct {
		name   string
		models int
		state  db.RunState
		fail   bool
	}{
		"Abort":              {"Fresh.pbix", 2, db.RunDone, false},
		"Overwrite":          {"Sales.pbix", 1, db.RunDone, false},
		"CreateOrOverwrite":  {"Sales.pbix", 1, db.RunDone, false},
		"GenerateUniqueName": {"Sales.pbix", 2, db.RunDone, false},
		"Ignore":             {"Sales.pbix", 2, db.RunFailed, true},
	} {
		t.Run(conflict, func(t *testing.T) {
			t.Parallel()
			m := moveUp(t)
			dev, _ := m.world.Workspace(m.spaces[0], m.clock.Now())
			report := ""
			for i := range dev.Items {
				if dev.Items[i].Report != nil && dev.Items[i].Name == "Sales" {
					report = dev.Items[i].ID
				}
			}
			sum, size, err := m.files.Put(func(w io.Writer) error { _, err := m.x.Export(t.Context(), m.spaces[0], report, w); return err })
			if err != nil {
				t.Fatal(err)
			}
			e := m.look()
			e.Upload = &request.Upload{Sum: sum, Name: c.name, Size: size}
			id := m.agree(&request.ImportParams{Workspace: request.ID(m.spaces[1]), File: sum, Conflict: conflict}, e)
			if c.fail {
				m.cloud.Acts.FailImports(1)
			}
			m.goOn()
			m.want(id, c.state)
			if n := m.made("Imports_PostImportInGroup"); n != 1 {
				t.Errorf("%d imports", n)
			}
			models := 0
			for _, it := range m.content(1) {
				if it.Model != nil {
					models++
				}
			}
			if c.fail {
				if models != 1 || !strings.Contains(m.run(id).Note, "could not publish the file (ModelPublishFailed)") {
					t.Errorf("%d models, and the run says %q", models, m.run(id).Note)
				}
				return
			}
			if models != c.models {
				t.Errorf("%d models, want %d", models, c.models)
			}
		})
	}
}

func (m *move) content(stage int) []world.Item {
	w, _ := m.world.Workspace(m.spaces[stage], m.clock.Now())
	return w.Items
}

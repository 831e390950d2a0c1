package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fulfil/fulfiltest"
	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
	"steward/internal/tenant"
)

// promoted are the ends of a promotion whose portal is killed: a pipeline of the
// executor's, with a model that has a parameter and its report on the first stage.
type promoted struct {
	*killed
	line, dev, test string
	model, report   string
}

func (k *killed) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// stage lays the pipeline, an hour ago: a stage that was assigned just now
// refuses deployments.
func (k *killed) stage() *promoted {
	k.t.Helper()
	then := k.clock.Now().Add(-time.Hour)
	p := &promoted{killed: k, model: k.world.NewID(), report: k.world.NewID()}
	actor := acts.Actor{ObjectID: k.world.ExecutorApp().ID, Name: "executor", MayCreate: true}
	for _, at := range []struct {
		id   *string
		name string
	}{{&p.dev, "Zebra-DEV"}, {&p.test, "Zebra-TEST"}} {
		w, err := k.cloud.Acts.CreateWorkspace(actor, acts.NewWorkspace{Name: at.name, CapacityID: string(k.capacity())}, then)
		k.must(err)
		*at.id = w.ID
	}
	line, err := k.cloud.Acts.CreatePipeline(actor, "Zebra", "", nil, then)
	k.must(err)
	p.line = line.ID
	k.must(k.cloud.Acts.AssignStage(actor, p.line, 0, p.dev, then))
	k.must(k.cloud.Acts.AssignStage(actor, p.line, 1, p.test, then))
	p.put(p.dev, p.model, p.report, "sql-dev", then)
	return p
}

// put adds a model and its report to a workspace.
func (p *promoted) put(space, model, report, server string, then time.Time) {
	p.t.Helper()
	me := p.world.DemoPeople()[0].User.Principal()
	p.must(p.world.Mutate(space, then, func(w *world.Workspace) error {
		w.Items = append(w.Items,
			world.Item{ID: model, Kind: world.KindModel, Name: "Sales", WorkspaceID: space, Created: then, Modified: then, Configured: &me, Model: &world.Model{Refreshable: true, StorageMode: "Abf",
				ContentProviderType: "PbixInImportMode", Schema: &world.Schema{Tables: []world.Table{{Name: "Sales", Columns: []world.Column{{Name: "Amount", DataType: "String", ColumnType: "Data"}}}},
					Expressions: []world.Expression{{Name: "Server", Expression: `"` + server + `" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`}}}}},
			world.Item{ID: report, Kind: world.KindReport, Name: "Sales", WorkspaceID: space, Created: then, Modified: then, CreatedBy: &me, Report: &world.Report{Type: "PowerBIReport", ModelID: model}})
		return nil
	}))
}

// promotion asks for all of DEV to be deployed, mapped and loaded.
func (k *killed) promotion() []request.Params {
	p := k.stage()
	k.seen = p.see
	return []request.Params{&request.PromotionParams{Routes: []request.RouteParams{{Pipeline: request.ID(p.line), Stage: "0", What: request.CarryAll}},
		AllowCreate: true, AllowOverwrite: true, Mapping: true, Accepted: []string{promotion.CheckCredentials, promotion.CheckParameters}}}
}

// promotionWrites are the deployment, the parameters and the refresh.
const promotionWrites = 3

// see is what a scan would have seen of the pipeline and both workspaces.
func (p *promoted) see(e *request.Estate) {
	e.Executor = request.NewID(p.world.ExecutorApp().ID)
	line := request.Pipeline{Pipeline: tenant.Pipeline{ID: p.line, Name: "Zebra", Stages: []tenant.Stage{{Order: 0, WorkspaceID: p.dev}, {Order: 1, WorkspaceID: p.test}, {Order: 2}}}}
	e.Pipelines[request.NewID(p.line)] = line
	for id, w := range fulfiltest.Estate(p.t, p.world, e.Tenant, p.clock.Now(), p.dev, p.test).Workspaces {
		e.Workspaces[id] = w
	}
	e.Content = map[request.ID][]promotion.Item{}
	for _, id := range []string{p.dev, p.test} {
		w, _ := p.world.Workspace(id, p.clock.Now())
		for i := range w.Items {
			one := promotion.Item{ID: w.Items[i].ID, Name: w.Items[i].Name, Kind: tenant.ItemDataset, PairsKnown: true, Modified: w.Items[i].Modified}
			if r := w.Items[i].Report; r != nil {
				one.Kind, one.Model, one.Needs = tenant.ItemReport, r.ModelID, []string{r.ModelID}
			}
			e.Content[request.NewID(id)] = append(e.Content[request.NewID(id)], one)
		}
	}
	f := promotion.Facts{}
	f.Source.Items, f.Target.Items = policy.Known(e.Content[request.NewID(p.dev)]), policy.Known(e.Content[request.NewID(p.test)])
	e.Flights = map[request.RouteRef]promotion.Facts{{Pipeline: request.NewID(p.line), From: 0, To: 1}: f}
	pair := promotion.Pair{Pipeline: p.line}
	e.Exports = map[request.ID]request.Exporting{}
	e.Mappings = map[string]request.Mapped{pair.Key(): {Pair: pair, Version: 1, Mapping: promotion.Mapping{TakeOver: true, Refresh: true,
		Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-test"}}}}}
}

// TestKilledAnywhereInAPromotion is TestKilledAnywhere over every step of a
// promotion: pre-flight, deployment, arrival, mapping, refresh and checks.
func TestKilledAnywhereInAPromotion(t *testing.T) {
	t.Parallel()
	killedAnywhere(t, killedWork{(*killed).promotion, promotionWrites, 60})
}

// TestKilledInAPromotion kills a real portal process at the moments of a
// promotion at which one could fear for it. What was under way is found again,
// by its mark or by what it made, and nothing is sent twice.
func TestKilledInAPromotion(t *testing.T) {
	t.Parallel()
	call := func(method, end string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Method == method && strings.HasSuffix(r.URL.Path, end) }
	}
	waits := func() func(*http.Request) bool {
		var asked atomic.Bool
		return func(r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/refreshes") && (r.Method == http.MethodGet && asked.Load() || r.Method == http.MethodPost && asked.Swap(true))
		}
	}
	polls := func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/operations/")
	}
	for name, c := range map[string]struct {
		on    func(*http.Request) bool
		phase phase
	}{
		"deployed, and the answer never heard":  {call("POST", "/deployAll"), insideCall},
		"between the deployment and the poll":   {call("POST", "/deployAll"), afterCall},
		"while it polls":                        {polls, beforeCall},
		"mapped, and the answer never heard":    {call("POST", "/Default.UpdateParameters"), insideCall},
		"before it maps":                        {call("POST", "/Default.UpdateParameters"), beforeCall},
		"refreshed, and the answer never heard": {call("POST", "/refreshes"), insideCall},
		"while it waits for the refresh":        {waits(), afterCall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKilled(t, fulfiltest.Weather{}, (*killed).promotion)
			k.on, k.phase = c.on, c.phase
			k.toTheEnd(0, 4*time.Minute, nil)
			if k.kills != 1 {
				t.Errorf("the portal was killed %d times", k.kills)
			}
			k.once(promotionWrites)
			if k.asked > 0 && !strings.Contains(name, "refresh") { // a refresh has no mark
				t.Errorf("an operator was asked %d times", k.asked)
			}
		})
	}
}

// TestKilledWhileRollingBack kills the portal in the middle of taking back a
// promotion without a pipeline: the target is exactly as it was all the same.
func TestKilledWhileRollingBack(t *testing.T) {
	t.Parallel()
	var p *promoted
	k := newKilled(t, fulfiltest.Weather{}, func(k *killed) []request.Params {
		p = k.stage()
		k.seen = p.see
		then := k.clock.Now().Add(-time.Hour)
		p.put(p.test, k.world.NewID(), k.world.NewID(), "sql-test", then)
		p.must(k.world.Mutate(p.dev, then, func(w *world.Workspace) error { // its copy needs a clone, which fails
			w.Items = append(w.Items, world.Item{ID: k.world.NewID(), Kind: world.KindReport, Name: "Another", WorkspaceID: p.dev, Created: then, Modified: then,
				Report: &world.Report{Type: "PowerBIReport", ModelID: p.model}})
			return nil
		}))
		return []request.Params{&request.TransferParams{Source: request.ID(p.dev), Target: request.ID(p.test), Way: request.ByFile}}
	})
	before := p.state()
	k.cloud.SetFaults([]sim.Fault{{Match: "Reports_CloneReportInGroup", Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}}})
	var failed atomic.Bool
	k.phase, k.on = insideCall, func(r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/Clone") {
			failed.Store(true)
			return false
		}
		return failed.Load() && r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "oauth2")
	}
	k.toTheEnd(0, 4*time.Minute, nil)
	if after := p.state(); after != before || k.kills != 1 {
		t.Errorf("killed %d times, TEST is not as it was:\nbefore\n%s\nafter\n%s", k.kills, before, after)
	}
}

// state is what stands on TEST, but for when it was touched.
func (p *promoted) state() string {
	p.t.Helper()
	w, _ := p.world.Workspace(p.test, p.clock.Now())
	var out []string
	for i := range w.Items {
		it := &w.Items[i]
		out = append(out, fmt.Sprintf("%s %s %s %s", it.ID, it.Kind, it.Name, it.ContentMark()))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

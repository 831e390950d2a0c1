package fulfil_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/entra"
	"steward/internal/fulfil"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/scan"
	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
)

// stages is a bed on which promotions are tried: pipelines made in the
// stand-in, a scan of them, and the executor that deploys.
type stages struct {
	*bed
	actor    acts.Actor
	capacity string
	scanner  *scan.Scanner
}

func stageBed(t *testing.T) *stages {
	t.Helper()
	s := &stages{bed: setup(t, func(c *sim.Config) {
		c.Times = acts.Times{Move: 5 * time.Hour, FirstDeploy: 20 * time.Minute, Step: 5 * time.Second}
	})}
	s.actor = acts.Actor{ObjectID: s.world.ExecutorApp().ID, Name: "executor", MayCreate: true}
	s.capacity = string(fulfiltest.Capacity(t, s.world, s.clock.Now()))
	at := s.at
	client := func(app string) *pbi.Client {
		a, _ := s.cloud.Entra.App(app)
		tokens, err := entra.New(entra.Config{Authority: at.Authority, TenantID: s.world.Config().TenantID, ClientID: a.ClientID, Scope: at.Resource + "/.default",
			Secret: func() (string, error) { return a.Secret, nil }, HTTPClient: &http.Client{Transport: &http.Transport{}}, Now: s.clock.Now, Sleep: s.Sleep})
		if err != nil {
			t.Fatal(err)
		}
		c, err := pbi.New(pbi.Config{API: at.API + "/v1.0/myorg", Fabric: at.Fabric + "/v1", Tokens: tokens, Now: s.clock.Now, Sleep: s.Sleep})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var err error
	s.scanner, err = scan.New(t.Context(), scan.Config{DB: s.db, Tenant: "contoso", TenantID: s.world.Config().TenantID, PBI: client("scanner"),
		Pipelines: client("executor"), Now: s.clock.Now, Sleep: s.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// look is one full scan.
func (s *stages) look() {
	s.t.Helper()
	if _, err := s.scanner.Run(s.t.Context(), scan.Request{Kind: db.ScanFull}); err != nil {
		s.t.Fatal(err)
	}
}

// pipe is a pipeline with two workspaces on its first two stages.
type pipe struct {
	*stages
	name, id, dev, test string
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (s *stages) workspace(name string) string {
	s.t.Helper()
	w, err := s.cloud.Acts.CreateWorkspace(s.actor, acts.NewWorkspace{Name: name, CapacityID: s.capacity}, s.clock.Now())
	s.must(err)
	return w.ID
}

func (s *stages) pipe(name string) *pipe {
	s.t.Helper()
	p, err := s.cloud.Acts.CreatePipeline(s.actor, name, "", nil, s.clock.Now())
	s.must(err)
	return &pipe{stages: s, name: name, id: p.ID, dev: s.workspace(name + " [Dev]"), test: s.workspace(name + " [Test]")}
}

func (p *pipe) assign(order int, ws string) {
	p.t.Helper()
	p.must(p.cloud.Acts.AssignStage(p.actor, p.id, order, ws, p.clock.Now()))
}

// both assigns both workspaces.
func (p *pipe) both() {
	p.t.Helper()
	p.assign(0, p.dev)
	p.assign(1, p.test)
}

func (p *pipe) edit(ws string, fn func(*world.Workspace)) {
	p.t.Helper()
	p.must(p.world.Mutate(ws, p.clock.Now(), func(w *world.Workspace) error { fn(w); return nil }))
}

// put adds an item of a kind to a workspace and returns its id.
func (p *pipe) put(ws string, kind world.ItemKind, name string, fn func(*world.Item)) string {
	p.t.Helper()
	id, now := p.world.NewID(), p.clock.Now()
	app := p.world.ExecutorApp()
	me := app.Principal()
	it := world.Item{ID: id, Kind: kind, Name: name, WorkspaceID: ws, Created: now, Modified: now, CreatedBy: &me}
	switch kind {
	case world.KindModel:
		it.Configured = &me
		it.Model = &world.Model{Refreshable: true, StorageMode: "Abf", Schema: &world.Schema{Tables: []world.Table{{Name: "Sales", Columns: []world.Column{
			{Name: "Amount", DataType: "Double", ColumnType: "Data"}, {Name: "Twice", DataType: "Double", ColumnType: "Calculated"}}}}}}
	case world.KindReport:
		it.Report = &world.Report{Type: "PowerBIReport"}
	case world.KindDashboard:
		it.Dashboard = &world.Dashboard{}
	case world.KindDataflow:
		it.Configured, it.Dataflow = &me, &world.Dataflow{Generation: 1}
	}
	if fn != nil {
		fn(&it)
	}
	p.edit(ws, func(w *world.Workspace) { w.Items = append(w.Items, it) })
	return id
}

// deploy sends the deployment of a choice as it is, whatever a pre-flight says,
// and returns why it failed: the code of the refusal or of the first failed step;
// empty when it succeeded.
func (p *pipe) deploy(c promotion.Choice) string {
	p.t.Helper()
	o := pbi.DeployOrder{PipelineID: p.id, SourceStage: c.From, Backward: c.Backward(), UpdateApp: c.UpdateApp, Options: pbi.DeployOptions{Create: c.Options.Create,
		Overwrite: c.Options.Overwrite, SkipTiles: c.Options.SkipTiles, Purge: c.Options.Purge, TakeOver: c.Options.TakeOver, Label: c.Options.Label}}
	ws, _ := p.world.Workspace(p.dev, p.clock.Now())
	for _, id := range c.Items {
		it := ws.Item(id)
		switch {
		case it == nil || it.Kind == world.KindModel:
			o.Models = append(o.Models, id)
		case it.Kind == world.KindReport:
			o.Reports = append(o.Reports, id)
		case it.Kind == world.KindDashboard:
			o.Dashboards = append(o.Dashboards, id)
		case it.Kind == world.KindDataflow:
			o.Dataflows = append(o.Dataflows, id)
		}
	}
	w, err := p.x.Send(p.t.Context(), pbi.Deploy(o))
	if err != nil {
		return codeOf(err)
	}
	id := pbi.ReadStartedDeployment(w.Body).ID
	p.clock.Advance(time.Hour)
	d, err := p.x.Deployment(p.t.Context(), p.id, id)
	p.must(err)
	for _, step := range d.Steps {
		if step.ErrorCode != "" {
			return step.ErrorCode
		}
	}
	if d.Status != "Succeeded" {
		return d.Status
	}
	return ""
}

// preflight asks the last scan and then looks, as the form and the executor do.
func (p *pipe) preflight(c promotion.Choice) []promotion.Check {
	p.t.Helper()
	v, err := p.db.Reader().ViewNow(p.t.Context(), "contoso")
	p.must(err)
	known, err := p.db.Reader().PromotionFacts(p.t.Context(), v, c, promotion.Executor{ID: p.actor.ObjectID, Service: true}, p.clock.Now())
	p.must(err)
	f, err := fulfil.PromotionFacts(context.Background(), p.x, p.clock.Now(), known, c)
	p.must(err)
	return promotion.Preflight(f, c)
}

func codeOf(err error) string {
	var e *pbi.Error
	if asError(err, &e) && e.Code != "" {
		return e.Code
	}
	return err.Error()
}

func say(checks []promotion.Check) string {
	var b strings.Builder
	for _, k := range checks {
		if k.State != promotion.Pass {
			fmt.Fprintf(&b, "\n  %s %s: %s → %s", k.State, k.ID, k.Evidence, k.Remedy)
		}
	}
	return b.String()
}

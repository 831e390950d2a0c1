package refreshrun_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/refreshplan"
	"steward/internal/refreshrun"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

var start = fulfiltest.Start

// bed is a stand-in, a database and an engine between them, all on one clock.
type bed struct {
	*refreshrun.Engine
	*fulfiltest.StandIn
	t      *testing.T
	world  *world.World
	cloud  *sim.Cloud
	clock  *sim.Clock
	db     *db.DB
	x      *pbi.Executor
	hook   func(string)
	serial int
	// space is a workspace on a capacity, shared one without.
	space, shared string
}

func setup(t *testing.T, edit ...func(*sim.Config)) *bed {
	t.Helper()
	there := fulfiltest.NewStandIn(t, edit...)
	b := &bed{t: t, StandIn: there, world: there.World, cloud: there.Cloud, clock: there.Clock, x: there.Executor}
	b.db = dbtest.Open(t, b.clock.Now)
	if _, err := b.db.EnsureTenant(t.Context(), "contoso", b.world.Config().TenantID); err != nil {
		t.Fatal(err)
	}
	b.space, b.shared = b.workspace("Zebra Capacity", true), b.workspace("Zebra Shared", false)
	b.restart()
	return b
}

// restart is a new engine over the same database, as after a crash.
func (b *bed) restart() {
	b.t.Helper()
	var err error
	acts := db.Acting{DB: b.db, Tenant: "contoso", Now: b.clock.Now, Hook: func(p string) {
		if b.hook != nil {
			b.hook(p)
		}
	}}
	b.Engine, err = refreshrun.New(refreshrun.Config{Acting: acts, Executor: b.x, NewID: b.id})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) id() string {
	b.serial++
	return fmt.Sprintf("run-%04d", b.serial)
}

func (b *bed) workspace(name string, dedicated bool) string {
	b.t.Helper()
	body := `{"displayName":"` + name + `"`
	if dedicated {
		all, err := b.x.Capacities(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		for _, k := range all {
			if k.State == "Active" {
				body += `,"capacityId":"` + k.ID + `"`
				break
			}
		}
	}
	w, err := b.x.Send(b.t.Context(), pbi.Write{Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "workspaces", Body: []byte(body + "}")})
	if err != nil {
		b.t.Fatal(err)
	}
	return pbi.ReadMadeReport(w.Body).ID
}

// item puts a model, or a dataflow, into a workspace.
func (b *bed) item(space, name string, kind refreshplan.Kind) string {
	b.t.Helper()
	app := b.world.ExecutorApp()
	me, id := app.Principal(), b.world.NewID()
	it := world.Item{ID: id, Kind: world.KindModel, Name: name, Created: start, Configured: &me, Model: &world.Model{Refreshable: true,
		Schema: &world.Schema{Tables: []world.Table{{Name: "Fact"}}}}}
	if kind == refreshplan.Dataflow {
		it = world.Item{ID: id, Kind: world.KindDataflow, Name: name, Created: start, Modified: start, Dataflow: &world.Dataflow{}}
	}
	if err := b.world.Mutate(space, b.clock.Now(), func(w *world.Workspace) error { w.Items = append(w.Items, it); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return id
}

// plan stores a plan as if it had been agreed to, and returns its id.
func (b *bed) plan(p refreshplan.Plan) string {
	b.t.Helper()
	if p.Window == 0 {
		p.Window = refreshplan.DefaultWindow
	}
	p.AtOnce, p.PerCapacity = max(p.AtOnce, 1), max(p.PerCapacity, 1)
	id := "plan-" + p.Name
	b.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.PutRefreshPlan(ctx, db.RefreshPlan{ID: id, Tenant: "contoso", Name: p.Name}, 0, db.PlanVersion{YAML: p.YAML(), Request: id, By: "Asker"})
	})
	return id
}

// node is a critical node with few retries.
func (b *bed) node(name string, kind refreshplan.Kind, item string, needs ...string) refreshplan.Node {
	return refreshplan.Node{Name: name, Kind: kind, Workspace: b.space, Item: item, Needs: needs, Critical: true, Retries: 1, Delay: 15 * time.Minute, Timeout: 2 * time.Hour}
}

func (b *bed) write(fn func(context.Context, *db.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error { return fn(b.t.Context(), tx) }); err != nil {
		b.t.Fatal(err)
	}
}

// begin starts a run by hand.
func (b *bed) begin(plan string) string {
	b.t.Helper()
	stored, err := b.db.Reader().RefreshPlan(b.t.Context(), plan)
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := stored.Plan()
	if err != nil {
		b.t.Fatal(err)
	}
	run := db.PlanRun{ID: b.id(), Plan: plan, Tenant: "contoso", Version: stored.Version, Cause: db.ByPerson}
	b.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.BeginPlan(ctx, run, &p, nil, ledger.Entry{Action: ledger.RunStart, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "test"}})
	})
	return run.ID
}

// turn carries one run on; false when it has ended. The clock moves to when the
// engine wants to come back.
func (b *bed) turn(run string) bool {
	b.t.Helper()
	next, err := b.Advance(b.t.Context(), run)
	switch {
	case err != nil:
		b.clock.Advance(5 * time.Second)
	case next.Ended:
		return false
	case next.At.After(b.clock.Now()):
		b.clock.Set(next.At)
	}
	return true
}

func (b *bed) goOn(run string) db.PlanRun {
	b.t.Helper()
	for range 5000 {
		if !b.turn(run) {
			return b.run(run)
		}
	}
	b.t.Fatalf("the run does not end: %+v", b.nodes(run))
	return db.PlanRun{}
}

func (b *bed) run(id string) db.PlanRun {
	b.t.Helper()
	r, err := b.db.Reader().PlanRun(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bed) nodes(run string) map[string]db.PlanNode {
	b.t.Helper()
	rows, err := b.db.Reader().PlanNodes(b.t.Context(), run)
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]db.PlanNode{}
	for _, n := range rows {
		out[n.Name] = n
	}
	return out
}

// began counts what the stand-in knows of refreshes that were asked for.
func (b *bed) began(item string) int {
	n := 0
	for _, r := range b.world.Refreshes(item, b.clock.Now(), 60) {
		if strings.HasPrefix(r.Type, "Via") {
			n++
		}
	}
	return n
}

// resume begins a run that takes over what ended well in another.
func (b *bed) resume(run string) string {
	b.t.Helper()
	was := b.run(run)
	before, err := b.db.Reader().PlanNodes(b.t.Context(), run)
	if err != nil {
		b.t.Fatal(err)
	}
	stored, err := b.db.Reader().RefreshPlan(b.t.Context(), was.Plan)
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := stored.Plan()
	if err != nil {
		b.t.Fatal(err)
	}
	next := db.PlanRun{ID: b.id(), Plan: was.Plan, Tenant: was.Tenant, Version: was.Version, Cause: db.ByResume, CauseBy: run}
	b.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.BeginPlan(ctx, next, &p, before, ledger.Entry{Action: ledger.RunStart, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "test"}})
	})
	return next.ID
}

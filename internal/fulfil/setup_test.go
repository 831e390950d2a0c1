package fulfil_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fulfil"
	"steward/internal/fulfil/fulfiltest"
	"steward/internal/pbi"
	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// start is the moment at which the tests begin.
var start = fulfiltest.Start

// bed is a stand-in, a database and an engine between them, all on one clock.
type bed struct {
	*fulfil.Engine
	*fulfiltest.StandIn
	t     *testing.T
	world *world.World
	cloud *sim.Cloud
	at    sim.Endpoints
	clock *sim.Clock
	db    *db.DB
	files *db.Files
	x     *pbi.Executor
	hook  func(string)
	// privileged is what the witness says; nil says nothing against it.
	privileged func() error
	// skew is how far the portal's clock is from the service's.
	skew   time.Duration
	ended  []fulfil.Ended
	serial int
	// policies are asked before a promotion begins, and when it is planned.
	policies *policy.Set
	// rules is the hash of the policies in force; requests here are judged by none.
	rules string
}

// shared worlds would be changed by the runs, so each bed has its own.
func setup(t *testing.T, edit ...func(*sim.Config)) *bed {
	t.Helper()
	there := fulfiltest.NewStandIn(t, edit...)
	b := &bed{t: t, StandIn: there, world: there.World, cloud: there.Cloud, clock: there.Clock, at: there.At, x: there.Executor}
	b.db = dbtest.Open(t, b.now)
	b.files = db.NewFiles(filepath.Join(t.TempDir(), "content"))
	b.restart()
	return b
}

// now is the portal's clock.
func (b *bed) now() time.Time { return b.clock.Now().Add(b.skew) }

// restart is a new engine over the same database, as after a crash.
func (b *bed) restart() {
	b.t.Helper()
	var err error
	acts := db.Acting{DB: b.db, Tenant: "contoso", Now: b.now, Privileged: b.privileged, Hook: func(p string) {
		if b.hook != nil {
			b.hook(p)
		}
	}}
	b.Engine, err = fulfil.New(fulfil.Config{Acting: acts, Executor: b.x, Orders: db.Orders{DB: b.db, Rules: func() string { return b.rules }}, Files: b.files, Policies: func() *policy.Set { return b.policies },
		After: func(_ context.Context, e fulfil.Ended) { b.ended = append(b.ended, e) }})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.Recover(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// estate is what a scan would have seen: capacities, people, groups, and the
// workspaces named.
func (b *bed) estate(ids ...string) *request.Estate {
	b.t.Helper()
	return fulfiltest.Estate(b.t, b.world, "contoso", b.clock.Now(), ids...)
}

var (
	asker    = request.Party{TenantID: "11111111-1111-1111-1111-111111111111", ObjectID: "aaaaaaaa-0000-0000-0000-000000000001", Name: "Asker"}
	approver = request.Party{TenantID: asker.TenantID, ObjectID: "aaaaaaaa-0000-0000-0000-000000000002", Name: "Approver"}
	second   = request.Party{TenantID: asker.TenantID, ObjectID: "aaaaaaaa-0000-0000-0000-000000000003", Name: "Second"}
)

// agree takes a request through draft, submission and decision, and returns its
// id: nothing is left out that the triggers ask for.
func (b *bed) agree(p request.Params, e *request.Estate) string {
	b.t.Helper()
	b.serial++
	id := "request-000" + string(rune('a'+b.serial))
	plan, errs := request.Build(p, e, request.Context{Request: id, Revision: 1, Reason: "because", Now: b.clock.Now(), Approval: 72 * time.Hour, Window: 24 * time.Hour,
		Promoted: b.promoted})
	if len(errs) > 0 {
		b.t.Fatalf("build: %v", errs)
	}
	bytes, err := plan.Canonical()
	if err != nil {
		b.t.Fatal(err)
	}
	params, err := json.Marshal(p)
	if err != nil {
		b.t.Fatal(err)
	}
	tid, err := b.db.EnsureTenant(b.t.Context(), "contoso", b.world.Config().TenantID)
	if err != nil {
		b.t.Fatal(err)
	}
	stages := []request.Stage{{Order: 1, Count: 2, Role: "approver"}}
	r := request.Request{ID: id, Tenant: "contoso", Kind: p.Kind(), Title: plan.Title, State: request.Draft, Params: params, Reason: "because",
		Requester: asker, Editor: asker, Stages: stages, Rule: "test", Risk: request.RiskHigh, Expires: b.clock.Now().Add(72 * time.Hour)}
	b.write(func(ctx context.Context, tx *db.Tx) error {
		if err := tx.InsertRequest(ctx, tid, r); err != nil {
			return err
		}
		r.Version = 1
		err := tx.SubmitRequest(ctx, db.Submission{Request: r, Plan: bytes, Hash: request.HashOf(bytes), Need: 2, Later: plan.Later, Places: plan.Places,
			Parties: []request.Involved{{Party: asker, Why: request.WhyRequester}, {Party: asker, Why: request.WhyEditor}}}, asker)
		if err != nil {
			return err
		}
		for _, who := range []request.Party{approver, second} {
			if err := tx.AddApproval(ctx, id, request.Decision{Plan: request.HashOf(bytes), By: who, Stage: 1, Approves: true}); err != nil {
				return err
			}
		}
		q, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		q.WindowEnds = tx.Now.Add(24 * time.Hour)
		return tx.MoveRequest(ctx, q, request.Approved, approver, "approved", "")
	})
	return id
}

// promoted is what the policies say of a promotion while it is planned.
func (b *bed) promoted(f promotion.Facts, c promotion.Choice, day time.Time) []promotion.Verdict {
	if b.policies == nil {
		return nil
	}
	return promotion.Judge(b.t.Context(), b.policies, f, c, day)
}

func (b *bed) write(fn func(context.Context, *db.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error { return fn(b.t.Context(), tx) }); err != nil {
		b.t.Fatal(err)
	}
}

// goOn carries on until nothing is left, or only what waits for a person. The
// clock moves to when the engine wants to come back.
func (b *bed) goOn() {
	b.t.Helper()
	for range 2000 {
		if !b.turn() {
			return
		}
	}
	b.t.Fatal("the run does not end")
}

// turn is one round; false when nothing moves any more by itself.
func (b *bed) turn() bool {
	ctx := b.t.Context()
	ids, err := b.Due(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, id := range ids {
		next, err := b.Advance(ctx, id)
		for err == nil && !next.Ended && !next.At.After(b.now()) {
			next, err = b.Advance(ctx, id)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			b.t.Logf("advance: %v", err)
			b.clock.Advance(time.Second)
		}
	}
	open, err := b.db.Reader().OpenRuns(ctx, "")
	if err != nil {
		b.t.Fatal(err)
	}
	var first time.Time
	for _, r := range open {
		if b.waitsForPerson(r) {
			continue
		}
		if r.Wake.IsZero() || first.IsZero() || r.Wake.Before(first) {
			first = r.Wake
		}
	}
	if first.After(b.now()) {
		b.clock.Set(first.Add(-b.skew))
	}
	for _, r := range open {
		if !b.waitsForPerson(r) {
			return true
		}
	}
	return false
}

func (b *bed) waitsForPerson(r db.Run) bool {
	if !r.Paused.IsZero() || strings.Contains(r.Waits, "on hold") {
		return true
	}
	for _, s := range b.steps(r.ID) {
		if s.Operator && s.Choice == "" {
			return true
		}
	}
	return false
}

func (b *bed) steps(run string) []db.RunStep {
	b.t.Helper()
	steps, err := b.db.Reader().RunSteps(b.t.Context(), run)
	if err != nil {
		b.t.Fatal(err)
	}
	return steps
}

func (b *bed) run(id string) db.Run {
	b.t.Helper()
	r, err := b.db.Reader().Run(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// want checks how a run ended, and its request with it.
func (b *bed) want(id string, state db.RunState) {
	b.t.Helper()
	r := b.run(id)
	if r.State != state {
		b.t.Errorf("run %s is %s (%s %s), want %s", id, r.State, r.Waits, r.Note, state)
		for _, s := range b.steps(id) {
			b.t.Logf("  %-8s %-9s attempt %d %s | %s", s.ID, s.State, s.Attempt, s.Says, s.Note)
		}
		return
	}
	q, err := b.db.Reader().Request(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	if string(q.State) != string(state) {
		b.t.Errorf("request %s is %s, its run %s", id, q.State, state)
	}
}

// project asks for three workspaces on a capacity, two groups on each, and a
// pipeline.
func (b *bed) project() *request.ProjectParams {
	groups := fulfiltest.Groups(b.t, b.world, b.clock.Now(), 2)
	members := []request.Member{{Who: groups[0], Right: "Admin"}, {Who: groups[1], Right: "Viewer"}}
	p := &request.ProjectParams{Department: "Zebra", Project: "Stripes", Description: "About stripes.", Pipeline: true}
	for _, name := range []string{"DEV", "TEST", "PROD"} {
		p.Environments = append(p.Environments, request.EnvironmentParams{Name: name, Capacity: b.capacity(), Members: members})
	}
	return p
}

// capacity is one that runs and that the executor may use.
func (b *bed) capacity() request.ID { return fulfiltest.Capacity(b.t, b.world, b.clock.Now()) }

// named are the workspaces that are there under a name.
func (b *bed) named(name string) (out []*world.Workspace) {
	for ws := range b.world.All(b.clock.Now()) {
		if ws.Name == name && ws.State == world.StateActive {
			out = append(out, ws)
		}
	}
	return out
}

// made counts the calls of an operation that the stand-in performed.
func (b *bed) made(operation string) (n int) {
	for _, w := range b.cloud.Journal().Writes() {
		if strings.HasSuffix(w.Operation, operation) && w.Performed && w.Status < 300 {
			n++
		}
	}
	return n
}

package fulfil_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// TestFaults: a service that misbehaves while a project is made. Whatever it
// does, the project is there once.
func TestFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		faults []sim.Fault
		// doubts is how often a step is in doubt.
		doubts int
	}{
		{"500 after doing it", []sim.Fault{{Match: "*_CreateWorkspace", Nth: 2, Effect: sim.Effect{Status: 500, Perform: true}}}, 1},
		{"500 without doing it", []sim.Fault{{Match: "*_CreateWorkspace", Nth: 2, Effect: sim.Effect{Status: 500}}}, 1},
		{"503 to a role", []sim.Fault{{Match: "Groups_AddGroupUser", Nth: 1, Effect: sim.Effect{Status: 503}}}, 1},
		{"a proxy answers in its place", []sim.Fault{{Match: "*_CreateWorkspace", Nth: 1, Effect: sim.Effect{ContentType: "text/html"}}}, 1},
		{"success cut short", []sim.Fault{{Match: "*_CreateWorkspace", Nth: 1, Effect: sim.Effect{Truncate: 40}}}, 1},
		{"answer cut off", []sim.Fault{{Match: "Pipelines_CreatePipeline", Nth: 1, Effect: sim.Effect{Cut: 10}}}, 1},
		{"throttled", []sim.Fault{{Match: "Groups_AddGroupUser", First: 2, Effect: sim.Effect{Throttle: "30"}}}, 0},
		{"lists down for ten minutes", []sim.Fault{{Match: "*_ListWorkspaces", To: sim.Span(10 * time.Minute), Effect: sim.Effect{Status: 503}}}, 0},
		{"a new role spreads slowly", []sim.Fault{{Match: "Groups_AddGroupUser", First: 2, Effect: sim.Effect{Status: 401, Body: `{"error":{"code":"GroupNotAccessible"}}`}}}, 0},
		{"capacity migration in progress", []sim.Fault{{Match: "Groups_AssignToCapacity", First: 3, Effect: sim.Effect{Status: 400,
			Body: `{"error":{"code":"WorkspaceMigrationOperationInProgress"}}`}}}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.agree(b.project(), b.estate())
			b.cloud.SetFaults(c.faults)
			b.goOn()
			b.want(id, db.RunDone)
			b.projectThere(t)
			if n := b.entries(`action = 'step.write' AND outcome = 'in_doubt'`); n != c.doubts {
				t.Errorf("%d steps were in doubt, want %d", n, c.doubts)
			}
			for _, op := range []string{"Workspaces_CreateWorkspace", "Pipelines_CreatePipeline"} {
				if n := b.done(op); n != map[bool]int{true: 3, false: 1}[op[0] == 'W'] {
					t.Errorf("%s was done %d times", op, n)
				}
			}
		})
	}
}

// done counts what the stand-in did, whatever it answered.
func (b *bed) done(operation string) (n int) {
	for _, w := range b.cloud.Journal().Writes() {
		if strings.HasSuffix(w.Operation, operation) && w.Performed && (w.Status < 300 || w.Fault != "") {
			n++
		}
	}
	return n
}

// TestSecretExpires: with no token nothing is sent; the run waits, says why,
// and goes on with the new secret.
func TestSecretExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := b.Secret
	id := b.agree(b.project(), b.estate())
	b.turn()
	b.Secret = func() (string, error) { return "no longer right", nil }
	b.clock.Advance(2 * time.Hour) // the token's time is over
	before := len(b.cloud.Journal().Writes())
	for range 5 {
		b.turn()
	}
	r := b.run(id)
	if r.State != db.RunRunning || r.Waits == "" || len(b.cloud.Journal().Writes()) != before {
		t.Errorf("the run is %s and says %q; %d writes", r.State, r.Waits, len(b.cloud.Journal().Writes())-before)
	}
	if strings.Contains(r.Waits, "no longer right") {
		t.Error("the secret is shown")
	}
	b.Secret = good
	b.goOn()
	b.want(id, db.RunDone)
	b.projectThere(t)
}

// TestOneMemberFails: each member's outcome stands alone.
func TestOneMemberFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.project()
	id := b.agree(p, b.estate())
	b.cloud.SetFaults([]sim.Fault{{Match: "Groups_AddGroupUser", Contains: string(p.Environments[0].Members[1].Who),
		Effect: sim.Effect{Status: 400, Body: `{"error":{"code":"PrincipalNotFound"}}`}}})
	b.goOn()
	b.want(id, db.RunFailed)
	for state, want := range map[db.StepState]int{db.StepDone: 13, db.StepFailed: 3} {
		if n := b.count(id, state); n != want {
			t.Errorf("%d steps are %s, want %d", n, state, want)
		}
	}
	if !strings.Contains(b.run(id).Note, "13 of 16 steps are done, 3 failed") {
		t.Errorf("the run says %q", b.run(id).Note)
	}
}

func (b *bed) count(run string, state db.StepState) (n int) {
	for _, s := range b.steps(run) {
		if s.State == state && s.Undoes == "" {
			n++
		}
	}
	return n
}

// TestUndo: when what everything rests on fails, what the run did is taken
// back, and nothing else is.
func TestUndo(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		// meanwhile is what others do before the failure is taken back.
		meanwhile func(b *bed, ws *world.Workspace)
		left      int
	}{
		{"untouched", func(*bed, *world.Workspace) {}, 0},
		{"somebody has put content in", func(b *bed, ws *world.Workspace) {
			_ = b.world.Mutate(ws.ID, b.clock.Now(), func(w *world.Workspace) error {
				w.Items = append(w.Items, world.Item{ID: "aaaaaaaa-1111-2222-3333-444444444444", Kind: world.KindReport, Name: "New"})
				return nil
			})
		}, 1},
		{"somebody has been given a role", func(b *bed, ws *world.Workspace) {
			_ = b.world.Mutate(ws.ID, b.clock.Now(), func(w *world.Workspace) error {
				w.Grants = append(w.Grants, world.Grant{Principal: world.Principal{ID: b.world.DemoPeople()[0].User.ID, Kind: world.KindUser}, Right: "Admin"})
				return nil
			})
		}, 1},
		{"somebody has renamed it", func(b *bed, ws *world.Workspace) {
			_ = b.world.Mutate(ws.ID, b.clock.Now(), func(w *world.Workspace) error { w.Name = "Renamed"; return nil })
		}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			p := b.project()
			id := b.agree(p, b.estate())
			b.cloud.SetFaults([]sim.Fault{{Match: "Pipelines_CreatePipeline", Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}}})
			for b.made("Groups_AddGroupUser") < 6 {
				b.turn()
			}
			c.meanwhile(b, b.named(p.NameFor(0))[0])
			b.goOn()
			b.want(id, db.RunFailed)
			left := 0
			for i := range p.Environments {
				left += len(b.named(p.NameFor(i)))
			}
			left += len(b.named("Renamed"))
			if left != c.left {
				t.Errorf("%d workspaces are left, want %d: %s", left, c.left, b.run(id).Note)
			}
			if n := b.made("Workspaces_DeleteWorkspace"); n != 3-c.left {
				t.Errorf("%d workspaces were deleted", n)
			}
		})
	}
}

// TestDrift: what changed between the agreement and the step is not written
// over.
func TestDrift(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.agree(&request.WorkspaceCreateParams{Name: "Zebra Drift"}, b.estate())
	b.goOn()
	b.want(first, db.RunDone)
	ws := b.named("Zebra Drift")[0]
	id := b.agree(&request.WorkspaceEditParams{Workspace: request.NewID(ws.ID), Name: "Zebra Straight"}, b.estate(ws.ID))
	if err := b.world.Mutate(ws.ID, b.clock.Now(), func(w *world.Workspace) error { w.Name = "Zebra Bent"; return nil }); err != nil {
		t.Fatal(err)
	}
	before := len(b.cloud.Journal().Writes())
	b.goOn()
	b.want(id, db.RunFailed)
	if n := len(b.cloud.Journal().Writes()) - before; n != 0 {
		t.Errorf("%d writes were sent", n)
	}
	if note := b.steps(id)[0].Note; !strings.Contains(note, "Zebra Bent") || !strings.Contains(note, "Nothing was sent") {
		t.Errorf("the step says %q", note)
	}
}

// TestSameNameTwice: of two requests for one name that were agreed together,
// one is carried out and the other says why not.
func TestSameNameTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.agree(&request.WorkspaceCreateParams{Name: "Zebra Twin"}, b.estate())
	two := b.agree(&request.WorkspaceCreateParams{Name: "ZEBRA TWIN"}, b.estate())
	b.goOn()
	b.want(one, db.RunDone)
	b.want(two, db.RunFailed)
	if n := b.made("Workspaces_CreateWorkspace"); n != 1 {
		t.Errorf("%d workspaces were made", n)
	}
}

// TestAccessEnds: access that was given until a day ends by itself.
func TestAccessEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.agree(&request.WorkspaceCreateParams{Name: "Zebra Guests"}, b.estate())
	b.goOn()
	b.want(first, db.RunDone)
	ws := b.named("Zebra Guests")[0]
	until := b.clock.Now().Add(48 * time.Hour)
	who := request.NewID(b.world.DemoPeople()[0].User.ID)
	id := b.agree(&request.AccessAddParams{Workspace: request.NewID(ws.ID), Members: []request.Member{{Who: who, Right: "Viewer"}}, Until: &until}, b.estate(ws.ID))
	b.goOn()
	b.want(id, db.RunDone)
	if n := len(b.named("Zebra Guests")[0].Grants); n != 2 {
		t.Fatalf("%d roles after the grant", n)
	}
	b.clock.Advance(49 * time.Hour)
	b.goOn()
	if n := len(b.named("Zebra Guests")[0].Grants); n != 1 {
		t.Errorf("%d roles after the end", n)
	}
	runs, err := b.db.Reader().RunsOf(t.Context(), id)
	if err != nil || len(runs) != 2 || runs[1].State != db.RunDone {
		t.Errorf("runs of the request: %+v (%v)", runs, err)
	}
}

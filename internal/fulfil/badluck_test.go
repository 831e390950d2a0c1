package fulfil_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/request"
	"steward/internal/sim/world"
)

// fill uses the disk up: the database may not grow, and what is left in its
// pages is written full.
func (b *bed) fill() {
	b.t.Helper()
	ctx := b.t.Context()
	limit := func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, "PRAGMA max_page_count = 1"); return err }
	if err := b.db.Write(ctx, limit); err != nil {
		b.t.Fatal(err)
	}
	for _, size := range []int{3000, 300, 1} {
		for range 20000 {
			if err := b.db.Record(ctx, ledger.Entry{Action: ledger.Notify, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "portal"}, Reason: strings.Repeat("x", size)}); err != nil {
				break
			}
		}
	}
}

// room gives the space back.
func (b *bed) room() {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(b.t.Context(), "PRAGMA max_page_count = 1073741823")
		return err
	}); err != nil {
		b.t.Fatal(err)
	}
}

// TestDiskFullBetweenIntentAndOutcome: the disk is full when the answer of a
// write is there. Nothing further is sent while it is; with room again the write
// is in doubt, found, and taken as done.
func TestDiskFullBetweenIntentAndOutcome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.agree(b.project(), b.estate())
	full := false
	b.hook = func(point string) {
		if !full && strings.HasPrefix(point, "after write") {
			full = true
			b.fill()
		}
	}
	for i := 0; !full && i < 20; i++ {
		b.turn()
	}
	sent := len(b.cloud.Journal().Writes())
	for range 5 {
		b.turn()
		b.clock.Advance(time.Minute)
	}
	if n := len(b.cloud.Journal().Writes()); !full || n != sent {
		t.Fatalf("%d writes were sent on a full disk (full: %v)", n-sent, full)
	}
	if n := b.inState(db.StepIntent); n != 1 {
		t.Errorf("%d steps are intended, want the one whose outcome did not fit", n)
	}
	b.room()
	b.goOn()
	b.want(id, db.RunDone)
	b.projectThere(t)
	if n := b.entries(`action = 'step.write' AND outcome = 'in_doubt'`); n != 1 {
		t.Errorf("%d steps were in doubt, want 1", n)
	}
	if n := b.done("Workspaces_CreateWorkspace"); n != 3 {
		t.Errorf("%d workspaces were made", n)
	}
}

// TestClockJumpsWhileActing: the portal's clock jumps a day ahead or two back
// while a project is made. Everything is there once.
func TestClockJumpsWhileActing(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{25 * time.Hour, -48 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.agree(b.project(), b.estate())
			jumped := false
			b.hook = func(point string) {
				if !jumped && strings.HasPrefix(point, "after write s4") {
					jumped = true
					b.skew = jump
				}
			}
			b.goOn()
			b.want(id, db.RunDone)
			b.projectThere(t)
			for _, op := range []string{"Workspaces_CreateWorkspace", "Pipelines_CreatePipeline"} {
				if n := b.done(op); n != map[bool]int{true: 3, false: 1}[op[0] == 'W'] {
					t.Errorf("%s was done %d times", op, n)
				}
			}
			if !jumped {
				t.Error("the clock did not jump")
			}
		})
	}
}

// TestStageTakenWhileActing: somebody takes a stage of the run's pipeline
// before the run assigns its own workspace to it. Theirs stays, the step says
// why nothing was sent, and the rest is done.
func TestStageTakenWhileActing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.agree(b.project(), b.estate())
	taken := ""
	b.hook = func(point string) {
		lines := b.pipelines()
		if taken != "" || len(lines) == 0 || !strings.HasPrefix(point, "before look") {
			return
		}
		for ws := range b.world.All(b.clock.Now()) {
			if ws.State == world.StateActive && !strings.HasPrefix(ws.Name, "Zebra") {
				taken = ws.ID
			}
		}
		if err := b.world.MutatePipeline(lines[0].ID, b.clock.Now(), func(p *world.Pipeline) error {
			p.Stages = slices.Clone(p.Stages)
			p.Stages[0].WorkspaceID = taken
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	b.goOn()
	b.want(id, db.RunFailed)
	failed := 0
	for _, s := range b.steps(id) {
		if s.State == db.StepFailed {
			failed++
			if !strings.Contains(s.Note, "stage") {
				t.Errorf("the step says %q", s.Note)
			}
		}
	}
	if lines := b.pipelines(); failed != 1 || len(lines) != 1 || lines[0].Stages[0].WorkspaceID != taken {
		t.Errorf("%d steps failed, the stage holds %+v, want %s", failed, lines, taken)
	}
}

// TestCapacityGoesWhileActing: the capacity is paused, or full, after the
// agreement. The run says so, and does not leave half a workspace behind in
// silence.
func TestCapacityGoesWhileActing(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"Suspended", "Full"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			p := b.project()
			id := b.agree(p, b.estate())
			gone := false
			b.hook = func(point string) {
				if gone || b.made("Workspaces_CreateWorkspace") == 0 {
					return
				}
				gone = true
				if state == "Full" {
					b.cloud.Acts.FillCapacity(string(p.Environments[0].Capacity))
					return
				}
				if err := b.world.MutateCapacity(string(p.Environments[0].Capacity), b.clock.Now(), func(c *world.Capacity) error { c.State = state; return nil }); err != nil {
					t.Error(err)
				}
			}
			b.goOn()
			b.want(id, db.RunFailed)
			said := 0
			for _, s := range b.steps(id) {
				if s.State == db.StepFailed && strings.Contains(strings.ToLower(s.Note), "capacity") {
					said++
				}
			}
			if said == 0 {
				t.Errorf("no step says that the capacity is gone: %+v", b.run(id).Note)
			}
			for i := range p.Environments {
				for _, ws := range b.named(p.NameFor(i)) {
					if ws.CapacityID != "" {
						t.Errorf("%s is on the capacity", ws.Name)
					}
				}
			}
		})
	}
}

// TestTwoForOneNameAtOnce: two requests for the same name, agreed to together
// and carried out at the same time by two hands: one workspace, and the other
// request says why not.
func TestTwoForOneNameAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := []string{b.agree(&request.WorkspaceCreateParams{Name: "Zebra Twin"}, b.estate()), b.agree(&request.WorkspaceCreateParams{Name: "Zebra Twin"}, b.estate())}
	if _, err := b.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	hands := make(chan error, len(ids))
	for _, id := range ids {
		go func() {
			var err error
			for n := 0; err == nil && n < 20; n++ {
				_, err = b.Advance(context.WithoutCancel(t.Context()), id)
			}
			hands <- err
		}()
	}
	for range ids {
		if err := <-hands; err != nil {
			t.Logf("advance: %v", err)
		}
	}
	b.goOn()
	states := fmt.Sprint(b.run(ids[0]).State, b.run(ids[1]).State)
	if states != "donefailed" && states != "faileddone" {
		t.Errorf("the runs are %s", states)
	}
	if n := len(b.named("Zebra Twin")); n != 1 || b.made("Workspaces_CreateWorkspace") != 1 {
		t.Errorf("there are %d workspaces", n)
	}
}

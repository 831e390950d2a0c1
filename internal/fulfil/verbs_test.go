package fulfil_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
)

// person is who does something in a test.
func person(name string) ledger.Entry {
	return ledger.Entry{Actor: ledger.Actor{Kind: ledger.Person, Tenant: asker.TenantID, ID: "aaaaaaaa-0000-0000-0000-0000000000ff", Name: name}}
}

// TestPauseResumeCancel: each takes effect between two steps and is in the
// ledger; what was done stays.
func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.agree(b.project(), b.estate())
	if _, err := b.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Advance(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := b.db.PauseRun(t.Context(), id, person("Olga")); err != nil {
		t.Fatal(err)
	}
	b.goOn()
	if r := b.run(id); r.State != db.RunRunning || r.Waits != "Paused by Olga." || b.made("Workspaces_CreateWorkspace") != 1 {
		t.Errorf("paused: %s %q, %d made", r.State, r.Waits, b.made("Workspaces_CreateWorkspace"))
	}
	if err := b.db.ResumeRun(t.Context(), id, person("Olga")); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if _, err := b.Advance(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
	}
	if err := b.db.CancelRun(t.Context(), id, person("Olga")); err != nil {
		t.Fatal(err)
	}
	b.goOn()
	b.want(id, db.RunCancelled)
	if len(b.named(b.project().NameFor(0))) != 1 || b.made("Pipelines_CreatePipeline") != 0 {
		t.Error("what was done does not stay, or more was done")
	}
	if err := b.db.PauseRun(t.Context(), id, person("Olga")); err == nil {
		t.Error("an ended run was paused")
	}
	if n := b.entries(`action IN ('portal.hold', 'portal.release', 'run.cancel')`); n != 3 {
		t.Errorf("%d entries in the ledger, want 3", n)
	}
}

// TestHold: nothing is sent while the executor is on hold.
func TestHold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.db.HoldExecutor(t.Context(), "contoso", "an exercise", person("Olga")); err != nil {
		t.Fatal(err)
	}
	id := b.agree(b.project(), b.estate())
	b.goOn()
	if n := len(b.cloud.Journal().Writes()); n != 0 || b.run(id).Waits == "" {
		t.Errorf("%d writes on hold, the run says %q", n, b.run(id).Waits)
	}
	if err := b.db.ReleaseExecutor(t.Context(), "contoso", "over", person("Olga")); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Minute)
	b.goOn()
	b.want(id, db.RunDone)
}

// TestOtherRules: a plan that was judged by other policies is not gone on with;
// what its run did before is taken back as the plan says, and a run is not
// begun.
func TestOtherRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.agree(b.project(), b.estate())
	b.rules = "others"
	b.goOn()
	if n := b.entries(`action = 'step.write'`); n != 0 {
		t.Errorf("%d writes of a plan that other rules judged", n)
	}
	b.rules = ""
	if _, err := b.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Advance(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	b.rules = "others"
	b.goOn()
	b.want(id, db.RunFailed)
	if got := b.made("Workspaces_CreateWorkspace"); got != 1 {
		t.Errorf("%d workspaces were made, want the one before the rules changed", got)
	}
	found := false
	for _, s := range b.steps(id) {
		found = found || strings.Contains(s.Note, "rules have changed")
	}
	if !found {
		t.Error("no step says that the rules have changed")
	}
}

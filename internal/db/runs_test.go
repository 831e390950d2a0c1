package db_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// startRun writes a run with one step that holds its target.
func startRun(t *testing.T, d *db.DB, id, lock string) db.RunStep {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.StartRun(t.Context(), db.Run{ID: id, Request: id, Tenant: "contoso", Title: id, PlanHash: strings.Repeat("a", 64), Plan: []byte("{}")},
			[]db.RunStep{{ID: "s1", Says: "x", Operation: "X", Call: "POST x", Lock: lock}}); err != nil {
			return err
		}
		_, err := tx.TakeTargets(t.Context(), "contoso", id, []string{lock})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps(t, d, id)[0]
}

func steps(t *testing.T, d *db.DB, run string) []db.RunStep {
	t.Helper()
	out, err := d.Reader().RunSteps(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// move saves a step in another state, under a new fence when fenced.
func move(ctx context.Context, d *db.DB, s db.RunStep, to db.StepState, fenced bool) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		was, fence := s.State, s.Fence
		if fenced {
			var err error
			if s.Fence, err = tx.Fence(ctx, "contoso", s.Lock, s.Run); err != nil {
				return err
			}
		}
		s.State, s.Attempt, s.Digest, s.Intended = to, 1, strings.Repeat("b", 64), tx.Now
		return tx.SaveStep(ctx, s, was, fence)
	})
}

// TestStaleWorker: a worker that lost its target cannot write its outcome.
func TestStaleWorker(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	ctx := t.Context()
	startRun(t, d, "run-one", "workspace/1")
	if err := move(ctx, d, steps(t, d, "run-one")[0], db.StepIntent, true); err != nil {
		t.Fatal(err)
	}
	old := steps(t, d, "run-one")[0]
	if err := move(ctx, d, old, db.StepInDoubt, true); err != nil { // another worker took over
		t.Fatal(err)
	}
	if err := move(ctx, d, old, db.StepDone, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("the stale worker's outcome: %v", err)
	}
	if s := steps(t, d, "run-one")[0]; s.State != db.StepInDoubt {
		t.Errorf("the step is %s", s.State)
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE run_step SET state = 'done', finished = 1, fence = 1 WHERE run = 'run-one'`)
		return err
	})
	if err == nil {
		t.Error("an outcome under another fence was written past the methods")
	}
}

// TestOneRunPerTarget: a second run waits until the first has ended.
func TestOneRunPerTarget(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	ctx := t.Context()
	startRun(t, d, "run-one", "workspace/1")
	take := func() (holder string) {
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			holder, err = tx.TakeTargets(ctx, "contoso", "run-two", []string{"workspace/0", "workspace/1"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return holder
	}
	startRun(t, d, "run-two", "workspace/9")
	if got := take(); got != "run-one" {
		t.Errorf("the second run was told %q", got)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return tx.FinishRun(ctx, "run-one", db.RunFailed, "x") }); err != nil {
		t.Fatal(err)
	}
	if got := take(); got != "" {
		t.Errorf("the target is still held by %q", got)
	}
}

// TestMovesOfSteps: only the moves of the table are written, whoever tries.
func TestMovesOfSteps(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	ctx := t.Context()
	may := map[string]bool{"ready>intent": true, "ready>skipped": true, "ready>failed": true}
	for _, to := range []string{"intent", "settling", "in_doubt", "done", "failed", "skipped", "undone"} {
		id := "run-" + to
		s := startRun(t, d, id, "workspace/"+to)
		err := move(ctx, d, s, db.StepState(to), true)
		if (err == nil) != may["ready>"+to] {
			t.Errorf("ready to %s: %v", to, err)
		}
	}
	for _, q := range []string{
		`DELETE FROM run_step`, `DELETE FROM run`, `UPDATE run SET plan = 'x'`,
		`UPDATE run_step SET operator = 1 WHERE state = 'ready'`,
		`UPDATE target_lock SET fence = 0`, `UPDATE target_lock SET run = 'run-done' WHERE key = 'workspace/intent'`,
	} {
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, q); return err }); err == nil {
			t.Errorf("the database let this pass: %s", q)
		}
	}
}

// TestResolveOnlyDoubt: a person decides about steps in doubt only, and it is
// in the ledger.
func TestResolveOnlyDoubt(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, func() time.Time { return time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC) })
	ctx := t.Context()
	by := ledger.Entry{Actor: ledger.Actor{Kind: ledger.Person, Tenant: "t", ID: "o", Name: "Olga"}}
	s := startRun(t, d, "run-one", "workspace/1")
	if err := d.ResolveStep(ctx, "run-one", "s1", db.ChooseRedo, "", by); !fault.Is(err, fault.Conflict) {
		t.Errorf("a ready step was resolved: %v", err)
	}
	if err := move(ctx, d, s, db.StepIntent, true); err != nil {
		t.Fatal(err)
	}
	if err := move(ctx, d, steps(t, d, "run-one")[0], db.StepInDoubt, true); err != nil {
		t.Fatal(err)
	}
	if err := d.ResolveStep(ctx, "run-one", "s1", "perhaps", "", by); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown choice: %v", err)
	}
	if err := d.ResolveStep(ctx, "run-one", "s1", db.ChooseAdopt, "x", by); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.Reader().QueryRow(ctx, `SELECT count(*) FROM ledger WHERE action = 'step.resolve' AND body ->> '$.details.resolution' = 'adopt'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d entries (%v)", n, err)
	}
	if doubts, err := d.Reader().StepsInDoubt(ctx); err != nil || len(doubts) != 1 || doubts[0].Choice != db.ChooseAdopt {
		t.Errorf("in doubt: %+v (%v)", doubts, err)
	}
}

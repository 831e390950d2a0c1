package fulfil

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/workflow"
)

// finish ends a run whose steps have all ended.
func (e *Engine) finish(ctx context.Context, j *job) (workflow.Next, error) {
	state, note := outcome(j.steps)
	return e.close(ctx, j, state, note)
}

// cancel ends a run between two steps, as a person asked. What was done stays.
func (e *Engine) cancel(ctx context.Context, j *job) (workflow.Next, error) {
	for _, s := range j.steps {
		if s.State == db.StepReady {
			if err := e.skip(ctx, j, s, "Not done: "+j.run.AskedBy+" cancelled the run."); err != nil {
				return workflow.Next{}, err
			}
		}
	}
	_, note := outcome(j.steps)
	return e.close(ctx, j, db.RunCancelled, "Cancelled by "+j.run.AskedBy+". What was done before stays. "+note)
}

// outcome judges a run by its steps: done only when every step of the plan is.
func outcome(steps []db.RunStep) (db.RunState, string) {
	count := map[db.StepState]int{}
	var first string
	total, kept := 0, 0
	for _, s := range steps {
		if s.Undoes != "" {
			if s.State != db.StepDone {
				kept++
			}
			continue
		}
		total++
		count[s.State]++
		if s.State == db.StepFailed && first == "" {
			first = s.Says + ": " + s.Note
		}
	}
	amiss := findings(steps)
	if count[db.StepDone] == total {
		return db.RunDone, strings.TrimSpace(fmt.Sprintf("All %d steps are done. ", total) + amiss)
	}
	parts := []string{fmt.Sprintf("%d of %d steps are done", count[db.StepDone], total)}
	for _, p := range []struct {
		n    int
		text string
	}{{count[db.StepFailed], "failed"}, {count[db.StepSkipped], "skipped"}, {count[db.StepUndone], "taken back"}, {kept, "not taken back"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.text))
		}
	}
	return db.RunFailed, strings.TrimSpace(strings.Join(parts, ", ") + ". " + first + " " + amiss)
}

// findings says what is amiss although the steps are done.
func findings(steps []db.RunStep) string {
	n, first := 0, ""
	for _, s := range steps {
		if s.Finding != "" {
			if n++; n == 1 {
				first = s.Says + ": " + s.Finding
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "It ends with a finding. " + first
	}
	return fmt.Sprintf("It ends with %d findings. The first: %s", n, first)
}

// close writes the end of a run down, at the run and at its order.
func (e *Engine) close(ctx context.Context, j *job, state db.RunState, note string) (workflow.Next, error) {
	err := e.cfg.Write(ctx, "finish", func(tx *db.Tx) error {
		if err := tx.FinishRun(ctx, j.run.ID, state, note); err != nil {
			return err
		}
		if err := e.cfg.Orders.Finish(ctx, tx, j.run, state, note); err != nil {
			return err
		}
		o := ledger.Done
		if state != db.RunDone {
			o = ledger.Failed
		}
		return tx.Record(ctx, runEntry(j.run, ledger.RunFinish, o, note))
	})
	if err != nil {
		return workflow.Next{}, err
	}
	if e.cfg.After != nil {
		e.cfg.After(ctx, Ended{Run: j.run.ID, State: state, Workspaces: j.workspaces()})
	}
	return workflow.Next{Ended: true}, nil
}

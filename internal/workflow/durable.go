package workflow

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // lets DBOS read SQLite's error codes

	"steward/internal/fault"
)

const (
	appName = "steward"
	// version and executor are fixed: by default DBOS takes the binary's hash,
	// and leaves the runs of an older binary lying.
	version  = "1"
	executor = "portal"
	// schema is PostgreSQL's.
	schema = "steward_runs"

	workflowName = "run"
	turnName     = "turn"
	wakeTopic    = "wake"
	// recoveries is how often a run may be taken up again: always. Giving a run
	// up after a number of crashes would leave a change half done.
	recoveries = 1 << 30

	// pause is how long a run rests after an error of its Work.
	pause = 5 * time.Second
	// longest is the longest wait in one piece; a clock that was set back must
	// not make a wait endless.
	longest = 10 * time.Minute
	// kept is how long ended workflows stay to be looked at.
	kept = 90 * 24 * time.Hour
)

// run is what a workflow is about.
type run struct {
	Work string `json:"work"`
	ID   string `json:"id"`
}

// turn is what one Advance came to.
type turn struct {
	Ended bool `json:"ended,omitempty"`
	// Wait is how long the run rests; 0 for not at all. It is written down so
	// that a workflow that is replayed takes the same way.
	Wait time.Duration `json:"wait,omitempty"`
	// Problem is why nothing was done.
	Problem string `json:"problem,omitempty"`
}

// open connects DBOS with its database and brings its schema up to date.
func open(ctx context.Context, cfg Config) (dbos.Context, error) {
	c := dbos.Config{AppName: appName, ApplicationVersion: version, ExecutorID: executor, Logger: quiet(cfg.Log), SQLiteSystemDB: cfg.SQLite}
	where := "workflow.db"
	if cfg.PostgreSQL != "" {
		c.SQLiteSystemDB, c.DatabaseURL, c.DatabaseSchema = nil, cfg.PostgreSQL, schema
		where = "the PostgreSQL database of workflow_database"
	}
	// The end of ctx must not cancel the runs: a stop leaves them as they are.
	d, err := dbos.NewContext(context.WithoutCancel(ctx), c)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The runs' own records in %s cannot be opened. What was agreed and done is not in there but in portal.db: mend the database, or put an empty one in its place.", where)
	}
	return d, nil
}

// carry is the workflow of one run. It must take the same way when replayed,
// so that all it decides by is in its recorded turns.
func (r *Runner) carry(ctx dbos.Context, in run) (string, error) {
	id, err := dbos.GetWorkflowID(ctx)
	if err != nil {
		return "", err
	}
	r.enter(in.ID, id)
	defer r.leave(in.ID)
	for range r.cfg.Turns {
		t, err := dbos.RunAsStep(ctx, func(ctx context.Context) (turn, error) { return r.turn(ctx, in) }, dbos.WithStepName(turnName))
		if err != nil {
			return "", err
		}
		if t.Ended {
			return "ended", nil
		}
		if t.Wait <= 0 {
			continue
		}
		r.waiting(in.ID, true)
		_, err = dbos.Recv[string](ctx, wakeTopic, min(t.Wait, longest))
		r.waiting(in.ID, false)
		if err != nil && !errors.Is(err, dbos.ErrTimeout) {
			return "", err
		}
	}
	return "carried on by another workflow", nil
}

// turn takes one step of a run, when one of the workers is free.
func (r *Runner) turn(ctx context.Context, in run) (turn, error) {
	select {
	case r.free <- struct{}{}:
	case <-ctx.Done():
		return turn{}, ctx.Err()
	}
	defer func() { <-r.free }()
	if ctx.Err() != nil {
		return turn{}, ctx.Err()
	}
	next, err := r.advance(in)
	if err != nil {
		r.cfg.Log.WarnContext(ctx, "a step of a run was not taken", "run", in.ID, "error", err)
		return turn{Wait: pause, Problem: fault.Sentence(err)}, nil
	}
	return turn{Ended: next.Ended, Wait: max(0, next.At.Sub(r.cfg.Now()))}, nil
}

// life is a run's workflow in this process.
type life struct {
	// id is the workflow's: the run's, with ~2, ~3 … for those that follow it.
	id string
	// waits is whether it rests and nobody has woken it.
	waits bool
}

func (r *Runner) enter(id, workflow string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[id] = &life{id: workflow}
}

func (r *Runner) leave(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, id)
}

// waiting notes whether a run rests.
func (r *Runner) waiting(id string, yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[id].waits = yes
}

// rouse returns the workflow of a run that rests, and whether there is one in
// this process at all.
func (r *Runner) rouse(id string) (resting string, there bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.live[id]
	if !ok || !l.waits {
		return "", ok
	}
	l.waits = false
	return l.id, true
}

// goOn wakes the workflow of a run, or starts one when it has none, or the one
// it had has come to an end while the run has not.
func (r *Runner) goOn(in run) error {
	resting, there := r.rouse(in.ID)
	if resting != "" {
		return dbos.Send(r.dbos, resting, "go on", wakeTopic)
	}
	if there {
		return nil
	}
	for n := 1; ; n++ {
		id := in.ID
		if n > 1 {
			id += "~" + strconv.Itoa(n)
		}
		known, err := dbos.ListWorkflows(r.dbos, dbos.WithFilterWorkflowIDs(id), dbos.WithFilterLoadInput(false), dbos.WithFilterLoadOutput(false))
		if err != nil {
			return fmt.Errorf("workflow %s: %w", id, err)
		}
		if len(known) == 0 {
			// One only: it may end at once, when the run has ended since it was due.
			if _, err := dbos.RunWorkflow(r.dbos, r.carry, in, dbos.WithWorkflowID(id)); err != nil {
				return fmt.Errorf("workflow %s: %w", id, err)
			}
			return nil
		}
		switch known[0].Status {
		case dbos.WorkflowStatusPending, dbos.WorkflowStatusEnqueued, dbos.WorkflowStatusDelayed:
			return nil
		}
		// It has ended, and yet the run is due: the next one carries it on.
	}
}

// forget deletes what ended long ago.
func (r *Runner) forget(ctx context.Context) {
	old, err := dbos.ListWorkflows(r.dbos, dbos.WithFilterCompletedBefore(time.Now().Add(-kept)), dbos.WithFilterLoadInput(false), dbos.WithFilterLoadOutput(false))
	if err != nil {
		r.cfg.Log.WarnContext(ctx, "old records of runs were not deleted", "error", err)
		return
	}
	ids := make([]string, 0, len(old))
	for _, w := range old {
		ids = append(ids, w.ID)
	}
	if len(ids) == 0 {
		return
	}
	if err := dbos.DeleteWorkflows(r.dbos, ids); err != nil {
		r.cfg.Log.WarnContext(ctx, "old records of runs were not deleted", "error", err)
	}
}

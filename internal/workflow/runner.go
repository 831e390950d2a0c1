package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// Next says what a run does after a step.
type Next struct {
	// Ended means that there is nothing more to do.
	Ended bool
	// At is when to come back; the zero time means at once.
	At time.Time
}

// Work is what the runner keeps going.
type Work interface {
	// Recover puts in order what a crash has left. It is called once, first.
	Recover(ctx context.Context) error
	// Due returns the ids of the runs that may go on now, new ones included.
	Due(ctx context.Context) ([]string, error)
	// Advance does the next step of a run. It is never called twice at once
	// for one run, but may be called again for what it has done already. Its
	// context ends only when a stop cannot wait any longer.
	Advance(ctx context.Context, id string) (Next, error)
}

// Config is what a Runner needs.
type Config struct {
	// Works are kept going under their names; the ids of their runs differ.
	Works map[string]Work
	// SQLite is the open workflow.db. The Runner closes it.
	SQLite *sql.DB
	// PostgreSQL is the connection string of a database that is used instead.
	PostgreSQL string
	// Workers is how many runs advance at once; 4 when 0.
	Workers int
	// Poll is how often Due is asked without being woken; 2 s when 0.
	Poll time.Duration
	// Grace is how long a stop lets steps finish; 20 s when 0.
	Grace time.Duration
	// Turns is after how many turns a run is carried on by a new workflow, so
	// that its record stays short; 1,000 when 0.
	Turns int
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	Log *slog.Logger
}

// Runner keeps runs going until its context ends.
type Runner struct {
	cfg  Config
	dbos dbos.Context
	wake chan struct{}
	free chan struct{}
	// hard ends when a stop cannot wait any longer.
	hard context.Context
	cut  context.CancelFunc

	mu   sync.Mutex
	live map[string]*life
}

// New opens the database of the runs and returns a Runner; Run starts it. It
// must be run or closed.
func New(ctx context.Context, cfg Config) (*Runner, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = 4
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 2 * time.Second
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 20 * time.Second
	}
	if cfg.Turns <= 0 {
		cfg.Turns = 1000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{cfg: cfg, wake: make(chan struct{}, 1), free: make(chan struct{}, cfg.Workers), live: map[string]*life{}}
	r.hard, r.cut = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if r.dbos, err = open(ctx, cfg); err != nil {
		r.cut()
		return nil, err
	}
	dbos.RegisterWorkflow(r.dbos, r.carry, dbos.WithWorkflowName(workflowName), dbos.WithMaxRecoveryAttempts(recoveries))
	return r, nil
}

// Wake makes the runner look for work at once: something was agreed, resumed or
// decided.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Close gives back what New opened, for a Runner that was never run.
func (r *Runner) Close() error {
	r.cut()
	return dbos.Shutdown(r.dbos, time.Second)
}

// Run works until ctx ends. It then begins no further step, lets those under
// way finish for Grace, ends their context, and returns when all have.
func (r *Runner) Run(ctx context.Context) error {
	defer r.cut()
	if err := r.launch(ctx); err != nil {
		return errors.Join(err, r.Close())
	}
	for {
		r.start(ctx)
		t := time.NewTimer(r.cfg.Poll)
		select {
		case <-ctx.Done():
			t.Stop()
			return r.stop()
		case <-r.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

func (r *Runner) launch(ctx context.Context) error {
	for name, w := range r.cfg.Works {
		if err := w.Recover(ctx); err != nil {
			return fmt.Errorf("recover %s: %w", name, err)
		}
	}
	if err := dbos.Launch(r.dbos); err != nil {
		return fmt.Errorf("launch the runs: %w", err)
	}
	r.forget(ctx)
	return nil
}

// start gives every run that may go on a workflow, or wakes the one it has.
func (r *Runner) start(ctx context.Context) {
	for name, w := range r.cfg.Works {
		ids, err := w.Due(ctx)
		if err != nil {
			if ctx.Err() == nil {
				r.cfg.Log.ErrorContext(ctx, "which runs may go on could not be read", "of", name, "error", err)
			}
			continue
		}
		for _, id := range ids {
			if err := r.goOn(run{Work: name, ID: id}); err != nil && ctx.Err() == nil {
				r.cfg.Log.WarnContext(ctx, "a run does not go on; it is tried again", "run", id, "error", err)
			}
		}
	}
}

// stop waits for the steps under way, and cuts them off when that takes long.
func (r *Runner) stop() error {
	soft := time.AfterFunc(r.cfg.Grace, r.cut)
	defer soft.Stop()
	err := dbos.Shutdown(r.dbos, r.cfg.Grace+5*time.Second)
	if r.hard.Err() != nil {
		return errors.Join(errors.New("a step was cut off because it did not end in time; it is looked for at the next start"), err)
	}
	return err
}

// advance is one Advance; a panic in it ends this run's turn, not the portal.
func (r *Runner) advance(in run) (next Next, err error) {
	w, ok := r.cfg.Works[in.Work]
	if !ok {
		return Next{}, fmt.Errorf("nobody works for %q any more", in.Work)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in run %s: %v\n%s", in.ID, p, debug.Stack())
		}
	}()
	return w.Advance(r.hard, in.ID)
}

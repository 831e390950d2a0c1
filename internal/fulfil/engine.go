package fulfil

import (
	"context"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/policy"
	"steward/internal/request"
	"steward/internal/workflow"
)

// Orders is what was agreed, and keeps being agreed. db.Orders is one.
type Orders interface {
	// Due returns the orders of a tenant that may begin now.
	Due(ctx context.Context, tenant string, now time.Time) ([]db.Order, error)
	// Begin marks an order as begun; Conflict when it may not begin any more.
	Begin(ctx context.Context, tx *db.Tx, o db.Order) error
	// Valid returns nil while the agreement a run rests on holds.
	Valid(ctx context.Context, tx *db.Tx, r db.Run) error
	// Judged returns nil while the policies that judged it are in force; it is
	// asked before each step but those that take one back.
	Judged(ctx context.Context, tx *db.Tx, r db.Run) error
	// Finish writes down at the order how its run ended.
	Finish(ctx context.Context, tx *db.Tx, r db.Run, state db.RunState, note string) error
}

// Config is what an Engine needs.
type Config struct {
	db.Acting
	// Executor makes the calls. It is another registration than the scanner's.
	Executor *pbi.Executor
	Orders   Orders
	// Policies are in force; a promotion is judged by them once more before it
	// begins. Nil means by none.
	Policies func() *policy.Set
	// After is told of a run that ended, so that a scan can look at what it
	// did. Nil means nobody.
	After func(ctx context.Context, e Ended)
	// Files keeps the content that runs read: backups, and what goes elsewhere.
	// Without it no run moves content.
	Files *db.Files
	// Settle is the first wait before a lost write is looked for; it doubles up
	// to SettleMost, after which a person decides. 0 means 60 s and 15 min.
	Settle, SettleMost time.Duration
}

// Ended is a run that ended.
type Ended struct {
	Run   string
	State db.RunState
	// Workspaces are the ids of those it made or changed.
	Workspaces []string
}

// Engine carries out the runs of one tenant. Advance may be called for several
// runs at once, but only once at a time for each.
type Engine struct{ cfg Config }

// New checks cfg and returns an Engine.
func New(cfg Config) (*Engine, error) {
	if err := cfg.Ready(); err != nil || cfg.Executor == nil || cfg.Orders == nil {
		return nil, errors.Join(errors.New("fulfil: database, executor, orders and clock are required"), err)
	}
	if cfg.Settle <= 0 {
		cfg.Settle = time.Minute
	}
	if cfg.SettleMost <= 0 {
		cfg.SettleMost = 15 * time.Minute
	}
	return &Engine{cfg: cfg}, nil
}

// Due begins what was agreed since and returns the runs that can go on now. It
// is what heals a crash between an agreement and its run.
func (e *Engine) Due(ctx context.Context) ([]string, error) {
	orders, err := e.cfg.Orders.Due(ctx, e.cfg.Tenant, e.cfg.Now())
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if err := e.begin(ctx, o); err != nil {
			// One order that cannot begin must not keep the others.
			e.cfg.Log.ErrorContext(ctx, "run not begun", "request", o.Request, "error", err)
		}
	}
	runs, err := e.cfg.DB.Reader().OpenRuns(ctx, e.cfg.Tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range runs {
		if r.Wake.IsZero() || !r.Wake.After(e.cfg.Now()) {
			out = append(out, r.ID)
		}
	}
	return out, nil
}

// Recover marks every step as in doubt whose write may have been under way
// when the portal last stopped. Call it once, before the first Advance.
func (e *Engine) Recover(ctx context.Context) error {
	runs, err := e.cfg.DB.Reader().OpenRuns(ctx, e.cfg.Tenant)
	if err != nil {
		return err
	}
	for _, r := range runs {
		steps, err := e.cfg.DB.Reader().RunSteps(ctx, r.ID)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if s.State == db.StepIntent {
				if err := e.lost(ctx, r, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// lost marks a step in doubt whose outcome nobody wrote down.
func (e *Engine) lost(ctx context.Context, r db.Run, s db.RunStep) error {
	if onlyReads(s.Operation) {
		return e.unchecked(ctx, r, s)
	}
	return e.cfg.Write(ctx, "in doubt "+s.ID, func(tx *db.Tx) error {
		was, fence := s.State, s.Fence
		var err error
		if s.Fence, err = tx.Fence(ctx, r.Tenant, s.Lock, r.ID); err != nil {
			return err
		}
		s.State, s.Looks, s.Wake = db.StepInDoubt, 0, tx.Now.Add(e.cfg.Settle)
		s.Note = "The portal stopped before it knew whether this took effect. It will look."
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(r, s, ledger.StepWrite, ledger.InDoubt, s.Note))
	})
}

// Advance does the next thing in a run and says when to come back.
func (e *Engine) Advance(ctx context.Context, id string) (workflow.Next, error) {
	j, err := e.load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		// The portal's own file is older than the runs': it was restored.
		return workflow.Next{Ended: true}, nil
	}
	if err != nil || j.run.Ended() {
		return workflow.Next{Ended: err == nil}, err
	}
	if holder, err := e.lock(ctx, j); err != nil || holder != "" {
		return e.park(ctx, j, "Another run ("+holder+") changes the same target. This one goes on when it has ended.", recheck, err)
	}
	if s, open := j.unsettled(); open {
		switch s.State {
		case db.StepIntent:
			return workflow.Next{}, e.lost(ctx, j.run, s)
		case db.StepSettling:
			return e.settle(ctx, j, s)
		default:
			return e.doubt(ctx, j, s)
		}
	}
	if !j.run.Cancel.IsZero() {
		return e.cancel(ctx, j)
	}
	s, left := j.ready()
	if !left {
		return e.finish(ctx, j)
	}
	if why := j.unmet(s); why != "" {
		return workflow.Next{}, e.skip(ctx, j, s, why)
	}
	if why, wait, err := e.kept(ctx, j); why != "" || err != nil {
		return e.park(ctx, j, why, wait, err)
	}
	if s.Wake.After(e.cfg.Now()) {
		return e.rest(ctx, j, s.Note, s.Wake)
	}
	return e.do(ctx, j, s)
}

const (
	// recheck is how soon a run is looked at again that waits for another one,
	// or for the second place of the ledger.
	recheck = 30 * time.Second
	// remind is the same for one that waits for a person, whose word wakes it.
	remind = 5 * time.Minute
)

// kept says why a run must not begin a step now, when it must not, and when to
// ask again.
func (e *Engine) kept(ctx context.Context, j *job) (string, time.Duration, error) {
	if !j.run.Paused.IsZero() {
		return "Paused by " + j.run.AskedBy + ".", remind, nil
	}
	h, held, err := e.cfg.DB.Reader().Hold(ctx, j.run.Tenant)
	if err != nil {
		return "", 0, err
	}
	if held {
		return "Changes in the tenant are on hold since " + h.By + " stopped them: " + h.Reason, remind, nil
	}
	if err := e.cfg.Privileged(); err != nil {
		return fault.Sentence(err), recheck, nil
	}
	return "", 0, nil
}

// park leaves a run until something outside it changes.
func (e *Engine) park(ctx context.Context, j *job, why string, wait time.Duration, err error) (workflow.Next, error) {
	if err != nil {
		return workflow.Next{}, err
	}
	return e.rest(ctx, j, why, e.cfg.Now().Add(wait))
}

// rest leaves a run until a time, with the reason on its page.
func (e *Engine) rest(ctx context.Context, j *job, why string, until time.Time) (workflow.Next, error) {
	err := e.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.RunWaits(ctx, j.run.ID, why, until) })
	return workflow.Next{At: until}, err
}

// lock takes the targets of a run; the id of the run that has one of them.
func (e *Engine) lock(ctx context.Context, j *job) (holder string, err error) {
	err = e.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		holder, err = tx.TakeTargets(ctx, j.run.Tenant, j.run.ID, j.locks())
		return err
	})
	return holder, err
}

// load reads a run with its plan, which must be the one that was agreed to.
func (e *Engine) load(ctx context.Context, id string) (*job, error) {
	r := e.cfg.DB.Reader()
	run, err := r.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	if got := request.HashOf(run.Plan); got != run.PlanHash {
		return nil, fault.New(fault.Conflict, "The plan of run %s is not the one that was agreed to. Nothing more is done; check the database with “portal ledger verify”.", id)
	}
	plan, err := request.ParsePlan(run.Plan)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	steps, err := r.RunSteps(ctx, id)
	if err != nil {
		return nil, err
	}
	j := &job{run: run, plan: plan, steps: steps, results: map[string]map[string]string{}}
	if run.Later != "" {
		first, err := r.RunSteps(ctx, run.Request)
		if err != nil {
			return nil, err
		}
		j.know(first)
	}
	j.know(steps)
	return j, nil
}

package refreshrun

import (
	"context"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/refreshplan"
	"steward/internal/workflow"
)

// Config is what an Engine needs.
type Config struct {
	db.Acting
	// Executor makes the calls.
	Executor *pbi.Executor
	// NewID makes the ids of runs.
	NewID func() string
	// Bounds are how much all plans of the tenant refresh at the same time; zero
	// fields mean 12 in all and 6 on a capacity.
	Bounds refreshplan.Bounds
	// Settle is the first wait before a lost start is looked for; it doubles.
	// 0 means a minute. Poll and PollMost bound how often a refresh under way is
	// asked about; 0 means 5 and 30 s.
	Settle, Poll, PollMost time.Duration
}

// Engine carries out the refresh plans of one tenant; it is a workflow.Work.
type Engine struct {
	cfg   Config
	plans cache
}

// New checks cfg and returns an Engine.
func New(cfg Config) (*Engine, error) {
	if err := cfg.Ready(); err != nil || cfg.Executor == nil || cfg.NewID == nil {
		return nil, errors.Join(errors.New("refreshrun: database, executor, clock and ids are required"), err)
	}
	if cfg.Bounds == (refreshplan.Bounds{}) {
		cfg.Bounds = refreshplan.Bounds{Total: 12, PerCapacity: 6}
	}
	if cfg.Settle <= 0 {
		cfg.Settle = time.Minute
	}
	if cfg.Poll <= 0 {
		cfg.Poll, cfg.PollMost = 5*time.Second, 30*time.Second
	}
	return &Engine{cfg: cfg, plans: cache{kept: map[string]refreshplan.Plan{}}}, nil
}

// Recover implements workflow.Work. A start without an outcome is found by the
// next Advance.
func (e *Engine) Recover(context.Context) error { return nil }

// Due implements workflow.Work: it begins the plans whose time has come, and
// returns the runs that can go on.
func (e *Engine) Due(ctx context.Context) ([]string, error) {
	if err := e.byClock(ctx); err != nil {
		return nil, err
	}
	runs, err := e.cfg.DB.Reader().OpenPlanRuns(ctx, e.cfg.Tenant)
	var out []string
	for _, r := range runs {
		if !r.Wake.After(e.cfg.Now()) {
			out = append(out, r.ID)
		}
	}
	return out, err
}

// job is a run as it was read.
type job struct {
	run   db.PlanRun
	plan  refreshplan.Plan
	nodes []db.PlanNode
	// open are the starts that have no outcome, by node; tries counts all of them.
	open  map[string]db.PlanTry
	tries map[string]int
	quota map[string]refreshplan.Quota
	// wake is when the run goes on by itself.
	wake time.Time
}

func (e *Engine) load(ctx context.Context, id string) (*job, error) {
	r := e.cfg.DB.Reader()
	run, err := r.PlanRun(ctx, id)
	if err != nil {
		return nil, err
	}
	j := &job{run: run, open: map[string]db.PlanTry{}, tries: map[string]int{}, quota: map[string]refreshplan.Quota{}}
	if j.plan, err = e.plans.version(ctx, r, run.Plan, run.Version); err != nil {
		return nil, err
	}
	if j.nodes, err = r.PlanNodes(ctx, id); err != nil {
		return nil, err
	}
	tries, err := r.PlanTries(ctx, id)
	for _, t := range tries {
		j.tries[t.Name]++
		if t.State.Open() {
			j.open[t.Name] = t
		}
	}
	return j, err
}

// node returns a node's row and what the plan says of it.
func (j *job) node(name string) (db.PlanNode, refreshplan.Node) {
	n, _ := j.plan.Node(name)
	for _, row := range j.nodes {
		if row.Name == name {
			return row, n
		}
	}
	return db.PlanNode{Run: j.run.ID, Name: name}, n
}

// later notes a moment at which the run goes on.
func (j *job) later(at time.Time) {
	if !at.IsZero() && (j.wake.IsZero() || at.Before(j.wake)) {
		j.wake = at
	}
}

// Advance implements workflow.Work.
func (e *Engine) Advance(ctx context.Context, id string) (workflow.Next, error) {
	j, err := e.load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return workflow.Next{Ended: true}, nil // the portal's file is older than the runs': it was restored
	}
	if err != nil || j.run.Ended() {
		return workflow.Next{Ended: err == nil}, err
	}
	moved, err := e.follow(ctx, j)
	if err != nil || moved {
		return workflow.Next{}, err
	}
	state, err := e.state(ctx, j)
	if err != nil {
		return workflow.Next{}, err
	}
	actions := refreshplan.Next(&j.plan, state, e.cfg.Now())
	if actions[0].Do == refreshplan.Finish && len(j.open) > 0 {
		return e.rest(ctx, j, "A refresh that was given up and cannot be stopped is still under way. The run ends with it.")
	}
	if actions[0].Do == refreshplan.Finish {
		return e.finish(ctx, j, refreshplan.Outcome(actions[0].Reason))
	}
	why, err := e.kept(ctx)
	if err != nil {
		return workflow.Next{}, err
	}
	acted := false
	for _, a := range actions {
		switch {
		case a.Do == refreshplan.Wait:
			j.later(a.At)
		case why != "" && a.Do != refreshplan.Lose && a.Do != refreshplan.Skip && a.Do != refreshplan.Fail:
			j.later(e.cfg.Now().Add(30 * time.Second))
		default:
			if err := e.act(ctx, j, state, a); err != nil {
				return workflow.Next{}, err
			}
			acted = true
		}
	}
	if acted {
		return workflow.Next{}, nil
	}
	return e.rest(ctx, j, why)
}

// rest leaves the run until something can change; never longer than a minute,
// because a person or another run may change something, too.
func (e *Engine) rest(ctx context.Context, j *job, why string) (workflow.Next, error) {
	j.later(e.cfg.Now().Add(time.Minute))
	for _, t := range j.open {
		j.later(t.Wake)
	}
	err := e.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.PlanRunWaits(ctx, j.run.ID, why, j.wake) })
	return workflow.Next{At: j.wake}, err
}

// state is the run as package refreshplan decides about it.
func (e *Engine) state(ctx context.Context, j *job) (refreshplan.State, error) {
	s := refreshplan.State{Started: j.run.Started, Cancelled: !j.run.Cancel.IsZero(), CancelledBy: j.run.CancelBy,
		Nodes: map[string]refreshplan.Status{}, Capacity: map[string]string{}, Quota: j.quota, Bounds: e.cfg.Bounds}
	for _, n := range j.nodes {
		s.Nodes[n.Name], s.Capacity[n.Name] = n.Status, n.Capacity
	}
	var err error
	s.Elsewhere, err = e.cfg.DB.Reader().PlanLoad(ctx, j.run.Tenant, j.run.ID)
	return s, err
}

// kept says why nothing is sent now; empty when it may be.
func (e *Engine) kept(ctx context.Context) (string, error) {
	h, held, err := e.cfg.DB.Reader().Hold(ctx, e.cfg.Tenant)
	if err != nil {
		return "", err
	}
	if held {
		return "Changes in the tenant are on hold since " + h.By + " stopped them: " + h.Reason, nil
	}
	if err := e.cfg.Privileged(); err != nil {
		return fault.Sentence(err), nil
	}
	return "", nil
}

// act does one thing that was decided.
func (e *Engine) act(ctx context.Context, j *job, s refreshplan.State, a refreshplan.Action) error {
	row, n := j.node(a.Node)
	switch a.Do {
	case refreshplan.Ask:
		return e.ask(ctx, j, row, n)
	case refreshplan.Check:
		return e.check(ctx, j, row, n)
	case refreshplan.Begin:
		return e.begin(ctx, j, s, row, n)
	case refreshplan.Cancel:
		row.Phase, row.Reason = refreshplan.Cancelling, a.Reason
	case refreshplan.Skip:
		row.Phase, row.Reason = refreshplan.Skipped, a.Reason
	case refreshplan.Lose:
		row.Phase, row.Reason = refreshplan.Lost, a.Reason
	case refreshplan.Fail:
		row.Phase, row.Reason, row.Lingers = refreshplan.Failed, a.Reason, true
	case refreshplan.Wait, refreshplan.Finish:
	}
	return e.save(ctx, string(a.Do)+" "+row.Name, row)
}

func (e *Engine) save(ctx context.Context, what string, row db.PlanNode) error {
	return e.cfg.Write(ctx, what, func(tx *db.Tx) error { return tx.SavePlanNode(ctx, row) })
}

// entry begins a ledger entry about a run.
func entry(r db.PlanRun, name string, a ledger.Action, o ledger.Outcome, why string) ledger.Entry {
	return ledger.Entry{Action: a, Outcome: o, Actor: ledger.Actor{Kind: ledger.System, Name: "executor"}, Reason: why,
		Object:  ledger.Object{Kind: "refresh-plan", ID: r.Plan, Name: name, Tenant: r.Tenant},
		Details: map[ledger.Detail]string{ledger.Run: r.ID, ledger.Version: fmt.Sprint(r.Version)}}
}

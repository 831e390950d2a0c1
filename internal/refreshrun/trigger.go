package refreshrun

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/refreshplan"
	"steward/internal/workflow"
)

// cache keeps the plans that were read, by id and version; a version never
// changes.
type cache struct {
	mu   sync.Mutex
	kept map[string]refreshplan.Plan
}

func (c *cache) read(id string, version int64, yaml string) (refreshplan.Plan, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := fmt.Sprintf("%s %d", id, version)
	if p, ok := c.kept[key]; ok {
		return p, nil
	}
	p, err := db.RefreshPlan{ID: id, Version: version, YAML: yaml}.Plan()
	if err == nil {
		c.kept[key] = p
	}
	return p, err
}

// version reads one version of a plan.
func (c *cache) version(ctx context.Context, r *db.Reader, id string, version int64) (refreshplan.Plan, error) {
	all, err := r.PlanVersions(ctx, id)
	if err != nil {
		return refreshplan.Plan{}, err
	}
	i := slices.IndexFunc(all, func(v db.PlanVersion) bool { return v.Version == version })
	if i < 0 {
		return refreshplan.Plan{}, fault.New(fault.NotFound, "There is no version %d of plan %s.", version, id)
	}
	return c.read(id, version, all[i].YAML)
}

// lateMost is how late a run may begin by the clock; a moment that was missed
// by more, while the portal was not running, is not made up for.
const lateMost = time.Hour

// byClock begins the plans whose moment has come.
func (e *Engine) byClock(ctx context.Context) error {
	plans, err := e.cfg.DB.Reader().RefreshPlans(ctx, e.cfg.Tenant)
	if err != nil {
		return err
	}
	now := e.cfg.Now()
	for _, p := range plans {
		plan, err := e.plans.read(p.ID, p.Version, p.YAML)
		if err != nil {
			e.cfg.Log.ErrorContext(ctx, "a refresh plan cannot be read", "plan", p.ID, "error", err)
			continue
		}
		at := plan.Start.Next(p.Looked)
		if at.IsZero() || at.After(now) {
			continue
		}
		for next := plan.Start.Next(at); !next.After(now); next = plan.Start.Next(at) {
			at = next
		}
		if err := e.onTime(ctx, p, &plan, at, now); err != nil {
			e.cfg.Log.ErrorContext(ctx, "a refresh plan did not begin", "plan", p.ID, "error", err)
		}
	}
	return nil
}

// onTime begins a plan at a moment of its schedule, or says why not.
func (e *Engine) onTime(ctx context.Context, p db.RefreshPlan, plan *refreshplan.Plan, at, now time.Time) error {
	missed := ""
	if now.Sub(at) > lateMost {
		missed = "The portal was not running at " + at.UTC().Format("2 Jan 15:04") + " UTC. The run is not made up for; start it by hand if it is needed."
	}
	run := db.PlanRun{ID: e.cfg.NewID(), Plan: p.ID, Tenant: p.Tenant, Version: p.Version, Cause: db.BySchedule}
	if missed == "" {
		err := e.cfg.Write(ctx, "schedule", func(tx *db.Tx) error {
			if err := tx.PlanLooked(ctx, p.ID, now); err != nil {
				return err
			}
			return tx.BeginPlan(ctx, run, plan, nil, entry(run, p.Name, ledger.RunStart, ledger.Done, "By its schedule."))
		})
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		missed = "Its last run had not ended when the next one was due."
	}
	return e.cfg.Write(ctx, "missed", func(tx *db.Tx) error {
		if err := tx.PlanLooked(ctx, p.ID, now); err != nil {
			return err
		}
		return tx.Record(ctx, entry(run, p.Name, ledger.RunStart, ledger.Refused, missed))
	})
}

// finish ends a run, and begins the plans that follow it when it ended well.
func (e *Engine) finish(ctx context.Context, j *job, out refreshplan.Outcome) (workflow.Next, error) {
	note := summary(j)
	plans, err := e.cfg.DB.Reader().RefreshPlans(ctx, e.cfg.Tenant)
	if err != nil {
		return workflow.Next{}, err
	}
	outcome := ledger.Done
	if out != refreshplan.Good {
		outcome = ledger.Failed
	}
	err = e.cfg.Write(ctx, "finish", func(tx *db.Tx) error {
		if err := tx.FinishPlanRun(ctx, j.run.ID, out, note); err != nil {
			return err
		}
		if err := tx.Record(ctx, entry(j.run, j.plan.Name, ledger.RunFinish, outcome, note)); err != nil || out != refreshplan.Good && out != refreshplan.Partly {
			return err
		}
		return e.following(ctx, tx, j, plans)
	})
	return workflow.Next{Ended: err == nil}, err
}

// following begins the plans that come after one, in the transaction that ends
// it. One that runs already is left alone, which its ledger says.
func (e *Engine) following(ctx context.Context, tx *db.Tx, j *job, plans []db.RefreshPlan) error {
	for _, p := range plans {
		plan, err := e.plans.read(p.ID, p.Version, p.YAML)
		if err != nil || !slices.Contains(plan.Start.After, j.run.Plan) {
			continue
		}
		run := db.PlanRun{ID: e.cfg.NewID(), Plan: p.ID, Tenant: p.Tenant, Version: p.Version, Cause: db.ByPlan, CauseBy: j.run.ID}
		err = tx.BeginPlan(ctx, run, &plan, nil, entry(run, p.Name, ledger.RunStart, ledger.Done, "After the end of "+j.plan.Name+"."))
		if fault.Is(err, fault.Conflict) {
			err = tx.Record(ctx, entry(run, p.Name, ledger.RunStart, ledger.Refused, "After the end of "+j.plan.Name+". "+fault.Sentence(err)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// summary says how a run ended, with what was not refreshed.
func summary(j *job) string {
	count := map[refreshplan.Phase]int{}
	first := ""
	for _, n := range j.nodes {
		count[n.Phase]++
		if n.Phase == refreshplan.Failed && first == "" {
			first = n.Name + " failed: " + n.Reason
		}
	}
	text := fmt.Sprintf("%d of %d nodes were refreshed", count[refreshplan.Done], len(j.nodes))
	for _, p := range []struct {
		phase refreshplan.Phase
		word  string
	}{{refreshplan.Skipped, "did not have to be"}, {refreshplan.Failed, "failed"}, {refreshplan.Lost, "were kept back"}} {
		if n := count[p.phase]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, p.word)
		}
	}
	return text + ". " + first
}

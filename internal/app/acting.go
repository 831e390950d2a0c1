package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/fulfil"
	"steward/internal/refreshrun"
	"steward/internal/scan"
	"steward/internal/secret"
	"steward/internal/workflow"
)

// acting carries out what was agreed, for each tenant with an executor. A
// tenant without one is read only: what is agreed for it waits until its
// window ends, and the set-up page says why.
type acting struct {
	portal *Portal
	// runner is nil while no tenant has an executor.
	runner *workflow.Runner
	begun  bool
	wg     sync.WaitGroup
}

// newActing builds the executors and opens the durable runs. It calls nobody
// yet; begin or close must follow.
func (p *Portal) newActing(ctx context.Context) (*acting, error) {
	a := &acting{portal: p}
	works := map[string]workflow.Work{}
	for _, t := range p.Tenants {
		if !t.Config.Executor.Configured() {
			continue
		}
		engine, plans, err := a.engines(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("tenant %s, executor: %w", t.Config.Name, err)
		}
		works[t.Config.Name], works[t.Config.Name+": refresh plans"] = traced{engine, p.traces.Tracer()}, traced{plans, p.traces.Tracer()}
	}
	if len(works) == 0 {
		return a, nil
	}
	cfg := workflow.Config{Works: works, Poll: p.runsPoll, Now: p.clock.now(), Log: p.log}
	if err := p.runsDatabase(ctx, &cfg); err != nil {
		return nil, err
	}
	runner, err := workflow.New(ctx, cfg)
	if err != nil {
		return nil, secret.Clean(err, secret.New(cfg.PostgreSQL))
	}
	a.runner = runner
	return a, nil
}

// runsDatabase says where the durable runs are kept: in workflow.db beside the
// portal's own file, or in the PostgreSQL database that is configured.
func (p *Portal) runsDatabase(ctx context.Context, cfg *workflow.Config) (err error) {
	if at := p.cfg.WorkflowDatabase; !at.IsZero() {
		text, err := at.Read()
		cfg.PostgreSQL = text.Reveal()
		return err
	}
	cfg.SQLite, err = db.OpenDurable(ctx, filepath.Join(p.cfg.DataDir, "workflow.db"))
	return err
}

// engines builds what acts in one tenant, with the executor's own registration:
// what was agreed, and the refresh plans.
func (a *acting) engines(ctx context.Context, t *Tenant) (*fulfil.Engine, *refreshrun.Engine, error) {
	p := a.portal
	executor, log, err := p.newExecutor(ctx, t.Config, p.DB.Budgets(t.Config.TenantID+"/"+t.Config.Executor.ClientID+"/writes"))
	if err != nil {
		return nil, nil, err
	}
	acts := db.Acting{DB: p.DB, Tenant: t.Config.Name, Now: p.clock.now(), Log: log}
	if p.witness != nil {
		acts.Privileged, acts.Checkpoint = p.witness.Privileged, p.witness.Checkpoint
	}
	engine, err := fulfil.New(fulfil.Config{Acting: acts, Files: p.files, Executor: executor, Orders: db.Orders{DB: p.DB, Rules: p.rulesHash}, Policies: p.rules.Set,
		After: func(ctx context.Context, e fulfil.Ended) { a.lookAfter(ctx, t, e) }})
	if err != nil {
		return nil, nil, err
	}
	planned, err := refreshrun.New(refreshrun.Config{Acting: acts, Executor: executor, NewID: func() string { return newRequestID(p.clock.now()(), rand.Reader) }})
	return engine, planned, err
}

// contentKept is how long backups, and files that were never imported, are kept.
const contentKept = 90 * 24 * time.Hour

// begin lets the executors work until ctx ends.
func (a *acting) begin(ctx context.Context) {
	if n, err := a.portal.files.Sweep(ctx, time.Now().Add(-contentKept)); err != nil || n > 0 { // files have the machine's time
		a.portal.log.Info("old backups were removed", "files", n, "error", err)
	}
	if a.runner == nil {
		return
	}
	a.begun = true
	a.wg.Go(func() {
		if err := a.runner.Run(ctx); err != nil {
			a.portal.log.Error("what was agreed is not being carried out", "error", err)
		}
	})
}

// wait returns when no step is under way any more; at most twenty seconds
// after the context of begin has ended. It also closes what was never begun.
func (a *acting) wait() {
	if a.runner != nil && !a.begun {
		if err := a.runner.Close(); err != nil {
			a.portal.log.Warn("the runs' own records were not closed", "error", err)
		}
	}
	a.wg.Wait()
}

// scanAgain is how soon a scan after a run is tried again while another one is
// under way, scanTries how often.
const (
	scanAgain = 20 * time.Second
	scanTries = 30
)

// lookAfter scans what a run has made or changed, so that its page can show
// what is really there. The scan does not hold the next run up.
func (a *acting) lookAfter(_ context.Context, t *Tenant, e fulfil.Ended) {
	if len(e.Workspaces) == 0 {
		return
	}
	a.portal.scans.goOn(func(ctx context.Context) {
		for range scanTries {
			_, err := a.portal.runScan(ctx, t, scan.Request{Kind: db.ScanTargeted, Workspaces: e.Workspaces, Cause: "request"})
			if !fault.Is(err, fault.Conflict) {
				if err != nil {
					a.portal.log.Warn("what a run did was not scanned; the next scan sees it", "run", e.Run, "error", err)
				}
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(scanAgain):
			}
		}
	})
}

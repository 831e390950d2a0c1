package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/fulfil"
	"steward/internal/pbi"
	"steward/internal/scan"
	"steward/internal/workflow"
)

// acting carries out what was agreed, for each tenant with an executor. A
// tenant without one is read only: what is agreed for it waits until its
// window ends, and the set-up page says why.
type acting struct {
	portal  *Portal
	runners []*workflow.Runner
	wg      sync.WaitGroup
}

// newActing builds the executors. It calls nobody yet.
func (p *Portal) newActing(ctx context.Context) (*acting, error) {
	a := &acting{portal: p}
	for _, t := range p.Tenants {
		if !t.Config.Executor.Configured() {
			continue
		}
		engine, err := a.engine(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("tenant %s, executor: %w", t.Config.Name, err)
		}
		a.runners = append(a.runners, workflow.New(workflow.Config{Work: engine, Now: p.clock.now(), Log: p.log.With("tenant", t.Config.Name)}))
	}
	return a, nil
}

// engine builds what acts in one tenant, with the executor's own registration.
func (a *acting) engine(ctx context.Context, t *Tenant) (*fulfil.Engine, error) {
	p := a.portal
	b, err := newClients(t.Config, p.clock, p.log)
	if err != nil {
		return nil, err
	}
	tokens, err := b.source(t.Config.Executor, b.at.Scope())
	if err != nil {
		return nil, err
	}
	budgets, err := pbi.NewBudgets(ctx, pbi.BudgetConfig{Now: p.clock.Now, Sleep: p.clock.Sleep, Store: p.DB.Budgets(t.Config.TenantID + "/" + t.Config.Executor.ClientID + "/writes")})
	if err != nil {
		return nil, err
	}
	executor, err := pbi.NewExecutor(pbi.Config{API: b.at.API, Fabric: b.at.Fabric, Hosts: b.at.Hosts, Tokens: tokens, Budgets: budgets,
		Now: p.clock.Now, Sleep: p.clock.Sleep, Log: b.log, UserAgent: userAgent()})
	if err != nil {
		return nil, err
	}
	cfg := fulfil.Config{DB: p.DB, Tenant: t.Config.Name, Executor: executor, Orders: db.Orders{DB: p.DB}, Now: p.clock.now(), Log: b.log,
		After: func(ctx context.Context, e fulfil.Ended) { a.lookAfter(ctx, t, e) }}
	if p.witness != nil {
		cfg.Privileged, cfg.Checkpoint = p.witness.Privileged, p.witness.Checkpoint
	}
	return fulfil.New(cfg)
}

// begin lets the executors work until ctx ends.
func (a *acting) begin(ctx context.Context) {
	for _, r := range a.runners {
		a.wg.Go(func() {
			if err := r.Run(ctx); err != nil {
				a.portal.log.Error("what was agreed is not being carried out", "error", err)
			}
		})
	}
}

// wait returns when no step is under way any more; at most twenty seconds
// after the context of begin has ended.
func (a *acting) wait() { a.wg.Wait() }

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
			_, err := t.Scanner.Run(ctx, scan.Request{Kind: db.ScanTargeted, Workspaces: e.Workspaces, Cause: "request"})
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

package app

import (
	"context"
	"log/slog"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/refresh"
	"steward/internal/refreshlog"
)

// newExecutor builds a client of a tenant's executor registration, and the log
// that names the tenant. keep holds what it counts against limits; nil keeps
// that for this run only. It calls nobody.
func (p *Portal) newExecutor(ctx context.Context, t config.Tenant, keep *db.Budgets) (*pbi.Executor, *slog.Logger, error) {
	b, err := newClients(t, p.clock, p.log)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := b.source(t.Executor, b.at.Scope())
	if err != nil {
		return nil, nil, err
	}
	cfg := pbi.BudgetConfig{Now: p.clock.Now, Sleep: p.clock.Sleep}
	if keep != nil {
		cfg.Store = keep
	}
	budgets, err := pbi.NewBudgets(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	executor, err := pbi.NewExecutor(pbi.Config{API: b.at.API, Fabric: b.at.Fabric, Hosts: b.at.Hosts, Tokens: tokens, Budgets: budgets,
		Now: p.clock.Now, Sleep: p.clock.Sleep, Log: b.log, UserAgent: userAgent()})
	return executor, b.log, err
}

// newCollector builds what reads a tenant's refreshes.
func (p *Portal) newCollector(ctx context.Context, t config.Tenant, o Options) (*refreshlog.Collector, error) {
	cfg := refreshlog.Config{DB: p.DB, Tenant: t.Name, KeepDays: p.cfg.HistoryDays(), Thresholds: p.thresholds(),
		Now: p.clock.now(), Sleep: p.clock.Sleep, Log: p.log.With("tenant", t.Name)}
	if t.Executor.Configured() {
		var keep *db.Budgets
		if !o.lookingBack {
			keep = p.DB.Budgets(t.TenantID + "/" + t.Executor.ClientID + "/refreshes")
		}
		var err error
		if cfg.Executor, _, err = p.newExecutor(ctx, t, keep); err != nil {
			return nil, err
		}
	}
	return refreshlog.New(cfg), nil
}

// thresholds are where advice about refreshes begins.
func (p *Portal) thresholds() refresh.Thresholds {
	c := p.cfg.Refreshes
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	return refresh.Thresholds{Days: c.HealthDays, Success: float64(c.SuccessPercent) / 100, LongMean: minutes(c.LongMinutes), Longest: c.LongestTimes,
		Recurs: c.Recurs, Slower: c.SlowerTimes, Wait: minutes(c.WaitMinutes)}.OrDefaults()
}

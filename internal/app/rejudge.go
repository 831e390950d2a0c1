package app

import (
	"context"
	"time"

	"steward/internal/desk"
	"steward/internal/evaluate"
	"steward/internal/fault"
)

// newRules is where people decide about rules and violations.
func (p *Portal) newRules() *desk.Rules {
	return &desk.Rules{DB: p.DB, Keeper: p.rules, Changed: func() {
		select {
		case p.rulesChanged <- struct{}{}:
		default: // it is to be done already
		}
	}}
}

// rejudge judges the tenants again whenever a decision changed the rules, and
// ends waivers whose time has passed once an hour. It returns when ctx ends.
func (p *Portal) rejudge(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	p.endWaivers(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
			p.endWaivers(ctx)
		case <-p.rulesChanged:
			p.judgeAll(ctx)
		}
	}
}

// judgeAll judges what each tenant's last scan shows by the rules in force now.
func (p *Portal) judgeAll(ctx context.Context) {
	for _, t := range p.Tenants {
		if err := p.judgeNow(ctx, t.Config.Name); err != nil && ctx.Err() == nil {
			p.log.Error("tenant not judged by the changed rules", "tenant", t.Config.Name, "err", err)
		}
	}
}

func (p *Portal) judgeNow(ctx context.Context, tenant string) error {
	p.judging.Lock()
	defer p.judging.Unlock()
	v, err := p.DB.Reader().ViewNow(ctx, tenant)
	if fault.Is(err, fault.NotFound) {
		return nil // never scanned
	}
	if err != nil {
		return err
	}
	set := p.rules.Set()
	if set == nil {
		return fault.New(fault.Internal, "No rules are loaded.")
	}
	_, err = evaluate.Evaluate(ctx, p.DB, v, set)
	return err
}

func (p *Portal) endWaivers(ctx context.Context) {
	for _, t := range p.Tenants {
		v, err := p.DB.Reader().ViewNow(ctx, t.Config.Name)
		if err == nil && v.Scan != 0 {
			_, err = p.DB.EndWaivers(ctx, v, p.clock.now()())
		}
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.NotFound) {
			p.log.Error("waivers not ended", "tenant", t.Config.Name, "err", err)
		}
	}
}

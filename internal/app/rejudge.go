package app

import (
	"context"
	"time"

	"steward/internal/config"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/violation"
)

// newRules is where people decide about rules and violations.
func (p *Portal) newRules() *desk.Rules {
	return &desk.Rules{DB: p.DB, Keeper: p.rules, Periods: p.periods(), EscalateTo: p.cfg.Owners.EscalateTo, Changed: func() {
		select {
		case p.rulesChanged <- struct{}{}:
		default: // it is to be done already
		}
	}}
}

// periods are the times of the owner's loop as configured.
func (p *Portal) periods() violation.Periods {
	o := p.cfg.Owners
	return violation.Periods{Keep: config.Days(o.KeepDays), Remove: config.Days(o.RemoveDays), Remind: config.Days(o.RemindDays),
		Escalate: config.Days(o.EscalateDays), Waiver: config.Days(o.WaiverDays)}.OrUsual()
}

// ruleFilesEvery is how often the rule files are looked at.
const ruleFilesEvery = 10 * time.Second

// rejudge judges the tenants again whenever a decision changed the rules. Once
// an hour it ends waivers whose time has passed and turns the owner's loop, and
// every few seconds it looks whether rule files changed. It returns when ctx
// ends.
func (p *Portal) rejudge(ctx context.Context) {
	hourly, looking := time.NewTicker(time.Hour), time.NewTicker(ruleFilesEvery)
	defer hourly.Stop()
	defer looking.Stop()
	p.fallDue(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
			p.fallDue(ctx)
		case <-looking.C:
			if err := p.lookAtRules(ctx); err != nil && ctx.Err() == nil {
				p.log.Error("the rule files were not looked at", "err", err)
			}
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
	if _, err = p.judged.Evaluate(ctx, p.DB, v, set); err != nil {
		return err
	}
	_, err = p.newRules().Remind(ctx, v)
	return err
}

// fallDue does what time alone brings: waivers end, owners are reminded.
func (p *Portal) fallDue(ctx context.Context) {
	p.judging.Lock()
	defer p.judging.Unlock()
	for _, t := range p.Tenants {
		v, err := p.DB.Reader().ViewNow(ctx, t.Config.Name)
		if err == nil && v.Scan != 0 {
			_, err = p.DB.EndWaivers(ctx, v, p.clock.now()())
			if err == nil {
				_, err = p.newRules().Remind(ctx, v)
			}
		}
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.NotFound) {
			p.log.Error("what fell due was not written down", "tenant", t.Config.Name, "err", err)
		}
	}
}

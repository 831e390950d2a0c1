package app

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/robfig/cron/v3"

	"steward/internal/audit"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/notify"
)

// sending makes reports by the clock and hands them to folders and people. A
// moment that was missed because the portal stood still is made up for once, at
// its start.
type sending struct {
	portal *Portal
	plans  []scheduled
	smtp   notify.SMTP
	// keep is where files wait until everybody has them.
	keep string
}

// scheduled is one entry of the configuration with its schedule.
type scheduled struct {
	config.ScheduledReport
	plan cron.Schedule
}

// newSending returns nil when nothing is scheduled. What the configuration
// could not check, because it takes reports and rules, is refused here.
func (p *Portal) newSending() (*sending, error) {
	if len(p.cfg.Reports) == 0 {
		return nil, nil //nolint:nilnil // nothing scheduled is a state of its own
	}
	var roots *x509.CertPool
	var err error
	if p.cfg.Notify.Configured() {
		if roots, err = authorities(p.cfg.Notify.CA); err != nil {
			return nil, err
		}
	}
	s := &sending{portal: p, smtp: p.smtp(roots), keep: p.reportsDir()}
	for _, r := range p.cfg.Reports {
		plan, err := cron.ParseStandard(r.When())
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "reports: %s: %q is not a schedule such as \"0 6 * * 1\": %v", r.Name, r.At, err)
		}
		if r.Tenant == "" {
			r.Tenant = p.cfg.Tenants[0].Name
		}
		one := scheduled{r, plan}
		if err := s.checkOne(one); err != nil {
			return nil, fault.New(fault.Invalid, "reports: %s: %s", r.Name, fault.Sentence(err))
		}
		s.plans = append(s.plans, one)
	}
	return s, nil
}

func (s *sending) checkOne(r scheduled) error {
	if r.Report == config.Evidence {
		_, err := s.rule(r.Rule)
		return err
	}
	report, err := audit.Lookup(r.Report)
	if err != nil {
		return err
	}
	return report.Check(audit.Query{Scope: db.Everything, Where: r.filters(), CompareView: db.View{Tenant: 1}})
}

// filters are the conditions as a query has them.
func (r scheduled) filters() map[string][]string {
	out := map[string][]string{}
	for key, value := range r.Where {
		out[key] = []string{value}
	}
	return out
}

// looksEvery is how often the clock is read.
const looksEvery = 20 * time.Second

// run works until ctx ends.
func (s *sending) run(ctx context.Context) {
	tick := time.NewTicker(looksEvery)
	defer tick.Stop()
	for {
		if err := s.turn(ctx); err != nil && ctx.Err() == nil {
			s.portal.log.Error("scheduled reports were not sent", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// turn makes what is due and sends what waits. One report that cannot be made
// does not keep the others back.
func (s *sending) turn(ctx context.Context) error {
	var first error
	for _, r := range s.plans {
		if err := s.dueNow(ctx, r); err != nil && first == nil {
			first = err
		}
	}
	if err := s.handOut(ctx); err != nil && first == nil {
		first = err
	}
	return first
}

// dueNow makes a report when its moment has come.
func (s *sending) dueNow(ctx context.Context, r scheduled) error {
	last, err := s.portal.DB.Reader().LastSlot(ctx, r.Tenant, r.Name)
	if err != nil {
		return err
	}
	if last.IsZero() {
		last = s.portal.ready.started
	}
	now := s.portal.clock.now()().UTC()
	slot := r.plan.Next(last.UTC())
	if slot.IsZero() || slot.After(now) {
		return nil
	}
	for next := r.plan.Next(slot); !next.After(now); next = r.plan.Next(slot) {
		slot = next // several were missed: one file makes up for them
	}
	return s.make(ctx, r, slot)
}

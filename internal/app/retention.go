package app

import (
	"context"
	"time"
)

// retainEvery is how often is looked for what has become too old.
const retainEvery = 6 * time.Hour

// sweepOld deletes what is kept no longer, some time after the start and then
// every six hours, until ctx ends. What fails is tried again with the next.
func (p *Portal) sweepOld(ctx context.Context) {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		p.sweepOldOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (p *Portal) sweepOldOnce(ctx context.Context) {
	r := p.cfg.Retention
	for _, one := range []struct {
		what string
		days int
		do   func(context.Context, time.Time) (int64, error)
	}{
		{"versions of the tenant", r.HistoryDays, p.DB.SweepHistory},
		{"events of the activity log", r.ActivityDays, p.DB.SweepActivity},
	} {
		before, limited := r.Before(one.days, p.clock.now()())
		if !limited {
			continue
		}
		n, err := one.do(ctx, before)
		switch {
		case err != nil && ctx.Err() == nil:
			p.log.Error("what is too old was not deleted", "what", one.what, "error", err)
		case n > 0:
			p.log.Info("deleted what was too old", "what", one.what, "rows", n, "before", before)
		}
	}
}

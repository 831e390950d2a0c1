package refreshlog

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/refresh"
)

// stale is how old a judgement may be: slots pass and owners leave also where
// nothing was read.
const stale = 6 * time.Hour

// assess judges items by their runs and writes what they come to.
func (p *pass) assess(ctx context.Context, items []db.Refreshed) error {
	r := p.cfg.DB.Reader()
	now := p.cfg.Now()
	all := make([]db.Assessed, 0, len(items))
	for i := range items {
		it := items[i]
		known, err := r.RefreshKnown(ctx, it.Item)
		if err != nil {
			return err
		}
		it.Source, it.Reason, it.KnownSince = known.Source, known.Reason, known.KnownSince
		facts, err := r.RefreshFacts(ctx, p.view, it, p.useSince)
		if err != nil {
			return err
		}
		runs, err := r.RefreshesOf(ctx, it.Item, now.AddDate(0, 0, -p.cfg.Thresholds.Days))
		if err != nil {
			return err
		}
		all = append(all, db.Assessed{Refreshed: it, Facts: facts, At: now,
			Health: refresh.Assess(runs, facts, p.cfg.Thresholds, now)})
	}
	return p.cfg.DB.SaveHealth(ctx, p.view.Tenant, all)
}

// finish judges what was judged too long ago, and counts the days anew.
func (p *pass) finish(ctx context.Context) error {
	for {
		old, err := p.cfg.DB.Reader().RefreshesStale(ctx, p.view, p.began.Add(-stale), atOnce)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			break
		}
		if err := p.assess(ctx, old); err != nil {
			return err
		}
	}
	if err := p.cfg.DB.ForgetHealth(ctx, p.view); err != nil {
		return err
	}
	return p.days(ctx)
}

// workspacesAtOnce is how many workspaces' days are written together.
const workspacesAtOnce = 40

func (p *pass) days(ctx context.Context) error {
	if len(p.touched) == 0 {
		return nil
	}
	var some []int64
	flush := func() error {
		err := p.cfg.DB.SaveRefreshDays(ctx, p.view, some, p.keep())
		some = some[:0]
		return err
	}
	for ws := range p.touched {
		if some = append(some, ws); len(some) == workspacesAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return p.cfg.DB.TotalRefreshDays(ctx, p.view.Tenant, p.keep())
}

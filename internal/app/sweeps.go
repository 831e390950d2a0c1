package app

import (
	"context"
	"time"
)

// sweepEvery is how often requests are looked at that fall, that were judged
// by other rules, or that nobody decides.
const sweepEvery = time.Minute

// sweepRequests lets time and rules do to requests what they must, at once and
// then every minute, until ctx ends. One that fails is tried again with the
// next: until then nobody can agree to such a request either.
func (p *Portal) sweepRequests(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		p.sweepOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (p *Portal) sweepOnce(ctx context.Context) {
	for _, one := range []struct {
		what string
		do   func(context.Context) (int, error)
	}{
		{"returned because the rules changed", p.desk.VoidOnPolicyChange},
		{"expired", p.desk.Expire},
		{"reminded of", p.desk.Nudge},
		{"emergency accesses nobody reviewed", p.desk.NudgeReviews},
	} {
		n, err := one.do(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			p.log.Error("requests were not swept", "what", one.what, "error", err)
		case n > 0:
			p.log.Info("requests swept", "what", one.what, "requests", n)
		}
	}
}

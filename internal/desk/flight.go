package desk

import (
	"context"
	"time"

	"steward/internal/promotion"
	"steward/internal/request"
)

// Flights judges a promotion that is to begin at a time (zero for now) by the
// pre-flight and the rules for promotions, route by route, from what the last
// scan told; nothing for other kinds of requests. What only a look at the tenant
// can tell is not known here: it is asked again before anything is sent.
func (d *Desk) Flights(ctx context.Context, tenant string, params request.Params, begins time.Time) ([]request.Flight, error) {
	p, ok := params.(*request.PromotionParams)
	if !ok || len(p.Validate()) > 0 {
		return nil, nil
	}
	reader := d.db.Reader()
	view, err := reader.ViewNow(ctx, tenant)
	if err != nil || view.Scan == 0 {
		return nil, err
	}
	estate, err := reader.RequestEstate(ctx, view, p.Refs())
	if err != nil {
		return nil, err
	}
	estate.Executor = d.executor(tenant)
	if _, err := d.inForce(); err != nil {
		return nil, err
	}
	return p.Preflight(estate, d.context(ctx, request.Request{Tenant: tenant, NotBefore: begins}, d.approvals())), nil
}

// promoted asks the rules in force about promotions while a plan is made, and
// says which of them no request may break.
func (d *Desk) promoted(ctx context.Context, approvals *request.ApprovalRules) func(promotion.Facts, promotion.Choice, time.Time) []promotion.Verdict {
	set := d.rules()
	if set == nil {
		return nil // nothing can be submitted or agreed to then
	}
	return func(f promotion.Facts, c promotion.Choice, day time.Time) []promotion.Verdict {
		out := promotion.Judge(ctx, set, f, c, day)
		for i := range out {
			out[i].Refuses = approvals.Refuses(out[i].Rule, out[i].Severity)
		}
		return out
	}
}

// Waivable are the breaches of rules for promotions that a requester may accept,
// as value and label of a tick.
func (d *Desk) Waivable() [][2]string {
	set := d.rules()
	if set == nil {
		return nil
	}
	return promotion.Waivable(set, d.approvals().Refuses)
}

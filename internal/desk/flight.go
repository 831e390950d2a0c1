package desk

import (
	"context"

	"steward/internal/promotion"
	"steward/internal/request"
)

// Flights judges a promotion by the pre-flight and the rules for promotions,
// route by route, from what the last scan told; nothing for other kinds of
// requests. What only a look at the tenant can tell is not known here: it is
// asked again before anything is sent.
func (d *Desk) Flights(ctx context.Context, tenant string, params request.Params) ([]request.Flight, error) {
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
	set, err := d.inForce()
	if err != nil {
		return nil, err
	}
	out := p.Preflight(estate, d.now())
	for i := range out {
		f := &out[i]
		f.Facts.Rules = promotion.Judge(ctx, set, f.Facts, f.Choice, d.now())
		f.Checks = promotion.Preflight(f.Facts, f.Choice)
	}
	return out, nil
}

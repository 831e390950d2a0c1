package desk

import (
	"context"

	"steward/internal/request"
)

// Flights judges a promotion by the pre-flight, route by route, from what the
// last scan told; nothing for other kinds of requests.
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
	return p.Preflight(estate, d.now()), nil
}

package app

import (
	"context"

	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/promotion"
	"steward/internal/request"
)

// agreed asks for something that the portal carries out itself, and has as many
// people agree to it as must.
func (l *demoLife) agreed(ctx context.Context, params request.Params, reason string) (request.Request, error) {
	asker := desk.By{Person: l.people["Mia"]}
	r, err := l.p.desk.Draft(ctx, asker, l.tenant, desk.In{Params: params, Reason: reason})
	if err != nil {
		return r, err
	}
	if r, _, err = l.p.desk.Submit(ctx, asker, r.ID, r.Version); err != nil {
		return r, err
	}
	for _, name := range []string{"Ada", "Tomás"} {
		if r.State != request.Pending {
			break
		}
		if r, err = l.p.desk.Approve(ctx, desk.By{Person: l.people[name]}, r.ID, r.Plan, "Agreed."); err != nil {
			return r, err
		}
	}
	return r, nil
}

// lastDay is what was decided on the day before the demo begins.
func (l *demoLife) lastDay(ctx context.Context) error {
	if err := l.mapFinance(ctx); err != nil {
		return err
	}
	return l.askOne(ctx)
}

// mapFinance gives the last way of the Finance project its mapping set. The
// first way has none yet: whoever promotes there is told so.
func (l *demoLife) mapFinance(ctx context.Context) error {
	reader := l.p.DB.Reader()
	v, err := reader.ViewNow(ctx, l.tenant)
	if err != nil {
		return err
	}
	look := reader.RequestLookup(ctx, v)
	ids := look.FindPipeline("FIN-Budget pipeline")
	if look.Err() != nil || len(ids) != 1 {
		return look.Err()
	}
	_, err = l.agreed(ctx, &request.MappingParams{Pipeline: ids[0], Stage: 1, Mapping: promotion.Mapping{
		Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-prod.contoso.com"}}, Refresh: true,
	}}, "Production reads the productive server.")
	if fault.Is(err, fault.Invalid) {
		return nil // another seed's model has no such parameter
	}
	return err
}

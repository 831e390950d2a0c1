package app

import (
	"context"

	"steward/internal/promotion"
	"steward/internal/request"
)

// lastDay is what was decided on the day before the demo begins.
func (l *demoLife) lastDay(ctx context.Context) error {
	if err := l.mapFinance(ctx); err != nil {
		return err
	}
	return l.waitSome(ctx)
}

// mapFinance gives the last way of the Finance project its mapping set. The
// first way has none yet: whoever promotes there is told so. Another seed's model
// may have no such parameter, and goes without.
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
	_, err = l.asked(ctx, "Mia", "Production reads the productive server.", "Agreed.", &request.MappingParams{Pipeline: ids[0], Stage: 1, Mapping: promotion.Mapping{
		Parameters: []promotion.ParameterMap{{Name: "Server", Value: "sql-prod.contoso.com"}}, Refresh: true,
	}})
	return err
}

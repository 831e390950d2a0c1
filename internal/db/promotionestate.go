package db

import (
	"context"

	"steward/internal/promotion"
	"steward/internal/request"
)

// route loads what the view knows of both ends of a route. Who the executor is
// is not asked here: whoever plans knows.
func (l *estateLoader) route(ctx context.Context, r request.RouteRef) error {
	f := promotion.Facts{}
	s := &stageLoader{q: l.q, v: l.v, now: l.v.Taken}
	if err := s.load(ctx, &f, promotion.Choice{Pipeline: string(r.Pipeline), From: r.From, To: r.To}); err != nil {
		return err
	}
	l.e.Flights[r] = f
	return nil
}

// content loads the items of a workspace with what each is made from; without a
// pipeline nobody tells pairs.
func (l *estateLoader) content(ctx context.Context, workspace request.ID) (err error) {
	if _, done := l.e.Content[workspace]; done {
		return nil
	}
	s := &stageLoader{q: l.q, v: l.v}
	l.e.Content[workspace], err = s.items(ctx, promotion.Stage{WorkspaceID: string(workspace)})
	return err
}

package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// figure is the plot above a list: the events by day above the activity, as
// long as nothing is filtered out of it. Nil for none.
func (s *Server) figure(c echo.Context, req listRequest) (*ui.Plot, error) {
	if req.report.Name != "activity" || !req.query.Scope.All || len(req.chips()) > 0 || req.query.Cursor != "" {
		return nil, nil
	}
	days, err := audit.ActivityDays(c.Request().Context(), s.Reader, req.query)
	if err != nil || len(days) == 0 {
		return nil, err
	}
	p := activityPlot(days)
	return &p, nil
}

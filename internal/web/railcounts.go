package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/web/templates"
)

// fillRuleCounts adds to the rail what calls for action under the rules:
// critical and high violations that are open, and waivers that wait for a
// decision or have ended. They are of now, so a page about the past has none.
// A page is not refused because its rail could not be counted.
func (s *Server) fillRuleCounts(c echo.Context, counts *templates.Counts, who viewer, v db.View) {
	if v.Scan == 0 || v.Past || !who.may(auth.ViewViolations) {
		return
	}
	ctx := c.Request().Context()
	scope, err := auth.Scope(ctx, s.Reader, who.person, auth.ViewViolations, v.TenantName)
	if err == nil {
		counts.Violations, counts.Waivers, err = audit.OpenCounts(ctx, s.Reader, audit.Query{View: v, Scope: scope})
	}
	if err != nil {
		s.Log.Warn("the rail was not counted", "request", requestID(c), "err", err)
		return
	}
	if !who.may(auth.ViewWaivers) {
		counts.Waivers = 0
	}
}

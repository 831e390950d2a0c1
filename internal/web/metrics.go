package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// isProbe reports whether a route is for machines that watch: they call by
// address, and too often to be written down each time.
func isProbe(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// metrics serves the figures of operation. They name tenants and routes, so
// they are for whoever was given the token, or for programs on this machine;
// for everyone else there is no such page.
func (s *Server) metrics(c echo.Context) error {
	if s.Metrics == nil || s.Scraper == nil || !s.Scraper(c.Request()) {
		return echo.ErrNotFound
	}
	s.Metrics.ServeHTTP(c.Response(), c.Request())
	return nil
}

var _ http.Handler = (*Server)(nil)

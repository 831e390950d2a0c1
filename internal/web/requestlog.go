package web

import (
	"log/slog"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/web/static"
)

// logRequest writes one line a request: the route, not the address, because an
// address names workspaces and people. It stands around everything, so that
// refusals are there, too.
func (s *Server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		if s.Observe != nil {
			s.Observe(c.Request().Method, c.Path(), c.Response().Status, time.Since(began))
		}
		level := slog.LevelInfo
		if p := c.Path(); strings.HasPrefix(p, static.Prefix) || isProbe(p) {
			level = slog.LevelDebug
		}
		s.Log.Log(c.Request().Context(), level, "request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status,
			"bytes", c.Response().Size, "ms", time.Since(began).Milliseconds(), "request", requestID(c))
		return nil
	}
}

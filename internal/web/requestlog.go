package web

import (
	"log/slog"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"steward/web/static"
)

// logRequest writes one line a request: the route, not the address, because an
// address names workspaces and people. It stands around everything, so that
// refusals are there, too.
func (s *Server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		if s.Tracer != nil {
			ctx, span := s.Tracer.Start(c.Request().Context(), c.Request().Method+" "+c.Path(), trace.WithSpanKind(trace.SpanKindServer))
			defer func() { endPage(span, c) }()
			c.SetRequest(c.Request().WithContext(ctx))
		}
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

// endPage ends the span of an answer. It has the route and not the address, as
// the log has.
func endPage(span trace.Span, c echo.Context) {
	status := c.Response().Status
	span.SetAttributes(attribute.String("http.request.method", c.Request().Method), attribute.String("http.route", c.Path()),
		attribute.Int("http.response.status_code", status), attribute.String("steward.request", requestID(c)))
	if status >= 500 {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

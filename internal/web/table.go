package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/web/guard"
)

// guarded are the lines of the guard's table: the sign-in's, the public ones
// and those of the given table.
func (s *Server) guarded(table []route) []guard.Route {
	lines := guard.SignInRoutes()
	for _, r := range s.public() {
		lines = append(lines, guard.Route{Method: r.method, Path: r.path, Public: true, AnyHost: isProbe(r.path)})
	}
	for _, r := range table {
		lines = append(lines, r.guarded())
	}
	return lines
}

// Table returns what the guard holds about every route.
func (s *Server) Table() []guard.Route { return s.guarded(s.routes()) }

// Routes returns the routes that the router really has. Tests compare them
// with Table and try each one, so that no route escapes.
func (s *Server) Routes() []*echo.Route { return s.echo.Routes() }

package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// healthz answers as long as the process does; whether it is of use is the
// question of /readyz.
func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

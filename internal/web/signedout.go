package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/web/templates/ui"
)

// signedOut is where one lands after signing out.
func (s *Server) signedOut(c echo.Context) error {
	p := ui.Problem{Title: "You are signed out", Text: "The session has ended here and on the server.",
		Do: []ui.Action{{Label: "Sign in again", Href: auth.LoginPath}, {Label: "Sign in as someone else", Href: auth.LoginPath + "?for=switch"}}}
	return ok(c, ui.ErrorPage(p, lookOf(c)))
}

// healthz answers as long as the process does; whether it is of use is the
// question of /readyz.
func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/web/templates/ui"
)

// signInProblem makes an error of the sign-in a page that leads on from there.
// The sentence is the error's own.
func (s *Server) signInProblem(c echo.Context, status int, err error, p *ui.Problem) {
	again := ui.Action{Label: "Sign in again", Href: auth.LoginPath}
	other := ui.Action{Label: "Sign in as someone else", Href: auth.LoginPath + "?for=switch"}
	path := c.Path()
	switch {
	case auth.IsNoRole(err):
		p.Title, p.Do = "You have no role in this portal", []ui.Action{other, again}
	case path == auth.CallbackPath && status == http.StatusServiceUnavailable,
		path == auth.LoginPath && status == http.StatusServiceUnavailable:
		p.Title, p.Do = "The sign-in provider does not answer", []ui.Action{{Label: "Try again", Href: tryAgain(c)}}
	case path == auth.CallbackPath:
		p.Title, p.Do = "You were not signed in", []ui.Action{again, other}
	case path == auth.LoginPath:
		p.Do = []ui.Action{{Label: "Try again", Href: tryAgain(c)}}
	}
}

// tryAgain is the visit of the sign-in anew, with where it is to lead. A reply
// of the provider cannot be used twice.
func tryAgain(c echo.Context) string {
	if c.Path() != auth.LoginPath {
		return auth.LoginPath
	}
	return ui.With(auth.LoginPath, ui.Param{Name: "return", Value: c.QueryParam("return")}, ui.Param{Name: "for", Value: c.QueryParam("for")})
}

// signedOut is where one lands after signing out.
func (s *Server) signedOut(c echo.Context) error {
	p := ui.Problem{Title: "You are signed out", Text: "The session has ended here and on the server.",
		Do: []ui.Action{{Label: "Sign in again", Href: auth.LoginPath}, {Label: "Sign in as someone else", Href: auth.LoginPath + "?for=switch"}}}
	if s.Auth != nil && s.Auth.SignOutURL(c.Request().Context()) != "" {
		p.Text += " The sign-in provider may still know you: on a computer that others use, sign out there, too."
		p.Do = append(p.Do, ui.Action{Label: "Sign out at the provider", Href: providerOut})
	}
	return ok(c, ui.ErrorPage(p, lookOf(c)))
}

// providerOut leads to the provider's own sign-out; links of ours stay on the
// site, so that no name from a tenant can lead away.
const providerOut = "/signed-out/provider"

func (s *Server) signOutThere(c echo.Context) error {
	to := s.Auth.SignOutURL(c.Request().Context())
	if to == "" {
		to = "/signed-out"
	}
	return c.Redirect(http.StatusSeeOther, to)
}

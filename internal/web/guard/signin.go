package guard

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// SignInRoutes are the table's entries for the handlers of this file.
func SignInRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: auth.LoginPath, Public: true},
		{Method: http.MethodGet, Path: auth.CallbackPath, Public: true},
		{Method: http.MethodPost, Path: auth.LogoutPath, Public: true},
		{Method: http.MethodPost, Path: ReportPath, Public: true},
	}
}

// MountSignIn adds the sign-in's handlers. signedOut is where people land
// after signing out, a public page of the site.
func (g *Guard) MountSignIn(e *echo.Echo, signedOut string) {
	e.GET(auth.LoginPath, g.login)
	e.GET(auth.CallbackPath, g.callback)
	e.POST(auth.LogoutPath, func(c echo.Context) error { return g.logout(c, signedOut) })
	e.POST(ReportPath, g.report)
}

// login sends the browser to the provider: to sign in, to confirm who one is
// (for=confirm), to have roles read again (for=renew), or to choose another
// account (for=switch).
func (g *Guard) login(c echo.Context) error {
	st := auth.Start{Purpose: auth.ForSignIn, ReturnTo: c.QueryParam("return")}
	sess, signedIn := g.present(c)
	switch c.QueryParam("for") {
	case "confirm":
		if signedIn {
			st.Purpose, st.Session = auth.ForStepUp, &sess
		}
	case "renew":
		if signedIn {
			st.Purpose, st.Session = auth.ForRenewal, &sess
		}
	case "switch":
		st.Choose = true
	}
	if cookie, err := c.Cookie(g.cfg.Auth.AttemptCookie()); err == nil {
		st.Browser = cookie.Value
	}
	to, err := g.cfg.Auth.Begin(c.Request().Context(), st)
	if err != nil {
		return err
	}
	c.SetCookie(to.Cookie)
	return c.Redirect(http.StatusSeeOther, to.URL)
}

// present returns the session for a renewal too, whose roles are too old for
// anything else.
func (g *Guard) present(c echo.Context) (auth.Session, bool) {
	if s, ok := Session(c); ok {
		return s, true
	}
	if !errors.Is(stateOf(c.Request().Context()).why, auth.ErrRoles) {
		return auth.Session{}, false
	}
	cookie, err := c.Cookie(g.cfg.Auth.SessionCookie())
	if err != nil {
		return auth.Session{}, false
	}
	s, err := g.cfg.Auth.ForRenewalOnly(c.Request().Context(), cookie.Value)
	return s, err == nil
}

// callback takes the browser back from the provider.
func (g *Guard) callback(c echo.Context) error {
	cb := auth.Callback{Query: c.QueryParams(), Client: Client(c)}
	if cookie, err := c.Cookie(g.cfg.Auth.AttemptCookie()); err == nil {
		cb.Browser = cookie.Value
	}
	if cookie, err := c.Cookie(g.cfg.Auth.SessionCookie()); err == nil {
		cb.Session = cookie.Value
	}
	done, err := g.cfg.Auth.Complete(c.Request().Context(), cb)
	if errors.Is(err, auth.ErrInteraction) {
		return c.Redirect(http.StatusSeeOther, loginURL(done.ReturnTo, ""))
	}
	if err != nil {
		return err
	}
	for _, cookie := range done.Cookies {
		c.SetCookie(cookie)
	}
	return c.Redirect(http.StatusSeeOther, done.ReturnTo)
}

// logout ends the session on the server and in the browser. Signing out at the
// provider as well is a link on the page after: a redirect there would be
// stopped by form-action, and people rarely want it.
func (g *Guard) logout(c echo.Context, signedOut string) error {
	if s, ok := g.present(c); ok {
		cookie, err := g.cfg.Auth.SignOut(c.Request().Context(), s, Client(c))
		if err != nil {
			return err
		}
		c.SetCookie(cookie)
		g.signedOut(c, s.Person)
	}
	return c.Redirect(http.StatusSeeOther, signedOut)
}

// maxReport is the most that is read of a browser's report, in bytes.
const maxReport = 16 << 10

// report notes that a browser blocked content. The report's text is a
// stranger's and may hold addresses with secrets: only the fact is kept.
func (g *Guard) report(c echo.Context) error {
	if _, err := io.Copy(io.Discard, io.LimitReader(c.Request().Body, maxReport)); err != nil {
		return fault.Wrap(err, fault.Invalid, "The report cannot be read.")
	}
	page := "/"
	if u, err := url.Parse(c.Request().Referer()); err == nil && u.Path != "" {
		page = clip(u.Path)
	}
	st := stateOf(c.Request().Context())
	e := ledger.Entry{Action: ledger.CSPReport, Outcome: ledger.Refused, Actor: ledger.Actor{Kind: ledger.Nobody}, IP: st.client.IP, Request: st.client.Request,
		Reason: "The browser blocked content that a page should not have.", Details: map[ledger.Detail]string{ledger.Rule: "content security policy", ledger.Address: page}}
	if st.session != nil {
		e.Actor = st.session.Person.Actor()
	}
	g.cfg.Auth.Refusals.Record(c.Request().Context(), e)
	return c.NoContent(http.StatusNoContent)
}

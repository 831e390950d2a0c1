package guard

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
)

// SignInError says that a request needs someone to be signed in, or to have
// proved who they are more recently. Pages show its sentence with a link to URL.
type SignInError struct {
	// URL is a path of ours that leads to the sign-in and back.
	URL string
	err error
}

func (e *SignInError) Error() string { return e.err.Error() }

// Unwrap returns the reason, which is of kind Denied.
func (e *SignInError) Unwrap() error { return e.err }

// errNoToken is what a program without a token is told.
var errNoToken = fault.New(fault.Denied, "Send a token: Authorization: Bearer stw_…. People make them on the page Tokens (/me/tokens); neither an address nor a cookie carries one.")

// errRecent asks for a fresh proof of identity.
var errRecent = fault.New(fault.Denied, "For this you have to confirm who you are first. Confirm, then do it again: nothing was changed yet.")

// loadSession finds out who sent the request. It decides nothing.
func (g *Guard) loadSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		st := stateOf(ctx)
		st.why = auth.ErrNoSession
		if g.anyones(c) {
			return next(c)
		}
		if ofMachines(c) {
			return g.loadToken(c, st, next)
		}
		cookie, err := c.Cookie(g.cfg.Auth.SessionCookie())
		if err != nil {
			return next(c)
		}
		sess, err := g.cfg.Auth.Lookup(ctx, cookie.Value, st.client)
		switch {
		case err == nil:
			st.session = &sess
		case fault.Is(err, fault.Denied):
			st.why = err
		default:
			return err // the database does not answer: nobody is let in
		}
		return next(c)
	}
}

// loadToken finds out for whom a program asks. Cookies do not count here: a
// page elsewhere could have a browser send them.
func (g *Guard) loadToken(c echo.Context, st *state, next echo.HandlerFunc) error {
	token := bearer(c)
	if token == "" {
		st.why = errNoToken
		return next(c)
	}
	sess, err := g.cfg.Auth.Bearer(c.Request().Context(), token, st.client)
	if err != nil {
		return g.refuse(c, ruleOr(err, "bearer"), tokenRefused(err))
	}
	st.machine, st.session = true, &sess
	return next(c)
}

// anyones reports whether a route does not care who asks: assets and probes,
// which would otherwise read the database each time.
func (g *Guard) anyones(c echo.Context) bool {
	r, ok := g.routes.find(c)
	if !ok || !r.Public {
		return false
	}
	switch r.Path {
	case auth.LoginPath, auth.CallbackPath, auth.LogoutPath, ReportPath:
		return false
	}
	return true
}

// permit lets a request through to its page, or not.
func (g *Guard) permit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		st := stateOf(c.Request().Context())
		r, known := g.routes.find(c)
		if known && r.Public {
			return next(c)
		}
		if st.session == nil {
			return g.signInFirst(c, st.why)
		}
		if !known {
			return g.refuse(c, "no such route", auth.Hidden())
		}
		p := st.session.Person
		if st.machine != ofMachines(c) {
			return g.refuse(c, "machine", auth.Hidden())
		}
		if !auth.May(p, r.Action, auth.Object{}) || r.Export && !auth.May(p, auth.ExportReport, auth.Object{}) {
			return g.refuse(c, "permit "+string(r.Action), auth.Hidden())
		}
		if auth.Permits[r.Action].Recent && !safe(c.Request().Method) && !st.session.Recent(g.cfg.Now()) {
			return g.refuse(c, "recent sign-in", &SignInError{URL: StepUpURL(backFrom(c)), err: errRecent})
		}
		if st.session.RenewSoon && wantsPage(c) && c.Request().Header.Get("Sec-Fetch-Mode") != "cors" {
			return c.Redirect(http.StatusSeeOther, loginURL(c.Request().URL.RequestURI(), "renew"))
		}
		return next(c)
	}
}

// signInFirst sends a browser window to the sign-in, and tells everything else
// that it has to go there. It is the same for routes that exist and for those
// that do not.
func (g *Guard) signInFirst(c echo.Context, why error) error {
	renew := ""
	if errors.Is(why, auth.ErrRoles) {
		renew = "renew"
	}
	if wantsPage(c) {
		return c.Redirect(http.StatusSeeOther, loginURL(c.Request().URL.RequestURI(), renew))
	}
	err := &SignInError{URL: loginURL(backFrom(c), renew), err: why}
	if ofMachines(c) {
		return err
	}
	if safe(c.Request().Method) {
		return err // a part of a page, or a program without a token: no refusal to keep
	}
	return g.refuse(c, "not signed in", err)
}

// StepUpURL is where a person confirms who they are, to come back to a path.
func StepUpURL(back string) string { return loginURL(back, "confirm") }

// NeedsConfirming reports whether the action asks for a recent sign-in that
// the person does not have: pages then show a link to StepUpURL before the
// button.
func (g *Guard) NeedsConfirming(c echo.Context, a auth.Action) bool {
	s, ok := Session(c)
	return ok && auth.Permits[a].Recent && !s.Recent(g.cfg.Now())
}

// MustConfirm refuses an action of a person who would have to confirm who they
// are, as permit does where the route is for that action.
func (g *Guard) MustConfirm(c echo.Context, a auth.Action) error {
	if !g.NeedsConfirming(c, a) {
		return nil
	}
	return g.refuse(c, "recent sign-in", &SignInError{URL: StepUpURL(backFrom(c)), err: errRecent})
}

func loginURL(back, why string) string {
	q := url.Values{}
	if back = auth.ReturnTo(back); back != "/" {
		q.Set("return", back)
	}
	if why != "" {
		q.Set("for", why)
	}
	if len(q) == 0 {
		return auth.LoginPath
	}
	return auth.LoginPath + "?" + q.Encode()
}

// backFrom is where to return to after signing in: the page itself, or the
// page whose form was sent.
func backFrom(c echo.Context) string {
	if safe(c.Request().Method) {
		return c.Request().URL.RequestURI()
	}
	u, err := url.Parse(c.Request().Referer())
	if err != nil || u.Host != c.Request().Host {
		return "/"
	}
	return u.RequestURI()
}

// tokenRefused makes an unknown token a 401; a provider that does not answer
// stays what it is.
func tokenRefused(err error) error {
	if !fault.Is(err, fault.Denied) {
		return err
	}
	return &SignInError{URL: auth.LoginPath, err: err}
}

func ruleOr(err error, otherwise string) string {
	if r := auth.RuleOf(err); r != "" {
		return r
	}
	return otherwise
}

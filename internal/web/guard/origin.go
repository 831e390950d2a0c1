package guard

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
)

// checkOrigin lets a request that may change something through only when the
// browser says that a page of ours sent it. net/http's own protection lets
// requests without any such header pass, and Sec-Fetch-Site: none; we do not.
// A request with an access token carries no authority of the browser's and is
// judged by its token.
func (g *Guard) checkOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if safe(req.Method) || ofMachines(c) {
			return next(c)
		}
		if rule := g.originRule(req.Header["Sec-Fetch-Site"], req.Header["Origin"]); rule != "" {
			return g.refuse(c, rule, crossOrigin)
		}
		if g.cop.Check(req) != nil {
			return g.refuse(c, "cross-origin", crossOrigin)
		}
		return next(c)
	}
}

var crossOrigin = fault.New(fault.Denied, "This did not come from a page of the portal, so nothing was done. Open the page in the portal and try again; very old browsers cannot be used.")

// originRule names the rule that the headers break; empty when none. Headers
// sent twice are no headers a browser sends.
func (g *Guard) originRule(site, origin []string) string {
	if len(site) > 1 || len(origin) > 1 {
		return "header twice"
	}
	if len(origin) == 1 && !g.ours(origin[0]) {
		return "origin"
	}
	if len(site) == 1 {
		if site[0] != "same-origin" {
			return "sec-fetch-site"
		}
		return ""
	}
	if len(origin) == 0 {
		return "no origin"
	}
	return ""
}

// ours reports whether an Origin is exactly ours: scheme, host and port.
func (g *Guard) ours(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == g.public.Scheme && g.hosts[strings.ToLower(u.Host)] && origin == u.Scheme+"://"+u.Host
}

// APIPrefix begins the addresses of the API, those that exist and those that do
// not: there a token counts and nothing else.
const APIPrefix = "/api/"

// ofMachines reports whether the request is to the API.
func ofMachines(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, APIPrefix) }

// bearer returns the access token of a request. One that is sent twice is none.
func bearer(c echo.Context) string {
	if len(c.Request().Header[echo.HeaderAuthorization]) != 1 {
		return ""
	}
	scheme, token, ok := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

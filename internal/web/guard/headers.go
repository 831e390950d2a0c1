package guard

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/fault"
)

// ReportPath takes what browsers report about blocked content.
const ReportPath = "/csp-report"

// Policy is the content security policy of every answer: scripts with this
// answer's nonce and what they load, styles and pictures of ours, nothing else.
func Policy(nonce string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "' 'strict-dynamic'; style-src 'self'; " +
		"img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; object-src 'none'; report-uri " + ReportPath
}

// headers sets the security headers before anything is written, so that error
// pages have them too, and hands the nonce to templates.
func (g *Guard) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		nonce, err := g.token()
		if err != nil {
			return err
		}
		h := c.Response().Header()
		h.Set("Content-Security-Policy", Policy(nonce))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store") // assets with a hash in their name set their own
		if g.public.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.SetRequest(c.Request().WithContext(templ.WithNonce(c.Request().Context(), nonce)))
		return next(c)
	}
}

// checkHost refuses requests for another host than ours: a name that an
// attacker points at this address must not become a second origin.
func (g *Guard) checkHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r, ok := g.routes.find(c); ok && r.AnyHost || g.hosts[strings.ToLower(c.Request().Host)] {
			return next(c)
		}
		return g.refuse(c, "host", echo.NewHTTPError(http.StatusMisdirectedRequest, "This portal does not answer under that name.").
			SetInternal(fault.New(fault.Denied, "This portal does not answer under that name. Use %s.", g.public)))
	}
}

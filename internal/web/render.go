package web

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// render writes a page. It renders into a buffer first: a template that fails
// half way becomes an error page, not half a page.
func render(c echo.Context, status int, page templ.Component) error {
	var buf bytes.Buffer
	if err := page.Render(c.Request().Context(), &buf); err != nil {
		return err
	}
	return c.HTMLBlob(status, buf.Bytes())
}

// ok renders a page with status 200.
func ok(c echo.Context, page templ.Component) error { return render(c, http.StatusOK, page) }

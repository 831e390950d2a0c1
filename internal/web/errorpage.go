package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
	"steward/internal/web/api"
	"steward/internal/web/guard"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// errorPage shows an error within the frame, so that the reader can go on.
func (s *Server) errorPage(c echo.Context, status int, title, sentence string, err error) error {
	p := ui.Problem{Status: status, Title: title, Text: sentence, Detail: support(c, err),
		Do: []ui.Action{{Label: "Go to the overview", Href: "/"}}}
	var need *guard.SignInError
	if errors.As(err, &need) {
		p.Do = []ui.Action{{Label: "Sign in", Href: need.URL}}
	}
	s.signInProblem(c, status, err, &p)
	keptWords(c, &p, need != nil)
	who := s.viewer(c)
	if !who.known {
		return render(c, status, ui.ErrorPage(p, lookOf(c)))
	}
	page := s.bare(c, who)
	page.Title = p.Title
	page.Tenants = who.tenants(s.Tenants)
	return render(c, status, templates.Problem(page, p))
}

// support is the small print under an error: our request id, and Microsoft's
// where there is one.
func support(c echo.Context, err error) string {
	parts := []string{"request " + requestID(c)}
	var f *fault.Error
	if errors.As(err, &f) && f.RequestID != "" {
		parts = append(parts, "Microsoft's request id "+f.RequestID)
	}
	return strings.Join(parts, " · ")
}

// problem answers a program (RFC 9457) with the same sentence as the page.
func problem(c echo.Context, status int, sentence string, err error) error {
	body := map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": sentence, "instance": requestID(c)}
	var f *fault.Error
	if errors.As(err, &f) && f.Field != "" {
		body["field"] = f.Field
		body["errors"] = []map[string]string{{"field": f.Field, "sentence": f.Sentence}}
	}
	var refused *api.Refusal
	if errors.As(err, &refused) && len(refused.Errors) > 0 {
		list := []map[string]string{}
		for _, e := range refused.Errors {
			list = append(list, map[string]string{"field": e.Field, "sentence": e.Sentence})
		}
		body["errors"] = list
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.Blob(status, "application/problem+json", text)
}

// wantsJSON reports whether a program asked: an export or the API.
func wantsJSON(c echo.Context) bool {
	p := c.Request().URL.Path
	return strings.HasSuffix(p, ".json") || strings.HasPrefix(p, "/api/") || strings.Contains(c.Request().Header.Get("Accept"), "application/json")
}

func requestID(c echo.Context) string { return guard.RequestID(c) }

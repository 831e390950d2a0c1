package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/web/guard"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// keptDiscard throws a kept form away.
const keptDiscard = guard.KeptPath + "/discard"

// keptNotice is what stands above a form that was filled in again.
func keptNotice(c echo.Context, left []guard.Left) (string, error) {
	n := ui.Notice{Tone: ui.Info, Title: "What you typed is back in its form.", Text: "Nothing was sent yet: look it over and send it.",
		Action: ui.Action{Label: "Discard it", Href: keptDiscard, Post: true}}
	if len(left) > 0 {
		lines := make([]string, 0, len(left))
		for _, l := range left {
			lines = append(lines, l.Name+": "+l.Value)
		}
		n.Text += " The form has no place any more for " + strings.Join(lines, "; ") + "."
	}
	var b strings.Builder
	err := ui.NoticeView(n).Render(c.Request().Context(), &b)
	return b.String(), err
}

// keptForm shows a form that could not be taken where its own page cannot: it
// was closed, or it shows another form now.
func (s *Server) keptForm(c echo.Context) error {
	v := templates.KeptPage{Page: s.bare(c, s.viewer(c))}
	v.Title = "Your unsent form"
	kept, there := s.guard.KeptForm(c)
	if !there {
		v.Empty = ui.Empty{Why: "No form of yours is kept. One is kept for 30 minutes when it could not be taken, for you in this browser.", Do: ui.Action{Label: "Go to the overview", Href: "/"}}
		return ok(c, templates.Kept(v))
	}
	v.Since = kept.At
	v.Form = ui.Form{Action: kept.Action, Submit: "Send it", Back: "/"}
	v.Discard = ui.Action{Label: "Discard it", Href: keptDiscard, Post: true}
	names := make([]string, 0, len(kept.Fields))
	for name := range kept.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range kept.Fields[name] {
			f := ui.Field{Name: name, Label: capital(strings.ReplaceAll(name, "_", " ")), Value: value, Optional: true}
			if len(value) > 80 || strings.Contains(value, "\n") {
				f.Kind, f.Rows = ui.TextArea, 5
			}
			v.Form.Fields = append(v.Form.Fields, f)
		}
	}
	return ok(c, templates.Kept(v))
}

// discardKept throws the kept form away and goes to the page it was on.
func (s *Server) discardKept(c echo.Context) error {
	back := "/"
	if kept, there := s.guard.KeptForm(c); there && kept.Page != guard.KeptPath {
		back = kept.Page
	}
	s.guard.DropKept(c)
	return c.Redirect(http.StatusSeeOther, back)
}

// keptWords tells on an error page that nothing needs to be typed again, and
// leads back to the form.
func keptWords(c echo.Context, p *ui.Problem, signIn bool) {
	page := guard.KeptPage(c)
	if page == "" {
		return
	}
	p.Text += " What you typed is kept for 30 minutes and will be in the form again."
	if !signIn {
		p.Do = append([]ui.Action{{Label: "Back to your form", Href: page}}, p.Do...)
	}
}

package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// reportIndex lists every report with what it answers, where it is, and the
// files it can be had as.
func (s *Server) reportIndex(c echo.Context) error {
	who := s.viewer(c)
	view, err := s.view(c, who)
	if err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, view)
	if err != nil {
		return err
	}
	v := templates.ReportsPage{Page: s.page(c, who, view, truth)}
	v.Title = "Reports"
	at := s.place(c, view)
	listed := map[string]bool{}
	for _, f := range families {
		g := templates.ReportGroup{Title: f.title}
		for _, m := range f.reports {
			listed[m.report] = true
			if r, err := audit.Lookup(m.report); err == nil && who.may(actionFor(r.Name)) {
				g.Reports = append(g.Reports, entry(at, r, who.may(auth.ExportReport)))
			}
		}
		if len(g.Reports) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	rest := templates.ReportGroup{Title: "About one thing"}
	for _, r := range audit.Reports() {
		if !listed[r.Name] && who.may(actionFor(r.Name)) {
			rest.Reports = append(rest.Reports, entry(at, r, who.may(auth.ExportReport)))
		}
	}
	if len(rest.Reports) > 0 {
		v.Groups = append(v.Groups, rest)
	}
	return ok(c, templates.Reports(v))
}

func entry(at place, r *audit.Report, export bool) templates.ReportEntry {
	e := templates.ReportEntry{Title: r.Title, Question: r.Question}
	for _, f := range r.Filters {
		if f.Required {
			e.Needs = "Open it from the page of what it is about; as a file with " + f.Key + "=…: " + strings.TrimSuffix(f.Help, ".") + "."
			return e
		}
	}
	e.Href = at.list(r.Name)
	if export {
		for _, f := range audit.Formats {
			e.Formats = append(e.Formats, ui.Link{Label: strings.ToUpper(string(f)), Href: at.list(r.Name + "." + string(f))})
		}
	}
	return e
}

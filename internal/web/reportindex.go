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
	v.Groups = reportGroups(who, s.place(c, view))
	return ok(c, templates.Reports(v))
}

// reportGroups are the reports that the reader may open, by what they are
// about; those that need one thing to be about come last.
func reportGroups(who viewer, at place) []templates.ReportGroup {
	var out []templates.ReportGroup
	listed := map[string]bool{}
	add := func(title string, reports []string) {
		g := templates.ReportGroup{Title: title}
		for _, name := range reports {
			listed[name] = true
			if r, err := audit.Lookup(name); err == nil && who.may(actionFor(name)) {
				g.Reports = append(g.Reports, entry(at, r, who.may(auth.ExportReport)))
			}
		}
		if len(g.Reports) > 0 {
			out = append(out, g)
		}
	}
	for _, f := range families {
		var names []string
		for _, m := range f.reports {
			names = append(names, m.report)
		}
		add(f.title, names)
	}
	var rest []string
	for _, r := range audit.Reports() {
		if !listed[r.Name] {
			rest = append(rest, r.Name)
		}
	}
	add("About one thing", rest)
	return out
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

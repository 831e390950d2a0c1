package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// searchHits is how many things of one kind a search shows.
const searchHits = 8

// searched are the kinds that are looked through: which report knows them, the
// filter that takes an id, and the column that says where a hit lives.
var searched = []struct {
	label, report, id string
	where, linkID     string
	to                audit.Target
	// name and kind are the columns that a hit is called by.
	name, kind string
}{
	{"Workspaces", "workspaces", "workspace", "domain", "id", audit.ToWorkspace, "name", "kind"},
	{"Items", "items", "item", "workspace", "id", audit.ToItem, "name", "kind"},
	{"People", "people", "principal", "address", "id", audit.ToPerson, "name", "kind"},
	{"Pipelines", "pipelines", "pipeline", "", "id", audit.ToPipeline, "name", "kind"},
	{"Apps", "apps", "", "workspace", "workspace_id", audit.ToWorkspace, "name", "kind"},
	{"Capacities", "capacities", "capacity", "sku", "", "", "name", "kind"},
	{"Violations", "violations", "item", "workspace", "violation", audit.ToViolation, "object", "rule"},
	{"Requests", "requests", "", "target", "id", audit.ToRequest, "title", "state"},
}

// search looks for workspaces, items, people, violations, requests and more by
// words of a name or an address, or by id. What it finds, and counts, is within
// what the reader may see.
func (s *Server) search(c echo.Context) error {
	who := s.viewer(c)
	view, err := s.view(c, who)
	if err != nil {
		return err
	}
	q := audit.Query{View: view}
	if q.Scope, err = s.scope(c, who, view); err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, view)
	if err != nil {
		return err
	}
	v := templates.SearchPage{Page: s.page(c, who, view, truth), Query: strings.TrimSpace(c.QueryParam("q"))}
	v.Title = "Search"
	if v.Query != "" && view.Scan != 0 {
		if v.Groups, err = s.found(c, who, q, v.Query); err != nil {
			return err
		}
	}
	return ok(c, templates.Search(v))
}

func (s *Server) found(c echo.Context, who viewer, q audit.Query, text string) ([]templates.SearchGroup, error) {
	at := s.place(c, q.View)
	var out []templates.SearchGroup
	for _, k := range searched {
		if !who.may(actionFor(k.report)) {
			continue
		}
		filter := "find"
		if isID(text) {
			filter = k.id
		}
		if filter == "" {
			continue
		}
		asked := cut(text)
		page, err := s.run(c, q, k.report, searchHits, filter, asked)
		if err != nil {
			return nil, err
		}
		first, err := s.calledSo(c, q, page, asked)
		if err != nil {
			return nil, err
		}
		g := templates.SearchGroup{Label: k.label, Total: page.Total, AtLeast: !page.TotalExact, All: at.list(k.report, ui.Param{Name: filter, Value: asked})}
		for _, r := range ranked(first, page.Rows, func(r audit.Row) string { return r.Get(k.linkID).Text() }) {
			g.Hits = append(g.Hits, templates.SearchHit{Name: r.Text(k.name), Kind: kindWord(r.Text(k.kind)), Where: r.Text(k.where), Href: at.thing(k.to, r.Get(k.linkID).Text())})
		}
		if len(g.Hits) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// cut is as much of a question as a filter takes: longer than any name.
func cut(text string) string {
	const most = 500
	text = strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " ")
	if runes := []rune(text); len(runes) > most/4 {
		text = string(runes[:most/4])
	}
	return text
}

// calledSo finds what has the text as the beginning of its name, by name: of
// more than one page shows, that is what was meant.
func (s *Server) calledSo(c echo.Context, q audit.Query, page audit.Page, text string) ([]audit.Row, error) {
	if page.Report.Filter("begins") == nil || page.Next == "" {
		return nil, nil
	}
	first, err := s.run(c, q, page.Report.Name, searchHits, "begins", text)
	return first.Rows, err
}

// ranked are the rows of both lists, each thing once, as many as are shown.
func ranked(first, then []audit.Row, id func(audit.Row) string) []audit.Row {
	var out []audit.Row
	shown := map[string]bool{}
	for _, r := range append(slices.Clone(first), then...) {
		if key := id(r); len(out) < searchHits && (key == "" || !shown[key]) {
			shown[key] = true
			out = append(out, r)
		}
	}
	return out
}

// isID reports whether the text has the form of an id of Microsoft's.
func isID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}

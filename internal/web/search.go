package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/fault"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// searchHits is how many things of one kind a search shows.
const searchHits = 8

// searched are the kinds that are looked through: which report knows them, the
// filters that take words, an address and an id, and the column that says where
// a hit lives.
var searched = []struct {
	label, report      string
	words, address, id string
	where, linkID      string
	to                 audit.Target
	// name and kind are the columns that a hit is called by.
	name, kind string
}{
	{"Workspaces", "workspaces", "name", "", "workspace", "domain", "id", audit.ToWorkspace, "name", "kind"},
	{"Items", "items", "name", "", "item", "workspace", "id", audit.ToItem, "name", "kind"},
	{"People", "people", "name", "address", "principal", "address", "id", audit.ToPerson, "name", "kind"},
	{"Pipelines", "pipelines", "name", "", "pipeline", "", "id", audit.ToPipeline, "name", "kind"},
	{"Apps", "apps", "name", "", "", "workspace", "workspace_id", audit.ToWorkspace, "name", "kind"},
	{"Capacities", "capacities", "name", "", "capacity", "sku", "", "", "name", "kind"},
	{"Violations", "violations", "object", "", "", "workspace", "violation", audit.ToViolation, "object", "rule"},
	{"Requests", "requests", "title", "", "", "target", "id", audit.ToRequest, "title", "state"},
}

// search looks for workspaces, items, people, violations, requests and more by
// a part of a name, by address or by id. What it finds is within what the reader may see.
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
		filter := k.words
		switch {
		case isID(text):
			filter = k.id
		case strings.Contains(text, "@") && k.address != "":
			filter = k.address
		}
		if filter == "" {
			continue
		}
		page, err := s.run(c, q, k.report, searchHits, filter, text)
		if fault.Is(err, fault.Invalid) {
			continue // longer than any name
		}
		if err != nil {
			return nil, err
		}
		g := templates.SearchGroup{Label: k.label, Total: page.Total, AtLeast: !page.TotalExact, All: at.list(k.report, ui.Param{Name: filter, Value: text})}
		for _, r := range page.Rows {
			g.Hits = append(g.Hits, templates.SearchHit{Name: r.Text(k.name), Kind: kindWord(r.Text(k.kind)), Where: r.Text(k.where), Href: at.thing(k.to, r.Get(k.linkID).Text())})
		}
		if len(g.Hits) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
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

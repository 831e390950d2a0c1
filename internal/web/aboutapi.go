package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/web/api"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// aboutAPI is the page that explains the API to people: what it can do, how to
// get a token, and lines to try.
func (s *Server) aboutAPI(c echo.Context) error {
	who := s.viewer(c)
	v := templates.APIPage{Page: s.bare(c, who), Document: api.DocumentPath}
	v.Title, v.Kind, v.Active = "The API", "For programs", "/reports"
	root := strings.TrimSuffix(s.PublicURL, "/") + api.Root
	v.Primary = &ui.Action{Label: "Make a token", Href: ownTokens}
	v.Lines = []templates.APILine{
		{Says: "Whom the token acts for", Line: "curl -H @header.txt " + root + "/me"},
		{Says: "The workspaces without a capacity, ten at a time", Line: "curl -H @header.txt '" + root + "/reports/workspaces?limit=10'"},
		{Says: "Access as it was on a day", Line: "curl -H @header.txt '" + root + "/reports/access?as_of=2026-11-01'"},
		{Says: "What a new workspace would come to, without asking for it", Line: `curl -H @header.txt -H 'Content-Type: application/json' -d '{"kind": "workspace-create", "params": {"name": "FIN-Budget-DEV"}}' ` + root + "/requests/plan"},
		{Says: "Where a request stands", Line: "curl -H @header.txt " + root + "/requests/ID"},
	}
	tables := map[string]*ui.Table{}
	for _, o := range s.api.Table() {
		if tables[o.Tag] == nil {
			v.Groups = append(v.Groups, o.Tag)
			tables[o.Tag] = &ui.Table{ID: "api-" + strings.ToLower(o.Tag), Caption: o.Tag, Columns: []ui.Column{{Label: "Call", Kind: ui.Mono}, {Label: "What it does"}, {Label: "Token with"}}}
		}
		var words []string
		for _, g := range o.Grants() {
			words = append(words, string(g))
		}
		tables[o.Tag].Rows = append(tables[o.Tag].Rows, ui.Row{Cells: []ui.Cell{ui.Txt(o.Method + " " + api.Root + o.Path), {Text: o.Summary, Sub: o.About}, ui.Txt(strings.Join(words, " or "))}})
	}
	for _, g := range v.Groups {
		v.Tables = append(v.Tables, *tables[g])
	}
	return ok(c, templates.API(v))
}

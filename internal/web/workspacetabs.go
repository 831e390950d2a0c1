package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// workspaceItems is the tab with what is in a workspace.
func (s *Server) workspaceItems(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	return s.workspaceList(c, d, "items", "What is in it, who owns it, and when was it last used?", map[string]string{"workspace": d.id})
}

// workspaceList shows a report as a tab of a workspace.
func (s *Server) workspaceList(c echo.Context, d detail, report, question string, fixed map[string]string) error {
	req, page, err := s.subList(c, d, report, fixed)
	if err != nil {
		return err
	}
	v := templates.ListPage{Page: s.workspaceFrame(c, d), Question: question, List: s.listView(req, page)}
	return ok(c, templates.List(v))
}

// workspacePeople is the tab with who holds a role.
func (s *Server) workspacePeople(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "access", map[string]string{"workspace": d.id, "on": "workspace"}, "item", "item_kind")
	if err != nil {
		return err
	}
	v := templates.HoldersPage{Page: s.workspaceFrame(c, d), Question: "Who holds which role here? ", List: s.listView(req, page)}
	if !d.row.Get("people").Known() {
		v.Unknown = &ui.Empty{Why: "Who may use this workspace is unknown.", More: "Microsoft did not tell in this scan. That is not the same as nobody."}
		return ok(c, templates.Holders(v))
	}
	v.Groups, err = s.groupsOf(c, d, page.Rows)
	if err != nil {
		return err
	}
	return ok(c, templates.Holders(v))
}

// workspaceShares is the tab with rights on single items and with what is open
// to everybody.
func (s *Server) workspaceShares(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	links, err := s.run(c, d.q, "links", 100, "workspace", d.id)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "access", map[string]string{"workspace": d.id, "on": "item"}, "behind")
	if err != nil {
		return err
	}
	v := templates.SharesPage{Page: s.workspaceFrame(c, d), Links: s.wideLinks(d, links), List: s.listView(req, page)}
	if links.Total > int64(len(links.Rows)) {
		v.AllLinks = ui.Link{Label: "All " + ui.Count(links.Total), Href: d.place.list("links", ui.Param{Name: "workspace", Value: d.id})}
	}
	return ok(c, templates.Shares(v))
}

// wideLinks is a table of what is open to everybody.
func (s *Server) wideLinks(d detail, page audit.Page) ui.Table {
	t := ui.Table{ID: "links", Caption: "Open to everybody", Columns: []ui.Column{{Label: "Item"}, {Label: "Open to", Kind: ui.Badges}, {Label: "Right", Kind: ui.Badges}, {Label: "Shared by"}, {Label: "Last viewed"}, {Label: "Seen since", Kind: ui.Date}},
		Empty: ui.Empty{Why: "Nothing here is open to everybody."}}
	for _, r := range page.Rows {
		sharer := ui.Unknown("Microsoft did not tell who shared it.")
		if r.Get("sharer").Known() {
			sharer = ui.To(r.Text("sharer"), d.place.thing(audit.ToPerson, r.Get("sharer_id").Text()))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Text("item"), Sub: kindWord(r.Text("kind")), Href: d.place.thing(audit.ToItem, r.Get("item_id").Text())},
			ui.Parts(badge(kindWord(r.Text("link")))), ui.Parts(badge(r.Text("right"))), sharer,
			cell(r, "last_view", d.now), ui.When(r.Get("since").Time(audit.Date), d.now),
		}})
	}
	return t
}

// workspaceHistory is the tab with all that happened.
func (s *Server) workspaceHistory(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	return s.history(c, d, s.workspaceFrame(c, d), "What happened to this workspace, when, and through whom?", map[string]string{"workspace": d.id})
}

// history shows the time line of a thing.
func (s *Server) history(c echo.Context, d detail, frame templates.Page, question string, fixed map[string]string) error {
	req, page, err := s.subList(c, d, "history", fixed)
	if err != nil {
		return err
	}
	list := s.listView(req, page)
	v := templates.HistoryPage{Page: frame, Question: question, Filters: list.Filters, Export: list.Export, Empty: list.Table.Empty, Pager: list.Pager}
	v.Events = d.moments(page.Rows)
	return ok(c, templates.History(v))
}

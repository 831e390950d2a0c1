package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// shownRoles is how many of the workspace's roles an item's page shows.
const shownRoles = 50

// refreshTab is the tab of kinds that are refreshed.
func (d detail) refreshTab() []ui.Tab {
	switch d.row.Text("kind") {
	case "dataset", "dataflow":
		return []ui.Tab{{Label: "Refreshes", Href: "refreshes"}}
	}
	return nil
}

// itemAccess is the tab with who can open an item, and through what.
func (s *Server) itemAccess(c echo.Context) error {
	d, err := s.detail(c, anItem)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "access", map[string]string{"item": d.id}, "workspace", "on", "item_kind", "item")
	if err != nil {
		return err
	}
	roles, err := s.run(c, d.q, "access", shownRoles, "workspace", d.workspaceID(), "on", "workspace")
	if err != nil {
		return err
	}
	wide, err := s.run(c, d.q, "links", 10, "item", d.id)
	if err != nil {
		return err
	}
	v := templates.ItemAccessPage{Page: s.itemFrame(c, d), List: s.listView(req, page), Roles: d.roles(roles), Wide: s.wideLinks(d, wide)}
	if !d.row.Get("shares").Known() {
		v.List.Table.Empty = ui.Empty{Why: "Who has a right on it is unknown.", More: "Microsoft did not tell in this scan. That is not the same as nobody."}
	}
	if roles.Total > int64(len(roles.Rows)) || !roles.TotalExact {
		v.AllRoles = ui.Link{Label: "All who hold a role there", Href: d.place.thing(audit.ToWorkspace, d.workspaceID(), "people")}
	}
	return ok(c, templates.ItemAccess(v))
}

// roles is a table of who holds a role on the item's workspace.
func (d detail) roles(page audit.Page) ui.Table {
	t := ui.Table{ID: "roles", Caption: "Roles on the workspace", Columns: []ui.Column{{Label: "Who"}, {Label: "Role", Kind: ui.Badges}, {Label: "Stands out", Kind: ui.Badges}, {Label: "People behind", Kind: ui.Number}},
		Empty: ui.Empty{Why: "Nobody holds a role on its workspace, or it is not known who does."}}
	for _, r := range page.Rows {
		var marks []ui.Badge
		if r.Get("guest").Bool() {
			marks = append(marks, ui.Badge{Text: "Guest", Tone: ui.Warn})
		}
		if r.Get("left").Bool() {
			marks = append(marks, ui.Badge{Text: "left", Tone: ui.Bad})
		}
		stands := ui.Txt("–")
		if len(marks) > 0 {
			stands = badges(marks...)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Text("principal"), Sub: r.Text("address"), Href: d.place.thing(audit.ToPerson, r.Get("principal_id").Text())},
			badges(ui.Badge{Text: r.Text("right"), Tone: toneOf(r.Text("right"))}), stands, cell(r, "behind", d.now),
		}})
	}
	return t
}

// itemHistory is the tab with all that happened to an item.
func (s *Server) itemHistory(c echo.Context) error {
	d, err := s.detail(c, anItem)
	if err != nil {
		return err
	}
	return s.history(c, d, s.itemFrame(c, d), "What happened to this item, when, and through whom?", map[string]string{"workspace": d.workspaceID(), "item": d.id})
}

// itemViolations is the tab with what is not as the rules say.
func (s *Server) itemViolations(c echo.Context) error {
	d, err := s.detail(c, anItem)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "violations", map[string]string{"item": d.id}, "workspace", "object", "kind")
	if err != nil {
		return err
	}
	v := templates.ListPage{Page: s.itemFrame(c, d), Question: "What about it is not as the rules say, since when, and who is to be asked?", List: s.listView(req, page)}
	return ok(c, templates.List(v))
}

// Package ui owns the parts pages are made of: the frame, lists, badges, forms,
// charts. A part takes a plain view struct whose fields are ready to display
// and knows neither Power BI nor HTTP nor the database; it never fetches.
//
// # How to make a page
//
// A page is one .templ file in web/templates with its view struct on top. It
// wraps its content in templates.Layout, which owns the rail and the top bar:
//
//	type WorkspacesPage struct {
//		Page                 // title, path, tenant, as-of, truth, counts, person
//		List ui.List         // filter bar + export menu + table + pager
//	}
//
//	templ Workspaces(v WorkspacesPage) {
//		@Layout(v.Page) {
//			@ui.ListView(v.List)
//		}
//	}
//
// A list is data, not markup:
//
//	ui.List{
//		Filters: ui.FilterBar{Action: "/workspaces", Query: "fin", Chips: …, Filters: …},
//		Export:  ui.Export{Base: "/workspaces", Query: "q=fin"},
//		Table: ui.Table{
//			Caption: "Workspaces",
//			Columns: []ui.Column{
//				{Label: "Workspace", Sort: ui.SortLink("?sort=-name", ui.Ascending)},
//				{Label: "Items", Kind: ui.Number},
//				{Label: "Last refresh", Kind: ui.Date},
//			},
//			Rows: []ui.Row{{ID: "42", Cells: []ui.Cell{
//				{Text: "Finance PROD", Href: "/workspaces/contoso/…"},
//				ui.Num(18),
//				ui.When(at, now),
//			}}},
//			Empty: ui.Empty{Why: "No workspace matches these filters.", Do: ui.Action{Label: "Clear filters", Href: "/workspaces"}},
//		},
//		Pager: ui.Pager{From: 1, To: 50, Total: 12340, Next: "?after=…", Took: 38 * time.Millisecond},
//	}
//
// # Rules that keep pages safe and calm
//
// Text that came from the tenant goes through Name (in element content; cells,
// crumbs and titles do it by themselves) or NameText (in attributes): both show
// bidirectional overrides, zero-width and control characters as marks.
//
// Addresses go through Local, which refuses everything but a path on this site;
// all parts do. There is no style attribute, no inline script and no inline
// handler anywhere: the content security policy would stop it, and a test does.
//
// Whatever a test reads carries data-testid. Every state of a page is a Story
// (package stories); a test renders all of them, and Chromium looks at them in
// light and dark, on a desktop and on a phone.
package ui

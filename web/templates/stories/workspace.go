package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

const wsPath = "/workspaces/contoso/24a927cc-90de-4317-a643-55530ec12d64"

func workspaceStories(now time.Time) []stories.Story {
	full := workspacePage(now)
	gone := workspacePage(now)
	gone.Notices = []ui.Notice{{Tone: ui.Warn, Title: "Gone: the scan of 14 Nov 2026 02:00 UTC did not find it any more.", Text: "What is shown is how it was last seen, on 7 Nov 2026 02:00 UTC."}}
	gone.Badges = []templ.Component{ui.BadgeView(ui.Badge{Text: "Deleted", Tone: ui.Warn})}
	bare := templates.WorkspacePage{Page: workspaceFrame("My workspace of نورا", 0), Use: ui.Plot{ID: "use", Title: "How much is it used?"},
		Points: []templates.Point{{Tone: ui.Warn, Text: "Who may use this workspace is unknown: Microsoft did not tell in this scan."}},
		Owners: ui.Table{ID: "owners", Empty: ui.Empty{Why: "Unknown.", More: "Microsoft did not tell who may use this workspace."}},
		Facts:  []ui.Pair{{Key: "Admins", Unknown: "Microsoft did not tell."}, {Key: "Domain"}}}
	people := templates.HoldersPage{Page: workspaceFrame("FIN-Budget-PROD", 1), Question: "Who holds which role here?", List: holderList(now), Groups: groupTrees()}
	unknown := templates.HoldersPage{Page: workspaceFrame("FIN-Budget-PROD", 1), Question: "Who holds which role here?", Unknown: &ui.Empty{Why: "Who may use this workspace is unknown.", More: "Microsoft did not tell in this scan. That is not the same as nobody."}}
	shares := templates.SharesPage{Page: workspaceFrame("FIN-Budget-PROD", 3), List: holderList(now), Links: ui.Table{ID: "links", Caption: "Open to everybody", Empty: ui.Empty{Why: "Nothing here is open to everybody."}}}
	history := templates.HistoryPage{Page: workspaceFrame("FIN-Budget-PROD", 4), Question: "What happened to this workspace, when, and through whom?", Filters: ui.FilterBar{Action: wsPath + "/history"},
		Events: overviewPage(now).Told, Pager: ui.Pager{From: 1, To: 3, Total: 3, Noun: "entries"}}
	none := history
	none.Events, none.Empty = nil, ui.Empty{Why: "Nothing matches these filters.", Do: ui.Action{Label: "Clear filters", Href: wsPath + "/history"}}
	return []stories.Story{
		{Name: "workspace/full", Component: templates.Workspace(full)},
		{Name: "workspace/gone", Component: templates.Workspace(gone)},
		{Name: "workspace/little known", Component: templates.Workspace(bare)},
		{Name: "workspace/people", Component: templates.Holders(people)},
		{Name: "workspace/people unknown", Component: templates.Holders(unknown)},
		{Name: "workspace/shares, none to everybody", Component: templates.Shares(shares)},
		{Name: "workspace/history", Component: templates.History(history)},
		{Name: "workspace/history, nothing", Component: templates.History(none)},
	}
}

func workspaceFrame(name string, tab int) templates.Page {
	p := Page(name, wsPath)
	p.Kind, p.Crumbs = "Workspace", []ui.Link{{Label: "contoso", Href: "/"}, {Label: "Workspaces", Href: "/workspaces"}}
	p.Tabs = []ui.Tab{{Label: "Summary", Href: wsPath}, {Label: "People", Href: wsPath + "/people", Count: 8, Counted: true}, {Label: "Items", Href: wsPath + "/items", Count: 12340, Counted: true},
		{Label: "Shares and links", Href: wsPath + "/shares"}, {Label: "History", Href: wsPath + "/history"}}
	p.Tabs[tab].Active = true
	return p
}

func workspacePage(now time.Time) templates.WorkspacePage {
	return templates.WorkspacePage{
		Page: workspaceFrame("FIN-Budget\u202e DORP", 0),
		Points: []templates.Point{
			{Tone: ui.Bad, Text: "Nobody holds the Admin role. Could be made admin: Daisuke Farouk, <b>Agnieszka</b>\u200b Lund."},
			{Tone: ui.Warn, Text: "2 guests have a role here.", Link: ui.Link{Label: "See who", Href: wsPath + "/people"}},
			{Text: "Nobody viewed anything here in the last 28 days."},
		},
		Pipeline: ui.Link{Label: "FIN-Budget pipeline", Href: "/pipelines/contoso/1"},
		Stages: []templates.Stage{{Name: "Development", Workspace: "FIN-Budget-DEV", Href: "/workspaces/contoso/2", Note: "7 items"}, {Name: "Stage 2"},
			{Name: "Production", Workspace: "A workspace whose name is much longer than anyone would wish, with the quarter in it", Href: wsPath, Note: "8 items", Here: true}},
		Owners: ui.Table{ID: "owners", Caption: "People", Columns: []ui.Column{{Label: "Who"}, {Label: "Role", Kind: ui.Badges}, {Label: "Changes here", Kind: ui.Number}, {Label: "Last", Kind: ui.Date}},
			Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Daisuke Farouk", Sub: "daisuke@contoso.example", Href: "/people/contoso/1"}, ui.Parts(ui.BadgeView(ui.Badge{Text: "Member"})), ui.Num(12), ui.When(now.Add(-time.Hour), now)}}}},
		Use: ui.Plot{ID: "use", Title: "How much is it used?", Unit: "views", Bars: true, Desc: "Views on each day.", X: []string{"20 Nov", "21 Nov"},
			Series: []ui.Series{{Name: "Views", Values: []float64{4, 7}}, {Name: "Edits", Values: []float64{0, 1}}}},
		History: overviewPage(now).Told, AllHistory: ui.Link{Label: "All of its history", Href: wsPath + "/history"},
		Facts: []ui.Pair{{Key: "State", Value: "Active"}, {Key: "Domain", Value: "Finance", Href: "/workspaces?domain=1"}, {Key: "Description", Value: "Do not use.\u202e Kept for the audit, and for everybody who asks why it is kept."},
			{Key: "So since", At: now.AddDate(0, -2, 0)}, {Key: "Id", Value: "24a927cc-90de-4317-a643-55530ec12d64", Copy: true}},
	}
}

func holderList(now time.Time) ui.List {
	return ui.List{Filters: ui.FilterBar{Action: wsPath + "/people", QueryHint: "Name of holder contains"}, Pager: ui.Pager{From: 1, To: 1, Total: 1, Noun: "rights"},
		Table: ui.Table{Caption: "Access", Scroll: true, Columns: []ui.Column{{Label: "Who"}, {Label: "Right", Kind: ui.Badges}, {Label: "Seen since", Kind: ui.Date}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.To("SG-LOG-BI-Readers", "/people/contoso/9"), ui.Parts(ui.BadgeView(ui.Badge{Text: "Viewer"})), ui.When(now, now)}}}}}
}

func groupTrees() []templates.GroupTree {
	return []templates.GroupTree{
		{ID: "group-1", Name: "SG-<img src=x>\u202e-BI", Href: "/people/contoso/9", Says: "43 people behind it", Members: []ui.Node{
			{Label: "Finn Berg", Href: "/people/contoso/3", Note: "finn@contoso.example", Badges: []templ.Component{ui.BadgeView(ui.Badge{Text: "left", Tone: ui.Bad})}},
			{Label: "SG-Inner", Kind: "Group", Href: "/people/contoso/10", Children: []ui.Node{{Label: "SG-BI", Note: "contains this group again"}}}}},
		{ID: "group-2", Name: "SG-Legacy", Href: "/people/contoso/11", Says: "members unknown"},
	}
}

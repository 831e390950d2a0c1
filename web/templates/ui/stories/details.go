package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

func detailStories(now time.Time) []Story {
	object := frame("Finance PROD")
	object.Kind = "Workspace"
	object.Crumbs = []ui.Link{{Label: "contoso", Href: "/workspaces?tenant=contoso"}, {Label: "Workspaces", Href: "/workspaces"}}
	object.Badges = []templ.Component{ui.BadgeView(ui.Badge{Text: "Premium", Tone: ui.Info}), ui.BadgeView(ui.Badge{Text: "No admin", Tone: ui.Bad})}
	object.Primary = &ui.Action{Label: "Request access", Href: "/requests/new/access"}
	object.Also = []ui.Action{{Label: "Open in Power BI", Href: "/out"}, {Label: "Delete workspace", Href: "/requests/new/delete", Danger: true}}
	object.Tabs = []ui.Tab{
		{Label: "People", Href: "?tab=people", Count: 12, Counted: true}, {Label: "Items", Href: "?tab=items", Count: 128, Counted: true},
		{Label: "Lineage", Href: "?tab=lineage"}, {Label: "Violations", Href: "?tab=violations", Count: 3, Counted: true},
		{Label: "History", Href: "?tab=history", Active: true}, {Label: "Requests", Href: "?tab=requests", Counted: true},
	}
	object.Notices = []ui.Notice{
		{Tone: ui.Bad, Title: "Finance PROD has no admin.", Text: "Two members could be made admin.", Action: ui.Action{Label: "Ask for an admin", Href: "/requests/new/admin"}},
		{Tone: ui.Warn, Text: "7 workspaces were not read by this scan; Power BI asked us to wait until 02:40.", Detail: "429 · RequestId 6f9b2c1e-0000-4a3f-9d5e-1f2e3d4c5b6a"},
	}
	return []Story{
		{"detail/history", framed(object, ui.Columns(ui.Timeline(events(now)), ui.KeyValues(facts(now))))},
		{"detail/lineage", framed(frame("Sales model"), ui.Tree("Lineage of Sales model", lineage()))},
		{"detail/progress", framed(frame("Scan 42"), progress()...)},
	}
}

func facts(now time.Time) []ui.Pair {
	return []ui.Pair{
		{Key: "Id", Value: "6f9b2c1e-1c2d-4a3f-9d5e-1f2e3d4c5b6a", Copy: true},
		{Key: "State", Part: ui.State("active", ui.Good)},
		{Key: "Worst", Part: ui.Severity("critical")},
		{Key: "Capacity", Value: "F64 West Europe", Href: "/capacities"},
		{Key: "Last refresh", At: now.Add(-22 * time.Minute)},
		{Key: "Domain", Unknown: "the scanner may not read domains"},
		{Key: "Description"},
		{Key: "Owner", Value: "Anna\u200b Müller", Href: "/people/contoso/1"},
	}
}

func events(now time.Time) []ui.Event {
	return []ui.Event{
		{At: now.Add(-20 * time.Minute), Now: now, Actor: "Ben Okafor", ActorHref: "/people/contoso/2", Text: "refreshed Sales model", Kind: "Activity", Tone: ui.Good},
		{At: now.Add(-3 * time.Hour), Now: now, Text: "The last admin was removed", Kind: "Scan", Tone: ui.Bad, Href: "/scans/41", Changes: []ui.Change{{Field: "Admins", Before: "Anna Müller", After: ""}, {Field: "Capacity", Before: "Shared capacity", After: "F64 West Europe"}}},
		{At: now.Add(-26 * time.Hour), Now: now, Actor: "Ada Lindqvist", Text: "waived “Production has two admins” until 1 Mar 2027", Kind: "Waiver", Tone: ui.Warn, Detail: "Reason: hand-over to the new owner is under way"},
		{At: now.Add(-70 * 24 * time.Hour), Now: now, Actor: "Steward", Text: "created the workspace for request 118", Kind: "Request", Tone: ui.Info},
		{At: now.Add(-400 * 24 * time.Hour), Now: now, Text: "First seen", Kind: "Scan"},
	}
}

func lineage() []ui.Node {
	report := func(name string) ui.Node {
		return ui.Node{Kind: "Report", Label: name, Href: "/items/contoso/1", Note: "Finance PROD"}
	}
	return []ui.Node{{
		Kind: "Source", Label: "sql-prod.contoso.example / sales", Note: "Azure SQL, through gateway gw-emea",
		Children: []ui.Node{{
			Kind: "Dataflow", Label: "Orders staging", Href: "/items/contoso/9", Note: "Data platform",
			Children: []ui.Node{{
				Kind: "Semantic model", Label: "Sales model", Href: "/items/contoso/7", Here: true, Badges: []templ.Component{ui.BadgeView(ui.Badge{Text: "Certified", Tone: ui.Good})},
				Children: []ui.Node{
					{Kind: "Report", Label: "Sales by region", Href: "/items/contoso/1", Note: "Finance PROD", Children: []ui.Node{{Kind: "App", Label: "Sales", Href: "/items/contoso/3", Note: "whole organisation"}}},
					report("Margin\u202e nigram"), report("A report whose name is much longer than anyone would wish, with the quarter, the region and the initials of its author in it"),
				},
				More: 14, MoreHref: "/items?model=7",
			}},
		}},
	}}
}

func finished() ui.Progress {
	return ui.Progress{Label: "Reading workspaces", Done: 4019, Total: 4019, Noun: "workspaces", Says: "Done in 8 min.", Tone: ui.Good}
}

func progress() []templ.Component {
	return []templ.Component{
		ui.ProgressView(ui.Progress{Label: "Reading workspaces", Done: 1210, Total: 4019, Noun: "workspaces", Says: "Batch 13 of 41, about 6 min left. 388 of 500 calls left this hour.", Live: "/scans/42/progress", Stop: &ui.Action{Label: "Cancel the scan", Href: "/scans/42/cancel", Post: true}}),
		ui.ProgressView(ui.Progress{Label: "Waiting for Power BI", Noun: "workspaces"}),
		ui.ProgressView(ui.Progress{Label: "Failed", Done: 300, Total: 4019, Noun: "workspaces", Says: "Power BI refused the scanner: the setting for read-only admin APIs is off.", Tone: ui.Bad}),
		ui.Coverage("Workspaces seen", 4012, 4019),
		ui.Coverage("Refresh history seen", 310, 1204),
		ui.Coverage("Apps seen", 0, 0),
	}
}

package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func listStories(now time.Time) []stories.Story {
	changes := changesPage(now)
	none := changesPage(now)
	none.List.Table.Rows, none.List.Table.Empty = nil, ui.Empty{Why: "Nothing changed between the two.", More: "That is what both scans say."}
	none.Compare.Things = nil
	first := changesPage(now)
	first.Compare, first.List.Table.Rows = nil, nil
	first.Notices = []ui.Notice{{Tone: ui.Info, Title: "There is nothing to compare with yet.", Text: "This is the first scan that was published."}}
	first.List.Table.Empty = ui.Empty{Why: "No scan had been published by then.", Do: ui.Action{Label: "Back to the latest scan", Href: "/changes"}}
	refused := templates.ListPage{Page: Page("Workspaces", "/workspaces"), Question: "Which workspaces does the tenant have, and who runs them?", List: ui.List{Filters: ui.FilterBar{Action: "/workspaces", QueryHint: "Name contains",
		Chips: []ui.Chip{{Label: "Orphaned", Value: "perhaps\u202e", Remove: "/workspaces"}}}, Table: ui.Table{Empty: ui.Empty{Why: "Nothing matches these filters."}}}}
	refused.Notices = []ui.Notice{{Tone: ui.Bad, Title: "This list cannot be shown as asked.", Text: "Orphaned is yes, no or unknown, not \"perhaps\".", Action: ui.Action{Label: "Clear filters", Href: "/workspaces"}}}
	reports := templates.ReportsPage{Page: Page("Reports", "/reports"), Groups: []templates.ReportGroup{{Title: "Workspaces", Reports: []templates.ReportEntry{
		{Title: "Workspaces", Question: "Which workspaces does the tenant have, and who runs them?", Href: "/workspaces", Formats: []ui.Link{{Label: "CSV", Href: "/workspaces.csv"}, {Label: "XLSX", Href: "/workspaces.xlsx"}, {Label: "JSON", Href: "/workspaces.json"}}},
		{Title: "Lineage", Question: "What is this made from, and what is made from it?", Needs: "Open it from the page of what it is about."}}}}}
	return []stories.Story{
		{Name: "changes/many", Component: templates.List(changes)},
		{Name: "changes/none", Component: templates.List(none)},
		{Name: "changes/first scan", Component: templates.List(first)},
		{Name: "lists/refused", Component: templates.List(refused)},
		{Name: "lists/reports", Component: templates.Reports(reports)},
	}
}

func changesPage(now time.Time) templates.ListPage {
	change := func(word string, tone ui.Tone) ui.Cell {
		return ui.Parts(ui.BadgeView(ui.Badge{Text: word, Tone: tone}))
	}
	return templates.ListPage{
		Page: Page("Changes", "/changes"), Question: "What changed between two moments, from what to what, and who did it?",
		Compare: &templates.Compare{Action: "/changes", Since: "2026-11-14", Max: "2026-11-21", Keep: []ui.Param{{Name: "thing", Value: "right"}},
			Before: ui.Link{Label: "the scan of 14 Nov 2026 02:00 UTC", Href: "/scans/41"}, After: ui.Link{Label: "the scan of 21 Nov 2026 02:00 UTC", Href: "/scans/42"},
			Quick: []ui.Tab{{Label: "Since yesterday", Href: "/changes?since=1"}, {Label: "Last week", Href: "/changes", Active: true}, {Label: "Since the last full scan", Href: "/changes?since=2"}},
			Things: []templates.ThingFilter{{ChangeCount: templates.ChangeCount{Label: "Workspaces", Href: "/changes?thing=workspace", Added: "+2", Removed: "−3", Changed: "~4"}},
				{ChangeCount: templates.ChangeCount{Label: "Rights", Href: "/changes", Added: "+200"}, Active: true}}},
		List: ui.List{Filters: ui.FilterBar{Action: "/changes"}, Export: &ui.Export{Base: "/changes", Rows: 696}, Pager: ui.Pager{From: 1, To: 3, Total: 696, Noun: "changes", Next: "/changes?cursor=x"},
			Table: ui.Table{Caption: "Changes", Columns: []ui.Column{{Label: "What"}, {Label: "Change", Kind: ui.Badges}, {Label: "From → to"}, {Label: "Noticed", Kind: ui.Date, Sort: ui.SortLink("/changes?sort=-at", ui.Ascending)}, {Label: "Who"}},
				Rows: []ui.Row{
					{Cells: []ui.Cell{{Text: "Test\u202e Demand", Sub: "Workspace", Href: wsPath}, change("added", ui.Good), ui.Txt("Active"), ui.When(now.Add(-50*time.Hour), now), {Text: "Aarav Sánchez", Sub: "CreateFolder", Href: personPath}}},
					{Cells: []ui.Cell{{Text: "Campaigns Monthly Review", Sub: "Item in MKT-Campaigns-DEV", Href: itemPath}, change("changed", ui.Neutral), ui.Parts(diffs("Description", "Short.", "A description that somebody wrote in one long sentence because nobody told them that it would have to fit beside another one")...), ui.When(now, now), ui.Unknown("Several people or nobody.")}},
					{Cells: []ui.Cell{{Text: "SG-FIN on Privacy Details", Sub: "Right in LEG-Privacy-DEV"}, change("removed", ui.Bad), ui.Txt("ReadWriteReshareExplore"), ui.When(now, now), ui.Unknown("Several people or nobody.")}},
				}}},
	}
}

func diffs(field, before, after string) []templ.Component {
	return []templ.Component{ui.Diff([]ui.Change{{Field: field, Before: before, After: after}})}
}

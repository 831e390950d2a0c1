package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// runningStories are those of the pages about running the portal.
func runningStories(now time.Time) []stories.Story {
	var all []stories.Story
	for _, group := range [][]stories.Story{scanStories(now), setupStories(now), meStories(now), ledgerStories(now), runStories(now)} {
		all = append(all, group...)
	}
	return all
}

func scanStories(now time.Time) []stories.Story {
	return []stories.Story{
		{Name: "scans/running", Component: templates.Scans(scansPage(now, true))},
		{Name: "scans/idle", Component: templates.Scans(scansPage(now, false))},
		{Name: "scans/never", Component: templates.Scans(neverScanned())},
		{Name: "scan/partial", Component: templates.Scan(partialScan(now))},
		{Name: "scan/first, running", Component: templates.Scan(firstScan(now))},
		{Name: "scan/stop it", Component: templates.Confirm(stopScan())},
	}
}

func scansPage(now time.Time, running bool) templates.ScansPage {
	v := templates.ScansPage{ListPage: templates.ListPage{Page: Page("Scans", "/scans"), Question: "When was the tenant looked at, how completely, and what went wrong?"}}
	v.NoAsOf = true
	v.Next = []ui.Pair{{Key: "Next incremental scan", Value: ui.Exact(now.Add(12*time.Minute)) + " (in 12 min)"}, {Key: "Next full scan", Value: ui.Exact(now.Add(40*time.Hour)) + " (in 40 h)"}}
	quota := ui.Table{ID: "quota", Caption: "What is left of Microsoft's limits", Scroll: true, Columns: []ui.Column{{Label: "Operation"}, {Label: "Calls left now", Kind: ui.Number}, {Label: "State"}},
		Rows: []ui.Row{
			{Cells: []ui.Cell{ui.Txt("WorkspaceInfo_PostWorkspaceInfo"), ui.Txt("412"), ui.Txt("free")}},
			{Cells: []ui.Cell{ui.Txt("Admin_GetActivityEvents"), ui.Txt("0"), ui.Txt("Microsoft asked to wait, next call in 12 min")}}}}
	v.Now.Quota = &quota
	if running {
		v.Now.Running = &ui.Progress{Label: "Full scan 43", Done: 17, Total: 56, Noun: "steps",
			Says: "reading workspaces · began 4 min ago · 12,806 items seen · ends about 14:20 UTC", Stop: &ui.Action{Label: "Stop this scan", Href: "/scans/stop?tenant=contoso"}}
		v.Elsewhere = []ui.Link{{Label: "fabrikam", Href: "/scans?tenant=fabrikam"}}
	} else {
		v.Primary = &ui.Action{Label: "Start incremental scan", Href: "/scans", Post: true}
		v.Also = []ui.Action{{Label: "Start full scan", Href: "/scans", Post: true}}
	}
	v.List = ui.List{
		Filters: ui.FilterBar{Action: "/scans", Filters: []ui.Filter{{Name: "state", Label: "State", Kind: ui.FilterChoice, Options: []ui.Option{{Value: "partial", Label: "partial"}}}}},
		Export:  &ui.Export{Base: "/scans", Rows: 2},
		Table: ui.Table{Caption: "Scans", Scroll: true, Columns: []ui.Column{{Label: "Scan", Kind: ui.Number}, {Label: "Kind", Kind: ui.Badges}, {Label: "State", Kind: ui.Badges}, {Label: "Began", Kind: ui.Date}, {Label: "Seen", Kind: ui.Number}, {Label: "Of", Kind: ui.Number}, {Label: "What went wrong"}},
			Rows: []ui.Row{
				{Cells: []ui.Cell{ui.To("42", "/scans/42"), ui.Txt("full"), ui.Parts(ui.BadgeView(ui.Badge{Text: "partial", Tone: ui.Warn})), ui.When(now.Add(-3*time.Hour), now), ui.Num(4012), ui.Num(4019), ui.Txt("–")}},
				{Cells: []ui.Cell{ui.To("41", "/scans/41"), ui.Txt("full"), ui.Parts(ui.BadgeView(ui.Badge{Text: "failed", Tone: ui.Bad})), ui.When(now.Add(-27*time.Hour), now), ui.Num(0), ui.Num(0), ui.Txt("The Power BI API refused the scanner: the tenant setting for read-only admin APIs does not include it.")}},
			}},
		Pager: ui.Pager{From: 1, To: 2, Total: 2, Noun: "scans", Took: 3 * time.Millisecond},
	}
	return v
}

func neverScanned() templates.ScansPage {
	v := templates.ScansPage{ListPage: templates.ListPage{Page: Page("Scans", "/scans"), Question: "When was the tenant looked at, how completely, and what went wrong?"}}
	v.NoAsOf = true
	v.Truth = &ui.Truth{Href: "/scans", Parts: []ui.TruthPart{{Text: "never scanned: nothing is known yet", Tone: ui.Warn}}}
	v.List.Filters.Action = "/scans"
	v.List.Table.Empty = ui.Empty{Why: "This tenant has not been scanned yet."}
	return v
}

func partialScan(now time.Time) templates.ScanPage {
	v := templates.ScanPage{Page: Page("Scan 42", "/scans/42"), Seen: 4012, Meant: 4019}
	v.Kind, v.NoAsOf, v.Truth = "Scan", true, nil
	v.Badges = []templ.Component{ui.State("partial", ui.Warn)}
	v.Crumbs = []ui.Link{{Label: "contoso", Href: "/"}, {Label: "Scans", Href: "/scans"}}
	v.Notices = []ui.Notice{{Tone: ui.Warn, Title: "Held back", Text: "812 of 4,019 workspaces are missing from Microsoft's list at once. They are kept until a second full scan agrees."}}
	v.Facts = []ui.Pair{{Key: "Kind", Value: "full"}, {Key: "Cause", Value: "a person asked for it: Olof\u202e Palm"}, {Key: "Began", At: now.Add(-3 * time.Hour)}, {Key: "Ended", At: now.Add(-2 * time.Hour)},
		{Key: "Published", At: now.Add(-2 * time.Hour)}, {Key: "Calls", Value: "148"}, {Key: "Took", Value: "58 min 2 s"}}
	v.Changed = ui.Table{ID: "changed", Caption: "What changed", Columns: []ui.Column{{Label: "About"}, {Label: "New versions", Kind: ui.Number}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("workspace"), ui.Num(12)}}, {Cells: []ui.Cell{ui.Txt("item"), ui.Num(1204)}}}}
	v.Parts = templates.ScanPart{Shown: 2, Total: 2, All: "/scan-parts?scan=42", Table: ui.Table{ID: "scan-parts", Caption: "Parts of a scan", Scroll: true,
		Columns: []ui.Column{{Label: "Part"}, {Label: "State", Kind: ui.Badges}, {Label: "Seen", Kind: ui.Number}, {Label: "Of", Kind: ui.Number}, {Label: "Last seen whole", Kind: ui.Date}, {Label: "What went wrong"}, {Label: "Microsoft's request id", Kind: ui.Mono, Minor: true}},
		Rows: []ui.Row{
			{Cells: []ui.Cell{ui.Txt("capacities"), ui.Parts(ui.BadgeView(ui.Badge{Text: "done", Tone: ui.Good})), ui.Num(5), ui.Num(5), ui.When(now.Add(-2*time.Hour), now), ui.Txt("–"), ui.Txt("–")}},
			{Cells: []ui.Cell{ui.Txt("activity"), ui.Parts(ui.BadgeView(ui.Badge{Text: "failed", Tone: ui.Bad})), ui.Num(0), ui.Num(1), ui.When(now.Add(-26*time.Hour), now), ui.Txt("Microsoft asked to wait 20 minutes."), ui.Txt("7f9c2ba4-e88f-4f2d-b6a1-9e0a2f6f0b11")}}}}}
	v.Gaps = templates.ScanPart{Shown: 1, Total: 7, All: "/scan-gaps?scan=42", Table: ui.Table{ID: "scan-gaps", Caption: "Workspaces a scan did not see", Scroll: true,
		Columns: []ui.Column{{Label: "Workspace"}, {Label: "Why"}, {Label: "Last seen", Kind: ui.Date}},
		Rows:    []ui.Row{{Cells: []ui.Cell{ui.To("Finance\u202eDORP", "/workspaces/contoso/2"), ui.Txt("Microsoft lists this workspace, but its scan answers \"Not Found\". What was known is kept."), ui.When(now.Add(-26*time.Hour), now)}}}}}
	v.Batches = templates.ScanPart{Shown: 1, Total: 41, All: "/scan-batches?scan=42", Table: ui.Table{ID: "scan-batches", Caption: "Batches of a scan", Scroll: true,
		Columns: []ui.Column{{Label: "Batch", Kind: ui.Number}, {Label: "State", Kind: ui.Badges}, {Label: "Workspaces", Kind: ui.Number}},
		Rows:    []ui.Row{{Cells: []ui.Cell{ui.Num(1), ui.Parts(ui.BadgeView(ui.Badge{Text: "done", Tone: ui.Good})), ui.Num(100)}}}}}
	v.Figures = ui.Table{ID: "figures", Caption: "Figures", Columns: []ui.Column{{Label: "Figure"}, {Label: "Count", Kind: ui.Number}}, Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("workspaces"), ui.Num(4012)}}}}
	return v
}

func firstScan(now time.Time) templates.ScanPage {
	v := templates.ScanPage{Page: Page("Scan 1", "/scans/1")}
	v.Kind, v.NoAsOf, v.Truth = "Scan", true, nil
	v.Badges = []templ.Component{ui.State("running", ui.Info)}
	v.Running = &ui.Progress{Label: "Full scan 1", Noun: "steps", Says: "reading list of workspaces · began now"}
	v.Facts = []ui.Pair{{Key: "Kind", Value: "full"}, {Key: "Cause", Value: "the tenant had never been scanned"}, {Key: "Began", At: now}, {Key: "Ended", Value: "still running"}}
	none := func(id, why string) templates.ScanPart {
		return templates.ScanPart{Table: ui.Table{ID: id, Caption: id, Empty: ui.Empty{Why: why}}}
	}
	v.Parts, v.Gaps, v.Batches = none("scan-parts", "This scan has not read anything beside the workspaces."), none("scan-gaps", "Every workspace that was meant to be seen was seen."), none("scan-batches", "No workspace had to be asked for.")
	v.Changed.Empty = ui.Empty{Why: "Nothing of this scan was kept.", More: "Pages read published scans only."}
	v.Figures.Empty = ui.Empty{Why: "This scan left no figures."}
	return v
}

func stopScan() templates.ConfirmPage {
	v := templates.ConfirmPage{Page: Page("Stop the scan", "/scans/stop")}
	v.NoAsOf = true
	v.Confirm = ui.Confirm{Action: "/scans/stop", Back: "/scans?tenant=contoso", Button: "Stop the scan", Danger: true, Title: "Stop the full scan 43 of contoso?",
		Consequences: []string{"What this scan has read so far is thrown away: 17 batches of workspaces, 12,806 items.", "Pages go on showing scan 42, as of 21 Nov 2026 02:14 UTC.", "The calls it made count against Microsoft's limits all the same."}}
	return v
}

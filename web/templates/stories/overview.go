package stories

import (
	"math"
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func overviewStories(now time.Time) []stories.Story {
	full := overviewPage(now)
	never := templates.OverviewPage{Page: Page("Overview", "/"), Empty: &ui.Empty{Why: "This tenant has not been scanned yet.", Do: ui.Action{Label: "Go to the scans", Href: "/scans"}}}
	never.Truth = &ui.Truth{Href: "/scans", Parts: []ui.TruthPart{{Text: "never scanned: nothing is known yet", Tone: ui.Warn}}}
	calm := overviewPage(now)
	calm.Told, calm.Counts, calm.Needs, calm.Plots, calm.Roles = nil, nil, nil, nil, nil
	calm.Quiet = "Nothing changed, say both scans."
	partial := overviewPage(now)
	partial.AsOf, partial.AsOfSays = "2026-11-14", "14 Nov 2026 02:10 UTC"
	partial.Truth = &ui.Truth{Href: "/scans/41", Parts: []ui.TruthPart{{Text: "as of 14 Nov 2026 02:10 UTC"}, {Text: "4,012 of 4,019 workspaces (7: throttled)", Tone: ui.Warn}, {Text: "tenant-settings failed", Tone: ui.Warn}}}
	partial.Cover = []templates.Cover{{Label: "Workspaces seen", Seen: 4012, Whole: 4019}, {Label: "People seen", Seen: 310, Whole: 1204}}
	partial.Scans = append([]ui.Pair{{Key: "Tenant settings", Unknown: "Power BI refused it: the scanner may not read tenant settings.", Value: "failed"}}, partial.Scans...)
	partial.Tiles[1] = ui.Stat{Label: "Items", Unknown: "This scan did not count it.", Href: "/items"}
	return []stories.Story{
		{Name: "overview/full", Component: templates.Overview(full)},
		{Name: "overview/never scanned", Component: templates.Overview(never)},
		{Name: "overview/a part, and nothing changed", Component: templates.Overview(calm)},
		{Name: "overview/past and partial", Component: templates.Overview(partial)},
	}
}

func overviewPage(now time.Time) templates.OverviewPage {
	return templates.OverviewPage{
		Page: Page("Overview", "/"),
		Tiles: []ui.Stat{
			{Label: "Active workspaces", Value: "4,019", Href: "/workspaces", Delta: "26 more than last week", Trend: []float64{3900, 3950, 3990, 4019}},
			{Label: "Items", Value: "38,201", Href: "/items", Delta: "as last week"},
			{Label: "Guests", Value: "> 10,000", Href: "/guests"},
		},
		Since: "What changed since last week?", Changes: ui.Link{Label: "All changes", Href: "/changes?since=2026-11-14"},
		Told: []ui.Event{
			{At: now.Add(-26 * time.Hour), Now: now, Kind: "Activity", Tone: ui.Bad, Actor: "Zainab Zimmermann", ActorHref: "/people/contoso/1", Text: "published Headcount KPI\u202e lanif to the web", Href: "/items/contoso/1", Detail: "in Human Resources"},
			{At: now.Add(-50 * time.Hour), Now: now, Kind: "Scan", Text: "Frank Smith may do something else on LOG-Warehouse-DEV", Href: "/workspaces/contoso/1", Changes: []ui.Change{{Field: "Right", Before: "Admin", After: "Member"}}},
			{At: now.Add(-90 * time.Hour), Now: now, Kind: "Scan", Tone: ui.Warn, Text: "Workspace Workshop Tooling 20.99 is gone", Href: "/workspaces/contoso/2"},
		},
		Counts: []templates.ChangeCount{{Label: "Workspaces", Href: "/changes?thing=workspace", Added: "+2", Removed: "−3", Changed: "~4"}, {Label: "Rights", Href: "/changes?thing=right", Added: "+200"}},
		Needs: []templates.Need{
			{Count: "4", Text: "workspaces have nobody who could administer them", Href: "/orphaned-workspaces", Tone: ui.Bad, Delta: "1 more than last week"},
			{Count: "519", Text: "rights are held by accounts that are gone or disabled", Href: "/leaver-access", Tone: ui.Bad},
			{Count: "unknown", Text: "models do not refresh as they should", Href: "/refresh-problems", Tone: ui.Warn},
			{Count: "624", Text: "items are unused, says Microsoft's own list", Href: "/unused"},
		},
		Cover: []templates.Cover{{Label: "Workspaces seen", Seen: 4019, Whole: 4019}},
		Scans: []ui.Pair{{Key: "This scan", Part: ui.Time(now.Add(-2*time.Hour), now)}, {Key: "Last full scan", Part: ui.Time(time.Time{}, now)}, {Key: "Details", Value: "Scan 42", Href: "/scans/42"}},
		Plots: []ui.Plot{
			{ID: "workspaces", Title: "Is the tenant growing?", Unit: "workspaces", Desc: "Active workspaces on each day.", X: []string{"18 Nov", "19 Nov", "20 Nov", "21 Nov"}, Series: []ui.Series{{Name: "Active", Values: []float64{math.NaN(), 3990, 4001, 4019}}}},
			{ID: "activity", Title: "When is the tenant used?", Unit: "events", Bars: true},
		},
		Roles: &ui.Shares{ID: "roles", Title: "Who holds which role?", Unit: "roles", Rows: []ui.Share{{Label: "Admin", Href: "/access?right=Admin", Value: 700, Parts: []ui.Part{{Name: "People", Value: 500}, {Name: "Groups", Value: 200}}}}},
	}
}

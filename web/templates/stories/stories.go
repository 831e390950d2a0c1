// Package stories owns the storybook of the pages: every state a page can be
// in, with made-up data. A page adds a function here, in a file
// of its own name, and lists it in All. A test renders them all and looks at
// them in Chromium.
package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// All returns the stories of all pages. Times in them are relative to now.
func All(now time.Time) []stories.Story {
	var all []stories.Story
	for _, group := range [][]stories.Story{searchStories(now), overviewStories(now), workspaceStories(now), thingStories(now), planStories(now), listStories(now)} {
		all = append(all, group...)
	}
	all = append(all, runningStories(now)...)
	all = append(all, askStories(now)...)
	return append(append(all, deskStories(now)...), ruleStories(now)...)
}

// Page is the part that all pages have, as a signed-in auditor sees it.
func Page(title, path string) templates.Page {
	return templates.Page{
		Title: title, Path: path, Tenants: []string{"contoso", "fabrikam"}, Tenant: "contoso",
		AsOfMin: "2026-09-22", AsOfMax: "2026-11-21",
		Person: &ui.Person{Name: "Ada Lindqvist", Detail: "ada@contoso.example · approver, auditor"},
		Counts: templates.Counts{Violations: 12806, Waivers: 4, MyRequests: 2, Approvals: 3, Runs: 1, SetupProblems: 1},
		Truth: &ui.Truth{Href: "/scans/42", Parts: []ui.TruthPart{
			{Text: "as of 21 Nov 2026 02:14 UTC"}, {Text: "4,019 of 4,019 workspaces"}, {Text: "full scan 3 days ago"}}},
	}
}

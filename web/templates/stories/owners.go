package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// ownerStories are what owners see, what could be done about a workspace, and
// the baselines.
func ownerStories(now time.Time) []stories.Story {
	return []stories.Story{
		{Name: "mine/waiting", Component: templates.Mine(minePage(now))},
		{Name: "mine/nothing", Component: templates.Mine(templates.MinePage{Page: Page("Mine", "/mine"), Question: "What do you answer for, and what waits for your word?", Spaces: ui.Table{Empty: ui.Empty{Why: "You administer no workspace that the last scan saw and that you may see here."}}})},
		{Name: "mine/your word, refused", Component: templates.Decide(wordPage())},
		{Name: "advice/asked and advised", Component: templates.WorkspaceAdvice(advicePage(now))},
		{Name: "advice/nothing", Component: templates.WorkspaceAdvice(templates.AdvicePage{Page: Page("FIN-Budget-DEV", "/workspaces")})},
		{Name: "baselines/all states", Component: templates.Baselines(baselinesPage())},
		{Name: "baselines/never judged", Component: templates.Baselines(templates.BaselinesPage{Page: Page("Baselines", "/baselines"), Question: "How does the tenant stand against public baselines, and what shows it?"})},
	}
}

func minePage(now time.Time) templates.MinePage {
	return templates.MinePage{Page: Page("Mine", "/mine"), Question: "What do you answer for, and what waits for your word?", Note: "Whoever is asked and says nothing is reminded every 14 days.",
		Stats: []ui.Stat{{Label: "Workspaces", Value: "2"}, {Label: "Waiting for your word", Value: "1", Tone: ui.Warn}},
		Spaces: ui.Table{Caption: "Workspaces you administer", Scroll: true, Columns: []ui.Column{{Label: "Workspace"}, {Label: "Your word", Kind: ui.Badges}, {Label: "What comes next"}, {Label: "Holds until", Kind: ui.Date}, {Label: "Say"}}, Rows: []ui.Row{
			{Cells: []ui.Cell{ui.To("FIN-Old\u202e-PROD", "/workspaces/contoso/1"), ui.Parts(ui.State("silence told", ui.Bad)), ui.Txt("Ana was asked on 1 Oct 2026; reminded 2 times, last on 29 Oct 2026; told to Desmond Achebe on 31 Oct 2026"), ui.Txt("–"), ui.To("Keep or let go", "/mine/contoso/1")}},
			{Cells: []ui.Cell{ui.To("FIN-Budget-DEV", "/workspaces/contoso/2"), ui.Parts(ui.State("kept", ui.Good)), ui.Txt("–"), ui.When(now.Add(90*24*time.Hour), now), ui.To("Keep or let go", "/mine/contoso/2")}}}}}
}

func wordPage() templates.DecidePage {
	v := templates.DecidePage{Page: Page("FIN-Old-PROD", "/mine"), Intro: []string{"Is this workspace still needed? Your word is kept with its reason and in the ledger. Nothing is removed by it."},
		About: []ui.Pair{{Key: "Why you are asked", Value: "No use seen for 90 days or more"}}}
	v.Kind, v.NoAsOf = "Your word", true
	v.Forms = []templates.NamedForm{{Title: "Your word", Form: ui.Form{Action: "/mine/contoso/1", Submit: "Say it", Back: "/mine", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "answer", Label: "The workspace", Value: "keep", Choices: []ui.Choice{{Value: "keep", Label: "Is kept", Hint: "You are asked again in 180 days."}, {Value: "remove", Label: "May go", Hint: "It should be gone in 30 days."}}},
		{Kind: ui.TextArea, Name: "reason", Label: "Because", Rows: 3, Error: "Say why, in a few words."}}}}}
	return v
}

func advicePage(now time.Time) templates.AdvicePage {
	v := templates.AdvicePage{Page: Page("FIN-Old-PROD", "/workspaces"), Asked: "Ana\u200b was asked on 1 Oct 2026; next reminder on 15 Oct 2026. No use seen for 90 days or more", Answer: ui.Link{Label: "Say whether it is kept", Href: "/mine/contoso/1"},
		Advice: []templates.Advice{
			{Title: "Archive it or let it go", Evidence: []ui.Link{{Label: "FIN-Old-PROD: No use seen for 90 days or more", Href: "/violations/1"}}, Do: []ui.Link{{Label: "Ask to archive it", Href: "/requests/new/workspace-archive?workspace=1"}, {Label: "Ask to delete it", Href: "/requests/new/workspace-delete?workspace=1"}}},
			{Title: "Take roles from people who have left", Evidence: []ui.Link{{Label: "Leon · Admin", Href: "/violations/2"}}, More: 3}}}
	v.List.Table = foundTable(now)
	return v
}

func baselinesPage() templates.BaselinesPage {
	rules := []ui.Link{{Label: "settings.publish-to-web", Href: "/policies/settings.publish-to-web"}, {Label: "content.labels", Href: "/policies/content.labels"}}
	return templates.BaselinesPage{Page: Page("Baselines", "/baselines"), Question: "How does the tenant stand against public baselines, and what shows it?", Printed: "Steward, tenant contoso, printed 21 Nov 2026 02:14 UTC by Ada.",
		Export: []ui.Link{{Label: "CSV", Href: "/baselines.csv"}, {Label: "XLSX", Href: "/baselines.xlsx"}, {Label: "JSON", Href: "/baselines.json"}},
		Baselines: []templates.BaselineView{{ID: "CIS", Title: "CIS Microsoft 365 Foundations", Note: "The words are ours.", Stats: []ui.Stat{{Label: "Pass", Value: "1"}, {Label: "Fail", Value: "1"}, {Label: "Manual", Value: "1"}},
			Controls: []templates.ControlView{
				{ID: "9.1.4", Title: "Publishing to the web is restricted", Level: "L1", State: "fail", Tone: ui.Bad, Says: "0 pass, 1 fail.", Rules: rules, Findings: []ui.Link{{Label: "Publish to web: New reports may be published", Href: "/violations/7"}}, More: ui.Link{Label: "and 205 more", Href: "/violations?rule=content.labels"}, Remedy: []string{"Switch the setting off.", "Look at the overrides too."}},
				{ID: "9.1.2", Title: "Inviting guests is restricted", Level: "L1", State: "pass", Tone: ui.Good, Says: "1 pass, 0 fail.", Rules: rules[:1]},
				{ID: "MS.POWERBI.7.1v1", Title: "Labels are looked after", State: "pass, attested", Tone: ui.Good, Manual: "The service does not tell this by its API.", Attested: "Henrik\u202e found on 1 Nov 2026 that it passes: looked at the portal (holds until 1 May 2027)", Kept: "https://tickets.contoso.example/77", Attest: ui.Link{Label: "Say what you found", Href: "/baselines/CISA/7"}},
				{ID: "9.1.9", Title: "Resource keys are blocked", State: "unknown", Tone: ui.Warn, Says: "0 pass, 0 fail, 1 unknown."}}}}}
}

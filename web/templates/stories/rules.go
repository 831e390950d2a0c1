package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// ruleStories are the pages about rules and what they find.
func ruleStories(now time.Time) []stories.Story {
	return append([]stories.Story{
		{Name: "violations/trend and list", Component: templates.Violations(violationsPage(now))},
		{Name: "violations/none", Component: templates.Violations(noViolations())},
		{Name: "violation/open, all forms", Component: templates.Violation(violationPage(now))},
		{Name: "violation/refused", Component: templates.Violation(refusedViolation(now))},
		{Name: "violation/resolved, only to read", Component: templates.Violation(resolvedViolation(now))},
		{Name: "policy/in force", Component: templates.Policy(policyPage(now))},
		{Name: "policy/off and never judged", Component: templates.Policy(offPolicy())},
		{Name: "preview/findings", Component: templates.Preview(previewPage())},
		{Name: "preview/nothing, no history", Component: templates.Preview(templates.PreviewPage{Page: Page("Preview", "/policies"), Intro: "With these values nothing would be found.", NoPlot: "There is no earlier scan to look at.", Findings: ui.Table{Empty: ui.Empty{Why: "Nothing would be found."}}, Owners: ui.Table{Empty: ui.Empty{Why: "Nobody would be asked."}}})},
		{Name: "waiver/to be decided", Component: templates.Decide(waiverPage(now))},
		{Name: "waiver/ended", Component: templates.Decide(endedWaiver(now))},
	}, ownerStories(now)...)
}

func trend() ui.Plot {
	return ui.Plot{ID: "trend", Title: "Are we getting better?", Desc: "Open violations by severity.", Unit: "violations", Bars: true, X: []string{"18 Nov", "19 Nov", "20 Nov", "21 Nov"},
		Series: []ui.Series{{Name: "critical", Class: "sev-critical", Values: []float64{3, 3, 2, 1}}, {Name: "high", Class: "sev-high", Values: []float64{30, 31, 28, 26}}},
		Up:     &ui.Series{Name: "Opened", Values: []float64{0, 2, 1, 0}}, Down: &ui.Series{Name: "Closed", Values: []float64{0, 1, 5, 3}}}
}

func foundTable(now time.Time) ui.Table {
	return ui.Table{ID: "findings", Caption: "Violations", Scroll: true, Columns: []ui.Column{{Label: "Object"}, {Label: "Severity", Kind: ui.Badges}, {Label: "Finding"}, {Label: "First seen", Kind: ui.Date}}, Rows: []ui.Row{
		{Cells: []ui.Cell{ui.To("FIN-Budget-\u202eDORP", "/violations/1"), ui.Parts(ui.Severity("critical")), ui.Txt("Every admin has left"), ui.When(now.Add(-60*24*time.Hour), now)}},
		{Cells: []ui.Cell{ui.To("=cmd|'/C calc'!A0", "/violations/2"), ui.Parts(ui.Severity("low")), ui.Txt("1 person is admin; at least 2 are wanted"), ui.When(now, now)}}}}
}

func violationsPage(now time.Time) templates.ViolationsPage {
	v := templates.ViolationsPage{Page: Page("Violations", "/violations"), Question: "What is not as the rules say, since when, and who is to be asked?", Trend: trend(),
		Stats: []ui.Stat{{Label: "Open critical", Value: "1", Delta: "2 fewer than 18 Nov, mended in 5 d 12 h on average (8)", Tone: ui.Good, Trend: []float64{3, 3, 2, 1}}, {Label: "Open high", Unknown: "You see a part of the tenant."}}}
	v.List.Table = foundTable(now)
	v.List.Table.Select = &ui.Select{Name: "id", Actions: []ui.Action{{Label: "Decide about them", Href: "/violations/triage", Post: true}}}
	for i := range v.List.Table.Rows {
		v.List.Table.Rows[i].ID = string(rune('1' + i))
	}
	return v
}

func noViolations() templates.ViolationsPage {
	v := templates.ViolationsPage{Page: Page("Violations", "/violations"), Question: "What is not as the rules say, since when, and who is to be asked?", NoTrend: "One scan is judged so far: the trend begins with the next."}
	v.List.Table.Empty = ui.Empty{Why: "Nothing stands against the rules in force.", More: "That is what the last scan saw; what it could not see is unknown."}
	return v
}

func violationPage(now time.Time) templates.ViolationPage {
	v := templates.ViolationPage{Page: Page("FIN-Budget-DEV", "/violations"), Says: "1 person is admin; at least 2 are wanted", Why: "With one admin, a holiday stops every change.",
		Evidence: []ui.Pair{{Key: "workspace.adminPeople", Value: "1"}, {Key: "workspace.adminNames", Value: "Ana\u200b, Böri"}}, Remedy: []string{"Add a security group as Admin.", "Or ask for a second person."},
		Do:      []ui.Link{{Label: "Ask for an admin", Href: "/requests/new/access-add?tenant=contoso&workspace=1&members%5B0%5D.right=Admin&because=violation%3A1"}},
		Facts:   []ui.Pair{{Key: "Workspace", Value: "FIN-Budget-DEV", Href: "/workspaces/contoso/1"}, {Key: "Whom to ask", Unknown: "Nobody can be named."}, {Key: "First seen", Part: ui.Time(now.Add(-9*24*time.Hour), now)}},
		History: []ui.Event{{At: now.Add(-9 * 24 * time.Hour), Now: now, Kind: "Scan", Text: "found it"}, {At: now, Now: now, Actor: "Olga", Kind: "Decision", Text: "said it is in progress", Detail: "The second admin starts in May."}},
		Waivers: []ui.Event{{At: now, Now: now, Actor: "Olga", Kind: "Waiver", Text: "asked that it be accepted until 1 Mar 2027", Href: "/waivers/3"}},
	}
	v.Kind, v.NoAsOf = "Violation", true
	v.Badges = append(v.Badges, ui.Severity("high"), ui.State("open", ui.Bad))
	v.Primary = &ui.Action{Label: "Ask for a waiver", Href: "/violations/1/waive"}
	v.Forms = []templates.NamedForm{
		{Title: "Triage", Form: ui.Form{Action: "/violations/1/triage", Submit: "Decide", Fields: []ui.Field{{Kind: ui.RadioField, Name: "to", Label: "It is", Choices: []ui.Choice{{Value: "in_progress", Label: "In progress"}, {Value: "false_positive", Label: "A false positive"}}}, {Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 3, Hint: "Needed for a false positive."}}}},
		{Title: "Give it to somebody", Form: ui.Form{Action: "/violations/1/assign", Submit: "Give", Fields: []ui.Field{{Kind: ui.SelectField, Name: "to", Label: "Person", Choices: []ui.Choice{{Value: "", Label: "Nobody"}, {Value: "1", Label: "Ana (admin, through SG-Finance)"}}}}}},
		{Title: "Comment", Form: ui.Form{Action: "/violations/1/comment", Submit: "Comment", Fields: []ui.Field{{Kind: ui.TextArea, Name: "body", Label: "Comment", Rows: 3}}}},
	}
	return v
}

func refusedViolation(now time.Time) templates.ViolationPage {
	v := violationPage(now)
	f := &v.Forms[0].Form
	f.Fields[0].Value, f.Fields[1].Error = "false_positive", "Say why it is a false positive, in a few words."
	v.Notices = []ui.Notice{{Tone: ui.Warn, Title: "The rule is switched off.", Text: "This violation stays as it was when the rule was last judged."}}
	return v
}

func resolvedViolation(now time.Time) templates.ViolationPage {
	v := violationPage(now)
	v.Forms, v.Primary, v.Do, v.Waivers, v.Evidence = nil, nil, nil, nil, nil
	v.Badges = v.Badges[:1]
	v.Badges = append(v.Badges, ui.State("resolved", ui.Good))
	return v
}

func policyPage(now time.Time) templates.PolicyPage {
	v := templates.PolicyPage{Page: Page("Too few people are admins", "/policies"), Why: "With one admin, a holiday stops every change.", Remedy: []string{"Add a security group as Admin."},
		Condition: "workspace.adminPeople >= params.least", Scope: "workspace.ordinary", Says: `count(workspace.adminPeople, "person is", "people are") + " admin"`,
		Stats: []ui.Stat{{Label: "Pass", Value: "152"}, {Label: "Fail", Value: "165", Href: "/violations?rule=owners.few"}, {Label: "Unknown", Value: "3"}, {Label: "Waived", Value: "1"}},
		Trend: trend(), Findings: foundTable(now), All: ui.Link{Label: "All 165", Href: "/violations?rule=owners.few"}, Facts: []ui.Pair{{Key: "Id", Value: "owners.few", Copy: true}, {Key: "Answers", Value: "CIS 9.1.1", Href: "/baselines"}},
		Examples:  ui.Table{ID: "examples", Caption: "Examples", Columns: []ui.Column{{Label: "Case"}, {Label: "Comes out", Kind: ui.Badges}}, Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("Two"), ui.Parts(ui.State("pass", ui.Good))}}}},
		Decisions: []ui.Event{{At: now, Now: now, Actor: "Nadia", Kind: "Decision", Text: "put it in force with least = 3", Detail: "Two were not enough in August."}},
		Versions:  ui.Table{ID: "versions", Caption: "Versions", Empty: ui.Empty{Why: "No judging has used it yet."}},
		Change:    ui.Form{Action: "/policies/owners.few/preview", Submit: "See what it would do", Fields: []ui.Field{{Name: "param.least", Label: "Fewest people", Value: "2", Hint: "A whole number from 1 to 20."}}}}
	v.Badges = append(v.Badges, ui.Severity("high"), ui.State("in force", ui.Good))
	return v
}

func offPolicy() templates.PolicyPage {
	v := templates.PolicyPage{Page: Page("Names of at most 12 characters", "/policies"), Why: "They fit.", Remedy: []string{"Rename it."}, Condition: "workspace.nameLength <= 12",
		Stats: []ui.Stat{{Label: "Pass", Unknown: "The last judging did not use this rule."}, {Label: "Fail", Value: "0"}}, Findings: ui.Table{Empty: ui.Empty{Why: "Nothing stands against this rule in what you may see."}},
		Examples: ui.Table{Empty: ui.Empty{Why: "The rule has no examples."}}, Versions: ui.Table{Empty: ui.Empty{Why: "No judging has used it yet."}}}
	v.Notices = []ui.Notice{{Tone: ui.Bad, Title: "The rule files are not in use: the last good set stays in force.", Text: "own.yaml:12:25: ours.short: undefined field 'nameLengt'"}}
	v.Badges = append(v.Badges, ui.Severity("low"), ui.State("switched off", ui.Neutral))
	return v
}

func previewPage() templates.PreviewPage {
	v := templates.PreviewPage{Page: Page("What would it do?", "/policies"), Intro: "Nothing is changed yet.", Changes: []ui.Change{{Field: "Fewest people", Before: "2", After: "3"}},
		Stats:    []ui.Stat{{Label: "Would be found", Value: "201"}, {Label: "New", Value: "36", Tone: ui.Warn}, {Label: "Gone", Value: "0"}},
		Plot:     ui.Plot{ID: "history", Title: "What would it have found?", Desc: "Findings at past scans.", Unit: "findings", X: []string{"18 Nov", "21 Nov"}, Series: []ui.Series{{Name: "Found", Values: []float64{190, 201}}}},
		Findings: foundTable(time.Now()), Owners: ui.Table{Empty: ui.Empty{Why: "Nobody would be asked."}}, Gone: []string{"FIN-Old\u200b-PROD"}, MoreGone: 3,
		Decide: ui.Form{Action: "/policies/owners.few/decide", Submit: "Put it in force", Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 3, Error: "Say why, in a few words."}}}}
	return v
}

func waiverPage(now time.Time) templates.DecidePage {
	v := templates.DecidePage{Page: Page("FIN-Budget-DEV", "/waivers"), Intro: []string{"This waits for a decision. Until somebody approves it, nothing is waived."},
		About: []ui.Pair{{Key: "Violation", Value: "1 person is admin", Href: "/violations/1"}, {Key: "Answers for it", Value: "Ana"}, {Key: "Asked", Part: ui.Time(now, now)}}}
	v.Kind, v.NoAsOf = "Waiver", true
	v.Badges = append(v.Badges, ui.State("asked", ui.Warn))
	v.Forms = []templates.NamedForm{{Title: "Decide", Form: ui.Form{Action: "/waivers/1/decide", Submit: "Decide", Fields: []ui.Field{{Kind: ui.RadioField, Name: "decision", Label: "Decision", Choices: []ui.Choice{{Value: "approve", Label: "Approve", Hint: "The violation is accepted until 1 Mar 2027."}, {Value: "reject", Label: "Reject"}}}, {Kind: ui.TextArea, Name: "note", Label: "Note", Optional: true, Rows: 3}}}}}
	return v
}

func endedWaiver(now time.Time) templates.DecidePage {
	v := waiverPage(now)
	v.Intro, v.Forms, v.Badges = []string{"The last day has passed: nothing is waived any more. Renew the waiver, or withdraw it; until then it is itself a violation, which cannot be waived."}, nil, nil
	v.Badges = append(v.Badges, ui.State("ended", ui.Bad))
	v.Primary = &ui.Action{Label: "Ask to renew it", Href: "/violations/1/waive"}
	return v
}

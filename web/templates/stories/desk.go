package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

const askedPath = "/requests/01JD0000000000000000000001"

// deskStories are the pages of asking and agreeing.
func deskStories(now time.Time) []stories.Story {
	own := requestStory(now)
	own.Decide, own.WhyNot, own.Primary = nil, "You asked for this, so somebody else has to decide.", nil
	own.Forms = append(own.Forms, templates.NamedForm{Title: "Withdraw", Form: ui.Form{Action: askedPath + "/withdraw", Submit: "Withdraw the request", Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Why", Optional: true}}}})
	late := requestStory(now)
	late.Notices = []ui.Notice{{Tone: ui.Bad, Title: "Your decision was not stored.", Text: "This request is a draft, so it cannot become approved. Reload the page to see where it stands.", Detail: "You wrote: fine for a month\u202e"}}
	late.Decide, late.PlanNote = nil, "This is the plan as it was last submitted. It is a draft again, so nobody can agree to it."
	refused := requestStory(now)
	refused.Decide = &templates.DecideForm{Action: askedPath + "/decide", Plan: planStory().Hash, Stale: "The rules have changed since this was submitted. It is a draft again: look at what they say now and submit it again.", For: "Fay Deputy\u202e",
		Note: ui.Field{Kind: ui.TextArea, Name: "note", Label: "Note, question or reason", Value: "no", Error: "Say why, in a few words, so that the requester can mend it."}}
	draft := templates.RequestPage{Page: Page("New workspace", askedPath), Votes: ui.Table{ID: "votes", Empty: ui.Empty{Why: "Nobody yet."}}, Facts: []ui.Pair{{Key: "Asked by", Value: "Rita Requester"}}}
	draft.Primary = &ui.Action{Label: "Change it", Href: askedPath + "/edit"}
	done := requestStory(now)
	done.Decide, done.Primary, done.Badges = nil, nil, nil
	done.Sides.Rows = []ui.Row{{Cells: []ui.Cell{{Text: "Create the workspace FIN-Bud\u202eget-DEV", Sub: "s1"}, ui.Txt("Eve Approver, Fay Deputy"), ui.Parts(ui.State("done", ui.Good)), ui.Parts(ui.State("there", ui.Good))}},
		{Cells: []ui.Cell{{Text: "SG-Analysts becomes Admin", Sub: "s2"}, ui.Txt("Eve Approver, Fay Deputy"), ui.Parts(ui.State("in doubt", ui.Warn)), ui.Unknown("No scan has looked since it was done.")}}}
	done.SidesTo = ui.Link{Label: "The run, step by step", Href: "/runs/01JD0000000000000000000001"}
	glass := requestStory(now)
	glass.Decide, glass.Primary, glass.Badges = nil, nil, nil
	glass.Notices = []ui.Notice{{Tone: ui.Bad, Title: "Rita Req\u202euester holds the emergency access to contoso until 21 Nov 2026 02:44 UTC.", Text: "Their own plans are carried out without approval. 1 plan so far.", Action: ui.Action{Label: "Look", Href: askedPath}}}
	glass.Uses = &ui.Table{ID: "uses", Caption: "Plans carried out under it", Columns: []ui.Column{{Label: "Request"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "When", Kind: ui.Date}, {Label: "Why it could not wait"}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.To("Give access to FIN-Sa\u202eles-PROD", "/requests/2"), ui.Parts(ui.State("done", ui.Good)), ui.When(now, now), ui.Txt("The board's dashboard is empty.")}}}}
	glass.Forms = []templates.NamedForm{{Title: "Review it", Form: ui.Form{Action: askedPath + "/emergency/review", Submit: "Close the review", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "verdict", Label: "Was it justified?", Choices: []ui.Choice{{Value: "justified", Label: "Yes"}, {Value: "not justified", Label: "No"}}}, {Kind: ui.TextArea, Name: "reason", Label: "What you found", Rows: 2}}}}}
	empty := templates.ApprovalsPage{Page: Page("Approvals", "/approvals"), Question: inboxAsks, Mine: ui.Table{ID: "mine", Empty: ui.Empty{Why: "Nothing waits for you.", More: "Requests that you asked for, edited or would gain by wait for somebody else."}}}
	return []stories.Story{
		{Name: "plan/whole", Component: planComponent()}, {Name: "plan/quiet", Component: quietPlan()},
		{Name: "request/to decide", Component: templates.Request(requestStory(now))}, {Name: "request/one's own", Component: templates.Request(own)}, {Name: "request/too late", Component: templates.Request(late)},
		{Name: "request/refused", Component: templates.Request(refused)}, {Name: "request/draft", Component: templates.Request(draft)}, {Name: "request/done", Component: templates.Request(done)}, {Name: "request/emergency", Component: templates.Request(glass)},
		{Name: "approvals/full", Component: templates.Approvals(inboxStory(now))}, {Name: "approvals/empty", Component: templates.Approvals(empty)},
	}
}

const inboxAsks = "What waits for your decision, the most urgent first? Open one to read exactly what will be done."

func requestStory(now time.Time) templates.RequestPage {
	plan := planStory()
	p := Page("Create the workspace FIN-Bud\u202eget-DEV", askedPath)
	p.Kind, p.Crumbs = "New workspace", []ui.Link{{Label: "Requests", Href: "/requests"}}
	p.Badges = append(p.Badges, ui.State("waiting for approval", ui.Warn), ui.BadgeView(plan.Risk))
	p.Primary = &ui.Action{Label: "Decide", Href: "#f-note"}
	p.Notices = []ui.Notice{{Tone: ui.Warn, Title: "Fewer than 2 eligible people: only one person who could decide this has signed in so far. If they are away, nobody can."}}
	return templates.RequestPage{
		Page: p, Plan: &plan, LinesSay: "Submission 2 compared with submission 1. Lines that are the same are left out.",
		Lines:  []templates.PlanLine{{Sign: "−", Text: `  "displayName": "FIN-Budget-TEST"`}, {Sign: "+", Text: `  "displayName": "FIN-Bud` + "\u202e" + `get-DEV"`}},
		Facts:  []ui.Pair{{Key: "Asked by", Value: "Rita Requester"}, {Key: "Waits for", Value: "2 people with the role approver"}, {Key: "Falls, if nobody decides", Part: ui.Time(now.Add(40*time.Hour), now)}, {Key: "Id", Value: "01JD0000000000000000000001", Copy: true}},
		Decide: &templates.DecideForm{Action: askedPath + "/decide", Plan: plan.Hash, Note: ui.Field{Kind: ui.TextArea, Name: "note", Label: "Note, question or reason", Optional: true, Hint: "Needed to ask back and to reject. Everybody who sees the request can read it."}},
		Votes: ui.Table{ID: "votes", Caption: "Decisions", Columns: []ui.Column{{Label: "Who"}, {Label: "Decision", Kind: ui.Badges}, {Label: "When", Kind: ui.Date}},
			Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Eve Approver", Sub: "in the place of Fay Deputy."}, ui.Parts(ui.State("agreed", ui.Good)), ui.When(now.Add(-time.Hour), now)}}}},
		Known: []string{"Fay Deputy", "Gus \u202eApprover"}, KnownSay: "2 people who could still decide, of those who ever signed in: ",
		Sides: &ui.Table{ID: "sides", Caption: "Asked, agreed, done, seen", Columns: []ui.Column{{Label: "Asked"}, {Label: "Agreed"}, {Label: "Done"}, {Label: "Seen"}},
			Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Create the workspace", Sub: "s1"}, ui.Txt("Eve Approver (1 of 2)"), ui.Txt("not yet"), ui.Txt("–")}}}},
		Similar: &ui.Table{ID: "similar", Caption: "Earlier requests of this kind", Columns: []ui.Column{{Label: "Request"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Note"}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.To("Create the workspace FIN-Cash-DEV", "/requests/1"), ui.Parts(ui.State("rejected", ui.Bad)), ui.Txt("No capacity left.")}}}},
		Events: []ui.Event{{At: now.Add(-time.Hour), Now: now, Kind: "Person", Actor: "Eve Approver", Text: "agreed", Tone: ui.Good}, {At: now.Add(-2 * time.Hour), Now: now, Kind: "Person", Actor: "Rita Requester", Text: "submitted it", Detail: "month end"}},
		Told: ui.Table{ID: "told", Caption: "Told", Columns: []ui.Column{{Label: "Who"}, {Label: "What"}, {Label: "Why they"}, {Label: "When", Kind: ui.Date}, {Label: "Sent"}},
			Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Fay Deputy", Sub: "fay@contoso.example"}, ui.Txt("Rita Requester asks: Create the workspace"), ui.Txt("You could decide it."), ui.When(now, now), ui.Txt("not sent yet")}}}},
		Forms: []templates.NamedForm{{Title: "Comment", Form: ui.Form{Action: askedPath + "/comment", Submit: "Comment", Fields: []ui.Field{{Kind: ui.TextArea, Name: "text", Label: "Comment", Hint: "It changes nothing about the request."}}}}},
	}
}

func inboxStory(now time.Time) templates.ApprovalsPage {
	row := func(title, reason, why string) ui.Row {
		r := ui.Row{Cells: []ui.Cell{{Text: title, Sub: reason, Href: askedPath}, ui.Parts(ui.BadgeView(ui.Badge{Text: "High risk", Tone: ui.Bad})), ui.Txt("Rita Requester"), ui.When(now.Add(-time.Hour), now), ui.When(now.Add(40*time.Hour), now)}}
		if why != "" {
			r.Cells = append(r.Cells, ui.Txt(why))
		}
		return r
	}
	columns := []ui.Column{{Label: "Request"}, {Label: "Risk", Kind: ui.Badges}, {Label: "Asked by"}, {Label: "Submitted", Kind: ui.Date}, {Label: "Falls", Kind: ui.Date}}
	return templates.ApprovalsPage{Page: Page("Approvals", "/approvals"), Question: inboxAsks,
		Mine:   ui.Table{ID: "mine", Caption: "Waiting for you", Columns: columns, Rows: []ui.Row{row("Give Ben\u202e a role on FIN-Budget-DEV", "month end", ""), row("Create a project", "in the place of Fay Deputy", "")}},
		Others: ui.Table{ID: "others", Caption: "Waiting for others", Columns: append(columns[:len(columns):len(columns)], ui.Column{Label: "Why not you"}), Rows: []ui.Row{row("Give SG-Ops a role", "", "You would gain by this, yourself or through a group, so somebody else has to decide.")}},
		Given: ui.Table{ID: "delegations", Caption: "Delegations", Columns: []ui.Column{{Label: "From"}, {Label: "To"}, {Label: "Ends", Kind: ui.Date}, {Label: "State", Kind: ui.Badges}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("Ada Lindqvist"), ui.Txt("Fay Deputy"), ui.When(now.Add(200*time.Hour), now), ui.Parts(ui.State("in force", ui.Good))}}}},
		Ends: []templates.NamedForm{{Title: "Take it back from Fay Deputy", Form: ui.Form{Action: "/approvals/delegations/1/end", Submit: "Take it back"}}},
		Delegate: &templates.NamedForm{Title: "Let somebody decide in your place", Form: ui.Form{Action: "/approvals/delegate", Submit: "Delegate", Fields: []ui.Field{
			{Kind: ui.SelectField, Name: "to", Label: "Who decides in your place", Error: "Choose somebody else.", Choices: []ui.Choice{{Label: "Choose somebody"}, {Value: "1", Label: "Fay Deputy"}}},
			{Kind: ui.DateField, Name: "starts", Label: "First day"}, {Kind: ui.DateField, Name: "ends", Label: "Last day", Hint: "90 days at most."}, {Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 2}}}},
	}
}

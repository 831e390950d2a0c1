package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

// askStories are the forms of requests: what one may ask for, a form that is
// empty, half done, refused, a list with wrong cells, and the plan before it is
// submitted.
func askStories(time.Time) []stories.Story {
	page := func(title string) templates.Page {
		p := Page(title, "/requests/new")
		p.NoAsOf = true
		return p
	}
	return []stories.Story{
		{Name: "request/choose", Component: templates.Choose(templates.ChoosePage{Page: page("What do you need?"), Groups: []templates.ChooseGroup{
			{Title: "Project", Kinds: []templates.ChooseKind{{Kind: "project", Title: "New project", Asks: "Workspaces for each environment, in one go.", Href: "/requests/new/project"}}},
			{Title: "Access", Kinds: []templates.ChooseKind{{Kind: "access-add", Title: "Give access", Asks: "A role for a person, a group or an application.", Href: "/requests/new/access-add"}}}}})},
		{Name: "request/nothing to choose", Component: templates.Choose(templates.ChoosePage{Page: page("What do you need?")})},
		{Name: "request/empty form", Component: templates.Ask(templates.AskPage{Page: page("Give access"), Asks: "A role for somebody, for good or until a day.", Form: askForm(false)})},
		{Name: "request/refused form", Component: templates.Ask(templates.AskPage{Page: page("Give access"), Asks: "A role for somebody, for good or until a day.",
			About: &ui.Link{Label: "violation 12", Href: "/violations/12"}, Facts: []ui.Pair{{Key: "Object", Value: "Finance\u202eDORP"}}, Form: askForm(true)})},
		{Name: "request/list with wrong cells", Component: templates.Ask(templates.AskPage{Page: page("Many at once"), Asks: "A list of changes as CSV.", Form: askList()})},
		{Name: "request/before submitting", Component: templates.AskPlan(askPlan("", "/requests/01JD5Y/submit"))},
		{Name: "request/not to be submitted", Component: templates.AskPlan(askPlan("The rule naming.pattern does not allow this: finance <b> is not Department-Project-Environment.", ""))},
	}
}

func askForm(refused bool) templates.AskForm {
	who := templates.AskField{Field: ui.Field{Name: "members[0].who", Label: "Group, person or application", Hint: "A part of the name, or an address."},
		Pick: &templates.AskPick{Name: "members[0].who", Search: "/requests/pick?name=members[0].who", Found: templates.AskFound{Name: "members[0].who", Says: "Type two letters or more of the name, then Find."}}}
	f := templates.AskForm{Action: "/requests/new/access-add", Back: "/requests/new", Names: &templates.AskNames{Address: "/requests/names", Says: "The names appear here."}}
	role := templates.AskField{Field: ui.Field{Kind: ui.SelectField, Name: "members[0].right", Label: "Role", Choices: []ui.Choice{{Value: "", Label: "Choose a role"}, {Value: "Viewer", Label: "Viewer: reads"}}}}
	if refused {
		who.Error = "Several fit \"Fin\". Choose one of those below."
		who.Pick.Text = "Fin"
		who.Pick.Found = templates.AskFound{Name: "members[0].who", Sought: "Fin", Says: "2 fit. Choose one.", Choices: []ui.Choice{
			{Value: "a", Label: "FIN Analysts", Hint: "group, 12 people", Chosen: true}, {Value: "b", Label: "Finn\u202e Berg", Hint: "person, finn@contoso.example, has left"}}}
		role.Error = "Choose Viewer, Contributor, Member or Admin."
		f.Problem, f.Failed = "The tenant has changed since this was planned.", []ui.Field{who.Field, role.Field}
		f.Names.Says = ""
		f.Names.Names = []templates.AskName{{Name: "FIN-Budget-DEV", Fine: true}, {Name: "FIN-Budget-Q\u200b", Says: []string{"The name holds characters one cannot see."}}}
	}
	f.Groups = []templates.AskGroup{{Name: "members", Title: "Who gets access", Hint: "Name groups rather than people.", Add: "Add another", Within: "(who gets access)",
		Groups: []templates.AskGroup{{Name: "members[0]", Drop: "Leave this one out", Within: "(number 1)", Fields: []templates.AskField{who, role}}}}}
	return f
}

func askList() templates.AskForm {
	cells := ui.Table{ID: "cells", Caption: "What is wrong in the list", Scroll: true, Columns: []ui.Column{{Label: "Line", Kind: ui.Number}, {Label: "Column", Kind: ui.Mono}, {Label: "What to do"}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.Num(2), ui.Txt("workspace"), ui.Txt("The last scan knows no workspace \"=HYPERLINK(1)\".")}}}}
	list := ui.Field{Kind: ui.TextArea, Name: "csv", Label: "The list", Rows: 8, Mono: true, Value: "kind,workspace\naccess-remove,=HYPERLINK(1)", Error: "1 cell is refused; the table below says which and why."}
	return templates.AskForm{Action: "/requests/new/bulk", File: true, Back: "/requests/new", Failed: []ui.Field{list}, Groups: []templates.AskGroup{{Title: "Many at once",
		Fields: []templates.AskField{{Field: list}, {File: true, Field: ui.Field{Name: "file", Label: "Or a file", Hint: "CSV in UTF-8."}}},
		Table:  &cells, Links: []ui.Link{{Label: "Give access", Href: "/requests/templates/access-add"}}}}}
}

func askPlan(refused, submit string) templates.AskPlanPage {
	p := templates.AskPlanPage{Page: Page("20 changes from a list", "/requests/new"), Plan: planStory(), Edit: "/requests/01JD5Y/edit", Submit: submit, Refused: refused,
		Hidden: []ui.Param{{Name: "version", Value: "1"}}}
	p.NoAsOf = true
	if submit != "" {
		p.Rows = ui.Table{ID: "lines", Caption: "The lines", Scroll: true, Columns: []ui.Column{{Label: "Line", Kind: ui.Number}, {Label: "Asks for"}, {Label: "What will be done"}, {Label: "Check", Kind: ui.Badges}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.Num(2), ui.Txt("Give access"), ui.Txt("Give Anna the role Viewer on FIN-Sales-DEV"), ui.Parts(ui.State("can be done", ui.Good))}}}}
	}
	return p
}

package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
)

func viewsPage() templates.SavedViewsPage {
	columns := []ui.Column{{Label: "View"}, {Label: "Of"}, {Label: "Shared with"}, {Label: "Changed", Kind: ui.Date}, {Label: "Do", Kind: ui.Badges}}
	v := templates.SavedViewsPage{Page: Page("Saved views", "/me"),
		Own:    ui.Table{ID: "views-own", Caption: "Your views", Columns: columns, Empty: ui.Empty{Why: "You have kept no list.", More: "Each list has a menu Views that keeps it as it is.", Do: ui.Action{Label: "Go to the reports", Href: "/reports"}}},
		Shared: ui.Table{ID: "views-shared", Caption: "Views shared with you", Columns: columns, Empty: ui.Empty{Why: "Nobody has shared a view with a role of yours."}}}
	v.Kind, v.NoAsOf, v.Truth = "You", true, nil
	return v
}

func filledViews(now time.Time) templates.SavedViewsPage {
	v := viewsPage()
	row := func(id, title, list, owner, role string, do ...ui.Action) ui.Row {
		r := ui.Row{Cells: []ui.Cell{{Text: title, Sub: list, Href: "/views/" + id}, ui.Txt(owner), ui.Txt(role), ui.When(now.Add(-time.Hour), now)}}
		cell := ui.Txt("")
		for _, a := range do {
			cell = ui.Parts(ui.ActionView(a, "button"))
		}
		r.Cells = append(r.Cells, cell)
		return r
	}
	drop := ui.Action{Label: "Delete", Href: "/views/01A/delete", Post: true, Danger: true}
	v.Own.Rows = []ui.Row{row("01A", "No admin\u202e in Finance", "Workspaces", "Ada Lindqvist", "everybody who is approver", drop)}
	v.Shared.Rows = []ui.Row{row("01B", "Guests with access", "Access", "Olof Palm", "everybody who is auditor")}
	others := v.Shared
	others.ID, others.Caption, others.Rows = "views-others", "Views of everybody else", []ui.Row{row("01C", "Mine alone", "Items", "Ben", "nobody", drop)}
	v.Others = &others
	return v
}

func viewForm() templates.SavedViewPage {
	v := templates.SavedViewPage{Page: Page("Save a view", "/me"), List: ui.Link{Label: "Workspaces", Href: "/workspaces?orphaned=yes"},
		Form: ui.Form{Action: "/views", Submit: "Save", Back: "/views", Fields: []ui.Field{
			{Name: "title", Label: "Name", Hint: "What you will look for it by.", Value: "No admin", Error: "You have a view of this name. Choose another name, or delete that one first."},
			{Kind: ui.SelectField, Name: "role", Label: "Shared with", Choices: []ui.Choice{{Value: "", Label: "Nobody: only you", Chosen: true}, {Value: "approver", Label: "Everybody who is approver"}}}}}}
	v.Kind, v.NoAsOf, v.Truth = "You", true, nil
	return v
}

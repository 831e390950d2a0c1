package stories

import (
	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

func formStories() []Story {
	failed := fields()
	failed[0].Error = "Enter a name that starts with a department, such as FIN-"
	failed[0].Value = "finance\u202e stuff"
	failed[2].Error = "Choose the capacity that the workspace is to run on"
	failed[6].Error = "Enter a date before 21 Nov 2027"
	return []Story{
		{"form/new", framed(frame("New workspace"), ui.FormView(ui.Form{Action: "/requests", Fields: fields(), Submit: "Show the plan", Back: "/requests"}))},
		{"form/failed", framed(frame("New workspace"), ui.FormView(ui.Form{Action: "/requests", Problem: "The request was not saved: the tenant changed since you opened this page.", Fields: failed, Submit: "Show the plan", Back: "/requests"}))},
		{"form/confirm", framed(frame("Delete workspace"), ui.ConfirmView(ui.Confirm{
			Action: "/requests/9", Title: "Delete Finance PROD", Name: "Finance PROD", Field: "confirm", Button: "Delete Finance PROD", Danger: true, Back: "/workspaces",
			Consequences: []string{"128 items in it will be gone for everyone, 41 of them used in the last 28 days.", "An administrator can restore it within 90 days; links to it will not work until then."},
			Error:        "Type the name exactly as it is written above"}))},
		{"problem/not found", ui.ErrorPage(ui.Problem{Status: 404, Title: "This is not here, or not for you", Text: "There is no such workspace, or your role does not cover it.", Do: []ui.Action{{Label: "Go to the overview", Href: "/"}}, Detail: "request 01JD3V5M"}, ui.Look{})},
		{"problem/in the frame", framed(frame("Power BI does not answer"), ui.ProblemView(ui.Problem{Status: 503, Text: "The last answer came 14 minutes ago. What you see elsewhere is from the last complete scan.", Do: []ui.Action{{Label: "Try again", Href: "?"}, {Label: "Look at the scans", Href: "/scans"}}, Detail: "RequestId 6f9b2c1e"}))},
		{"problem/dark theme chosen", themed()},
	}
}

func themed() templ.Component {
	f := frame("Chosen look")
	f.Look = ui.Look{Theme: "dark", Density: "comfortable"}
	f.Notices = []ui.Notice{{Tone: ui.Good, Text: "Request 118 was approved."}, {Tone: ui.Info, Text: "A scan is running."}}
	return framed(f, ui.EmptyView(ui.Empty{Why: "Nothing waits for you.", More: "Requests that need your decision will be listed here."}))
}

func fields() []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Workspace name", Hint: "Department, project and stage, such as FIN-Budget-DEV", Check: "/requests/check-name"},
		{Kind: ui.PersonField, Name: "owner", Label: "Owner", Hint: "Name or e-mail of a person who works here", Lookup: "/people.json", Value: "anna@contoso.example"},
		{Kind: ui.SelectField, Name: "capacity", Label: "Capacity", Choices: []ui.Choice{{Value: "", Label: "Choose one"}, {Value: "f64", Label: "F64 West Europe"}, {Value: "f8", Label: "F8 Development"}}},
		{Kind: ui.RadioField, Name: "stage", Label: "What is it for?", Value: "dev", Choices: []ui.Choice{{Value: "dev", Label: "Development", Hint: "One approval"}, {Value: "prod", Label: "Production", Hint: "Two approvals, and two admins"}, {Value: "x", Label: "Personal", Hint: "Not offered: your tenant has turned personal workspaces off", Disabled: true}}},
		{Kind: ui.ChecksField, Name: "with", Label: "Also create", Choices: []ui.Choice{{Value: "pipeline", Label: "A deployment pipeline", Chosen: true}, {Value: "group", Label: "A group for viewers"}}},
		{Kind: ui.TextArea, Name: "reason", Label: "Why is it needed?", Optional: true, Hint: "The approver reads this"},
		{Kind: ui.DateField, Name: "until", Label: "Needed until", Optional: true, Min: "2026-11-21", Max: "2027-11-21"},
		{Kind: ui.CheckField, Name: "agree", Label: "I am the data owner, or have asked the data owner"},
		{Kind: ui.FixedField, Name: "tenant", Label: "Tenant", Value: "contoso"},
	}
}

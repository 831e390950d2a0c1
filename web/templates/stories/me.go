package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func meStories(now time.Time) []stories.Story {
	return []stories.Story{
		{Name: "me/two browsers", Component: templates.Me(mePage(now))},
		{Name: "me/no token yet", Component: templates.Tokens(tokensPage())},
		{Name: "me/a new token", Component: templates.Tokens(newTokenPage(now))},
		{Name: "views/none", Component: templates.SavedViews(viewsPage())},
		{Name: "views/own, shared and others", Component: templates.SavedViews(filledViews(now))},
		{Name: "views/a name that is taken", Component: templates.SavedView(viewForm())},
		{Name: "api/for people", Component: templates.API(apiPage())},
		{Name: "tokens/somebody's", Component: templates.Token(tokenPage(now))},
		{Name: "kept/a form", Component: templates.Kept(keptPage(now))},
		{Name: "kept/none", Component: templates.Kept(templates.KeptPage{Page: Page("Your unsent form", "/me"), Empty: ui.Empty{Why: "No form of yours is kept.", Do: ui.Action{Label: "Go to the overview", Href: "/"}}})},
		{Name: "sessions/of everyone", Component: templates.Sessions(sessionsPage(now))},
		{Name: "sign-in/no role", Component: ui.ErrorPage(ui.Problem{Status: 403, Title: "You have no role in this portal",
			Text: "You are known to the sign-in provider, but have no role in this portal. Ask the governance lead for a role.", Detail: "request 7f9c2ba4",
			Do: []ui.Action{{Label: "Sign in as someone else", Href: "/login?for=switch"}, {Label: "Sign in again", Href: "/login"}}}, ui.Look{})},
		{Name: "sign-in/provider down", Component: ui.ErrorPage(ui.Problem{Status: 503, Title: "The sign-in provider does not answer",
			Text: "The sign-in provider cannot be reached at the moment. Nobody can sign in until it answers; who is signed in can go on.", Do: []ui.Action{{Label: "Try again", Href: "/login"}}}, ui.Look{})},
	}
}

func mePage(now time.Time) templates.MePage {
	v := templates.MePage{Page: Page("Ada Lindqvist", "/me")}
	v.Kind, v.NoAsOf, v.Truth = "You", true, nil
	v.Also = []ui.Action{{Label: "Everyone's sessions", Href: "/sessions"}}
	v.Facts = []ui.Pair{{Key: "Name", Value: "Ada Lindqvist"}, {Key: "Address", Value: "ada@contoso.example"}, {Key: "Directory", Value: "5ca1ab1e-0000-4000-8000-00000000000a", Copy: true},
		{Key: "Last proved who you are", Unknown: "The sign-in provider did not say when."}, {Key: "This session ends", At: now.Add(5 * time.Hour)}}
	v.Roles = []ui.Pair{{Key: "Auditor", Value: "sees everything, the ledger included, and changes nothing; everywhere."},
		{Key: "Approver", Value: "decides requests and waivers of others; in contoso for workspaces whose names begin with FIN- or HR-."}}
	v.Sessions = ui.Table{ID: "sessions", Caption: "Sessions", Columns: []ui.Column{{Label: "Browser"}, {Label: "Address", Kind: ui.Mono}, {Label: "Last used", Kind: ui.Date}, {Label: "End it", Kind: ui.Badges}}, Rows: []ui.Row{
		{Cells: []ui.Cell{ui.Txt("Firefox on Linux"), ui.Txt("192.0.2.7"), ui.When(now, now), ui.Parts(ui.BadgeView(ui.Badge{Text: "this one", Tone: ui.Info}))}},
		{Cells: []ui.Cell{ui.Txt("Safari on iPhone"), ui.Txt("2001:db8::17"), ui.When(now.Add(-time.Hour), now), ui.Parts(ui.ActionView(ui.Action{Label: "End", Href: "/me/sessions/revoke", Post: true}, "button"))}}}}
	v.Others = &ui.Action{Label: "Sign out everywhere else", Href: "/me/sessions/revoke", Post: true}
	v.Mail = ui.Form{Action: "/me/mail", Submit: "Save", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "often", Label: "Mail", Choices: []ui.Choice{{Value: "at once", Label: "At once", Chosen: true}, {Value: "daily", Label: "Once a day"}, {Value: "never", Label: "Never"}}},
		{Name: "zone", Label: "Time zone", Value: "Europe/Berlin"}}}
	v.Preferences = ui.Form{Action: "/me/preferences", Submit: "Save", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "theme", Label: "Theme", Choices: []ui.Choice{{Label: "As the device says", Chosen: true}, {Value: "light", Label: "Light"}, {Value: "dark", Label: "Dark"}}}}}
	return v
}

func sessionsPage(now time.Time) templates.SessionsPage {
	v := templates.SessionsPage{Page: Page("Sessions", "/sessions"), Sessions: mePage(now).Sessions}
	v.NoAsOf, v.Truth = true, nil
	v.Sessions.Columns = append([]ui.Column{{Label: "Person"}, {Label: "Roles"}}, v.Sessions.Columns...)
	for i := range v.Sessions.Rows {
		v.Sessions.Rows[i].Cells = append([]ui.Cell{{Text: "Olof\u202e Palm", Sub: "olof@contoso.example"}, ui.Txt("operator")}, v.Sessions.Rows[i].Cells...)
	}
	v.People = ui.Field{Kind: ui.SelectField, Name: "person", Label: "Person", Hint: "Ends all their sessions.", Choices: []ui.Choice{{Value: "x", Label: "Olof\u202e Palm"}}}
	return v
}

func keptPage(now time.Time) templates.KeptPage {
	return templates.KeptPage{Page: Page("Your unsent form", "/me"), Since: now,
		Form: ui.Form{Action: "/violations/12/waive", Submit: "Send it", Back: "/", Fields: []ui.Field{
			{Name: "reason", Label: "Reason", Kind: ui.TextArea, Rows: 5, Value: "The year-end close needs it until the auditors have left; Finance agreed in writing.", Optional: true},
			{Name: "ends", Label: "Ends", Value: "2026-12-31", Optional: true}}},
		Discard: ui.Action{Label: "Discard it", Href: "/kept/discard", Post: true}}
}

func tokensPage() templates.TokensPage {
	v := templates.TokensPage{Page: Page("Tokens for programs", "/me"), Tokens: ui.Table{ID: "tokens", Caption: "Your tokens",
		Columns: []ui.Column{{Label: "Purpose"}, {Label: "May"}, {Label: "Last used", Kind: ui.Date}, {Label: "Ends", Kind: ui.Date}, {Label: "State", Kind: ui.Badges}},
		Empty:   ui.Empty{Why: "You have made no token.", More: "A token lets a pipeline or a script ask and watch for you."}}}
	v.Kind, v.NoAsOf, v.Truth = "You", true, nil
	v.Form = ui.Form{Action: "/me/tokens", Submit: "Make the token", Fields: []ui.Field{{Name: "purpose", Label: "What it is for", Error: "Say what the token is for."},
		{Kind: ui.ChecksField, Name: "grants", Label: "What it may do", Choices: []ui.Choice{{Value: "read", Label: "Read", Chosen: true}, {Value: "ask", Label: "Ask"}, {Value: "scan", Label: "Scan"}}},
		{Kind: ui.SelectField, Name: "days", Label: "Good for", Choices: []ui.Choice{{Value: "30", Label: "30 days", Chosen: true}}}}}
	return v
}

func newTokenPage(now time.Time) templates.TokensPage {
	v := tokensPage()
	v.Form.Fields[0].Error = "" // the page goes to an error, and a new token is made without one
	v.Made = &templates.NewToken{Text: "stw_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", Purpose: "Nightly\u202edeployment", Ends: "2026-12-21", Try: "curl -H @header.txt https://governance.example.com/api/v1/reports"}
	v.Tokens.Rows = []ui.Row{
		{Cells: []ui.Cell{{Text: "Nightly\u202edeployment", Sub: "id 0123456789abcdef"}, ui.Txt("read, ask"), ui.Txt("never"), ui.When(now.AddDate(0, 0, 30), now), ui.Parts(ui.ActionView(ui.Action{Label: "Revoke", Href: "/me/tokens/revoke", Post: true}, "button"))}},
		{Cells: []ui.Cell{{Text: "Old script", Sub: "id fedcba9876543210"}, ui.Txt("read"), ui.When(now.Add(-time.Hour), now), ui.When(now.AddDate(0, 0, -1), now), ui.Parts(ui.BadgeView(ui.Badge{Text: "ended", Tone: ui.Neutral}))}}}
	return v
}

func tokenPage(now time.Time) templates.TokenPage {
	v := templates.TokenPage{Page: Page("Nightly deployment", "/tokens"), Revoke: &ui.Action{Label: "Revoke this token", Href: "/tokens/0123456789abcdef/revoke", Post: true},
		Facts: []ui.Pair{{Key: "Owner", Value: "Olof\u202e Palm"}, {Key: "May", Value: "read, ask"}, {Key: "Last used", At: now.Add(-time.Hour)}, {Key: "Id", Value: "0123456789abcdef", Copy: true}}}
	v.Kind, v.NoAsOf, v.Truth = "Token", true, nil
	return v
}

func apiPage() templates.APIPage {
	v := templates.APIPage{Page: Page("The API", "/reports"), Document: "/api/v1/openapi.json", Groups: []string{"Requests"},
		Lines: []templates.APILine{{Says: "Whom the token acts for", Line: "curl -H @header.txt https://governance.example.com/api/v1/me"}},
		Tables: []ui.Table{{ID: "api-requests", Caption: "Requests", Columns: []ui.Column{{Label: "Call", Kind: ui.Mono}, {Label: "What it does"}, {Label: "Token with"}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("POST /api/v1/requests"), {Text: "Ask for something", Sub: "A person then agrees on a page, or does not."}, ui.Txt("ask")}}}}}}
	v.NoAsOf, v.Truth = true, nil
	return v
}

package stories

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

// framed surrounds parts with a frame as a page would.
func framed(f ui.Frame, parts ...templ.Component) templ.Component {
	body := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Page(f).Render(templ.WithChildren(ctx, body), w)
	})
}

// frame is a frame like the real one.
func frame(title string) ui.Frame {
	return ui.Frame{
		Title: title, Home: "/", Nav: nav(),
		Inbox:   &ui.NavItem{Label: "Approvals", Href: "/approvals", Count: 3},
		Tenants: &ui.Menu{Label: "Tenant", Current: "contoso", Items: []ui.MenuItem{{Label: "All tenants", Href: "?"}, {Label: "contoso", Href: "?tenant=contoso", Active: true}, {Label: "fabrikam", Href: "?tenant=fabrikam"}}},
		AsOf:    &ui.AsOf{Action: "/workspaces", Latest: "/workspaces", Min: "2026-09-22", Max: "2026-11-21"},
		Search:  ui.Search{Action: "/search", Hint: "Search workspaces, items, people"},
		Person:  &ui.Person{Name: "Ada Lindqvist", Detail: "ada@contoso.example · approver, auditor", Href: "/me", Prefs: "/me/preferences", SignOut: "/logout", Next: "/"},
		Truth: &ui.Truth{Href: "/scans/42", Parts: []ui.TruthPart{
			{Text: "as of 21 Nov 2026 02:14 UTC"}, {Text: "4,012 of 4,019 workspaces (7 throttled, retry 02:40)", Tone: ui.Warn}, {Text: "full scan 3 days ago"}}},
	}
}

func nav() []ui.NavGroup {
	item := func(label, icon string, n int64) ui.NavItem {
		return ui.NavItem{Label: label, Href: "/" + label, Icon: icon, Count: n}
	}
	groups := []ui.NavGroup{
		{Items: []ui.NavItem{item("Overview", "home", 0)}},
		{Label: "Tenant", Items: []ui.NavItem{item("Workspaces", "grid", 0), item("Items", "item", 0), item("Access", "key", 0), item("People", "people", 0), item("Changes", "changes", 0), item("Activity", "pulse", 0), item("Unused", "moon", 0), item("Capacities", "gauge", 0), item("Settings", "sliders", 0)}},
		{Label: "Rules", Items: []ui.NavItem{item("Violations", "alert", 12806), item("Scorecards", "score", 0), item("Policies", "shield", 0), item("Baselines", "baseline", 0), item("Waivers", "waiver", 4)}},
		{Label: "Work", Items: []ui.NavItem{item("New request", "plus", 0), item("My requests", "list", 2), {Label: "Approvals", Href: "/approvals", Icon: "inbox", Count: 3, Calls: true}, item("Runs", "play", 1), item("Pipelines", "pipeline", 0), item("Refreshes", "refresh", 0)}},
		{Label: "Record", Items: []ui.NavItem{item("Reports", "report", 0), item("Ledger", "book", 0), item("Scans", "scan", 0), item("Set-up", "wrench", 1)}},
	}
	groups[1].Items[0].Active = true
	groups[3].Items[0].Href = "/requests/new"
	groups[3].Items[1].Href = "/requests"
	return groups
}

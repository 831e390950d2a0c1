package templates

import (
	"net/url"
	"sort"

	"steward/web/templates/ui"
)

// nav is the rail: five groups, in the order in which people ask.
func nav(p Page) []ui.NavGroup {
	if p.Person == nil {
		return nil
	}
	c := p.Counts
	groups := []ui.NavGroup{
		{Items: []ui.NavItem{{Label: "Overview", Href: "/", Icon: "home"}}},
		{Label: "Tenant", Icon: "grid", Items: items(
			"Workspaces", "/workspaces", "Items", "/items", "Access", "/access",
			"People", "/people", "Changes", "/changes", "Activity", "/activity", "Unused", "/unused",
			"Capacities", "/capacities", "Settings", "/settings-drift")},
		{Label: "Rules", Icon: "shield", Items: []ui.NavItem{
			{Label: "Violations", Href: "/violations", Count: c.Violations},
			{Label: "Mine", Href: "/mine"},
			{Label: "Scorecards", Href: "/scorecards"},
			{Label: "Policies", Href: "/policies"},
			{Label: "Baselines", Href: "/baselines"},
			{Label: "Waivers", Href: "/waivers", Count: c.Waivers},
		}},
		{Label: "Work", Icon: "work", Items: []ui.NavItem{
			{Label: "New request", Href: "/requests/new"},
			{Label: "My requests", Href: "/requests", Count: c.MyRequests},
			{Label: "Approvals", Href: "/approvals", Count: c.Approvals, Calls: true},
			{Label: "Runs", Href: "/runs", Count: c.Runs},
			{Label: "Pipelines", Href: "/pipelines"},
			{Label: "Refreshes", Href: "/refreshes"},
		}},
		{Label: "Record", Icon: "book", Items: []ui.NavItem{
			{Label: "Reports", Href: "/reports"},
			{Label: "Ledger", Href: "/ledger"},
			{Label: "Scans", Href: "/scans", Count: c.Scans},
			{Label: "Set-up", Href: "/setup", Count: c.SetupProblems},
		}},
	}
	groups = open(groups, p.May)
	mark(groups, p)
	for g := range groups {
		for i := range groups[g].Items {
			it := &groups[g].Items[i]
			if it.Icon == "" {
				it.Icon = icons[it.Href]
			}
			it.Href = p.carry(it.Href)
		}
	}
	return groups
}

// open leaves out the entries that this reader may not open, and groups that
// are empty then.
func open(groups []ui.NavGroup, may func(string) bool) []ui.NavGroup {
	if may == nil {
		return groups
	}
	var out []ui.NavGroup
	for _, g := range groups {
		var items []ui.NavItem
		for _, it := range g.Items {
			if may(it.Href) {
				items = append(items, it)
			}
		}
		if g.Items = items; len(items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// icons gives each entry its picture.
var icons = map[string]string{
	"/workspaces": "grid", "/items": "item", "/access": "key", "/people": "people",
	"/changes": "changes", "/activity": "pulse", "/unused": "moon", "/capacities": "gauge",
	"/settings-drift": "sliders", "/violations": "alert", "/mine": "people", "/scorecards": "score",
	"/policies": "shield", "/baselines": "baseline", "/waivers": "waiver",
	"/requests/new": "plus", "/requests": "list", "/approvals": "inbox", "/runs": "play",
	"/pipelines": "pipeline", "/refreshes": "refresh", "/reports": "report",
	"/ledger": "book", "/scans": "scan", "/setup": "wrench",
}

// carry keeps the tenant and the date when one moves from page to page: the
// switches in the top bar hold for everything until they are changed.
func (p Page) carry(href string) string {
	if p.Tenant == "" && p.AsOf == "" {
		return href
	}
	return ui.With(href, ui.Param{Name: "tenant", Value: p.Tenant}, ui.Param{Name: "as_of", Value: p.AsOf})
}

func items(labelsAndHrefs ...string) []ui.NavItem {
	var out []ui.NavItem
	for i := 0; i+1 < len(labelsAndHrefs); i += 2 {
		out = append(out, ui.NavItem{Label: labelsAndHrefs[i], Href: labelsAndHrefs[i+1]})
	}
	return out
}

func sortedKeys(q url.Values) []string {
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

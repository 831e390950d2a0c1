package templates

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

// Page is what every page needs besides its content. Handlers fill it from the
// request and the signed-in person; view structs embed it.
type Page struct {
	// Title names the page or its object; Kind is the small word above it.
	Title, Kind string
	// Path is the page's own address without query; the rail entry that is its
	// longest prefix is marked, unless Active names another.
	Path, Active string
	// Query is the request's query; tenant and date switches keep it, except
	// for cursors, which mean nothing elsewhere.
	Query url.Values
	// Tenants are the configured tenants' names, Tenant the one in force, empty
	// on pages that are about none.
	Tenants []string
	Tenant  string
	// AsOf is the chosen day as 2006-01-02, empty for the latest scan; AsOfSays
	// is the scan it led to, in words. Min and Max bound the choice. Dated
	// pages only: elsewhere NoAsOf hides the switch.
	AsOf, AsOfSays, AsOfMin, AsOfMax string
	NoAsOf                           bool
	// SwitchTo is where the tenant switch leads when this page belongs to one
	// tenant (a detail page); empty means this page.
	SwitchTo string

	Crumbs  []ui.Link
	Badges  []templ.Component
	Truth   *ui.Truth
	Notices []ui.Notice
	Primary *ui.Action
	Also    []ui.Action
	// Views are the lists that the reader kept.
	Views  []ui.Link
	Tabs   []ui.Tab
	Counts Counts
	// May says whether this reader may open a page of the rail; entries they may
	// not open are left out. Nil leaves all in.
	May func(path string) bool
	// Person is nil before sign-in; then the rail is bare.
	Person *ui.Person
	Look   ui.Look
}

// Counts are the numbers in the rail. Each is of things that call for action.
type Counts struct {
	Violations, Waivers        int64
	MyRequests, Approvals      int64
	Runs, Scans, SetupProblems int64
}

// Addresses the frame itself leads to.
const (
	searchPath    = "/search"
	prefsPath     = "/me/preferences"
	logoutPath    = "/logout"
	approvalsPath = "/approvals"
)

func frame(p Page) ui.Frame {
	f := ui.Frame{
		Title: p.Title, Kind: p.Kind, Home: "/", Crumbs: p.Crumbs, Badges: p.Badges,
		Nav: nav(p), Truth: p.Truth, Notices: p.Notices, Primary: p.Primary,
		Also: p.Also, Tabs: p.Tabs, Look: p.Look, Views: p.Views,
		Search: ui.Search{Action: searchPath, Hint: "Search workspaces, items, people"},
	}
	if p.Path == searchPath {
		f.Search.Value = p.Query.Get("q")
	}
	f.Tenants = tenantMenu(p)
	f.AsOf = asOf(p)
	if p.Person != nil {
		who := *p.Person
		who.Prefs, who.SignOut, who.Next = prefsPath, logoutPath, p.here(nil)
		if who.Href == "" {
			who.Href = "/me"
		}
		f.Person = &who
		if p.May == nil || p.May(approvalsPath) {
			f.Inbox = &ui.NavItem{Label: "Approvals", Href: approvalsPath, Count: p.Counts.Approvals}
		}
	}
	return f
}

func tenantMenu(p Page) *ui.Menu {
	if len(p.Tenants) < 2 {
		return nil
	}
	m := &ui.Menu{Label: "Tenant", Current: p.Tenant}
	if p.Tenant == "" {
		m.Current = "choose"
	}
	for _, t := range p.Tenants {
		m.Items = append(m.Items, ui.MenuItem{Label: t, Href: p.tenantHref(t), Active: t == p.Tenant})
	}
	return m
}

func (p Page) tenantHref(t string) string {
	if p.SwitchTo != "" {
		return ui.With(p.SwitchTo, ui.Param{Name: "tenant", Value: t})
	}
	return p.here(map[string]string{"tenant": t})
}

func asOf(p Page) *ui.AsOf {
	if p.NoAsOf {
		return nil
	}
	a := &ui.AsOf{Action: p.Path, Value: p.AsOf, Min: p.AsOfMin, Max: p.AsOfMax, Says: p.AsOfSays}
	a.Latest = p.here(map[string]string{"as_of": ""})
	for _, name := range sortedKeys(p.Query) {
		if name == "as_of" || cursor[name] {
			continue
		}
		for _, v := range p.Query[name] {
			a.Keep = append(a.Keep, ui.Param{Name: name, Value: v})
		}
	}
	if a.Says == "" {
		a.Says = a.Value
	}
	return a
}

// cursor names the parameters that point into one particular list.
var cursor = map[string]bool{"after": true, "before": true, "cursor": true}

// here is this page's address with some parameters replaced; an empty value
// removes one.
func (p Page) here(change map[string]string) string {
	q := url.Values{}
	for k, v := range p.Query {
		if !cursor[k] {
			q[k] = v
		}
	}
	for k, v := range change {
		q.Del(k)
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return p.Path
	}
	return p.Path + "?" + q.Encode()
}

// mark sets the active entry: the longest prefix of the page's path.
func mark(groups []ui.NavGroup, p Page) {
	path := p.Active
	if path == "" {
		path = p.Path
	}
	var best *ui.NavItem
	for g := range groups {
		for i := range groups[g].Items {
			it := &groups[g].Items[i]
			if under(path, it.Href) && (best == nil || len(it.Href) > len(best.Href)) {
				best = it
			}
		}
	}
	if best != nil {
		best.Active = true
	}
}

func under(path, root string) bool {
	return path == root || root != "/" && strings.HasPrefix(path, root+"/")
}

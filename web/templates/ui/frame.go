package ui

import (
	"github.com/a-h/templ"
)

// Frame is what surrounds every page: document head, rail, top bar, title.
type Frame struct {
	// Title names the page and, on detail pages, the object; it may come from
	// the tenant. Kind is the small word above it ("Workspace"), or empty.
	Title, Kind string
	// Crumbs lead from the outside in: tenant, workspace. The page itself is
	// not among them.
	Crumbs []Link
	// Badges stand after the title.
	Badges []templ.Component
	// Nav is the rail.
	Nav []NavGroup
	// Home is the address behind the mark.
	Home string
	// Inbox is the one rail entry that phones keep in the top bar.
	Inbox *NavItem
	// Tenants is the tenant switch; nil when there is only one.
	Tenants *Menu
	AsOf    *AsOf
	Search  Search
	Person  *Person
	// Truth is the line under the title; nil on pages that show no scanned data.
	Truth *Truth
	// Notices stand above the title, the gravest first.
	Notices []Notice
	// Primary is the one main action; Also are lesser ones in a menu beside it.
	Primary *Action
	Also    []Action
	Tabs    []Tab
	Look    Look
	// Views are lists that the reader kept; the palette goes to them.
	Views []Link
}

// Look is how this reader wants pages to look. Theme is "light", "dark" or
// empty for what the device says; Density is "compact", "comfortable" or empty
// for what the pointer suggests.
type Look struct{ Theme, Density string }

// NavGroup is one of the rail's groups. A group without a label stands alone.
type NavGroup struct {
	Label, Icon string
	Items       []NavItem
}

// NavItem is one entry of the rail. Count is shown when above zero; Calls marks
// a count that waits for this reader.
type NavItem struct {
	Label, Href, Icon string
	Count             int64
	Calls             bool
	Active            bool
}

// Menu is a choice of links behind a button that shows the present one.
type Menu struct {
	// Label says what is chosen ("Tenant"), Current what it is now.
	Label, Current string
	Items          []MenuItem
}

// MenuItem is one link of a menu.
type MenuItem struct {
	Label, Hint, Href string
	Active            bool
}

// AsOf is the date everything on the page follows.
type AsOf struct {
	// Action is the page's own path; Keep the query to carry along.
	Action string
	Keep   []Param
	// Value is the chosen date as 2006-01-02, empty for the latest scan.
	Value    string
	Min, Max string
	// Latest is the address of this page without a date.
	Latest string
	// Says is the date in words, for the band: "14 Nov 2026, 02:10 UTC".
	Says string
}

// Search is the box in the top bar. Action receives q.
type Search struct{ Action, Value, Hint string }

// Person is who is signed in. Theme and density buttons post to Prefs, sign-out
// to SignOut; Next is where to come back to.
type Person struct {
	Name, Detail, Href   string
	Prefs, SignOut, Next string
}

// Tab is one view of an object, with an address of its own.
type Tab struct {
	Label, Href string
	// Count is shown when Counted.
	Count   int64
	Counted bool
	Active  bool
}

// Truth is the line under a title that says how old and how complete the data
// on the page is.
type Truth struct {
	// Parts are its statements, the date first: "as of 21 Nov 2026 02:14 UTC".
	Parts []TruthPart
	// Href leads to the scan.
	Href string
}

// TruthPart is one statement of the line of truth. Tone Warn or Bad makes it
// stand out: data that is partial or old.
type TruthPart struct {
	Text string
	Tone Tone
}

// Notice is a sentence that concerns the whole page. Detail is small print for
// support: a code and a request id.
type Notice struct {
	Tone   Tone
	Title  string
	Text   string
	Detail string
	Action Action
}

// current is the value of aria-current for a link.
func current(active bool) string {
	if active {
		return "page"
	}
	return "false"
}

// crampedCount writes a count in the little room the rail has: 12340 → "12k".
func crampedCount(n int64) string {
	switch {
	case n >= 1_000_000:
		return trimFloat(float64(n/100_000)/10) + "M"
	case n >= 10_000:
		return Count(n/1000) + "k"
	}
	return Count(n)
}

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/auth"
)

// TestEveryList opens every report as an auditor and as a reader of a part: it
// keeps what all pages keep, its links lead somewhere, and it can be turned
// round by each of its sortable columns.
func TestEveryList(t *testing.T) {
	t.Parallel()
	d := filled(t)
	for _, r := range audit.Reports() {
		if slices.ContainsFunc(r.Filters, func(f audit.Filter) bool { return f.Required }) {
			continue
		}
		for _, who := range []auth.Person{auditor, within("Finance 1")} {
			t.Run(r.Name+" as "+who.Name, func(t *testing.T) {
				t.Parallel()
				p := open(t, d, who)
				page := p.get("/"+r.Name, http.StatusOK)
				if page.Has("#list") {
					for _, th := range page.Attrs("#list th a", "href") {
						p.get(th, http.StatusOK)
					}
				} else if !page.Has("[data-testid=empty]") && !page.Has("[data-testid=row]") {
					t.Error("neither rows nor a word about why there are none")
				}
			})
		}
	}
}

// TestFilterByIDSaysTheName holds that nobody has to read an id.
func TestFilterByIDSaysTheName(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	for path, want := range map[string]string{
		"/access?workspace=" + audittest.GUID(5):            "Workspace: Finance 155 Team 5",
		"/access?principal=" + audittest.GUID(personN(7)):   "Holder: Person 7",
		"/items?model=" + audittest.GUID(itemN(4)):          "Semantic model: Sales 4 item 4",
		"/access?workspace=" + audittest.GUID(personN(999)): "Workspace: " + audittest.GUID(personN(999)),
	} {
		if got := p.get(path, http.StatusOK).All("[data-testid=chips] li"); len(got) == 0 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: chips %q, want %q", path, got, want)
		}
	}
	// A name outside the part stays an id.
	scoped := open(t, p.db, within("Finance 31 Team"))
	if got := scoped.get("/items?workspace="+audittest.GUID(5), http.StatusOK).All("[data-testid=chips] li")[0]; !strings.HasPrefix(got, "Workspace: "+audittest.GUID(5)) {
		t.Errorf("a reader of a part is told a name outside: %q", got)
	}
}

// TestListRefusals holds that a filter which does not fit is answered on the
// list's own page, with what was typed.
func TestListRefusals(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	for _, path := range []string{"/workspaces?orphaned=perhaps", "/workspaces?sort=colour", "/access?on=moon", "/activity?after=yesterday", "/workspaces?no_such=1"} {
		d := p.get(path, http.StatusUnprocessableEntity)
		if got := d.Text("[data-testid=notice] strong"); got != "This list cannot be shown as asked." {
			t.Errorf("%s: %q", path, got)
		}
		if got := d.Attr("[data-testid=notice] a", "href"); strings.Contains(got, "?") {
			t.Errorf("%s: clearing leads to %s", path, got)
		}
	}
}

// TestDateFilters holds that a date narrows the reports that have it.
func TestDateFilters(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	all := p.get("/activity", http.StatusOK).Text("[data-testid=pager] strong")
	some := p.get("/activity?after=2026-11-10", http.StatusOK)
	if got := some.Text("[data-testid=pager] strong"); got == all {
		t.Errorf("the date is ignored: %q both times", got)
	}
	if got := some.All("[data-testid=chips] li"); len(got) == 0 || !strings.HasPrefix(got[0], "Since: ") {
		t.Errorf("chips = %q", got)
	}
}

// TestListPaging walks a list to its end and back and sees every row once.
func TestListPaging(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	seen := map[string]bool{}
	at, pages := "/workspaces?limit=50&sort=-items", 0
	for at != "" && pages < 10 {
		d := p.get(at, http.StatusOK)
		for _, row := range d.Rows("#list") {
			if seen[row[0]] {
				t.Errorf("%s is shown twice", row[0])
			}
			seen[row[0]] = true
		}
		pages++
		if at = ""; d.Has("[data-testid=page-next]") {
			at = d.Attr("[data-testid=page-next]", "href")
		}
	}
	if pages != 3 || len(seen) != small.Workspaces {
		t.Errorf("%d pages with %d workspaces, want 3 with %d", pages, len(seen), small.Workspaces)
	}
}

// TestExportSaysWhatThePageSays compares the rows of a filtered list with its
// JSON.
func TestExportSaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get("/guests?sort=-name", http.StatusOK)
	u, err := url.Parse(d.Attr("[data-testid=export-csv]", "href"))
	if err != nil || u.Path != "/guests.csv" || u.Query().Get("sort") != "-name" {
		t.Fatalf("the export leads to %v, %v", u, err)
	}
	body := p.body(u.String())
	rows := d.Rows("#list")
	if len(rows) == 0 {
		t.Fatal("no guests to compare")
	}
	for _, row := range rows {
		if !strings.Contains(body, row[0]+",") {
			t.Errorf("%s is on the page and not in the file", row[0])
		}
	}
}

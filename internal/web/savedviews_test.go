package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/htmlcheck"
)

// keeps is a portal in which lists can be kept, for one person.
func keeps(t *testing.T, d *db.DB, who auth.Person) portal {
	t.Helper()
	p := open(t, d, who)
	n := 0
	p.Views = desk.New(desk.Config{DB: d, Now: now, NewID: func() string {
		n++
		return fmt.Sprintf("view-%s-%04d", who.ObjectID, n)
	}})
	return p
}

// sends posts a form as a page without scripts does, and returns where it led
// and what it says.
func (p portal) sends(path string, want int, fields ...string) (string, *htmlcheck.Doc) {
	p.t.Helper()
	sent := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		sent.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	p.ServeHTTP(w, r.WithContext(templ.WithNonce(r.Context(), "n")))
	if w.Code != want {
		p.t.Fatalf("POST %s = %d, want %d: %s", path, w.Code, want, htmlcheck.Parse(p.t, w.Body.String()).All("[data-testid=problem]"))
	}
	if w.Code == http.StatusSeeOther {
		return w.Header().Get("Location"), nil
	}
	return "", htmlcheck.Page(p.t, w.Body.String())
}

// leads is where a page leads on.
func (p portal) leads(path string) string {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusSeeOther {
		p.t.Fatalf("GET %s = %d, want 303", path, w.Code)
	}
	return w.Header().Get("Location")
}

// TestSavedView: a list is kept with its filters and order, shared with a role,
// and shows each reader what they may see.
func TestSavedView(t *testing.T) {
	t.Parallel()
	d := filled(t)
	ada := keeps(t, d, auth.Person{TenantID: "t", ObjectID: "ada", Name: "Ada", Roles: []auth.Role{auth.Auditor}})
	ben := keeps(t, d, within("Finance 31 Team"))
	save := ada.get("/workspaces?name=team&sort=-name&state=Active", http.StatusOK).Attr("[data-testid=save-view]", "href")
	page := ada.get(save, http.StatusOK)
	fields := []string{"report", page.Attr("input[name=report]", "value"), "query", page.Attr("input[name=query]", "value"), "role", "viewer"}
	at, _ := ada.sends("/views", http.StatusSeeOther, append(fields, "title", "Teams <b>")...)
	href := ada.leads(at)
	if !strings.HasPrefix(href, "/workspaces?") || !strings.Contains(href, "sort=-name") || !strings.Contains(href, "state=Active") {
		t.Fatalf("the view leads to %s", href)
	}
	if got := ben.leads(at); got != href {
		t.Errorf("shared, it leads to %s", got)
	}
	all, part := ada.get(href, http.StatusOK).All("main tbody tr"), ben.get(href, http.StatusOK).All("main tbody tr")
	if len(part) == 0 || len(part) >= len(all) {
		t.Errorf("%d rows for all, %d for a part", len(all), len(part))
	}
	if got := strings.Join(ben.get("/views", http.StatusOK).All("#views-shared tbody tr"), " "); !strings.Contains(got, "Teams <b>") || !strings.Contains(got, "Ada") {
		t.Errorf("not listed: %q", got)
	}
	if !ben.get("/workspaces", http.StatusOK).Has(`[data-testid=views] a[href="` + at + `"]`) {
		t.Error("the list does not offer it")
	}
	if !ben.get("/", http.StatusOK).Has(`#palette-list [data-href="` + at + `"]`) {
		t.Error("the palette does not offer it")
	}
	ben.get(at+"/edit", http.StatusNotFound)
	ada.sends(at+"/edit", http.StatusSeeOther, "title", "Teams", "role", "")
	ben.get(at, http.StatusNotFound)
	if n := len(ben.get("/views", http.StatusOK).All("#views-shared tbody tr a")); n != 0 {
		t.Errorf("taken back, it is still listed")
	}
	keeps(t, d, auth.Person{TenantID: "t", ObjectID: "root", Name: "Root", Roles: []auth.Role{auth.Admin}}).sends(at+"/delete", http.StatusSeeOther)
	ada.get(at, http.StatusNotFound)
	var words string
	if err := d.Reader().QueryRow(t.Context(), `SELECT group_concat(action, ' ') FROM ledger WHERE object_kind = 'view'`).Scan(&words); err != nil || words != "view.save view.change view.delete" {
		t.Errorf("recorded: %q, %v", words, err)
	}
}

// TestSavedViewRefusals holds that what does not fit is said at its field, and
// nothing typed is lost.
func TestSavedViewRefusals(t *testing.T) {
	t.Parallel()
	p := keeps(t, filled(t), auditor)
	p.sends("/views", http.StatusSeeOther, "report", "items", "query", "cursor=x&kind=report", "title", "Reports")
	for _, c := range []struct{ field, title, report, query, role, says string }{
		{"title", "", "items", "", "", "Say what the view is called."},
		{"title", "  REPORTS ", "items", "", "", "You have a view of this name."},
		{"title", strings.Repeat("ä", 81), "items", "", "", "at most 80"},
		{"title", "two\nlines", "items", "", "", "one line"},
		{"", "Fine", "no-such", "", "", "There is no list of that name."},
		{"", "Fine", "items", strings.Repeat("x", 5000), "", "cannot be kept"},
		{"role", "Fine", "items", "", "king", "Choose one of the roles"},
	} {
		_, page := p.sends("/views", http.StatusUnprocessableEntity, "title", c.title, "report", c.report, "query", c.query, "role", c.role)
		at := "#e-" + c.field
		if c.field == "" {
			at = "main form"
		}
		if got := strings.Join(page.All(at), " "); !strings.Contains(got, c.says) {
			t.Errorf("%.20q: says %q at %s, want %q", c.title, got, at, c.says)
		}
		if got := page.Attr("input[name=title]", "value"); got != strings.ReplaceAll(c.title, "\n", "") && got != c.title {
			t.Errorf("what was typed is lost: %q", got)
		}
	}
	var n int
	if err := p.db.Reader().QueryRow(t.Context(), `SELECT count(*) FROM saved_view WHERE query = 'kind=report'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d views kept: %v", n, err)
	}
}

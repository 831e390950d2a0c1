package web

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"steward/internal/audit/audittest"
	"steward/internal/browser"
	"steward/web/templates/ui/stories"
)

// site serves a portal over HTTP under the content security policy of the real
// one.
func site(t *testing.T, p portal) string {
	t.Helper()
	const nonce = "cmVhZGluZw"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", stories.Policy(nonce))
		p.ServeHTTP(w, r.WithContext(templ.WithNonce(r.Context(), nonce)))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestReadingInChromium walks the pages as a governance lead does: from the
// overview to a list, through its filters and pages to a workspace, to a
// person, to what changed. Axe finds nothing in light or dark, and neither the
// console nor the content security policy says a word.
func TestReadingInChromium(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`INSERT INTO scan_figure (scan, name, value) SELECT id, 'workspaces.active', 100 + id FROM scan`)
	base := site(t, p)
	b := browser.New(t)
	thorough, turn := os.Getenv("CI") == "true" || os.Getenv("STEWARD_LONG") == "1", 0
	at := func(what string) {
		t.Helper()
		turn++
		for n, dark := range []bool{false, true} {
			if !thorough && n != turn%2 {
				continue // axe takes its time: light and dark in turn
			}
			b.SetDark(dark)
			for _, f := range b.Axe() {
				t.Errorf("%s, dark %v: axe: %s", what, dark, f)
			}
		}
		for _, m := range b.Console() {
			t.Errorf("%s: console: %s", what, m)
		}
	}

	b.Goto(base + "/")
	at("overview")
	b.ClickAndWait("[data-testid=stat-active-workspaces] a")
	if got := b.URL(); got != base+"/workspaces?state=Active&tenant=contoso" {
		t.Errorf("the tile leads to %s", got)
	}

	b.Fill(".filters input[name=q]", "team 1")
	b.Submit(".filters")
	if got := b.URL(); !strings.Contains(got, "q=team+1") || !strings.Contains(got, "state=Active") {
		t.Errorf("filtering leads to %s", got)
	}
	if got := b.Count("[data-testid=chips] li"); got != 3 {
		t.Errorf("%d chips, want the two filters and the way to clear them", got)
	}
	at("a filtered list")

	b.Goto(base + "/workspaces?limit=20")
	b.ClickAndWait("[data-testid=sort-items]")
	b.ClickAndWait("[data-testid=page-next]")
	if got := b.Text("[data-testid=pager] strong"); got != "21–40 of 120 workspaces" {
		t.Errorf("the second page says %q", got)
	}

	b.Press("j")
	b.PressAndWait("Enter") // the first row, by keyboard
	if got := b.URL(); !strings.Contains(got, "/workspaces/contoso/") {
		t.Errorf("the keyboard leads to %s", got)
	}
	at("a workspace")
	b.Goto(base + ws(5, "people"))
	at("the people of a workspace")
	b.Goto(base + itemPath(4))
	at("an item")
	b.Goto(base + personPath(7))
	at("a person")

	b.Goto(base + "/changes")
	b.Choose(".compare-dates input[name=since]", audittest.Published(1).Format(dateForm))
	b.Submit(".compare-dates")
	if got := b.Text("[data-testid=compare] p"); !strings.Contains(got, "31 Oct 2026") {
		t.Errorf("the chosen date compares %q", got)
	}
	at("changes")
	b.Goto(base + "/search?q=team+1")
	at("search")
}

// TestReadingOnAPhone holds that no page is wider than a phone.
func TestReadingOnAPhone(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	base := site(t, p)
	b := browser.New(t)
	b.SetViewport(browser.PhoneWidth, browser.PhoneHeight)
	for _, path := range []string{"/", "/workspaces", "/access", ws(5), ws(5, "people"), ws(5, "history"), itemPath(4), itemPath(4, "access"), personPath(7), personPath(7, "access"), "/changes", "/reports", "/search?q=team", "/unused", "/activity"} {
		b.Goto(base + path)
		if w := browser.Eval[int64](b, "document.documentElement.scrollWidth"); w > browser.PhoneWidth {
			t.Errorf("%s is %d px wide on a phone", path, w)
		}
	}
	for _, m := range b.Console() {
		t.Errorf("console: %s", m)
	}
}

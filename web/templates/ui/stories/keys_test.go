package stories_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/web/templates/ui/stories"
)

// open serves the stories and returns a tab and the address of one of them.
func open(t *testing.T, story string) (*browser.Page, string) {
	t.Helper()
	page := browser.New(t)
	all := stories.All(time.Now())
	srv := httptest.NewServer(stories.Handler(all))
	t.Cleanup(srv.Close)
	for i, s := range all {
		if s.Name == story {
			return page, fmt.Sprintf("%s/%d", srv.URL, i)
		}
	}
	t.Fatalf("no story %q", story)
	return nil, ""
}

func focused(p *browser.Page) string {
	return browser.Eval[string](p, "document.activeElement.id || document.activeElement.textContent.trim()")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/past and select")
	p.Goto(url)

	p.Press("/")
	if got := focused(p); got != "search" {
		t.Errorf("after / the focus is on %q", got)
	}
	browser.Eval[bool](p, "document.activeElement.blur(), true")
	p.Press("j")
	p.Press("j")
	if got := focused(p); got != "Finance PROD" {
		t.Errorf("after j j the focus is on %q", got)
	}
	p.Press("k")
	if got := focused(p); got != "Customer 360 DEV" {
		t.Errorf("after k the focus is on %q", got)
	}
	p.Press("x")
	if got := p.Text("[data-selected]"); got != "1 chosen:" {
		t.Errorf("after x the bar says %q", got)
	}
	p.Click("[data-all]")
	if got, want := p.Text("[data-selected]"), fmt.Sprintf("%d chosen:", p.Count("tbody tr")); got != want {
		t.Errorf("after choosing all the bar says %q, want %q", got, want)
	}
	p.Press("?")
	p.WaitFor("#keys")
	p.Press("Escape")
	if p.Visible("#keys") {
		t.Error("Escape does not close the list of keys")
	}
	if got := p.Console(); len(got) > 0 {
		t.Errorf("console: %q", got)
	}
}

func TestPalette(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/many")
	p.Goto(url)
	p.Press("Ctrl+k")
	p.WaitFor("#palette")
	p.Fill("#palette-q", "viol")
	if got := p.Text(`#palette-list [aria-selected="true"]`); !strings.HasPrefix(got, "Violations") {
		t.Errorf("the palette offers %q", got)
	}
	p.PressAndWait("Enter")
	if got := p.URL(); !strings.HasSuffix(got, "/Violations") {
		t.Errorf("the palette led to %q", got)
	}
}

func TestMenusClose(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/many")
	p.Goto(url)
	p.Click("[data-testid=export] summary")
	p.WaitFor("[data-testid=export-csv]")
	p.Click("h1")
	if p.Visible("[data-testid=export-csv]") {
		t.Error("a click elsewhere does not close the menu")
	}
}

// Without scripts: menus, the rail on a phone, and filters still work.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/many")
	p.DisableJS()
	p.SetViewport(browser.PhoneWidth, browser.PhoneHeight)
	p.Goto(url)
	if p.Visible("#rail") {
		t.Error("the rail is open on a phone before one asks for it")
	}
	p.Click("[popovertarget=rail]")
	p.WaitFor("#rail")
	p.Press("Escape")
	if p.Visible("#rail") {
		t.Error("Escape does not close the rail")
	}
	p.Click("[data-testid=export] summary")
	p.WaitFor("[data-testid=export-csv]")
	p.Click("[data-testid=export] summary")
	p.Click("[data-testid=filters] summary")
	p.WaitFor("#f-state")
	p.Choose("#f-state", "orphaned")
	p.ClickAndWait("[data-testid=filters] .panel button")
	if got := p.URL(); !strings.Contains(got, "/workspaces?") || !strings.Contains(got, "state=orphaned") {
		t.Errorf("the filter led to %q", got)
	}
}

// A running scan shows how far it is without a reload, and stops asking when it
// is done.
func TestProgressIsLive(t *testing.T) {
	t.Parallel()
	p, url := open(t, "detail/progress")
	p.Goto(url)
	if got := p.Text("[data-testid=progress]"); !strings.Contains(got, "1,210 of 4,019") {
		t.Errorf("at first it says %q", got)
	}
	p.WaitFor(".progress.tone-good")
	if got := p.Text("[data-testid=progress]"); !strings.Contains(got, "Done in 8 min.") {
		t.Errorf("in the end it says %q", got)
	}
	if n := p.Count("[hx-get]"); n != 0 {
		t.Errorf("%d parts still ask", n)
	}
	if got := p.Console(); len(got) > 0 {
		t.Errorf("console: %q", got)
	}
}

// The exact moment is on hover, and the console is told nothing.
func TestTimes(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/many")
	p.Goto(url)
	if got := p.Text("tbody tr:nth-child(2) time"); got != "22 min ago" {
		t.Errorf("relative time = %q", got)
	}
	title := browser.Eval[string](p, `document.querySelector("tbody time").title`)
	if !strings.HasSuffix(title, "UTC") {
		t.Errorf("hover says %q", title)
	}
}

// The policy of the stories is the site's; a page that broke it would be heard.
func TestComplaintsAreHeard(t *testing.T) {
	t.Parallel()
	p, url := open(t, "list/many")
	p.Goto(url)
	browser.Eval[bool](p, `document.body.insertAdjacentHTML("beforeend", "<p style='color:red'>x</p>"), true`)
	browser.Eval[bool](p, `console.warn("heard"), true`)
	all := strings.Join(p.Console(), "\n")
	for _, want := range []string{"Content Security Policy", "heard"} {
		if !strings.Contains(all, want) {
			t.Errorf("the console heard %q, want %q in it", all, want)
		}
	}
}

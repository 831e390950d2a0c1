package app

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"steward/internal/browser"
	"steward/internal/db"
	"steward/internal/web/guard"
)

// counter is the portal over the stand-in with a browser for each person.
type counter struct {
	*site
	page   *browser.Page // of whoever acts now
	people map[string]*browser.Page
	script bool
	// space is a workspace, gains somebody without a role there.
	space, gains string
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{site: newSiteAt(t, l.Addr().String())}
	srv := guard.NewServer(c.pages, slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-served })
	c.scanned(db.ScanFull)
	return c
}

// aboutAnybody chooses a person of the tenant who never signs in.
func (c *counter) aboutAnybody() {
	c.t.Helper()
	c.gains = c.text(`SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal WHERE p.to_scan IS NULL AND p.kind = 'User' AND p.guest = 0 AND p.address <> ''
		AND coalesce(p.gone, 0) = 0 AND coalesce(p.enabled, 1) = 1 ORDER BY p.name DESC LIMIT 1`)
	c.spare()
}

// about chooses who gains by what is asked for, and a workspace where they have
// no role.
func (c *counter) about(name string) {
	c.t.Helper()
	if c.gains = c.person(name); c.one(`SELECT count(*) FROM principal p JOIN ident i ON i.id = p.principal WHERE p.to_scan IS NULL AND i.guid = $1`, c.gains) == 0 {
		c.t.Fatalf("the scan does not know %s", name)
	}
	c.spare()
}

// spare finds a workspace where nobody asked for anything yet and who gains has
// no role.
func (c *counter) spare() {
	c.t.Helper()
	c.space = c.text(`SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.to_scan IS NULL AND w.kind = 'Workspace' AND w.state = 'Active' AND w.users_known = 1
		AND NOT EXISTS (SELECT 1 FROM access_grant g JOIN ident p ON p.id = g.principal WHERE g.object = w.ws AND p.guid = $1)
		AND NOT EXISTS (SELECT 1 FROM request_place q WHERE q.name = w.name) AND w.name NOT LIKE '%PROD%' ORDER BY w.name LIMIT 1`, c.gains)
}

func (c *counter) text(query string, args ...any) (s string) {
	c.t.Helper()
	if err := c.DB.Reader().QueryRow(c.t.Context(), query, args...).Scan(&s); err != nil {
		c.t.Fatalf("%v in %s", err, query)
	}
	return s
}

func (c *counter) one(query string, args ...any) (n int64) {
	c.t.Helper()
	if err := c.DB.Reader().QueryRow(c.t.Context(), query, args...).Scan(&n); err != nil {
		c.t.Fatalf("%v in %s", err, query)
	}
	return n
}

// person is the object id of one of those who can sign in.
func (c *counter) person(name string) string {
	c.t.Helper()
	for _, p := range c.cloud.World().DemoPeople() {
		if strings.Contains(p.User.DisplayName, name) {
			return strings.ToLower(p.User.ID)
		}
	}
	c.t.Fatalf("nobody is called %s", name)
	return ""
}

// as lets somebody act, in a browser of their own; the first time they sign in
// with a click on their name at the provider.
func (c *counter) as(name string) {
	c.t.Helper()
	if c.page = c.people[name]; c.page != nil {
		return
	}
	c.page = browser.New(c.t)
	if !c.script {
		c.page.DisableJS()
	}
	c.people[name] = c.page
	c.page.Goto(c.base + "/login?return=/me")
	c.page.ClickAndWait(fmt.Sprintf("button[value='%s']", c.person(name)))
	c.page.WaitFor("nav")
}

// ask takes Mia from the prefilled form over the plan to the request, and
// returns its address.
func (c *counter) ask(right string) string {
	c.t.Helper()
	c.as("Mia")
	q := url.Values{"workspace": {c.space}, "members[0].who": {c.gains}, "members[0].right": {right}}
	c.page.Goto(c.base + "/requests/new/access-add?" + q.Encode())
	c.page.Fill("textarea[name=reason]", "Month end")
	c.page.Submit("form:has(textarea[name=reason])")
	if c.page.Count("[data-testid=errors]") > 0 {
		c.t.Fatalf("the form was refused: %s", c.page.Text("[data-testid=errors]"))
	}
	c.page.WaitFor("[data-testid=plan]")
	c.page.Submit("form[action$='/submit']")
	c.page.WaitFor("[data-testid=why-not]")
	return strings.TrimPrefix(c.page.URL(), c.base)
}

// TestAskAndAgreeInChromium: somebody asks, an approver who would gain is told
// why they may not, another agrees from the keyboard; one is asked back and
// answered, one rejected. With scripts and without.
func TestAskAndAgreeInChromium(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, scripts := range []bool{true, false} {
		c.script, c.people = scripts, map[string]*browser.Page{}
		c.about("Priya")
		c.agreed(scripts)
		c.aboutAnybody()
		c.askedBackAndRejected()
	}
}

func (c *counter) agreed(scripts bool) {
	t := c.t
	path := c.ask("Viewer")
	p := c.page
	if got := p.Text("[data-testid=why-not]"); !strings.Contains(got, "You asked for this") {
		t.Errorf("who asked reads %q", got)
	}
	c.as("Priya")
	p = c.page
	p.Goto(c.base + "/approvals")
	if got := p.Text("table[data-testid=others]"); !strings.Contains(got, "You would gain by this") {
		t.Errorf("the inbox of who gains says %q", got)
	}
	p.Goto(c.base + path)
	if p.Count("[data-testid=decide]") != 0 || !strings.Contains(p.Text("[data-testid=why-not]"), "You would gain by this") {
		t.Error("who gains is offered to decide, or not told why not")
	}
	c.as("Tom")
	p = c.page
	p.Goto(c.base + "/approvals")
	p.ClickAndWait("table[data-testid=mine] a")
	if got := p.Text("[data-testid=plan]"); !strings.Contains(got, "/groups/"+c.space+"/users") {
		t.Errorf("the plan reads %q", got)
	}
	c.shot("decide")
	if scripts { // the keyboard alone: the link to the decision, a word, the button
		p.Click(".page-actions a.primary")
		p.Press("Tab")
		p.PressAndWait("Enter")
	} else {
		p.ClickAndWait("[data-testid=decide] button[value=approve]")
	}
	p.WaitFor("table[data-testid=votes] tbody tr")
	if got := p.Text("table[data-testid=votes]"); !strings.Contains(got, "Tom") || !strings.Contains(strings.ToLower(got), "agreed") {
		t.Errorf("the decision reads %q", got)
	}
	c.shot("agreed")
	if got := c.text(`SELECT state FROM request WHERE id = $1`, strings.TrimPrefix(path, "/requests/")); got != "approved" && got != "running" && got != "done" {
		t.Errorf("the request is %s", got)
	}
}

func (c *counter) askedBackAndRejected() {
	t := c.t
	path := c.ask("Viewer")
	c.as("Tom")
	p := c.page
	p.Goto(c.base + path)
	p.ClickAndWait("[data-testid=decide] button[value=reject]")
	if got := p.Text("[data-testid=field-note] .error"); !strings.Contains(got, "Say why") {
		t.Errorf("rejecting without a reason says %q", got)
	}
	p.Fill("[data-testid=decide] textarea", "What is it for?")
	p.ClickAndWait("[data-testid=decide] button[value=ask]")
	c.as("Mia")
	p = c.page
	p.Goto(c.base + path)
	c.shot("asked")
	if got := p.Text("main"); !strings.Contains(got, "What is it for?") {
		t.Error("the question is not there")
	}
	p.Fill("textarea[name=answer]", "For the audit.")
	p.Submit("form[action$='/answer']")
	p.WaitFor("[data-testid=plan]")
	p.Submit("form[action$='/submit']")
	p.WaitFor("[data-testid=why-not]")
	c.as("Tom")
	p = c.page
	p.Goto(c.base + path)
	if got := p.Text("main"); !strings.Contains(got, "For the audit.") {
		t.Error("the answer is not there")
	}
	p.Fill("[data-testid=decide] textarea", "Not without an end date.")
	p.ClickAndWait("[data-testid=decide] button[value=reject]")
	if got := c.text(`SELECT state FROM request WHERE id = $1`, strings.TrimPrefix(path, "/requests/")); got != "rejected" {
		t.Errorf("the request is %s", got)
	}
	for _, line := range p.Console() { // but for the refusal above
		if !strings.Contains(line, "422") {
			t.Errorf("console: %q", line)
		}
	}
}

// shot keeps what it looks like when a directory for that is named.
func (c *counter) shot(name string) {
	if dir := os.Getenv("STEWARD_SHOTS"); dir != "" {
		c.page.SetViewport(browser.DesktopWidth, browser.DesktopHeight)
		c.page.FullScreenshot(dir + "/" + name + ".png")
		c.page.SetViewport(browser.PhoneWidth, browser.PhoneHeight)
		c.page.SetDark(true)
		c.page.FullScreenshot(dir + "/" + name + "-phone-dark.png")
		c.page.SetDark(false)
		c.page.SetViewport(browser.DesktopWidth, browser.DesktopHeight)
	}
}

package app

import (
	"strings"
	"testing"

	"steward/internal/browser"
)

// TestEmergencyInChromium is the emergency access from the form to its review,
// with scripts and without: somebody asks for it, two others agree, its holder
// has a plan of theirs carried out now, everybody is warned on every page, it is
// ended before its time, and somebody else reviews it.
func TestEmergencyInChromium(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, scripts := range []bool{true, false} {
		c.script, c.people = scripts, map[string]*browser.Page{}
		c.aboutAnybody()
		access := c.askEmergency()
		c.agreeToEmergency(access)
		c.useEmergency(access)
		c.reviewEmergency(access)
	}
}

func (c *counter) askEmergency() (path string) {
	c.t.Helper()
	c.as("Mia")
	p := c.page
	p.Goto(c.base + "/requests")
	if p.Count("a[href*='/requests/new']") == 0 {
		c.t.Error("the list of requests leads to no form")
	}
	p.Goto(c.base + "/requests/new/emergency?tenant=contoso")
	p.Fill("[name=minutes]", "90")
	p.Fill("[name=reason]", "The month-end report is broken and the board meets in an hour.")
	p.Submit("form:has(textarea[name=reason])")
	if got := p.Text("[data-testid=errors]"); !strings.Contains(got, "60 minutes") {
		c.t.Errorf("ninety minutes are refused with %q", got)
	}
	p.Fill("[name=minutes]", "30")
	p.Submit("form:has(textarea[name=reason])")
	p.WaitFor("[data-testid=plan]")
	p.Submit("form[action$='/submit']")
	p.WaitFor("[data-testid=why-not]")
	return strings.TrimPrefix(p.URL(), c.base)
}

func (c *counter) agreeToEmergency(path string) {
	c.t.Helper()
	for _, name := range []string{"Tom", "Ada"} {
		c.as(name)
		if c.text(`SELECT state FROM request WHERE id = $1`, strings.TrimPrefix(path, "/requests/")) != "pending" {
			return
		}
		c.page.Goto(c.base + path)
		c.page.ClickAndWait("[data-testid=decide] button[value=approve]")
	}
}

// useEmergency has one of the holder's own requests carried out without those
// who would have to agree.
func (c *counter) useEmergency(access string) {
	c.t.Helper()
	path := c.ask("Viewer")
	p := c.page
	p.Submit("form[action$='/now']")
	if got := p.Text("form[action$='/now']"); !strings.Contains(got, "few words") && !strings.Contains(strings.ToLower(got), "why") {
		c.t.Errorf("without a reason it says %q", got)
	}
	p.Fill("form[action$='/now'] textarea[name=reason]", "The board meets in an hour.")
	p.Submit("form[action$='/now']")
	p.WaitFor("main")
	if got := p.Text("main"); !strings.Contains(got, "Carried out under the emergency access") {
		c.t.Errorf("the request says %q", got)
	}
	if n := c.one(`SELECT count(*) FROM emergency_use WHERE emergency = $1 AND request = $2`, strings.TrimPrefix(access, "/requests/"), strings.TrimPrefix(path, "/requests/")); n != 1 {
		c.t.Errorf("%d uses are written down", n)
	}
	c.as("Tom")
	c.page.Goto(c.base + "/workspaces")
	if got := c.page.Text("body"); !strings.Contains(got, "holds the emergency access to contoso") {
		c.t.Error("others are not warned on every page")
	}
	c.shot("emergency-held")
}

func (c *counter) reviewEmergency(access string) {
	c.t.Helper()
	p := c.page // Tom's
	p.Goto(c.base + access)
	p.Fill("form[action$='/emergency/end'] textarea", "The report is mended.")
	p.Submit("form[action$='/emergency/end']")
	p.WaitFor("form[action$='/emergency/review']")
	c.as("Mia")
	c.page.Goto(c.base + access)
	if c.page.Count("form[action$='/emergency/review']") != 0 || !strings.Contains(c.page.Text("main"), "Your emergency access waits for a review.") {
		c.t.Error("its holder may review it, or is not told that it waits")
	}
	c.as("Tom")
	p = c.page
	p.Goto(c.base + access)
	c.shot("emergency-review")
	p.Click("form[action$='/emergency/review'] input[value=justified]")
	p.Fill("form[action$='/emergency/review'] textarea", "One role was given, and it was needed.")
	p.Submit("form[action$='/emergency/review']")
	p.WaitFor("main")
	if p.Count("form[action$='/emergency/review']") != 0 {
		c.t.Error("the review is still open")
	}
	p.Goto(c.base + "/emergencies")
	if got := p.Text("table[data-testid=list] tbody"); !strings.Contains(got, "Mia") || !strings.Contains(strings.ToLower(got), "justified") {
		c.t.Errorf("the list says %q", got)
	}
	if n := c.one(`SELECT count(*) FROM emergency WHERE reviewed IS NULL`); n != 0 {
		c.t.Errorf("%d are not reviewed", n)
	}
	c.shot("emergencies")
}

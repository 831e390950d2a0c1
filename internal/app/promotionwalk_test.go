package app

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/browser"
	"steward/internal/db"
)

// finance is the demo's Finance project, promoted by people with browsers.
type finance struct {
	*seen
	mia *browser.Page
	// deciders are those who agree, each with a browser of their own.
	deciders map[string]*browser.Page
}

func newFinance(t *testing.T) *finance {
	t.Helper()
	f := &finance{seen: &seen{demo: startDemo(t)}, deciders: map[string]*browser.Page{}}
	r, closeReader, err := db.OpenReader(t.Context(), filepath.Join(f.dir, "data", "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closeReader() })
	f.r = r
	f.mia = f.browse("Mia")
	for _, name := range []string{"Ada", "Tomás"} {
		f.deciders[name] = f.browse(name)
	}
	return f
}

func (f *finance) text(query string, args ...any) (s string) {
	f.t.Helper()
	if err := f.r.QueryRow(f.t.Context(), query, args...).Scan(&s); err != nil {
		f.t.Fatalf("%v in %s", err, query)
	}
	return s
}

func (f *finance) pipeline(name string) string {
	return f.text(`SELECT i.guid FROM pipeline p JOIN ident i ON i.id = p.pipeline WHERE p.to_scan IS NULL AND p.name = $1`, name)
}

func (f *finance) state(id string) string {
	return f.text(`SELECT state FROM request WHERE id = $1`, id)
}

// submitted sends the form that is open, plan and all, and returns the request.
func (f *finance) submitted() (id string) {
	f.t.Helper()
	f.mia.ClickAndWait("[data-testid=preview]")
	if f.mia.Count("[data-testid=submit]") == 0 {
		f.t.Fatalf("the form is refused: %s", f.mia.Text("[data-testid=errors]"))
	}
	f.mia.ClickAndWait("[data-testid=submit]")
	return f.mia.URL()[strings.LastIndex(f.mia.URL(), "/")+1:]
}

// agree lets people decide until enough have, and waits for the end. look is
// what each does with the page before they agree.
func (f *finance) agree(id, end string, look func(p *browser.Page)) {
	f.t.Helper()
	for _, name := range []string{"Ada", "Tomás"} {
		if f.state(id) != "pending" {
			break
		}
		p := f.deciders[name]
		p.Goto(f.at("/requests/" + id))
		if look != nil {
			look(p)
		}
		p.ClickAndWait("form[data-testid=decide] button[value=approve]")
	}
	final := func() bool { s := f.state(id); return s != "pending" && s != "approved" && s != "running" }
	f.until("the end of "+id, final)
	if got := f.state(id); got != end {
		f.t.Fatalf("the request ended %s, want %s: %s", got, end, f.text(`SELECT coalesce(group_concat(id || ' ' || state || ' ' || says || ' ' || note, '; '), '') FROM run_step WHERE run = $1`, id))
	}
}

// promote opens the form of a promotion from a stage, everything chosen.
func (f *finance) promote(pipeline string, stage int) {
	f.t.Helper()
	f.mia.Goto(f.at(fmt.Sprintf("/requests/new/promotion?tenant=contoso&pipeline=%s&stage=%d", pipeline, stage)))
}

// remedy is the row of a check on the pre-flight.
const remedy = "[data-testid=pre-flight] [data-testid=remedy]"

// TestFinanceIsPromotedInChromium walks from development to production on the
// real demo: the first try is stopped for reasons of three kinds, each mended by
// what its own text leads to; people who decide see what it touches; the runs
// deploy, map, refresh and check; production shows the new version.
func TestFinanceIsPromotedInChromium(t *testing.T) {
	t.Parallel()
	f := newFinance(t)
	line := f.pipeline("FIN-Budget pipeline")
	f.mia.Goto(f.at("/workspaces/contoso/" + f.text(`SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.to_scan IS NULL AND w.name = 'FIN-Budget-DEV'`)))
	// The way may stand in a menu that is closed.
	f.mia.Goto(f.at(browser.Eval[string](f.mia, `document.querySelector("a[href*='/requests/new/promotion']").getAttribute("href")`)))
	f.mia.Fill("[name=reason]", "Month end")
	f.mia.ClickAndWait("[data-testid=preview]")
	errors, edit := f.mia.Text("[data-testid=errors]"), f.mia.URL()
	for _, want := range []string{"is not running: Suspended", "Somebody else owns “Budget Variance”", "No mapping sets the parameter “Server”"} {
		if !strings.Contains(errors, want) {
			t.Fatalf("the first try is not stopped by %q, but: %s", want, errors)
		}
	}
	draft := f.text(`SELECT id FROM request WHERE kind = 'promotion' AND state = 'draft'`)
	if strings.Contains(edit, "/preview") {
		t.Fatalf("a plan is shown at %s", edit)
	}

	f.mendsCapacity()
	f.mia.Goto(f.at("/requests/" + draft + "/edit"))
	f.mendsMapping()
	f.mia.Goto(f.at("/requests/" + draft + "/edit"))
	if left := f.mia.Text("[data-testid=pre-flight]"); strings.Contains(left, "Suspended") || strings.Contains(left, "No mapping sets") {
		t.Fatalf("what was mended is still there: %s", left)
	}
	f.mia.Click(remedy + " a[href$='#f-allow_take_over']")
	f.mia.Click("input[name=allow_take_over]")
	f.mia.Click("input[name=allow_label]")
	id := f.submitted()
	f.agree(id, "done", f.seesWhatItTouches)
	f.ended(id, "sql-test.contoso.com")

	f.until("the scan of the test stage", func() bool { return f.same(line, 0) })
	f.promote(line, 1)
	f.mia.Fill("[name=reason]", "Month end")
	f.mia.Click("input[name=allow_take_over]")
	f.mia.Click("input[name=allow_label]")
	id = f.submitted()
	f.agree(id, "done", f.seesWhatItTouches)
	f.ended(id, "sql-prod.contoso.com")
	f.until("the scan of production", func() bool { return f.same(line, 1) })
	f.mia.Goto(f.at("/pipelines/contoso/" + line))
	told := f.mia.Text("main")
	for _, want := range []string{"Promote everything from FIN-Budget-DEV to FIN-Budget-TEST", "Promote everything from FIN-Budget-TEST to FIN-Budget-PROD", "Mia Keller", "Ada Lindqvist"} {
		if !strings.Contains(told, want) {
			t.Errorf("the pipeline's history does not tell %q: %s", want, told)
		}
	}
	f.cascade()
	for _, line := range f.mia.Console() {
		if !strings.Contains(line, "status of 422") {
			t.Errorf("console: %s", line)
		}
	}
}

// cascade promotes three projects, each made from the one before, in one request
// that names them the wrong way round.
func (f *finance) cascade() {
	f.t.Helper()
	q := url.Values{"tenant": {"contoso"}, "order": {"dependency"}, "reason": {"Month end"}, "accepted[0]": {"parameters"}}
	for _, allow := range []string{"allow_create", "allow_overwrite", "allow_take_over", "allow_label", "mapping"} {
		q.Set(allow, "yes")
	}
	for i, name := range []string{"MKT-Campaigns", "SAL-Pipeline", "FIN-Budget"} {
		at := fmt.Sprintf("routes[%d].", i)
		q.Set(at+"pipeline", f.pipeline(name+" pipeline"))
		q.Set(at+"stage", "0")
		q.Set(at+"what", "selected")
		q.Set(at+"items[0]", f.text(`SELECT n.guid FROM workspace w JOIN item i ON i.ws = w.ws AND i.to_scan IS NULL JOIN ident n ON n.id = i.item
			WHERE w.to_scan IS NULL AND w.name = $1 AND i.kind = 'dataset' ORDER BY i.name LIMIT 1`, name+"-DEV"))
	}
	f.mia.Goto(f.at("/requests/new/promotion?" + q.Encode()))
	id := f.submitted()
	f.agree(id, "done", nil)
	order := f.text(`SELECT group_concat(says, '; ') FROM (SELECT says FROM run_step WHERE run = $1 AND says LIKE 'Deploy %' ORDER BY intended)`, id)
	fin, sal, mkt := strings.Index(order, "FIN-Budget"), strings.Index(order, "SAL-Pipeline"), strings.Index(order, "MKT-Campaigns")
	if fin < 0 || sal < fin || mkt < sal {
		f.t.Errorf("the cascade went: %s", order)
	}
	if n := f.count(`SELECT count(*) FROM run_step a JOIN run_step b ON b.run = a.run AND b.seq > a.seq AND b.intended < a.finished
		WHERE a.run = $1 AND a.says LIKE 'Deploy %' AND b.says LIKE 'Deploy %'`, id); n != 0 {
		f.t.Errorf("%d deployments began before the one that they wait for had ended", n)
	}
}

// mendsCapacity follows the text about the capacity that does not run.
func (f *finance) mendsCapacity() {
	f.t.Helper()
	f.mia.ClickAndWait(remedy + " a[href*='/requests/new/workspace-capacity']")
	running := browser.Eval[string](f.mia, `[...document.querySelectorAll("select[name=capacity] option")].find(o => o.textContent.includes("Fabric Production")).value`)
	f.mia.Choose("select[name=capacity]", running)
	f.mia.Fill("[name=reason]", "The trial has ended.")
	f.agree(f.submitted(), "done", nil)
	f.until("the scan of the new capacity", func() bool {
		return f.count(`SELECT count(*) FROM workspace w JOIN ident i ON i.id = w.capacity WHERE w.to_scan IS NULL AND w.name = 'FIN-Budget-TEST' AND i.guid = $1`, strings.ToLower(running)) == 1
	})
}

// mendsMapping follows the text about the parameter that nothing sets.
func (f *finance) mendsMapping() {
	f.t.Helper()
	f.mia.ClickAndWait(remedy + " a[href*='/requests/new/mapping']")
	if name := browser.Eval[string](f.mia, `document.querySelector("[name='parameters[0].name']").value`); name != "Server" {
		f.t.Fatalf("the form of the mapping set begins with %q", name)
	}
	f.mia.Fill("[name='parameters[0].value']", "sql-test.contoso.com")
	f.mia.Fill("[name=reason]", "The test stage reads the test server.")
	f.agree(f.submitted(), "done", nil)
}

// seesWhatItTouches looks at the blast radius as who decides does.
func (f *finance) seesWhatItTouches(p *browser.Page) {
	f.t.Helper()
	got := p.Text("[data-testid=blast]")
	lower := strings.ToLower(got)
	for _, want := range []string{"Overwritten in the target", "Downstream", "Viewed it in the last 30 days"} {
		if !strings.Contains(lower, strings.ToLower(want)) {
			f.t.Errorf("who decides is not told %q: %s", want, got)
		}
	}
}

// ended looks at the run: it deployed, mapped, loaded and checked.
func (f *finance) ended(id, server string) {
	f.t.Helper()
	f.mia.Goto(f.at("/runs/" + id))
	run := f.mia.Text("[data-testid=run]")
	for _, want := range []string{"Look again", "Deploy everything", "parameter", "Refresh", "Check"} {
		if !strings.Contains(run, want) {
			f.t.Errorf("the run does not tell %q: %s", want, run)
		}
	}
	if n := f.count(`SELECT count(*) FROM run_step WHERE run = $1 AND state <> 'done'`, id); n != 0 {
		f.t.Errorf("%d steps of the run are not done: %s", n, run)
	}
	if body := f.text(`SELECT CAST(body AS TEXT) FROM request_plan p JOIN request r ON r.plan_hash = p.hash WHERE r.id = $1`, id); !strings.Contains(body, server) {
		f.t.Errorf("the plan sets no parameter to %s", server)
	}
}

// same reports whether the stages show no difference any more in what was
// worked on.
func (f *finance) same(pipeline string, stage int) bool {
	f.mia.Goto(f.at(fmt.Sprintf("/pipelines/contoso/%s/compare?stage=%d", pipeline, stage)))
	row := browser.Eval[string](f.mia, `[...document.querySelectorAll("#list tbody tr")].find(r => r.textContent.includes("Budget Overview"))?.textContent ?? ""`)
	return strings.Contains(row, "same")
}

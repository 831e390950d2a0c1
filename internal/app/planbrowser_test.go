package app

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/internal/remote"
	"steward/internal/secret"
)

// certified is the workspace of the demo whose models and dataflows are made
// from one another: six that can be refreshed, in three phases.
const certified = "Finance Certified Data"

// TestRefreshPlanInChromium drafts a refresh plan from lineage, edits it, has it
// agreed to by somebody else and runs it live: first with one model that Power
// BI refuses to refresh, whose page says exactly what was not refreshed and why;
// then on from there, with the portal killed in the middle; then as a program
// starts it, killed again. The stand-in's journal counts each start once.
func TestRefreshPlanInChromium(t *testing.T) {
	if os.Getenv("STEWARD_LONG") == "" {
		// Of three runs on a quiet machine one did not see the end of the plan's
		// run within four minutes, and the cause is not known yet.
		t.Skip("minutes of waiting for refreshes: with STEWARD_LONG=1")
	}
	t.Parallel()
	s := see(t)
	mia, oskar := s.browse("Mia"), s.browse("Oskar")
	plan := s.draftedPlan(mia)
	page := s.at("/refreshes/plans/contoso/" + plan)
	s.faults(fmt.Sprintf(`{faults: [{match: Datasets_RefreshDatasetInGroup, contains: "%s/refreshes", status: 400, body: '{"error": {"code": "InvalidRequest", "message": "The gateway is not there."}}'}]}`, s.item("Finance Details")))
	oskar.Goto(page)
	oskar.ClickAndWait("form[action$='/start'] button")
	first := s.lastOf(oskar.URL())
	s.saysWhatIsMissing(oskar, first)
	begun := s.begun()
	want := map[string]int{"Finance Staging": 1, "Finance Master Data": 1, "Finance Reference Data": 1, "Finance": 1}
	if !maps.Equal(begun, want) {
		t.Errorf("beside what failed, the stand-in counted %v", begun)
	}

	s.faults("faults: []")
	oskar.ClickAndWait("form[action$='/resume'] button")
	second := s.lastOf(oskar.URL())
	s.until("the start of what failed", func() bool {
		return s.count(`SELECT count(*) FROM plan_try WHERE run = $1 AND name = 'Finance Details'`, second) == 1
	})
	s.kill()
	s.start()
	s.planEnds(second, "done")
	// Nobody loads the page again; it stops asking at the end.
	oskar.WaitFor("[data-testid=run]:not([hx-get]) [data-testid=run-step][data-step='6'][data-state=refreshed]")
	want["Finance Details"], want["Finance Plan"] = 1, 1
	if begun = s.begun(); !maps.Equal(begun, want) {
		t.Errorf("after going on from what failed, over a kill, the stand-in counted %v", begun)
	}
	s.startedByProgram(oskar, plan)
	for name := range want {
		want[name]++
	}
	if begun = s.begun(); !maps.Equal(begun, want) {
		t.Errorf("after the program's run, over a kill, the stand-in counted %v", begun)
	}
	oskar.Goto(page)
	if text := oskar.Text("main"); !strings.Contains(text, "a program") && strings.Count(text, "done") < 2 {
		t.Errorf("the plan's page does not tell its runs: %s", text)
	}
}

func (s *seen) lastOf(url string) string { return url[strings.LastIndex(url, "/")+1:] }

// draftedPlan asks for a plan as a person does, from the workspace's page on,
// and has it agreed to.
func (s *seen) draftedPlan(p *browser.Page) (plan string) {
	s.t.Helper()
	var space string
	if err := s.r.QueryRow(s.t.Context(), `SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.name = $1 AND w.to_scan IS NULL`, certified).Scan(&space); err != nil {
		s.t.Fatal(err)
	}
	p.Goto(s.at("/workspaces/contoso/" + space))
	p.Goto(browser.Eval[string](p, `[...document.querySelectorAll("a")].find(a => a.textContent.includes("Plan its refreshes")).href`))
	nodes := browser.Eval[[]string](p, `[...document.querySelectorAll("input[name$='].name']")].map(i => i.value)`)
	if len(nodes) != 6 || nodes[0] != "Finance Staging" {
		s.t.Fatalf("drafted from lineage: %v", nodes)
	}
	needs := browser.Eval[string](p, `[...document.querySelectorAll("input[name$='].name']")].filter(i => i.value == "Finance Plan").map(i => document.querySelector("[name='" + i.name.replace("].name", "].needs") + "']").value)[0]`)
	if !strings.Contains(needs, "Finance Details") || !strings.Contains(needs, "Finance Staging") {
		s.t.Errorf("Finance Plan comes after %q", needs)
	}
	p.Fill("[name=name]", "Finance by night")
	p.Fill("[name=schedule]", "")
	for i := range nodes {
		p.Fill(fmt.Sprintf("[name='nodes[%d].retries']", i), "0")
	}
	p.Fill("[name='nodes[1].needs']", "Finance Plan, "+browser.Eval[string](p, `document.querySelector("[name='nodes[1].needs']").value`))
	p.Fill("[name='nodes[0].needs']", nodes[1])
	p.Click("[name=api]")
	p.Fill("[name=reason]", "The schedules run into each other.")
	p.ClickAndWait("[data-testid=preview]")
	if text := p.Text("main"); !strings.Contains(text, "in a circle: Finance Staging → ") || !strings.Contains(text, "→ Finance Plan → Finance → Finance Staging.") {
		s.t.Errorf("a cycle is not refused with its path: %.2000s", text)
	}
	p.Fill("[name='nodes[0].needs']", "")
	p.Fill("[name='nodes[1].needs']", nodes[0])
	p.ClickAndWait("[data-testid=preview]")
	if p.Count("[data-testid=plan-step]") != 1 {
		s.t.Fatalf("it is not planned: %.2000s", p.Text("main"))
	}
	p.ClickAndWait("[data-testid=submit]")
	plan = s.lastOf(p.URL())
	s.agreeAll(plan)
	s.until("the plan", func() bool { return s.count(`SELECT count(*) FROM refresh_plan WHERE id = $1`, plan) == 1 })
	return plan
}

// faults tells the stand-in what to do wrong.
func (s *seen) faults(text string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, strings.TrimSuffix(s.writes, "writes")+"faults", strings.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("X-Stand-In", "1")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("faults: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}

// item is the id of one of the things in the certified workspace.
func (s *seen) item(name string) (id string) {
	s.t.Helper()
	if err := s.r.QueryRow(s.t.Context(), `SELECT i.guid FROM item x JOIN ident i ON i.id = x.item JOIN workspace w ON w.ws = x.ws AND w.to_scan IS NULL
		WHERE x.to_scan IS NULL AND w.name = $1 AND x.name = $2 AND x.kind IN ('dataset', 'dataflow')`, certified, name).Scan(&id); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return id
}

// begun counts the refreshes that the stand-in began, by what they were of.
func (s *seen) begun() map[string]int {
	s.t.Helper()
	ids := map[string]string{}
	for _, name := range []string{"Finance Staging", "Finance Master Data", "Finance Reference Data", "Finance", "Finance Details", "Finance Plan"} {
		ids[s.item(name)] = name
	}
	out := map[string]int{}
	for _, w := range s.written() {
		for id, name := range ids {
			if strings.Contains(strings.ToLower(w.Path), id+"/refreshes") {
				out[name]++
			}
		}
	}
	return out
}

func (s *seen) planEnds(run, state string) {
	s.t.Helper()
	s.until("the end of the run of the plan", func() bool {
		return s.count(`SELECT count(*) FROM plan_run WHERE id = $1 AND state <> 'running'`, run) == 1
	})
	var got, note string
	if err := s.r.QueryRow(s.t.Context(), `SELECT state, note FROM plan_run WHERE id = $1`, run).Scan(&got, &note); err != nil || got != state {
		s.t.Fatalf("the run ended as %s, not %s: %s %v", got, state, note, err)
	}
}

// saysWhatIsMissing watches a run in which one model is refused, to its end.
func (s *seen) saysWhatIsMissing(p *browser.Page, run string) {
	s.t.Helper()
	s.planEnds(run, "failed")
	p.WaitFor("[data-testid=run]:not([hx-get]) [data-testid=run-step][data-state=failed]")
	states := browser.Eval[map[string]string](p, `Object.fromEntries([...document.querySelectorAll("[data-testid=run-step]")].map(e => [e.dataset.state + " " + e.textContent.replace(/\s+/g, " ").trim(), e.dataset.state]))`)
	failed, lost, fine := "", "", 0
	for text, state := range states {
		switch state {
		case "failed":
			failed += text
		case "not refreshed":
			lost += text
		case "refreshed":
			fine++
		}
	}
	if !strings.Contains(failed, "Finance Details") || !strings.Contains(failed, "The gateway is not there.") || !strings.Contains(failed, "What to do:") {
		s.t.Errorf("what failed says %q", failed)
	}
	if strings.Count(lost, "Not refreshed, because Finance Details failed.") != 1 || !strings.Contains(lost, "Finance Plan") || fine != 4 {
		s.t.Errorf("%d were refreshed; what was kept back says %q", fine, lost)
	}
	if says := p.Text("[data-testid=run-says]"); !strings.Contains(says, "4 of 6 nodes were refreshed, 1 failed, 1 were kept back") {
		s.t.Errorf("the run says %q", says)
	}
}

var tokenText = regexp.MustCompile(`stw_[A-Za-z0-9_-]{43}`)

// startedByProgram starts the plan as an ETL pipeline does, twice under one key,
// and waits for it over a kill of the portal.
func (s *seen) startedByProgram(p *browser.Page, plan string) {
	s.t.Helper()
	p.Goto(s.at("/me/tokens"))
	p.Fill("[name=purpose]", "The nightly load")
	p.Click("[name=grants][value=run]")
	p.ClickAndWait("form[action='/me/tokens'] button")
	token := tokenText.FindString(browser.Eval[string](p, "document.documentElement.outerHTML"))
	c, err := remote.New("http://"+s.addr, secret.New(token), s.t.Logf)
	if err != nil {
		s.t.Fatalf("no token: %v: %.500s", err, p.Text("main"))
	}
	run, err := c.RunPlan(s.t.Context(), "contoso", "finance BY night", "etl-run-4711")
	if err != nil {
		s.t.Fatal(err)
	}
	if again, err := c.RunPlan(s.t.Context(), "contoso", plan, "etl-run-4711"); err != nil || again.ID != run.ID {
		s.t.Errorf("sent again under its key it is run %q and not %q: %v", again.ID, run.ID, err)
	}
	s.until("the middle of the program's run", func() bool {
		return s.count(`SELECT count(*) FROM plan_node WHERE run = $1 AND phase = 'done'`, run.ID) >= 3
	})
	s.kill()
	s.start()
	ended, err := c.WaitForRun(s.t.Context(), "contoso", plan, run.ID, remote.Waiting{Timeout: 5 * time.Minute, Every: time.Second})
	if err != nil || ended.State != "done" || len(ended.Nodes) != 6 {
		s.t.Errorf("the program is told %s: %s, %v", ended.State, ended.Note, err)
	}
	if n := s.count(`SELECT count(*) FROM plan_run WHERE id = $1 AND cause = 'api'`, run.ID); n != 1 {
		s.t.Error("the run does not say that a program began it")
	}
}

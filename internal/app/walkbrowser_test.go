package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/internal/db"
	"steward/internal/sim/world"
)

// seen is a demo with a browser for each person, and its database.
type seen struct {
	*demo
	r *db.Reader
}

func see(t *testing.T) *seen {
	t.Helper()
	s := &seen{demo: startDemo(t)}
	r, closeReader, err := db.OpenReader(t.Context(), filepath.Join(s.dir, "data", "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closeReader() })
	s.r = r
	return s
}

// browse signs somebody in with a click on their name.
func (s *seen) browse(name string) *browser.Page {
	s.t.Helper()
	p := browser.New(s.t)
	p.Goto("http://" + s.addr + "/login?return=/")
	value := browser.Eval[string](p, fmt.Sprintf(`[...document.querySelectorAll("button[name=person]")].find(b => b.textContent.includes(%q)).value`, name))
	p.ClickAndWait("button[value='" + value + "']")
	p.WaitFor("nav")
	return p
}

func (s *seen) at(path string) string { return "http://" + s.addr + path }

func (s *seen) count(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.r.QueryRow(s.t.Context(), query, args...).Scan(&n); err != nil {
		s.t.Fatalf("%v in %s", err, query)
	}
	return n
}

func (s *seen) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(4 * time.Minute); !ok(); {
		if time.Now().After(end) {
			var states string
			_ = s.r.QueryRow(s.t.Context(), `SELECT coalesce(group_concat(id || ' ' || state || ' ' || says || ' ' || note, '; '), '') FROM run_step WHERE state NOT IN ('done', 'ready')`).Scan(&states)
			s.t.Fatalf("%s does not come: %s", what, states)
		}
		time.Sleep(100 * time.Millisecond) // another process: there is no signal to wait on
	}
}

// TestAskedAgreedDoneInChromium is the whole way in a browser with scripts on:
// a project asked for, two names refused and mended, one approver refused
// because they gain by it, others agreeing, the run watched live over a kill -9
// in the middle; then the same with a list of twenty that is uploaded. The way
// without scripts is TestAskedAgreedDone.
func TestAskedAgreedDoneInChromium(t *testing.T) {
	t.Parallel()
	s := see(t)
	mia, oskar := s.browse("Mia"), s.browse("Oskar")
	id := s.project(mia)
	s.refusedAsBeneficiary(id)
	s.agree(id)
	s.watched(oskar, id)
	s.journal(16)
	s.until("the scan of the project", func() bool {
		return s.count(`SELECT count(*) FROM workspace WHERE name LIKE 'FIN-Seen-%' AND to_scan IS NULL`) == 3 &&
			s.count(`SELECT count(*) FROM violation WHERE label LIKE 'FIN-Seen-%' AND state = 'open'`) == 0
	})
	mia.Goto(s.at("/requests/" + id))
	if text := strings.ToLower(mia.Text("table[data-testid=sides]")); strings.Count(text, "as agreed") != 16 {
		t.Errorf("asked, agreed, done and seen read: %s", text)
	}
	for action, want := range map[string]int{"request.submit": 1, "request.decide": 2, "run.start": 1, "run.finish": 1} {
		if n := s.count(`SELECT count(*) FROM ledger WHERE action = $1 AND outcome = 'done'`, action); n < want {
			t.Errorf("the ledger has %d × %s, want %d", n, action, want)
		}
	}
	if n := s.count(`SELECT count(*) FROM ledger WHERE action = 'step.write' AND outcome = 'done'`); n < 16 {
		t.Errorf("the ledger has %d writes that were done", n)
	}
	s.twenty(mia, oskar)
	for who, p := range map[string]*browser.Page{"Mia": mia} {
		for _, line := range p.Console() {
			if !strings.Contains(line, "status of 422") {
				t.Errorf("console of %s: %s", who, line)
			}
		}
	}
}

// project fills the form in as a person does, and submits it.
func (s *seen) project(p *browser.Page) (id string) {
	s.t.Helper()
	p.Goto(s.at("/requests/new/project?tenant=contoso"))
	capacity := browser.Eval[string](p, `[...document.querySelectorAll("select[name='environments[0].capacity'] option")].find(o => /\((F64|P1)\)$/.test(o.textContent.trim())).value`)
	p.Fill("[name=department]", "FIN")
	p.Fill("[name=project]", "Seen")
	p.Fill("[name=description]", "Seen by everybody.")
	p.Fill("[name=reason]", "The budget needs it.")
	p.WaitFor("[data-testid=built-name][data-fine]")
	for i := range 3 {
		p.Choose(fmt.Sprintf("[name='environments[%d].capacity']", i), capacity)
	}
	for i, g := range groupsWith(s.t, "Priya") {
		if i > 0 {
			p.ClickAndWait("[data-testid=add-everywhere]")
		}
		s.pick(p, fmt.Sprintf("everywhere-%d-who", i), g)
		p.Choose(fmt.Sprintf("[name='everywhere[%d].right']", i), []string{"Admin", "Viewer"}[i])
	}
	p.Fill("[name='environments[0].workspace']", "finance stuff")
	p.Fill("[name='environments[2].workspace']", "q!")
	p.ClickAndWait("[data-testid=preview]")
	for _, i := range []int{0, 2} {
		if got := p.Text(fmt.Sprintf("[data-testid=ask-environments-%d-workspace] .error", i)); !strings.Contains(got, "naming.pattern") {
			s.t.Fatalf("the name of workspace %d is not refused at its field: %q", i, got)
		}
		p.Fill(fmt.Sprintf("[name='environments[%d].workspace']", i), "")
	}
	p.ClickAndWait("[data-testid=preview]")
	if n := p.Count("[data-testid=plan-step]"); n != 16 {
		s.t.Fatalf("%d steps are planned: %s", n, p.Text("main"))
	}
	p.ClickAndWait("[data-testid=submit]")
	return p.URL()[strings.LastIndex(p.URL(), "/")+1:]
}

// pick types a group's name and chooses it.
func (s *seen) pick(p *browser.Page, field, id string) {
	s.t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 24})
	g, ok := w.Group(id, time.Now())
	if !ok {
		s.t.Fatalf("no group %s", id)
	}
	p.Fill("[data-testid=ask-"+field+"] input[type=text]", g.DisplayName)
	p.WaitFor("[data-testid=found-" + field + "] input[value='" + strings.ToLower(id) + "']")
	p.Click("[data-testid=found-" + field + "] input[value='" + strings.ToLower(id) + "']")
}

func (s *seen) refusedAsBeneficiary(id string) {
	s.t.Helper()
	p := s.browse("Priya")
	p.Goto(s.at("/requests/" + id))
	if p.Count("form[data-testid=decide]") != 0 || !strings.Contains(p.Text("[data-testid=why-not]"), "You would gain by this") {
		s.t.Errorf("who gains is offered to decide, or not told why not: %s", p.Text("main"))
	}
}

func (s *seen) agree(id string) {
	s.t.Helper()
	for _, name := range []string{"Tomás", "Ada"} {
		p := s.browse(name)
		p.Goto(s.at("/approvals"))
		p.ClickAndWait("table[data-testid=mine] a[href*='" + id + "']")
		p.ClickAndWait("form[data-testid=decide] button[value=approve]")
		if got := p.Text("table[data-testid=votes]"); !strings.Contains(got, name) {
			s.t.Fatalf("%s could not agree: %s", name, p.Text("main"))
		}
	}
}

// agreeAll lets as many people agree to a request as it needs.
func (s *seen) agreeAll(id string) {
	s.t.Helper()
	for need := s.count(`SELECT need FROM request WHERE id = $1`, id); need > 0; need-- {
		a := s.browse([]string{"Ada", "Tomás"}[need-1])
		a.Goto(s.at("/requests/" + id))
		a.ClickAndWait("form[data-testid=decide] button[value=approve]")
	}
}

// watched looks at the run without reloading, while the portal is killed in the
// middle and comes back.
func (s *seen) watched(p *browser.Page, id string) {
	s.t.Helper()
	done := func() int {
		return s.count(`SELECT count(*) FROM run_step WHERE run = $1 AND state = 'done'`, id)
	}
	s.until("the beginning of the run", func() bool { return s.count(`SELECT count(*) FROM run WHERE id = $1`, id) == 1 })
	p.Goto(s.at("/runs/" + id))
	s.until("the middle of the run", func() bool { return done() >= 5 })
	s.kill()
	s.start()
	s.until("the end of the run", func() bool {
		return s.count(`SELECT count(*) FROM run WHERE id = $1 AND state = 'running'`, id) == 0
	})
	// Nobody loads the page again: it asks for itself, also when the portal was
	// away, and stops asking at the end.
	p.WaitFor("[data-testid=run]:not([hx-get]) [data-testid=run-step]:nth-child(16)[data-state=done]")
	if says := p.Text("[data-testid=run-state]"); !strings.Contains(says, "done") || !strings.Contains(says, "16 of 16") {
		s.t.Errorf("the run ended with %q", says)
	}
}

// twenty uploads a list of twenty workspaces and follows it to the end: one
// outcome for each line, each write once, none refused by a quota, never two
// of its writes at once.
func (s *seen) twenty(p, watcher *browser.Page) {
	s.t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 24})
	g, _ := w.Group(groupsWith(s.t, "Priya")[0], time.Now())
	lines := []string{"kind,name,description,members"}
	for i := range 20 {
		lines = append(lines, fmt.Sprintf(`workspace-create,FIN-List%02d-DEV,"One of twenty, by list",Viewer=%s`, i, g.DisplayName))
	}
	file := filepath.Join(s.t.TempDir(), "twenty.csv")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
		s.t.Fatal(err)
	}
	p.Goto(s.at("/requests/new/bulk?tenant=contoso"))
	p.Upload("input[type=file]", file)
	p.Fill("[name=reason]", "Twenty small projects begin.")
	p.ClickAndWait("[data-testid=preview]")
	if n := p.Count("table[data-testid=lines] tbody tr"); n != 20 {
		s.t.Fatalf("%d lines are planned: %s", n, p.Text("main"))
	}
	p.ClickAndWait("[data-testid=submit]")
	id := p.URL()[strings.LastIndex(p.URL(), "/")+1:]
	s.agreeAll(id)
	s.until("the end of the list", func() bool { return s.count(`SELECT count(*) FROM run WHERE id = $1 AND state <> 'running'`, id) == 1 })
	if n := s.count(`SELECT count(DISTINCT line) FROM run_step WHERE run = $1 AND state = 'done'`, id); n != 20 {
		s.t.Errorf("%d lines have an outcome", n)
	}
	watcher.Goto(s.at("/runs/" + id))
	if n := watcher.Count("[data-testid=run-step][data-state=done]"); n != 40 {
		s.t.Errorf("the page shows %d steps that are done", n)
	}
	s.journal(16 + 40)
	if n := s.count(`SELECT count(*) FROM run_step a JOIN run_step b ON b.run = a.run AND b.seq > a.seq AND b.intended < a.finished WHERE a.run = $1`, id); n != 0 {
		s.t.Errorf("%d pairs of writes were under way at once", n)
	}
	resp, err := http.Get(strings.TrimSuffix(s.writes, "writes") + "counters")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var counters struct{ Refused int64 }
	if err := json.NewDecoder(resp.Body).Decode(&counters); err != nil || counters.Refused != 0 {
		s.t.Errorf("%d calls were beyond a quota (%v)", counters.Refused, err)
	}
	s.until("the scan of the list", func() bool {
		return s.count(`SELECT count(*) FROM workspace WHERE name LIKE 'FIN-List%' AND to_scan IS NULL`) == 20
	})
}

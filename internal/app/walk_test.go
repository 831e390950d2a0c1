package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/htmlcheck"
	"steward/internal/sim/world"
)

// demo is a real demo process, which can be killed and started again.
type demo struct {
	t    *testing.T
	addr string
	dir  string
	cmd  *exec.Cmd
	// writes is where the stand-in tells what was changed through it.
	writes string
}

func startDemo(t *testing.T) *demo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &demo{t: t, addr: l.Addr().String(), dir: t.TempDir()}
	_ = l.Close()
	t.Cleanup(d.kill)
	d.start()
	return d
}

func (d *demo) start() {
	d.t.Helper()
	d.cmd = exec.Command(os.Args[0]) //nolint:gosec // this test
	d.cmd.Env = append(os.Environ(), demoChild+"="+d.addr+"|"+d.dir)
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	lines, ready := bufio.NewScanner(out), false
	for !ready && lines.Scan() {
		if at := regexp.MustCompile(`http://\S+/_sim/writes`).FindString(lines.Text()); at != "" {
			d.writes = at
		}
		ready = lines.Text() == "READY"
	}
	if !ready {
		d.t.Fatal("the demo did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// kill is kill -9.
func (d *demo) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// walker is somebody with a browser that runs no scripts.
type walker struct {
	t    *testing.T
	base string
	http *http.Client
	url  *url.URL
	page *htmlcheck.Doc
	code int
}

// visit signs somebody in as one does: by the page of the provider.
func (d *demo) visit(name string) *walker {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	v := &walker{t: d.t, base: "http://" + d.addr, http: &http.Client{Jar: jar}}
	v.get("/login?return=/")
	for i, person := range v.page.All("button[name=person]") {
		if strings.Contains(person, name) {
			value := v.page.Attrs("button[name=person]", "value")[i]
			v.send(v.url.String(), url.Values{"request": {v.field("request")}, "person": {value}})
			return v
		}
	}
	d.t.Fatalf("nobody is called %s", name)
	return nil
}

// field is the value of the first field of a name; empty without one.
func (v *walker) field(name string) string {
	v.t.Helper()
	if all := v.page.Attrs("input[name="+name+"]", "value"); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (v *walker) get(path string) {
	v.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = v.base + path
	}
	resp, err := v.http.Get(path)
	v.take(resp, err)
}

func (v *walker) send(to string, form url.Values) {
	v.t.Helper()
	if strings.HasPrefix(to, "/") {
		to = v.base + to
	}
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", v.base)
	resp, err := v.http.Do(req)
	v.take(resp, err)
}

func (v *walker) take(resp *http.Response, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.url, v.code, v.page = resp.Request.URL, resp.StatusCode, htmlcheck.Parse(v.t, string(body))
}

// groupsWith are two groups of which somebody is a member.
func groupsWith(t *testing.T, given string) (ids []string) {
	t.Helper()
	w, now := world.New(world.Config{Seed: 1, Workspaces: 24}), time.Now()
	var who string
	for _, p := range w.DemoPeople() {
		if strings.HasPrefix(p.User.DisplayName, given) {
			who = p.User.ID
		}
	}
	for g := range w.Groups(now) {
		if !strings.HasPrefix(g.DisplayName, "SG-FIN-BI") {
			continue
		}
		members, _ := w.Members(g.ID, now)
		for _, m := range members {
			if m.ID() == who {
				ids = append(ids, g.ID)
			}
		}
	}
	if len(ids) < 2 {
		t.Fatalf("%s is in %d groups", given, len(ids))
	}
	return ids[:2]
}

// walkForm asks for three workspaces, two groups and a pipeline.
func walkForm(t *testing.T, capacity string, names ...string) url.Values {
	f := url.Values{"department": {"FIN"}, "project": {"Walk"}, "description": {"The walk"}, "pipeline": {"yes"}, "reason": {"The budget needs it."}, "do": {"preview"}, "because": {""}}
	groups := groupsWith(t, "Priya")
	for i, e := range []string{"DEV", "TEST", "PROD"} {
		at := fmt.Sprintf("environments[%d].", i)
		f.Set(at+"name", e)
		f.Set(at+"capacity", capacity)
		f.Set(at+"workspace", names[i])
		for k, right := range []string{"Admin", "Viewer"} {
			f.Set(fmt.Sprintf("%smembers[%d].who", at, k), groups[k])
			f.Set(fmt.Sprintf("%smembers[%d].right", at, k), right)
		}
	}
	return f
}

// TestAskedAgreedDone walks the whole way on the real demo, without scripts: a
// project is asked for, two names are refused and mended, one approver is
// refused because they gain by it, two others agree, the run survives kill -9
// in the middle, each write is in the stand-in's journal once, the ledger tells
// it, and the scan afterwards finds nothing wrong with the workspaces.
func TestAskedAgreedDone(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	mia := d.visit("Mia")
	mia.get("/requests/new/project?tenant=contoso")
	capacity, options := "", mia.page.Attrs("option", "value")
	for i, label := range mia.page.All("option") {
		if strings.HasSuffix(label, "(F64)") || strings.HasSuffix(label, "(P1)") {
			capacity = options[i]
		}
	}
	if capacity == "" {
		t.Fatalf("no capacity is offered: %q", mia.page.All("option"))
	}
	form := walkForm(t, capacity, "finance stuff", "", "q!")
	form.Set("version", mia.field("version"))
	mia.send("/requests/new/project?tenant=contoso", form)
	if refused := strings.Join(mia.page.All("main"), " "); mia.code != http.StatusUnprocessableEntity || strings.Count(refused, "The rule naming.pattern does not allow it.") < 2 {
		t.Fatalf("status %d: two names that break the rule are not refused at their fields, but: %q", mia.code, mia.page.All("[id^=e-]"))
	}
	edit := regexp.MustCompile(`/requests/[0-9A-Z]{26}/edit`).FindString(strings.Join(mia.page.Attrs("form", "action"), " "))
	id := strings.Split(edit, "/")[2]
	form = walkForm(t, capacity, "", "", "")
	form.Set("version", mia.field("version"))
	mia.send(edit, form)
	if !strings.HasSuffix(mia.url.Path, "/preview") {
		t.Fatalf("status %d at %s, want the plan", mia.code, mia.url)
	}
	mia.send("/requests/"+id+"/submit", url.Values{"version": {mia.field("version")}, "plan": {mia.field("plan")}})
	mia.get("/requests/" + id)

	decide := func(name string) *walker {
		v := d.visit(name)
		v.get("/requests/" + id)
		plan := v.field("plan")
		if plan == "" {
			plan = strings.TrimSpace(regexp.MustCompile(`[0-9a-f]{64}`).FindString(strings.Join(v.page.All("[data-testid=plan]"), " ")))
		}
		v.send("/requests/"+id+"/decide", url.Values{"plan": {plan}, "decision": {"approve"}, "note": {"Fine."}})
		return v
	}
	if v := decide("Priya"); v.code != http.StatusForbidden {
		t.Errorf("somebody who gains by it decided: status %d", v.code)
	}
	for _, name := range []string{"Tomás", "Ada"} {
		if v := decide(name); v.code != http.StatusOK {
			t.Fatalf("%s could not agree: status %d", name, v.code)
		}
	}

	r, closeReader, err := db.OpenReader(t.Context(), filepath.Join(d.dir, "data", "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeReader() }()
	done := func() (n int) {
		if err := r.QueryRow(t.Context(), `SELECT count(*) FROM run_step WHERE run = $1 AND state = 'done'`, id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	open := func() (all string) {
		_ = r.QueryRow(t.Context(), `SELECT coalesce(group_concat(label || ' ' || rule || ': ' || says, '; '), 'nothing') FROM violation WHERE label LIKE 'FIN-Walk-%' AND state = 'open'`).Scan(&all)
		return all
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(5 * time.Minute); !ok(); {
			if time.Now().After(end) {
				t.Fatalf("%s does not come; %d steps are done; open: %s", what, done(), open())
			}
			time.Sleep(100 * time.Millisecond) // another process: there is no signal to wait on
		}
	}
	until("the middle of the run", func() bool { return done() >= 5 })
	d.kill()
	d.start()
	// A kill between the sending and the answer leaves a step in doubt, which is
	// looked for after a minute: the run goes on all that time.
	until("the end of the run", func() bool {
		var running int
		if err := r.QueryRow(t.Context(), `SELECT count(*) FROM run WHERE id = $1 AND state = 'running'`, id).Scan(&running); err != nil {
			t.Fatal(err)
		}
		return running == 0
	})
	oskar := d.visit("Oskar")
	oskar.get("/runs/" + url.PathEscape(id))
	if says := oskar.page.Text("[data-testid=run-state]"); !strings.Contains(says, "done") || !strings.Contains(says, "16 of 16") {
		t.Fatalf("the run ended with %q: %s", says, oskar.page.All("[data-testid=run-step]"))
	}
	d.journal(16)
	count := func(query string) (n int) {
		if err := r.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	until("the scan of what was done", func() bool {
		return count(`SELECT count(*) FROM workspace WHERE name LIKE 'FIN-Walk-%' AND to_scan IS NULL`) == 3 &&
			count(`SELECT count(*) FROM violation WHERE label LIKE 'FIN-Walk-%' AND state = 'open'`) == 0
	})
	// The story of this request; the demo's past has its own.
	for action, want := range map[string]int{"request.submit": 1, "request.decide": 2, "run.start": 1, "run.finish": 1} {
		if n := count(`SELECT count(*) FROM ledger WHERE action = '` + action + `' AND outcome = 'done' AND body LIKE '%` + id + `%'`); n != want {
			t.Errorf("the ledger has %d × %s of this request, want %d", n, action, want)
		}
	}
}

// write is a call that changed the pretend tenant.
type write struct {
	Operation, Path, Body, Caller string
	Outcome                       int
}

// written are the executor's calls that did what they asked for, as the stand-in
// has them.
func (d *demo) written() (out []write) {
	d.t.Helper()
	resp, err := http.Get(d.writes)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var all []write
	if err := json.NewDecoder(resp.Body).Decode(&all); err != nil {
		d.t.Fatal(err)
	}
	for _, w := range all {
		if w.Caller == "executor" && w.Outcome >= 200 && w.Outcome < 300 {
			out = append(out, w)
		}
	}
	return out
}

// journal checks that the stand-in did each of so many writes once.
func (d *demo) journal(want int) {
	d.t.Helper()
	seen := map[string]int{}
	for _, w := range d.written() {
		seen[w.Operation+" "+w.Path+" "+w.Body]++
	}
	for what, n := range seen {
		if n != 1 {
			d.t.Errorf("done %d times: %s", n, what)
		}
	}
	if len(seen) != want {
		d.t.Errorf("the journal has %d different writes, want %d", len(seen), want)
	}
}

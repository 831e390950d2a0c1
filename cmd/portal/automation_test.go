package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// robot is a pipeline of somebody else's over a real portal: it runs what the
// documentation says, while people decide by the forms of the pages.
type robot struct {
	*live
	dir, token string
	env        map[string]string
}

var (
	fence    = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	newToken = regexp.MustCompile(`stw_[A-Za-z0-9_-]{43}`)
	planHash = regexp.MustCompile(`name="plan" value="([0-9a-f]{64})"`)
	anID     = regexp.MustCompile(`/requests/([0-9A-Z]{26})`)
)

// newRobotOf is over a tenant of about so many workspaces, which is scanned.
func newRobotOf(t *testing.T, workspaces int) *robot {
	t.Helper()
	l := newLiveOf(t, workspaces)
	l.program("scan", "--config", l.cfg, "--full")
	l.begin()
	r := &robot{live: l, dir: t.TempDir(), env: map[string]string{}}
	if !l.signIn("asks", "requester") {
		t.Fatal("nobody signs in who asks")
	}
	_, page := l.as("asks", http.MethodPost, "/me/tokens", url.Values{"purpose": {"the documentation"}, "grants": {"read", "ask", "run"}, "days": {"1"}})
	if r.token = newToken.FindString(page); r.token == "" {
		t.Fatalf("no token was made: %.600s", page)
	}
	shim := fmt.Sprintf("#!/bin/sh\nSTEWARD_AS_PORTAL=1 exec %q \"$@\"\n", os.Args[0])
	if err := os.WriteFile(filepath.Join(r.dir, "portal"), []byte(shim), 0o700); err != nil {
		t.Fatal(err)
	}
	r.env = map[string]string{"PATH": r.dir + ":" + os.Getenv("PATH"), "PORTAL_SERVER": l.url, "PORTAL_TOKEN": r.token, "HOME": r.dir,
		"GITHUB_RUN_ID": "4711", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_OUTPUT": filepath.Join(r.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(r.dir, "step.md")}
	return r
}

// run runs one step's script as a runner does.
func (r *robot) run(script string, more map[string]string) (string, int) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "bash", "-eo", "pipefail", "-c", script)
	cmd.Dir = r.dir
	for _, env := range []map[string]string{r.env, more} {
		for k, v := range env {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return string(out), 0
}

// get reads the API.
func (r *robot) get(path string, into any) {
	r.t.Helper()
	out, code := r.run(`curl -fsS -H "Authorization: Bearer $PORTAL_TOKEN" "$PORTAL_SERVER/api/v1`+path+`"`, nil)
	if code != 0 || json.Unmarshal([]byte(out), into) != nil {
		r.t.Fatalf("GET %s: exit %d: %.300s", path, code, out)
	}
}

// deciders approve what waits, as people do: on the page, by its form.
func (r *robot) deciders(t *testing.T) (stop func()) {
	t.Helper()
	people := r.approvers(t)
	if !r.signIn("runs", "operator") {
		t.Fatal("nobody signs in who runs scans")
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ended:
				return
			case <-tick.C:
				r.decide(people, "approve")
				if n%20 == 0 { // what the schedule does every half hour
					r.as("runs", http.MethodPost, "/scans", url.Values{"tenant": {"contoso"}, "kind": {"incremental"}})
				}
			}
		}
	}()
	return func() { close(ended); <-done }
}

func (r *robot) signInNamed(name string) bool {
	resp, page := r.as(name, http.MethodGet, "/login", nil)
	request := asking.FindStringSubmatch(page)
	for _, m := range someone.FindAllStringSubmatch(page, -1) {
		if request != nil && m[2] == name {
			after, _ := r.as(name, http.MethodPost, resp.Request.URL.String(), url.Values{"request": {html.UnescapeString(request[1])}, "person": {m[1]}})
			return after.StatusCode == http.StatusOK
		}
	}
	return false
}

func (r *robot) decide(people []string, what string) {
	for _, name := range people {
		_, inbox := r.as(name, http.MethodGet, "/approvals", nil)
		var seen []string
		for _, m := range anID.FindAllStringSubmatch(inbox, -1) {
			if slices.Contains(seen, m[1]) {
				continue
			}
			seen = append(seen, m[1])
			_, page := r.as(name, http.MethodGet, "/requests/"+m[1], nil)
			if plan := planHash.FindStringSubmatch(page); plan != nil {
				r.as(name, http.MethodPost, "/requests/"+m[1]+"/decide", url.Values{"plan": {plan[1]}, "decision": {what}, "note": {"Decided by a person."}})
			}
		}
	}
}

// things are names of this tenant for the documentation's variables.
func (r *robot) things(t *testing.T) map[string]string {
	t.Helper()
	var stages, people, spaces struct {
		Rows []map[string]any `json:"rows"`
	}
	r.get("/reports/pipeline-stages?limit=500", &stages)
	r.get("/reports/people?kind=User&left=no&limit=50", &people)
	r.get("/reports/workspaces?limit=500", &spaces)
	text := func(row map[string]any, key string) string { s, _ := row[key].(string); return s }
	out := map[string]string{"PIPELINE": "FIN-Ledger"}
	taken := map[string]bool{}
	for _, s := range stages.Rows {
		taken[text(s, "workspace")] = true
	}
	deploy, err := os.ReadFile(filepath.Join(r.dir, "deploy.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stages.Rows {
		var plan struct {
			Fine bool `json:"fine"`
		}
		// One that can be deployed on every day of the week.
		if out["LIVE"] != "" || text(s, "workspace") == "" || text(s, "pipeline") != "MKT-Campaigns pipeline" {
			continue
		}
		wish := map[string]any{}
		if err := json.Unmarshal(deploy, &wish); err != nil {
			t.Fatal(err)
		}
		if routes, ok := wish["routes"].([]any); ok {
			if one, ok := routes[0].(map[string]any); ok {
				one["pipeline"], one["stage"] = s["pipeline_id"], fmt.Sprint(s["order"])
			}
		}
		body, _ := json.Marshal(map[string]any{"kind": "promotion", "params": wish})
		answer, _ := r.run(`curl -sS -H "Authorization: Bearer $PORTAL_TOKEN" -H "Content-Type: application/json" -d "$BODY" "$PORTAL_SERVER/api/v1/requests/plan"`, map[string]string{"BODY": string(body)})
		if json.Unmarshal([]byte(answer), &plan) == nil && plan.Fine {
			out["LIVE"], out["STAGE"] = text(s, "pipeline"), fmt.Sprint(s["order"])
		} else {
			continue
		}
	}
	for _, p := range people.Rows {
		switch address := text(p, "address"); {
		case address == "" || !strings.HasSuffix(address, "@contoso.com"):
		case out["GROUP"] == "":
			out["GROUP"] = address
		case out["READER"] == "":
			out["READER"] = address
		case out["SECOND"] == "":
			out["SECOND"] = address
		}
	}
	for _, w := range spaces.Rows {
		if name := text(w, "name"); out["WORKSPACE"] == "" && strings.HasSuffix(name, "-DEV") && !taken[name] && text(w, "capacity") != "" && text(w, "state") == "Active" {
			out["WORKSPACE"] = name
		}
	}
	t.Logf("%v", out)
	return out
}

// plan has a refresh plan made, of a model whose last refresh went well, and
// returns its name.
func (r *robot) plan(t *testing.T) string {
	t.Helper()
	var me struct {
		ID string `json:"id"`
	}
	r.get("/me", &me)
	var models struct {
		Rows []struct {
			Item      string `json:"id"`
			Workspace string `json:"workspace_id"`
		} `json:"rows"`
	}
	r.get("/reports/refreshes?status=Completed&limit=20", &models)
	for i, m := range models.Rows {
		name := fmt.Sprint("After ETL ", i)
		out, code := r.run(`portal request submit refresh-plan --set name="$NAME" --set api=yes --set people[0]="$ME" --set nodes[0].name=Model --set nodes[0].workspace="$WS" --set nodes[0].item="$ITEM" --set nodes[0].retries=0 --reason "The load is over" --wait --timeout 5m --token-env PORTAL_TOKEN`,
			map[string]string{"NAME": name, "ME": me.ID, "WS": m.Workspace, "ITEM": m.Item})
		if code == 0 { // what this tenant's refreshes come to is its to say: one is taken that ends well
			if out, code = r.run(`portal refresh run "$NAME" --wait --timeout 4m --token-env PORTAL_TOKEN`, map[string]string{"NAME": name}); code == 0 {
				return name
			}
		}
		t.Logf("no plan of %s: exit %d: %.300s", m.Item, code, out)
	}
	t.Fatal("no plan was made")
	return ""
}

// step is a step of a pipeline, in either product's words.
type step struct {
	ID     string            `yaml:"id"`
	Script string            `yaml:"script"`
	Run    string            `yaml:"run"`
	Env    map[string]string `yaml:"env"`
}

// TestTheDocumentedPipelinesRun runs every line of docs/automation.md.
func TestTheDocumentedPipelinesRun(t *testing.T) {
	if os.Getenv("STEWARD_LONG") != "1" {
		t.Skip("a minute of waiting for people: with STEWARD_LONG=1")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "automation.md"))
	if err != nil {
		t.Fatal(err)
	}
	r := newRobotOf(t, 300)
	blocks := map[string][]string{}
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		blocks[m[1]] = append(blocks[m[1]], m[2])
	}
	if len(blocks["yaml"]) != 2 || len(blocks["json"]) != 1 || len(blocks["bash"]) != 2 {
		t.Fatalf("blocks: %d yaml, %d json, %d bash", len(blocks["yaml"]), len(blocks["json"]), len(blocks["bash"]))
	}
	if err := os.WriteFile(filepath.Join(r.dir, "deploy.json"), []byte(blocks["json"][0]), 0o600); err != nil {
		t.Fatal(err)
	}
	names := r.things(t)
	defer r.deciders(t)()
	names["PLAN"] = r.plan(t)
	ran := 0
	for _, script := range blocks["bash"] {
		ran++
		if out, code := r.run(script, names); code != 0 {
			t.Errorf("exit %d of\n%s\n%.900s", code, script, out)
		}
	}
	var azure struct {
		Variables map[string]string `yaml:"variables"`
		Steps     []step            `yaml:"steps"`
	}
	strict(t, blocks["yaml"][0], &azure)
	for name := range azure.Variables {
		if names[name] == "" && !slices.Contains([]string{"SUMMARY", "PORTAL_SERVER", "LIVE", "STAGE"}, name) {
			t.Fatalf("this tenant has nothing for %s", name)
		}
	}
	names["SUMMARY"] = azure.Variables["SUMMARY"]
	ran += r.steps(t, azure.Steps, names)
	var actions struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	strict(t, blocks["yaml"][1], &actions)
	names["READER"] = names["SECOND"]
	ran += r.steps(t, actions.Jobs["ask"].Steps, names)
	told, err := os.ReadFile(r.env["GITHUB_OUTPUT"])
	if err != nil {
		t.Fatal(err)
	}
	names["ID"] = strings.TrimSpace(strings.TrimPrefix(string(told), "id="))
	ran += r.steps(t, actions.Jobs["wait"].Steps, names)
	for file, want := range map[string]string{filepath.Join(r.dir, names["SUMMARY"]): "Decided by a person", filepath.Join(r.dir, "refresh.md"): "| done | 1 |", r.env["GITHUB_STEP_SUMMARY"]: "| approved |"} {
		if got, err := os.ReadFile(file); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("the summary %s: %v\n%s", file, err, got)
		}
	}
	if ran != 13 {
		t.Errorf("%d scripts ran", ran)
	}
}

func strict(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

func (r *robot) steps(t *testing.T, all []step, env map[string]string) int {
	t.Helper()
	for _, s := range all {
		script := s.Script + s.Run
		if env["LIVE"] == "" {
			script = strings.ReplaceAll(script, `submit promotion --file deploy.json --set routes[0].pipeline="$LIVE" --set routes[0].stage="$STAGE" --patience 45m`, `submit promotion --file deploy.json --set routes[0].pipeline="$LIVE" --set routes[0].stage="$STAGE"`)
		}
		began := time.Now()
		out, code := r.run(script, env)
		t.Logf("%5.1f s, exit %d: %s", time.Since(began).Seconds(), code, script)
		if code != 0 {
			t.Errorf("exit %d of\n%s\n%.1200s", code, script, out)
		}
	}
	return len(all)
}

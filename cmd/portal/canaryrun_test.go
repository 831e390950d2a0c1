package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"steward/internal/audit"
)

// TestNoSecretIsLeftAnywhere runs the program as people run it, with everything
// going wrong that can carry a secret along: it signs people in, scans, checks,
// asks, decides, exports, and is ended with a dump of its goroutines. No secret
// of the configuration and no token, code or session id that passed may be in
// the database, its journal, the archive, the checkpoints, the logs, the pages,
// the exports, the errors or the dump, in whatever form.
func TestNoSecretIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	l := newLive(t)
	l.program("check", "--config", l.cfg)
	l.program("scan", "--config", l.cfg, "--full")
	l.begin()
	l.people(t)
	l.walk(t)
	l.tried(t)
	l.end(syscall.SIGQUIT) // the dump goes to the log
	log, err := os.ReadFile(filepath.Join(l.said, "serve.log"))
	if err != nil || strings.Count(string(log), "goroutine ") < 5 {
		t.Fatalf("no dump of goroutines: %v", err)
	}
	l.verbs(t)
	secrets := l.secrets()
	for _, kind := range []string{"secret scanner", "secret executor", "secret sign-in", "seed of the signing key", "access_token", "id_token", "code", "cookie steward", "PKCE", "planted"} {
		has := false
		for what := range secrets {
			has = has || strings.HasPrefix(what, kind)
		}
		if !has {
			t.Errorf("the run saw no %s: nothing is proved about it", kind)
		}
	}
	f := newFinder(secrets)
	f.database(t, filepath.Join(l.dir, "data", "portal.db"))
	f.tree(t, l.dir, "secrets")
	f.tree(t, l.said)
	for _, found := range f.found {
		t.Error(found)
	}
	t.Logf("%d secrets, %d answers, %d parts searched, %.1f MiB; faults struck: %v", len(secrets), l.n, f.parts, float64(f.bytes)/(1<<20), l.tap.struck)
	for _, mode := range modes() {
		if l.tap.struck[mode] == 0 {
			t.Errorf("fault %q never struck", mode)
		}
	}
}

// people signs in one of each role.
func (l *live) people(t *testing.T) {
	t.Helper()
	for _, role := range []string{"admin", "auditor", "operator", "approver", "requester"} {
		if !l.signIn(role, role) {
			t.Fatalf("nobody signs in as %s", role)
		}
	}
}

var link = regexp.MustCompile(`(?:href|src)="(/[^"#]*)"`)

// walk follows the links from the overview as an auditor, takes downloads of
// each kind, starts a scan and a check, and sends a form.
func (l *live) walk(t *testing.T) {
	t.Helper()
	queue, seen, shapes := []string{"/"}, map[string]bool{}, map[string]int{}
	for n := 0; len(queue) > 0 && n < 90; n++ {
		path := queue[0]
		queue = queue[1:]
		_, body := l.as("auditor", http.MethodGet, path, nil)
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			to := strings.ReplaceAll(m[1], "&amp;", "&")
			shape, _, _ := strings.Cut(to, "?")
			shape = regexp.MustCompile(`/[0-9a-f-]{8,}`).ReplaceAllString(shape, "/X")
			if seen[to] || shapes[shape] >= 2 || strings.HasPrefix(to, "/static") || strings.HasPrefix(to, "/login") || regexp.MustCompile(`\.(csv|xlsx|jsonl?)$`).MatchString(shape) {
				continue
			}
			seen[to], shapes[shape] = true, shapes[shape]+1
			queue = append(queue, to)
		}
	}
	for _, file := range []string{"/ledger.csv", "/ledger.json", "/ledger.jsonl", "/workspaces.xlsx", "/activity.csv"} {
		l.as("auditor", http.MethodGet, file, nil)
	}
	tenant := l.name(t)
	l.as("operator", http.MethodPost, "/setup", url.Values{"tenant": {tenant}})
	l.as("operator", http.MethodPost, "/scans", url.Values{"tenant": {tenant}, "kind": {"full"}})
	_, violations := l.as("requester", http.MethodGet, "/violations", nil)
	if m := regexp.MustCompile(`/violations/\d+`).FindString(violations); m != "" {
		l.as("requester", http.MethodPost, "/requests/new/waiver", url.Values{"violation": {strings.TrimPrefix(m, "/violations/")}, "reason": {"the run of the test asks for it"}, "ends": {"2099-01-01"}})
	}
}

func (l *live) name(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`- name: (\S+)`).FindStringSubmatch(string(text))[1]
}

// tried lets sign-ins and calls go wrong in every way while the portal runs.
func (l *live) tried(t *testing.T) {
	t.Helper()
	tenant := l.name(t)
	for _, mode := range modes() {
		l.tap.set(mode)
		if strings.HasPrefix(mode, "token ") {
			l.signIn("victim of "+mode, "admin")
			continue
		}
		l.as("operator", http.MethodPost, "/setup", url.Values{"tenant": {tenant}})
	}
	l.tap.set("call 500 with echo")
	l.as("operator", http.MethodPost, "/scans", url.Values{"tenant": {tenant}, "kind": {"incremental"}})
	l.as("auditor", http.MethodGet, "/scans", nil)
	for _, path := range []string{"/setup", "/scans", "/me", "/sessions", "/readyz", "/no-such-page", "/login/callback?code=x&state=y", "/login/callback?error=server_error&error_description=text"} {
		l.as("admin", http.MethodGet, path, nil)
	}
	l.tap.set("")
}

// verbs runs the command line under every fault, and every report in every
// format without any.
func (l *live) verbs(t *testing.T) {
	t.Helper()
	for i, mode := range modes() {
		l.tap.set(mode)
		if i%2 == 0 {
			l.program("check", "--config", l.cfg)
		} else {
			l.program("scan", "--config", l.cfg, "--full")
		}
	}
	l.tap.set("")
	for i, r := range audit.Reports() {
		if os.Getenv("STEWARD_LONG") != "1" && i%4 != 0 {
			continue
		}
		format := audit.Formats[i%len(audit.Formats)]
		l.program("export", r.Name, "--config", l.cfg, "--format", string(format))
	}
	l.program("ledger", "verify", "--config", l.cfg)
	l.program("ledger", "export", "--config", l.cfg)
}

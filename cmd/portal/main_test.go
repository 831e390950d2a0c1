package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/config"
)

// outcome is what one run of the program did.
type outcome struct {
	code           int
	stdout, stderr string
}

// portal runs the program to its end.
func portal(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, nil, &out, &errs)
	return outcome{code, out.String(), errs.String()}
}

// started is a run of the program that goes on until it is stopped. What it
// writes is kept: a program that waited for its reader would be another one.
type started struct {
	mu     sync.Mutex
	more   *sync.Cond
	text   strings.Builder
	ended  bool
	code   int
	cancel context.CancelFunc
}

// Write keeps what the program says.
func (s *started) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more.Broadcast()
	return s.text.Write(p)
}

// start begins a run whose output (of the stream given) is kept.
func start(t *testing.T, onStderr bool, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &started{cancel: cancel}
	s.more = sync.NewCond(&s.mu)
	go func() {
		out, errs := io.Writer(s), io.Discard
		if onStderr {
			out, errs = errs, out
		}
		code := run(ctx, args, nil, out, errs)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.code, s.ended = code, true
		s.more.Broadcast()
	}()
	t.Cleanup(func() { s.stop() })
	return s
}

// until waits for a line that contains the text, and returns it.
func (s *started) until(t *testing.T, text string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for line := range strings.Lines(s.text.String()) {
			if strings.Contains(line, text) && strings.HasSuffix(line, "\n") {
				return strings.TrimSuffix(line, "\n")
			}
		}
		if s.ended {
			t.Fatalf("the program ended without saying %q: %s", text, s.text.String())
		}
		s.more.Wait()
	}
}

// stop tells the program to stop, waits for that, and returns its exit code
// and all it said.
func (s *started) stop() (int, string) {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.ended {
		s.more.Wait()
	}
	return s.code, s.text.String()
}

// standIn starts the stand-in as a person would, and returns the configuration
// that it wrote and where its faults are ordered.
func standIn(t *testing.T) (cfg, control string) {
	t.Helper()
	cfg = filepath.Join(t.TempDir(), "portal.yaml")
	s := start(t, false, "simulate", "--addr", "127.0.0.1:0", "--workspaces", "12", "--limits", "off", "--write-config", cfg)
	control = strings.Fields(s.until(t, "control"))[1]
	s.until(t, "Wrote "+cfg)
	return cfg, control
}

// faults orders faults of the stand-in.
func faults(t *testing.T, control, yaml string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, control+"/faults", strings.NewReader(yaml))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Stand-In", "1")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("faults: %d %s", resp.StatusCode, text)
	}
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "data_dir: " + dir + "\ntenants:\n  - name: contoso\n    tenant_id: 00000000-0000-4000-8000-000000000001\n    scanner: {client_id: 00000000-0000-4000-8000-000000000002, client_secret: \"file:s\"}\n"
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no verb", nil, exitUsage, "expected one of"},
		{"an unknown verb", []string{"dance"}, exitUsage, "unexpected argument dance"},
		{"an unknown flag", []string{"version", "--loud"}, exitUsage, "unknown flag --loud"},
		{"a flag without its value", []string{"scan", "--config"}, exitUsage, "--config"},
		{"a required flag is missing", []string{"scan"}, exitUsage, "--config"},
		{"no such configuration", []string{"scan", "--config", filepath.Join(dir, "none.yaml")}, exitUsage, "none.yaml"},
		{"a typing error in a key", []string{"scan", "--config", write("typo.yaml", strings.Replace(good, "data_dir", "data_dri", 1))}, exitUsage, "data_dir"},
		{"a tenant that is not there", []string{"scan", "--config", write("good.yaml", good), "--tenant", "fabrikam"}, exitUsage, `"fabrikam"`},
		{"a tenant twice", []string{"scan", "--config", write("twice.yaml", good+strings.SplitN(good, "tenants:\n", 2)[1])}, exitUsage, "contoso"},
		{"a demo for others", []string{"demo", "--addr", "0.0.0.0:8080", "--data", dir}, exitUsage, "loopback only"},
		{"a stand-in for others", []string{"simulate", "--addr", "0.0.0.0:9090"}, exitUsage, "loopback"},
		{"a filter without a value", []string{"export", "access", "--config", write("good2.yaml", good), "--where", "role"}, exitUsage, "key=value"},
		{"an unknown report", []string{"export", "gossip", "--config", write("good3.yaml", good)}, exitFailed, "gossip"},
		{"no database yet", []string{"export", "access", "--config", write("good4.yaml", strings.Replace(good, dir, filepath.Join(dir, "empty"), 1))}, exitFailed, "Scan a tenant first"},
		{"neither database nor file", []string{"ledger", "verify"}, exitUsage, "--config"},
		{"an export that is none", []string{"ledger", "verify", "--file", write("x.jsonl", "{}\n")}, exitUsage, "not an exported ledger"},
		{"a level that is none", []string{"serve", "--config", write("good5.yaml", good), "--log-level", "loud"}, exitUsage, "loud"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := portal(t, c.args...)
			if got.code != c.code || !strings.Contains(got.stderr, c.says) || got.stdout != "" {
				t.Errorf("exit %d, want %d; says\n%s%s", got.code, c.code, got.stdout, got.stderr)
			}
			if strings.Contains(got.stderr, "goroutine") || strings.Count(got.stderr, "\n") > 2 {
				t.Errorf("not a sentence: %s", got.stderr)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	t.Parallel()
	if got := portal(t, "version"); got.code != 0 || !strings.HasPrefix(got.stdout, "portal ") {
		t.Errorf("%+v", got)
	}
	var v map[string]string
	if got := portal(t, "version", "--json"); json.Unmarshal([]byte(got.stdout), &v) != nil || v["version"] == "" || v["os"] == "" {
		t.Errorf("%+v", got)
	}
	if got := portal(t, "--help"); got.code != 0 || !strings.Contains(got.stdout, "ledger verify") {
		t.Errorf("%+v", got)
	}
	if got := portal(t, "export", "list", "--config", "none"); got.code != 0 || !strings.Contains(got.stdout, "workspaces") {
		t.Errorf("%+v", got)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cfg, control := standIn(t)
	if got := portal(t, "check", "--config", cfg); got.code != exitOK || !strings.Contains(got.stdout, "pass     No admin-consented Power BI permission") {
		t.Errorf("by the book: %+v", got)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, control+"/apps/scanner", strings.NewReader(`{"secretExpired": true}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Stand-In", "1")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	got := portal(t, "check", "--config", cfg)
	if got.code != exitFailed || !strings.Contains(got.stdout, "FAIL     Scanner's token obtained") || !strings.Contains(got.stdout, "→") {
		t.Errorf("with an expired secret: %+v", got)
	}
	var out []struct {
		Tenant  string
		Results []struct{ Key, State string }
	}
	got = portal(t, "check", "--config", cfg, "--json")
	if err := json.Unmarshal([]byte(got.stdout), &out); err != nil || len(out) != 1 || len(out[0].Results) < 10 || got.code != exitFailed {
		t.Errorf("as JSON: %v %+v", err, got)
	}
}

// scanned is the part of a scan's summary that tests read.
type scanned struct {
	State  string
	Parts  []struct{ Part, State string }
	Error  string
	Seen   int `json:"workspaces_seen"`
	Meant  int `json:"workspaces_meant"`
	Tenant string
}

func TestScanExitCodes(t *testing.T) {
	t.Parallel()
	cfg, control := standIn(t)
	for _, c := range []struct {
		name, faults string
		code         int
		state        string
	}{
		{"complete", "faults: []", exitOK, "complete"},
		{"a part is refused", "faults:\n  - {match: Admin_GetCapacitiesAsAdmin, status: 403}\n", exitPartial, "partial"},
		{"the list is refused", "faults:\n  - {match: WorkspaceInfo_GetModifiedWorkspaces, status: 403}\n", exitFailed, "failed"},
	} {
		faults(t, control, c.faults)
		got := portal(t, "scan", "--config", cfg, "--full")
		var s scanned
		if err := json.Unmarshal([]byte(got.stdout), &s); err != nil || got.code != c.code || s.State != c.state {
			t.Fatalf("%s: exit %d, want %d: %v\n%s%s", c.name, got.code, c.code, err, got.stdout, got.stderr)
		}
		if (s.Error == "") == (c.code == exitFailed) {
			t.Errorf("%s: error %q", c.name, s.Error)
		}
	}
	testExport(t, cfg)
	testLedger(t, cfg)
	testPreview(t, cfg)
}

// testExport takes a report of the scanned tenant as a file.
func testExport(t *testing.T, cfg string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "workspaces.csv")
	if got := portal(t, "export", "workspaces", "--config", cfg, "-o", file); got.code != exitOK || got.stdout != "" {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Errorf("%d lines: %v", len(rows), err)
	}
	if got := portal(t, "export", "workspaces", "--config", cfg); got.stdout != string(text) {
		t.Error("standard output has another report than the file")
	}
	if got := portal(t, "export", "workspaces", "--config", cfg, "--where", "state=Active", "--sort=-items", "--as-of", time.Now().UTC().Format(time.DateOnly), "--format", "json", "--header"); got.code != exitOK || !strings.Contains(got.stdout, `"report": "workspaces"`) && !strings.Contains(got.stdout, `"report":"workspaces"`) {
		t.Errorf("%d: %.300s %s", got.code, got.stdout, got.stderr)
	}
	if got := portal(t, "export", "changes", "--config", cfg, "--since", "2020-01-01", "--format", "xlsx"); got.code != exitOK || !strings.HasPrefix(got.stdout, "PK") {
		t.Errorf("%d: %.10q %s", got.code, got.stdout, got.stderr)
	}
	if got := portal(t, "export", "workspaces", "--config", cfg, "--where", "color=blue", "-o", file); got.code != exitUsage {
		t.Errorf("an unknown filter: %+v", got)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, text) {
		t.Error("a failed export harmed the earlier one")
	}
}

// testLedger verifies the ledger in place and as a file.
func testLedger(t *testing.T, cfg string) {
	t.Helper()
	if got := portal(t, "ledger", "verify", "--config", cfg); got.code != exitOK || !strings.HasPrefix(got.stdout, "Unbroken: ") {
		t.Errorf("%+v", got)
	}
	file := filepath.Join(t.TempDir(), "ledger.jsonl")
	if got := portal(t, "ledger", "export", "--config", cfg, "-o", file); got.code != exitOK || got.stderr != "" {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := portal(t, "ledger", "verify", "--file", file); got.code != exitOK || !strings.Contains(got.stdout, "No checkpoint was compared") {
		t.Errorf("%+v", got)
	}
	// The exports above that were done, and those alone, are in the ledger.
	if n := bytes.Count(text, []byte(`"action":"export"`)); n != 5 || !bytes.Contains(text, []byte(`as_of=`)) {
		t.Errorf("the ledger has %d exports, want 5: %s", n, text)
	}
	broken := bytes.Replace(text, []byte(`"action":"scan.start"`), []byte(`"action":"scan.hold"`), 1)
	if err := os.WriteFile(file, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := portal(t, "ledger", "verify", "--file", file); got.code != exitFailed || !strings.HasPrefix(got.stdout, "BROKEN at entry 1.") {
		t.Errorf("%+v", got)
	}
}

func TestServeLogsWithoutNames(t *testing.T) {
	t.Parallel()
	cfg, _ := standIn(t)
	s := start(t, true, "serve", "--config", cfg, "--listen", "127.0.0.1:0")
	line := s.until(t, "listens on")
	var first struct{ Msg, Level string }
	if err := json.Unmarshal([]byte(line), &first); err != nil || first.Level != "INFO" {
		t.Fatalf("%v: %s", err, line)
	}
	at := strings.TrimSuffix(strings.Fields(first.Msg)[3], ";")
	for path, want := range map[string]int{"/healthz": 200, "/workspaces?q=secret": 421} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	code, rest := s.stop()
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(rest, `"route":"/workspaces"`) || strings.Contains(rest, "secret") {
		t.Errorf("the request is not in the log as it should be:\n%s", rest)
	}
	for _, l := range strings.Split(strings.TrimSpace(rest), "\n") {
		if !json.Valid([]byte(l)) || strings.Contains(l, "contoso") {
			t.Errorf("not a line without names: %s", l)
		}
	}
}

func TestServiceLogHidesTenantsByWord(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Tenants: []config.Tenant{{Name: "fin", TenantID: "00000000-0000-4000-8000-000000000001"}}}
	for _, c := range []struct {
		names bool
		in    string
		want  string
	}{
		{false, "tenant fin: failed", "tenant tenants.0: failed"}, {false, "final", "final"}, {false, "FIN", "tenants.0"},
		{false, "of 00000000-0000-4000-8000-000000000001", "of tenants.0"}, {true, "fin", "fin"}, {false, "fin-prod", "fin-prod"},
	} {
		var out bytes.Buffer
		log := newServiceLog(&out, cfg, 0, c.names)
		log.Info(c.in, "err", io.EOF, "where", c.in)
		var line struct{ Msg, Err, Where string }
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Msg != c.want || line.Where != c.want || line.Err != "EOF" {
			t.Errorf("%q: %v %s", c.in, err, out.String())
		}
	}
}

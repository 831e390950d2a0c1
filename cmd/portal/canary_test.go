package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test's own binary be the program, so that a test can run it
// as a process that it can signal.
func TestMain(m *testing.M) {
	if os.Getenv("STEWARD_AS_PORTAL") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// live is a portal that runs as a process, over a stand-in behind a tap.
type live struct {
	t   *testing.T
	tap *tap
	dir string // configuration, data, secrets, checkpoints
	cfg string
	url string
	// control is where the stand-in's faults are ordered.
	control string
	// said is everything that the portal and its verbs wrote and answered.
	said   string
	n      int
	serve  *exec.Cmd
	kept   *os.File
	client map[string]*http.Client
}

// program runs the portal with arguments and keeps what it writes. Under a
// fault it may try again for minutes: then it is asked for a dump of its
// goroutines soon after the fault struck, which ends it.
func (l *live) program(args ...string) {
	l.t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0], args...) //nolint:noctx // ended below
	cmd.Env = append(os.Environ(), "STEWARD_AS_PORTAL=1", "GOTRACEBACK=all")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // faults make it fail; what it says is what counts
		close(ended)
	}()
	select {
	case <-ended:
	case <-l.tap.patience():
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		<-ended
	}
	if out.Len() == 0 {
		l.t.Errorf("%v said nothing", args)
	}
	l.keep(strings.Join(args, "-"), out.Bytes())
}

// keep writes down an answer for the search.
func (l *live) keep(what string, text []byte) {
	l.t.Helper()
	l.n++
	name := fmt.Sprintf("%04d-%s", l.n, regexp.MustCompile(`[^A-Za-z0-9.]+`).ReplaceAllString(what, "-"))
	if err := os.WriteFile(filepath.Join(l.said, name[:min(len(name), 90)]), text, 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// begin starts the portal and waits until it answers.
func (l *live) begin() {
	l.t.Helper()
	var err error
	if l.kept, err = os.OpenFile(filepath.Join(l.said, "serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		l.t.Fatal(err)
	}
	l.serve = exec.Command(os.Args[0], "serve", "--config", l.cfg, "--log-level", "debug", "--log-names")
	l.serve.Env = append(os.Environ(), "STEWARD_AS_PORTAL=1", "GOTRACEBACK=all")
	l.serve.Stdout, l.serve.Stderr = l.kept, l.kept
	if err := l.serve.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.until("the portal answers", func() bool {
		r, err := http.Get(l.url + "/healthz") //nolint:noctx // bounded by until
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// end stops the portal with a signal and waits for it.
func (l *live) end(sig os.Signal) {
	l.t.Helper()
	if l.serve == nil {
		return
	}
	_ = l.serve.Process.Signal(sig)
	_ = l.serve.Wait()
	l.serve = nil
	_ = l.kept.Close()
}

// until asks again and again whether something has come to be.
func (l *live) until(what string, done func() bool) {
	l.t.Helper()
	limit := time.After(5 * time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-limit:
			log, _ := os.ReadFile(filepath.Join(l.said, "serve.log"))
			l.t.Fatalf("%s: not within five minutes; the log ends %s", what, log[max(0, len(log)-2000):])
		case <-tick.C:
		}
	}
}

// as sends a request in somebody's browser and keeps the answer.
func (l *live) as(who, method, path string, form url.Values) (*http.Response, string) {
	l.t.Helper()
	if l.client[who] == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			l.t.Fatal(err)
		}
		l.client[who] = &http.Client{Jar: jar, Timeout: 2 * time.Minute}
	}
	if l.tap.bad() {
		l.client[who].Timeout = 3 * time.Second
	}
	if !strings.HasPrefix(path, "http") {
		path = l.url + path
	}
	r, err := http.NewRequestWithContext(l.t.Context(), method, path, strings.NewReader(form.Encode()))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := l.client[who].Do(r)
	if err != nil {
		return &http.Response{}, "" // too slow; what it said to nobody is in its log
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if strings.HasPrefix(resp.Request.URL.String(), l.url) {
		head := bytes.Buffer{}
		shown := resp.Header.Clone()
		shown.Del("Set-Cookie") // the one place where a session's id belongs
		_ = shown.Write(&head)
		l.keep(method+path, append(head.Bytes(), body...))
	}
	u, err := url.Parse(l.url)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, k := range l.client[who].Jar.Cookies(u) {
		l.tap.keep("cookie "+k.Name, k.Value)
	}
	return resp, string(body)
}

var (
	someone = regexp.MustCompile(`<button name="person" value="([^"]+)"[^>]*><b><bdi>([^<]*)</bdi></b><span><bdi>[^<]*</bdi>([^<]*)`)
	asking  = regexp.MustCompile(`name="request" value="([^"]*)"`)
)

// signIn signs in the first person of the stand-in who has a role.
func (l *live) signIn(who, role string) bool {
	l.t.Helper()
	first, page := l.as(who, http.MethodGet, "/login", nil)
	request := asking.FindStringSubmatch(page)
	for _, m := range someone.FindAllStringSubmatch(page, -1) {
		if request != nil && strings.Contains(m[3], role) {
			form := url.Values{"request": {html.UnescapeString(request[1])}, "person": {m[1]}}
			resp, _ := l.as(who, http.MethodPost, first.Request.URL.String(), form)
			return resp.StatusCode == http.StatusOK
		}
	}
	return false
}

// newLive writes a configuration over a stand-in with a tap between them.
func newLive(t *testing.T) *live {
	t.Helper()
	return newLiveOf(t, 12)
}

// newLiveOf is newLive over a tenant of about so many workspaces.
func newLiveOf(t *testing.T, workspaces int) *live {
	t.Helper()
	l := &live{t: t, dir: t.TempDir(), said: t.TempDir(), client: map[string]*http.Client{}}
	l.cfg = filepath.Join(l.dir, "portal.yaml")
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	l.url = "http://" + listen
	_ = free.Close()
	s := start(t, false, "simulate", "--addr", "127.0.0.1:0", "--workspaces", strconv.Itoa(workspaces), "--limits", "off", "--write-config", l.cfg, "--listen", listen)
	control, err := url.Parse(strings.Fields(s.until(t, "control"))[1])
	if err != nil {
		t.Fatal(err)
	}
	l.control = control.String()
	s.until(t, "Wrote "+l.cfg)
	l.tap = tapped(t, "http://"+control.Host)
	text, err := os.ReadFile(l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("http://"+control.Host), []byte(l.tap.url))
	if err := os.WriteFile(l.cfg, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.end(syscall.SIGKILL) })
	return l
}

// secrets are those of the configuration and those that passed.
func (l *live) secrets() map[string]string {
	l.t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob(filepath.Join(l.dir, "secrets", "*"))
	if err != nil || len(files) < 4 {
		l.t.Fatalf("secrets: %v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			l.t.Fatal(err)
		}
		if !strings.HasSuffix(name, ".pub") {
			out["secret "+filepath.Base(name)] = strings.TrimSpace(string(text))
		}
	}
	if key := out["secret ledger.key"]; key != "" {
		out["seed of the signing key"] = key[strings.LastIndexByte(key[:len(key)-8], '+')+1:]
	}
	l.tap.mu.Lock()
	defer l.tap.mu.Unlock()
	for what, s := range l.tap.secrets {
		if !strings.HasPrefix(what, "cookie theme") && !strings.HasPrefix(what, "cookie density") {
			out[what] = s
		}
	}
	return out
}

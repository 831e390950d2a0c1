package sitetest

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"steward/internal/auth/authtest"
	"steward/internal/browser"
	"steward/internal/web/guard"
)

// urlAttributes lead somewhere or load something.
var urlAttributes = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "data": true, "srcset": true, "poster": true, "hx-get": true, "hx-post": true, "xlink:href": true}

// foreignElements are never written by a page of ours. A noscript is, and holds
// nothing that runs.
var foreignElements = map[string]bool{"iframe": true, "object": true, "embed": true, "base": true, "style": true, "math": true, "video": true, "audio": true, "marquee": true, "animate": true, "x": true, "template": true, "mglyph": true}

var ownAddress = regexp.MustCompile(`^(/[^/\\]|/$|#|\?|$|https://(app\.powerbi\.com|app\.fabric\.microsoft\.com|learn\.microsoft\.com|aka\.ms)/|mailto:)`)

// foul returns what in a page a payload could have written: an element, an
// event handler, a style, a script without our nonce, an address that leads
// away.
func foul(body, nonce string) []string {
	var out []string
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		tok := z.Token()
		bad := foreignElements[tok.Data]
		own := false
		for _, a := range tok.Attr {
			own = own || a.Key == "nonce" && a.Val == nonce
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "http-equiv" ||
				urlAttributes[a.Key] && !ownAddress.MatchString(strings.TrimLeft(a.Val, "\t\n\r ")) {
				bad = true
			}
		}
		if bad || tok.Data == "script" && !own {
			out = append(out, tok.String())
		}
	}
}

var nonceOf = regexp.MustCompile(`script-src 'nonce-([^']+)'`)

// TestScriptsStayText puts script payloads into every free text of the tenant
// and into every field of an address, and reads every page: no element, handler
// or address in it is a payload's.
func TestScriptsStayText(t *testing.T) {
	t.Parallel()
	payloads := scripts()
	if len(payloads) < 300 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	for _, p := range []string{"<script>1</script>", "<img src=/x onerror=1>", `<a href="javascript:1">`, `<p style="a">`, `<form action="//evil.example">`} {
		if len(foul("<main>"+p+"</main>", "n")) == 0 {
			t.Fatalf("the check does not see %s", p)
		}
	}
	s := open(t, options{})
	m := newMatrix(t, s)
	cookie := s.allRoles(t)
	rounds, pages, shown := 1, 0, 0
	if long() {
		rounds = 24
	}
	read := func(method, path, form string) {
		a := s.ask(method, path, form, cookie)
		pages++
		nonce := nonceOf.FindStringSubmatch(a.header.Get("Content-Security-Policy"))
		if a.status >= 500 || nonce == nil {
			t.Errorf("%s %s: status %d, policy %q", method, path, a.status, a.header.Get("Content-Security-Policy"))
			return
		}
		if !strings.Contains(a.header.Get("Content-Type"), "html") {
			return
		}
		shown += strings.Count(a.body, "&lt;img")
		if bad := foul(a.body, nonce[1]); len(bad) > 0 {
			t.Errorf("%s %.200s has %.300q", method, path, bad)
		}
	}
	next := 0
	payload := func() string { next++; return url.QueryEscape(payloads[next*7%len(payloads)]) }
	for round := range rounds {
		(&filler{tb: t, d: s.db}).infest(payloads, round*37)
		for i, r := range s.pages.Table() {
			path, form, _ := m.request(r, targets()[0])
			switch {
			case r.Export || r.Path == "/logout":
			case r.Method == http.MethodGet && !r.Public:
				read(r.Method, path, "")
				for _, f := range sample(fields, 9) {
					bare, _, _ := strings.Cut(path, "?")
					read(r.Method, bare+"?"+url.QueryEscape(f)+"="+payload(), "")
				}
				if strings.Contains(r.Path, ":") {
					read(r.Method, parameter.ReplaceAllString(r.Path, strings.ReplaceAll(payload(), "+", "%20")), "")
				}
			case r.Method != http.MethodGet && (long() || i%3 == 0):
				read(r.Method, path, form+"&"+fields[i%len(fields)]+"="+payload()+"&body="+payload()+"&reason="+payload())
			}
		}
	}
	if shown == 0 {
		t.Error("no page shows a payload: this test proves nothing")
	}
	t.Logf("%d answers, %d payloads", pages, len(payloads))
}

// TestScriptsDoNotRun opens pages full of payloads in a real browser: none
// runs, and nothing is reported; nor on clean pages.
func TestScriptsDoNotRun(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, options{base: "http://" + l.Addr().String()})
	srv := guard.NewServer(s.pages, slog.New(slog.DiscardHandler))
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	page := browser.New(t)
	s.issuer.SignInAs(authtest.Person("ada", "auditor", "operator", "approver", "requester"))
	m := newMatrix(t, s)
	var paths []string
	for _, r := range s.gets() {
		if path, _, judged := m.request(r, targets()[0]); judged && !r.Export && !strings.HasSuffix(r.Path, ".jsonl") && !strings.HasPrefix(r.Path, "/api/") && r.Path != "/sessions" {
			paths = append(paths, path)
		}
	}
	paths = sample(paths, 10)
	visit := func(what string) {
		for _, path := range paths {
			page.Goto(s.base + path)
			if browser.Eval[bool](page, "typeof window."+marker+" !== 'undefined'") {
				t.Errorf("%s %s: a payload ran", what, path)
			}
		}
		for _, said := range page.Console() {
			if !strings.Contains(said, "404") && !strings.Contains(said, "403") && !strings.Contains(said, "422") {
				t.Errorf("%s: the browser says %.300s", what, said)
			}
		}
	}
	visit("clean")
	rounds := 1
	if long() {
		rounds = 8
	}
	for round := range rounds {
		(&filler{tb: t, d: s.db}).infest(scripts(), round*41)
		visit("infested")
	}
	t.Logf("%d pages, %d rounds", len(paths), rounds)
}

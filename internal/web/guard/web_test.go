package guard_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/ledger"
	"steward/internal/web/guard"
)

// headerSets are what comes with a request that may change something; only
// those that a page of ours sends are let through.
var headerSets = []struct {
	name string
	set  []string
	ok   bool
}{
	{"same origin, both headers", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:8080"}, true},
	{"same origin, no Origin", []string{"Sec-Fetch-Site", "same-origin"}, true},
	{"old browser", []string{"Origin", "http://127.0.0.1:8080"}, true},
	{"no headers at all", nil, false},
	{"cross-site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
	{"same-site", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://sub.127.0.0.1:8080"}, false},
	{"typed address", []string{"Sec-Fetch-Site", "none"}, false},
	{"garbage", []string{"Sec-Fetch-Site", "Same-Origin "}, false},
	{"null origin", []string{"Origin", "null"}, false},
	{"other scheme", []string{"Origin", "https://127.0.0.1:8080"}, false},
	{"other port", []string{"Origin", "http://127.0.0.1:8081"}, false},
	{"origin with a path", []string{"Origin", "http://127.0.0.1:8080/"}, false},
	{"origin with a user", []string{"Origin", "http://x@127.0.0.1:8080"}, false},
	{"prefix of a host", []string{"Origin", "http://127.0.0.1:8080.evil.example"}, false},
	{"same-origin and a foreign Origin", []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://evil.example"}, false},
	{"two site headers", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "cross-site"}, false},
	{"two origins", []string{"Origin", "http://127.0.0.1:8080", "Origin", "https://evil.example"}, false},
	{"method override", []string{"Sec-Fetch-Site", "cross-site", "X-HTTP-Method-Override", "GET"}, false},
	{"referer only", []string{"Referer", "http://127.0.0.1:8080/"}, false},
	{"ajax header only", []string{"X-Requested-With", "XMLHttpRequest"}, false},
}

func TestCrossSiteRequests(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	admin, _ := s.session("all", auth.AllRoles...)
	cases := 0
	for _, r := range s.table {
		if r.Method == http.MethodGet || strings.HasPrefix(r.Path, guard.APIPrefix) { // no cookie counts there
			continue
		}
		path := strings.NewReplacer(":tenant", "contoso", ":id", "fin").Replace(r.Path)
		for _, hs := range headerSets {
			if r.Path == auth.LogoutPath && hs.ok {
				continue // would end the session that the others use
			}
			cases++
			before := s.wrote.Load()
			got := s.call(r.Method, path, admin, "a=b", hs.set...)
			if reached := s.wrote.Load() != before; hs.ok == (got.Code == http.StatusForbidden) || reached && !hs.ok {
				t.Errorf("%s %s with %s: status %d, reached %v", r.Method, path, hs.name, got.Code, reached)
			}
		}
	}
	if _, err := s.auth.Lookup(t.Context(), admin, auth.Client{}); err != nil {
		t.Errorf("the session ended: %v", err)
	}
	for _, e := range s.entries() {
		if e.Action != ledger.AccessRefuse && e.Action != ledger.CSPReport || e.Outcome != ledger.Refused || e.IP != "192.0.2.9" {
			t.Errorf("entry = %+v", e)
		}
	}
	t.Logf("%d cases", cases)
}

// TestAnswersAsForms: a provider that answers with response_mode=form_post sends
// the browser back with a form of its own site, which brings no cookie of ours. It
// is refused like every form from elsewhere, with one entry and no session.
func TestAnswersAsForms(t *testing.T) {
	t.Parallel()
	for _, set := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://login.microsoftonline.com"}, {"Origin", "https://login.microsoftonline.com"}, {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
	} {
		s := open(t, nil) // the same refusal again within a minute would only be counted
		got := s.call(http.MethodPost, auth.CallbackPath, "", "code=x&state=y&error_description=%3Cscript%3E", set...)
		es := s.entries()
		if got.Code != http.StatusForbidden || len(es) != 1 || es[0].Outcome != ledger.Refused || got.Result().Header.Get("Set-Cookie") != "" {
			t.Errorf("%v: status %d, entries %+v", set, got.Code, es)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *guard.Config) { c.PublicURL = "https://governance.example.com" })
	nonces := map[string]bool{}
	for _, path := range []string{"/healthz", "/workspaces", "/nowhere", "/login/callback"} {
		h := s.call("GET", path, "", "").Header()
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "'strict-dynamic'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'", "report-uri /csp-report"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: policy %q lacks %q", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		nonces[csp] = true
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s = %q", path, name, h.Get(name))
			}
		}
		if len(h.Get("X-Request-Id")) < 20 {
			t.Errorf("%s: request id %q", path, h.Get("X-Request-Id"))
		}
	}
	if len(nonces) != 4 {
		t.Errorf("a nonce was used twice: %v", nonces)
	}
}

func TestOtherHosts(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *guard.Config) { c.Hosts = []string{"localhost:8080"} })
	home := s.base
	for host, want := range map[string]int{"127.0.0.1:8080": 200, "localhost:8080": 200, "LOCALHOST:8080": 200, "evil.example": 421, "127.0.0.1": 421, "127.0.0.1:8081": 421} {
		s.base = "http://" + host
		if got := s.call("GET", "/signed-out", "", ""); got.Code != want {
			t.Errorf("%s: status %d, want %d", host, got.Code, want)
		}
		if got := s.call("GET", "/healthz", "", ""); got.Code != 200 {
			t.Errorf("a probe of %s: status %d", host, got.Code)
		}
	}
	s.base = home
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *guard.Config) { c.Limits = guard.Limits{} })
	admin, _ := s.session("all", auth.AllRoles...)
	other, _ := s.session("other", auth.Viewer)
	tries := func(n int, method, path, cookie string) (ok int, last string) {
		for range n {
			got := s.call(method, path, cookie, "", s.same()...)
			if got.Code != http.StatusTooManyRequests {
				ok++
			} else if last = got.Header().Get("Retry-After"); last == "" {
				t.Errorf("%s: 429 without Retry-After", path)
			}
		}
		return ok, last
	}
	if n, after := tries(15, "GET", "/login", ""); n != 10 || after != "6" {
		t.Errorf("%d sign-ins in a minute, then wait %s", n, after)
	}
	if n, _ := tries(15, "GET", "/login", admin); n != 10 {
		t.Errorf("someone signed in behind the same address: %d", n)
	}
	if n, _ := tries(100, "POST", "/scans/contoso", admin); n != 60 {
		t.Errorf("%d writes in a minute", n)
	}
	if n, after := tries(9, "GET", "/workspaces.csv", admin); n != 6 || after != "600" {
		t.Errorf("%d downloads in an hour, then wait %s", n, after)
	}
	if n, _ := tries(1, "GET", "/workspaces.csv", other); n != 1 {
		t.Error("someone else's downloads count")
	}
	if n, _ := tries(5, "GET", "/workspaces", admin); n != 5 {
		t.Error("reading is limited")
	}
	s.advance(time.Minute)
	if n, _ := tries(1, "POST", "/scans/contoso", admin); n != 1 {
		t.Error("a minute later writing is still refused")
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	admin, _ := s.session("all", auth.AllRoles...)
	form := append(s.same(), "Content-Type", "application/x-www-form-urlencoded")
	for _, tc := range []struct {
		name   string
		size   int
		header []string
		want   int
	}{
		{"small", 1000, nil, 200},
		{"just under", guard.MaxBody - 10, nil, 200},
		{"declared too large", guard.MaxBody + 1, nil, 413},
	} {
		if got := s.call("POST", "/scans/contoso", admin, "a="+strings.Repeat("x", tc.size), form...); got.Code != tc.want {
			t.Errorf("%s: status %d, want %d: %s", tc.name, got.Code, tc.want, got.Body)
		}
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		proxies string
		header  []string
		want    string
	}{
		{"no proxy is believed", "", []string{"X-Forwarded-For", "203.0.113.5"}, "192.0.2.9"},
		{"our proxy", "192.0.2.0/24", []string{"X-Forwarded-For", "203.0.113.5"}, "203.0.113.5"},
		{"what the client wrote is not read", "192.0.2.0/24", []string{"X-Forwarded-For", "10.0.0.1, 203.0.113.5"}, "203.0.113.5"},
		{"two proxies", "192.0.2.0/24", []string{"X-Forwarded-For", "10.0.0.1, 203.0.113.5, 192.0.2.8"}, "203.0.113.5"},
		{"two headers", "192.0.2.0/24", []string{"X-Forwarded-For", "10.0.0.1", "X-Forwarded-For", "203.0.113.5"}, "203.0.113.5"},
		{"garbage", "192.0.2.0/24", []string{"X-Forwarded-For", "evil\n"}, "192.0.2.9"},
		{"no header", "192.0.2.0/24", nil, "192.0.2.9"},
	} {
		s := open(t, func(c *guard.Config) {
			if tc.proxies != "" {
				c.Proxies = []netip.Prefix{netip.MustParsePrefix(tc.proxies)}
			}
		})
		s.call("POST", "/scans/contoso", "", "", tc.header...)
		if es := s.entries(); len(es) != 1 || es[0].IP != tc.want {
			t.Errorf("%s: %+v, want %s", tc.name, es, tc.want)
		}
	}
}

// Whatever a stranger sends, the answer is a refusal and no fault of ours.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	admin, _ := s.session("all", auth.AllRoles...)
	paths := []string{"/workspaces/%2e%2e/x", "/workspaces/contoso/%00", "/workspaces/contoso/%ff", "/workspaces/contoso/" + strings.Repeat("x", 8000), "//evil.example", "/workspaces//fin", "/..%2fledger", "/workspaces/contoso/fin%2f..", "/%"}
	for i, p := range paths {
		for _, cookie := range []string{"", admin, strings.Repeat("A", 43)} {
			req := p
			if p == "/%" {
				req = "/%25"
			}
			if got := s.call("GET", req, cookie, ""); got.Code >= 500 {
				t.Errorf("%d %q: status %d", i, p, got.Code)
			}
		}
	}
	for i := range 50 {
		got := s.call("POST", "/scans/contoso", admin, fmt.Sprintf("%%%c=%%&a[%d]=&&&=;", 'a'+i%26, i), append(s.same(), "Content-Type", "application/x-www-form-urlencoded")...)
		if got.Code >= 500 && got.Code != http.StatusInternalServerError {
			t.Errorf("body %d: status %d", i, got.Code)
		}
	}
}

func TestReportsAreCountedNotKept(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for range 50 {
		if got := s.call("POST", guard.ReportPath, "", `{"csp-report":{"blocked-uri":"https://x/?token=canary"}}`, append(s.same(), "Referer", s.base+"/workspaces?q=canary")...); got.Code != http.StatusNoContent {
			t.Fatalf("status %d", got.Code)
		}
	}
	es := s.entries()
	if len(es) != 1 || es[0].Action != ledger.CSPReport || es[0].Details[ledger.Address] != "/workspaces" || strings.Contains(fmt.Sprint(es), "canary") {
		t.Errorf("entries = %+v", es)
	}
}

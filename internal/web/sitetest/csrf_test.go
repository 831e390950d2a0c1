package sitetest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"steward/internal/auth"
	"steward/internal/web/guard"
)

// forgeries are the headers with which a form may come that no page of ours
// sent: what browsers send from elsewhere, and what they never send.
var forgeries = map[string][]string{
	"no header at all":          {"Sec-Fetch-Site", "", "Origin", ""},
	"cross-site":                {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
	"cross-site without origin": {"Sec-Fetch-Site", "cross-site", "Origin", ""},
	"same-site":                 {"Sec-Fetch-Site", "same-site", "Origin", ""},
	"typed in":                  {"Sec-Fetch-Site", "none", "Origin", ""},
	"another origin, old":       {"Sec-Fetch-Site", "", "Origin", "http://evil.example"},
	"null origin":               {"Sec-Fetch-Site", "", "Origin", "null"},
	"another port":              {"Sec-Fetch-Site", "", "Origin", "http://127.0.0.1:8081"},
	"another scheme":            {"Sec-Fetch-Site", "", "Origin", "https://127.0.0.1:8080"},
	"ours as a prefix":          {"Sec-Fetch-Site", "", "Origin", "http://127.0.0.1:8080.evil.example"},
	"ours and another":          {"Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:8080\nhttp://evil.example"},
	"twice":                     {"Sec-Fetch-Site", "same-origin\ncross-site", "Origin", ""},
	"contradiction":             {"Sec-Fetch-Site", "same-origin", "Origin", "http://evil.example"},
	"garbage":                   {"Sec-Fetch-Site", "SAME-ORIGIN", "Origin", ""},
}

// refusal is how a forged form is refused: as such, or, where no cookie counts
// and so nothing can be forged, as somebody's without a token.
func refusal(r guard.Route) int {
	if strings.HasPrefix(r.Path, guard.APIPrefix) {
		return http.StatusUnauthorized
	}
	return http.StatusForbidden
}

// TestForgedForms sends a form to every route that may change something, with
// every set of headers that is not our own page's, as somebody who may do
// everything: none is let through, and nothing changes.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	cookie := s.allRoles(t)
	before, cases := m.watch.Written(), 0
	for _, r := range s.pages.Table() {
		if r.Method == http.MethodGet || r.Path == "/csp-report" {
			continue
		}
		path, form, _ := m.request(r, targets()[0])
		for name, headers := range forgeries {
			cases++
			if a := s.ask(r.Method, path, form, cookie, headers...); a.status != refusal(r) {
				t.Errorf("%s %s, %s: status %d, want %d", r.Method, path, name, a.status, refusal(r))
			}
		}
		if written := m.watch.Written(); written != before {
			t.Fatalf("%s %s: a forged form wrote to %s", r.Method, path, written)
		}
	}
	// The same forms from our own page are not refused for that reason.
	if a := s.ask(http.MethodPost, "/scans", "tenant=contoso&kind=no-such-kind", cookie); a.status != http.StatusUnprocessableEntity {
		t.Errorf("our own form: status %d", a.status)
	}
	if s.ask(http.MethodGet, "/me", "", cookie).status != http.StatusOK {
		t.Error("a forged sign-out ended the session")
	}
	t.Logf("%d forged forms", cases)
}

// allRoles signs in somebody without limits who has every role.
func (s *site) allRoles(tb testing.TB) string {
	tb.Helper()
	p := &persona{name: "allroles", roles: slices.Clone(auth.AllRoles)}
	s.signIn(tb, []*persona{p})
	return p.cookie
}

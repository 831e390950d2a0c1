package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/htmlcheck"
	"steward/internal/ledger"
	"steward/internal/web/guard/guardtest"
)

// elsewhere is the same person in another browser.
func (v *visitor) elsewhere(name string) *visitor {
	v.t.Helper()
	return &visitor{site: v.site, person: v.person, cookie: guardtest.NewSession(v.t, v.DB, name, v.person, time.Now())}
}

// signedIn reports whether the browser still has a session.
func (v *visitor) signedIn() bool { return v.send("GET", "/me", nil).Code == http.StatusOK }

func TestMeShowsRolesAndSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	vera := s.someone("Vera", auth.Viewer, auth.Approver)
	other := vera.elsewhere("Vera's phone")
	olga := s.someone("Olga", auth.Operator)
	doc := vera.page("/me")
	if got := doc.Text("[data-testid=fact-viewer]"); got != "sees the reports; everywhere." {
		t.Errorf("viewer: %q", got)
	}
	if !doc.Has("[data-testid=fact-approver]") || doc.Has("[data-testid=fact-admin]") {
		t.Error("the roles are not hers")
	}
	if rows := doc.Rows("#sessions"); len(rows) != 2 {
		t.Fatalf("sessions %q", rows)
	}
	for _, hash := range doc.Attrs("#sessions input[name=session]", "value") {
		olga.post("/me/sessions/revoke", url.Values{"session": {hash}}, http.StatusNotFound)
		olga.post("/sessions/revoke", url.Values{"session": {hash}}, http.StatusNotFound)
		if !other.signedIn() {
			t.Fatal("someone else ended her session")
		}
		vera.post("/me/sessions/revoke", url.Values{"session": {hash}}, http.StatusSeeOther)
	}
	if other.signedIn() || !vera.signedIn() || !olga.signedIn() {
		t.Error("not the one session was ended")
	}
	third := vera.elsewhere("Vera's desk")
	vera.post("/me/sessions/revoke", url.Values{"others": {"yes"}}, http.StatusSeeOther)
	if third.signedIn() || !vera.signedIn() {
		t.Error("the others were not ended, or this one was")
	}
	if e := s.entries(ledger.SessionRevoke); len(e) != 2 || !e[0].Actor.Same(vera.person.Actor()) {
		t.Errorf("ledger says %+v", e)
	}
}

func TestAdminsEndSessionsOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna, vera := s.someone("Anna", auth.Admin), s.someone("Vera", auth.Viewer)
	phone := vera.elsewhere("Vera's phone")
	doc := anna.page("/sessions")
	if rows := doc.Rows("#sessions"); len(rows) != 3 {
		t.Errorf("sessions %q", rows)
	}
	key := vera.person.TenantID + " " + vera.person.ObjectID
	if got := doc.Attrs("select[name=person] option", "value"); len(got) != 2 {
		t.Errorf("people %q", got)
	}
	for _, bad := range []string{"", "x", " ", key + "0", vera.person.TenantID + " "} {
		w := anna.send("POST", "/sessions/revoke", url.Values{"person": {bad}})
		if !vera.signedIn() || w.Code >= 500 {
			t.Fatalf("person=%q: %d", bad, w.Code)
		}
	}
	anna.post("/sessions/revoke", url.Values{"person": {key}}, http.StatusSeeOther)
	if vera.signedIn() || phone.signedIn() || !anna.signedIn() {
		t.Error("not her sessions were ended")
	}
}

func TestPreferencesAreKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.someone("Vera", auth.Viewer)
	for _, c := range []struct {
		name       string
		form       url.Values
		cookie, to string
	}{
		{"dark", url.Values{"theme": {"dark"}, "next": {"/workspaces?q=x"}}, "theme=dark; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", "/workspaces?q=x"},
		{"back to the device", url.Values{"theme": {""}, "next": {"/me"}}, "theme=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", "/me"},
		{"roomy", url.Values{"density": {"comfortable"}}, "density=comfortable; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", "/"},
		{"not a theme", url.Values{"theme": {`"><script>`}, "next": {"//evil.example"}}, "theme=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", "/"},
		{"elsewhere", url.Values{"density": {"compact"}, "next": {"https://evil.example/"}}, "density=compact; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", "/"},
	} {
		w := v.post("/me/preferences", c.form, http.StatusSeeOther)
		if got := strings.Join(w.Header().Values("Set-Cookie"), "|"); got != c.cookie || w.Header().Get("Location") != c.to {
			t.Errorf("%s: cookie %q, to %s", c.name, got, w.Header().Get("Location"))
		}
	}
	doc := htmlcheck.Page(t, v.send("GET", "/me", nil, "Cookie", v.auth.SessionCookie()+"="+v.cookie+"; theme=dark; density=compact").Body.String())
	if doc.Attr("html", "data-theme") != "dark" || doc.Attr("html", "data-density") != "compact" || doc.Attr("input[name=theme][checked]", "value") != "dark" {
		t.Error("what was chosen is not shown")
	}
}

// visit is a request of someone who is not signed in.
func (s *site) visit(path string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(s.t.Context()), http.MethodGet, s.base+path, nil)
	r.Header.Set("Accept", "text/html")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r)
	return w
}

func TestSignInPagesLeadOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		name, path string
		status     int
		title      string
		leads      string
	}{
		{"a stale reply", "/login/callback?state=x&code=y", http.StatusForbidden, "You were not signed in", "/login"},
		{"signed out", "/signed-out", http.StatusOK, "You are signed out", "/login"},
	} {
		w := s.visit(c.path)
		doc := htmlcheck.Page(t, w.Body.String())
		if w.Code != c.status || doc.Text("h1") != c.title || doc.Attrs("[data-testid=problem] a", "href")[0] != c.leads {
			t.Errorf("%s: %d %q, leads to %q", c.name, w.Code, doc.Text("h1"), doc.Attrs("[data-testid=problem] a", "href"))
		}
	}
	if w := s.visit("/signed-out/provider"); w.Code != http.StatusSeeOther {
		t.Errorf("the provider's sign-out: %d", w.Code)
	}
}

func TestSignInSaysThatTheProviderIsDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.cloud.Close(); err != nil {
		t.Fatal(err)
	}
	w := s.visit("/login?return=%2Fscans")
	doc := htmlcheck.Page(t, w.Body.String())
	if w.Code != http.StatusServiceUnavailable || doc.Text("h1") != "The sign-in provider does not answer" {
		t.Errorf("%d %q", w.Code, doc.Text("h1"))
	}
	if got := doc.Attr("[data-testid=problem] a", "href"); got != "/login?return=%2Fscans" {
		t.Errorf("trying again leads to %s", got)
	}
}

// TestSomeoneWithoutARole signs in at the stand-in as the one person of the
// demo who has no role.
func TestSomeoneWithoutARole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var name string
	for _, p := range s.cloud.World().DemoPeople() {
		if len(p.Roles) == 0 && p.User.Enabled {
			name = p.User.ID
		}
	}
	w := s.signInAs(name)
	doc := htmlcheck.Page(t, w.Body.String())
	if w.Code != http.StatusForbidden || doc.Text("h1") != "You have no role in this portal" || !strings.Contains(doc.Text("[data-testid=problem]"), "governance lead") {
		t.Errorf("%d %s", w.Code, doc.All("main"))
	}
}

// signInAs goes to the stand-in's sign-in, clicks on a person and returns what
// the portal answers to the reply.
func (s *site) signInAs(person string) *httptest.ResponseRecorder {
	s.t.Helper()
	start := s.visit("/login")
	address, query, _ := strings.Cut(start.Header().Get("Location"), "?")
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, strings.NewReader(url.Values{"request": {query}, "person": {person}}.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		s.t.Fatalf("the provider did not send the browser back: %d", resp.StatusCode)
	}
	return s.visit(back.RequestURI(), start.Result().Cookies()...)
}

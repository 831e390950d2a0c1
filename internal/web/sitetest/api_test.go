package sitetest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/web/api"
	"steward/internal/web/guard"
)

// document is the served OpenAPI document, valid by its own standard.
func (s *site) document(t *testing.T) *openapi3.T {
	t.Helper()
	a := s.call(http.MethodGet, api.DocumentPath, "", "")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	if err != nil {
		t.Fatalf("the document cannot be read: %v", err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
	return doc
}

// call is a request of a program; an empty token sends none.
func (s *site) call(method, path, token, body string, header ...string) answer {
	var send io.Reader
	if body != "" {
		send = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/", send)
	if err := address(r, s.base, path); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.serve(w, r)
	return answer{w.Code, w.Body.String(), w.Header()}
}

// tokenOf makes a token of the persona with the grants, and returns it with
// whom it speaks for.
func (s *site) tokenOf(t *testing.T, p *persona, grants ...string) (string, auth.Person) {
	t.Helper()
	_, text, err := s.auth.MakeToken(t.Context(), auth.Session{Person: p.person()}, auth.TokenWish{Purpose: "tests", Grants: grants, Days: 1}, []string{contoso, fabrikam}, auth.Client{})
	if err != nil {
		t.Fatalf("token of %s: %v", p.name, err)
	}
	sess, _ := s.auth.Bearer(t.Context(), text.Reveal(), auth.Client{})
	return text.Reveal(), sess.Person
}

// persona finds one of the personas, signed in.
func (s *site) persona(t *testing.T, name string) *persona {
	s.as(t, name)
	for _, p := range personas() {
		if p.name == name {
			return p
		}
	}
	t.Fatalf("no persona %s", name)
	return nil
}

// fits checks an answer against what the document says of it.
func fits(t *testing.T, doc *openapi3.T, method, pattern, path string, a answer) {
	t.Helper()
	item := doc.Paths.Value(pattern)
	if item == nil || item.GetOperation(method) == nil {
		t.Errorf("%s %s is not in the document", method, pattern)
		return
	}
	r := httptest.NewRequest(method, "http://x"+strings.ReplaceAll(path, " ", "%20"), nil)
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: &routers.Route{Spec: doc, Path: pattern, PathItem: item, Method: method, Operation: item.GetOperation(method)},
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}},
		Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader([]byte(a.body))), Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if a.status == http.StatusNotModified {
		in.Options.ExcludeResponseBody = true
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		text := err.Error()
		t.Errorf("%s %s: status %d does not fit the document: %s\n%s", method, path, a.status, text[:min(len(text), 600)], a.body[:min(len(a.body), 400)])
	}
}

// operations are the lines of the document's table as the router has them.
func (s *site) operations() []guard.Route {
	var out []guard.Route
	for _, r := range s.pages.Table() {
		if strings.HasPrefix(r.Path, api.Root) && !r.Public {
			out = append(out, r)
		}
	}
	return out
}

// pattern is a route as the document writes it.
func pattern(r guard.Route) string {
	return parameter.ReplaceAllStringFunc(strings.TrimPrefix(r.Path, api.Root), func(p string) string { return "{" + p[1:] + "}" })
}

// likePage is the page that the operation is the counterpart of.
func likePage(r guard.Route) guard.Route {
	r.Path = strings.TrimPrefix(strings.TrimPrefix(r.Path, api.Root), "/reports")
	if strings.HasPrefix(r.Path, "/tenants/:tenant/scan") {
		r.Path = "/scans"
	}
	return r
}

// TestAPIFitsItsDocument walks every operation as several people and holds each
// answer, good or refused, against the document.
func TestAPIFitsItsDocument(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	doc := s.document(t)
	m := newMatrix(t, s)
	var tokens []string
	for _, name := range []string{"part-everything", "requester", "auditor"} {
		token, _ := s.tokenOf(t, s.persona(t, name), "read", "ask", "scan", "run")
		tokens = append(tokens, token)
	}
	good := 0
	for _, r := range s.operations() {
		for _, g := range targets() {
			path, _ := m.apiPath(r, g)
			for i, token := range append(tokens, "") {
				if !long() && g.name != "inside" && i > 0 {
					continue
				}
				body := ""
				if r.Method != http.MethodGet {
					body = "{}"
				}
				a := s.call(r.Method, path, token, body)
				if a.status < 300 {
					good++
				}
				fits(t, doc, r.Method, pattern(r), path, a)
				if tag := a.header.Get("ETag"); a.status == http.StatusOK && r.Method == http.MethodGet {
					again := s.call(r.Method, path, token, "", "If-None-Match", tag)
					if tag == "" || again.status != http.StatusNotModified || again.body != "" {
						t.Errorf("%s: ETag %q, then status %d", path, tag, again.status)
					}
					fits(t, doc, r.Method, pattern(r), path, again)
				}
			}
		}
	}
	if got, want := len(s.operations()), 60; got < want {
		t.Errorf("only %d operations", got)
	}
	t.Logf("%d operations, %d good answers", len(s.operations()), good)
}

// apiPath is the operation's address about a target; known is false where the
// tests have no such thing.
func (m *matrix) apiPath(r guard.Route, g target) (path string, known bool) {
	like := likePage(r)
	path, known = fillPath(guard.Route{Method: r.Method, Path: like.Path}, m.things, g.tenant, g.id)
	if strings.HasPrefix(r.Path, api.Root+"/tenants/") {
		return api.Root + "/tenants/" + url.PathEscape(g.tenant) + "/scan", true
	}
	if strings.HasPrefix(r.Path, api.Root+"/kinds/") {
		return api.Root + "/kinds/workspace-create", true
	}
	if strings.HasPrefix(r.Path, api.Root+"/reports") {
		path = "/reports" + strings.TrimPrefix(path, "/reports")
	}
	q := url.Values{}
	if report := reportOf(like); report != nil && !strings.Contains(r.Path, ":") && strings.HasPrefix(r.Path, api.Root+"/reports/") {
		q.Set("tenant", g.tenant)
		for _, f := range report.Filters {
			if f.Required {
				q.Set(f.Key, map[string]string{"item": "it-model", "workspace": "ws-fin", "principal": "p-ana", "scan": "3", "run": runSamples.inside}[f.Key])
			}
		}
		return api.Root + path + "?" + q.Encode(), known
	}
	return api.Root + path, known
}

// TestTokensSeeAndDoWhatTheirOwnersMay tries every operation with a token of
// every kind of person, on every kind of thing. The oracle is the one of pages:
// the table of permits, and what the token is for.
func TestTokensSeeAndDoWhatTheirOwnersMay(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	all := personas()
	s.signIn(t, all)
	for _, p := range all {
		if p.absent || p.rolesRead > 0 || p.seen > 0 || p.started > 0 {
			continue
		}
		for _, grants := range [][]string{{"read"}, {"ask"}, {"read", "ask", "scan", "run"}} {
			token, who := s.tokenOf(t, p, grants...)
			before := m.watch.Written()
			for _, r := range s.operations() {
				for _, g := range targets() {
					if m.turn++; !long() && m.turn%5 != 0 {
						continue
					}
					m.oneCall(r, g, p, who, token, strings.Join(grants, "+"))
				}
			}
			if m.watch.Written() != before {
				t.Errorf("%s with %v: the database changed", p.name, grants)
			}
		}
	}
	if m.cases < 1000 {
		t.Errorf("only %d cases", m.cases)
	}
	t.Logf("%d cases", m.cases)
}

func (m *matrix) oneCall(r guard.Route, g target, p *persona, who auth.Person, token, grants string) {
	m.cases++
	path, known := m.apiPath(r, g)
	body := ""
	if r.Method != http.MethodGet {
		body = "{}"
	}
	a := m.call(r.Method, path, token, body)
	name := r.Method + " " + path + " as " + p.name + " with " + grants + " on what is " + g.name
	want := m.wantCall(r, g, who, known)
	switch {
	case want != http.StatusOK:
		if a.status != want {
			m.t.Errorf("%s: status %d, want %d: %s", name, a.status, want, a.body)
		}
	case r.Method == http.MethodGet:
		if a.status != http.StatusOK && !strings.HasSuffix(r.Path, "/plan") { // what was never submitted has none
			m.t.Errorf("%s: status %d, want 200: %s", name, a.status, a.body[:min(len(a.body), 300)])
		}
	case a.status != http.StatusUnprocessableEntity && a.status != http.StatusConflict && a.status != http.StatusNotFound:
		m.t.Errorf("%s: status %d: %s", name, a.status, a.body)
	}
}

// wantCall is the status that the tables ask for; 200 stands for being let in.
func (m *matrix) wantCall(r guard.Route, g target, who auth.Person, known bool) int {
	if len(who.Roles) == 0 {
		return http.StatusUnauthorized // a token is as good as its owner's roles
	}
	if !auth.May(who, r.Action, auth.Object{}) {
		return http.StatusNotFound
	}
	switch {
	case !strings.Contains(r.Path, ":") && !strings.HasPrefix(r.Path, api.Root+"/reports/"):
		return http.StatusOK
	case strings.HasPrefix(r.Path, api.Root+"/kinds/"):
		return statusIf(auth.May(who, auth.MakeRequest, auth.Object{}))
	case strings.HasSuffix(r.Path, "/submit"): // of who asked, or refused for what it is
		return http.StatusOK
	case strings.HasPrefix(r.Path, api.Root+"/tenants/"):
		if g.tenant == "elsewhere" || !auth.May(who, r.Action, m.somewhere(r, g)) {
			return http.StatusNotFound
		}
		return http.StatusOK
	case !strings.HasPrefix(r.Path, api.Root+"/reports/") && strings.HasPrefix(likePage(r).Path, "/scans/"):
		if g.name == "absent tenant" {
			g = targets()[0] // the address names the scan alone
		}
		return statusIf(known && !g.absent && len(auth.Tenants(who, auth.ViewScans, []string{g.tenant})) > 0)
	}
	return m.want(likePage(r), g, who, known)
}

// TestNoTokenDecides: there is no operation that decides, no page takes a
// token, and the desk itself refuses one that got so far.
func TestNoTokenDecides(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	p := s.persona(t, "part-everything")
	token, who := s.tokenOf(t, p, "read", "ask", "scan", "run")
	deciding := []auth.Action{auth.DecideRequest, auth.EndWaiver, auth.Delegate, auth.ResolveStep, auth.CancelRun, auth.BreakGlass, auth.HoldExecutor, auth.Configure,
		auth.AssignViolation, auth.AnswerAsOwner, auth.Attest, auth.ViewApprovals, auth.MakeToken, auth.RevokeToken, auth.RevokeOwnToken, auth.RevokeSessions, auth.SendNotices}
	for _, a := range deciding {
		if auth.May(who, a, auth.Object{}) || auth.ForPrograms(a) || len(auth.Tenants(who, a, []string{contoso})) > 0 {
			t.Errorf("a token may %s", a)
		}
	}
	m := newMatrix(t, s)
	before := m.watch.Written()
	for _, r := range s.pages.Table() {
		if r.Public || strings.HasPrefix(r.Path, guard.APIPrefix) {
			continue
		}
		path, form, _ := m.request(r, targets()[0])
		header := []string{"Authorization", "Bearer " + token, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin", "Origin", s.base}
		if a := s.call(r.Method, path, "", form, header...); a.status != http.StatusUnauthorized && a.status != http.StatusSeeOther {
			t.Errorf("%s %s with a token: status %d", r.Method, path, a.status)
		}
	}
	if m.watch.Written() != before {
		t.Error("the database changed")
	}
	d := desk.New(desk.Config{DB: s.db, Now: now, NewID: func() string { return "x" }})
	for name, act := range map[string]func(desk.By) error{
		"approve": func(by desk.By) error {
			_, err := d.Approve(t.Context(), by, runSamples.inside, strings.Repeat("0", 64), "")
			return err
		},
		"reject": func(by desk.By) error {
			_, err := d.Reject(t.Context(), by, runSamples.inside, strings.Repeat("0", 64), "because it is a test")
			return err
		},
	} {
		if err := act(desk.By{Person: p.person()}); fault.Is(err, fault.NotFound) {
			t.Errorf("%s by the owner, who may decide here: %v", name, err)
		}
		if err := act(desk.By{Person: who}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s with a token: %v", name, err)
		}
	}
}

// TestEveryReportHasItsOperation: a report that is added is in the API.
func TestEveryReportHasItsOperation(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	have := map[string]bool{}
	for _, r := range s.operations() {
		have[r.Path] = true
	}
	for _, r := range audit.Reports() {
		if path := api.Root + "/reports/" + r.Name; !have[path] && r.Name != "tokens" { // who has tokens is for people
			t.Errorf("%s is not there", path)
		}
	}
}

package guard_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/web/guard"
	"steward/internal/web/guard/guardtest"
)

func TestCheckRoutes(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	if problems := guard.CheckRoutes(s.echo.Routes(), s.table); len(problems) != 0 {
		t.Errorf("problems of a good table: %q", problems)
	}
	s.echo.DELETE("/forgotten", func(c echo.Context) error { return nil })
	bad := append(slices.Clone(s.table),
		guard.Route{Method: "GET", Path: "/gone", Action: auth.ViewOverview},
		guard.Route{Method: "GET", Path: "/workspaces", Action: auth.ViewLedger})
	for i := range bad {
		switch bad[i].Path {
		case "/ledger":
			bad[i].Action = "view.legder"
		case "/panic":
			bad[i].Action = ""
		case "/healthz":
			bad[i].Action = auth.ViewOverview
		}
	}
	problems := strings.Join(guard.CheckRoutes(s.echo.Routes(), bad), "\n")
	for _, want := range []string{"DELETE /forgotten is in no table", "GET /gone is in the table and no route", "GET /workspaces is in the table twice", `GET /ledger asks for "view.legder"`, "GET /panic must be public or", "GET /healthz must be public or"} {
		if !strings.Contains(problems, want) {
			t.Errorf("not found: %s\nin %s", want, problems)
		}
	}
	if !strings.Contains(strings.Join(guard.CheckRoutes(echo.New().Routes(), bad[:1]), ""), "no route has it") {
		t.Error("an entry for a router without routes passes")
	}
}

// A route that nobody put into the table answers as if it did not exist.
func TestForgottenRouteIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.echo.GET("/forgotten", func(c echo.Context) error { return c.String(200, "secret") })
	admin, _ := s.session("root", auth.AllRoles...)
	if got := s.call("GET", "/forgotten", admin, ""); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "secret") {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	personas := []guardtest.Persona{{Name: "anonymous"}, {Name: "made-up cookie", Cookie: strings.Repeat("A", 43)}}
	for _, r := range auth.AllRoles {
		cookie, p := s.session("all", r)
		personas = append(personas, guardtest.Persona{Name: string(r), Cookie: cookie, Person: p})
		cookie, p = s.session("fin", r)
		personas = append(personas, guardtest.Persona{Name: string(r) + " of FIN", Cookie: cookie, Person: p})
	}
	cookie, p := s.session("none")
	personas = append(personas, guardtest.Persona{Name: "without a role", Cookie: cookie, Person: p})
	personas[len(personas)-1].Person = auth.Person{TenantID: "x"}
	m := guardtest.Matrix{
		Site: s.echo, Base: s.base, Cookie: s.auth.SessionCookie(), Personas: personas,
		Targets: []guardtest.Target{
			{Name: "own", Object: objects["contoso/fin"]},
			{Name: "someone else's", Object: objects["contoso/hr"]},
			{Name: "other tenant's", Object: objects["fabrikam/x"]},
			{Name: "absent", Absent: true},
		},
		Path: func(r guard.Route, target guardtest.Target) (string, string, bool) {
			id := map[string]string{"own": "contoso/fin", "someone else's": "contoso/hr", "other tenant's": "fabrikam/x", "absent": "contoso/nothing"}[target.Name]
			tenant, ws, _ := strings.Cut(id, "/")
			if r.Path == "/scans/:tenant" && target.Absent {
				return "", "", false
			}
			return strings.NewReplacer(":tenant", tenant, ":id", ws).Replace(r.Path), "reason=x", true
		},
		Digest: func() string { return guardtest.Digest(t, s.db.Reader(), "session", "ended_session", "ledger") },
		Expect: func(r guard.Route, p guardtest.Persona, target guardtest.Target) ([]int, bool) {
			if strings.HasPrefix(r.Path, guard.APIPrefix) {
				return []int{http.StatusUnauthorized}, true // no cookie counts there
			}
			if len(p.Person.Roles) == 0 && p.Cookie != "" && p.Person.TenantID != "" && !r.Public {
				return []int{http.StatusNotFound}, true // signed in, and nothing is open
			}
			if r.Path == "/scans/:tenant" && len(p.Person.Roles) > 0 {
				o := auth.Object{Tenant: target.Object.Tenant}
				if !auth.May(p.Person, auth.StartScan, o) {
					return []int{http.StatusNotFound}, true
				}
			}
			return nil, false
		},
	}
	for _, r := range s.table {
		if r.Path != "/panic" {
			m.Routes = append(m.Routes, r)
		}
	}
	t.Logf("%d cases", m.Run(t))
}

func TestAbsentAndForbiddenLookTheSame(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	viewer, _ := s.session("fin", auth.Viewer)
	var bodies []string
	for _, path := range []string{"/workspaces/contoso/hr", "/workspaces/fabrikam/x", "/workspaces/contoso/nothing", "/workspaces/nobody/x", "/ledger", "/nowhere"} {
		got := s.call("GET", path, viewer, "")
		if got.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got.Code)
		}
		bodies = append(bodies, got.Body.String())
	}
	if len(slices.Compact(bodies)) != 1 {
		t.Errorf("answers differ: %q", bodies)
	}
	for _, path := range []string{"/workspaces", "/nowhere"} {
		got := s.call("GET", path, "", "")
		if loc := got.Header().Get("Location"); got.Code != http.StatusSeeOther || loc != "/login?return="+strings.ReplaceAll(path, "/", "%2F") {
			t.Errorf("%s anonymously: %d %s", path, got.Code, loc)
		}
	}
	if got := s.call("DELETE", "/workspaces", viewer, "", s.same()...); got.Code != http.StatusNotFound {
		t.Errorf("another method: %d", got.Code)
	}
}

func TestPanicIsNotAdmitted(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	viewer, _ := s.session("all", auth.Viewer)
	got := s.call("GET", "/panic", viewer, "")
	if got.Code != http.StatusInternalServerError || strings.Contains(got.Body.String(), "canary") {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
	if got := s.call("GET", "/", viewer, ""); got.Code != http.StatusOK {
		t.Errorf("after it: %d", got.Code)
	}
}

func TestRecentSignIn(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	approver, _ := s.session("all", auth.Approver)
	header := append(s.same(), "Referer", s.base+"/workspaces?q=x")
	if got := s.call("POST", "/waivers/contoso/fin", approver, "", header...); got.Code != http.StatusOK {
		t.Fatalf("just signed in: %d %s", got.Code, got.Body)
	}
	s.advance(auth.RecentLimit + time.Second)
	if got := s.call("POST", "/waivers/contoso/fin", approver, "", header...); got.Code != http.StatusUnauthorized || s.wrote.Load() != 1 {
		t.Errorf("ten minutes later: %d, reached %d times", got.Code, s.wrote.Load())
	}
	if u := guard.StepUpURL("/workspaces?q=x"); u != "/login?for=confirm&return=%2Fworkspaces%3Fq%3Dx" {
		t.Errorf("step-up at %s", u)
	}
	if got := s.call("GET", "/workspaces", approver, ""); got.Header().Get("Location") != "/login?for=renew&return=%2Fworkspaces" {
		t.Errorf("a page whose roles want renewal: %d %s", got.Code, got.Header().Get("Location"))
	}
	if got := s.call("GET", "/workspaces.csv", approver, "", "Accept", "text/csv"); got.Code != http.StatusOK {
		t.Errorf("a download meanwhile: %d", got.Code)
	}
	s.advance(5 * time.Minute)
	if got := s.call("GET", "/workspaces.csv", approver, "", "Accept", "text/csv"); got.Code != http.StatusUnauthorized {
		t.Errorf("a download with roles of 15 minutes ago: %d", got.Code)
	}
	if got := s.call("GET", "/workspaces", approver, "", "HX-Request", "true"); got.Code != http.StatusUnauthorized || !strings.HasPrefix(got.Header().Get("HX-Redirect"), "/login?for=renew") {
		t.Errorf("htmx: %d %v", got.Code, got.Header())
	}
}

func TestSignInThroughTheSite(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	first := s.call("GET", "/login?return=%2Fworkspaces%3Fq%3D1", "", "")
	if first.Code != http.StatusSeeOther {
		t.Fatalf("login: %d %s", first.Code, first.Body)
	}
	attempt := first.Result().Cookies()[0]
	back := s.issuer.Visit(t, first.Header().Get("Location"))
	second := s.call("GET", "/login/callback?"+back.Encode(), "", "", "Cookie", attempt.String())
	if second.Code != http.StatusSeeOther || second.Header().Get("Location") != "/workspaces?q=1" {
		t.Fatalf("callback: %d %s %s", second.Code, second.Header().Get("Location"), second.Body)
	}
	var cookie string
	for _, c := range second.Result().Cookies() {
		if c.Name == s.auth.SessionCookie() {
			cookie = c.Value
		}
	}
	page := s.call("GET", "/workspaces", cookie, "")
	if page.Code != http.StatusOK || page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("page: %d %v", page.Code, page.Header())
	}
	if replay := s.call("GET", "/login/callback?"+back.Encode(), "", "", "Cookie", attempt.String()); replay.Code != http.StatusForbidden {
		t.Errorf("replay: %d", replay.Code)
	}
	if got := s.call("GET", "/logout", cookie, ""); got.Code != http.StatusNotFound {
		t.Errorf("a GET signs out: %d", got.Code)
	}
	out := s.call("POST", "/logout", cookie, "", s.same()...)
	if out.Code != http.StatusSeeOther || out.Header().Get("Location") != "/signed-out" {
		t.Errorf("logout: %d", out.Code)
	}
	if got := s.call("GET", "/workspaces", cookie, ""); got.Code != http.StatusSeeOther {
		t.Errorf("the old cookie after signing out: %d", got.Code)
	}
	s.issuer.SignInAs(authtest.Person("bo"))
	again := s.call("GET", "/login", "", "")
	back = s.issuer.Visit(t, again.Header().Get("Location"))
	none := s.call("GET", "/login/callback?"+back.Encode(), "", "", "Cookie", again.Result().Cookies()[0].String())
	if none.Code != http.StatusForbidden || !strings.Contains(none.Body.String(), "no role in this portal") {
		t.Errorf("without a role: %d %s", none.Code, none.Body)
	}
}

func TestMachineRoutes(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	requester, sess := s.session("all", auth.Requester)
	token := s.token(sess)
	for _, tc := range []struct {
		name   string
		cookie string
		header []string
		want   int
	}{
		{"cookie and same origin", requester, s.same(), 401},
		{"cookie without origin", requester, nil, 401},
		{"token", "", []string{"Authorization", "Bearer " + token}, 200},
		{"token from a page elsewhere", "", []string{"Authorization", "Bearer " + token, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 200},
		{"token twice", "", []string{"Authorization", "Bearer " + token, "Authorization", "Bearer " + token}, 401},
		{"made-up token", "", []string{"Authorization", "Bearer x"}, 401},
		{"made-up token does not fall back to the cookie", requester, append(s.same(), "Authorization", "Bearer x"), 401},
		{"other scheme", "", append(s.same(), "Authorization", "Basic eA=="), 401},
	} {
		if got := s.call("POST", "/api/v1/requests", tc.cookie, "", tc.header...); got.Code != tc.want {
			t.Errorf("%s: status %d, want %d (%s)", tc.name, got.Code, tc.want, got.Body)
		}
	}
	if got := s.call("POST", "/scans/contoso", requester, "", "Authorization", "Bearer x"); got.Code != 403 {
		t.Errorf("a token on a page's route: %d", got.Code)
	}
	if got := s.call("POST", "/scans/contoso", "", "", "Authorization", "Bearer "+token); got.Code != 403 {
		t.Errorf("a good token on a page's route: %d", got.Code)
	}
	for path, want := range map[string]int{"/api/v1/no-such-thing": 404, "/api/v1/requests?access_token=" + token: 401} {
		header := []string{"Authorization", "Bearer " + token}
		if want == 401 {
			header = nil
		}
		if got := s.call("GET", path, "", "", header...); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	if got := s.call("GET", "/api/v1/requests", "", ""); got.Code != 401 {
		t.Errorf("the API anonymously: %d", got.Code)
	}
}

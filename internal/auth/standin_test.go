package auth_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db/dbtest"
	"steward/internal/secret"
	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/world"
)

// standIn is the service with the stand-in's Entra as its provider, and a
// browser at its sign-in page.
type standIn struct {
	*auth.Service
	t       *testing.T
	world   *world.World
	browser *http.Client
}

func openStandIn(t *testing.T, guests bool) *standIn {
	t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 50})
	cloud := sim.New(sim.Config{World: w, SignIn: entra.SignIn{ClientID: authtest.ClientID, ClientSecret: authtest.Secret, RedirectURIs: []string{"http://127.0.0.1:8080/login/callback"}}})
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(authtest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := auth.New(auth.Config{ClientSecret: secret.File(path), DB: dbtest.Open(t, nil), Kind: auth.Entra, Issuer: at.Issuer, ClientID: authtest.ClientID, PublicURL: "http://127.0.0.1:8080", Guests: guests})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &standIn{Service: s, t: t, world: w, browser: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// choose goes to the provider, clicks on a person and comes back.
func (s *standIn) choose(st auth.Start, person string) (auth.Callback, bool) {
	s.t.Helper()
	to, err := s.Begin(s.t.Context(), st)
	if err != nil {
		s.t.Fatal(err)
	}
	address, query, _ := strings.Cut(to.URL, "?")
	var resp *http.Response
	if st.Purpose == auth.ForRenewal {
		resp, err = s.browser.Get(to.URL) //nolint:noctx // a test
	} else {
		resp, err = s.browser.PostForm(address, url.Values{"request": {query}, "person": {person}}) //nolint:noctx // a test
	}
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		return auth.Callback{}, false
	}
	return auth.Callback{Query: back.Query(), Browser: to.Cookie.Value, Client: client}, true
}

func TestEveryoneOfTheStandIn(t *testing.T) {
	t.Parallel()
	s := openStandIn(t, false)
	people := s.world.DemoPeople()
	if len(people) < 8 {
		t.Fatalf("%d people", len(people))
	}
	var in, out int
	for _, p := range people {
		cb, back := s.choose(auth.Start{Purpose: auth.ForSignIn}, p.User.ID)
		if !p.User.Enabled {
			if back {
				t.Errorf("%s is disabled and was sent back", p.User.DisplayName)
			}
			continue
		}
		done, err := s.Complete(t.Context(), cb)
		guest := strings.Contains(p.User.UPN, "#EXT#")
		switch {
		case guest || len(p.Roles) == 0:
			out++
			if err == nil || !guest && !auth.IsNoRole(err) {
				t.Errorf("%s (%v): signed in: %v", p.User.DisplayName, p.Roles, err)
			}
		case err != nil:
			t.Errorf("%s: %v", p.User.DisplayName, err)
		default:
			in++
			if len(done.Person.Roles) != len(p.Roles) || done.Person.ObjectID != strings.ToLower(p.User.ID) {
				t.Errorf("%s: %+v, want roles %v", p.User.DisplayName, done.Person, p.Roles)
			}
		}
	}
	if in < 6 || out < 2 {
		t.Errorf("%d signed in, %d refused", in, out)
	}
}

func TestStepUpAndRenewalAtTheStandIn(t *testing.T) {
	t.Parallel()
	s := openStandIn(t, true)
	ana := s.world.DemoPeople()[0]
	cb, _ := s.choose(auth.Start{Purpose: auth.ForSignIn}, ana.User.ID)
	done, err := s.Complete(t.Context(), cb)
	if err != nil {
		t.Fatal(err)
	}
	cookie := sessionCookie(t, s.Service, done.Cookies)
	sess, err := s.Lookup(t.Context(), cookie, client)
	if err != nil || !sess.Recent(time.Now()) {
		t.Fatalf("session %+v, %v", sess, err)
	}
	if cb, _ = s.choose(auth.Start{Purpose: auth.ForRenewal, Session: &sess}, ""); cb.Query.Get("code") == "" {
		t.Fatalf("renewal: %v", cb.Query)
	}
	cb.Session = cookie
	if _, err := s.Complete(t.Context(), cb); err != nil {
		t.Errorf("renewal: %v", err)
	}
	cb, _ = s.choose(auth.Start{Purpose: auth.ForStepUp, Session: &sess}, ana.User.ID)
	cb.Session = cookie
	if done, err = s.Complete(t.Context(), cb); err != nil || sessionCookie(t, s.Service, done.Cookies) == cookie {
		t.Errorf("step-up: %v", err)
	}
	s.browser.Jar, _ = cookiejar.New(nil)
	if cb, _ = s.choose(auth.Start{Purpose: auth.ForRenewal, Session: &sess}, ""); cb.Query.Get("error") != "login_required" {
		t.Errorf("a renewal in a browser that the provider does not know: %v", cb.Query)
	}
}

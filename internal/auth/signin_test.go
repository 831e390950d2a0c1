package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

func TestSignInWithEntra(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	p.issuer.SignInAs(authtest.Person("ana", "approver", "viewer", "something.else"))
	cookie, done := p.signIn()
	if done.ReturnTo != "/workspaces?q=x" || done.Purpose != auth.ForSignIn {
		t.Errorf("completed = %+v", done)
	}
	s := p.mustLookup(cookie)
	who := s.Person
	if who.TenantID != authtest.Directory || who.ObjectID != authtest.ObjectID("ana") || who.Name != "Ana" || who.Address != "ana@contoso.example" {
		t.Errorf("person = %+v", who)
	}
	if len(who.Roles) != 2 || who.Roles[0] != auth.Viewer || who.Roles[1] != auth.Approver {
		t.Errorf("roles = %v", who.Roles)
	}
	if !s.Recent(p.now()) {
		t.Error("just signed in, and not recent")
	}
	es := p.entries()
	if len(es) != 1 || es[0].Action != ledger.SignIn || es[0].Outcome != ledger.Done || es[0].Actor.ID != who.ObjectID || es[0].IP != client.IP || es[0].Details[ledger.Roles] != "viewer approver" {
		t.Errorf("ledger = %+v", es)
	}
}

func TestSignInWithAnotherProvider(t *testing.T) {
	t.Parallel()
	p := open(t, false, func(c *auth.Config) {
		c.RolesClaim, c.Roles = "realm_access.roles", map[string]string{"bi-readers": "viewer", "bi-owners": "admin"}
	})
	p.issuer.SignInAs(authtest.Claims{"sub": "s-1", "name": "Bo", "email": "bo@example.org", "realm_access": map[string]any{"roles": []string{"bi-owners", "offline"}}})
	cookie, _ := p.signIn()
	who := p.mustLookup(cookie).Person
	if who.TenantID != p.issuer.URL || who.ObjectID != "s-1" || !who.Has(auth.Admin) || who.Has(auth.Viewer) {
		t.Errorf("person = %+v", who)
	}
}

func TestAuthorizationRequest(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	a, b := p.begin(auth.Start{}), p.begin(auth.Start{})
	qa, qb := query(t, a.url), query(t, b.url)
	for name, want := range map[string]string{"response_type": "code", "code_challenge_method": "S256", "client_id": authtest.ClientID, "redirect_uri": "http://127.0.0.1:8080/login/callback"} {
		if qa.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, qa.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(qa.Get(name)) < 43 || qa.Get(name) == qb.Get(name) {
			t.Errorf("%s = %q and %q: must be 256 fresh bits", name, qa.Get(name), qb.Get(name))
		}
	}
	if strings.Contains(a.url, authtest.Secret) {
		t.Error("the client's secret is in the address")
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		url, session, attempt string
		secure                bool
	}{
		{"https://governance.example.com", "__Host-steward", "__Host-steward-login", true},
		{"http://127.0.0.1:8080", "steward-8080", "steward-login-8080", false},
	} {
		p := open(t, true, func(c *auth.Config) { c.PublicURL = tc.url })
		v := p.begin(auth.Start{})
		done, err := p.Complete(t.Context(), v.Callback)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, c := range done.Cookies {
			names[c.Name] = true
			if !c.HttpOnly || c.Secure != tc.secure || c.Path != "/" || c.Domain != "" || c.SameSite == 0 {
				t.Errorf("%s: cookie %s", tc.url, c)
			}
			if err := c.Valid(); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
		if !names[tc.session] || !names[tc.attempt] {
			t.Errorf("%s: cookies %v", tc.url, names)
		}
	}
}

func TestTwoTabsSignInAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	a := p.begin(auth.Start{ReturnTo: "/a"})
	b := p.begin(auth.Start{ReturnTo: "/b", Browser: a.Browser})
	if a.Browser != b.Browser {
		t.Fatal("the second tab changed the cookie of the first")
	}
	for _, v := range []visit{b, a} {
		if _, err := p.Complete(t.Context(), v.Callback); err != nil {
			t.Error(err)
		}
	}
}

func TestSignInEndsTheSessionBefore(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	first, _ := p.signIn()
	v := p.begin(auth.Start{})
	v.Session = first
	done, err := p.Complete(t.Context(), v.Callback)
	if err != nil {
		t.Fatal(err)
	}
	if second := sessionCookie(t, p.Service, done.Cookies); second == first {
		t.Error("the id was kept")
	}
	if _, err := p.lookup(first); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the old session: %v", err)
	}
	if p.sessionCount() != 1 {
		t.Errorf("%d sessions", p.sessionCount())
	}
}

// A provider that is down keeps nobody out for longer than it is down.
func TestProviderDownAtStart(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	p.issuer.Fail("/openid-configuration", 503)
	for range 20 {
		if _, err := p.Begin(t.Context(), auth.Start{Purpose: auth.ForSignIn}); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("begin: %v", err)
		}
	}
	if n := p.issuer.Count("/openid-configuration"); n != 1 {
		t.Errorf("asked %d times within a moment", n)
	}
	p.issuer.Fail("/openid-configuration", 0)
	p.advance(6 * time.Second)
	p.signIn()
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := auth.Config{Kind: auth.Entra, Issuer: "https://login.microsoftonline.com/" + authtest.Directory + "/v2.0", ClientID: "c", PublicURL: "https://x.example"}
	if _, err := auth.New(good); err != nil {
		t.Fatalf("good: %v", err)
	}
	for name, change := range map[string]func(*auth.Config){
		"no issuer":            func(c *auth.Config) { c.Issuer = "" },
		"no client":            func(c *auth.Config) { c.ClientID = "" },
		"common":               func(c *auth.Config) { c.Issuer = "https://login.microsoftonline.com/common/v2.0" },
		"organizations":        func(c *auth.Config) { c.Issuer = "https://login.microsoftonline.com/organizations/v2.0" },
		"kind not said":        func(c *auth.Config) { c.Kind = "" },
		"unknown role":         func(c *auth.Config) { c.Roles = map[string]string{"x": "superuser"} },
		"plain http":           func(c *auth.Config) { c.PublicURL = "http://governance.example.com" },
		"public url with path": func(c *auth.Config) { c.PublicURL = "https://x.example/steward" },
		"no public url":        func(c *auth.Config) { c.PublicURL = "" },
	} {
		cfg := good
		change(&cfg)
		if _, err := auth.New(cfg); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

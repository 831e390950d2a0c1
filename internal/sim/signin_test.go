package sim_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"steward/internal/sim"
	"steward/internal/sim/entra"
)

const (
	portalID = "0f0f0f0f-1111-2222-3333-444444444444"
	back     = "http://127.0.0.1:8080/login/callback"
)

// portal is a stand-in at which people can sign in, and a browser.
func portal(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, func(c *sim.Config) {
		c.SignIn = entra.SignIn{ClientID: portalID, ClientSecret: "portal secret", RedirectURIs: []string{back}}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.http.Jar = jar
	return b
}

func (b *bundle) authority() string { return b.at.Authority + "/" + b.world.Config().TenantID }

// ask is a good authorization request with the given changes.
func ask(changes ...string) url.Values {
	sum := sha256.Sum256([]byte("verifier"))
	v := url.Values{"client_id": {portalID}, "response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid profile"},
		"state": {"st"}, "nonce": {"no"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// choose clicks on a person and returns where the browser is sent.
func (b *bundle) choose(person string, q url.Values) url.Values {
	b.t.Helper()
	r := b.form(b.authority()+"/oauth2/v2.0/authorize", url.Values{"request": {q.Encode()}, "person": {person}})
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != 303 || !strings.HasPrefix(to.String(), back) {
		b.t.Fatalf("after choosing: %d to %q: %s", r.status, r.header.Get("Location"), r.body)
	}
	return to.Query()
}

func (b *bundle) redeem(changes ...string) reply {
	v := url.Values{"grant_type": {"authorization_code"}, "client_id": {portalID}, "client_secret": {"portal secret"},
		"redirect_uri": {back}, "code_verifier": {"verifier"}}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return b.form(b.authority()+"/oauth2/v2.0/token", v)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := portal(t)
	people := b.world.DemoPeople()
	if len(people) < 3 {
		t.Fatal("the tenant has nobody to sign in as")
	}
	page := b.doGet(b.authority() + "/oauth2/v2.0/authorize?" + ask().Encode())
	for _, p := range people {
		if !strings.Contains(string(page.body), p.User.ID) {
			t.Errorf("%s is not on the page", p.User.DisplayName)
		}
	}
	provider, err := oidc.NewProvider(context.Background(), b.at.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if !p.User.Enabled {
			continue
		}
		q := b.choose(p.User.ID, ask("max_age", "0"))
		if q.Get("state") != "st" {
			t.Errorf("state is %q", q.Get("state"))
		}
		var tokens struct {
			ID string `json:"id_token"`
		}
		b.redeem("code", q.Get("code")).decode(&tokens)
		id, err := provider.Verifier(&oidc.Config{ClientID: portalID}).Verify(context.Background(), tokens.ID)
		if err != nil {
			t.Fatal(err)
		}
		var claims struct {
			OID, TID, Nonce, Ver string
			Name                 string `json:"preferred_username"`
			Roles                []string
			At                   int64 `json:"auth_time"`
		}
		if err := id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		if claims.OID != p.User.ID || claims.TID != b.world.Config().TenantID || claims.Nonce != "no" || claims.Ver != "2.0" ||
			claims.Name != p.User.UPN || strings.Join(claims.Roles, " ") != strings.Join(p.Roles, " ") || time.Since(time.Unix(claims.At, 0)) > 10*time.Minute {
			t.Errorf("claims of %s are %+v", p.User.DisplayName, claims)
		}
	}
}

func (b *bundle) doGet(to string) reply {
	b.t.Helper()
	req, err := http.NewRequest("GET", to, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	b := portal(t)
	at := b.authority() + "/oauth2/v2.0/authorize?"
	for name, c := range map[string]struct {
		ask  url.Values
		code string
	}{
		"another app":      {ask("client_id", "x"), "AADSTS700016"},
		"another redirect": {ask("redirect_uri", "https://evil.example/"), "AADSTS50011"},
	} {
		if r := b.doGet(at + c.ask.Encode()); r.status != 400 || !strings.Contains(string(r.body), c.code) || r.header.Get("Location") != "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	for name, q := range map[string]url.Values{"no openid": ask("scope", "email"), "implicit": ask("response_type", "token"),
		"plain challenge": ask("code_challenge_method", "plain"), "max_age": ask("max_age", "-1"), "claims": ask("claims", "{")} {
		r := b.doGet(at + q.Encode())
		if to, _ := url.Parse(r.header.Get("Location")); to == nil || to.Query().Get("error") != "invalid_request" {
			t.Errorf("%s: %d to %q", name, r.status, r.header.Get("Location"))
		}
	}
	r := b.doGet(at + ask("prompt", "none").Encode())
	if !strings.Contains(r.header.Get("Location"), "error=login_required") {
		t.Errorf("prompt=none without a session: %q", r.header.Get("Location"))
	}
}

func TestCodesAreUsedOnce(t *testing.T) {
	t.Parallel()
	b := portal(t)
	people := b.world.DemoPeople()
	if len(people) == 0 {
		t.Fatal("the tenant has nobody to sign in as")
	}
	code := func(changes ...string) string { return b.choose(people[0].User.ID, ask(changes...)).Get("code") }
	good := code()
	b.redeem("code", good).want(200, "id_token")
	b.redeem("code", good).want(400, "invalid_grant")
	b.redeem("code", code(), "code_verifier", "another").want(400, "code_verifier")
	b.redeem("code", code(), "redirect_uri", "https://evil.example/").want(400, "reply URL")
	b.redeem("code", code(), "client_secret", "wrong").want(401, "AADSTS7000215")
	step := code("claims", `{"id_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	r := b.redeem("code", step)
	var tokens struct {
		ID string `json:"id_token"`
	}
	r.decode(&tokens)
	middle, _ := base64.RawURLEncoding.DecodeString(strings.Split(tokens.ID, ".")[1])
	if !strings.Contains(string(middle), `"acrs":["c1"]`) {
		t.Errorf("the demanded context is not in %s", middle)
	}
	silent := b.doGet(b.authority() + "/oauth2/v2.0/authorize?" + ask("prompt", "none").Encode())
	if !strings.Contains(silent.header.Get("Location"), "code=") {
		t.Errorf("prompt=none with a session: %q", silent.header.Get("Location"))
	}
	out := b.doGet(b.authority() + "/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape("http://127.0.0.1:8080/"))
	if out.header.Get("Location") != "http://127.0.0.1:8080/" {
		t.Errorf("signing out leads to %q", out.header.Get("Location"))
	}
	if evil := b.doGet(b.authority() + "/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/"); evil.header.Get("Location") != "" {
		t.Errorf("signing out leads to %q", evil.header.Get("Location"))
	}
	silent = b.doGet(b.authority() + "/oauth2/v2.0/authorize?" + ask("prompt", "none").Encode())
	if !strings.Contains(silent.header.Get("Location"), "login_required") {
		t.Errorf("prompt=none after signing out: %q", silent.header.Get("Location"))
	}
}

package auth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/fault"
)

// TestRolesInManyForms reads roles from where other providers put them.
func TestRolesInManyForms(t *testing.T) {
	t.Parallel()
	auditors := map[string]string{"gov-auditors": "auditor", "gov-viewers": "viewer"}
	for name, c := range map[string]struct {
		claim  string
		claims authtest.Claims
		info   authtest.Claims
		want   string // empty: refused
	}{
		"groups":                      {"groups", authtest.Claims{"groups": []string{"staff", "gov-auditors"}}, nil, "auditor"},
		"a path":                      {"realm_access.roles", authtest.Claims{"realm_access": map[string]any{"roles": []string{"gov-auditors"}}}, nil, "auditor"},
		"a path with dots in a name":  {"resource_access.portal.example.roles", authtest.Claims{"resource_access": map[string]any{"portal.example": map[string]any{"roles": []string{"gov-auditors"}}}}, nil, "auditor"},
		"a name like an address":      {"https://portal.example/roles", authtest.Claims{"https://portal.example/roles": []string{"gov-auditors"}}, nil, "auditor"},
		"one text":                    {"role", authtest.Claims{"role": "gov-auditors"}, nil, "auditor"},
		"one text, several":           {"role", authtest.Claims{"role": "staff gov-auditors gov-viewers"}, nil, "viewer auditor"},
		"an object":                   {"urn:zitadel:iam:org:project:roles", authtest.Claims{"urn:zitadel:iam:org:project:roles": map[string]any{"gov-auditors": map[string]string{"1": "a.example"}}}, nil, "auditor"},
		"at userinfo only":            {"groups", authtest.Claims{}, authtest.Claims{"sub": "sub-ana", "groups": []string{"gov-auditors"}}, "auditor"},
		"userinfo about someone else": {"groups", authtest.Claims{}, authtest.Claims{"sub": "sub-ben", "groups": []string{"gov-auditors"}}, ""},
		"userinfo adds to no token":   {"groups", authtest.Claims{"groups": []string{}}, authtest.Claims{"sub": "sub-ana", "groups": []string{"gov-auditors"}}, ""},
		"no claim":                    {"groups", authtest.Claims{}, nil, ""},
		"a number":                    {"groups", authtest.Claims{"groups": 7}, nil, ""},
		"null":                        {"groups", authtest.Claims{"groups": nil}, nil, ""},
		"a list of lists":             {"groups", authtest.Claims{"groups": [][]string{{"gov-auditors"}}}, nil, ""},
		"nothing mapped":              {"groups", authtest.Claims{"groups": []string{"staff", "auditor"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, false, func(cfg *auth.Config) { cfg.RolesClaim, cfg.Roles = c.claim, auditors })
			user := authtest.Claims{"sub": "sub-ana", "name": "Ana", "email": "ana@contoso.example"}
			for k, v := range c.claims {
				user[k] = v
			}
			p.issuer.SignInAs(user)
			p.issuer.Tell(c.info)
			p.issuer.Discovery(func(d map[string]any) { d["userinfo_endpoint"] = p.issuer.URL + "/userinfo" })
			done, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback)
			if c.want == "" {
				if err == nil || p.sessionCount() != 0 {
					t.Errorf("signed in with %v", done.Person.Roles)
				}
				return
			}
			var got []string
			for _, r := range done.Person.Roles {
				got = append(got, string(r))
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("roles %v, %v", got, err)
			}
		})
	}
}

// TestEntraRolesStayStrict: what is taken from others is not taken from Entra ID,
// whose roles claim has one form.
func TestEntraRolesStayStrict(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	for _, value := range []any{"auditor", map[string]string{"auditor": "x"}} {
		user := authtest.Person("ana")
		user["roles"] = value
		p.issuer.SignInAs(user)
		if _, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback); !auth.IsNoRole(err) {
			t.Errorf("%v: %v", value, err)
		}
	}
}

// TestOtherKeys signs with what other providers sign with.
func TestOtherKeys(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, false, nil)
	p.issuer.Publish("ec1", &ec.PublicKey)
	p.issuer.Publish("ed1", ed.Public())
	p.issuer.Discovery(func(d map[string]any) {
		d["id_token_signing_alg_values_supported"] = []string{"RS256", "ES256", "PS256", "EdDSA", "ML-DSA-65"}
		delete(d, "end_session_endpoint")
		delete(d, "scopes_supported")
		d["mtls_endpoint_aliases"], d["claims_supported"], d["x_extra"] = map[string]any{"token_endpoint": 7}, []string{"a"}, []any{nil, map[string]any{}}
		d["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt", "client_secret_post"}
	})
	for _, c := range []struct {
		alg jose.SignatureAlgorithm
		kid string
		key any
	}{{jose.ES256, "ec1", ec}, {jose.EdDSA, "ed1", ed}, {jose.PS256, "k1", nil}, {jose.RS256, "k1", nil}} {
		p.issuer.Forge(func(f *authtest.Forgery) {
			f.Alg, f.Header["kid"] = c.alg, c.kid
			if c.key != nil {
				f.Key = c.key
			}
			delete(f.Header, "typ")
		})
		if _, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback); err != nil {
			t.Errorf("%s: %v", c.alg, err)
		}
	}
	if p.SignOutURL(t.Context()) != "" {
		t.Error("a place to sign out at, of a provider that has none")
	}
}

// TestIssuerLetterByLetter: a slash too many is told with both spellings.
func TestIssuerLetterByLetter(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	p.issuer.Discovery(func(d map[string]any) { d["issuer"] = p.issuer.URL + "/" })
	_, err := p.Begin(t.Context(), auth.Start{Purpose: auth.ForSignIn})
	contains(t, fault.Sentence(err), `"`+p.issuer.URL+`/"`, `"`+p.issuer.URL+`"`, "a slash at the end counts")
}

// TestClocksThatDiffer: minutes of difference are said to be that.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	for name, shift := range map[string]time.Duration{"ahead": 7 * time.Minute, "far behind": -70 * time.Minute, "behind": -12 * time.Minute} {
		p := open(t, false, nil)
		p.issuer.Forge(func(f *authtest.Forgery) {
			for _, claim := range []string{"iat", "nbf", "exp", "auth_time"} {
				f.Claims[claim] = f.Claims[claim].(int64) + int64(shift.Seconds()) //nolint:forcetypeassert // the issuer's own
			}
		})
		_, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback)
		if err == nil || !strings.Contains(fault.Sentence(err), "clocks") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := open(t, false, nil)
	p.issuer.Forge(func(f *authtest.Forgery) { f.Claims["iat"] = f.Claims["iat"].(int64) + 240 }) //nolint:forcetypeassert // the issuer's own
	p.signIn()
}

// TestLessScopes: a provider that offers refresh tokens, but not to us, is asked
// for less the second time.
func TestLessScopes(t *testing.T) {
	t.Parallel()
	p := open(t, false, func(c *auth.Config) { c.AskFor = []string{"groups"} })
	v := p.begin(auth.Start{})
	if got := query(t, v.url).Get("scope"); got != "openid profile email groups offline_access" {
		t.Errorf("asks for %q", got)
	}
	v.Query.Del("code")
	v.Query.Set("error", "invalid_scope")
	if _, err := p.Complete(t.Context(), v.Callback); err == nil || !strings.Contains(fault.Sentence(err), "asks for less") {
		t.Errorf("refused with %v", err)
	}
	if got := query(t, p.begin(auth.Start{}).url).Get("scope"); got != "openid profile email groups" {
		t.Errorf("asks again for %q", got)
	}
}

// TestAuthenticationContext asks for a Conditional Access authentication
// context: a confirmation without it does not count, nor does a sign-in.
func TestAuthenticationContext(t *testing.T) {
	t.Parallel()
	p := open(t, true, func(c *auth.Config) { c.AuthContext = "c1" })
	cookie, _ := p.signIn()
	s := p.mustLookup(cookie)
	if s.Recent(p.now()) {
		t.Error("a sign-in without the context counts as a confirmation")
	}
	confirm := func(acrs any) error {
		p.issuer.Forge(func(f *authtest.Forgery) {
			if acrs != nil {
				f.Claims["acrs"] = acrs
			}
		})
		v := p.begin(auth.Start{Purpose: auth.ForStepUp, Session: &s})
		if got := query(t, v.url).Get("claims"); got != `{"id_token":{"acrs":{"essential":true,"value":"c1"}}}` {
			t.Errorf("asks for claims %q", got)
		}
		v.Session = cookie
		done, err := p.Complete(t.Context(), v.Callback)
		if err == nil {
			cookie = sessionCookie(t, p.Service, done.Cookies)
			s = p.mustLookup(cookie)
		}
		return err
	}
	for _, acrs := range []any{nil, []string{}, []string{"c2"}, []string{"c11"}, "c", 1, []string{"C1"}} {
		if err := confirm(acrs); auth.RuleOf(err) != "acrs" || p.mustLookup(cookie).Recent(p.now()) {
			t.Errorf("acrs %v: %v", acrs, err)
		}
	}
	if err := confirm([]string{"c2", "c1"}); err != nil || !s.Recent(p.now()) {
		t.Errorf("with the context: %v, %+v", err, s)
	}
	p.advance(11 * time.Minute)
	if p.mustLookup(cookie).Recent(p.now()) {
		t.Error("recent after eleven minutes")
	}
}

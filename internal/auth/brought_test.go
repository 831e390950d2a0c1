package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
)

// The tests of this file are what strangers bring along: other providers' ways
// that are right, and forgeries that no list names.

// as signs one person in whose token was changed so; the error says whether.
func (p *portal) as(change func(*authtest.Forgery)) (auth.Completed, error) {
	p.issuer.Forge(change)
	return p.Complete(p.t.Context(), p.begin(auth.Start{}).Callback)
}

// TestWaysOfOtherProviders are tokens and documents that are within the
// standard, and are taken.
func TestWaysOfOtherProviders(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*authtest.Forgery){
		"one audience in a list": claim("aud", []string{authtest.ClientID}),
		"several audiences, issued to us": func(f *authtest.Forgery) {
			f.Claims["aud"], f.Claims["azp"] = []string{"an-api", authtest.ClientID}, authtest.ClientID
		},
		"azp beside one audience": claim("azp", authtest.ClientID),
		"times with fractions": func(f *authtest.Forgery) {
			f.Claims["iat"], f.Claims["exp"] = float64(soon(0))+0.25, float64(soon(time.Minute))+0.5
		},
		"without nbf and auth_time": func(f *authtest.Forgery) { delete(f.Claims, "nbf"); delete(f.Claims, "auth_time") },
		"type in small letters":     func(f *authtest.Forgery) { f.Header["typ"] = "jwt" },
		"no type":                   func(f *authtest.Forgery) { delete(f.Header, "typ") },
		"no key id":                 func(f *authtest.Forgery) { delete(f.Header, "kid") },
		"four minutes slow":         claim("iat", soon(-4*time.Minute)),
		"roles as one text":         claim("roles", "viewer"),
		"claims of all kinds":       claim("address", map[string]any{"a": []any{nil, 1, map[string]any{"<script>": strings.Repeat("x", 50000)}}}),
		"no name, no address":       func(f *authtest.Forgery) { delete(f.Claims, "name"); delete(f.Claims, "email") },
		"a subject with a bar":      claim("sub", "auth0|5f7c"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, false, nil)
			if _, err := p.as(change); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestForgeriesBroughtAlong are refused by another provider's rules, too.
func TestForgeriesBroughtAlong(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, false, nil)
	p.issuer.Publish("ec1", &ec.PublicKey)
	for _, tc := range []forged{
		{name: "a key of ours for an algorithm that was not announced", rule: "algorithm", token: func(f *authtest.Forgery) { f.Alg, f.Key, f.Header["kid"] = jose.ES256, ec, "ec1" }},
		{name: "key within the token", rule: "", token: func(f *authtest.Forgery) {
			_, bad := authtest.Keys()
			f.Key, f.Header["jwk"], f.Header["kid"] = bad, map[string]any{"kty": "RSA"}, "mine"
		}},
		{name: "key at an address within the token", rule: "signature", token: func(f *authtest.Forgery) {
			_, f.Key = authtest.Keys()
			f.Header["jku"] = p.issuer.URL + "/stranger"
		}},
		{name: "six minutes old", rule: "iat", token: claim("iat", soon(-6*time.Minute))},
		{name: "iat as a text", rule: "iat", token: claim("iat", "1790000000")},
		{name: "iat below zero", rule: "iat", token: claim("iat", -1)},
		{name: "exp beyond all time", rule: "", token: claim("exp", "never")},
		{name: "audience as an object", rule: "", token: claim("aud", map[string]any{authtest.ClientID: true})},
		{name: "audience that only begins like ours", rule: "audience", token: claim("aud", authtest.ClientID+".evil.example")},
		{name: "issuer in other case", rule: "issuer", token: func(f *authtest.Forgery) { f.Claims["iss"] = strings.ToUpper(f.Claims["iss"].(string)) }}, //nolint:forcetypeassert // the issuer's own
		{name: "issuer as a list", rule: "", token: func(f *authtest.Forgery) { f.Claims["iss"] = []any{f.Claims["iss"]} }},
		{name: "subject as a number", rule: "", token: claim("sub", 7)},
		{name: "endless subject", rule: "sub", token: claim("sub", strings.Repeat("s", 256))},
		{name: "nonce as a list", rule: "", token: func(f *authtest.Forgery) { f.Claims["nonce"] = []any{f.Claims["nonce"]} }},
		{name: "roles of a person deeper down", rule: "roles", token: func(f *authtest.Forgery) {
			delete(f.Claims, "roles")
			f.Claims["a"] = map[string]any{"roles": []string{"admin"}}
		}},
		{name: "roles in other case of name", rule: "roles", token: func(f *authtest.Forgery) { delete(f.Claims, "roles"); f.Claims["Roles"] = []string{"admin"} }},
		{name: "more than a mebibyte", rule: "", token: claim("address", strings.Repeat("x", 1<<20))},
	} {
		t.Run(tc.name, func(t *testing.T) { tryForgery(t, p, tc) })
	}
	if n := p.issuer.Count("/stranger"); n != 0 {
		t.Errorf("an address in the token was asked %d times", n)
	}
}

// TestIssuersWithPathsAndSlashes: the issuer is compared letter by letter, and
// found where the standard says.
func TestIssuersWithPathsAndSlashes(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"/", "/realms/steward", "/realms/steward/", "/a/b.c/~d"} {
		p := open(t, false, nil)
		p.issuer.URL += end
		var err error
		cfg := auth.Config{DB: p.db, Kind: auth.OIDC, Issuer: p.issuer.URL, ClientID: authtest.ClientID, PublicURL: "http://127.0.0.1:8080", Now: p.now, ClientSecret: p.secretRef()}
		if p.Service, err = auth.New(cfg); err != nil {
			t.Fatal(err)
		}
		if _, done := p.signIn(); done.Person.Issuer != p.issuer.URL {
			t.Errorf("%s: issuer %q", end, done.Person.Issuer)
		}
	}
}

// TestReplyNamesItsIssuer is RFC 9207: a provider that announces iss must send
// it, with every reply, and it must be its own.
func TestReplyNamesItsIssuer(t *testing.T) {
	t.Parallel()
	for _, announced := range []bool{false, true} {
		p := open(t, false, nil)
		p.issuer.Discovery(func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = announced })
		for iss, ok := range map[string]bool{"": !announced, p.issuer.URL: true, p.issuer.URL + "/": false, "https://evil.example": false} {
			v := p.begin(auth.Start{})
			if iss != "" {
				v.Query.Set("iss", iss)
			}
			if _, err := p.Complete(t.Context(), v.Callback); (err == nil) != ok {
				t.Errorf("announced %v, iss %q: %v", announced, iss, err)
			}
		}
		v := p.begin(auth.Start{})
		v.Query = url.Values{"state": {v.Query.Get("state")}, "error": {"access_denied"}, "iss": {"https://evil.example"}}
		if _, err := p.Complete(t.Context(), v.Callback); auth.RuleOf(err) != "iss parameter" {
			t.Errorf("another's error: %v", err)
		}
	}
}

// TestKeySetsAsTheyCome: two keys under one id, keys of kinds we do not know or
// that are for something else, and a set that is no set.
func TestKeySetsAsTheyCome(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	_, bad := authtest.Keys()
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shared := []byte(strings.Repeat("k", 32))
	p.issuer.Publish("k1", &ec.PublicKey) // the same id as the provider's RSA key
	p.issuer.Publish("", &bad.PublicKey)  // no id
	p.issuer.Publish("oct", shared)       // a secret to sign with, in public
	for i := range 500 {
		p.issuer.Publish("old"+strings.Repeat("x", i), &ec.PublicKey)
	}
	p.signIn()
	if _, err := p.as(func(f *authtest.Forgery) { f.Alg, f.Key, f.Header["kid"] = jose.HS256, shared, "oct" }); err == nil {
		t.Error("signed in with the shared secret that is published")
	}
}

// TestLongNamesAreCut: what a provider says of a person's name is not kept
// without end, nor is anything of it lost that tells people apart.
func TestLongNamesAreCut(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	p.issuer.SignInAs(authtest.Claims{"sub": strings.Repeat("s", 255), "name": strings.Repeat("é", 100000), "email": strings.Repeat("a", 100000), "roles": []string{"viewer"}})
	cookie, _ := p.signIn()
	who := p.mustLookup(cookie).Person
	if len(who.ObjectID) != 255 || len([]rune(who.Name)) != 201 || len(who.Address) > 210 {
		t.Errorf("key of %d bytes, name of %d letters, address of %d bytes", len(who.ObjectID), len([]rune(who.Name)), len(who.Address))
	}
}

// TestTwoTabsOfOneBrowser signs in from two tabs that share their cookies, in
// both orders, as a browser keeps them: the tab that is later still has the
// cookie that binds its sign-in, and the last one to end removes it.
func TestTwoTabsOfOneBrowser(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		p := open(t, false, nil)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		at := &url.URL{Scheme: "http", Host: "127.0.0.1:8080", Path: "/login/callback"}
		sent := func(name string) string {
			for _, c := range jar.Cookies(at) {
				if c.Name == name {
					return c.Value
				}
			}
			return ""
		}
		var tabs []visit
		for range 2 {
			to, err := p.Begin(t.Context(), auth.Start{Purpose: auth.ForSignIn, Browser: sent(p.AttemptCookie())})
			if err != nil {
				t.Fatal(err)
			}
			jar.SetCookies(at, []*http.Cookie{to.Cookie})
			tabs = append(tabs, visit{auth.Callback{Query: p.issuer.Visit(t, to.URL), Client: client}, to.URL})
		}
		for _, n := range order {
			cb := tabs[n].Callback
			cb.Browser, cb.Session = sent(p.AttemptCookie()), sent(p.SessionCookie())
			done, err := p.Complete(t.Context(), cb)
			if err != nil {
				t.Fatalf("tab %d of %v: %v", n, order, err)
			}
			jar.SetCookies(at, done.Cookies)
		}
		if sent(p.AttemptCookie()) != "" || p.sessionCount() != 1 {
			t.Errorf("%v: cookie %q, %d sessions", order, sent(p.AttemptCookie()), p.sessionCount())
		}
		p.mustLookup(sent(p.SessionCookie()))
	}
}

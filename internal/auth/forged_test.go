package auth_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/ledger"
)

// forged is one sign-in that must not succeed.
type forged struct {
	name string
	// rule is what the ledger must name, in part.
	rule  string
	token func(*authtest.Forgery)
	// reply changes the world after the visit, and what the browser brings back.
	reply func(*portal, *visit)
}

func (p *portal) setSecret(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.secret, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func claim(name string, value any) func(*authtest.Forgery) {
	return func(f *authtest.Forgery) { f.Claims[name] = value }
}

func without(name string) func(*authtest.Forgery) {
	return func(f *authtest.Forgery) { delete(f.Claims, name) }
}

func unsigned(f *authtest.Forgery) {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	body, _ := json.Marshal(f.Claims)
	f.Raw = head + "." + base64.RawURLEncoding.EncodeToString(body) + "."
}

func hmacWithPublicKey(f *authtest.Forgery) {
	key, _ := authtest.Keys()
	der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	f.Alg, f.Key = jose.HS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func strangersKey(f *authtest.Forgery) { _, f.Key = authtest.Keys() }

func soon(d time.Duration) int64 {
	return time.Date(2026, 9, 25, 8, 0, 0, 0, time.UTC).Add(d).Unix()
}

const otherDirectory = "99999999-2222-4333-8444-555555555555"

func guestOf(f *authtest.Forgery) { f.Claims["acct"] = 1 }

var forgeries = []forged{
	{name: "wrong key", rule: "signature", token: strangersKey},
	{name: "alg none", rule: "token form", token: unsigned},
	{name: "HS256 with the public key", rule: "token form", token: hmacWithPublicKey},
	{name: "unknown kid", rule: "signature", token: func(f *authtest.Forgery) { f.Header["kid"] = "nobody" }},
	{name: "no signature part", rule: "signature", token: func(f *authtest.Forgery) { s := authtest.Sign(f); f.Raw = s[:strings.LastIndex(s, ".")+1] }},
	{name: "payload changed", rule: "signature", token: func(f *authtest.Forgery) {
		parts := strings.Split(authtest.Sign(f), ".")
		f.Claims["oid"] = authtest.ObjectID("admin")
		body, _ := json.Marshal(f.Claims)
		f.Raw = parts[0] + "." + base64.RawURLEncoding.EncodeToString(body) + "." + parts[2]
	}},
	{name: "not a token", rule: "token form", token: func(f *authtest.Forgery) { f.Raw = "hello" }},
	{name: "wrong iss", rule: "issuer", token: claim("iss", "https://login.microsoftonline.com/"+otherDirectory+"/v2.0")},
	{name: "iss of common", rule: "issuer", token: claim("iss", "https://login.microsoftonline.com/common/v2.0")},
	{name: "v1.0 issuer", rule: "issuer", token: claim("iss", "https://sts.windows.net/"+authtest.Directory+"/")},
	{name: "iss with a slash more", rule: "issuer", token: func(f *authtest.Forgery) { f.Claims["iss"] = f.Claims["iss"].(string) + "/" }},
	{name: "wrong aud", rule: "audience", token: claim("aud", "someone-else")},
	{name: "aud list without azp", rule: "azp", token: claim("aud", []string{authtest.ClientID, "someone-else"})},
	{name: "azp of another client", rule: "azp", token: claim("azp", "someone-else")},
	{name: "azp that is no text", rule: "azp", token: claim("azp", 7)},
	{name: "expired", rule: "expiry", token: claim("exp", soon(-time.Second))},
	{name: "no expiry", rule: "expiry", token: without("exp")},
	{name: "nbf ahead", rule: "nbf", token: claim("nbf", soon(4*time.Minute))},
	{name: "nbf far ahead", rule: "", token: claim("nbf", soon(time.Hour))},
	{name: "iat ahead", rule: "iat", token: claim("iat", soon(time.Hour))},
	{name: "iat long ago", rule: "iat", token: claim("iat", soon(-time.Hour))},
	{name: "no iat", rule: "iat", token: without("iat")},
	{name: "auth_time ahead", rule: "auth_time", token: claim("auth_time", soon(time.Hour))},
	{name: "nonce wrong", rule: "nonce", token: claim("nonce", "x")},
	{name: "nonce absent", rule: "nonce", token: without("nonce")},
	{name: "nonce in other case of name", rule: "nonce", token: func(f *authtest.Forgery) { f.Claims["Nonce"] = f.Claims["nonce"]; delete(f.Claims, "nonce") }},
	{name: "tid of another tenant", rule: "tid", token: claim("tid", otherDirectory)},
	{name: "tid absent", rule: "tid", token: without("tid")},
	{name: "no sub", rule: "sub", token: without("sub")},
	{name: "no oid", rule: "oid", token: without("oid")},
	{name: "oid that is an address", rule: "oid", token: claim("oid", "ana@contoso.example")},
	{name: "logout token", rule: "events", token: claim("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}})},
	{name: "logout token by type", rule: "typ", token: func(f *authtest.Forgery) { f.Header["typ"] = "logout+jwt" }},
	{name: "access token as ID token", rule: "scp", token: claim("scp", "user_impersonation")},
	{name: "access token by type", rule: "typ", token: func(f *authtest.Forgery) { f.Header["typ"] = "at+jwt" }},
	{name: "v1.0 token", rule: "ver", token: claim("ver", "1.0")},
	{name: "version absent", rule: "ver", token: without("ver")},
	{name: "at_hash of another token", rule: "at_hash", token: claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")},
	{name: "guest", rule: "guest", token: guestOf},
	{name: "guest from elsewhere with same name", rule: "guest", token: claim("idp", "https://sts.windows.net/"+otherDirectory+"/")},
	{name: "roles absent", rule: "roles absent", token: without("roles")},
	{name: "roles unknown", rule: "roles unknown", token: claim("roles", []string{"Viewer", "root"})},
	{name: "roles empty", rule: "roles unknown", token: claim("roles", []string{})},
	{name: "roles as a text", rule: "roles absent", token: claim("roles", "admin")},
	{name: "roles as numbers", rule: "roles absent", token: claim("roles", []int{1})},
	{name: "overage of roles", rule: "overage", token: func(f *authtest.Forgery) {
		f.Claims["_claim_names"] = map[string]string{"roles": "src1"}
		f.Claims["_claim_sources"] = map[string]any{"src1": map[string]string{"endpoint": f.Claims["iss"].(string) + "/overage"}}
	}},
	{name: "overage of groups", rule: "overage", token: func(f *authtest.Forgery) {
		delete(f.Claims, "roles")
		f.Claims["hasgroups"] = true
	}},
	{name: "no ID token in the reply", rule: "id_token", token: func(f *authtest.Forgery) { f.Reply["id_token"] = "" }},
	{name: "ID token is no text", rule: "id_token", token: func(f *authtest.Forgery) { f.Reply["id_token"] = 7 }},

	{name: "code replayed", rule: "code invalid_grant", reply: func(p *portal, v *visit) {
		other := p.begin(auth.Start{Browser: v.Browser})
		done := other.Callback
		if _, err := p.Complete(p.t.Context(), done); err != nil {
			p.t.Fatal(err)
		}
		v.Query.Set("code", done.Query.Get("code"))
	}},
	{name: "code of another sign-in: PKCE", rule: "code invalid_grant", reply: func(p *portal, v *visit) {
		v.Query.Set("code", p.begin(auth.Start{}).Query.Get("code"))
	}},
	{name: "code made up", rule: "code invalid_grant", reply: func(_ *portal, v *visit) { v.Query.Set("code", "x") }},
	{name: "code missing", rule: "code missing", reply: func(_ *portal, v *visit) { v.Query.Del("code") }},
	{name: "code twice", rule: "twice", reply: func(_ *portal, v *visit) { v.Query.Add("code", "x") }},
	{name: "code endless", rule: "code missing", reply: func(_ *portal, v *visit) { v.Query.Set("code", strings.Repeat("x", 9000)) }},
	{name: "state missing", rule: "state missing", reply: func(_ *portal, v *visit) { v.Query.Del("state") }},
	{name: "state twice", rule: "twice", reply: func(_ *portal, v *visit) { v.Query.Add("state", "x") }},
	{name: "state made up", rule: "state unknown", reply: func(_ *portal, v *visit) { v.Query.Set("state", strings.Repeat("A", 43)) }},
	{name: "state of someone else's sign-in", rule: "other browser", reply: func(p *portal, v *visit) { v.Query = p.begin(auth.Start{}).Query }},
	{name: "state replayed", rule: "state unknown", reply: func(p *portal, v *visit) {
		first := *v
		first.Query = url.Values{"state": {v.Query.Get("state")}, "code": {v.Query.Get("code")}}
		if _, err := p.Complete(p.t.Context(), first.Callback); err != nil {
			p.t.Fatal(err)
		}
	}},
	{name: "cookie missing", rule: "other browser", reply: func(_ *portal, v *visit) { v.Browser = "" }},
	{name: "cookie of another browser", rule: "other browser", reply: func(p *portal, v *visit) { v.Browser = p.begin(auth.Start{}).Browser }},
	{name: "eleven minutes later", rule: "too late", reply: func(p *portal, _ *visit) { p.advance(11 * time.Minute) }},
	{name: "reply names another issuer", rule: "iss parameter", reply: func(_ *portal, v *visit) { v.Query.Set("iss", "https://evil.example") }},
	{name: "provider says no", rule: "access_denied", reply: func(_ *portal, v *visit) {
		v.Query.Set("error", "access_denied")
		v.Query.Set("error_description", "<script>")
	}},
	{name: "provider says nonsense", rule: "unknown error", reply: func(_ *portal, v *visit) { v.Query.Set("error", "<script>alert(1)</script>") }},
	{name: "client secret wrong", rule: "provider", reply: func(p *portal, _ *visit) { p.setSecret("wrong-" + authtest.Secret) }},
	{name: "client secret gone", rule: "provider", reply: func(p *portal, _ *visit) { p.setSecret("") }},
	{name: "token endpoint down", rule: "provider", reply: func(p *portal, _ *visit) { p.issuer.Fail("/token", 502) }},
	{name: "keys down", rule: "provider", reply: func(p *portal, _ *visit) { p.issuer.Fail("/keys", 500) }},
}

func TestForgedSignIns(t *testing.T) {
	t.Parallel()
	if len(forgeries) < 60 {
		t.Fatalf("%d forgeries", len(forgeries))
	}
	// Tokens are tried one after the other at one portal; whatever bends the
	// world gets a portal of its own.
	shared := open(t, true, nil)
	for _, tc := range forgeries {
		if tc.reply == nil {
			t.Run(tc.name, func(t *testing.T) { tryForgery(t, shared, tc) })
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tryForgery(t, open(t, true, nil), tc)
		})
	}
	t.Logf("%d forged or misused sign-ins, all refused with one entry each", len(forgeries))
}

func tryForgery(t *testing.T, p *portal, tc forged) {
	t.Helper()
	p.t = t
	v := p.begin(auth.Start{})
	if tc.reply != nil {
		tc.reply(p, &v)
	}
	p.issuer.Forge(tc.token)
	before, sessions := len(p.entries()), p.sessionCount()
	done, err := p.Complete(t.Context(), v.Callback)
	if err == nil {
		t.Fatalf("signed in as %+v", done.Person)
	}
	if len(done.Cookies) != 0 || p.sessionCount() != sessions {
		t.Error("a session was begun")
	}
	es := p.entries()[before:]
	if len(es) != 1 {
		t.Fatalf("%d ledger entries, want one", len(es))
	}
	e := es[0]
	if e.Action != ledger.SignIn || e.Outcome == ledger.Done || e.IP != client.IP || !strings.Contains(e.Details[ledger.Rule], tc.rule) {
		t.Errorf("entry = %+v, want rule %q", e, tc.rule)
	}
	if strings.Contains(err.Error()+e.Reason, "<script>") || strings.Contains(err.Error(), authtest.Secret) || strings.Contains(err.Error(), "eyJ") {
		t.Errorf("the error repeats what it should not: %v", err)
	}
}

func TestOveragePointerIsNeverFollowed(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	for _, f := range forgeries {
		if f.name == "overage of roles" {
			p.issuer.Forge(f.token)
		}
	}
	_, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback)
	if !auth.IsNoRole(err) || p.issuer.Count("/overage") != 0 {
		t.Errorf("%v; the pointer was followed %d times", err, p.issuer.Count("/overage"))
	}
	contains(t, err.Error(), "no role", "Ask the data office.")
}

func TestGuestsWhereAllowed(t *testing.T) {
	t.Parallel()
	p := open(t, true, func(c *auth.Config) { c.Guests = true })
	p.issuer.Forge(guestOf)
	p.signIn()
}

// Entra's own rules fall away for another provider because the configuration
// says oidc, and the others stay.
func TestOtherProviderIsHeldToTheRest(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	for _, tc := range forgeries {
		if tc.token == nil || !strings.Contains("nonce sub azp iat nbf events scp typ at_hash signature issuer audience expiry", strings.Fields(tc.rule + " -")[0]) {
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			p.t = t
			p.issuer.Forge(tc.token)
			if _, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback); err == nil {
				t.Error("signed in")
			}
		})
	}
}

func TestDiscoveryIsNotBelievedBlindly(t *testing.T) {
	t.Parallel()
	for name, bend := range map[string]func(map[string]any){
		"another issuer":        func(d map[string]any) { d["issuer"] = "https://evil.example" },
		"keys elsewhere":        func(d map[string]any) { d["jwks_uri"] = "https://evil.example/keys" },
		"token elsewhere":       func(d map[string]any) { d["token_endpoint"] = "https://evil.example/token" },
		"authorize elsewhere":   func(d map[string]any) { d["authorization_endpoint"] = "https://evil.example/authorize" },
		"end session elsewhere": func(d map[string]any) { d["end_session_endpoint"] = "https://evil.example/" },
		"keys missing":          func(d map[string]any) { delete(d, "jwks_uri") },
		"javascript":            func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" },
	} {
		p := open(t, true, nil)
		p.issuer.Discovery(bend)
		if to, err := p.Begin(t.Context(), auth.Start{Purpose: auth.ForSignIn}); err == nil {
			t.Errorf("%s: sent to %s", name, to.URL)
		}
	}
}

func TestProviderThatMovesIsNotFollowed(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	p.signIn()
	p.issuer.Discovery(func(d map[string]any) { d["token_endpoint"] = "https://elsewhere.example/token" })
	p.advance(2 * time.Hour)
	if to, err := p.Begin(t.Context(), auth.Start{Purpose: auth.ForSignIn}); err == nil {
		t.Errorf("sent to %s", to.URL)
	}
}

func TestKeyRotationAndFlood(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	p.signIn()
	if n := p.issuer.Count("/keys"); n != 1 {
		t.Fatalf("%d key fetches for one sign-in", n)
	}
	p.issuer.Forge(func(f *authtest.Forgery) { f.Header["kid"] = "made-up" })
	for range 200 {
		if _, err := p.Complete(t.Context(), p.begin(auth.Start{}).Callback); err == nil {
			t.Fatal("signed in")
		}
		p.advance(100 * time.Millisecond) // 20 seconds in all
	}
	if n := p.issuer.Count("/keys"); n > 3 {
		t.Errorf("%d key fetches in 20 seconds of unknown key ids, want at most one per 10 s", n)
	}
	p.issuer.Forge(nil)
	p.issuer.Rotate("k2")
	p.advance(11 * time.Second)
	p.signIn()
}

package auth_test

import (
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/fault"
)

// accessToken is an access token of a pipeline's application, bent by change.
func (p *portal) accessToken(change func(*authtest.Forgery)) string {
	key, _ := authtest.Keys()
	now := p.now()
	f := &authtest.Forgery{Key: key, Alg: jose.RS256, Header: map[jose.HeaderKey]any{"kid": "k1", "typ": "JWT"}, Claims: authtest.Claims{
		"iss": p.issuer.URL, "aud": "api://" + authtest.ClientID, "sub": "app-1", "oid": authtest.ObjectID("pipeline"), "tid": authtest.Directory, "azp": "pipeline-client",
		"ver": "2.0", "iat": now.Add(-time.Minute).Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(), "roles": []string{"requester"},
	}}
	if change != nil {
		change(f)
	}
	if f.Raw != "" {
		return f.Raw
	}
	return authtest.Sign(f)
}

// bearer is who a token speaks for.
func (p *portal) bearer(token string) (auth.Person, error) {
	sess, err := p.Bearer(p.t.Context(), token, client)
	return sess.Person, err
}

func TestBearer(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	who, err := p.bearer(p.accessToken(nil))
	if err != nil || who.ObjectID != authtest.ObjectID("pipeline") || !who.Has(auth.Requester) || who.Name != "application pipeline-client" {
		t.Fatalf("Bearer = %+v, %v", who, err)
	}
	for name, change := range map[string]func(*authtest.Forgery){
		"wrong key":            strangersKey,
		"alg none":             unsigned,
		"HS256":                hmacWithPublicKey,
		"other issuer":         claim("iss", "https://evil.example"),
		"v1.0 issuer":          claim("iss", "https://sts.windows.net/"+authtest.Directory+"/"),
		"for Power BI":         claim("aud", "https://analysis.windows.net/powerbi/api"),
		"no audience":          without("aud"),
		"expired":              claim("exp", soon(-time.Second)),
		"never expires":        claim("exp", soon(24*365*time.Hour)),
		"not yet":              claim("nbf", soon(time.Hour)),
		"ID token":             claim("nonce", "x"),
		"ID token without azp": without("azp"),
		"other directory":      claim("tid", otherDirectory),
		"no oid":               without("oid"),
		"v1.0":                 claim("ver", "1.0"),
		"logout token":         claim("events", map[string]any{}),
		"no role":              claim("roles", []string{}),
		"role of someone else": claim("roles", []string{"Tenant.Read.All"}),
		"nothing":              func(f *authtest.Forgery) { f.Raw = "x" },
	} {
		if who, err := p.bearer(p.accessToken(change)); !fault.Is(err, fault.Denied) || auth.RuleOf(err) == "" {
			t.Errorf("%s: %+v, %v (rule %q)", name, who, err, auth.RuleOf(err))
		}
	}
	for range 100 {
		_, _ = p.bearer(p.accessToken(func(f *authtest.Forgery) { f.Header["kid"] = "made-up" }))
	}
	if n := p.issuer.Count("/keys"); n > 1 {
		t.Errorf("%d key fetches for a flood of unknown key ids within a moment", n)
	}
}

func TestBearerOfAnotherProvider(t *testing.T) {
	t.Parallel()
	p := open(t, false, nil)
	if _, err := p.bearer(p.accessToken(nil)); auth.RuleOf(err) != "bearer typ" {
		t.Errorf("a token that does not say it is an access token: %v", err)
	}
	who, err := p.bearer(p.accessToken(func(f *authtest.Forgery) { f.Header["typ"] = "at+jwt" }))
	if err != nil || who.ObjectID != "app-1" {
		t.Errorf("Bearer = %+v, %v", who, err)
	}
}

// Package authtest is a small OpenID Connect provider for tests: it signs what
// it is told to sign, honest or not. It is no model of a real provider; the
// stand-in's Entra is.
package authtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// Fixed ids of the tests.
const (
	Directory = "11111111-2222-4333-8444-555555555555"
	ClientID  = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	Secret    = "client-secret-canary"
)

// Claims of a token, by name.
type Claims map[string]any

// Issuer is the provider. Set its fields before a visit; they are read under
// its lock by Set.
type Issuer struct {
	// URL is the issuer's address as tokens carry it.
	URL string
	// Now is the provider's clock.
	Now func() time.Time

	server *httptest.Server
	key    *rsa.PrivateKey
	kid    string

	mu    sync.Mutex
	user  Claims
	forge func(*Forgery)
	codes map[string]*grant
	fail  map[string]int // path end → status
	docs  func(map[string]any)
	more  []jose.JSONWebKey // public keys beside the one
	info  Claims            // at the userinfo endpoint; nil for 404
	// counts of requests by path end
	counts  map[string]int
	refresh map[string]Claims
}

// Forgery is a token about to be signed; a test bends it.
type Forgery struct {
	Header map[jose.HeaderKey]any
	Claims Claims
	Key    any
	Alg    jose.SignatureAlgorithm
	// Raw, when set, is sent instead.
	Raw string
	// Reply is the token endpoint's reply, filled after signing.
	Reply map[string]any
}

type grant struct {
	nonce, challenge, redirect string
	used                       bool
}

var (
	keyOnce sync.Once
	testKey *rsa.PrivateKey
	badKey  *rsa.PrivateKey
)

// Keys returns two RSA keys: the provider's and a stranger's. They are made
// once, because that is slow.
func Keys() (*rsa.PrivateKey, *rsa.PrivateKey) {
	keyOnce.Do(func() {
		var err error
		if testKey, err = rsa.GenerateKey(rand.Reader, 2048); err == nil {
			badKey, err = rsa.GenerateKey(rand.Reader, 2048)
		}
		if err != nil {
			panic(err)
		}
	})
	return testKey, badKey
}

// Start starts a provider on loopback. With entra its issuer has Entra's form
// and its tokens Entra's claims.
func Start(tb testing.TB, now func() time.Time, entra bool) *Issuer {
	tb.Helper()
	key, _ := Keys()
	i := &Issuer{Now: now, key: key, kid: "k1", codes: map[string]*grant{}, fail: map[string]int{}, counts: map[string]int{}, refresh: map[string]Claims{}}
	i.server = httptest.NewServer(http.HandlerFunc(i.serve))
	tb.Cleanup(i.server.Close)
	i.URL = i.server.URL
	i.user = Claims{"sub": "sub-ana", "name": "Ana Ruiz", "email": "ana@contoso.example", "roles": []string{"viewer"}}
	if entra {
		i.URL += "/" + Directory + "/v2.0"
		i.user = Person("ana", "viewer")
	}
	return i
}

// ObjectID returns the object id of a test person.
func ObjectID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// Person returns Entra's claims about a test person with roles.
func Person(name string, roles ...string) Claims {
	return Claims{"sub": "sub-" + name, "oid": ObjectID(name), "tid": Directory, "ver": "2.0", "name": strings.ToUpper(name[:1]) + name[1:], "preferred_username": name + "@contoso.example", "roles": roles}
}

// SignInAs sets who signs in next.
func (i *Issuer) SignInAs(user Claims) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.user = user
}

// Forge sets what is done to each token before it is signed; nil for nothing.
func (i *Issuer) Forge(f func(*Forgery)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.forge = f
}

// Fail makes requests whose path ends so answer with a status; 0 ends that.
func (i *Issuer) Fail(path string, status int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail[path] = status
}

// Discovery sets what is done to the discovery document.
func (i *Issuer) Discovery(f func(map[string]any)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.docs = f
}

// Publish adds a public key to the provider's.
func (i *Issuer) Publish(kid string, key any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.more = append(i.more, jose.JSONWebKey{Key: key, KeyID: kid})
}

// Tell sets what the userinfo endpoint says to whoever has an access token.
func (i *Issuer) Tell(info Claims) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.info = info
}

// Disable refuses every refresh token from now on, as for accounts that were
// disabled.
func (i *Issuer) Disable() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refresh = map[string]Claims{}
}

// Rotate gives the provider's key another id, as if it were a new key.
func (i *Issuer) Rotate(kid string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kid = kid
}

// Count returns how many requests had a path that ends so.
func (i *Issuer) Count(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.counts[path]
}

// Visit sends the browser to the address that Begin returned and gives the
// query with which the provider sends it back.
func (i *Issuer) Visit(tb testing.TB, address string) url.Values {
	tb.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(address) //nolint:noctx // a test
	if err != nil {
		tb.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		tb.Fatalf("the provider did not send back: %s: %v", resp.Status, err)
	}
	return back.Query()
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	path := r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]
	i.counts[path]++
	if status := i.fail[path]; status != 0 {
		w.WriteHeader(status)
		return
	}
	switch path {
	case "/openid-configuration":
		base := i.URL
		doc := map[string]any{
			"issuer": i.URL, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token", "jwks_uri": base + "/keys",
			"end_session_endpoint": base + "/logout", "id_token_signing_alg_values_supported": []string{"RS256"}, "scopes_supported": []string{"openid", "profile", "email", "offline_access"},
		}
		if i.docs != nil {
			i.docs(doc)
		}
		reply(w, http.StatusOK, doc)
	case "/keys":
		reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: append([]jose.JSONWebKey{{Key: &i.key.PublicKey, KeyID: i.kid, Use: "sig"}}, i.more...)})
	case "/userinfo":
		if i.info == nil || r.Header.Get("Authorization") != "Bearer opaque" {
			http.NotFound(w, r)
			return
		}
		reply(w, http.StatusOK, i.info)
	case "/authorize":
		i.authorize(w, r)
	case "/token":
		i.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	code := base64.RawURLEncoding.EncodeToString(raw[:])
	if q.Get("code_challenge_method") == "S256" {
		i.codes[code] = &grant{nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	id, pass, _ := r.BasicAuth()
	if id == "" {
		id, pass = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id != ClientID || pass != Secret {
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": "secret was " + pass})
		return
	}
	nonce := ""
	switch r.PostForm.Get("grant_type") {
	case "refresh_token":
		if _, ok := i.refresh[r.PostForm.Get("refresh_token")]; !ok {
			reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
	default:
		g := i.codes[r.PostForm.Get("code")]
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if g == nil || g.used || g.redirect != r.PostForm.Get("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "code " + r.PostForm.Get("code")})
			return
		}
		g.used, nonce = true, g.nonce
	}
	reply(w, http.StatusOK, i.issue(nonce))
}

// issue makes the token endpoint's reply.
func (i *Issuer) issue(nonce string) map[string]any {
	now := i.Now()
	c := Claims{"iss": i.URL, "aud": ClientID, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": now.Unix()}
	if nonce != "" {
		c["nonce"] = nonce
	}
	for k, v := range i.user {
		c[k] = v
	}
	f := &Forgery{Header: map[jose.HeaderKey]any{"kid": i.kid, "typ": "JWT"}, Claims: c, Key: i.key, Alg: jose.RS256, Reply: map[string]any{}}
	f.Reply["access_token"], f.Reply["token_type"], f.Reply["expires_in"] = "opaque", "Bearer", 3600
	f.Reply["refresh_token"] = fmt.Sprintf("refresh-%d", len(i.refresh))
	i.refresh[fmt.Sprintf("refresh-%d", len(i.refresh))] = c
	if i.forge != nil {
		i.forge(f)
	}
	if f.Raw == "" {
		f.Raw = Sign(f)
	}
	if _, set := f.Reply["id_token"]; !set {
		f.Reply["id_token"] = f.Raw
	}
	return f.Reply
}

// Sign signs the forgery's claims with its key.
func Sign(f *Forgery) string {
	opts := &jose.SignerOptions{}
	for k, v := range f.Header {
		opts = opts.WithHeader(k, v)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: f.Alg, Key: f.Key}, opts)
	if err != nil {
		panic(err)
	}
	payload, err := json.Marshal(f.Claims)
	if err != nil {
		panic(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return raw
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

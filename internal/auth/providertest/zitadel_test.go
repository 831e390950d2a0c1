// Package providertest signs in at a second, real OpenID provider
// (zitadel/oidc), so that "any standard provider" is more than our own issuer
// agreeing with our own client. It is a module of its own: the portal itself
// does not need the provider.
package providertest

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"steward/internal/auth"
	"steward/internal/db/dbtest"
	"steward/internal/secret"
)

const (
	clientID     = "steward"
	clientSecret = "a-secret-of-the-test"
)

// provider starts the real provider with one client and its example people.
func provider(t *testing.T, redirect string) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	issuer := "http://" + srv.Listener.Addr().String()
	client := storage.WebClient(clientID, clientSecret, redirect)
	store := storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{clientID: client})
	srv.Config.Handler = exampleop.SetupServer(issuer, store, slog.New(slog.DiscardHandler), false, op.WithAllowInsecure())
	srv.Start()
	t.Cleanup(srv.Close)
	return issuer
}

// site is the portal's sign-in on its own: what the pages do with the service.
type site struct {
	svc *auth.Service
	url string
}

func newSite(t *testing.T, roles map[string]string) *site {
	t.Helper()
	s := &site{}
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	key := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(key, []byte(clientSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	s.svc, err = auth.New(auth.Config{
		DB: dbtest.Open(t, nil), Kind: auth.OIDC, Issuer: provider(t, s.url+auth.CallbackPath), ClientID: clientID,
		ClientSecret: secret.File(key), RolesClaim: "amr", Roles: roles, PublicURL: s.url,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.HandleFunc(auth.LoginPath, func(w http.ResponseWriter, r *http.Request) {
		to, err := s.svc.Begin(r.Context(), auth.Start{Purpose: auth.ForSignIn, ReturnTo: "/workspaces"})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.SetCookie(w, to.Cookie)
		http.Redirect(w, r, to.URL, http.StatusSeeOther)
	})
	mux.HandleFunc(auth.CallbackPath, s.callback)
	return s
}

func (s *site) callback(w http.ResponseWriter, r *http.Request) {
	cb := auth.Callback{Query: r.URL.Query(), Client: auth.Client{IP: "127.0.0.1"}}
	if k, err := r.Cookie(s.svc.AttemptCookie()); err == nil {
		cb.Browser = k.Value
	}
	done, err := s.svc.Complete(r.Context(), cb)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	for _, k := range done.Cookies {
		http.SetCookie(w, k)
	}
	_ = json.NewEncoder(w).Encode(done)
}

// signIn walks the browser's way: the portal, the provider's form, and back.
func (s *site) signIn(t *testing.T) (status int, body string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	form, err := browser.Get(s.url + auth.LoginPath)
	if err != nil {
		t.Fatal(err)
	}
	_ = form.Body.Close()
	at := form.Request.URL // the provider's form, with the id of the request
	if !strings.HasPrefix(at.Path, "/login/username") {
		t.Fatalf("the provider shows %s, not its form", at)
	}
	user := "test-user@" + at.Hostname()
	reply, err := browser.PostForm(at.String(), url.Values{"id": {at.Query().Get("authRequestID")}, "username": {user}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(text)
}

func TestSignInAtAnotherProvider(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"pwd": "auditor"})
	status, body := s.signIn(t)
	if status != http.StatusOK {
		t.Fatalf("sign-in ended with %d: %s", status, body)
	}
	var done auth.Completed
	if err := json.Unmarshal([]byte(body), &done); err != nil {
		t.Fatal(err)
	}
	p := done.Person
	if p.ObjectID != "id1" || !strings.HasPrefix(p.TenantID, "http://127.0.0.1:") {
		t.Errorf("the key is (%s, %s); want issuer and subject", p.TenantID, p.ObjectID)
	}
	if len(p.Roles) != 1 || p.Roles[0] != auth.Auditor {
		t.Errorf("roles are %v, want the mapped auditor", p.Roles)
	}
	if done.ReturnTo != "/workspaces" {
		t.Errorf("returns to %q", done.ReturnTo)
	}
	if len(done.Cookies) == 0 {
		t.Error("no session cookie")
	}
}

func TestAnotherProvidersPersonWithoutARole(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"something-else": "auditor"})
	if status, body := s.signIn(t); status != http.StatusForbidden || strings.Contains(body, "id1") {
		t.Fatalf("a person without a role got %d: %s", status, body)
	}
}

package sitetest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/secret"
	"steward/internal/upstream"
	"steward/internal/web"
	"steward/internal/web/guard"
)

// long reports whether everything is to be tried.
func long() bool { return os.Getenv("STEWARD_LONG") == "1" }

// sample is every nth of a list, or all of it in a long run.
func sample[T any](list []T, nth int) []T {
	if long() {
		return list
	}
	var out []T
	for i := 0; i < len(list); i += nth {
		out = append(out, list[i])
	}
	return out
}

// now is two hours after the last of the small tenant's scans.
func now() time.Time { return audittest.Published(4).Add(2 * time.Hour) }

// site is the whole portal over a filled database, without a listener.
type site struct {
	t      *testing.T
	base   string
	db     *db.DB
	auth   *auth.Service
	pages  *web.Server
	issuer *authtest.Issuer
}

// options change what a site is made from.
type options struct {
	base string        // the public address; a fixed one when empty
	log  io.Writer     // nil discards
	fill func(*filler) // more rows, after the story
}

// open fills a database with the two tenants and builds the portal over it.
func open(t *testing.T, o options) *site {
	t.Helper()
	if o.base == "" {
		o.base = "http://127.0.0.1:8080"
	}
	if o.log == nil {
		o.log = io.Discard
	}
	dir := t.TempDir()
	fill(t, filepath.Join(dir, "portal.db"), o.fill)
	issuer := authtest.Start(t, now, true)
	cfg := configuration(t, dir, issuer.URL, o.base)
	p, err := app.New(t.Context(), cfg, app.Options{Log: slog.New(slog.NewTextHandler(o.log, nil)), Clock: app.Clock{Now: now, Sleep: briefly},
		Limits: guard.Limits{LoginsPerMinute: 1 << 20, WritesPerMinute: 1 << 20, CallsPerMinute: 1 << 20, ExportsPerHour: 1 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	pages, signIn, wait, err := p.Site(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wait)
	return &site{t: t, base: o.base, db: p.DB, auth: signIn, pages: pages, issuer: issuer}
}

// briefly is a wait that does not: what is tried again at a cloud that nobody
// runs need not take seconds.
func briefly(ctx context.Context, _ time.Duration) error {
	return upstream.Sleep(ctx, time.Millisecond)
}

// configuration is that of a portal with two tenants whose cloud nobody calls.
func configuration(t testing.TB, dir, issuer, base string) *config.Config {
	t.Helper()
	file := func(name, text string) secret.Ref {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return secret.File(path)
	}
	cloud := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(cloud.Close)
	none := 0
	cfg := &config.Config{
		Listen: strings.TrimPrefix(base, "http://"), PublicURL: base, DataDir: dir,
		SignIn: config.SignIn{Provider: "entra", Issuer: issuer, ClientID: authtest.ClientID, ClientSecret: file("sign-in", authtest.Secret), RolesClaim: "roles", Scopes: scopes()},
	}
	for i, name := range []string{contoso, fabrikam} {
		cfg.Tenants = append(cfg.Tenants, config.Tenant{
			Name: name, TenantID: tenantIDs[i], Cloud: "custom",
			Endpoints: config.Endpoints{Authority: cloud.URL, API: cloud.URL, Fabric: cloud.URL, Graph: cloud.URL, Resource: cloud.URL},
			Scanner:   config.App{ClientID: "5ca1ab1e-0000-4000-8000-000000000001", ClientSecret: file("scanner", "scanner secret")},
			Executor:  config.App{ClientID: "5ca1ab1e-0000-4000-8000-000000000002", ClientSecret: file("executor", "executor secret")},
			Scan:      config.ScanCfg{ArchiveDays: &none},
		})
	}
	return cfg
}

// answer is what a request got.
type answer struct {
	status int
	body   string
	header http.Header
}

// ask sends a request as someone; cookie may be empty. The form is sent as our
// own page would send it.
func (s *site) ask(method, path, form, cookie string, header ...string) answer {
	var body io.Reader
	if method != http.MethodGet && method != http.MethodHead {
		body = strings.NewReader(form)
	}
	r := httptest.NewRequest(method, "/", body)
	if err := address(r, s.base, path); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	r.Header.Set("Accept", "text/html")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", s.base)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
			continue
		}
		r.Header[http.CanonicalHeaderKey(header[i])] = strings.Split(header[i+1], "\n")
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: s.auth.SessionCookie(), Value: cookie})
	}
	w := httptest.NewRecorder()
	s.serve(w, r)
	return answer{w.Code, w.Body.String(), w.Header()}
}

// serve answers one request; a download that breaks off panics by design.
func (s *site) serve(w *httptest.ResponseRecorder, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			w.Code = 599
			_, _ = w.WriteString("panic")
		}
	}()
	s.pages.ServeHTTP(w, r)
}

// address puts a path as a client sent it into a request.
func address(r *http.Request, base, path string) error {
	u, err := r.URL.Parse(base)
	if err != nil {
		return err
	}
	r.Host = u.Host
	raw, query, _ := strings.Cut(path, "?")
	u, err = u.Parse(base + raw)
	if err != nil {
		return err
	}
	u.RawQuery = query
	u.Scheme, u.Host = "", ""
	r.URL, r.RequestURI = u, path
	return nil
}

package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/htmlcheck"
	"steward/internal/ledger"
	"steward/internal/scan"
	"steward/internal/sim"
	"steward/internal/web"
	"steward/internal/web/guard/guardtest"
)

// site is the whole portal over the stand-in, without a listener: the real
// database, the real guard, the real pages.
type site struct {
	*Portal
	t     *testing.T
	cloud *sim.Cloud
	auth  *auth.Service
	pages *web.Server
	base  string
}

// newSite starts a small tenant and a portal over it. Nothing is scanned yet.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteAt(t, "127.0.0.1:8080")
}

// newSiteAt is newSite for a portal that people reach at the address.
func newSiteAt(t *testing.T, listen string) *site {
	t.Helper()
	cloud, at, err := StartStandIn(StandIn{Addr: "127.0.0.1:0", Workspaces: 12, Seed: 1, Unlimited: true, RedirectURI: "http://" + listen + "/login/callback"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	file := filepath.Join(t.TempDir(), "portal.yaml")
	if err := WriteConfig(file, cloud.World(), at, listen); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	return openSite(t, cloud, cfg)
}

func openSite(t *testing.T, cloud *sim.Cloud, cfg *config.Config) *site {
	t.Helper()
	p, err := New(t.Context(), cfg, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Portal: p, t: t, cloud: cloud, base: cfg.PublicURL}
	t.Cleanup(func() { _ = p.Close() })
	if p.witness, err = p.newWitness(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The schedules stay off: each test says itself what is scanned.
	ctx, stop := context.WithCancel(t.Context())
	var wait func()
	if s.pages, s.auth, wait, err = p.Site(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); wait() })
	return s
}

// scanned scans the tenant once and returns the scan.
func (s *site) scanned(kind db.ScanKind) db.Scan {
	s.t.Helper()
	res, err := s.Tenants[0].Scanner.Run(s.t.Context(), scan.Request{Kind: kind, Cause: "command"})
	if err != nil {
		s.t.Fatal(err)
	}
	return res.Scan
}

// someone signs a person with the roles in, as the sign-in would, and returns
// their browser.
func (s *site) someone(name string, roles ...auth.Role) *visitor {
	s.t.Helper()
	p := auth.Person{TenantID: s.cfg.Tenants[0].TenantID, ObjectID: "00000000-0000-4000-8000-" + (name + "000000000000")[:12], Name: name, Address: name + "@contoso.example", Roles: roles}
	return &visitor{site: s, person: p, cookie: guardtest.NewSession(s.t, s.DB, name, p, time.Now())}
}

// visitor is one signed-in browser.
type visitor struct {
	*site
	person auth.Person
	cookie string
}

func (v *visitor) send(method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, v.base+path, body)
	r.AddCookie(&http.Cookie{Name: v.auth.SessionCookie(), Value: v.cookie})
	r.Header.Set("Accept", "text/html")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", v.base)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	v.pages.ServeHTTP(w, r)
	return w
}

// page asks for a page and holds it to what all pages keep.
func (v *visitor) page(path string) *htmlcheck.Doc {
	v.t.Helper()
	w := v.send(http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		v.t.Fatalf("GET %s as %s = %d: %s", path, v.person.Name, w.Code, htmlcheck.Parse(v.t, w.Body.String()).All("[data-testid=problem]"))
	}
	return htmlcheck.Page(v.t, w.Body.String())
}

// post sends a form and wants the status.
func (v *visitor) post(path string, form url.Values, want int) *httptest.ResponseRecorder {
	v.t.Helper()
	w := v.send(http.MethodPost, path, form)
	if w.Code != want {
		v.t.Fatalf("POST %s %v as %s = %d, want %d: %s", path, form, v.person.Name, w.Code, want, htmlcheck.Parse(v.t, w.Body.String()).All("[data-testid=problem]"))
	}
	return w
}

// entries are the ledger's entries of an action, the oldest first.
func (s *site) entries(action ledger.Action) []ledger.Entry {
	s.t.Helper()
	recs, _, err := s.DB.Reader().LedgerPage(s.t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{action}, Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	out := make([]ledger.Entry, len(recs))
	for i, r := range recs {
		if out[len(recs)-1-i], err = r.Entry(); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}

// tenant is the name of the only tenant.
func (s *site) tenant() string { return s.cfg.Tenants[0].Name }

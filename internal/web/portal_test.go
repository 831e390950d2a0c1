package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/htmlcheck"
	"steward/internal/ledger"
)

// small is a tenant that a test can hold in its head: with more people than
// rights, and three scans a week apart.
var small = audittest.Size{Workspaces: 120, People: 60}

// portal is a server over a filled database, as one person sees it.
type portal struct {
	*Server
	db *db.DB
	t  *testing.T
}

// auditor sees everything.
var auditor = auth.Person{TenantID: "t", ObjectID: "o", Name: "Ada Lindqvist", Roles: []auth.Role{auth.Auditor}}

// within sees the workspaces that begin so.
func within(prefix string) auth.Person {
	return auth.Person{TenantID: "t", ObjectID: "p", Name: "Ben", Roles: []auth.Role{auth.Viewer},
		Limits: map[auth.Role][]auth.Limit{auth.Viewer: {{Prefixes: []string{prefix}}}}}
}

// now is two hours after the last of three scans.
func now() time.Time { return audittest.Published(3).Add(2 * time.Hour) }

// filled is a filled database of the test's own. It is filled once; each test
// gets a copy of the file.
func filled(t *testing.T) *db.DB {
	t.Helper()
	template.once.Do(func() {
		at := db.Config{Path: filepath.Join(t.TempDir(), "portal.db"), Now: now}
		d, err := db.Open(context.Background(), at)
		if err != nil {
			t.Fatal(err)
		}
		audittest.Fill(t, d, small)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if template.file, err = os.ReadFile(at.Path); err != nil {
			t.Fatal(err)
		}
	})
	at := db.Config{Path: filepath.Join(t.TempDir(), "portal.db"), Now: now}
	if err := os.WriteFile(at.Path, template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return d
}

var template struct {
	once sync.Once
	file []byte
}

func open(t *testing.T, d *db.DB, who auth.Person) portal {
	t.Helper()
	s, err := New(Config{Reader: d.Reader(), Tenants: []string{audittest.TenantName}, Now: now, Log: slog.New(slog.DiscardHandler),
		Who:    func(echo.Context) (auth.Person, bool) { return who, true },
		Record: func(context.Context, ledger.Entry) error { return nil }, PublicURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	return portal{Server: s, db: d, t: t}
}

// on is the same portal for a subtest.
func (p portal) on(t *testing.T) portal {
	p.t = t
	return p
}

// get asks for a page and holds it to what all pages keep.
func (p portal) get(path string, want int) *htmlcheck.Doc {
	p.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	p.ServeHTTP(w, r.WithContext(templ.WithNonce(r.Context(), "n")))
	if w.Code != want {
		p.t.Fatalf("GET %s = %d, want %d: %s", path, w.Code, want, htmlcheck.Parse(p.t, w.Body.String()).All("[data-testid=problem]"))
	}
	return htmlcheck.Page(p.t, w.Body.String())
}

func (p portal) exec(query string, args ...any) {
	p.t.Helper()
	err := p.db.Write(p.t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(p.t.Context(), query, args...)
		return err
	})
	if err != nil {
		p.t.Fatalf("%v in %s", err, query)
	}
}

// follow asks for every page that the links of d lead to and reports those
// that are not there.
func (p portal) follow(d *htmlcheck.Doc, selector string) {
	p.t.Helper()
	seen := map[string]bool{}
	for _, href := range d.Attrs(selector, "href") {
		if seen[href] || elsewhere(href) {
			continue
		}
		seen[href] = true
		p.get(href, http.StatusOK)
	}
	if len(seen) == 0 {
		p.t.Errorf("%s leads nowhere", selector)
	}
}

// elsewhere are the pages of others, and files.
func elsewhere(href string) bool {
	for _, p := range []string{"/scans", "/me", "/approvals", "/logout", "#"} {
		if strings.HasPrefix(href, p) {
			return true
		}
	}
	return strings.Contains(href, ".csv") || strings.Contains(href, ".xlsx") || strings.Contains(href, ".json")
}

// body is what the address answers, whatever it is.
func (p portal) body(path string) string {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		p.t.Fatalf("GET %s = %d: %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// Package guardtest drives every route of a site as every kind of person and
// holds the answers against the tables of routes and permits. The site's own
// tests call Matrix with their router; nothing here knows a page.
package guardtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/web/guard"
)

// Persona is one kind of person who tries everything.
type Persona struct {
	Name string
	// Cookie is the value of the session cookie; empty for someone anonymous.
	Cookie string
	// Person is who the cookie stands for; the zero Person for nobody, and for
	// someone whose session has ended or whose account is disabled.
	Person auth.Person
}

// Target is one thing that a request is about.
type Target struct {
	// Name says what it is: own, someone else's, of another tenant, absent.
	Name string
	// Object is what May is asked about; the zero Object for what is absent.
	Object auth.Object
	// Absent is set for what nobody can find.
	Absent bool
}

// Matrix says what to try.
type Matrix struct {
	// Site is the whole site with its guard attached.
	Site http.Handler
	// Base is the site's address, as in public_url.
	Base string
	// Cookie is the name of the session cookie.
	Cookie   string
	Routes   []guard.Route
	Personas []Persona
	Targets  []Target
	// Path fills a route's parameters for a target and gives the form to send;
	// false leaves the pair out (a route without parameters is tried once).
	Path func(r guard.Route, t Target) (path, form string, ok bool)
	// Digest returns a digest of what no refusal and no GET may change.
	Digest func() string
	// Expect may override what is expected; ok false leaves it to the tables.
	// It is for routes whose page judges an object by more than its tenant,
	// workspace and domain: one's own request, say.
	Expect func(r guard.Route, p Persona, t Target) (statuses []int, ok bool)
}

// Run tries every route as every persona with every target and returns how
// many cases that were.
func (m Matrix) Run(t *testing.T) int {
	t.Helper()
	cases := 0
	before := m.Digest()
	for _, r := range lastLogout(m.Routes) {
		for _, target := range m.targetsOf(r) {
			path, form, ok := m.Path(r, target)
			if !ok {
				continue
			}
			for _, p := range m.Personas {
				cases++
				status := m.send(r.Method, path, form, p)
				if problem := m.judge(r, p, target, status); problem != "" {
					t.Errorf("%s %s as %s, %s: status %d, %s", r.Method, path, p.Name, target.Name, status, problem)
				}
				after := m.Digest()
				if after != before && (status >= 400 || r.Method == http.MethodGet) {
					t.Errorf("%s %s as %s, %s: status %d, and the database changed", r.Method, path, p.Name, target.Name, status)
				}
				before = after
			}
		}
	}
	return cases
}

// lastLogout moves the route that ends the personas' sessions to the end.
func lastLogout(routes []guard.Route) []guard.Route {
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b guard.Route) int {
		switch {
		case a.Path == auth.LogoutPath && b.Path != auth.LogoutPath:
			return 1
		case b.Path == auth.LogoutPath && a.Path != auth.LogoutPath:
			return -1
		}
		return 0
	})
	return out
}

// targetsOf leaves a route that names nothing to one target.
func (m Matrix) targetsOf(r guard.Route) []Target {
	if strings.Contains(r.Path, ":") || strings.Contains(r.Path, "*") || len(m.Targets) == 0 {
		return m.Targets
	}
	return m.Targets[:1]
}

func (m Matrix) send(method, path, form string, p Persona) int {
	var req *http.Request
	if method == http.MethodGet || method == http.MethodHead {
		req = httptest.NewRequest(method, m.Base+path, nil)
	} else {
		req = httptest.NewRequest(method, m.Base+path, strings.NewReader(form))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Origin", m.Base)
	}
	req.Header.Set("Accept", "text/html")
	if p.Cookie != "" {
		req.AddCookie(&http.Cookie{Name: m.Cookie, Value: p.Cookie})
	}
	rec := httptest.NewRecorder()
	m.Site.ServeHTTP(rec, req)
	return rec.Code
}

// judge says what is wrong with a status; empty when nothing is.
func (m Matrix) judge(r guard.Route, p Persona, t Target, status int) string {
	if status >= 500 {
		return "which is our own fault"
	}
	if m.Expect != nil {
		if want, ok := m.Expect(r, p, t); ok {
			for _, w := range want {
				if status == w {
					return ""
				}
			}
			return fmt.Sprintf("want one of %v", want)
		}
	}
	if r.Public {
		return "" // judged by its own tests
	}
	want := m.want(r, p, t)
	switch {
	case want == 0 && (status == 401 || status == 403 || status == 404 || status == 429):
		return "want it to be let through"
	case want != 0 && status != want:
		return fmt.Sprintf("want %d", want)
	}
	return ""
}

// want is the status that the tables ask for; 0 means let through.
func (m Matrix) want(r guard.Route, p Persona, t Target) int {
	if len(p.Person.Roles) == 0 {
		if r.Method == http.MethodGet && !strings.HasPrefix(r.Path, "/api/") {
			return http.StatusSeeOther // to the sign-in, whether the page exists or not
		}
		return http.StatusUnauthorized
	}
	if !auth.May(p.Person, r.Action, auth.Object{}) || r.Export && !auth.May(p.Person, auth.ExportReport, auth.Object{}) {
		return http.StatusNotFound
	}
	if !strings.Contains(r.Path, ":") {
		return 0
	}
	if t.Absent || !auth.May(p.Person, r.Action, t.Object) {
		return http.StatusNotFound
	}
	return 0
}

// NewSession stores a session for a person as a sign-in would and returns the
// cookie's value. name makes it unlike others.
func NewSession(tb testing.TB, d *db.DB, name string, p auth.Person, at time.Time) string {
	tb.Helper()
	sum := sha256.Sum256([]byte("guardtest " + name))
	id := base64.RawURLEncoding.EncodeToString(sum[:])
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = string(r)
	}
	row := db.Session{Hash: sha256.Sum256([]byte(id)), Tenant: p.TenantID, Person: p.ObjectID, Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Address: p.Address,
		Roles: roles, Started: at, Confirmed: at, RolesRead: at, Seen: at}
	if err := d.Write(tb.Context(), func(tx *db.Tx) error { return tx.AddSession(tb.Context(), row) }); err != nil {
		tb.Fatalf("session for %s: %v", name, err)
	}
	return id
}

// Digest returns a digest of every table but those named: by default leave out
// session and ledger, which record the attempts themselves.
func Digest(tb testing.TB, r *db.Reader, except ...string) string {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context())
	sum := sha256.New()
	for _, table := range tables(tb, r, except) {
		rows, err := r.Query(ctx, `SELECT * FROM "`+table+`"`)
		if err != nil {
			tb.Fatalf("digest of %s: %v", table, err)
		}
		cols, err := rows.Columns()
		if err != nil {
			tb.Fatal(err)
		}
		vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		for rows.Next() {
			if err := rows.Scan(ptrs...); err != nil {
				tb.Fatal(err)
			}
			fmt.Fprintf(sum, "%s %q\n", table, vals)
		}
		if err := rows.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// tables are all that are looked at. The search index is not: it holds words of
// rows that are, and a virtual table takes no trigger.
func tables(tb testing.TB, r *db.Reader, except []string) []string {
	tb.Helper()
	skip := map[string]bool{}
	for _, e := range except {
		skip[e] = true
	}
	rows, err := r.Query(context.WithoutCancel(tb.Context()), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%' ORDER BY name`)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			tb.Fatal(err)
		}
		if !skip[name] {
			out = append(out, name)
		}
	}
	return out
}

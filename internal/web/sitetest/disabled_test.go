package sitetest

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
	"steward/internal/ledger"
)

// enter signs somebody in as a browser does: to the sign-in, to the provider
// and back.
func (s *site) enter(t *testing.T, user authtest.Claims) (cookie string) {
	t.Helper()
	s.issuer.SignInAs(user)
	out := s.ask(http.MethodGet, "/login", "", "")
	attempt, _, _ := strings.Cut(out.header.Get("Set-Cookie"), ";")
	back := s.ask(http.MethodGet, "/login/callback?"+s.issuer.Visit(t, out.header.Get("Location")).Encode(), "", "", "Cookie", attempt)
	for _, line := range back.header.Values("Set-Cookie") {
		if value, ok := strings.CutPrefix(line, s.auth.SessionCookie()+"="); ok {
			cookie, _, _ = strings.Cut(value, ";")
		}
	}
	if back.status != http.StatusSeeOther || cookie == "" {
		t.Fatalf("not signed in: status %d: %s", back.status, sentence(back.body))
	}
	return cookie
}

// age makes the roles of every session as old as they may get before the
// provider is asked again.
func (s *site) age(t *testing.T) {
	t.Helper()
	old := now().Add(-auth.RenewAfter).UnixMilli()
	err := s.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE session SET roles_read = $1`, old)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDisabledInTheDirectory signs somebody with every role in, disables the
// account at the provider, and lets the roles get old enough to be read again:
// whatever is asked for then is refused, the session is over, and nothing but
// the record changed. Somebody whose account is still good goes on.
func TestDisabledInTheDirectory(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	var roles []string
	for _, r := range auth.AllRoles {
		roles = append(roles, string(r))
	}
	table := s.pages.Table()
	if !long() {
		table = sample(table, 6)
	}
	before, tried := m.watch.Written(), 0
	for _, r := range table {
		if r.Public {
			continue
		}
		tried++
		cookie := s.enter(t, authtest.Person("leaver", roles...))
		s.age(t)
		if tried%10 == 1 {
			if a := s.ask(http.MethodGet, "/me", "", cookie); a.status != http.StatusOK {
				t.Fatalf("still enabled, and refused: %d", a.status)
			}
			s.age(t)
		}
		s.issuer.Disable()
		path, form, _ := m.request(r, targets()[0])
		want := http.StatusSeeOther
		if r.Method != http.MethodGet || strings.HasPrefix(r.Path, "/api/") {
			want = http.StatusUnauthorized
		}
		a := s.ask(r.Method, path, form, cookie)
		if a.status != want || want == http.StatusSeeOther && !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("%s %s: status %d to %q, want %d", r.Method, r.Path, a.status, a.header.Get("Location"), want)
		}
		if _, err := s.auth.Lookup(t.Context(), cookie, auth.Client{}); err == nil {
			t.Errorf("%s %s: the session lives on", r.Method, r.Path)
		}
	}
	if written := m.watch.Written(); written != before {
		t.Errorf("the database was written: %s", written)
	}
	ended, err := s.db.Reader().LedgerCount(t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.SessionEnd}})
	if err != nil || ended != int64(tried) {
		t.Errorf("%d sessions ended by the record, want %d: %v", ended, tried, err)
	}
	t.Logf("%d routes", tried)
}

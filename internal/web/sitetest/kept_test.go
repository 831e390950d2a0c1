package sitetest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
)

// pageForm is a form of a page in which something can be typed.
type pageForm struct {
	action string
	sent   url.Values
	typed  map[string]string // by name, in text fields only
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// formsOf reads the forms of a page that are sent by POST, and types a text of
// its own into each text field.
func formsOf(t *testing.T, page, body string) []pageForm {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []pageForm
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Form || !strings.EqualFold(attr(n, "method"), "post") {
			continue
		}
		to, err := base.Parse(attr(n, "action"))
		if err != nil {
			t.Fatal(err)
		}
		f := pageForm{action: to.RequestURI(), sent: url.Values{}, typed: map[string]string{}}
		for c := range n.Descendants() {
			f.take(c)
		}
		if len(f.typed) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func (f *pageForm) take(c *html.Node) {
	name, kind := attr(c, "name"), attr(c, "type")
	switch {
	case name == "":
	case c.DataAtom == atom.Input && kind == "hidden":
		f.sent.Add(name, attr(c, "value"))
	case c.DataAtom == atom.Textarea, c.DataAtom == atom.Input && slices.Contains([]string{"", "text", "search", "email"}, kind):
		f.typed[name] = fmt.Sprintf("typed „%s“ <b>&amp; %d", name, len(f.sent))
		if c.DataAtom == atom.Textarea { // also where a parser would drop a line end
			f.typed[name] = "\n" + f.typed[name] + "\nand more\n"
		}
		f.sent.Set(name, f.typed[name])
	}
}

// valueOf reads what a page has in the field of that name in its form for an
// address.
func valueOf(body, page, action, name string) string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return ""
	}
	base, err := url.Parse(page)
	if err != nil {
		return ""
	}
	for form := range doc.Descendants() {
		if form.DataAtom != atom.Form {
			continue
		}
		if to, err := base.Parse(attr(form, "action")); err != nil || to.RequestURI() != action {
			continue
		}
		for c := range form.Descendants() {
			switch {
			case attr(c, "name") != name:
			case c.DataAtom == atom.Textarea && c.FirstChild != nil:
				return c.FirstChild.Data
			case c.DataAtom == atom.Input:
				return attr(c, "value")
			}
		}
	}
	return ""
}

// TestNothingTypedIsLostBySigningOut: a form in another tab is sent after one
// signed out.
func TestNothingTypedIsLostBySigningOut(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	page := "/violations/" + m.things["violations"].inside
	first := s.signInAgain(t, "typist", "first", 0)
	forms := slices.DeleteFunc(formsOf(t, page, s.ask(http.MethodGet, page, "", first).body), func(f pageForm) bool { return f.typed["reason"] == "" })
	if len(forms) == 0 {
		t.Fatal("no form asks for a reason")
	}
	cookieOf := func(a answer) string {
		out := ""
		for _, line := range a.header.Values("Set-Cookie") {
			if strings.HasPrefix(line, s.auth.FormCookie()+"=") && !strings.HasPrefix(line, s.auth.FormCookie()+"=;") {
				out, _, _ = strings.Cut(line, ";")
			}
		}
		return out
	}
	left := cookieOf(s.ask(http.MethodPost, "/logout", "", first))
	a := s.ask(http.MethodPost, forms[0].action, forms[0].sent.Encode(), "", "Referer", s.base+page, "Cookie", left)
	if a.status != http.StatusUnauthorized || cookieOf(a) == "" {
		t.Fatalf("status %d, cookies %q", a.status, a.header.Values("Set-Cookie"))
	}
	for who, want := range map[string]bool{"typist": true, "somebody-else": false} {
		session := s.auth.SessionCookie() + "=" + s.signInAgain(t, who, "again", 0)
		got := s.ask(http.MethodGet, page, "", "", "Cookie", cookieOf(a)+"; "+session)
		if valueOf(got.body, page, forms[0].action, "reason") == forms[0].typed["reason"] != want {
			t.Errorf("%s: what was typed is there: %v", who, !want)
		}
	}
}

// signInAgain stores a session of a person with every role; age is how long it
// was not used.
func (s *site) signInAgain(t *testing.T, who, turn string, age time.Duration) string {
	t.Helper()
	sum := sha256.Sum256([]byte(who + turn))
	cookie := base64.RawURLEncoding.EncodeToString(sum[:])
	var roles []string
	for _, r := range auth.AllRoles {
		roles = append(roles, string(r))
	}
	row := db.Session{Hash: sha256.Sum256([]byte(cookie)), Tenant: authtest.Directory, Person: authtest.ObjectID(who), Name: "Persona " + who, Address: who + "@contoso.example", Roles: roles,
		Started: now().Add(-age), Confirmed: now().Add(-age), RolesRead: now().Add(-min(age, auth.RolesLimit+time.Minute)), Seen: now().Add(-age)}
	if err := s.db.Write(t.Context(), func(tx *db.Tx) error { return tx.AddSession(t.Context(), row) }); err != nil {
		t.Fatal(err)
	}
	return cookie
}

// TestNothingTypedIsLost fills in every form of every page, sends it when the
// session has ended, the roles are too old or the proof of identity is, signs
// in again and opens the page: what was typed is in the form, for that person
// in that browser and for nobody else.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s)
	fresh := s.allRoles(t)
	tried := map[string]bool{}
	for _, r := range s.gets() {
		if r.Export || strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		page, _, _ := m.request(r, targets()[0])
		a := s.ask(http.MethodGet, page, "", fresh)
		if !strings.Contains(a.header.Get("Content-Type"), "html") {
			continue
		}
		for _, f := range formsOf(t, page, a.body) {
			path, _, _ := strings.Cut(f.action, "?")
			if path == "/logout" || tried[path] {
				continue
			}
			tried[path] = true
			ages := []time.Duration{auth.IdleLimit + time.Minute, auth.RolesLimit + time.Minute}
			for _, age := range ages {
				s.typeAndReturn(t, page, f, age)
			}
		}
	}
	if len(tried) < 3 {
		t.Errorf("only the forms %v were tried", tried)
	}
	t.Logf("%d forms", len(tried))
}

func (s *site) typeAndReturn(t *testing.T, page string, f pageForm, age time.Duration) {
	t.Helper()
	turn := f.action + age.String()
	old := s.signInAgain(t, "typist", "old"+turn, age)
	a := s.ask(http.MethodPost, f.action, f.sent.Encode(), old, "Referer", s.base+page)
	if a.status != http.StatusUnauthorized || !strings.Contains(a.body, "is kept for 30 minutes") {
		t.Errorf("%s from %s after %v: status %d: %s", f.action, page, age, a.status, sentence(a.body))
		return
	}
	kept, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	back := func(who string, cookies ...string) answer {
		session := s.auth.SessionCookie() + "=" + s.signInAgain(t, who, strings.Join(cookies, who)+turn, 0)
		return s.ask(http.MethodGet, page, "", "", "Cookie", strings.Join(append(cookies, session), "; "))
	}
	shown := func(a answer) bool {
		for name, text := range f.typed {
			if valueOf(a.body, page, f.action, name) != text {
				return false
			}
		}
		return true
	}
	if got := back("typist", kept); got.status != http.StatusOK || !shown(got) || !strings.Contains(got.body, "What you typed is back") {
		t.Errorf("%s on %s after %v: what was typed did not come back: status %d to %s", f.action, page, age, got.status, got.header.Get("Location"))
	}
	if got := back("somebody-else", kept); shown(got) || strings.Contains(got.body, "What you typed is back") {
		t.Errorf("%s on %s: somebody else reads what was typed", f.action, page)
	}
	if got := back("typist"); shown(got) {
		t.Errorf("%s on %s: another browser reads what was typed", f.action, page)
	}
}

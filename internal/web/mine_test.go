package web

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/request"
)

// TestOwnersWord: an owner sees what they administer, says what becomes of it,
// and nobody else says it for them.
func TestOwnersWord(t *testing.T) {
	t.Parallel()
	r := judged(t)
	person := r.text(`SELECT i.guid FROM access_grant g JOIN ident i ON i.id = g.principal JOIN principal p ON p.principal = g.principal AND p.kind = 'User'
		JOIN workspace w ON w.ws = g.ws AND w.state = 'Active' AND w.to_scan IS NULL WHERE g.role = 'Admin' AND g.object = g.ws AND g.to_scan IS NULL ORDER BY g.ws LIMIT 1`)
	*r.who = auth.Person{TenantID: "t", ObjectID: person, Name: "Owner", Roles: []auth.Role{auth.Viewer}}
	d := r.get("/mine", http.StatusOK)
	owns := r.one(`SELECT count(DISTINCT g.ws) FROM access_grant g JOIN ident i ON i.id = g.principal JOIN workspace w ON w.ws = g.ws AND w.to_scan IS NULL AND w.state = 'Active'
		WHERE i.guid = $1 AND g.role = 'Admin' AND g.object = g.ws AND g.to_scan IS NULL`, person)
	if n := d.Count("table[data-testid=list] tbody tr"); int64(n) < owns || n == 0 {
		t.Fatalf("%d workspaces are shown, at least %d are theirs", n, owns)
	}
	var say string
	for _, href := range d.Attrs("table[data-testid=list] a", "href") {
		if strings.HasPrefix(href, "/mine/") {
			say = href
		}
	}
	r.get(say, http.StatusOK)
	_, back := r.post(say, http.StatusUnprocessableEntity, "answer", "keep", "reason", "")
	if !back.Has("input[value=keep][checked]") || back.Text("[data-testid=field-reason] .error") == "" {
		t.Error("without a reason the form does not come back as it was")
	}
	r.post(say, http.StatusUnprocessableEntity, "answer", "burn", "reason", "because of the wind")
	r.post(say, http.StatusSeeOther, "answer", "keep", "reason", "Month-end closing needs it")
	if got := r.get("/mine", http.StatusOK).Text("table[data-testid=list]"); !strings.Contains(got, "Month-end closing needs it") || !strings.Contains(got, "Kept") {
		t.Errorf("the word is not shown: %s", got)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.details.decision') = 'keep'`); n != 1 {
		t.Errorf("%d entries of the ledger", n)
	}
	*r.who = auth.Person{TenantID: "t", ObjectID: "stranger", Name: "Stranger", Roles: []auth.Role{auth.Viewer}}
	r.post(say, http.StatusUnprocessableEntity, "answer", "remove", "reason", "I do not like it")
	if n := r.one(`SELECT count(*) FROM ownership_answer`); n != 1 {
		t.Errorf("%d answers are kept", n)
	}
	if n := r.get("/mine", http.StatusOK).Count("table[data-testid=list]"); n != 0 {
		t.Error("a stranger owns something")
	}
}

func TestWorkspaceAdvice(t *testing.T) {
	t.Parallel()
	r := judged(t)
	id := r.text(`SELECT i.guid FROM violation v JOIN ident i ON i.id = v.ws WHERE v.rule = 'owners.few' AND v.state = 'open' ORDER BY v.id LIMIT 1`)
	path := fmt.Sprintf("/workspaces/%s/%s/violations", audittest.TenantName, id)
	d := r.get(path, http.StatusOK)
	if got := strings.Join(d.All("[data-testid=advice]"), "\n"); !strings.Contains(got, "Name a second admin") {
		t.Errorf("one person administers it, and the advice is:\n%s", got)
	}
	want := r.one(`SELECT count(*) FROM violation v JOIN ident i ON i.id = v.ws WHERE i.guid = $1 AND v.state <> 'resolved'`, id)
	if n := d.Count("table[data-testid=list] tbody tr"); int64(n) != want {
		t.Errorf("%d violations are listed, %d stand", n, want)
	}
	r.follow(d, "[data-testid=advice] a")
}

// TestMendingLinks: each advice, and each violation it rests on, leads to the
// form or the triage that does it, filled in with the names of the kind's own
// parameters, and every one of these pages opens.
func TestMendingLinks(t *testing.T) {
	t.Parallel()
	r := judged(t)
	*r.who = auth.Person{TenantID: "t", ObjectID: "op", Name: "Olga", Roles: []auth.Role{auth.Operator, auth.Requester}}
	seen := map[string]bool{}
	for _, a := range advices {
		for _, rule := range a.rules {
			id := r.textOr(`SELECT i.guid FROM violation v JOIN ident i ON i.id = v.ws WHERE v.rule = $1 AND v.state = 'open' ORDER BY v.id LIMIT 1`, rule)
			if id == "" {
				continue
			}
			d := r.get(fmt.Sprintf("/workspaces/%s/%s/violations", audittest.TenantName, id), http.StatusOK)
			links := d.Attrs("[data-testid=advice] .row a", "href")
			if len(links) == 0 && r.mayOpen(newRequest) {
				t.Errorf("%s on %s leads nowhere", rule, id)
			}
			for _, href := range links {
				r.get(href, http.StatusOK)
				u, err := url.Parse(href)
				if err != nil {
					t.Fatal(err)
				}
				seen[u.Path] = true
				checkAsked(t, u)
			}
		}
	}
	if !seen["/violations/triage"] {
		t.Errorf("no advice leads to the triage: %v", seen)
	}
}

func (r *ruled) mayOpen(path string) bool { return r.Server.actions["GET "+path] != "" }

// checkAsked checks a filled form's address against the parameters of its kind.
func checkAsked(t *testing.T, u *url.URL) {
	t.Helper()
	name, isForm := strings.CutPrefix(u.Path, "/requests/new/")
	if !isForm {
		return
	}
	params := request.New(request.Kind(name))
	if params == nil {
		t.Errorf("%s is no kind of request", name)
		return
	}
	if !strings.HasPrefix(u.Query().Get("because"), "violation:") {
		t.Errorf("%s does not say what it would mend", u)
	}
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	for key := range u.Query() {
		field, _, _ := strings.Cut(key, "[")
		if _, known := fields[field]; !known && field != "tenant" && field != "because" {
			t.Errorf("%s has no parameter %s: %s", name, field, u)
		}
	}
}

// textOr is text, empty when the query finds nothing.
func (r *ruled) textOr(query string, args ...any) (s string) {
	r.t.Helper()
	if err := r.db.Reader().QueryRow(r.t.Context(), query, args...).Scan(&s); err != nil && !errors.Is(err, sql.ErrNoRows) {
		r.t.Fatalf("%v in %s", err, query)
	}
	return s
}

package sitetest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/web/guard"
	"steward/internal/web/guard/guardtest"
)

// TestRoutesAndTableAgree holds that every route of the router has its line in
// the table of who may use it, and every line a route.
func TestRoutesAndTableAgree(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	for _, problem := range guard.CheckRoutes(s.pages.Routes(), s.pages.Table()) {
		t.Error(problem)
	}
}

// target is one thing that a request is about: where it is, and what the table
// of permits is asked about it. An absent one has no object.
type target struct {
	name, tenant string
	id           func(ids) string
	object       auth.Object
	absent       bool
}

func targets() []target {
	inside, beyond, abroad := func(i ids) string { return i.inside }, func(i ids) string { return i.outside }, func(i ids) string { return i.foreign }
	nothing := func(ids) string { return "99999999" }
	return []target{
		{"inside", contoso, inside, auth.Object{Tenant: contoso, Workspace: "Finance PROD", Domain: "Finance"}, false},
		{"outside", contoso, beyond, auth.Object{Tenant: contoso, Workspace: "HR Secret " + outside, Domain: "Personnel " + outside}, false},
		{"foreign", fabrikam, abroad, auth.Object{Tenant: fabrikam, Workspace: "Fabrikam only " + foreign, Domain: "Personnel " + foreign}, false},
		{"absent", contoso, nothing, auth.Object{}, true},
		{"absent tenant", "elsewhere", inside, auth.Object{}, true},
	}
}

// matrix counts and compares.
type matrix struct {
	*site
	t      *testing.T
	all    []*persona
	things map[string]ids
	watch  *guardtest.Watch
	cases  int
	turn   int
}

// newMatrix watches the database from now on.
func newMatrix(t *testing.T, s *site, all ...*persona) *matrix {
	t.Helper()
	return &matrix{site: s, t: t, all: all, things: s.things(), watch: guardtest.NewWatch(t, s.db, ownRecords...)}
}

// ownRecords are the tables that record the attempts themselves.
var ownRecords = []string{"session", "ended_session", "signed_in", "api_token", "ledger", "ledger_checkpoint", "ledger_identity", "sqlite_sequence", "scan", "budget"}

// TestWhoMaySeeAndDoWhat tries every route as every kind of person on every
// kind of thing. The oracle is the table of permits and the person's limits.
func TestWhoMaySeeAndDoWhat(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	m := newMatrix(t, s, personas()...)
	m.signIn(t, m.all)
	table := m.pages.Table()
	// Signing out ends the personas' sessions, so it is not among these.
	table = slices.DeleteFunc(table, func(r guard.Route) bool { return r.Public })
	for _, r := range table {
		for _, g := range targets() {
			m.tryOn(r, g)
		}
		m.signIn(t, m.all)
	}
	if m.cases < 3000 {
		t.Errorf("only %d cases", m.cases)
	}
	t.Logf("%d cases over %d routes", m.cases, len(table))
}

// tryOn tries a route on one thing: first as those who must be refused, after
// which nothing may have been written, then as the others, of whom only a form
// may write.
func (m *matrix) tryOn(r guard.Route, g target) {
	path, form, judged := m.request(r, g)
	var refused, let []*persona
	for _, p := range m.all {
		if m.want(r, g, p.person(), judged) == http.StatusOK {
			let = append(let, p)
			continue
		}
		refused = append(refused, p)
	}
	safe := r.Method == http.MethodGet
	before := m.watch.Written()
	for _, p := range refused {
		if m.turn++; !long() && (r.Export && m.turn%9 != 0 || safe && m.turn%3 != 0) {
			continue
		}
		m.one(r, g, p, path, form, judged)
	}
	if !safe {
		m.unchanged(r, g, before)
	}
	for _, p := range let {
		if m.turn++; safe && !long() && m.turn%23 != 0 {
			continue // what is let through is slow: a page each
		}
		m.one(r, g, p, path, form, judged)
	}
	if safe {
		m.unchanged(r, g, before)
	}
}

func (m *matrix) unchanged(r guard.Route, g target, before string) {
	m.t.Helper()
	if written := guardtest.Between(before, m.watch.Written()); len(written) > 0 {
		m.t.Errorf("%s %s on what is %s: the database was written: %v", r.Method, r.Path, g.name, written)
	}
}

// request is what is sent; judged is false where the answer of a route that
// lets the person in cannot be told from the tables.
func (m *matrix) request(r guard.Route, g target) (path, form string, judged bool) {
	path, known := fillPath(r, m.things, g.tenant, g.id)
	judged = known || !strings.Contains(r.Path, ":")
	q := url.Values{"tenant": {g.tenant}}
	if report := reportOf(r); report != nil && r.Method == http.MethodGet {
		for _, f := range report.Filters {
			if f.Required {
				q.Set(f.Key, map[string]string{"item": "it-model", "workspace": "ws-fin", "principal": "p-ana", "scan": "3", "run": runSamples.inside, "pipeline": "pipe-1"}[f.Key])
			}
		}
	}
	if r.Method != http.MethodGet {
		q.Set("kind", "no-such-kind")
		return path, q.Encode(), judged
	}
	return path + "?" + q.Encode(), "", judged
}

// reportOf is the report behind a list's or an export's address.
func reportOf(r guard.Route) *audit.Report {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), ".")
	report, err := audit.Lookup(name)
	if err != nil {
		return nil
	}
	return report
}

// want is the status that the tables ask for; 200 stands for being let through.
func (m *matrix) want(r guard.Route, g target, p auth.Person, judged bool) int {
	if strings.HasPrefix(r.Path, guard.APIPrefix) {
		return http.StatusUnauthorized // no cookie counts there; tokens have a matrix of their own
	}
	if p.ObjectID == "" {
		if r.Method == http.MethodGet {
			return http.StatusSeeOther
		}
		return http.StatusUnauthorized
	}
	if !auth.May(p, r.Action, auth.Object{}) || r.Export && !auth.May(p, auth.ExportReport, auth.Object{}) {
		return http.StatusNotFound
	}
	if ofNoTenant(r) {
		return http.StatusOK
	}
	if r.Path == "/ledger/:seq" {
		return statusIf(g.name != "absent" && opensEntry(p, g))
	}
	o := g.object
	switch {
	case slices.Contains(ownOnly, r.Path):
		return http.StatusNotFound // of the one who asked, and that is none of these
	case !strings.Contains(r.Path, ":"):
		o = m.somewhere(r, g)
	case g.absent && (strings.Contains(r.Path, ":tenant") || g.name == "absent") || !judged:
		return http.StatusNotFound
	case m.things[strings.Split(r.Path, "/")[1]].foreign == "":
		if g.name != "inside" || !auth.May(p, r.Action, g.object) {
			return http.StatusNotFound
		}
		return http.StatusOK // a rule, in a tenant that one may see
	case g.absent:
		o = targets()[0].object // the address names no tenant, only the thing
	}
	if r.Action == auth.RunPlan && !auth.May(p, auth.RunAnyPlan, auth.Object{Tenant: o.Tenant}) {
		return http.StatusNotFound // nobody is named by the plans of the tests
	}
	if o.Tenant == "" || !auth.May(p, r.Action, o) {
		return http.StatusNotFound
	}
	return http.StatusOK
}

// ownOnly are pages of what one has asked for oneself.
var ownOnly = []string{"/requests/:id/edit", "/requests/:id/preview", "/requests/:id/submit"}

// leadOn are the addresses that show nothing and lead to another.
var leadOn = []string{"/violations/:id/waive", "/scans/stop"}

// formAnswers are what forms answer to somebody whom they let through, and whose
// form says nothing of what they ask: most refuse it at the field (422).
var formAnswers = map[string]int{
	"/approvals/delegate": 422, "/kept/discard": 303, "/ledger/verify": 303, "/me/preferences": 303, "/me/tokens": 422, "/messages/again": 303, "/policies/:id/decide": 422, "/requests/:id/comment": 422,
	"/requests/:id/decide": 422, "/requests/:id/answer": 422, "/requests/:id/withdraw": 422, "/runs/:id/cancel": 422, "/runs/:id/pause": 422, "/runs/:id/resume": 303,
	"/runs/:id/steps/:step": 422, "/runs/hold": 422, "/runs/release": 422, "/scans": 422,
	"/refreshes/plans/:tenant/:id/start": 422, "/refreshes/plans/:tenant/:id/runs/:run/resume": 422, "/refreshes/plans/:tenant/:id/runs/:run/cancel": 422, "/setup": 303, "/violations/:id/assign": 422, "/violations/:id/comment": 422,
	"/views": 422, "/violations/:id/triage": 422, "/violations/:id/waive": 422, "/violations/triage": 200, "/violations/assign": 200, "/waivers/:id/end": 422,
}

// answersOf is the one status that a form answers. Of a form that is not listed
// yet it is only known that it refuses at the field or has done something
// harmless and leads on.
func answersOf(r guard.Route) []int {
	if status, listed := formAnswers[r.Path]; listed {
		return []int{status}
	}
	return []int{http.StatusUnprocessableEntity, http.StatusSeeOther}
}

func statusIf(open bool) int {
	if open {
		return http.StatusOK
	}
	return http.StatusNotFound
}

// opensEntry says who may read an entry of the ledger: one about a tenant who
// may see all of that tenant, one about none who has no limit at all. The
// address names the entry only.
func opensEntry(p auth.Person, g target) bool {
	for _, role := range auth.Permits[auth.ViewLedger].Roles {
		if !p.Has(role) {
			continue
		}
		limits := p.Limits[role]
		if len(limits) == 0 {
			return true
		}
		about := map[string]string{"inside": contoso, "outside": "", "foreign": fabrikam, "absent tenant": contoso}[g.name]
		for _, l := range limits {
			if len(l.Prefixes)+len(l.Domains) == 0 && about != "" && (len(l.Tenants) == 0 || slices.Contains(l.Tenants, about)) {
				return true
			}
		}
	}
	return false
}

// somewhere is the object of a page about a tenant: whoever may see any part of
// it may open a list, which then shows that part.
func (m *matrix) somewhere(r guard.Route, g target) auth.Object {
	if g.tenant != contoso {
		return g.object
	}
	if auth.Permits[r.Action].Reach == auth.WholeTenant {
		return auth.Object{Tenant: contoso}
	}
	return targets()[0].object
}

// ofNoTenant names pages that are about the portal or about oneself: the
// tenant in the address means nothing there.
func ofNoTenant(r guard.Route) bool {
	reach := auth.Permits[r.Action].Reach
	return reach == auth.Own || reach == auth.Everywhere || r.Method == http.MethodGet && r.Path == "/setup" || slices.Contains([]string{"/api", "/requests/file", "/violations/triage", "/violations/assign", "/requests/pick", "/requests/names", "/approvals/delegate"}, r.Path)
}

// wholeTenant reports whether a page tells somebody limited to a part that it
// is about the tenant as a whole: it is in everybody's menu, so there is
// nothing to hide, only something to explain.
func wholeTenant(r guard.Route, p auth.Person) bool {
	return (strings.HasPrefix(r.Path, "/baselines") || r.Path == "/policies/:id/preview") && !auth.May(p, r.Action, auth.Object{Tenant: contoso}) && !auth.May(p, r.Action, auth.Object{Tenant: fabrikam})
}

// named are the routes whose form names what they act on: what the tests send
// names nothing, which is absent.
var named = []string{"/requests/file", "/requests/:id/now", "/requests/:id/emergency/end", "/requests/:id/emergency/review", "/violations/triage", "/violations/assign", "/me/sessions/revoke", "/sessions/revoke", "/scans/stop", "/runs/hold", "/runs/release", "/policies/:id/decide", "/ledger.csv", "/ledger.json", "/ledger.xlsx", "/ledger.jsonl", "/ledger",
	"/tokens", "/tokens.csv", "/tokens.xlsx", "/tokens.json", "/tokens/:id", "/tokens/:id/revoke", "/me/tokens/revoke", "/views/:id", "/views/:id/edit", "/views/:id/delete"}

// one sends one request and judges its answer.
func (m *matrix) one(r guard.Route, g target, p *persona, path, form string, judged bool) {
	m.cases++
	a := m.ask(r.Method, path, form, p.cookie)
	want := m.want(r, g, p.person(), judged)
	name := fmt.Sprintf("%s %s as %s on what is %s", r.Method, path, p.name, g.name)
	switch {
	case a.status == http.StatusForbidden && wholeTenant(r, p.person()):
	case strings.HasPrefix(r.Path, "/policies/") && r.Method != http.MethodGet && a.status == http.StatusSeeOther && auth.May(p.person(), r.Action, auth.Object{}):
		// A preview is of a rule, for the first tenant that the person may see.
	case want == http.StatusOK && a.status == http.StatusNotFound && slices.Contains(named, r.Path):
	case want == http.StatusOK && r.Method == http.MethodGet:
		if slices.Contains(leadOn, r.Path) {
			want = http.StatusSeeOther
		}
		if a.status != want {
			m.t.Errorf("%s: status %d, want %d: %s", name, a.status, want, sentence(a.body))
		}
	case want == http.StatusOK:
		if may := answersOf(r); !slices.Contains(may, a.status) {
			m.t.Errorf("%s: status %d, want %v: %s", name, a.status, may, sentence(a.body))
		}
	case a.status != want:
		m.t.Errorf("%s: status %d, want %d: %s", name, a.status, want, sentence(a.body))
	}
}

// sentence is what an error page says.
func sentence(body string) string {
	_, text, _ := strings.Cut(body, `data-testid="problem"`)
	return text[:min(len(text), 300)]
}

// TestForbiddenLooksLikeAbsent: what one may not see answers exactly like what
// is not there, and a page one may not open like an address that nothing has.
func TestForbiddenLooksLikeAbsent(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	things := s.things()
	cookie, plain := s.as(t, "part-everything"), s.as(t, "norole")
	same := func(a, b answer, idA, idB, what string) {
		t.Helper()
		named := func(id string) *strings.Replacer {
			if len(id) < 4 { // a short number is also a count somewhere
				return strings.NewReplacer("&#34;"+id+"&#34;", "ID", "/"+id, "/ID")
			}
			return strings.NewReplacer("&#34;"+id+"&#34;", "ID", "/"+id, "/ID", `"`+id+`"`, "ID")
		}
		one, two := named(idA).Replace(steady(a.body)), named(idB).Replace(steady(b.body))
		if a.status != b.status || one != two {
			t.Errorf("%s: %d and %d, %s", what, a.status, b.status, difference(one, two))
		}
	}
	for _, r := range s.pages.Table() {
		if r.Public || strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		if !strings.Contains(r.Path, ":") {
			other := "/no-such-page"
			if strings.HasSuffix(r.Path, ".json") {
				other += ".json" // a program asks, and gets its own form
			}
			same(s.ask(r.Method, r.Path, "", plain), s.ask(r.Method, other, "", plain), "-", "-", r.Method+" "+r.Path+" without a role")
			continue
		}
		thing, known := things[strings.Split(r.Path, "/")[1]]
		if !known {
			continue
		}
		for _, id := range []string{thing.outside, thing.foreign} {
			if id == "" {
				continue
			}
			gone := "no-such-thing"
			if strings.Trim(id, "0123456789") == "" {
				gone = "99999999"
			}
			path, _ := fillPath(r, things, contoso, func(ids) string { return id })
			absent, _ := fillPath(r, things, contoso, func(ids) string { return gone })
			same(s.ask(r.Method, path, "tenant="+contoso, cookie), s.ask(r.Method, absent, "tenant="+contoso, cookie), id, gone, r.Method+" "+path)
		}
	}
}

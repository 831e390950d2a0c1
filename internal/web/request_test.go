package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
)

// bureau is a portal with a desk of requests. who may be exchanged between
// requests.
type bureau struct {
	ruled
	desk  *desk.Desk
	known []auth.Person
	// space and role are something that can be asked for.
	space, gainer, other string
}

// directory is that of the filled tenant.
const directory = "aaaaaaaa-0000-4000-8000-000000000001"

// Those who ask and decide. The gainer is found in the filled tenant.
var (
	rita  = auth.Person{TenantID: directory, ObjectID: "aaaaaaaa-0000-4000-8000-0000000000a1", Name: "Rita Requester", Roles: []auth.Role{auth.Requester}}
	eve   = auth.Person{TenantID: directory, ObjectID: "aaaaaaaa-0000-4000-8000-0000000000a2", Name: "Eve Approver", Roles: []auth.Role{auth.Approver}}
	frank = auth.Person{TenantID: directory, ObjectID: "aaaaaaaa-0000-4000-8000-0000000000a3", Name: "Frank Approver", Roles: []auth.Role{auth.Approver}}
)

func newBureau(t *testing.T) *bureau {
	t.Helper()
	d := filled(t)
	b := &bureau{ruled: ruled{portal: portal{db: d, t: t}, who: &auth.Person{}, keeper: policy.NewKeeper(nil, now)}, known: []auth.Person{rita, eve, frank}}
	*b.who = rita
	ids := 0
	b.desk = desk.New(desk.Config{DB: d, Rules: b.keeper.Set, Now: now, People: func(context.Context) ([]auth.Person, error) { return b.known, nil },
		NewID: func() string { ids++; return fmt.Sprintf("01JREQUEST%016d", ids) }})
	s, err := New(Config{Reader: d.Reader(), Tenants: []string{audittest.TenantName}, Now: now, Log: slog.New(slog.DiscardHandler), Requests: b.desk, Policies: tried{&b.ruled},
		Who:    func(echo.Context) (auth.Person, bool) { return *b.who, true },
		Record: func(ctx context.Context, e ledger.Entry) error { return d.Record(ctx, e) }, PublicURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	b.Server = s
	b.space = b.text(`SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.to_scan IS NULL AND w.kind = 'Workspace' AND w.state = 'Active' AND w.users_known = 1 ORDER BY i.guid LIMIT 1`)
	people := `SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal WHERE p.to_scan IS NULL AND p.kind = 'User' AND p.guest = 0 AND p.address <> '' AND coalesce(p.gone, 0) = 0 AND coalesce(p.enabled, 1) = 1
		AND NOT EXISTS (SELECT 1 FROM access_grant g JOIN ident o ON o.id = g.object WHERE g.principal = p.principal AND o.guid = $1 AND g.to_scan IS NULL) ORDER BY i.guid LIMIT 1 OFFSET $2`
	b.gainer, b.other = b.text(people, b.space, 0), b.text(people, b.space, 1)
	return b
}

func (b *bureau) as(p auth.Person) *bureau { *b.who = p; return b }

// submitted is a request for a role that waits.
func (b *bureau) submitted(who, right string) request.Request {
	b.t.Helper()
	by := desk.By{Person: rita}
	r, err := b.desk.Draft(b.t.Context(), by, audittest.TenantName, desk.In{Reason: "month end", Params: &request.AccessAddParams{Workspace: request.ID(b.space), Members: []request.Member{{Who: request.ID(who), Right: right}}}})
	if err != nil {
		b.t.Fatal(err)
	}
	r, p, err := b.desk.Submit(b.t.Context(), by, r.ID, r.Version)
	if err != nil {
		b.t.Fatal(err, p.Errors, p.Refused)
	}
	return r
}

func TestRequestIsReadAndDecided(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	r := b.submitted(b.gainer, "Viewer")
	path := "/requests/" + r.ID

	d := b.get(path, http.StatusOK)
	if d.Text("[data-testid=why-not]") == "" || d.Has("[data-testid=decide]") || !d.Has("form[action='"+path+"/withdraw']") {
		t.Error("who asked sees no reason why they do not decide, or cannot withdraw")
	}
	d = b.as(eve).get(path, http.StatusOK)
	if got := d.Text("[data-testid=plan]"); !strings.Contains(got, "POST") || !strings.Contains(got, "/v1.0/myorg/groups/"+b.space+"/users") || !strings.Contains(got, r.Plan) {
		t.Errorf("the plan does not tell the call: %s", got)
	}
	if hash := d.Attrs("[data-testid=decide] input[name=plan]", "value"); len(hash) != 1 || hash[0] != r.Plan {
		t.Errorf("the form carries the hash %v", hash)
	}
	if d.Has("form[action='" + path + "/withdraw']") {
		t.Error("somebody else is offered to withdraw it")
	}
	if got := d.Text("[data-testid=known]"); !strings.Contains(got, "Eve Approver") || !strings.Contains(got, "Frank Approver") || strings.Contains(got, "Rita") {
		t.Errorf("who could decide: %s", got)
	}
	inbox := b.get("/approvals", http.StatusOK)
	if got := inbox.Text("table[data-testid=mine]"); !strings.Contains(got, "Rita Requester") {
		t.Errorf("the inbox shows %q", got)
	}
	if got := inbox.Text("nav a[href='/approvals'] .count"); got != "1" {
		t.Errorf("the rail counts %q", got)
	}
	to, _ := b.post(path+"/decide", http.StatusSeeOther, "plan", r.Plan, "decision", "approve", "note", "fine by me")
	if to != path {
		t.Errorf("led to %s", to)
	}
	d = b.get(path, http.StatusOK)
	if got := d.Text("table[data-testid=votes]"); !strings.Contains(got, "Eve Approver") || !strings.Contains(got, "fine by me") {
		t.Errorf("the decision is not shown: %s", got)
	}
	if got := d.Text("[data-testid=timeline]"); !strings.Contains(got, "agreed") || !strings.Contains(got, "submitted it") {
		t.Errorf("the time line: %s", got)
	}
	if got := b.get("/approvals", http.StatusOK).Text("main"); !strings.Contains(got, "Nothing waits for you") {
		t.Errorf("afterwards the inbox says %q", got)
	}
}

// A refusal says why, with the status of its kind, and gives back what was
// written.
func TestDecisionsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	r := b.submitted(b.gainer, "Viewer")
	path := "/requests/" + r.ID
	decide := func(who auth.Person, want int, plan, decision, says string) {
		t.Helper()
		_, d := b.as(who).post(path+"/decide", want, "plan", plan, "decision", decision, "note", "no")
		text := d.Text("main")
		if !strings.Contains(text, says) {
			t.Errorf("%s as %s: %q is not said", decision, who.Name, says)
		}
		if !strings.Contains(text, "You wrote: no") && d.Text("textarea[name=note]") != "no" {
			t.Errorf("%s as %s: what was typed is lost", decision, who.Name)
		}
	}
	gainer := auth.Person{TenantID: directory, ObjectID: b.gainer, Name: "Gains", Roles: []auth.Role{auth.Approver}}
	ritaToo := rita
	ritaToo.Roles = auth.AllRoles
	decide(gainer, http.StatusForbidden, r.Plan, "approve", "You would gain by this")
	decide(ritaToo, http.StatusForbidden, r.Plan, "approve", "You asked for this")
	decide(eve, http.StatusUnprocessableEntity, r.Plan, "reject", "Say why")
	decide(eve, http.StatusUnprocessableEntity, r.Plan, "ask", "Write a few words")
	decide(eve, http.StatusUnprocessableEntity, r.Plan, "", "Choose whether")
	decide(eve, http.StatusConflict, strings.Repeat("0", 64), "approve", "The plan changed after you opened it")
	b.as(gainer)
	if got := b.get(path, http.StatusOK).Text("[data-testid=why-not]"); !strings.Contains(got, "You would gain by this") {
		t.Errorf("who gains is told %q", got)
	}
	if got := b.get("/approvals", http.StatusOK).Text("table[data-testid=others]"); !strings.Contains(got, "You would gain by this") {
		t.Errorf("the inbox of who gains says %q", got)
	}
	// Asked back while somebody else writes.
	b.as(frank).post(path+"/decide", http.StatusSeeOther, "plan", r.Plan, "decision", "ask", "note", "What is it for?")
	decide(eve, http.StatusConflict, r.Plan, "approve", "This request is a draft")
	if n := b.one(`SELECT count(*) FROM approval`); n != 0 {
		t.Errorf("%d decisions were stored", n)
	}
}

func TestAskedBackAnsweredAndRejected(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	r := b.submitted(b.gainer, "Viewer")
	path := "/requests/" + r.ID
	b.as(eve).post(path+"/decide", http.StatusSeeOther, "plan", r.Plan, "decision", "ask", "note", "Why a year?")
	d := b.as(rita).get(path, http.StatusOK)
	if !strings.Contains(d.Text("main"), "Why a year?") || !d.Has("form[action='"+path+"/answer']") || d.Text("[data-testid=plan-note]") == "" {
		t.Error("the question, the answer's form or the old plan is missing")
	}
	to, _ := b.post(path+"/answer", http.StatusSeeOther, "answer", "For the audit.")
	if to != path+"/preview" {
		t.Errorf("led to %s", to)
	}
	again, _, err := b.desk.Submit(t.Context(), desk.By{Person: rita}, r.ID, r.Version+1)
	if err != nil {
		t.Fatal(err)
	}
	d = b.as(eve).get(path, http.StatusOK)
	if got := d.Text("main"); !strings.Contains(got, "Submission 2 asks for exactly what submission 1 asked for") || !strings.Contains(got, "For the audit.") {
		t.Error("the difference or the answer is missing")
	}
	b.post(path+"/decide", http.StatusSeeOther, "plan", again.Plan, "decision", "reject", "note", "Not without a date.")
	d = b.as(rita).get(path, http.StatusOK)
	if !strings.Contains(d.Text("main"), "Not without a date.") || d.Has("form[action='"+path+"/withdraw']") {
		t.Error("the reason is missing, or it can be withdrawn still")
	}
	if got := d.Text("table[data-testid=told]"); !strings.Contains(got, "You asked for it.") || !strings.Contains(got, "not sent yet") {
		t.Errorf("who is to be told: %s", got)
	}
	next := b.submitted(b.other, "Viewer")
	if got := b.as(eve).get("/requests/"+next.ID, http.StatusOK).Text("table[data-testid=similar]"); !strings.Contains(got, "Rejected") {
		t.Errorf("similar requests: %s", got)
	}
}

func TestRequestsAreListed(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	r := b.submitted(b.gainer, "Viewer")
	if _, err := b.desk.Draft(t.Context(), desk.By{Person: rita}, audittest.TenantName, desk.In{Params: &request.WorkspaceCreateParams{Name: "Mine alone"}}); err != nil {
		t.Fatal(err)
	}
	rows := func(who auth.Person, query string) int {
		t.Helper()
		return b.as(who).get("/requests"+query, http.StatusOK).Count("[data-testid=row]")
	}
	if n := rows(rita, ""); n != 2 {
		t.Errorf("who asked sees %d", n)
	}
	if got := b.as(rita).get("/requests?mine=yes", http.StatusOK).Text("nav[aria-label] a[aria-current=page][href*='mine=yes']"); !strings.Contains(got, "Asked by me") {
		t.Errorf("the tab says %q", got)
	}
	if n := rows(eve, ""); n != 1 {
		t.Errorf("an approver sees %d: drafts are their author's", n)
	}
	if rows(rita, "?mine=yes&state=draft") != 1 || rows(eve, "?mine=yes") != 0 || rows(eve, "?kind=access-add&state=pending") != 1 || rows(eve, "?state=done") != 0 {
		t.Error("a filter does not hold")
	}
	if n := rows(within("no such prefix"), ""); n != 0 {
		t.Errorf("somebody limited to other workspaces sees %d", n)
	}
	b.get("/requests/"+r.ID, http.StatusNotFound)
	b.as(eve)
	d := b.get("/requests", http.StatusOK)
	if got := d.Text("[data-testid=row]"); !strings.Contains(got, "1 × approver") || !strings.Contains(got, "Waiting for approval") {
		t.Errorf("the row says %q", got)
	}
	if got := b.body("/requests.csv"); !strings.Contains(got, r.ID) || !strings.Contains(got, "month end") {
		t.Errorf("the export: %s", got)
	}
}

func TestDelegation(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.as(eve)
	day := func(n int) string { return now().UTC().AddDate(0, 0, n).Format(dateForm) }
	to := frank.TenantID + "/" + frank.ObjectID
	for _, c := range []struct{ name, to, starts, ends, field string }{
		{"nobody", "", day(0), day(5), "to"}, {"no end", to, day(0), "", "ends"}, {"too long", to, day(0), day(120), "ends"}, {"an end in the past", to, day(0), day(-3), "ends"}, {"no beginning", to, "soon", day(5), "starts"},
	} {
		_, d := b.post("/approvals/delegate", http.StatusUnprocessableEntity, "to", c.to, "starts", c.starts, "ends", c.ends, "reason", "on holiday")
		if !d.Has("[data-testid=field-"+c.field+"] .error") || d.Text("textarea[name=reason]") != "on holiday" {
			t.Errorf("%s: no error at %s, or what was typed is lost", c.name, c.field)
		}
	}
	b.post("/approvals/delegate", http.StatusSeeOther, "to", to, "starts", day(0), "ends", day(5), "reason", "on holiday")
	d := b.get("/approvals", http.StatusOK)
	if got := d.Text("table[data-testid=delegations]"); !strings.Contains(got, "Frank Approver") || !strings.Contains(strings.ToLower(got), "in force") {
		t.Errorf("delegations: %s", got)
	}
	end := d.Attrs("form[action^='/approvals/delegations/']", "action")
	if len(end) != 1 {
		t.Fatalf("%d can be taken back", len(end))
	}
	b.as(frank).post(end[0], http.StatusNotFound)
	b.as(eve).post(end[0], http.StatusSeeOther)
	if got := b.get("/approvals", http.StatusOK).Text("table[data-testid=delegations]"); !strings.Contains(strings.ToLower(got), "taken back") {
		t.Errorf("delegations: %s", got)
	}
}

// Everything that waits for somebody is on the one page.
func TestInboxOfMany(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	for range 30 {
		b.submitted(b.gainer, "Viewer")
	}
	if n := b.as(eve).get("/approvals", http.StatusOK).Count("table[data-testid=mine] [data-testid=row]"); n != 30 {
		t.Errorf("%d rows", n)
	}
}

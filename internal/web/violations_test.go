package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/evaluate"
	"steward/internal/fault"
	"steward/internal/htmlcheck"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
)

// ruled is a portal whose tenant was judged by the built-in rules, with a desk
// that decides. who may be exchanged between requests.
type ruled struct {
	portal
	who    *auth.Person
	keeper *policy.Keeper
	desk   *desk.Desk
	// known are those who ever signed in.
	known []auth.Person
}

// operator triages and asks, approver decides.
var (
	operator = auth.Person{TenantID: "t", ObjectID: "op", Name: "Olga Operator", Roles: []auth.Role{auth.Operator}}
	approver = auth.Person{TenantID: "t", ObjectID: "ap", Name: "Pia Approver", Roles: []auth.Role{auth.Approver}}
	admin    = auth.Person{TenantID: "t", ObjectID: "ad", Name: "Ali Admin", Roles: []auth.Role{auth.Admin}}
)

// judged judges the filled tenant and opens the portal over it.
func judged(t *testing.T) *ruled {
	t.Helper()
	return judgedBy(t, filled(t), now)
}

// judgedBy is judged over a database of the caller's, by the caller's clock.
func judgedBy(t *testing.T, d *db.DB, clock func() time.Time) *ruled {
	t.Helper()
	r := &ruled{who: &auth.Person{}, keeper: policy.NewKeeper(nil, clock)}
	*r.who = operator
	r.portal = portal{db: d, t: t}
	r.judge()
	rules := &desk.Rules{DB: d, Keeper: r.keeper, Changed: r.judge}
	ids := 0
	r.desk = desk.New(desk.Config{DB: d, Own: rules, Rules: r.keeper.Set, Now: clock, NewID: func() string { ids++; return fmt.Sprintf("01J0000000000000000000%04d", ids) }})
	s, err := New(Config{Reader: d.Reader(), Tenants: []string{audittest.TenantName}, Now: clock, Log: slog.New(slog.DiscardHandler), Rules: rules, Policies: tried{r}, Requests: r.desk,
		Who:    func(echo.Context) (auth.Person, bool) { return *r.who, true },
		Record: func(ctx context.Context, e ledger.Entry) error { return d.Record(ctx, e) }, PublicURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
	return r
}

func (r *ruled) judge() {
	r.t.Helper()
	v, err := r.db.Reader().ViewNow(r.t.Context(), audittest.TenantName)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := evaluate.Evaluate(r.t.Context(), r.db, v, r.keeper.Set()); err != nil {
		r.t.Fatal(err)
	}
}

// post sends a form and returns where it leads, or the page that came back.
func (r *ruled) post(path string, want int, fields ...string) (string, *htmlcheck.Doc) {
	r.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	req.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	r.ServeHTTP(w, req.WithContext(templ.WithNonce(req.Context(), "n")))
	if w.Code != want {
		r.t.Fatalf("POST %s = %d, want %d: %s", path, w.Code, want, htmlcheck.Parse(r.t, w.Body.String()).All("main"))
	}
	if w.Code == http.StatusSeeOther {
		return w.Header().Get("Location"), nil
	}
	return "", htmlcheck.Page(r.t, w.Body.String())
}

// agreed asks in a form for what the portal goes by, and has others agree.
func (r *ruled) agreed(path string, fields ...string) {
	r.t.Helper()
	asked := r.submit(path, fields...)
	for _, name := range []string{"ap", "second"} {
		by := desk.By{Person: auth.Person{TenantID: "t", ObjectID: name, Name: name, Roles: []auth.Role{auth.Approver}}}
		now, err := r.desk.Approve(r.t.Context(), by, asked.ID, asked.Plan, "")
		if err != nil {
			r.t.Fatal(err)
		}
		if now.State == request.Done {
			return
		}
	}
	r.t.Fatalf("request %s is not done", asked.ID)
}

// submit drafts a request in its form and submits its plan.
func (r *ruled) submit(path string, fields ...string) request.Request {
	r.t.Helper()
	to, _ := r.post(path, http.StatusSeeOther, fields...)
	plan := r.get(to, http.StatusOK)
	id := strings.Split(to, "/")[2]
	r.post("/requests/"+id+"/submit", http.StatusSeeOther, "version", plan.Attr("form[data-testid=do-submit] input[name=version]", "value"), "plan", plan.Attr("form[data-testid=do-submit] input[name=plan]", "value"))
	asked, err := r.db.Reader().Request(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return asked
}

// one is the number of some value of the database.
func (r *ruled) one(query string, args ...any) (n int64) {
	r.t.Helper()
	if err := r.db.Reader().QueryRow(r.t.Context(), query, args...).Scan(&n); err != nil {
		r.t.Fatalf("%v in %s", err, query)
	}
	return n
}

func (r *ruled) some(rule string) int64 {
	return r.one(`SELECT min(id) FROM violation WHERE rule = $1 AND state = 'open'`, rule)
}

func (r *ruled) text(query string, args ...any) (s string) {
	r.t.Helper()
	if err := r.db.Reader().QueryRow(r.t.Context(), query, args...).Scan(&s); err != nil {
		r.t.Fatalf("%v in %s", err, query)
	}
	return s
}

func TestViolationsAreListed(t *testing.T) {
	t.Parallel()
	r := judged(t)
	d := r.get("/violations", http.StatusOK)
	if n := d.Count("table[data-testid=list] tbody tr"); n == 0 {
		t.Fatal("no violation is listed")
	}
	if got, want := d.Text("[data-testid=stat-open-high] .stat-value"), r.one(`SELECT count(*) FROM violation WHERE severity = 'high' AND state = 'open' AND in_force = 1`); !strings.HasPrefix(strings.ReplaceAll(got, ",", ""), fmt.Sprint(want)) {
		t.Errorf("the tile says %q open, the database %d", got, want)
	}
	d = r.get("/violations?rule=naming.pattern&severity=medium", http.StatusOK)
	first := d.Attrs("table[data-testid=list] tbody tr a", "href")[0]
	if !strings.HasPrefix(first, "/violations/") {
		t.Fatalf("the first column leads to %q", first)
	}
	page := r.get(first, http.StatusOK)
	if got := page.Text("[data-testid=says]"); !strings.Contains(got, "does not match") {
		t.Errorf("the finding reads %q", got)
	}
	if page.Count("[data-testid=remedy] li") == 0 || page.Count("[data-testid=timeline] li") == 0 {
		t.Error("remedy or history is missing")
	}
}

func TestTriage(t *testing.T) {
	t.Parallel()
	r := judged(t)
	id := r.some("naming.pattern")
	path := fmt.Sprintf("/violations/%d", id)
	rev := fmt.Sprint(r.one(`SELECT rev FROM violation WHERE id = $1`, id))

	_, d := r.post(path+"/triage", http.StatusUnprocessableEntity, "rev", rev, "to", "false_positive", "reason", "no")
	if d.Text("[data-testid=errors]") == "" || d.Text("textarea[name=reason]") != "no" || !d.Has("input[name=to][value=false_positive][checked]") {
		t.Errorf("what was typed is lost, or the error is not shown: %s", d.Text("[data-testid=errors]"))
	}
	to, _ := r.post(path+"/triage", http.StatusSeeOther, "rev", rev, "to", "false_positive", "reason", "It is the name of a product")
	if to != path {
		t.Errorf("led to %s", to)
	}
	if got := r.text(`SELECT state FROM violation WHERE id = $1`, id); got != "false_positive" {
		t.Errorf("the violation is %s", got)
	}
	if got := r.get(path, http.StatusOK).Text("[data-testid=timeline]"); !strings.Contains(got, "Olga Operator") || !strings.Contains(got, "It is the name of a product") {
		t.Errorf("the time line does not tell: %s", got)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.action') = 'violation.note' AND json_extract(body, '$.object_id') = $1`, fmt.Sprint(id)); n != 1 {
		t.Errorf("%d entries of the ledger tell of it", n)
	}
	_, d = r.post(path+"/triage", http.StatusUnprocessableEntity, "rev", rev, "to", "open", "reason", "")
	if !strings.Contains(d.Text("[data-testid=errors]"), "Somebody changed this violation") {
		t.Errorf("an old revision was accepted: %s", d.Text("[data-testid=errors]"))
	}
}

func TestBulkTriage(t *testing.T) {
	t.Parallel()
	r := judged(t)
	a, b := fmt.Sprint(r.some("naming.pattern")), fmt.Sprint(r.some("owners.description"))
	_, d := r.post("/violations/triage", http.StatusOK, "id", a, "id", b)
	if d.Count("table[data-testid=list] tbody tr") != 2 || d.Count(`form[action="/violations/triage"] input[name=id]`) != 2 {
		t.Fatal("the chosen ones are not shown and kept")
	}
	r.post("/violations/triage", http.StatusSeeOther, "id", a, "id", b, "to", "in_progress", "reason", "")
	if n := r.one(`SELECT count(*) FROM violation WHERE state = 'in_progress'`); n != 2 {
		t.Errorf("%d are in progress, want 2", n)
	}
	// One that cannot move stops all.
	c := fmt.Sprint(r.one(`SELECT min(id) FROM violation WHERE rule = 'naming.pattern' AND state = 'open'`))
	r.exec(`UPDATE violation SET state = 'resolved', resolved = 1, resolved_scan = 3, cause = 'resolved', moved_scan = 3 WHERE id = $1`, a)
	_, d = r.post("/violations/triage", http.StatusUnprocessableEntity, "id", c, "id", a, "to", "in_progress", "reason", "")
	if !strings.Contains(d.Text("[data-testid=errors]"), "Nothing was changed") || r.text(`SELECT state FROM violation WHERE id = $1`, c) != "open" {
		t.Errorf("half of a decision was kept: %s", d.Text("[data-testid=errors]"))
	}
}

func TestBulkAssignment(t *testing.T) {
	t.Parallel()
	r := judged(t)
	a, b := fmt.Sprint(r.some("naming.pattern")), fmt.Sprint(r.some("owners.description"))
	_, d := r.post("/violations/triage", http.StatusOK, "id", a, "id", b)
	if d.Count(`form[action="/violations/assign"] input[name=id]`) != 2 {
		t.Fatal("the page of the chosen ones does not offer to give them to somebody")
	}
	_, d = r.post("/violations/assign", http.StatusUnprocessableEntity, "id", a, "id", b, "to", "", "other", "nobody@nowhere.example")
	if !strings.Contains(d.Text("[data-testid=field-other]"), "No scan knows this person") || d.Attr("input[name=other]", "value") != "nobody@nowhere.example" {
		t.Error("a stranger is not refused at the field, or what was typed is lost")
	}
	given := func() int64 { return r.one(`SELECT count(*) FROM violation WHERE assignee_name = 'Person 2'`) }
	if given() != 0 {
		t.Error("given in spite of the refusal")
	}
	r.post("/violations/assign", http.StatusSeeOther, "id", a, "id", b, "to", "", "other", "person.2@contoso.com")
	if n := given(); n != 2 {
		t.Errorf("%d were given, want 2", n)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.action') = 'violation.assign'`); n != 2 {
		t.Errorf("%d entries of the ledger tell of it, want one each", n)
	}
	// One that nobody needs to do any more stops all.
	r.exec(`UPDATE violation SET state = 'resolved', resolved = 1, resolved_scan = 3, cause = 'resolved', moved_scan = 3 WHERE id = $1`, a)
	_, d = r.post("/violations/assign", http.StatusUnprocessableEntity, "id", b, "id", a, "to", "")
	if !strings.Contains(d.Text("[data-testid=errors]"), "Nothing was changed") || given() != 2 {
		t.Errorf("half of a decision was kept: %s", d.Text("[data-testid=errors]"))
	}
}

func TestAssignAndComment(t *testing.T) {
	t.Parallel()
	r := judged(t)
	id := r.some("naming.pattern")
	path, rev := fmt.Sprintf("/violations/%d", id), r.one(`SELECT rev FROM violation WHERE id = $1`, id)
	_, d := r.post(path+"/assign", http.StatusUnprocessableEntity, "rev", fmt.Sprint(rev), "other", "nobody@nowhere.example")
	if !strings.Contains(d.Text("[data-testid=field-other]"), "No scan knows this person") {
		t.Error("a stranger is not refused at the field")
	}
	r.post(path+"/assign", http.StatusSeeOther, "rev", fmt.Sprint(rev), "other", "Person.2@contoso.com")
	if got := r.get(path, http.StatusOK).Text("[data-testid=fact-given-to]"); got != "Person 2" {
		t.Errorf("given to %q", got)
	}
	r.post(path+"/comment", http.StatusUnprocessableEntity, "body", "  ")
	r.post(path+"/comment", http.StatusSeeOther, "body", "Asked <b>them</b>")
	if got := r.get(path, http.StatusOK).Text("[data-testid=timeline]"); !strings.Contains(got, "Asked <b>them</b>") {
		t.Errorf("the comment is not there as written: %s", got)
	}
}

func TestWaiverNeedsSomebodyElse(t *testing.T) {
	t.Parallel()
	r := judged(t)
	id := r.some("naming.pattern")
	path := "/requests/new/waiver"
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/violations/%d/waive", id), nil))
	to := w.Header().Get("Location")
	if got := r.get(to, http.StatusOK); w.Code != http.StatusSeeOther || got.Attr("input[name=violation]", "value") != fmt.Sprint(id) || !got.Has("[data-testid=fact-finding]") {
		t.Errorf("the violation leads to %s", to)
	}
	day := func(n int) string { return now().AddDate(0, 0, n).Format(time.DateOnly) }
	_, d := r.post(path, http.StatusUnprocessableEntity, "violation", fmt.Sprint(id), "reason", "A customer's own name", "ends", "2031-01-01")
	if !strings.Contains(d.Text("[data-testid=field-ends]"), "a year at most") || d.Text("textarea[name=reason]") != "A customer's own name" {
		t.Errorf("an end without end: %s", d.Text("[data-testid=errors]"))
	}
	both := auth.Person{TenantID: "t", ObjectID: "both", Name: "Bea Both", Roles: []auth.Role{auth.Requester, auth.Approver}}
	*r.who = both
	r.post(path, http.StatusUnprocessableEntity, "violation", fmt.Sprint(id), "ends", day(30))
	r.post(path, http.StatusUnprocessableEntity, "violation", "999999", "reason", "A customer's own name", "ends", day(30))
	asked := r.submit(path, "violation", fmt.Sprint(id), "reason", "A customer's own name", "ends", day(30))
	if _, err := r.desk.Approve(t.Context(), desk.By{Person: both}, asked.ID, asked.Plan, ""); !fault.Is(err, fault.Denied) {
		t.Errorf("whoever asked decides: %v", err)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.action') = 'request.decide' AND json_extract(body, '$.outcome') = 'refused'`); n != 1 {
		t.Errorf("the refusal is in %d entries of the ledger", n)
	}
	*r.who = approver
	done, err := r.desk.Approve(t.Context(), desk.By{Person: approver}, asked.ID, asked.Plan, "Agreed with sales")
	if err != nil || done.State != request.Done {
		t.Fatalf("the request is %s: %v", done.State, err)
	}
	at := fmt.Sprintf("/waivers/%d", r.one(`SELECT max(id) FROM waiver WHERE violation = $1`, id))
	if got := r.text(`SELECT state FROM violation WHERE id = $1`, id); got != "waived" {
		t.Fatalf("the violation is %s", got)
	}
	if got := r.get("/waivers", http.StatusOK).Text("table[data-testid=list]"); !strings.Contains(got, "Bea Both") {
		t.Errorf("the list of waivers reads %s", got)
	}
	r.post(at+"/end", http.StatusUnprocessableEntity, "why", "")
	r.post(at+"/end", http.StatusSeeOther, "why", "They renamed it")
	if got := r.text(`SELECT state FROM violation WHERE id = $1`, id); got != "open" {
		t.Errorf("after the waiver was withdrawn the violation is %s", got)
	}
}

// TestViolationsKeepToTheScope: somebody of a part neither sees nor decides
// about the rest.
func TestViolationsKeepToTheScope(t *testing.T) {
	t.Parallel()
	r := judged(t)
	inside := r.one(`SELECT min(v.id) FROM violation v JOIN workspace w ON w.ws = v.ws WHERE w.to_scan IS NULL AND w.name LIKE 'Finance 1%' AND v.state = 'open'`)
	outside := r.one(`SELECT min(v.id) FROM violation v JOIN workspace w ON w.ws = v.ws WHERE w.to_scan IS NULL AND w.name NOT LIKE 'Finance 1%' AND v.state = 'open'`)
	tenant := r.one(`SELECT min(id) FROM violation WHERE ws = 0`)
	part := []auth.Limit{{Prefixes: []string{"Finance 1"}}}
	*r.who = auth.Person{TenantID: "t", ObjectID: "part", Name: "Part", Roles: []auth.Role{auth.Operator}, Limits: map[auth.Role][]auth.Limit{auth.Operator: part}}
	r.get(fmt.Sprintf("/violations/%d", inside), http.StatusOK)
	for _, id := range []int64{outside, tenant} {
		path := fmt.Sprintf("/violations/%d", id)
		r.get(path, http.StatusNotFound)
		for _, verb := range []string{"/triage", "/assign", "/comment"} {
			r.post(path+verb, http.StatusNotFound, "rev", "1", "to", "in_progress", "body", "hello", "reason", "because I say so", "ends", now().AddDate(0, 0, 9).Format(time.DateOnly))
		}
		if n := r.one(`SELECT count(*) FROM violation_event WHERE violation = $1 AND scan IS NULL`, id); n != 0 {
			t.Errorf("something was decided about %d", id)
		}
	}
	r.post("/violations/triage", http.StatusNotFound, "id", fmt.Sprint(inside), "id", fmt.Sprint(outside), "to", "in_progress")
	if got := r.text(`SELECT state FROM violation WHERE id = $1`, inside); got != "open" {
		t.Errorf("half of a forbidden decision was kept: %s", got)
	}
	if got := r.get("/violations-by-workspace", http.StatusOK).Text("table"); strings.Contains(got, "the tenant itself") {
		t.Error("a part counts what is of the whole tenant")
	}
}

// tried is the app's Policies over the same database.
type tried struct{ r *ruled }

func (x tried) Set() *policy.Set          { return x.r.keeper.Set() }
func (x tried) Problems() policy.Problems { return x.r.keeper.Problems() }

func (x tried) Preview(ctx context.Context, v db.View, rule string, d policy.Decision, _ time.Time, limit int) (RulePreview, error) {
	d.On = true
	draft, problems := x.r.keeper.Draft(map[string]policy.Decision{rule: d})
	if len(problems) > 0 {
		return RulePreview{Problems: problems}, nil
	}
	only, err := draft.Only(rule)
	if err != nil {
		return RulePreview{}, err
	}
	p, err := evaluate.PreviewRules(ctx, x.r.db.Reader(), v, only, limit)
	out := RulePreview{Tally: p.Tally, New: p.New, Same: p.Same, Gone: p.Gone, GoneLabels: p.GoneLabels, Points: []PreviewPoint{{At: v.Taken, Tally: p.Tally}}}
	for _, f := range p.Findings {
		out.Findings = append(out.Findings, PreviewFinding{Label: f.Label, Says: f.Says, Owner: f.Owner, New: f.New})
	}
	return out, err
}

package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"steward/internal/audit/audittest"
	"steward/internal/browser"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/desk"
)

// TestWalkOfARule goes in Chromium, without scripts, the way of a rule:
// preview, put in force, triage, waive, and the end of the waiver.
func TestWalkOfARule(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64 // since now()
	clock := func() time.Time { return now().Add(time.Duration(passed.Load())) }
	d := dbtest.Open(t, clock)
	audittest.Fill(t, d, small)
	r := judgedBy(t, d, clock)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.ServeHTTP(w, q.WithContext(templ.WithNonce(q.Context(), "n")))
	}))
	t.Cleanup(srv.Close)
	p := browser.New(t)
	p.DisableJS()

	*r.who = admin
	p.Goto(srv.URL + "/policies/owners.few")
	p.Fill("[name='param.least']", "3")
	p.Submit("[data-testid=form]")
	says := p.Text("[data-testid=stat-would-be-found] .stat-value")
	p.Fill("[name=reason]", "Two were not enough in August")
	p.Submit("[data-testid=form]")
	p.ClickAndWait("[data-testid=submit]")
	r.approveWaiting()
	stands := r.one(`SELECT count(*) FROM violation WHERE rule = 'owners.few' AND state = 'open'`)
	if strings.TrimSpace(says) != fmt.Sprint(stands) || stands == 0 {
		t.Fatalf("the preview said %q, %d stand", says, stands)
	}

	*r.who = operator
	page := fmt.Sprintf("%s/violations/%d", srv.URL, r.some("owners.few"))
	p.Goto(page)
	p.Click("[name=to][value=in_progress]")
	p.Submit("form[action$='/triage']")
	if got := p.Text("[data-testid=timeline]"); !strings.Contains(got, "in progress") {
		t.Errorf("after triage the time line says %s", got)
	}
	p.Goto(page + "/waive")
	p.Fill("[name=reason]", "The second admin starts in January")
	p.ClickAndWait("[data-testid=preview]")
	p.ClickAndWait("[data-testid=submit]")

	*r.who = approver
	r.approveWaiting()
	p.Goto(page)
	if got := p.Text("h1 ~ *, main"); !strings.Contains(strings.ToLower(got), "waived") {
		t.Errorf("after the decision the page says %s", got)
	}

	// Two weeks before its end whoever answers for it is told.
	passed.Store(int64(80 * 24 * time.Hour))
	loop := &desk.Rules{DB: d}
	view := func() db.View {
		v, err := d.Reader().ViewNow(t.Context(), audittest.TenantName)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	turn := func() {
		if _, err := loop.Remind(t.Context(), view()); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	p.Goto(srv.URL + "/outbox?what=waiver+ends")
	if got := p.Text("table[data-testid=list]"); !strings.Contains(got, "Olga Operator") || !strings.Contains(got, "Renew it before, or mend what it accepts.") || !strings.Contains(got, "not sent") {
		t.Errorf("before the end, to be told is: %s", got)
	}

	// Its end comes: the violation is open again, and the ended waiver is itself
	// a violation that cannot be waived.
	passed.Store(int64(120 * 24 * time.Hour))
	if n, err := d.EndWaivers(t.Context(), view(), clock()); n != 1 || err != nil {
		t.Fatalf("%d waivers ended, %v", n, err)
	}
	turn()
	r.exec(`DELETE FROM evaluation`) // as another scan would
	r.judge()
	p.Goto(page)
	if got := p.Text("main"); !strings.Contains(got, "ended the waiver") || strings.Contains(got, "Waived until") {
		t.Errorf("after its last day the page says %s", got)
	}
	p.Goto(fmt.Sprintf("%s/waivers/%d", srv.URL, r.one(`SELECT max(id) FROM waiver`)))
	if got := p.Text("main"); !strings.Contains(got, "itself a violation") {
		t.Errorf("the ended waiver says %s", got)
	}
	*r.who = operator
	p.Goto(srv.URL + "/violations?rule=waiver.ended")
	if got := p.Text("table[data-testid=list]"); !strings.Contains(got, "owners.few") {
		t.Errorf("the list of ended waivers says %s", got)
	}
	ended := fmt.Sprintf("%s/violations/%d", srv.URL, r.some("waiver.ended"))
	p.Goto(ended)
	if got := p.Text("main"); strings.Contains(got, "Ask for a waiver") {
		t.Errorf("a waiver of an ended waiver is offered: %s", got)
	}
	p.Goto(ended + "/waive")
	p.Fill("[name=reason]", "Waive the waiver, then")
	p.Submit("[data-testid=form]")
	if got := p.Text("main"); !strings.Contains(got, "is never waived") {
		t.Errorf("asking anyway is answered by %s", got)
	}

	// Renewed, it is none any more.
	p.Goto(page + "/waive")
	p.Fill("[name=reason]", "The second admin starts in May, it is signed")
	p.Submit("[data-testid=form]")
	p.ClickAndWait("[data-testid=submit]")
	r.approveWaiting()
	r.exec(`DELETE FROM evaluation`)
	r.judge()
	if n := r.one(`SELECT count(*) FROM violation WHERE rule = 'waiver.ended' AND state <> 'resolved'`); n != 0 {
		t.Errorf("renewed, and %d ended waivers are still found", n)
	}
}

const ordinaryByHand = `w.to_scan IS NULL AND w.state = 'Active' AND w.kind NOT IN ('PersonalGroup','AdminWorkspace')`

// peopleByHand counts, per workspace, the different people who are Admin, those
// behind groups included, the way an auditor would write it down.
const peopleByHand = `WITH RECURSIVE holder (ws, who) AS (
		SELECT g.ws, g.principal FROM access_grant g WHERE g.object = g.ws AND g.role = 'Admin' AND g.to_scan IS NULL
		UNION SELECT h.ws, m.member FROM holder h JOIN group_member m ON m.grp = h.who AND m.to_scan IS NULL),
	unsure (ws) AS (SELECT h.ws FROM holder h JOIN principal p ON p.principal = h.who AND p.to_scan IS NULL AND p.kind = 'Group' AND p.members_known = 0),
	people (ws, n) AS (
		SELECT w.ws, count(DISTINCT CASE WHEN p.kind = 'User' THEN h.who END) FROM workspace w
		LEFT JOIN holder h ON h.ws = w.ws LEFT JOIN principal p ON p.principal = h.who AND p.to_scan IS NULL WHERE w.to_scan IS NULL GROUP BY w.ws)
	SELECT w.name || '|' || %s FROM workspace w JOIN people ON people.ws = w.ws
	WHERE ` + ordinaryByHand + ` AND w.users_known = 1 AND w.ws NOT IN (SELECT ws FROM unsure) AND `

func (r *ruled) list(query string) []string {
	r.t.Helper()
	rows, err := r.db.Reader().Query(r.t.Context(), query)
	if err != nil {
		r.t.Fatalf("%v in %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			r.t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// column finds a column of a CSV by the name in its first line.
func column(t *testing.T, rows [][]string, title string) int {
	t.Helper()
	i := slices.Index(rows[0], title)
	if i < 0 {
		t.Fatalf("no column %q among %v", title, rows[0])
	}
	return i
}

// TestAuditFilesEqualSQLByHand: what the CSV of the naming and the admin-count
// audits say is what a query by hand over the same database finds.
func TestAuditFilesEqualSQLByHand(t *testing.T) {
	t.Parallel()
	r := judged(t)
	// The names of Fill all break the convention: some are put right.
	r.exec(`UPDATE workspace SET name = 'FIN-Team' || ws || '-PROD', name_key = 'fin-team' || ws || '-prod' WHERE ws % 5 = 0`)
	r.exec(`DELETE FROM evaluation`)
	r.exec(`DELETE FROM evaluation_unit`)
	r.judge()

	naming := r.csv("/naming.csv?rule=naming.pattern")
	if len(naming) < 2 {
		t.Fatal("the naming audit is empty")
	}
	at := column(t, naming, "object")
	var got []string
	for _, row := range naming[1:] {
		got = append(got, row[at])
	}
	want := r.list(`SELECT w.name FROM workspace w WHERE ` + ordinaryByHand + ` AND w.name NOT GLOB 'FIN-Team[0-9]*-PROD'`)
	compareLists(t, "naming", got, want)

	admins := r.csv("/admin-count.csv")
	object, rule := column(t, admins, "object"), column(t, admins, "rule")
	got, want = nil, nil
	for _, row := range admins[1:] {
		if row[rule] != "owners.only-apps" {
			got = append(got, row[object]+"|"+row[rule])
		}
	}
	const anyone = "EXISTS (SELECT 1 FROM access_grant g WHERE g.ws = w.ws AND g.object = w.ws AND g.role = 'Admin' AND g.to_scan IS NULL)"
	for name, cond := range map[string]string{"owners.none": "NOT " + anyone, "owners.few": anyone + " AND people.n < 2", "owners.many": "people.n > 5"} {
		want = append(want, r.list(fmt.Sprintf(peopleByHand, "'"+name+"'")+cond)...)
	}
	compareLists(t, "admin-count", got, want)
}

func compareLists(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%s: the file has %d rows, the query by hand %d\nfile %.300v\nhand %.300v", what, len(got), len(want), got, want)
	}
}

// approveWaiting agrees to the one request that waits.
func (r *ruled) approveWaiting() {
	r.t.Helper()
	waiting, err := r.db.Reader().Request(r.t.Context(), r.text(`SELECT id FROM request WHERE state = 'pending'`))
	if err == nil {
		_, err = r.desk.Approve(r.t.Context(), desk.By{Person: approver}, waiting.ID, waiting.Plan, "")
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// fill records n entries: exports by three people, of two tenants' reports.
func (s *site) fill(n int) {
	s.t.Helper()
	var entries []ledger.Entry
	for i := range n {
		who := []string{"Ada", "Ben", "Cleo"}[i%3]
		entries = append(entries, ledger.Entry{
			Action: ledger.Export, Outcome: ledger.Outcomes[i%2], Time: time.Date(2026, 11, 1+i%20, 12, 0, 0, 0, time.UTC),
			Actor:  ledger.Actor{Kind: ledger.Person, Tenant: "t", ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i%3), Name: who},
			Object: ledger.Object{Kind: "report", ID: fmt.Sprint("r", i%4), Name: "=cmd|' /c calc'!A0", Tenant: []string{s.tenant(), "fabrikam"}[i%2]},
			Reason: fmt.Sprintf("reason %d", i),
		})
	}
	if err := s.DB.Record(s.t.Context(), entries...); err != nil {
		s.t.Fatal(err)
	}
}

func TestLedgerListIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(120)
	aud := s.someone("Aud", auth.Auditor)
	var rows [][]string
	pages := 0
	for next := "/ledger?action=export"; next != ""; pages++ {
		doc := aud.page(next)
		rows = append(rows, doc.Rows("#list")...)
		next = ""
		if links := doc.Attrs("[data-testid=page-next]", "href"); len(links) == 1 {
			next = links[0]
		}
	}
	if len(rows) != 120 || pages != 3 {
		t.Fatalf("%d rows on %d pages", len(rows), pages)
	}
	if !strings.Contains(rows[0][0], "reason 119") || !strings.Contains(rows[119][0], "reason 0") {
		t.Errorf("from %q to %q", rows[0], rows[119])
	}
	for _, c := range []struct {
		query string
		want  int
	}{
		{"action=export&outcome=refused", 60}, {"actor=Ben", 40}, {"actor=00000000-0000-4000-8000-000000000002", 40},
		{"object=report&id=r1", 30}, {"q=reason+11", 11}, {"from=2026-11-03&to=2026-11-04&action=export", 12},
		{"tenant=" + s.tenant() + "&action=export", 60}, {"q=nothing+of+the+kind", 0},
	} {
		doc := aud.page("/ledger?" + c.query)
		n := 0
		if doc.Has("#list") {
			n = len(doc.Rows("#list"))
		}
		if n != min(c.want, 50) {
			t.Errorf("%s: %d rows, want %d", c.query, n, c.want)
		}
		if c.want > 0 && !strings.Contains(doc.Text("[data-testid=pager] p"), fmt.Sprintf("of %d", c.want)) {
			t.Errorf("%s: pager says %s", c.query, doc.Text("[data-testid=pager] p"))
		}
	}
	for _, bad := range []string{"from=yesterday", "cursor=x", "cursor=-1", "cursor=5-x"} {
		if w := aud.send("GET", "/ledger?"+bad, nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestLedgerIsScoped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(8)
	aud := s.someone("Aud", auth.Auditor)
	all := aud.page("/ledger?action=export")
	if n := len(all.Rows("#list")); n != 8 {
		t.Fatalf("%d rows", n)
	}
	// fabrikam is not a tenant of this portal: nobody is limited to it, and its
	// name in the address is not told from any other.
	for _, path := range []string{"/ledger?tenant=fabrikam", "/ledger/99999", "/ledger/0", "/ledger/x"} {
		if w := aud.send("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, r := range []auth.Role{auth.Viewer, auth.Requester, auth.Approver, auth.Operator} {
		v := s.someone(string(r), r)
		for _, path := range []string{"/ledger", "/ledger/1", "/ledger.csv", "/ledger.jsonl"} {
			if w := v.send("GET", path, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s as %s: %d", path, r, w.Code)
			}
		}
		v.post("/ledger/verify", url.Values{}, http.StatusNotFound)
	}
}

func TestLedgerEntryShowsItsChain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(3)
	if err := s.witness.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	recs, _, err := s.DB.Reader().LedgerPage(t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.Export}})
	if err != nil {
		t.Fatal(err)
	}
	aud := s.someone("Aud", auth.Auditor)
	for _, rec := range recs {
		doc := aud.page(fmt.Sprintf("/ledger/%d", rec.Seq))
		if got := doc.Text("[data-testid=fact-fits-the-entry-before-it]"); got != "Yes" {
			t.Errorf("entry %d: fits %q", rec.Seq, got)
		}
		if got := doc.Text("[data-testid=fact-covered-by-a-checkpoint]"); !strings.Contains(got, "entry") {
			t.Errorf("entry %d: covered %q", rec.Seq, got)
		}
		if got := doc.Text("[data-testid=body]"); got != string(rec.Body) {
			t.Errorf("entry %d: body %s", rec.Seq, got)
		}
		fields := doc.Rows("#fields")
		if !slices.ContainsFunc(fields, func(r []string) bool { return r[0] == "actor_name" && r[2] == "personal" }) {
			t.Errorf("entry %d: fields %q", rec.Seq, fields)
		}
	}
	s.damage(`UPDATE ledger SET body = replace(body, 'reason 1', 'reason 9')`)
	if got := aud.page(fmt.Sprintf("/ledger/%d", recs[1].Seq)).Text("[data-testid=fact-fits-the-entry-before-it]"); got != "No" {
		t.Errorf("a changed entry fits: %q", got)
	}
}

// damage does to the ledger what only someone with the file could do.
func (s *site) damage(statement string) {
	s.t.Helper()
	err := s.DB.Write(s.t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{`DROP TRIGGER ledger_no_update`, `DROP TRIGGER ledger_no_delete`, statement} {
			if _, err := tx.ExecContext(s.t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestLedgerIsVerifiedOnItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(10)
	if err := s.witness.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	aud := s.someone("Aud", auth.Auditor)
	if got := aud.page("/ledger").Text("[data-testid=verdict]"); !strings.Contains(got, "not verified since") {
		t.Errorf("before: %q", got)
	}
	aud.post("/ledger/verify", url.Values{}, http.StatusSeeOther)
	doc := aud.page("/ledger")
	if got := doc.Text("[data-testid=verdict]"); !strings.Contains(got, "unbroken, and 2 checkpoints agree up to its end") || !strings.Contains(got, "by Aud") {
		t.Errorf("after: %q", got)
	}
	if e := s.entries(ledger.LedgerVerify); len(e) != 1 || e[0].Outcome != ledger.Done {
		t.Errorf("ledger says %+v", e)
	}
	s.damage(`UPDATE ledger SET body = replace(body, 'reason 4', 'reason 5')`)
	aud.post("/ledger/verify", url.Values{}, http.StatusSeeOther)
	doc = aud.page("/ledger")
	problems := doc.All("[data-testid=ledger-problems] a")
	if doc.Text("[data-testid=verdict] [data-state]") != "Broken" || len(problems) == 0 || !strings.Contains(problems[0], "does not fit its hash") {
		t.Errorf("a changed entry: %q", doc.Text("[data-testid=verdict]"))
	}
	if e := s.entries(ledger.LedgerVerify); len(e) != 2 || e[1].Outcome != ledger.Failed {
		t.Errorf("ledger says %+v", e)
	}
}

func TestLedgerExports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(1200)
	aud := s.someone("Aud", auth.Auditor)

	w := aud.send("GET", "/ledger.csv?action=export&outcome=refused", nil)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 601 {
		t.Fatalf("%d lines: %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		if r[4] != "refused" || strings.HasPrefix(r[14], "=") || !strings.Contains(r[14], "cmd") {
			t.Fatalf("row %q", r)
		}
	}

	var file struct {
		Entries []struct {
			Seq   int64
			Entry map[string]any
		}
	}
	w = aud.send("GET", "/ledger.json?action=export", nil)
	if err := json.Unmarshal(w.Body.Bytes(), &file); err != nil || len(file.Entries) != 1202 { // with the two exports themselves
		t.Errorf("%d entries: %v", len(file.Entries), err)
	}
	w = aud.send("GET", "/ledger.json?action=scan.hold", nil)
	if err := json.Unmarshal(w.Body.Bytes(), &file); err != nil || len(file.Entries) != 0 {
		t.Errorf("an empty file: %v %s", err, w.Body)
	}
	if e := s.entries(ledger.Export); e[len(e)-1].Details[ledger.Filter] != "action=scan.hold" {
		t.Errorf("recorded as %+v", e[len(e)-1])
	}
}

func TestAnExportedLedgerIsVerifiedOffline(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(50)
	if err := s.witness.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole := s.someone("Aud", auth.Auditor).send("GET", "/ledger.jsonl", nil).Body.Bytes()
	key := s.cfg.Ledger.SigningKey.Path() + ".pub"
	check := func(text []byte, c LedgerCheck) ledger.Verdict {
		t.Helper()
		name := filepath.Join(t.TempDir(), "export.jsonl")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := VerifyLedgerFile(name, c)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := check(whole, LedgerCheck{Key: key}); !v.OK() || v.Entries != 51 || v.Covered != 50 {
		t.Errorf("whole: %+v", v)
	}
	if v := check(bytes.Replace(whole, []byte("reason 7"), []byte("reason 8"), 1), LedgerCheck{Key: key}); v.OK() || v.Problems[0].Seq != 8 {
		t.Errorf("changed: %+v", v.Problems)
	}
	// Who has only the file cannot tell that its end was cut off together with
	// its own checkpoints; a checkpoint kept elsewhere tells.
	var cut bytes.Buffer
	n := 0
	for line := range bytes.Lines(whole) {
		if bytes.HasPrefix(line, []byte(`{"seq":`)) {
			n++
			if n > 40 {
				continue
			}
		}
		if bytes.HasPrefix(line, []byte(`{"checkpoint":`)) {
			continue
		}
		if bytes.HasPrefix(line, []byte(`{"end":`)) {
			line = []byte("{\"end\":40}\n")
		}
		cut.Write(line)
	}
	if v := check(cut.Bytes(), LedgerCheck{Key: key}); !v.OK() || v.Checkpoints != 0 {
		t.Errorf("cut, without a checkpoint: %+v", v)
	}
	sink := strings.TrimPrefix(s.cfg.Ledger.SecondSink, "file:")
	if v := check(cut.Bytes(), LedgerCheck{Key: key, Checkpoints: sink}); v.OK() || v.Problems[0].Flaw != ledger.Truncated {
		t.Errorf("cut, with a checkpoint: %+v", v)
	}
}

func TestVerifyBesideARunningPortal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(20)
	if err := s.witness.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := VerifyLedger(t.Context(), s.cfg, LedgerCheck{})
	if err != nil || !v.OK() || v.Entries != 20 || v.Covered != 20 {
		t.Errorf("%+v, %v", v, err)
	}
	var beside, alone bytes.Buffer
	if err := ExportLedger(t.Context(), s.cfg, "operator", &beside); err != nil || !strings.Contains(beside.String(), `"operator"`) {
		t.Errorf("beside a running portal: %v, %s", err, beside.String())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ExportLedger(t.Context(), s.cfg, "auditor", &alone); err != nil || !strings.Contains(alone.String(), `"auditor"`) {
		t.Errorf("without one: %v, %s", err, alone.String())
	}
	if v, err := VerifyLedger(t.Context(), s.cfg, LedgerCheck{}); err != nil || !v.OK() || v.Entries != 22 {
		t.Errorf("after two programs wrote: %+v, %v", v, err)
	}
}

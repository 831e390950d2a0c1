package web

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"steward/internal/policy"
)

func (r *ruled) csv(path string) [][]string {
	r.t.Helper()
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		r.t.Fatalf("GET %s = %d", path, w.Code)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil {
		r.t.Fatal(err)
	}
	return rows
}

func TestBaselines(t *testing.T) {
	t.Parallel()
	r := judged(t)
	d := r.get("/baselines", http.StatusOK)
	rows := r.csv("/baselines.csv")
	controls := 0
	for _, b := range r.keeper.Set().Baselines() {
		controls += len(b.Controls)
	}
	if n := d.Count(".baseline tbody tr"); n != controls || len(rows) != controls+1 {
		t.Errorf("%d controls on the page, %d in the file, %d in the packs", n, len(rows)-1, controls)
	}
	for _, format := range []string{"xlsx", "json"} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/baselines."+format, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "."+format) || w.Body.Len() < 1000 {
			t.Errorf("as %s: %d, %d bytes, %s", format, w.Code, w.Body.Len(), w.Header().Get("Content-Disposition"))
		}
	}
	for _, row := range rows[1:] {
		if row[4] == string(policy.ControlPass) && (row[5] == "0" || row[6] != row[8]) {
			t.Errorf("a control passes without a pass, or with a failure: %v", row)
		}
	}
}

func TestManualControlIsAttested(t *testing.T) {
	t.Parallel()
	r := judged(t)
	r.exec(`UPDATE rule_figure SET passed = 1, failed = 0, unknown = 0 WHERE rule LIKE 'settings.%' AND rule <> (SELECT max(rule) FROM rule_figure WHERE rule LIKE 'settings.%')`)
	manual := ""
	for _, row := range r.csv("/baselines.csv")[1:] {
		if row[4] == string(policy.ControlUnknown) {
			manual = "/baselines/" + row[0] + "/" + row[1]
		} else {
			r.get("/baselines/"+row[0]+"/"+row[1], http.StatusNotFound)
			r.post("/baselines/"+row[0]+"/"+row[1], http.StatusNotFound, "state", "pass", "note", "I say so", "due", now().AddDate(0, 1, 0).Format(dateForm))
		}
	}
	r.get(manual, http.StatusOK)
	_, d := r.post(manual, http.StatusUnprocessableEntity, "state", "pass", "note", "", "due", "2040-01-01")
	if !d.Has("input[value=pass][checked]") {
		t.Error("what was chosen is lost")
	}
	r.post(manual, http.StatusSeeOther, "state", "pass", "note", "Looked at the admin portal, screenshot in the safe", "link", "https://tickets.contoso.example/77", "due", now().AddDate(0, 1, 0).Format(dateForm))
	for _, bad := range []string{"javascript:alert(1)", "http://tickets", "https://", "https://me:secret@host/"} {
		_, d := r.post(manual, http.StatusUnprocessableEntity, "state", "pass", "note", "Looked again", "link", bad, "due", now().AddDate(0, 1, 0).Format(dateForm))
		if d.Text("[data-testid=field-link] .error") == "" {
			t.Errorf("the address %q is not refused at its field", bad)
		}
	}
	if got := r.get("/baselines", http.StatusOK).Text("[data-testid=attested]"); !strings.Contains(got, "Olga Operator found on") || !strings.Contains(got, "passes") || !strings.Contains(got, "https://tickets.contoso.example/77") {
		t.Errorf("the evidence reads %q", got)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.object_kind') = 'control'`); n != 1 {
		t.Errorf("%d entries of the ledger", n)
	}
	*r.who = within("Finance 1")
	r.get("/baselines", http.StatusForbidden)
}

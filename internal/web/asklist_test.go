package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"steward/internal/htmlcheck"
	"steward/internal/request"
)

// twenty is a list of twenty changes of four kinds, with cells that mean harm.
func twenty() []string {
	lines := []string{"kind,workspace,who,right,name,description,until,members"}
	for i := range 17 {
		lines = append(lines, fmt.Sprintf(`workspace-create,,,,OPS-List%d-DEV,"=HYPERLINK(""http://x"",""y"")",,Admin=Analysts`, 20+i))
	}
	return append(lines, "access-add,HR-People-TEST,ben@contoso.com,Viewer,,,2026-08-20,", "access-remove,FIN-Sales-DEV,Ben,,,,,", "workspace-edit,OPS-Other-DEV,,,,<script>alert(1)</script>,,")
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestListRefused sends a list with wrong cells: each is told by line and
// column, and the list is still there, on the page and in the draft.
func TestListRefused(t *testing.T) {
	t.Parallel()
	r := town(t)
	wrong := strings.Join(append(twenty(), "access-add,Nowhere,Zacharias,King,,,soon,", "workspace-burn,,,,,,,", "workspace-create,,,,FIN-Sales-DEV,,,Admin=Analysts"), "\r\n")
	_, d := r.post("/requests/new/bulk", http.StatusUnprocessableEntity, "csv", wrong, "reason", "many")
	cells := d.All("table[data-testid=cells] tbody tr")
	for i, want := range []string{"22 workspace", "22 who", "22 right", "22 until", "23 kind"} {
		line, column, _ := strings.Cut(want, " ")
		if i >= len(cells) || !strings.Contains(cells[i], line) || !strings.Contains(cells[i], column) {
			t.Errorf("refusal %d is not about line %s, column %s: %v", i, line, column, cells)
		}
	}
	if got := d.Text("[data-testid=ask-csv] textarea"); got != words(wrong) {
		t.Errorf("the list is lost: %q", got)
	}
	again := d.Attr("form[data-testid=form]", "action")
	if got := r.get(again, http.StatusOK).Text("[data-testid=ask-csv] textarea"); got != words(wrong) {
		t.Error("the draft does not hold the list")
	}
	id := strings.TrimSuffix(strings.TrimPrefix(again, "/requests/"), "/edit")
	r.post("/requests/"+id+"/submit", http.StatusUnprocessableEntity, "version", "1", "plan", "x")
	for _, list := range []string{"", "kind", "workspace,who\na,b", "kind,burn\na,b", "kind,name\n\"open", strings.Repeat("x", 1<<20+1), "kind,name\nworkspace-create,\xff\xfe"} {
		_, d := r.post("/requests/new/bulk", http.StatusUnprocessableEntity, "csv", list)
		if d.Text("[data-testid=ask-csv] .error") == "" {
			t.Errorf("a list %.20q is refused without a word at the field", list)
		}
	}
	_, d = r.post("/requests/new/bulk", http.StatusUnprocessableEntity, "csv", "kind,name,members\nworkspace-create,FIN-Sales-DEV,Admin=Analysts\nworkspace-create,FIN-Twice-DEV,Admin=Analysts\nworkspace-create,FIN-TWICE-DEV,Admin=Analysts")
	if got := strings.Join(d.All("table[data-testid=cells] tbody tr"), "|"); !strings.Contains(got, "exists already") || !strings.Contains(got, "looks the same") {
		t.Errorf("names that are taken: %s", got)
	}
}

// TestListOfTwenty uploads twenty lines: each shows what becomes of it, and
// they are one request.
func TestListOfTwenty(t *testing.T) {
	t.Parallel()
	r := town(t)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "list.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write([]byte("\xef\xbb\xbf" + strings.Join(twenty(), "\n")))
	_ = w.WriteField("reason", "twenty at once")
	_ = w.Close()
	req := httptest.NewRequest(http.MethodPost, "/requests/new/bulk", &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, req.WithContext(templ.WithNonce(req.Context(), "n")))
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("status %d: %s", rec.Code, htmlcheck.Parse(t, rec.Body.String()).All("table[data-testid=cells] tbody tr"))
	}
	plan := r.get(rec.Header().Get("Location"), http.StatusOK)
	if n := plan.Count("table[data-testid=lines] tbody tr"); n != 20 {
		t.Errorf("%d lines are shown", n)
	}
	id := strings.Split(rec.Header().Get("Location"), "/")[2]
	r.post("/requests/"+id+"/submit", http.StatusSeeOther, "version", plan.Attr("form[data-testid=do-submit] input[name=version]", "value"), "plan", plan.Attr("form[data-testid=do-submit] input[name=plan]", "value"))
	if n := r.one(`SELECT count(*) FROM request WHERE state = 'pending'`); n != 1 {
		t.Errorf("%d requests wait", n)
	}
	stored, _, err := r.db.Reader().RequestPlan(t.Context(), r.text(`SELECT plan_hash FROM request WHERE id = $1`, id))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int64]bool{}
	for _, s := range stored.Steps {
		rows[s.Row] = true
	}
	if len(rows) != 20 {
		t.Errorf("the plan is of %d lines", len(rows))
	}
}

// TestListTemplates downloads a list to begin with for each kind, and reads it
// back: every column is one that a list may have.
func TestListTemplates(t *testing.T) {
	t.Parallel()
	r := town(t)
	links := r.get("/requests/new/bulk", http.StatusOK).Attrs("a[data-testid=template]", "href")
	listed := 0
	for _, k := range request.Kinds() {
		// What moves content names items and files, which no list can.
		if k.Kind != request.Bulk && !k.Kind.House() && k.Group != "Promotion" && k.Kind != "promotion" {
			listed++
		}
	}
	if len(links) != listed {
		t.Errorf("%d lists to begin with, for %d kinds", len(links), listed)
	}
	for _, href := range links {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, href, nil))
		if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Disposition"), "attachment; filename=") {
			t.Errorf("%s: %d %v", href, rec.Code, rec.Header())
		}
		list, errs := request.ParseCSV(rec.Body.Bytes(), anything{})
		if len(errs) > 0 || len(list.Rows) != 1 {
			t.Errorf("%s reads as %d rows: %v", href, len(list.Rows), errs)
		}
	}
}

// anything finds something under every name.
type anything struct{}

func (anything) FindWorkspace(string) []request.ID { return []request.ID{"1"} }
func (anything) FindPrincipal(string) []request.ID { return []request.ID{"1"} }
func (anything) FindCapacity(string) []request.ID  { return []request.ID{"1"} }
func (anything) FindDomain(string) []request.ID    { return []request.ID{"1"} }
func (anything) FindPipeline(string) []request.ID  { return []request.ID{"1"} }

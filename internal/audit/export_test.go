package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/db"
)

// hostile renames things to what people try, in the small tenant.
func hostile(tb testing.TB) *db.Reader {
	tb.Helper()
	d := openSmall(tb)
	names := []string{"=HYPERLINK(\"http://evil.example\")", "a,b;=c\"d\"", "two\r\nlines", "\u202eevil\u200b", "nul\x00byte", "bad\xffutf8", "<script>alert(1)</script>"}
	err := d.Write(tb.Context(), func(tx *db.Tx) error {
		for i, n := range names {
			if _, err := tx.Exec(`UPDATE workspace SET name = CAST($1 AS TEXT) WHERE id = $2`, n, i+1); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE item SET name = CAST($1 AS TEXT), description = CAST($1 AS TEXT) WHERE id = $2`, n, i+1); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE principal SET name = CAST($1 AS TEXT) WHERE id = $2`, n, i+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return d.Reader()
}

// rowsOf reads all pages of a report as the texts that a page shows.
func rowsOf(t *testing.T, reader *db.Reader, r *audit.Report, q audit.Query) [][]string {
	t.Helper()
	var out [][]string
	for {
		p, err := audit.Run(t.Context(), reader, r, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range p.Rows {
			var cells []string
			for i, v := range row.Values() {
				cells = append(cells, r.Columns[i].Format(v))
			}
			out = append(out, cells)
		}
		if q.Cursor = p.Next; p.Next == "" {
			return out
		}
	}
}

// TestExportsEqualPages: each report's CSV (read back by two programs), XLSX
// and JSON hold what its pages hold.
func TestExportsEqualPages(t *testing.T) {
	t.Parallel()
	reader := hostile(t)
	python, _ := exec.LookPath("python3")
	shell, _ := exec.LookPath("sqlite3")
	var files, books []string
	var expected, shown [][][]string
	for _, r := range audit.Reports() {
		q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Scope: db.Everything, Where: allFor(r)}
		pages := rowsOf(t, reader, r, q)
		text := exportAs(t, reader, r, q, audit.CSV, audit.Options{})
		want := safeRows(r, pages)
		got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
			continue
		}
		// encoding/csv reads CR LF within quotes as LF.
		if d := diff(lines(want, true), lines(got[1:], false)); d != "" {
			t.Errorf("%s as csv: %s", r.Name, d)
		}
		files, expected, shown = append(files, text), append(expected, want), append(shown, pages)
		if shell != "" {
			checkSQLite(t, shell, r, text, want)
		}
		book := exportAs(t, reader, r, q, audit.XLSX, audit.Options{})
		books = append(books, book)
		checkXLSX(t, r, book, pages)
		checkJSON(t, r, exportAs(t, reader, r, q, audit.JSON, audit.Options{}), pages)
	}
	if python == "" {
		t.Log("python3 is not here: the CSV was read back by Go alone")
		return
	}
	checkPython(t, python, files, expected)
	checkBooks(t, python, books, shown)
}

func exportAs(t *testing.T, reader *db.Reader, r *audit.Report, q audit.Query, f audit.Format, o audit.Options) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := audit.Export(t.Context(), &b, reader, r, q, f, o); err != nil {
		t.Fatalf("%s as %s: %v", r.Name, f, err)
	}
	return b.String()
}

// safeRows is what the CSV holds: texts made safe, everything of ours as it is.
func safeRows(r *audit.Report, rows [][]string) [][]string {
	var out [][]string
	for _, row := range rows {
		var cells []string
		for i, c := range row {
			switch r.Columns[i].Kind {
			case audit.Number, audit.Duration, audit.Bytes:
			default:
				c = audit.Safe(c)
			}
			cells = append(cells, c)
		}
		out = append(out, cells)
	}
	return out
}

func lines(rows [][]string, lf bool) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = fmt.Sprintf("%q", row)
		if lf {
			out[i] = strings.ReplaceAll(out[i], `\r\n`, `\n`)
		}
	}
	return out
}

// checkPython lets Python's csv module read all the files.
func checkPython(t *testing.T, python string, files []string, expected [][][]string) {
	t.Helper()
	in, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import csv, io, json, sys
files = json.load(sys.stdin)
json.dump([list(csv.reader(io.StringIO(f, newline=""), strict=True))[1:] for f in files], sys.stdout)`)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v", err)
	}
	var got [][][]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i := range expected {
		if d := diff(lines(expected[i], false), lines(got[i], false)); d != "" {
			t.Errorf("read back by python, %d: %s", i, d)
		}
	}
}

func checkXLSX(t *testing.T, r *audit.Report, text string, pages [][]string) {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s as xlsx: %v", r.Name, err)
	}
	defer func() { _ = f.Close() }()
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(pages)+1 {
		t.Errorf("%s as xlsx: %d rows, want %d", r.Name, len(rows)-1, len(pages))
		return
	}
	for i, want := range pages {
		for j, w := range want {
			got := ""
			if j < len(rows[i+1]) {
				got = rows[i+1][j]
			}
			if k := r.Columns[j].Kind; k == audit.Date || k == audit.Day {
				continue // a serial number; tried in TestXLSXTypes
			}
			w = strings.ToValidUTF8(strings.ReplaceAll(w, "\x00", "\ufffd"), "\ufffd")
			if got != w {
				t.Errorf("%s as xlsx: row %d, %s: got %q, want %q", r.Name, i, r.Columns[j].Key, got, w)
			}
			at, _ := excelize.CoordinatesToCellName(j+1, i+2)
			if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
				t.Errorf("%s as xlsx: %s is the formula %q", r.Name, at, formula)
			}
		}
	}
	if about, err := f.GetRows("About"); err != nil || len(about) < 5 || about[0][1] != r.Title {
		t.Errorf("%s as xlsx: the sheet About holds %v, %v", r.Name, about, err)
	}
}

func checkJSON(t *testing.T, r *audit.Report, text string, pages [][]string) {
	t.Helper()
	var doc struct {
		Report   string
		AsOf     string `json:"as_of"`
		Coverage struct {
			Seen int `json:"workspaces_seen"`
		}
		Columns []struct{ Key string }
		Rows    []map[string]any
		Count   int `json:"row_count"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%s as json: %v", r.Name, err)
	}
	if doc.Report != r.Name || doc.AsOf != "2026-11-14T02:00:00Z" || doc.Coverage.Seen != 6 || doc.Count != len(pages) || len(doc.Rows) != len(pages) || len(doc.Columns) != len(r.Columns) {
		t.Errorf("%s as json: %s of %s, %d rows counted, %d there, want %d", r.Name, doc.Report, doc.AsOf, doc.Count, len(doc.Rows), len(pages))
		return
	}
	for i, want := range pages {
		for j, w := range want {
			c := &r.Columns[j]
			got := doc.Rows[i][c.Key]
			text := fmt.Sprint(got)
			switch got := got.(type) {
			case nil:
				text = c.Null
			case bool:
				text = map[bool]string{true: "yes", false: "no"}[got]
			case float64:
				text = strings.TrimSuffix(fmt.Sprintf("%.1f", got), ".0")
			}
			if w = strings.ToValidUTF8(w, "\ufffd"); text != w {
				t.Errorf("%s as json: row %d, %s: got %q, want %q", r.Name, i, c.Key, text, w)
			}
		}
	}
}

// TestXLSXTypes: numbers are numbers, times are times.
func TestXLSXTypes(t *testing.T) {
	t.Parallel()
	reader := small(t)
	r, _ := audit.Lookup("refreshes")
	q := audit.Query{View: asOf(t, reader, 0), Scope: db.Everything}
	f, err := excelize.OpenReader(strings.NewReader(exportAs(t, reader, r, q, audit.XLSX, audit.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cell := func(key string) (string, excelize.CellType) {
		n := slices.IndexFunc(r.Columns, func(c audit.Column) bool { return c.Key == key })
		at, _ := excelize.CoordinatesToCellName(n+1, 2)
		v, _ := f.GetCellValue("refreshes", at)
		k, _ := f.GetCellType("refreshes", at)
		return v, k
	}
	if v, k := cell("failures"); v != "2" || k != excelize.CellTypeUnset {
		t.Errorf("failures: %q, type %d", v, k)
	}
	if v, k := cell("name"); v != "Sales" || k != excelize.CellTypeInlineString {
		t.Errorf("name: %q, type %d", v, k)
	}
	if v, _ := cell("last_end"); v != "2026-11-14 00:01:00" {
		t.Errorf("last_end: %q", v)
	}
	panes, err := f.GetPanes("refreshes")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes: %+v, %v", panes, err)
	}
}

func TestHeaderBlock(t *testing.T) {
	t.Parallel()
	reader := small(t)
	r, _ := audit.Lookup("workspaces")
	q := audit.Query{View: asOf(t, reader, 0), Scope: db.Everything, Where: where("state=Active")}
	text := exportAs(t, reader, r, q, audit.CSV, audit.Options{Header: true, BOM: true})
	for _, want := range []string{"\ufeff# Report,Workspaces\r\n", "# As of,2026-11-14T02:00:00Z\r\n", "# Coverage,6 of 7 workspaces\r\n", "# Not seen,1 workspaces: throttled\r\n", "# Filter state,Active\r\n", "\r\nname,state,"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	r, _ := audit.Lookup("access")
	truth := audit.Truth{Tenant: "Contoso Österreich", Scan: 3, AsOf: time.Date(2026, 11, 21, 2, 14, 0, 0, time.UTC), Meant: 4019, Seen: 4012}
	name := audit.FileName(r, truth, audit.CSV)
	if want := "access-Contoso Österreich-20261121T0214Z-4012of4019.csv"; name != want {
		t.Errorf("got %s, want %s", name, want)
	}
	_, params, err := mime.ParseMediaType(audit.ContentDisposition(name))
	if err != nil || params["filename"] != name {
		t.Errorf("read back as %v, %v", params, err)
	}
	if h := audit.ContentDisposition("a\"b\r\nSet-Cookie: x.csv"); strings.ContainsAny(h, "\r\n") || strings.Count(h, `"`) != 2 {
		t.Errorf("the header is %q", h)
	}
}

// failing is a place to write to that gives up.
type failing struct{ left int }

var errFull = errors.New("nobody listens any more")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestExportStops: a reader who goes away ends the reading; a bad query writes
// not one byte.
func TestExportStops(t *testing.T) {
	t.Parallel()
	reader := filled(t, audittest.Size{})
	r, _ := audit.Lookup("access")
	for _, f := range audit.Formats {
		if _, err := audit.Export(t.Context(), &failing{left: 100}, reader, r, queryOf(t, reader), f, audit.Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", f, err)
		}
		bad := queryOf(t, reader)
		bad.Sort = "nope"
		var b bytes.Buffer
		if _, err := audit.Export(t.Context(), &b, reader, r, bad, f, audit.Options{}); fieldOf(err) != "sort" || b.Len() > 0 {
			t.Errorf("%s: got %v and %d bytes", f, err, b.Len())
		}
	}
}

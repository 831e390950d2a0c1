package audit_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/audit"
)

// checkSQLite lets sqlite3 import the CSV as a table and tell it again as JSON.
func checkSQLite(t *testing.T, shell string, r *audit.Report, text string, want [][]string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell, ":memory:", ".mode csv", ".import "+file+" report", ".mode json", "SELECT * FROM report")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: sqlite3: %v: %s", r.Name, err, out)
	}
	var rows []map[string]string
	if len(bytes.TrimSpace(out)) > 0 {
		if err := json.Unmarshal(out, &rows); err != nil {
			t.Fatalf("%s: %v in %.300s", r.Name, err, out)
		}
	}
	var got [][]string
	for _, row := range rows {
		var cells []string
		for _, c := range r.Columns {
			cells = append(cells, row[c.Key])
		}
		got = append(got, cells)
	}
	if d := diff(lines(want, false), lines(got, false)); d != "" {
		t.Errorf("%s imported by sqlite3: %s", r.Name, d)
	}
}

// readBooks reads workbooks with nothing but Python's zip and XML modules: the
// texts, numbers and formulas of the first sheet.
const readBooks = `
import base64, io, json, re, sys, zipfile
import xml.etree.ElementTree as ET
N = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
def column(ref):
    n = 0
    for c in re.match("[A-Z]+", ref).group(): n = n * 26 + ord(c) - 64
    return n - 1
def unescape(s): return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m.group(1), 16)), s)
out = []
for book in json.load(sys.stdin):
    z = zipfile.ZipFile(io.BytesIO(base64.b64decode(book)))
    assert z.testzip() is None
    for part in z.namelist(): ET.fromstring(z.read(part))
    sheet, formulas, rows = ET.fromstring(z.read("xl/worksheets/sheet1.xml")), 0, []
    for row in sheet.iter(N + "row"):
        cells = {}
        for c in row.iter(N + "c"):
            formulas += len(list(c.iter(N + "f")))
            if c.get("t") == "inlineStr": cells[column(c.get("r"))] = unescape("".join(t.text or "" for t in c.iter(N + "t")))
            else: cells[column(c.get("r"))] = float(c.find(N + "v").text)
        rows.append(cells)
    out.append({"formulas": formulas, "rows": rows})
json.dump(out, sys.stdout)`

// checkBooks compares what Python finds in the workbooks with the pages.
func checkBooks(t *testing.T, python string, books []string, pages [][][]string) {
	t.Helper()
	var coded []string
	for _, b := range books {
		coded = append(coded, base64.StdEncoding.EncodeToString([]byte(b)))
	}
	in, err := json.Marshal(coded)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", readBooks)
	cmd.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v: %s", err, errs.String())
	}
	var got []struct {
		Formulas int
		Rows     []map[int]any
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, r := range audit.Reports() {
		if got[i].Formulas != 0 || len(got[i].Rows) != len(pages[i])+1 {
			t.Errorf("%s as xlsx, read by python: %d formulas, %d rows, want %d", r.Name, got[i].Formulas, len(got[i].Rows)-1, len(pages[i]))
			continue
		}
		for j, want := range pages[i] {
			for k := range r.Columns {
				if text, is := got[i].Rows[j+1][k].(string); is && text != printable(want[k]) {
					t.Errorf("%s as xlsx, read by python: row %d, %s: %q, want %q", r.Name, j, r.Columns[k].Key, text, printable(want[k]))
				} else if got[i].Rows[j+1][k] == nil && want[k] != "" {
					t.Errorf("%s as xlsx, read by python: row %d, %s is empty, want %q", r.Name, j, r.Columns[k].Key, want[k])
				}
			}
		}
	}
}

// printable is the text as XML can carry it.
func printable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\ufffd"), "\ufffd")
}

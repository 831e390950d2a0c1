package sitetest

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// TestFormulasStayText fills the tenant with texts that spreadsheets calculate
// and reads every download: no cell begins a formula, and none breaks out of
// its place.
func TestFormulasStayText(t *testing.T) {
	t.Parallel()
	payloads := formulas()
	if len(payloads) < 200 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	rounds := 2
	if long() {
		rounds = 20
	}
	s := open(t, options{})
	m := newMatrix(t, s)
	cookie := s.allRoles(t)
	files, cells := 0, 0
	for round := range rounds {
		(&filler{tb: t, d: s.db}).infest(payloads, round*len(payloads)/rounds)
		for _, r := range s.gets() {
			path, _, _ := m.request(r, targets()[0])
			if !strings.HasSuffix(r.Path, ".csv") && !strings.HasSuffix(r.Path, ".xlsx") {
				continue
			}
			a := s.ask(http.MethodGet, path, "", cookie)
			if a.status != http.StatusOK {
				t.Errorf("%s: status %d: %s", path, a.status, sentence(a.body))
				continue
			}
			files++
			if strings.HasSuffix(r.Path, ".csv") {
				cells += csvCells(t, path, a.body)
			} else {
				cells += xlsxCells(t, path, a.body)
			}
		}
	}
	t.Logf("%d files, %d cells, %d payloads", files, cells, len(payloads))
}

// calculates reports whether a spreadsheet would take the text for a formula:
// blanks before it do not help, nor does full width.
func calculates(text string) bool {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return false // a number of ours
	}
	text = strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) && r != '\t' && r != '\r' && r != '\n' || r == '\ufeff' || r == '\u200b'
	})
	return text != "" && strings.ContainsRune("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20", []rune(text)[0])
}

func csvCells(t *testing.T, path, body string) int {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll() // every row as long as the first
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	n := 0
	for _, row := range rows {
		for _, cell := range row {
			n++
			if calculates(cell) {
				t.Errorf("%s has the cell %q", path, cell)
			}
		}
	}
	return n
}

func xlsxCells(t *testing.T, path, body string) int {
	t.Helper()
	if text := readable(t, answer{body: body}); strings.Contains(text, "<f>") || strings.Contains(text, "<f ") || strings.Contains(text, "externalLink") || strings.Contains(text, "<hyperlink") {
		t.Errorf("%s has a formula or a link", path)
	}
	f, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return 0
	}
	defer func() { _ = f.Close() }()
	n := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for y, row := range rows {
			for x, cell := range row {
				n++
				if !calculates(cell) {
					continue
				}
				name, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if kind, err := f.GetCellType(sheet, name); err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
					t.Errorf("%s has the cell %q of kind %v", path, cell, kind)
				}
			}
		}
	}
	return n
}

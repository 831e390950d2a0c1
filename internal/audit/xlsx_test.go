package audit

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestSheetsGoOn: what a worksheet cannot hold stands on the next one, under
// the same titles, and the workbook says so.
func TestSheetsGoOn(t *testing.T) {
	t.Parallel()
	r := &Report{Name: "numbers", Title: "Numbers", Columns: []Column{{Key: "n", Title: "Number", Kind: Number}, {Key: "t", Title: "Text", Kind: Text}}}
	var b bytes.Buffer
	s := &xlsxSheet{w: &b, most: 4}
	if err := s.begin(preamble{r: r, lines: [][2]string{{"Report", "Numbers"}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		if err := s.row(Row{report: r, vals: []Value{{int64(i)}, {fmt.Sprintf("=%d", i)}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if got := fmt.Sprint(f.GetSheetList()); got != "[numbers numbers 2 numbers 3 About]" {
		t.Errorf("sheets %s", got)
	}
	n := 0
	for _, name := range []string{"numbers", "numbers 2", "numbers 3"} {
		rows, err := f.GetRows(name)
		if err != nil || len(rows) > 4 || rows[0][0] != "Number" {
			t.Errorf("%s: %v, %v", name, rows, err)
		}
		for _, row := range rows[1:] {
			if row[0] != strconv.Itoa(n) || row[1] != "="+strconv.Itoa(n) {
				t.Errorf("row %d is %v", n, row)
			}
			n++
		}
	}
	if n != 7 {
		t.Errorf("%d rows", n)
	}
	about, err := f.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "7 rows on 3 sheets") {
		t.Errorf("about: %v, %v", about, err)
	}
}

// TestCellsComeBack: texts that XML or the format give a meaning of their own
// are read back by another program as they were.
func TestCellsComeBack(t *testing.T) {
	t.Parallel()
	texts := []string{"a & b <c> \"d\"", "_x000D_ _X0041_ _x41_", "two\r\nlines\ttab", " leading and trailing ", "=1+1", "\u202eevil\u200b", strings.Repeat("ü", maxCellRunes+5)}
	r := &Report{Name: "texts", Title: "Texts", Columns: []Column{{Key: "t", Title: "Text", Kind: Name}}}
	var b bytes.Buffer
	s := &xlsxSheet{w: &b, most: maxSheetRows}
	if err := s.begin(preamble{r: r}); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if err := s.row(Row{report: r, vals: []Value{{text}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i, want := range texts {
		got, err := f.GetCellValue("texts", fmt.Sprintf("A%d", i+2))
		if err != nil || got != clipped(want) {
			t.Errorf("%.40q came back as %.40q, %v", want, got, err)
		}
	}
	if columnName(0)+columnName(25)+columnName(26)+columnName(701)+columnName(702) != "AZAAZZAAA" {
		t.Error("names of columns")
	}
}

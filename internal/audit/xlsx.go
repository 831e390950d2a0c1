package audit

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxSheetRows is the most rows a worksheet has; what is beyond goes to the
// next sheet.
const maxSheetRows = 1_048_576

// maxCellRunes is the longest text a cell of a worksheet holds.
const maxCellRunes = 32_767

// xlsxSheet writes a workbook: the rows with typed cells, texts always as
// texts and never as formulas, and a sheet that says what it is. It is written
// as it is read, so the first byte leaves with the first rows and memory stays
// flat; a library that collects the sheet first makes its reader wait minutes
// for a list of millions.
type xlsxSheet struct {
	w       io.Writer
	book    *workbook
	p       preamble
	columns []string // A, B, …
	most    int      // rows a sheet has
	line    int      // rows on this sheet so far
	rows    int64
	buf     []byte
	cell    []byte
}

func (s *xlsxSheet) begin(p preamble) error {
	s.p = p
	for i := range p.r.Columns {
		s.columns = append(s.columns, columnName(i))
	}
	var err error
	if s.book, err = newWorkbook(s.w); err != nil {
		return err
	}
	return s.next()
}

// next begins a worksheet.
func (s *xlsxSheet) next() error {
	if err := s.flush(); err != nil {
		return err
	}
	name := sheetName(s.p.r.Name)
	if n := len(s.book.sheets); n > 0 {
		name = fmt.Sprintf("%s %d", name, n+1)
	}
	widths := make([]int, len(s.p.r.Columns))
	for i, c := range s.p.r.Columns {
		widths[i] = widthOf(&c)
	}
	if err := s.book.sheet(name, widths, true); err != nil {
		return err
	}
	s.line = 1
	s.open()
	for i, c := range s.p.r.Columns {
		s.text(i, styleHead, c.Title)
	}
	s.shut()
	return nil
}

func (s *xlsxSheet) row(r Row) error {
	if s.line == s.most {
		if err := s.next(); err != nil {
			return err
		}
	}
	s.line++
	s.rows++
	s.open()
	for i := range r.vals {
		s.value(i, &r.report.Columns[i], r.vals[i])
	}
	s.shut()
	if len(s.buf) < 1<<16 {
		return nil
	}
	return s.flush()
}

func (s *xlsxSheet) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.book.out.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *xlsxSheet) open() {
	s.buf = append(s.buf, `<row r="`...)
	s.buf = append(strconv.AppendInt(s.buf, int64(s.line), 10), `">`...)
}

func (s *xlsxSheet) shut() { s.buf = append(s.buf, "</row>"...) }

// start begins a cell: its place, its style and how its value is to be read.
func (s *xlsxSheet) start(i int, style, kind string) {
	s.buf = append(append(s.buf, `<c r="`...), s.columns[i]...)
	s.buf = append(strconv.AppendInt(s.buf, int64(s.line), 10), '"')
	if style != "" {
		s.buf = append(append(append(s.buf, ` s="`...), style...), '"')
	}
	s.buf = append(append(s.buf, kind...), '>')
}

func (s *xlsxSheet) value(i int, c *Column, v Value) {
	switch x := v.v.(type) {
	case nil:
		if c.Null != None {
			s.text(i, "", c.Null)
		}
		return
	case int64:
		switch c.Kind {
		case Date:
			s.number(i, styleMoment, float64(x)/msPerDay+epochSerial)
		case Day:
			s.number(i, styleDay, float64(x)+epochSerial)
		case Bool:
			s.text(i, "", c.Format(v))
		default:
			s.start(i, "", "")
			s.buf = append(strconv.AppendInt(append(s.buf, "<v>"...), x, 10), "</v></c>"...)
		}
		return
	case float64:
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			s.number(i, "", x)
		}
		return
	}
	s.cell = c.append(s.cell[:0], v)
	style := ""
	if dangerous(s.cell, false) {
		style = styleText // stays a text when somebody edits the cell
	}
	s.text(i, style, string(s.cell))
}

func (s *xlsxSheet) number(i int, style string, x float64) {
	s.start(i, style, "")
	s.buf = append(strconv.AppendFloat(append(s.buf, "<v>"...), x, 'f', -1, 64), "</v></c>"...)
}

func (s *xlsxSheet) text(i int, style, text string) {
	s.start(i, style, ` t="inlineStr"`)
	s.buf = append(s.buf, `<is><t xml:space="preserve">`...)
	s.buf = appendXML(s.buf, clipped(text))
	s.buf = append(s.buf, "</t></is></c>"...)
}

// clipped is as much of a text as a cell holds.
func clipped(text string) string {
	if len(text) > maxCellRunes {
		if r := []rune(text); len(r) > maxCellRunes {
			return string(r[:maxCellRunes-1]) + "…"
		}
	}
	return text
}

func (s *xlsxSheet) finish() error {
	if err := s.flush(); err != nil {
		return err
	}
	lines := s.p.lines
	if n := len(s.book.sheets); n > 1 {
		lines = append(lines, [2]string{"Sheets", fmt.Sprintf("%d rows on %d sheets: a worksheet ends after %d rows", s.rows, n, s.most)})
	}
	if err := s.book.sheet("About", []int{20, 80}, false); err != nil {
		return err
	}
	s.columns = []string{"A", "B"}
	for i, l := range lines {
		s.line = i + 1
		s.open()
		s.text(0, styleHead, l[0])
		s.text(1, "", l[1])
		s.shut()
	}
	if err := s.flush(); err != nil {
		return err
	}
	return s.book.close()
}

func (s *xlsxSheet) close() {}

// appendXML appends the text as XML that a spreadsheet reads back as it is:
// what XML forbids becomes U+FFFD, and what the format would take for one of
// its own escapes (_x000D_) is escaped itself.
func appendXML(dst []byte, text string) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case r == '_' && isEscape(text[i:]):
			dst = append(dst, "_x005F_"...)
		case r < 0x20 && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && n == 1:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst
}

// isEscape reports whether the text begins like _x000D_.
func isEscape(text string) bool {
	if len(text) < 7 || text[1] != 'x' && text[1] != 'X' || text[6] != '_' {
		return false
	}
	return strings.Trim(text[2:6], "0123456789abcdefABCDEF") == ""
}

// columnName is the letter of a column, from 0: A, B, …, Z, AA.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// widthOf is a width that shows most values of the column whole, in digits.
func widthOf(c *Column) int {
	switch c.Kind {
	case Name:
		return 32
	case Date, ID:
		return 20
	case Number, Duration, Bytes, Bool, Day:
		return max(10, len(c.Title)+2)
	}
	return max(16, len(c.Title)+2)
}

// sheetName is a name that a worksheet may have: 31 characters.
func sheetName(name string) string {
	if len(name) > 25 {
		name = name[:25]
	}
	return name
}

package audit

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// CSVWriter writes RFC 4180: comma, CRLF, quotes doubled, UTF-8. It is the one
// CSV writer of the code base, because a cell that a spreadsheet would take for
// a formula must never leave us: see Safe.
type CSVWriter struct {
	w    *bufio.Writer
	line []byte
	cell []byte
	err  error
	// the moment written last: a column of them repeats the same few
	moment  Value
	written []byte
}

// NewCSVWriter returns a writer; call Flush at the end.
func NewCSVWriter(w io.Writer) *CSVWriter {
	return &CSVWriter{w: bufio.NewWriterSize(w, 1<<16)}
}

// BOM writes the byte order mark that some spreadsheets want before UTF-8.
func (c *CSVWriter) BOM() { c.write([]byte("\uFEFF")) }

// Record writes a record of texts.
func (c *CSVWriter) Record(cells ...string) {
	c.line = c.line[:0]
	for i, s := range cells {
		c.cell = append(c.cell[:0], s...)
		c.add(i, false)
	}
	c.end()
}

// Row writes a row of a report. Numbers of numeric columns are written as
// numbers, everything else made safe.
func (c *CSVWriter) Row(r Row) error {
	c.line = c.line[:0]
	for i := range r.vals {
		col := &r.report.Columns[i]
		if col.Kind == Date && r.vals[i] == c.moment && c.moment.v != nil {
			c.cell = append(c.cell[:0], c.written...)
		} else {
			c.cell = col.append(c.cell[:0], r.vals[i])
			if col.Kind == Date {
				c.moment, c.written = r.vals[i], append(c.written[:0], c.cell...)
			}
		}
		c.add(i, col.plain(r.vals[i]))
	}
	c.end()
	return c.err
}

// Flush writes what is buffered and returns the first error.
func (c *CSVWriter) Flush() error {
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

// plain reports whether the cell's text is made by us: digits, signs, words.
func (c *Column) plain(v Value) bool {
	switch v.v.(type) {
	case int64, float64:
		return true
	case nil:
		return true
	}
	return false
}

func (c *CSVWriter) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

func (c *CSVWriter) add(i int, plain bool) {
	if i > 0 {
		c.line = append(c.line, ',')
	}
	if !plain {
		c.cell = safe(c.cell)
	}
	if !quotable(c.cell) {
		c.line = append(c.line, c.cell...)
		return
	}
	c.line = append(c.line, '"')
	for {
		n := bytes.IndexByte(c.cell, '"')
		if n < 0 {
			break
		}
		c.line = append(append(c.line, c.cell[:n+1]...), '"')
		c.cell = c.cell[n+1:]
	}
	c.line = append(append(c.line, c.cell...), '"')
}

func (c *CSVWriter) end() {
	c.line = append(c.line, '\r', '\n')
	c.write(c.line)
}

// quotable reports whether the cell must stand in quotes. Semicolon and tab
// are no separators here, but are to a spreadsheet of another locale.
func quotable(cell []byte) bool {
	for _, b := range cell {
		switch b {
		case ',', '"', '\r', '\n', ';', '\t':
			return true
		}
	}
	return len(cell) > 0 && (cell[0] == ' ' || cell[len(cell)-1] == ' ')
}

// Safe returns the text as a CSV cell that no spreadsheet takes for a formula:
// an apostrophe is put before a text that begins, blanks aside, with one of
//
//	= + - @ TAB CR LF NUL and the full-width ＝ ＋ － ＠
//
// The same is done behind every semicolon, tab and line end within the text
// where a sign follows: a spreadsheet that splits at semicolons does not see
// our quotes and begins a cell there. NUL and invalid UTF-8 become U+FFFD. All other characters stay.
func Safe(text string) string { return string(safe([]byte(text))) }

func safe(cell []byte) []byte {
	if len(cell) == 0 {
		return cell
	}
	lead := dangerous(cell, false)
	if simple(cell) {
		if lead {
			cell = append(cell, 0)
			copy(cell[1:], cell)
			cell[0] = '\''
		}
		return cell
	}
	out := make([]byte, 0, len(cell)+8)
	if lead {
		out = append(out, '\'')
	}
	for i := 0; i < len(cell); {
		r, n := utf8.DecodeRune(cell[i:])
		if r == 0 || (r == utf8.RuneError && n == 1) {
			out = utf8.AppendRune(out, utf8.RuneError)
		} else {
			out = append(out, cell[i:i+n]...)
		}
		i += n
		if (r == ';' || r == '\t' || r == '\n' || r == '\r') && dangerous(cell[i:], true) {
			out = append(out, '\'')
		}
	}
	return out
}

// simple reports whether only the beginning of the cell can need a change.
func simple(cell []byte) bool {
	for _, b := range cell {
		if b == 0 || b == ';' || b == '\t' || b == '\n' || b == '\r' || b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

const (
	signs    = "=+-@＝＋－＠"
	controls = "\t\r\n\x00"
	blanks   = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2060\u202f\u205f\u3000\ufeff\v\f\u0085\u2028\u2029"
)

// dangerous reports whether a cell that begins with text would be taken for a
// formula. Within a cell quotes are skipped too, since there they may be read
// as the quotes of a cell, and control characters are judged where they stand.
func dangerous(text []byte, within bool) bool {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			return false
		case strings.ContainsRune(signs, r):
			return true
		case strings.ContainsRune(controls, r) && (!within || r != 0):
			return !within
		case !strings.ContainsRune(blanks, r) && (!within || r != '"' && r != 0):
			return false
		}
		text = text[n:]
	}
	return false
}

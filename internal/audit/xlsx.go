package audit

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxSheetRows is the most rows a worksheet has; what is beyond goes to the
// next sheet.
const maxSheetRows = 1_048_576

// maxCellRunes is the longest text a cell of a worksheet holds.
const maxCellRunes = 32_767

// xlsxSheet writes a workbook: the rows with typed cells, texts always as
// texts and never as formulas, and a sheet that says what it is. Rows are
// spilled to a temporary file by the library, so memory stays flat.
type xlsxSheet struct {
	w      io.Writer
	f      *excelize.File
	p      preamble
	out    *excelize.StreamWriter
	sheets int
	line   int
	head   int // style ids
	moment int
	day    int
	cells  []any
}

func (s *xlsxSheet) begin(p preamble) error {
	s.p, s.f = p, excelize.NewFile()
	s.cells = make([]any, len(p.r.Columns))
	var err error
	if s.head, err = s.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	moment, day := "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
	if s.moment, err = s.f.NewStyle(&excelize.Style{CustomNumFmt: &moment}); err != nil {
		return err
	}
	if s.day, err = s.f.NewStyle(&excelize.Style{CustomNumFmt: &day}); err != nil {
		return err
	}
	return s.next()
}

// next begins a worksheet.
func (s *xlsxSheet) next() error {
	if s.out != nil {
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
	s.sheets++
	name := sheetName(s.p.r.Name)
	if s.sheets > 1 {
		name = fmt.Sprintf("%s %d", name, s.sheets)
		if _, err := s.f.NewSheet(name); err != nil {
			return err
		}
	} else if err := s.f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	var err error
	if s.out, err = s.f.NewStreamWriter(name); err != nil {
		return err
	}
	if err := s.out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, c := range s.p.r.Columns {
		s.cells[i] = excelize.Cell{StyleID: s.head, Value: c.Title}
	}
	s.line = 1
	return s.out.SetRow("A1", s.cells)
}

func (s *xlsxSheet) row(r Row) error {
	if s.line == maxSheetRows {
		if err := s.next(); err != nil {
			return err
		}
	}
	s.line++
	for i := range r.vals {
		s.cells[i] = s.cell(&r.report.Columns[i], r.vals[i])
	}
	at, err := excelize.CoordinatesToCellName(1, s.line)
	if err != nil {
		return err
	}
	return s.out.SetRow(at, s.cells)
}

func (s *xlsxSheet) cell(c *Column, v Value) any {
	switch x := v.v.(type) {
	case nil:
		if c.Null == None {
			return nil
		}
		return c.Null
	case int64:
		switch c.Kind {
		case Date:
			return excelize.Cell{StyleID: s.moment, Value: v.Time(Date)}
		case Day:
			return excelize.Cell{StyleID: s.day, Value: v.Time(Day)}
		case Bool:
			return c.Format(v)
		}
		return x
	case float64:
		return x
	}
	return cellText(c.Format(v))
}

// cellText is a text that a worksheet can hold: without what XML forbids, and
// not longer than a cell.
func cellText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, text)
	if len(text) > maxCellRunes {
		if r := []rune(text); len(r) > maxCellRunes {
			text = string(r[:maxCellRunes-1]) + "…"
		}
	}
	return text
}

func (s *xlsxSheet) finish() error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	if _, err := s.f.NewSheet("About"); err != nil {
		return err
	}
	for i, l := range s.p.lines {
		if err := s.f.SetSheetRow("About", fmt.Sprintf("A%d", i+1), &[]string{cellText(l[0]), cellText(l[1])}); err != nil {
			return err
		}
	}
	if err := s.f.SetColWidth("About", "A", "B", 30); err != nil {
		return err
	}
	return s.f.Write(s.w)
}

// close removes the temporary files.
func (s *xlsxSheet) close() {
	if s.f != nil {
		_ = s.f.Close()
	}
}

// sheetName is a name that a worksheet may have: 31 characters.
func sheetName(name string) string {
	if len(name) > 25 {
		name = name[:25]
	}
	return name
}

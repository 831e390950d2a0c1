package audit

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strings"
)

// Styles of cells, as workbookStyles numbers them.
const (
	styleHead   = "1"
	styleMoment = "2"
	styleDay    = "3"
	styleText   = "4"
)

// epochSerial is 1970-01-01 as spreadsheets count days.
const epochSerial = 25569

// workbook writes the parts of an XLSX file (ECMA-376) one after the other
// into a zip archive, whose directory comes last: nothing is kept but the
// names of the sheets.
type workbook struct {
	zip    *zip.Writer
	out    io.Writer // the sheet being written
	sheets []string
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS    = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	officeNS = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	mimeBase = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
	sheetEnd = "</sheetData></worksheet>"
)

const workbookStyles = xmlHead + `<styleSheet ` + mainNS + `><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

// newWorkbook begins the archive with what does not depend on the rows. The
// part with the relations comes first: programs that look at the first bytes
// to tell what a file is expect it there.
func newWorkbook(w io.Writer) (*workbook, error) {
	b := &workbook{zip: zip.NewWriter(w)}
	// Half the time of the default, for files a tenth larger.
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	if err := b.part("_rels/.rels", xmlHead+`<Relationships `+relNS+`><Relationship Id="rId1" Type="`+officeNS+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`); err != nil {
		return nil, err
	}
	return b, b.part("xl/styles.xml", workbookStyles)
}

func (b *workbook) part(name, text string) error {
	w, err := b.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

// sheet ends the sheet before and begins another: rows are written to out.
func (b *workbook) sheet(name string, widths []int, frozen bool) error {
	if err := b.end(); err != nil {
		return err
	}
	b.sheets = append(b.sheets, name)
	var head strings.Builder
	head.WriteString(xmlHead + `<worksheet ` + mainNS + `><sheetViews><sheetView workbookViewId="0"`)
	if len(b.sheets) == 1 {
		head.WriteString(` tabSelected="1"`)
	}
	head.WriteString(">")
	if frozen {
		head.WriteString(`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>`)
	}
	head.WriteString("</sheetView></sheetViews><cols>")
	for i, width := range widths {
		fmt.Fprintf(&head, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	head.WriteString("</cols><sheetData>")
	var err error
	if b.out, err = b.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.sheets))); err == nil {
		_, err = io.WriteString(b.out, head.String())
	}
	return err
}

func (b *workbook) end() error {
	if b.out == nil {
		return nil
	}
	_, err := io.WriteString(b.out, sheetEnd)
	return err
}

// close writes what names the sheets, and the archive's directory.
func (b *workbook) close() error {
	if err := b.end(); err != nil {
		return err
	}
	var types, sheets, relations strings.Builder
	for i, name := range b.sheets {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, mimeBase)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, appendXML(nil, name), n, n)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, officeNS, n)
	}
	for _, p := range [][2]string{
		{"xl/workbook.xml", `<workbook ` + mainNS + ` xmlns:r="` + officeNS + `"><bookViews><workbookView/></bookViews><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships ` + relNS + `>` + relations.String() + fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(b.sheets)+1, officeNS)},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + mimeBase + `sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + mimeBase + `styles+xml"/>` + types.String() + `</Types>`},
	} {
		if err := b.part(p[0], xmlHead+p[1]); err != nil {
			return err
		}
	}
	return b.zip.Close()
}

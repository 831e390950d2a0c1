package audit

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"sort"
	"strings"
	"unicode"

	"steward/internal/db"
)

// Format is the form of an export.
type Format string

// Forms of exports.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
	JSON Format = "json"
)

// Formats are all of them, as file name endings.
var Formats = []Format{CSV, XLSX, JSON}

// ParseFormat returns the format with the name; Invalid naming what there is.
func ParseFormat(s string) (Format, error) {
	for _, f := range Formats {
		if string(f) == s {
			return f, nil
		}
	}
	return "", invalid("format", "An export is csv, xlsx or json, not %s.", quote(s))
}

// ContentType is the media type of the format.
func (f Format) ContentType() string {
	switch f {
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case JSON:
		return "application/json; charset=utf-8"
	}
	return "text/csv; charset=utf-8; header=present"
}

// Options are choices of an export.
type Options struct {
	// Header puts lines with the report, as-of, coverage and filters before a
	// CSV's column titles. Other formats always carry them.
	Header bool
	// BOM puts a byte order mark before a CSV.
	BOM bool
}

// Export writes the whole report in the format and returns the number of
// rows. Errors of the query come before the first byte is written; when an
// error comes later the file is cut short, and the caller must not let it look
// whole.
func Export(ctx context.Context, w io.Writer, reader *db.Reader, r *Report, q Query, f Format, o Options) (int64, error) {
	q, err := r.clean(q)
	if err != nil {
		return 0, err
	}
	var n int64
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		t, err := truthOf(ctx, tx, q.View)
		if err != nil {
			return err
		}
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		out := newSheet(w, f, o)
		defer out.close()
		if err := out.begin(about(r, q, t)); err != nil {
			return err
		}
		if err := s.all(ctx, func(row Row) error { n++; return out.row(row) }); err != nil {
			return err
		}
		return out.finish()
	})
	if err != nil {
		return n, fmt.Errorf("export %s as %s: %w", r.Name, f, err)
	}
	return n, nil
}

// sheet is a file being written in one of the formats.
type sheet interface {
	begin(preamble) error
	row(Row) error
	finish() error
	close() // gives back what an unfinished file holds
}

func newSheet(w io.Writer, f Format, o Options) sheet {
	switch f {
	case XLSX:
		return &xlsxSheet{w: w, most: maxSheetRows}
	case JSON:
		return &jsonSheet{w: w}
	}
	return &csvSheet{w: NewCSVWriter(w), o: o}
}

// preamble is what every export says about itself.
type preamble struct {
	r     *Report
	q     Query
	truth Truth
	lines [][2]string
}

func about(r *Report, q Query, t Truth) preamble {
	p := preamble{r: r, q: q, truth: t}
	add := func(k, v string) { p.lines = append(p.lines, [2]string{k, v}) }
	add("Report", r.Title)
	add("Question", r.Question)
	add("Tenant", t.Tenant)
	if t.Never() {
		add("As of", "never scanned")
		return p
	}
	add("As of", t.AsOf.Format("2006-01-02T15:04:05Z"))
	switch {
	case r.Compares && q.noEarlier:
		add("Compared with", "nothing: there was no scan by then")
	case r.Compares:
		add("Compared with", q.CompareView.Taken.Format("2006-01-02T15:04:05Z"))
	}
	add("Coverage", t.Coverage())
	for _, g := range t.Gaps {
		add("Not seen", fmt.Sprintf("%d workspaces: %s", g.Workspaces, g.Reason))
	}
	for _, g := range t.Parts {
		add("Not read whole", fmt.Sprintf("%s: %s %s", g.Part, g.State, g.Error))
	}
	if !t.LastFull.IsZero() {
		add("Last full scan", t.LastFull.Format("2006-01-02T15:04:05Z"))
	}
	add("Scope", scopeText(q.Scope))
	for _, k := range sortedKeys(q.Where) {
		add("Filter "+k, strings.Join(q.Where[k], " or "))
	}
	order := "ascending"
	if q.Desc {
		order = "descending"
	}
	add("Order", q.Sort+" "+order)
	return p
}

func scopeText(s db.Scope) string {
	if s.All {
		return "the whole tenant"
	}
	var parts []string
	for _, p := range s.Prefixes {
		parts = append(parts, fmt.Sprintf("workspaces named %q…", p))
	}
	if len(s.Domains) > 0 {
		parts = append(parts, fmt.Sprintf("%d domains", len(s.Domains)))
	}
	sort.Strings(parts)
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// FileName is the name of an export: report, tenant, as-of, coverage.
func FileName(r *Report, t Truth, f Format) string {
	if t.Never() {
		return fmt.Sprintf("%s-%s-never-scanned.%s", r.Name, t.Tenant, f)
	}
	return fmt.Sprintf("%s-%s-%s-%dof%d.%s", r.Name, t.Tenant, t.AsOf.UTC().Format("20060102T1504Z"), t.Seen, t.Meant, f)
}

// ContentDisposition is the header (RFC 6266) that offers a download under the
// name: filename in ASCII for the old, filename* with all of it.
func ContentDisposition(name string) string {
	var ascii strings.Builder
	for _, c := range name {
		switch {
		case c == '.' || c == '-' || c == '_' || c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			ascii.WriteRune(c)
		default:
			ascii.WriteByte('_')
		}
	}
	star := strings.ReplaceAll(url.QueryEscape(strings.ToValidUTF8(name, "_")), "+", "%20")
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii.String(), star)
}

type csvSheet struct {
	w *CSVWriter
	o Options
}

func (s *csvSheet) begin(p preamble) error {
	if s.o.BOM {
		s.w.BOM()
	}
	if s.o.Header {
		for _, l := range p.lines {
			s.w.Record("# "+l[0], l[1])
		}
	}
	titles := make([]string, len(p.r.Columns))
	for i, c := range p.r.Columns {
		titles[i] = c.Key
	}
	s.w.Record(titles...)
	return s.w.err
}

func (s *csvSheet) row(r Row) error { return s.w.Row(r) }
func (s *csvSheet) finish() error   { return s.w.Flush() }
func (s *csvSheet) close()          {}

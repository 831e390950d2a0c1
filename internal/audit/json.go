package audit

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// jsonSheet writes {report, …, columns, rows, row_count}, the rows one by one.
type jsonSheet struct {
	w    io.Writer
	buf  *bufio.Writer
	n    int64
	line []byte
}

type jsonColumn struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Kind  Kind   `json:"kind"`
	Unit  string `json:"unit,omitempty"`
	Null  string `json:"null_means,omitempty"`
}

type jsonCoverage struct {
	Meant int64     `json:"workspaces_meant"`
	Seen  int64     `json:"workspaces_seen"`
	Gaps  []jsonGap `json:"gaps"`
	Parts []jsonGap `json:"parts_not_whole"`
}

type jsonGap struct {
	What       string `json:"what"`
	Reason     string `json:"reason"`
	Workspaces int64  `json:"workspaces,omitempty"`
}

func (s *jsonSheet) begin(p preamble) error {
	s.buf = bufio.NewWriterSize(s.w, 1<<16)
	head, err := json.Marshal(jsonHead(p))
	if err != nil {
		return err
	}
	_, _ = s.buf.Write(head[:len(head)-1])
	_, err = s.buf.WriteString(`,"rows":[`)
	return err
}

// JSON writes one page of a report: the head of an export, the page's rows, how
// many there are in all, and the cursors of the pages beside it.
func (p Page) JSON(q Query) ([]byte, error) {
	q, err := p.Report.clean(q)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(jsonHead(about(p.Report, q, p.Truth)))
	if err != nil {
		return nil, err
	}
	out = append(out[:len(out)-1], `,"rows":[`...)
	for i, r := range p.Rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = r.AppendJSON(append(out, '\n'))
	}
	tail, err := json.Marshal(struct {
		First int64  `json:"first"`
		Total int64  `json:"total"`
		Exact bool   `json:"total_exact"`
		Next  string `json:"next"`
		Prev  string `json:"prev"`
	}{p.First, p.Total, p.TotalExact, p.Next, p.Prev})
	return append(append(append(out, "\n],"...), tail[1:]...), '\n'), err
}

func jsonHead(p preamble) any {
	t := p.truth
	cov := jsonCoverage{Meant: t.Meant, Seen: t.Seen, Gaps: []jsonGap{}, Parts: []jsonGap{}}
	for _, g := range t.Gaps {
		cov.Gaps = append(cov.Gaps, jsonGap{What: "workspaces", Reason: g.Reason, Workspaces: g.Workspaces})
	}
	for _, g := range t.Parts {
		cov.Parts = append(cov.Parts, jsonGap{What: g.Part, Reason: g.State + " " + g.Error})
	}
	var asOf, compared *string
	if !t.Never() {
		s := t.AsOf.UTC().Format("2006-01-02T15:04:05Z")
		asOf = &s
	}
	if p.r.Compares && !p.q.noEarlier {
		s := p.q.CompareView.Taken.UTC().Format("2006-01-02T15:04:05Z")
		compared = &s
	}
	return struct {
		Report   string              `json:"report"`
		Title    string              `json:"title"`
		Question string              `json:"question"`
		Tenant   string              `json:"tenant"`
		AsOf     *string             `json:"as_of"`
		Compared *string             `json:"compared_with,omitempty"`
		Scan     int64               `json:"scan"`
		Coverage jsonCoverage        `json:"coverage"`
		Scope    string              `json:"scope"`
		Where    map[string][]string `json:"where"`
		Sort     string              `json:"sort"`
		Desc     bool                `json:"desc"`
		Columns  []jsonColumn        `json:"columns"`
	}{p.r.Name, p.r.Title, p.r.Question, t.Tenant, asOf, compared, t.Scan, cov, scopeText(p.q.Scope), p.q.Where, p.q.Sort, p.q.Desc, jsonColumns(p.r)}
}

func jsonColumns(r *Report) []jsonColumn {
	out := make([]jsonColumn, len(r.Columns))
	for i, c := range r.Columns {
		out[i] = jsonColumn{Key: c.Key, Title: c.Title, Kind: c.Kind, Unit: c.Unit, Null: c.Null}
	}
	return out
}

func (s *jsonSheet) row(r Row) error {
	s.line = s.line[:0]
	if s.n > 0 {
		s.line = append(s.line, ',')
	}
	s.line = append(r.AppendJSON(append(s.line, '\n')), 0)
	s.n++
	_, err := s.buf.Write(s.line[:len(s.line)-1])
	return err
}

func (s *jsonSheet) finish() error {
	_, _ = s.buf.WriteString("\n],\"row_count\":" + strconv.FormatInt(s.n, 10) + "}\n")
	return s.buf.Flush()
}

func (s *jsonSheet) close() {}

// AppendJSON appends the row as an object of column key → value: texts,
// numbers, true or false, UTC times in ISO 8601, null where there is no value.
func (r Row) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i := range r.vals {
		if i > 0 {
			dst = append(dst, ',')
		}
		c := &r.report.Columns[i]
		dst = append(strconv.AppendQuote(dst, c.Key), ':')
		dst = c.appendJSON(dst, r.vals[i])
	}
	return append(dst, '}')
}

func (c *Column) appendJSON(dst []byte, v Value) []byte {
	switch x := v.v.(type) {
	case nil:
		return append(dst, "null"...)
	case int64:
		switch c.Kind {
		case Date, Day:
			dst = append(dst, '"')
			return append(c.append(dst, v), '"')
		case Bool:
			return strconv.AppendBool(dst, x != 0)
		}
		return strconv.AppendInt(dst, x, 10)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(dst, "null"...)
		}
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	text, _ := json.Marshal(c.Format(v)) // a string always marshals; invalid UTF-8 becomes U+FFFD
	return append(dst, text...)
}

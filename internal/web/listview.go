package web

import (
	"net/url"
	"slices"
	"time"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/web/templates/ui"
)

// listView turns a page of a report into what the list component shows.
func (s *Server) listView(req listRequest, page audit.Page) ui.List {
	out := ui.List{Filters: req.filters(), Table: s.table(req, page), Pager: req.pager(page)}
	if s.Views != nil && req.fixed == nil && req.who.person.Token == "" {
		out.Views = s.viewsMenu(req)
	}
	if req.who.may(auth.ExportReport) {
		base, query := req.exported()
		out.Export = &ui.Export{Base: base, Query: query.Encode(), JSON: s.PublicURL + address(base+".json", query),
			Rows: page.Total, Floor: !page.TotalExact, Limit: req.downloads}
	}
	return out
}

// exported is where the same rows are as a file.
func (r listRequest) exported() (string, url.Values) {
	query := keep(r.raw, map[string]string{"cursor": "", "limit": ""})
	if r.fixed != nil {
		query = keep(query, r.fixed)
		query.Set("tenant", r.place.tenant)
	}
	if r.place.asOf != "" {
		query.Set("as_of", r.place.asOf)
	}
	return "/" + r.report.Name, query
}

func (r listRequest) pager(page audit.Page) ui.Pager {
	p := ui.Pager{From: page.First + 1, To: page.First + int64(len(page.Rows)), Total: page.Total,
		Floor: !page.TotalExact, Took: page.Took, Noun: noun(r.report)}
	if page.Next != "" {
		p.Next = r.change(map[string]string{"cursor": page.Next})
	}
	if page.Prev != "" {
		p.Prev = r.change(map[string]string{"cursor": page.Prev})
		p.First = r.change(map[string]string{"cursor": ""})
	}
	return p
}

func (s *Server) table(req listRequest, page audit.Page) ui.Table {
	r := req.report
	t := ui.Table{Caption: r.Title, Scroll: true, Empty: req.empty(page.Truth)}
	var shown []int
	for i := range r.Columns {
		c := &r.Columns[i]
		if _, told := req.fixed[c.Key]; c.ExportOnly || told || slices.Contains(req.hidden, c.Key) {
			continue
		}
		shown = append(shown, i)
		t.Columns = append(t.Columns, ui.Column{Label: c.Title, Kind: columnKind(c.Kind), Hint: c.Help, Sort: req.sort(c)})
	}
	now := s.Now()
	for _, row := range page.Rows {
		out := ui.Row{Cells: make([]ui.Cell, 0, len(shown))}
		for _, i := range shown {
			c := &r.Columns[i]
			out.Cells = append(out.Cells, value(c, row.Values()[i], req.place.href(c, row), now))
		}
		t.Rows = append(t.Rows, out)
	}
	return t
}

// sort makes a column's header a link: by this column, or the other way round
// when the list is ordered by it already.
func (r listRequest) sort(c *audit.Column) *ui.Sort {
	if !c.Sortable {
		return nil
	}
	by, desc := r.query.Sort, r.query.Desc
	if by == "" {
		by, desc = r.report.Sort, r.report.Desc
	}
	switch {
	case by != c.Key:
		return ui.SortLink(r.change(map[string]string{"sort": c.Key}), ui.Unsorted)
	case desc:
		return ui.SortLink(r.change(map[string]string{"sort": c.Key}), ui.Descending)
	}
	return ui.SortLink(r.change(map[string]string{"sort": "-" + c.Key}), ui.Ascending)
}

// cell shows the value of a row's column by its key.
func cell(row audit.Row, key string, now time.Time) ui.Cell {
	c := row.Report().Column(key)
	return value(c, row.Get(key), "", now)
}

// value shows one value. A missing one is shown as unknown where the column
// says that it means that, and as a dash where there is none.
func value(c *audit.Column, v audit.Value, href string, now time.Time) ui.Cell {
	if !v.Known() {
		if c.Null == audit.Unknown {
			return ui.Unknown(unknownWhy(c))
		}
		if c.Null != audit.None {
			return ui.Txt(c.Null)
		}
		return ui.Txt("–")
	}
	switch c.Kind {
	case audit.Date:
		return ui.When(v.Time(audit.Date), now)
	case audit.Day:
		return ui.Txt(v.Time(audit.Day).Format("2 Jan 2006"))
	case audit.Number:
		return ui.Cell{Text: ui.Count(v.Int()), Href: href}
	case audit.Duration:
		return ui.Txt(ui.Duration(time.Duration(v.Float() * float64(time.Second))))
	case audit.Bytes:
		return ui.Txt(ui.Bytes(v.Int()))
	case audit.Bool:
		return flag(c, v)
	case audit.Badge:
		if text := c.Format(v); text != "" {
			return ui.Parts(badgeFor(c.Key, text))
		}
		return ui.Txt("–")
	}
	text := c.Format(v)
	if text == "" {
		text = "–"
		if href != "" {
			text = "(no name)"
		}
	}
	return ui.Cell{Text: text, Href: href}
}

func unknownWhy(c *audit.Column) string {
	if c.Help != "" {
		return "Microsoft did not tell us. " + c.Help
	}
	return "Microsoft did not tell us in this scan."
}

func columnKind(k audit.Kind) ui.Kind {
	switch k {
	case audit.Number, audit.Duration, audit.Bytes:
		return ui.Number
	case audit.Date:
		return ui.Date
	case audit.Badge:
		return ui.Badges
	case audit.ID:
		return ui.Mono
	}
	return ui.Text
}

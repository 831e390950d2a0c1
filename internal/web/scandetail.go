package web

import (
	"context"
	"database/sql"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// scan shows one scan: what it meant to see, what it saw, and why not the rest.
func (s *Server) scan(c echo.Context) error {
	d, err := s.readScan(c)
	if err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, d.view)
	if err != nil {
		return err
	}
	v := templates.ScanPage{Page: s.page(c, d.who, d.view, truth)}
	v.Kind, v.Title, v.NoAsOf, v.Active = "Scan", "Scan "+strconv.FormatInt(d.scan.ID, 10), true, "/scans"
	v.SwitchTo = "/scans"
	v.Crumbs = []ui.Link{{Label: d.view.TenantName, Href: d.place().to("/")}, {Label: "Scans", Href: d.place().to("/scans")}}
	v.Truth = nil // it is about this scan, not about the last one
	s.fillScan(&v, d)
	for _, part := range []struct {
		report string
		into   *templates.ScanPart
	}{{"scan-parts", &v.Parts}, {"scan-gaps", &v.Gaps}, {"scan-batches", &v.Batches}} {
		if *part.into, err = s.scanPart(c, d, part.report); err != nil {
			return err
		}
	}
	v.Figures, err = s.scanFigures(c.Request().Context(), d.scan.ID)
	if err != nil {
		return err
	}
	return ok(c, templates.Scan(v))
}

// scanDetail is what a scan's page is made from.
type scanDetail struct {
	who  viewer
	scan db.Scan
	view db.View
}

func (d scanDetail) place() place { return place{tenant: d.view.TenantName} }

// readScan finds the scan of the address in one of the tenants that the person
// may see.
func (s *Server) readScan(c echo.Context) (scanDetail, error) {
	d := scanDetail{who: s.viewer(c)}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return d, auth.Hidden()
	}
	ctx := c.Request().Context()
	d.scan, err = s.Reader.Scan(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return d, auth.Hidden()
	}
	if err != nil {
		return d, err
	}
	for _, t := range auth.Tenants(d.who.person, auth.ViewScans, s.Tenants) {
		if d.view, err = s.Reader.ViewNow(ctx, t); err != nil {
			return d, err
		}
		if d.view.Tenant == d.scan.Tenant {
			return d, nil
		}
	}
	return d, auth.Hidden()
}

// scanTones colour the states of scans, batches and parts.
var scanTones = map[string]ui.Tone{
	"complete": ui.Good, "done": ui.Good, "partial": ui.Warn, "cancelled": ui.Warn, "failed": ui.Bad, "running": ui.Info, "asked": ui.Info,
}

// fillScan fills what the scan's own record says.
func (s *Server) fillScan(v *templates.ScanPage, d scanDetail) {
	r := d.scan
	v.Badges = append(v.Badges, ui.State(string(r.State), scanTones[string(r.State)]))
	v.Seen, v.Meant = r.Seen, r.Meant
	v.Facts = []ui.Pair{
		{Key: "Kind", Value: string(r.Kind)}, {Key: "Cause", Value: causeWords(r)}, {Key: "Began", At: r.Started},
		{Key: "Ended", At: r.Finished, Value: "not yet"}, {Key: "Published", At: r.Published, Value: "not published: pages never read it"},
		{Key: "Calls", Value: ui.Count(r.Calls)},
	}
	if !r.Finished.IsZero() {
		v.Facts = append(v.Facts, ui.Pair{Key: "Took", Value: ui.Duration(r.Finished.Sub(r.Started))})
	}
	if !r.Since.IsZero() {
		v.Facts = append(v.Facts, ui.Pair{Key: "Read what was modified since", At: r.Since})
	}
	if r.Note.Resumed > 0 {
		v.Facts = append(v.Facts, ui.Pair{Key: "Resumed after a stop", Value: ui.Plural(r.Note.Resumed, "time", "times")})
	}
	if r.Error != "" {
		v.Notices = append(v.Notices, ui.Notice{Tone: scanTones[string(r.State)], Title: "This scan did not end as it should.", Text: r.Error})
	}
	for _, f := range r.Note.Flags {
		v.Notices = append(v.Notices, ui.Notice{Tone: ui.Warn, Title: "Held back", Text: f})
	}
	v.Changed = changedTable(r)
	if s.Scans == nil {
		return
	}
	for _, n := range s.Scans.Next(d.view.TenantName) {
		v.Facts = append(v.Facts, ui.Pair{Key: "Next " + n.Kind + " scan", Value: ui.Exact(n.At)})
	}
	if n, why := s.Scans.Stopped(d.view.TenantName); n == r.ID {
		v.Notices = append(v.Notices, stoppedNotice(n, why))
	}
	if p, running := s.Scans.Progress(d.view.TenantName); running && p.Scan == r.ID {
		v.Running = s.scanNow(d.who, d.view.TenantName, false).Running
	}
}

// causes say why a scan began.
var causes = map[string]string{
	"schedule": "the schedule", "person": "a person asked for it", "command": "the command line", "first": "the tenant had never been scanned",
	"request": "a request was carried out", "replay": "archived answers were read again",
}

func causeWords(r db.Scan) string {
	words, ok := causes[r.Cause]
	if !ok {
		words = r.Cause
	}
	if r.AskedBy != "" {
		words += ": " + r.AskedBy
	}
	return words
}

// changedTable says how much a scan wrote, by what it wrote about.
func changedTable(r db.Scan) ui.Table {
	t := ui.Table{ID: "changed", Caption: "What changed", Columns: []ui.Column{{Label: "About"}, {Label: "New versions", Kind: ui.Number, Hint: "Rows that are new or differ from the scan before."}},
		Empty: ui.Empty{Why: "Nothing changed since the scan before.", More: "An unchanged thing is not written again."}}
	if r.State != db.ScanComplete && r.State != db.ScanPartial {
		t.Empty = ui.Empty{Why: "Nothing of this scan was kept.", More: "Pages read published scans only."}
	}
	var tables []string
	for name := range r.Note.Changed {
		tables = append(tables, name)
	}
	sort.Strings(tables)
	for _, name := range tables {
		if n := r.Note.Changed[name]; n > 0 {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(strings.ReplaceAll(strings.TrimPrefix(name, "access_"), "_", " ")), ui.Num(n)}})
		}
	}
	if r.Note.Gone > 0 {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt("workspaces that are gone"), ui.Num(r.Note.Gone)}})
	}
	if r.Note.Held > 0 {
		t.Rows = append(t.Rows, ui.Row{Tone: ui.Warn, Cells: []ui.Cell{ui.Txt("missing workspaces held back"), ui.Num(r.Note.Held)}})
	}
	return t
}

// scanRows is how many rows of each list stand on the scan's own page.
const scanRows = 50

// scanPart is the beginning of one of the lists about a scan, with where the
// whole of it is. Batches that are not done come first: they are the news.
func (s *Server) scanPart(c echo.Context, d scanDetail, report string) (templates.ScanPart, error) {
	r, err := audit.Lookup(report)
	if err != nil {
		return templates.ScanPart{}, err
	}
	scope, err := s.scope(c, d.who, d.view)
	if err != nil {
		return templates.ScanPart{}, err
	}
	id := strconv.FormatInt(d.scan.ID, 10)
	req := listRequest{report: r, who: d.who, place: d.place(), path: "/" + report, fixed: map[string]string{"scan": id},
		query: audit.Query{View: d.view, Scope: scope, Where: map[string][]string{"scan": {id}}, Limit: scanRows}}
	page, err := audit.Run(c.Request().Context(), s.Reader, r, req.query)
	if err != nil {
		return templates.ScanPart{}, err
	}
	t := s.table(req, page)
	t.ID, t.Empty = report, ui.Empty{Why: emptyParts[report]}
	t.Columns[0].Kind = ui.Text // it names the row
	for i := range t.Columns {
		t.Columns[i].Sort = nil
	}
	withRequestIDs(r, page, &t)
	return templates.ScanPart{Table: t, Total: page.Total, Floor: !page.TotalExact, Shown: int64(len(page.Rows)),
		All: d.place().list(report, ui.Param{Name: "scan", Value: id})}, nil
}

var emptyParts = map[string]string{
	"scan-parts": "This scan has not read anything beside the workspaces.", "scan-gaps": "Every workspace that was meant to be seen was seen.",
	"scan-batches": "No workspace had to be asked for.",
}

// withRequestIDs adds Microsoft's request ids, which lists keep for their
// exports: here they are what one sends to support.
func withRequestIDs(r *audit.Report, page audit.Page, t *ui.Table) {
	col := r.Column("request_id")
	if col == nil {
		return
	}
	t.Columns = append(t.Columns, ui.Column{Label: "Microsoft's request id", Kind: ui.Mono, Minor: true})
	for i, row := range page.Rows {
		t.Rows[i].Cells = append(t.Rows[i].Cells, ui.Txt(or(row.Text("request_id"), "–")))
	}
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// scanFigures are the counts that a published scan left for the overview.
func (s *Server) scanFigures(ctx context.Context, id int64) (ui.Table, error) {
	t := ui.Table{ID: "figures", Caption: "Figures", Columns: []ui.Column{{Label: "Figure"}, {Label: "Count", Kind: ui.Number}},
		Empty: ui.Empty{Why: "This scan left no figures."}}
	err := s.Reader.Snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT name, value FROM scan_figure WHERE scan = $1 ORDER BY name`, id)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name string
			var n int64
			if err := rows.Scan(&name, &n); err != nil {
				return err
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(name), ui.Num(n)}})
		}
		return rows.Err()
	})
	if err != nil {
		return t, fmt.Errorf("figures of scan %d: %w", id, err)
	}
	return t, nil
}

package web

import (
	"context"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// subject is a kind of thing that has a page: which report describes it, by
// which filter, and what it is called.
type subject struct {
	of             audit.Target
	report, filter string
	noun           string
}

var (
	aWorkspace = subject{audit.ToWorkspace, "workspaces", "workspace", "workspace"}
	anItem     = subject{audit.ToItem, "items", "item", "item"}
	aPerson    = subject{audit.ToPerson, "people", "principal", "person, group or application"}
	aPipeline  = subject{audit.ToPipeline, "pipelines", "pipeline", "pipeline"}
)

// detail is one thing as a page shows it: at the moment asked for, or, when it
// is gone by then, at the last one at which it was seen.
type detail struct {
	viewing
	subject
	who   viewer
	q     audit.Query
	row   audit.Row
	truth audit.Truth
	id    string
	// missed is the scan that did not find it any more; Scan 0 when it is there.
	missed db.View
}

// detail finds the thing of the address. NotFound when the reader may not see
// it, or never could have.
func (s *Server) detail(c echo.Context, sub subject) (detail, error) {
	d := detail{subject: sub, who: s.viewer(c), id: strings.ToLower(c.Param("id"))}
	view, err := s.view(c, d.who)
	if err != nil {
		return d, err
	}
	d.viewing = viewing{place: s.place(c, view), now: s.Now()}
	if d.q.Scope, err = s.scope(c, d.who, view); err != nil {
		return d, err
	}
	d.q.View = view
	ctx := c.Request().Context()
	if err = s.describe(ctx, &d); !fault.Is(err, fault.NotFound) {
		return d, err
	}
	last, missed, lerr := audit.LastKnown(ctx, s.Reader, view, sub.of, d.id)
	if lerr != nil {
		return d, lerr
	}
	if last.Scan == 0 {
		return d, absent(sub, d.id, view)
	}
	d.q.View, d.missed = last, missed
	d.place.asOf = last.Taken.Format(exact)
	if lerr = s.describe(ctx, &d); fault.Is(lerr, fault.NotFound) {
		return d, absent(sub, d.id, view)
	}
	return d, lerr
}

func (s *Server) describe(ctx context.Context, d *detail) error {
	r, err := audit.Lookup(d.report)
	if err != nil {
		return err
	}
	q := d.q
	d.row, d.truth, err = audit.One(ctx, s.Reader, r, q, d.filter, d.id)
	return err
}

// absent says that there is no such thing, in words that are the same whether
// it is not there or not open to the reader.
func absent(sub subject, id string, v db.View) error {
	when := "as of the latest scan"
	if v.Past {
		when = "as of " + v.Taken.Format(clock)
	}
	if v.Scan == 0 {
		when = "because no scan is there to look at"
	}
	return fault.New(fault.NotFound, "There is no %s with the id %q in what you may see, %s.", sub.noun, clip(id), when)
}

// page is the frame of one of the thing's pages.
func (d detail) page(s *Server, c echo.Context, title, kind string) templates.Page {
	p := s.page(c, d.who, d.q.View, d.truth)
	p.Title, p.Kind, p.SwitchTo = title, kind, "/"+strings.TrimSuffix(strings.TrimPrefix(pages[d.of], "/"), "/")
	p.Active = p.SwitchTo
	if d.missed.Scan != 0 {
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "Gone: " + "the scan of " + d.missed.Taken.Format(clock) + " did not find it any more.",
			Text: fmt.Sprintf("What is shown is how it was last seen, on %s.", d.q.View.Taken.Format(clock))})
	}
	return p
}

// run reads a page of a report about the thing. limit 0 is the usual one.
func (s *Server) run(c echo.Context, q audit.Query, report string, limit int, where ...string) (audit.Page, error) {
	r, err := audit.Lookup(report)
	if err != nil {
		return audit.Page{}, err
	}
	q.Where, q.Sort, q.Desc, q.Cursor, q.Limit = map[string][]string{}, "", false, "", limit
	for i := 0; i+1 < len(where); i += 2 {
		q.Where[where[i]] = []string{where[i+1]}
	}
	return audit.Run(c.Request().Context(), s.Reader, r, q)
}

// tabs are the pages of the thing. A tab is shown when its route is there and
// the reader may open it.
func (d detail) tabs(s *Server, c echo.Context, all ...ui.Tab) []ui.Tab {
	root := strings.TrimSuffix(c.Path(), "/")
	if i := strings.Index(root, "/:id"); i >= 0 {
		root = root[:i+len("/:id")]
	}
	var out []ui.Tab
	for _, t := range all {
		path := root
		if t.Href != "" {
			path += "/" + t.Href
		}
		action, there := s.actions["GET "+path]
		if !there || !d.who.may(action) {
			continue
		}
		t.Active = path == c.Path()
		t.Href = d.place.thing(d.of, d.id, t.Href)
		out = append(out, t)
	}
	return out
}

// subList is the page of a report within the page of the thing: its filters,
// its pages and its exports, without the columns that say what one knows.
func (s *Server) subList(c echo.Context, d detail, report string, fixed map[string]string, hidden ...string) (listRequest, audit.Page, error) {
	r, err := audit.Lookup(report)
	if err != nil {
		return listRequest{}, audit.Page{}, err
	}
	req := listRequest{who: d.who, path: c.Request().URL.Path, place: d.place, fixed: fixed, hidden: hidden}
	if req, err = s.readWithin(c, r, req, d.q.View); err != nil {
		return req, audit.Page{}, err
	}
	page, err := audit.Run(c.Request().Context(), s.Reader, r, req.query)
	return req, page, err
}

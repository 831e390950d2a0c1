package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// reserved are the query parameters of a list that are not filters. "since" is
// one of a comparison and a filter of other reports.
var reserved = map[string]bool{
	"tenant": true, "as_of": true, "sort": true, "cursor": true, "limit": true, "q": true, "header": true,
}

// shown is a page made of a list that was read.
type shown func(c echo.Context, req listRequest, page audit.Page) error

// listing returns the handler that reads a report as it was asked for, refuses
// at the field what does not fit, and hands the rest to show.
func (s *Server) listing(r *audit.Report, show shown) echo.HandlerFunc {
	return func(c echo.Context) error {
		req, err := s.read(c, r)
		if err != nil {
			return err
		}
		page, err := audit.Run(c.Request().Context(), s.Reader, r, req.query)
		if err != nil {
			return s.listRefusal(c, req, err)
		}
		return show(c, req, page)
	}
}

// named is listing for a report whose page is more than the list.
func (s *Server) named(report string, show shown) echo.HandlerFunc {
	r, err := audit.Lookup(report)
	if err != nil {
		return func(echo.Context) error { return err }
	}
	return s.listing(r, show)
}

// list is the plain page of a report.
func (s *Server) list(c echo.Context, req listRequest, page audit.Page) (err error) {
	r := req.report
	v := templates.ListPage{Page: s.page(c, req.who, req.query.View, page.Truth)}
	v.Title = r.Title
	if v.Question, err = s.reach(c, req, r.Question); err != nil {
		return err
	}
	v.Tabs, v.Active = related(req.place, r.Name)
	if r.Name == "requests" {
		v.Tabs, v.Primary = requestTabs(req), newRequestAction(req.who)
	}
	v.List = s.listView(req, page)
	offerRequests(&v.Page, req.who, req.place, offersOfList(req)...)
	if v.Figure, err = s.figure(c, req); err != nil {
		return err
	}
	return ok(c, templates.List(v))
}

// listRequest is what was asked of a list.
type listRequest struct {
	report *audit.Report
	who    viewer
	query  audit.Query
	place  place
	// raw is the query without what only this one page means.
	raw  url.Values
	path string
	// fixed are the filters that the page sets by itself: a list within the
	// page of one thing shows only what belongs to it.
	fixed map[string]string
	// hidden are the columns and filters that would say the same for every row.
	hidden []string
	// choices are the values of the open filters, names what the ids in force
	// are called.
	choices map[string][]ui.Option
	names   map[string]string
	// views are the lists that the reader kept.
	views []db.SavedView
	// downloads says how many files this reader may take, in a sentence.
	downloads string
}

// read turns the address into a query. What does not fit is refused at the
// field by package audit.
func (s *Server) read(c echo.Context, r *audit.Report) (listRequest, error) {
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return listRequest{}, err
	}
	return s.readWithin(c, r, listRequest{who: who, path: "/" + r.Name, place: s.place(c, v)}, v)
}

// readWithin is read for a list at another address or about one thing only:
// req says which.
func (s *Server) readWithin(c echo.Context, r *audit.Report, req listRequest, v db.View) (listRequest, error) {
	req.downloads = s.downloads(c)
	if s.Views != nil {
		var err error
		if req.views, err = s.viewsOf(c, req.who.person); err != nil {
			return req, err
		}
	}
	req, err := s.queryWithin(c, r, req, v)
	if err != nil {
		return req, err
	}
	if err := s.fillChoices(c, &req); err != nil {
		return req, err
	}
	return req, s.fillNames(c, &req)
}

// queryWithin reads the query of the address: what the list shows, without what
// its page shows around it.
func (s *Server) queryWithin(c echo.Context, r *audit.Report, req listRequest, v db.View) (listRequest, error) {
	req.report, req.raw = r, c.QueryParams()
	scope, err := s.scope(c, req.who, v)
	if err != nil {
		return req, err
	}
	req.query = audit.Query{View: v, Scope: scope, Reader: audit.Person{TenantID: req.who.person.TenantID, ObjectID: req.who.person.ObjectID}, Where: map[string][]string{}, Cursor: c.QueryParam("cursor")}
	if req.query.Limit, err = limitOf(c.QueryParam("limit")); err != nil {
		return req, err
	}
	req.query.Sort, req.query.Desc = strings.CutPrefix(c.QueryParam("sort"), "-")
	for key, values := range req.raw {
		if !req.reserves(key) {
			req.query.Where[key] = values
		}
	}
	if q, quick := c.QueryParam("q"), req.quick(); q != "" && quick != nil {
		req.query.Where[quick.Key] = append(req.query.Where[quick.Key], q)
	}
	for key, value := range req.fixed {
		req.query.Where[key] = []string{value}
	}
	if r.Compares {
		if req.query.CompareView, err = s.compareView(c, v); err != nil {
			return req, err
		}
	}
	return req, nil
}

// reserves reports whether the parameter means something else than a filter.
func (r listRequest) reserves(key string) bool {
	_, fixed := r.fixed[key]
	return reserved[key] || fixed || key == "since" && r.report.Compares
}

// quick is the filter that the search box above the list fills: the report's
// first text.
func (r listRequest) quick() *audit.Filter {
	for i := range r.report.Filters {
		if f := &r.report.Filters[i]; f.Kind == audit.FilterText && !slices.Contains(r.hidden, f.Key) {
			return f
		}
	}
	return nil
}

// fillChoices reads the values that the open filters can take. A list whose
// choices cannot be read is shown with free fields instead.
func (s *Server) fillChoices(c echo.Context, req *listRequest) error {
	req.choices = map[string][]ui.Option{}
	for i := range req.report.Filters {
		f := &req.report.Filters[i]
		if _, fixed := req.fixed[f.Key]; fixed || f.ByLink || !f.Open && f.Kind != audit.FilterID {
			continue
		}
		choices, err := audit.Choices(c.Request().Context(), s.Reader, req.report, req.query, f.Key)
		if err != nil {
			return err
		}
		for _, ch := range choices {
			req.choices[f.Key] = append(req.choices[f.Key], ui.Option{Value: ch.Value, Label: ch.Label})
		}
	}
	return nil
}

func limitOf(text string) (int, error) {
	if text == "" {
		return audit.DefaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > audit.MaxLimit {
		e := fault.New(fault.Invalid, "%q is not a number of rows. Write 1 to %d.", clip(text), audit.MaxLimit)
		e.Field = "limit"
		return 0, e
	}
	return n, nil
}

// listRefusal shows a bad filter on the list's own page, with what was typed
// still there.
func (s *Server) listRefusal(c echo.Context, req listRequest, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	truth, terr := audit.TruthOf(c.Request().Context(), s.Reader, req.query.View)
	if terr != nil {
		return terr
	}
	v := templates.ListPage{Page: s.page(c, req.who, req.query.View, truth), Question: req.report.Question}
	v.Title = req.report.Title
	v.Notices = append(v.Notices, ui.Notice{Tone: ui.Bad, Title: "This list cannot be shown as asked.", Text: fault.Sentence(err),
		Action: ui.Action{Label: "Clear filters", Href: req.with(nil)}})
	v.List = s.listView(req, audit.Page{Report: req.report})
	return render(c, http.StatusUnprocessableEntity, templates.List(v))
}

// with is the list's address with the tenant and date kept and the given
// parameters set.
func (r listRequest) with(change map[string]string) string {
	q := url.Values{}
	for _, k := range r.kept() {
		if v := r.raw.Get(k); v != "" {
			q.Set(k, v)
		}
	}
	for k, v := range change {
		q.Set(k, v)
	}
	return address(r.path, q)
}

// kept are the parameters that hold for every address of the list.
func (r listRequest) kept() []string {
	if r.report.Compares {
		return []string{"tenant", "as_of", "since"}
	}
	return []string{"tenant", "as_of"}
}

// change is the list's present address with some parameters replaced and the
// page back at its beginning.
func (r listRequest) change(change map[string]string) string {
	q := keep(r.raw, change)
	if _, paging := change["cursor"]; !paging {
		q.Del("cursor")
	}
	return address(r.path, q)
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// asking are the routes of the forms of requests.
func (s *Server) askingRoutes() []route {
	return []route{
		{http.MethodGet, "/requests/new", auth.BeginRequest, s.askChoose},
		{http.MethodGet, "/requests/new/:kind", auth.BeginRequest, s.askNew},
		{http.MethodPost, "/requests/new/:kind", auth.BeginRequest, s.askNewSent},
		{http.MethodPost, uploadPath, auth.BeginRequest, s.upload},
		{http.MethodGet, "/requests/pick", auth.BeginRequest, s.pick},
		{http.MethodGet, "/requests/names", auth.BeginRequest, s.askNamesPart},
		{http.MethodGet, "/requests/templates/:kind", auth.BeginRequest, s.askTemplate},
		{http.MethodGet, "/requests/:id/edit", auth.EditRequest, s.askEdit},
		{http.MethodPost, "/requests/:id/edit", auth.EditRequest, s.askEditSent},
		{http.MethodGet, "/requests/:id/preview", auth.EditRequest, s.askPlan},
		{http.MethodPost, "/requests/:id/submit", auth.EditRequest, s.askSubmit},
	}
}

// askChoose asks what one wants.
func (s *Server) askChoose(c echo.Context) error {
	who := s.viewer(c)
	view, err := s.askView(c, who, "")
	if err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, view)
	if err != nil {
		return err
	}
	p := templates.ChoosePage{Page: s.page(c, who, view, truth)}
	p.Title, p.NoAsOf, p.Active = "What do you need?", true, "/requests/new"
	if view.Scan == 0 {
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "The tenant was not scanned yet.", Text: "A draft can be kept, and planned once a scan is there."})
	}
	for _, k := range request.Kinds() {
		if !mayAsk(who, k.Kind) || k.Kind == request.Emergency && !s.Requests.EmergencyOn() {
			continue
		}
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Title != k.Group {
			p.Groups = append(p.Groups, templates.ChooseGroup{Title: k.Group})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Kinds = append(g.Kinds, templates.ChooseKind{Kind: string(k.Kind), Title: k.Title, Asks: k.Asks,
			Href: ui.With("/requests/new/"+string(k.Kind), ui.Param{Name: "tenant", Value: view.TenantName})})
	}
	return ok(c, templates.Choose(p))
}

// askNew is an empty form, or one that the address has filled in.
func (s *Server) askNew(c echo.Context) error {
	a, err := s.begin(c, request.Kind(c.Param("kind")), "")
	if err != nil {
		return err
	}
	a.values = c.QueryParams()
	a.prefill()
	if err := s.settle(c.Request().Context(), a); err != nil {
		return err
	}
	if err := s.mappingInForce(c.Request().Context(), a); err != nil {
		return err
	}
	a.errs = nil // nobody has sent it yet
	if err := s.expand(c.Request().Context(), a); err != nil {
		return err
	}
	return s.askPage(c, http.StatusOK, a)
}

// prefill puts in what a form begins with.
func (a *asking) prefill() {
	if a.about.Kind == request.NewProject && !a.values.Has("environments[0].name") {
		for i, e := range request.Environment() {
			a.values.Set(ask.Item("environments", i)+".name", e.Name)
		}
		if !a.values.Has("department") {
			a.values.Set("pipeline", "yes")
		}
	}
	if a.about.Kind == request.Promotion {
		ask.Fill(a.values)
	}
	if l := because(a.values); l != nil && a.values.Get("reason") == "" && !a.about.Kind.House() {
		a.values.Set("reason", "To mend "+l.Label+".")
	}
}

// askNewSent takes a form that was never stored.
func (s *Server) askNewSent(c echo.Context) error {
	a, err := s.begin(c, request.Kind(c.Param("kind")), "")
	if err != nil {
		return err
	}
	return s.askSent(c, a)
}

// askSent does what the pressed button says.
func (s *Server) askSent(c echo.Context, a *asking) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	a.values = values
	if err := takeFile(c, a); err != nil {
		return err
	}
	verb, what, _ := strings.Cut(values.Get("do"), ":")
	switch verb {
	case "add":
		ask.Add(a.values, what)
	case "drop":
		ask.Drop(a.values, what)
	case "find":
	default:
		return s.askKeep(c, a, verb == "save")
	}
	if err := s.settle(c.Request().Context(), a); err != nil {
		return err
	}
	a.errs = nil
	return s.askPage(c, http.StatusOK, a)
}

// askKeep stores the form as a draft, right or wrong, and goes on to the plan
// when it is right.
func (s *Server) askKeep(c echo.Context, a *asking, only bool) error {
	ctx := c.Request().Context()
	if err := s.settle(ctx, a); err != nil {
		return err
	}
	ask.Tidy(a.params)
	in, errs := a.in()
	a.errs = append(a.errs, errs...)
	if err := s.askStore(c, a, in); err != nil {
		return s.askRefused(c, a, err)
	}
	if only && len(a.errs) == 0 {
		return c.Redirect(http.StatusSeeOther, "/requests/"+a.r.ID+"/edit?kept=yes")
	}
	a.renew()
	if a.errs = append(a.errs, a.hiddenPicks()...); len(a.errs) == 0 {
		p, err := s.Requests.Preview(ctx, s.by(c), a.r, in)
		if err != nil {
			return s.askRefused(c, a, err)
		}
		a.refusals(p)
	}
	if len(a.errs) == 0 && a.problem == "" {
		return c.Redirect(http.StatusSeeOther, "/requests/"+a.r.ID+"/preview")
	}
	return s.askPage(c, http.StatusUnprocessableEntity, a)
}

// renew writes the form anew from what was stored, so that the fields of
// refusals are those of the page.
func (a *asking) renew() {
	if a.about.Kind == request.Bulk {
		return
	}
	fresh := ask.Values(a.params)
	for _, e := range a.errs { // what could not be stored stays as typed
		fresh.Set(e.Field, a.values.Get(e.Field))
	}
	for _, k := range []string{"reason", "not_before", "because"} {
		fresh.Set(k, a.values.Get(k))
	}
	a.values = fresh
}

// askStore writes the draft.
func (s *Server) askStore(c echo.Context, a *asking, in desk.In) (err error) {
	ctx, by := c.Request().Context(), s.by(c)
	if a.r.ID == "" {
		a.r, err = s.Requests.Draft(ctx, by, a.q.View.TenantName, in)
		if err != nil {
			a.r = request.Request{}
		}
		return err
	}
	version, _ := strconv.ParseInt(a.values.Get("version"), 10, 64)
	r, err := s.Requests.Edit(ctx, by, a.r.ID, version, in)
	if err == nil {
		a.r = r
	}
	return err
}

// askRefused shows the form again with what the desk said of it.
func (s *Server) askRefused(c echo.Context, a *asking, err error) error {
	field, sentence, ok := fieldOf(err)
	if !ok {
		return err
	}
	status := http.StatusUnprocessableEntity
	if fault.Is(err, fault.Conflict) {
		status = http.StatusConflict
		sentence += " What you typed is below: sent again, it takes the place of what is stored now."
		if now, rerr := s.Reader.Request(c.Request().Context(), a.r.ID); rerr == nil {
			a.r = now
		}
	}
	if field != "" {
		a.errs = append(a.errs, request.FieldError{Field: field, Sentence: sentence})
	} else {
		a.problem = sentence
	}
	return s.askPage(c, status, a)
}

// askPage shows the form.
func (s *Server) askPage(c echo.Context, status int, a *asking) error {
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, a.q.View)
	if err != nil {
		return err
	}
	p := templates.AskPage{Page: s.page(c, a.who, a.q.View, truth), Asks: a.about.Asks, About: because(a.values)}
	p.Title, p.Kind, p.NoAsOf, p.Active, p.SwitchTo = a.about.Title, a.about.Group, true, "/requests/new", "/requests/new"
	p.Query = url.Values{}
	p.Crumbs = []ui.Link{{Label: "New request", Href: "/requests/new"}}
	if a.r.ID != "" {
		p.Kind = a.r.State.Text()
		p.Crumbs = []ui.Link{{Label: "Requests", Href: "/requests"}, {Label: a.r.Title, Href: "/requests/" + a.r.ID}}
	}
	switch {
	case c.QueryParam("kept") != "":
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Good, Title: "The draft is kept.", Text: "It is among your requests until you submit or withdraw it."})
	case a.r.State == request.Pending || a.r.State == request.Approved:
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "This was submitted.", Text: "When you store a change, it becomes a draft again and approvals given so far no longer count."})
	case a.r.State == request.Draft && a.r.Note != "":
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "It came back to you.", Text: a.r.Note})
	}
	p.Facts = a.facts()
	if a.about.Kind == request.FileImport {
		p.Upload = ui.With(uploadPath, ui.Param{Name: "tenant", Value: a.q.View.TenantName}, ui.Param{Name: "workspace", Value: a.values.Get("workspace")})
	}
	if p.Form, err = s.askForm(c, a); err != nil {
		return err
	}
	if a.about.Kind == request.Promotion && a.estate != nil {
		m := mender{who: a.who, at: place{tenant: a.q.View.TenantName}, here: true, open: a.estate.Workspaces}
		if p.Flights, err = s.flights(c.Request().Context(), m, a.r, a.params, false); err != nil {
			return err
		}
	}
	return render(c, status, templates.Ask(p))
}

// expand fills lists from one word of the address: every role of a person, or
// everybody's on a workspace.
func (s *Server) expand(ctx context.Context, a *asking) error {
	if _, ok := a.params.(*request.AccessRemoveParams); !ok || !a.values.Has("person") {
		return nil
	}
	ids, err := s.Reader.RolesOf(ctx, a.q.View, a.values.Get("person"))
	if err != nil {
		return err
	}
	for i, id := range ids[:min(len(ids), 100)] {
		a.values.Set(ask.Item("rows", i)+".workspace", id)
		a.values.Set(ask.Item("rows", i)+".who", a.values.Get("person"))
	}
	return s.settle(ctx, a)
}

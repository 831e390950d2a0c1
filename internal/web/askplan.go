package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// askPlanned plans a stored draft as it stands now. The form is shown instead
// when its fields are refused; shown is true then.
func (s *Server) askPlanned(c echo.Context, a *asking) (p desk.Preview, shown bool, err error) {
	ctx := c.Request().Context()
	a.refill()
	in := desk.In{Params: a.params, Reason: a.r.Reason, NotBefore: a.r.NotBefore}
	if err := s.loadEstate(ctx, a); err != nil {
		return p, false, err
	}
	if a.errs = a.hiddenPicks(); len(a.errs) > 0 {
		return p, true, s.askPage(c, http.StatusUnprocessableEntity, a)
	}
	if p, err = s.Requests.Preview(ctx, s.by(c), a.r, in); err != nil {
		return p, false, err
	}
	if len(p.Errors) > 0 {
		a.refusals(p)
		return p, true, s.askPage(c, http.StatusUnprocessableEntity, a)
	}
	return p, false, nil
}

// askPlan shows the plan of a draft before it is submitted.
func (s *Server) askPlan(c echo.Context) error {
	a, err := s.askStored(c)
	if err != nil {
		return err
	}
	if a.r.State != request.Draft {
		return c.Redirect(http.StatusSeeOther, "/requests/"+a.r.ID)
	}
	p, shown, err := s.askPlanned(c, a)
	if shown || err != nil {
		return err
	}
	return s.askPlanPage(c, http.StatusOK, a, p, "")
}

// askPlanPage shows a plan; changed says that it is another one than before.
func (s *Server) askPlanPage(c echo.Context, status int, a *asking, p desk.Preview, changed string) error {
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, a.q.View)
	if err != nil {
		return err
	}
	v := templates.AskPlanPage{Page: s.page(c, a.who, a.q.View, truth), Edit: "/requests/" + a.r.ID + "/edit"}
	v.Title, v.Kind, v.NoAsOf, v.Active, v.SwitchTo = p.Plan.Title, "Before you submit", true, "/requests/new", "/requests/new"
	if v.Title == "" {
		v.Title = a.about.Title
	}
	v.Crumbs = []ui.Link{{Label: "Requests", Href: "/requests"}, {Label: a.r.Title, Href: "/requests/" + a.r.ID}}
	v.Notices = append(v.Notices, a.ownGains(&p.Plan)...)
	v.Notices = append(v.Notices, s.confirmFirst(c, desk.Asks(a.r.Kind))...)
	if changed != "" {
		v.Notices = append(v.Notices, ui.Notice{Tone: ui.Warn, Title: changed})
	}
	body, err := p.Plan.Canonical()
	if err != nil {
		return err
	}
	group := func(id string) string { return s.groupName(c, a, id) }
	if v.Plan, err = planView(body, "", agreement{rule: p.Rule, stages: p.Stages, parties: p.Parties, group: group, few: p.Few}); err != nil {
		return err
	}
	if v.Plan.Flights, err = s.flights(c.Request().Context(), mender{who: a.who, at: place{tenant: a.q.View.TenantName}, form: v.Edit}, a.r, a.params, true); err != nil {
		return err
	}
	if l, ok := a.params.(*request.BulkParams); ok {
		v.Rows = listRows(l, p)
	}
	if p.Refused != nil {
		v.Refused = fault.Sentence(p.Refused)
		return render(c, max(status, http.StatusOK), templates.AskPlan(v))
	}
	v.Submit = "/requests/" + a.r.ID + "/submit"
	v.Hidden = []ui.Param{{Name: "version", Value: strconv.FormatInt(a.r.Version, 10)}, {Name: "plan", Value: request.HashOf(body)}}
	return render(c, status, templates.AskPlan(v))
}

// groupName is the name of a group of the directory; empty when it is not
// known.
func (s *Server) groupName(c echo.Context, a *asking, id string) string {
	e, err := s.Reader.RequestEstate(c.Request().Context(), a.q.View, request.Refs{Principals: []request.ID{request.NewID(id)}})
	if err != nil {
		return ""
	}
	return e.Principals[request.NewID(id)].Name
}

// askSubmit submits the plan that was shown. When the tenant or the rules have
// moved since, the plan is another one, and is shown first.
func (s *Server) askSubmit(c echo.Context) error {
	a, err := s.askStored(c)
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	if a.r.State != request.Draft {
		return fault.New(fault.Conflict, "This request was submitted already, or ended. Nothing was changed.")
	}
	if err := s.mustConfirm(c, desk.Asks(a.r.Kind)); err != nil {
		return err
	}
	p, shown, err := s.askPlanned(c, a)
	if shown || err != nil {
		return err
	}
	body, err := p.Plan.Canonical()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(values.Get("version"), 10, 64)
	if p.Refused == nil && (request.HashOf(body) != values.Get("plan") || version != a.r.Version) {
		return s.askPlanPage(c, http.StatusConflict, a, p, "The plan is another one than you looked at: the draft, the tenant or the rules have changed since. Read it again; nothing was submitted.")
	}
	r, p, err := s.Requests.Submit(c.Request().Context(), s.by(c), a.r.ID, version)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, "/requests/"+r.ID)
	}
	if len(p.Errors) > 0 {
		a.refusals(p)
		return s.askPage(c, http.StatusUnprocessableEntity, a)
	}
	if p.Refused != nil {
		return s.askPlanPage(c, http.StatusUnprocessableEntity, a, p, "")
	}
	return err
}

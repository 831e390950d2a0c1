package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/ask"
)

// asking is a form of a request between what was sent and what is shown.
type asking struct {
	about request.About
	who   viewer
	q     audit.Query
	// r is the request that is edited; without an id it was never stored.
	r request.Request
	// values are the form's, params what they come to.
	values url.Values
	params request.Params
	// estate is the part of the tenant that the parameters name, as far as the
	// person may ask about it.
	estate *request.Estate
	// errs are the refusals at fields, problem what belongs to none.
	errs    request.FieldErrors
	problem string
	// lines are the lines of a list's rows.
	lines []int64
}

// mayAsk reports whether somebody may ask for this kind of request anywhere.
func mayAsk(who viewer, k request.Kind) bool { return who.may(desk.Asks(k)) }

// begin reads what every form needs: the kind, the tenant, what the person may
// ask about.
func (s *Server) begin(c echo.Context, kind request.Kind, tenant string) (*asking, error) {
	a := &asking{who: s.viewer(c)}
	known := false
	if a.about, known = request.AboutKind(kind); !known || !mayAsk(a.who, kind) {
		return nil, auth.Hidden()
	}
	if s.Requests == nil {
		return nil, fault.New(fault.Unavailable, "Requests are not set up here.")
	}
	view, err := s.askView(c, a.who, tenant)
	if err != nil {
		return nil, err
	}
	a.q.View = view
	a.q.Scope, err = auth.Scope(c.Request().Context(), s.Reader, a.who.person, desk.Asks(kind), view.TenantName)
	return a, err
}

// askView is the newest look at the tenant: requests are about now, whatever
// day the pages show.
func (s *Server) askView(c echo.Context, who viewer, tenant string) (db.View, error) {
	if tenant == "" {
		var err error
		if tenant, err = s.tenantOf(c, who); err != nil {
			return db.View{}, err
		}
	}
	return s.Reader.ViewNow(c.Request().Context(), tenant)
}

// settle turns the values into parameters: what was typed to find something is
// resolved where exactly one thing has that name.
func (s *Server) settle(ctx context.Context, a *asking) error {
	if a.about.Kind == request.Bulk {
		return s.settleList(ctx, a)
	}
	shape := request.New(a.about.Kind)
	ask.Bind(shape, a.values)
	look := s.Reader.RequestLookup(ctx, a.q.View)
	for f := range ask.Fields(ask.Form(shape)) {
		if f.Look == ask.Pick {
			s.resolve(look, a, f)
		}
	}
	if err := look.Err(); err != nil {
		return err
	}
	a.params = request.New(a.about.Kind)
	a.errs = ask.Bind(a.params, a.values)
	if err := s.settlePlan(ctx, a); err != nil {
		return err
	}
	return s.loadEstate(ctx, a)
}

// resolve decides what a picked field stands for: a newer search beats an
// older choice.
func (s *Server) resolve(look *db.RequestLookup, a *asking, f ask.Field) {
	find, sought := strings.TrimSpace(a.values.Get(f.Name+".find")), a.values.Get(f.Name+".sought")
	if find == "" || find == sought && a.values.Get(f.Name) != "" {
		return
	}
	a.values.Set(f.Name, find)
	var ids []request.ID
	switch f.Of {
	case ask.Somebody, ask.Holder, ask.User:
		ids = look.FindPrincipal(find)
	case ask.Workspace, ask.Deleted:
		ids = look.FindWorkspace(find)
	case ask.Pipeline:
		ids = look.FindPipeline(find)
	case ask.Capacity:
		ids = look.FindCapacity(find)
	case ask.Domain:
		ids = look.FindDomain(find)
	}
	if len(ids) == 1 {
		a.values.Set(f.Name, string(ids[0]))
	}
}

// loadEstate reads what the parameters name, and forgets what the person may
// not ask about: to them it is not there.
func (s *Server) loadEstate(ctx context.Context, a *asking) (err error) {
	refs := a.params.Refs()
	refs.Names = nil
	if a.estate, err = s.Reader.RequestEstate(ctx, a.q.View, refs); err != nil {
		return err
	}
	tenant := a.q.View.TenantName
	seen := func(w request.Workspace) bool {
		return auth.May(a.who.person, desk.Asks(a.about.Kind), auth.Object{Tenant: tenant, Workspace: w.Name, Domain: w.Domain})
	}
	for id, p := range a.estate.Pipelines {
		open := a.q.Scope.All
		for _, st := range p.Stages {
			if w, ok := a.estate.Workspaces[request.NewID(st.WorkspaceID)]; ok && seen(w) {
				open = true
			}
		}
		if !open {
			delete(a.estate.Pipelines, id)
		}
	}
	for id, v := range a.estate.Violations {
		if !auth.May(a.who.person, desk.Asks(a.about.Kind), auth.Object{Tenant: tenant, Workspace: v.Workspace, Domain: v.Domain}) {
			delete(a.estate.Violations, id)
		}
	}
	for key, m := range a.estate.Mappings {
		if !seen(a.estate.Workspaces[m.Source]) || !seen(a.estate.Workspaces[m.Target]) {
			delete(a.estate.Mappings, key)
		}
	}
	for id, w := range a.estate.Workspaces {
		if !seen(w) {
			delete(a.estate.Workspaces, id)
		}
	}
	return nil
}

// hiddenPicks are refusals of what the person may not ask about, in the words
// for what is not there.
func (a *asking) hiddenPicks() (e request.FieldErrors) {
	if p, ok := a.params.(*request.WaiverParams); ok && p.Violation > 0 {
		if _, known := a.estate.Violations[p.Violation]; !known {
			return request.FieldErrors{{Field: "violation", Sentence: "There is no such violation, or it is not open to you."}}
		}
	}
	for f := range ask.Fields(ask.Form(a.params)) {
		id := request.NewID(a.values.Get(f.Name))
		if f.Look != ask.Pick || id == "" {
			continue
		}
		_, space := a.estate.Workspaces[id]
		_, line := a.estate.Pipelines[id]
		switch {
		case (f.Of == ask.Workspace || f.Of == ask.Deleted) && !space:
			e = append(e, request.FieldError{Field: f.Name, Sentence: "The last scan knows no such workspace. Choose one of the list."})
		case f.Of == ask.Pipeline && !line:
			e = append(e, request.FieldError{Field: f.Name, Sentence: "The last scan knows no such pipeline. Choose one of the list."})
		}
	}
	return e
}

// in is the form as the desk takes it.
func (a *asking) in() (desk.In, request.FieldErrors) {
	in := desk.In{Params: a.params, Reason: strings.ReplaceAll(a.values.Get("reason"), "\r\n", "\n")}
	in.Because = becauseOf(a.values)
	text := a.values.Get("not_before")
	if text == "" {
		return in, nil
	}
	if in.NotBefore = parseDay(text); in.NotBefore.IsZero() {
		return in, request.FieldErrors{{Field: "not_before", Sentence: "This is no day. Write it as 2026-12-31."}}
	}
	return in, nil
}

package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/ask"
)

// askStored opens a stored request for its form: one's own, or one whose places
// one may all ask about.
func (s *Server) askStored(c echo.Context) (*asking, error) {
	ctx, who := c.Request().Context(), s.viewer(c)
	r, err := s.Reader.Request(ctx, c.Param("id"))
	if err != nil {
		return nil, hidden(err)
	}
	own := s.by(c).Party().Same(r.Requester)
	if !slices.Contains(auth.Tenants(who.person, auth.EditRequest, []string{r.Tenant}), r.Tenant) {
		return nil, auth.Hidden()
	}
	if !own {
		places, err := s.Reader.RequestPlaces(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		outside := func(p request.Place) bool {
			return !auth.May(who.person, desk.Asks(r.Kind), auth.Object{Tenant: r.Tenant, Workspace: p.Workspace, Domain: p.Domain})
		}
		if len(places) == 0 || slices.ContainsFunc(places, outside) {
			return nil, auth.Hidden()
		}
	}
	a, err := s.begin(c, r.Kind, r.Tenant)
	if err != nil {
		return nil, err
	}
	a.r = r
	a.params, err = request.DecodeParams(r.Kind, r.Params)
	return a, err
}

// refill makes the form of what is stored.
func (a *asking) refill() {
	a.values = ask.Values(a.params)
	if l, ok := a.params.(*request.BulkParams); ok {
		a.values.Set("csv", l.CSV)
	}
	a.values.Set("reason", a.r.Reason)
	if !a.r.NotBefore.IsZero() {
		a.values.Set("not_before", a.r.NotBefore.Format(dateForm))
	}
}

// askEdit is the form of a stored request, with what stands against it now.
func (s *Server) askEdit(c echo.Context) error {
	a, err := s.askStored(c)
	if err != nil {
		return err
	}
	if a.r.State != request.Draft && !request.May(a.r.State, request.Draft) {
		return c.Redirect(http.StatusSeeOther, "/requests/"+a.r.ID)
	}
	a.refill()
	if err := s.settle(c.Request().Context(), a); err != nil {
		return err
	}
	return s.askPage(c, http.StatusOK, a)
}

func (s *Server) askEditSent(c echo.Context) error {
	a, err := s.askStored(c)
	if err != nil {
		return err
	}
	return s.askSent(c, a)
}

// refusals puts what stands against a plan at the fields it is about.
func (a *asking) refusals(p desk.Preview) {
	a.errs = append(a.errs, p.Errors...)
	if p.Refused == nil {
		return
	}
	var rest []string
	for _, f := range p.Plan.Judged.Findings {
		if !f.Refuses {
			continue
		}
		sentence := f.Says + " The rule " + f.Rule + " does not allow it."
		if field := a.fieldOfRule(f); field != "" {
			a.errs = append(a.errs, request.FieldError{Field: field, Sentence: sentence})
			continue
		}
		rest = append(rest, sentence)
	}
	if len(rest)+len(a.errs) > 0 {
		a.problem = strings.Join(rest, " ")
		return
	}
	if field, sentence, ok := fieldOf(p.Refused); ok && field != "" {
		a.errs = append(a.errs, request.FieldError{Field: field, Sentence: sentence})
		return
	}
	a.problem = fault.Sentence(p.Refused)
}

// fieldOfRule finds the field that a rule speaks of: a name's where names are
// judged, the members' elsewhere; empty when no field holds it.
func (a *asking) fieldOfRule(f request.Finding) string {
	naming := strings.HasPrefix(f.Rule, "naming.")
	people := strings.HasPrefix(f.Rule, "owners.") || strings.HasPrefix(f.Rule, "guests.") || strings.HasPrefix(f.Rule, "leavers.") || strings.HasPrefix(f.Rule, "access.")
	switch p := a.params.(type) {
	case *request.ProjectParams:
		for i := range p.Environments {
			switch at := ask.Item("environments", i); {
			case p.NameFor(i) != f.Object && !strings.Contains(f.Object, p.NameFor(i)):
			case naming && p.Environments[i].Workspace != "":
				return at + ".workspace"
			case naming:
				return at + ".name"
			case people:
				return at + ".members"
			}
		}
	case *request.WorkspaceCreateParams:
		if naming {
			return "name"
		}
		if people {
			return "members"
		}
	case *request.WorkspaceEditParams, *request.WorkspaceRestoreParams:
		if naming {
			return "name"
		}
	case *request.AccessAddParams:
		if people {
			return "members"
		}
	case *request.AccessChangeParams:
		if people {
			return "right"
		}
	}
	return ""
}

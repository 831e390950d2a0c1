package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// savedViews is the page of the lists that somebody kept.
const savedViews = "/views"

// ViewDesk keeps lists under names.
type ViewDesk interface {
	SaveView(ctx context.Context, by desk.By, w desk.ViewWish) (db.SavedView, error)
	ChangeView(ctx context.Context, by desk.By, id string, w desk.ViewWish) error
	DropView(ctx context.Context, by desk.By, id string) error
}

// roleWords are the roles as views are shared with them.
func roleWords(role string) string {
	if role == "" {
		return "nobody"
	}
	return "everybody who is " + role
}

// viewsOf are the views that somebody kept or that are shared with them.
func (s *Server) viewsOf(c echo.Context, p auth.Person) ([]db.SavedView, error) {
	roles := make([]string, 0, len(p.Roles))
	for _, r := range p.Roles {
		roles = append(roles, string(r))
	}
	return s.Reader.SavedViews(c.Request().Context(), p.TenantID, p.ObjectID, roles)
}

// fillViews puts the views into the palette. A page without them is a page
// still.
func (s *Server) fillViews(c echo.Context, who viewer, p *templates.Page) {
	if s.Views == nil || who.person.ObjectID == "" {
		return
	}
	all, err := s.viewsOf(c, who.person)
	if err != nil {
		s.Log.Warn("saved views cannot be read", "error", err)
		return
	}
	for _, v := range all {
		p.Views = append(p.Views, ui.Link{Label: v.Title, Href: savedViews + "/" + v.ID})
	}
}

// viewsMenu is what is kept of a list, and where it is kept.
func (s *Server) viewsMenu(req listRequest) *ui.Views {
	q := keep(req.raw, map[string]string{"cursor": "", "limit": ""})
	q.Set("tenant", req.place.tenant)
	m := &ui.Views{Save: savedViews + "/new?" + url.Values{"report": {req.report.Name}, "query": {q.Encode()}}.Encode()}
	for _, v := range req.views {
		if v.Report == req.report.Name {
			m.Links = append(m.Links, ui.Link{Label: v.Title, Href: savedViews + "/" + v.ID})
		}
	}
	return m
}

// savedViews shows what was kept.
func (s *Server) savedViews(c echo.Context) error {
	who := s.viewer(c)
	all, err := s.viewsOf(c, who.person)
	if err != nil {
		return err
	}
	v := templates.SavedViewsPage{Page: s.bare(c, who),
		Own:    viewTable("views-own", "Your views", ui.Empty{Why: "You have kept no list.", More: "Each list has a menu Views that keeps it as it is, with its filters and its order.", Do: ui.Action{Label: "Go to the reports", Href: "/reports"}}),
		Shared: viewTable("views-shared", "Views shared with you", ui.Empty{Why: "Nobody has shared a view with a role of yours."})}
	v.Title, v.Kind, v.Active = "Saved views", "You", "/me"
	v.Crumbs = []ui.Link{{Label: who.person.Name, Href: "/me"}}
	for _, one := range all {
		if one.Of(who.person.TenantID, who.person.ObjectID) {
			v.Own.Rows = append(v.Own.Rows, s.viewRow(one, true, true))
		} else {
			v.Shared.Rows = append(v.Shared.Rows, s.viewRow(one, false, desk.LooksAfterViews(who.person)))
		}
	}
	if desk.LooksAfterViews(who.person) {
		if v.Others, err = s.othersViews(c, all); err != nil {
			return err
		}
	}
	return ok(c, templates.SavedViews(v))
}

// othersViews are those that an admin sees besides.
func (s *Server) othersViews(c echo.Context, seen []db.SavedView) (*ui.Table, error) {
	every, err := s.Reader.EverySavedView(c.Request().Context())
	if err != nil {
		return nil, err
	}
	t := viewTable("views-others", "Views of everybody else", ui.Empty{Why: "Nobody else has kept a list."})
	for _, one := range every {
		if !slices.ContainsFunc(seen, func(x db.SavedView) bool { return x.ID == one.ID }) {
			t.Rows = append(t.Rows, s.viewRow(one, false, true))
		}
	}
	return &t, nil
}

func viewTable(id, caption string, empty ui.Empty) ui.Table {
	return ui.Table{ID: id, Caption: caption, Empty: empty, Columns: []ui.Column{{Label: "View"}, {Label: "Of"}, {Label: "Shared with"}, {Label: "Changed", Kind: ui.Date}, {Label: "Do", Kind: ui.Badges}}}
}

func (s *Server) viewRow(v db.SavedView, mine, drops bool) ui.Row {
	title := v.Report
	if r, err := audit.Lookup(v.Report); err == nil {
		title = r.Title
	}
	row := ui.Row{Cells: []ui.Cell{{Text: v.Title, Sub: title, Href: savedViews + "/" + v.ID}, ui.Txt(v.Owner), ui.Txt(roleWords(v.Role)), ui.When(v.Changed, s.Now())}}
	switch {
	case mine:
		row.Cells = append(row.Cells, ui.Parts(ui.ActionView(ui.Action{Label: "Change", Href: savedViews + "/" + v.ID + "/edit"}, "button"), dropView(v)))
	case drops:
		row.Cells = append(row.Cells, ui.Parts(dropView(v)))
	default:
		row.Cells = append(row.Cells, ui.Txt(""))
	}
	return row
}

func dropView(v db.SavedView) templ.Component {
	return ui.ActionView(ui.Action{Label: "Delete", Href: savedViews + "/" + v.ID + "/delete", Post: true, Danger: true}, "button")
}

// openView leads to the list. To whom it is not shared, it is not there.
func (s *Server) openView(c echo.Context) error {
	v, err := s.viewNamed(c)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, v.Href())
}

// viewNamed is the view of the address, if the reader may see that it is there.
func (s *Server) viewNamed(c echo.Context) (db.SavedView, error) {
	p := s.viewer(c).person
	v, err := s.Reader.SavedView(c.Request().Context(), c.Param("id"))
	switch {
	case fault.Is(err, fault.NotFound):
		return v, auth.Hidden()
	case err != nil:
		return v, err
	case v.Of(p.TenantID, p.ObjectID) || v.Role != "" && p.Has(auth.Role(v.Role)) || desk.LooksAfterViews(p):
		return v, nil
	}
	return v, auth.Hidden()
}

// ownView is viewNamed for who may change it.
func (s *Server) ownView(c echo.Context) (db.SavedView, error) {
	v, err := s.viewNamed(c)
	if p := s.viewer(c).person; err == nil && !v.Of(p.TenantID, p.ObjectID) {
		return v, auth.Hidden()
	}
	return v, err
}

// newView asks under which name a list is kept.
func (s *Server) newView(c echo.Context) error {
	w := desk.ViewWish{Report: c.QueryParam("report"), Query: c.QueryParam("query")}
	return s.viewPage(c, http.StatusOK, savedViews, w, "", "")
}

// viewPage is the form, with what was typed and what is wrong with it.
func (s *Server) viewPage(c echo.Context, status int, action string, w desk.ViewWish, field, sentence string) error {
	v := templates.SavedViewPage{Page: s.bare(c, s.viewer(c)), List: ui.Link{Label: "none", Href: "/reports"}}
	v.Title, v.Kind, v.Active = "Save a view", "You", "/me"
	v.Crumbs = []ui.Link{{Label: "Saved views", Href: savedViews}}
	if r, err := audit.Lookup(w.Report); err == nil {
		v.List = ui.Link{Label: r.Title, Href: db.SavedView{Report: r.Name, Query: w.Query}.Href()}
	}
	share := ui.Field{Kind: ui.SelectField, Name: "role", Label: "Shared with", Value: w.Role, Hint: "They see it in their menu and can open it. Only you can change it; an admin can delete it.",
		Choices: []ui.Choice{{Value: "", Label: "Nobody: only you", Chosen: w.Role == ""}}}
	for _, r := range auth.AllRoles {
		share.Choices = append(share.Choices, ui.Choice{Value: string(r), Label: capital(roleWords(string(r))), Chosen: w.Role == string(r)})
	}
	v.Form = ui.Form{Action: action, Submit: "Save", Back: savedViews, Params: []ui.Param{{Name: "report", Value: w.Report}, {Name: "query", Value: w.Query}},
		Fields: []ui.Field{{Name: "title", Label: "Name", Hint: "What you will look for it by, such as Workspaces without an admin.", Value: w.Title}, share}}
	if sentence != "" {
		v.Form.Problem = sentence
	}
	for i := range v.Form.Fields {
		if v.Form.Fields[i].Name == field {
			v.Form.Fields[i].Error, v.Form.Problem = sentence, ""
		}
	}
	return render(c, status, templates.SavedView(v))
}

// wishOf is what a form asks to be kept.
func wishOf(c echo.Context) (desk.ViewWish, error) {
	sent, err := form(c)
	return desk.ViewWish{Title: sent.Get("title"), Report: sent.Get("report"), Query: sent.Get("query"), Role: sent.Get("role")}, err
}

func (s *Server) saveView(c echo.Context) error {
	w, err := wishOf(c)
	if err != nil {
		return err
	}
	if _, err := audit.Lookup(w.Report); err != nil {
		return s.viewPage(c, http.StatusUnprocessableEntity, savedViews, w, "report", "There is no list of that name. Open the list that you want to keep, and choose Save this view there.")
	}
	v, err := s.Views.SaveView(c.Request().Context(), s.by(c), w)
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.viewPage(c, http.StatusUnprocessableEntity, savedViews, w, field, sentence)
		})
	}
	return c.Redirect(http.StatusSeeOther, savedViews+"/"+v.ID)
}

func (s *Server) editView(c echo.Context) error {
	v, err := s.ownView(c)
	if err != nil {
		return err
	}
	return s.viewPage(c, http.StatusOK, savedViews+"/"+v.ID+"/edit", desk.ViewWish{Title: v.Title, Report: v.Report, Query: v.Query, Role: v.Role}, "", "")
}

func (s *Server) changeView(c echo.Context) error {
	v, err := s.ownView(c)
	if err != nil {
		return err
	}
	w, err := wishOf(c)
	if err != nil {
		return err
	}
	w.Report, w.Query = v.Report, v.Query
	if err := s.Views.ChangeView(c.Request().Context(), s.by(c), v.ID, w); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.viewPage(c, http.StatusUnprocessableEntity, savedViews+"/"+v.ID+"/edit", w, field, sentence)
		})
	}
	return c.Redirect(http.StatusSeeOther, savedViews)
}

func (s *Server) deleteView(c echo.Context) error {
	v, err := s.viewNamed(c)
	if err != nil {
		return err
	}
	if err := s.Views.DropView(c.Request().Context(), s.by(c), v.ID); err != nil {
		if fault.Is(err, fault.NotFound) {
			return auth.Hidden()
		}
		return err
	}
	return c.Redirect(http.StatusSeeOther, savedViews)
}

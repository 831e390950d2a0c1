package api

import (
	"net/http"
	"reflect"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
)

type selfBody struct {
	Name    string   `json:"name" says:"For whom the token acts."`
	ID      string   `json:"id" says:"Their object id."`
	Token   string   `json:"token" says:"The token's id, as the ledger has it."`
	Roles   []string `json:"roles"`
	May     []string `json:"may" says:"The actions that this token is good for, somewhere."`
	Tenants []string `json:"tenants"`
	Reports []string `json:"reports" says:"The reports that can be read with it."`
}

type reportBody struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Question string       `json:"question"`
	Href     string       `json:"href"`
	Columns  []columnBody `json:"columns"`
	Filters  []filterBody `json:"filters"`
}

type columnBody struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Kind  string `json:"kind"`
	Help  string `json:"help"`
}

type filterBody struct {
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	Kind     string   `json:"kind"`
	Help     string   `json:"help"`
	Required bool     `json:"required"`
	Choices  []string `json:"choices"`
}

var reportType = reflect.TypeFor[reportBody]()

// self says who one is here.
func (a *API) self() []Operation {
	return []Operation{{Method: http.MethodGet, Path: "/me", ID: "self", Tag: "You", Summary: "Whom the token acts for, and what it is good for",
		Action: auth.ViewHelp, Answer: schemaOf(reflect.TypeFor[selfBody]()), Serve: a.me},
		{Method: http.MethodGet, Path: "/views", ID: "views", Tag: "You", Summary: "The saved views of whom the token acts for, and those shared with them",
			Action: auth.ViewHelp, Answer: schemaOf(reflect.TypeFor[viewsBody]()), Serve: a.views}}
}

type viewsBody struct {
	Views []viewBody `json:"views"`
}

type viewBody struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Owner  string `json:"owner"`
	Role   string `json:"shared_with" says:"The role it is shared with; empty for nobody."`
	Report string `json:"report"`
	Href   string `json:"href" says:"The same rows by the API, as the caller may see them."`
}

// views lists what was kept under names.
func (a *API) views(c echo.Context) error {
	p := a.Site.By(c).Person
	roles := make([]string, 0, len(p.Roles))
	for _, r := range p.Roles {
		roles = append(roles, string(r))
	}
	all, err := a.Reader.SavedViews(c.Request().Context(), p.TenantID, p.ObjectID, roles)
	if err != nil {
		return err
	}
	out := viewsBody{Views: []viewBody{}}
	for _, v := range all {
		out.Views = append(out.Views, viewBody{ID: v.ID, Title: v.Title, Owner: v.Owner, Role: v.Role, Report: v.Report, Href: Root + "/reports" + v.Href()})
	}
	return answer(c, http.StatusOK, out)
}

func (a *API) me(c echo.Context) error {
	p := a.Site.By(c).Person
	out := selfBody{Name: p.Name, ID: p.ObjectID, Token: p.Token, Roles: []string{}, May: []string{}, Tenants: nonNil(a.Site.Tenants(c)), Reports: []string{}}
	for _, r := range p.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	seen := map[auth.Action]bool{}
	for _, action := range p.Only {
		if !seen[action] && auth.May(p, action, auth.Object{}) {
			out.May = append(out.May, string(action))
		}
		seen[action] = true
	}
	for _, r := range a.readable(c) {
		out.Reports = append(out.Reports, r.Name)
	}
	return answer(c, http.StatusOK, out)
}

// readable are the reports that the caller may read.
func (a *API) readable(c echo.Context) []*audit.Report {
	var out []*audit.Report
	p := a.Site.By(c).Person
	for _, r := range audit.Reports() {
		if auth.May(p, a.ActionOf(r.Name), auth.Object{}) {
			out = append(out, r)
		}
	}
	return out
}

func (a *API) reportIndex(c echo.Context) error {
	out := []reportBody{}
	for _, r := range a.readable(c) {
		one := reportBody{Name: r.Name, Title: r.Title, Question: r.Question, Href: Root + "/reports/" + r.Name, Filters: []filterBody{}}
		for _, col := range r.Columns {
			one.Columns = append(one.Columns, columnBody{col.Key, col.Title, string(col.Kind), col.Help})
		}
		for _, f := range r.Filters {
			b := filterBody{f.Key, f.Label, string(f.Kind), f.Help, f.Required, []string{}}
			for _, ch := range f.Choices {
				b.Choices = append(b.Choices, ch.Value)
			}
			one.Filters = append(one.Filters, b)
		}
		out = append(out, one)
	}
	return answer(c, http.StatusOK, map[string]any{"reports": out})
}

// nonNil makes an empty list of none: JSON tells them apart.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

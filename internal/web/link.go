package web

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/web/templates/ui"
)

// place is the tenant and the moment that a page shows. Its links carry both
// along, so that the next page shows the same.
type place struct{ tenant, asOf string }

func (s *Server) place(c echo.Context, v db.View) place {
	return place{tenant: v.TenantName, asOf: c.QueryParam("as_of")}
}

// list is the address of a report with the filters.
func (p place) list(report string, where ...ui.Param) string { return p.to("/"+report, where...) }

// to is the address of a page that is not about one tenant by its path.
func (p place) to(path string, params ...ui.Param) string {
	params = append(params, ui.Param{Name: "tenant", Value: p.tenant}, ui.Param{Name: "as_of", Value: p.asOf})
	return ui.With(path, params...)
}

// href is where a cell leads; empty when nowhere.
func (p place) href(c *audit.Column, row audit.Row) string {
	if c.Key == "roles" && row.Report().Name == "roles" {
		return p.rightsBehind(row)
	}
	return p.thing(c.Link.To, row.LinkID(c))
}

// rightsBehind is the list of the rights that a row of the counted roles
// counts; empty where the kind of holder is unknown, which no filter finds.
func (p place) rightsBehind(row audit.Row) string {
	if row.Get("kind").Text() == "" {
		return ""
	}
	return p.where("access", map[string][]string{"right": {row.Text("right")}, "kind": {row.Get("kind").Text()}, "guest": {row.Text("guest")}, "on": {"workspace"}})
}

// thing is the address of one thing's page, or of one of its tabs; empty
// without an id.
func (p place) thing(to audit.Target, id string, tab ...string) string {
	if id == "" {
		return ""
	}
	switch to {
	case audit.ToScan:
		return "/scans/" + url.PathEscape(id)
	case audit.ToRun:
		return "/runs/" + url.PathEscape(id)
	case audit.ToViolation:
		return "/violations/" + url.PathEscape(id)
	case audit.ToWaiver:
		return "/waivers/" + url.PathEscape(id)
	case audit.ToRule:
		return p.to("/policies/" + url.PathEscape(id))
	case audit.ToToken:
		return "/tokens/" + url.PathEscape(id)
	case audit.ToRequest:
		return "/requests/" + url.PathEscape(id)
	case audit.ToPlanRun:
		plan, run, _ := strings.Cut(id, " ")
		return p.thing(audit.ToPlan, plan, "runs", url.PathEscape(run))
	case audit.ToRefreshes:
		return p.thing(audit.ToItem, id, "refreshes")
	case audit.ToPrefix:
		return p.list("violations", ui.Param{Name: "prefix", Value: id})
	case audit.ToPage:
		return ui.With(id, ui.Param{Name: "as_of", Value: p.asOf})
	case audit.ToDomain:
		return p.list("violations", ui.Param{Name: "domain", Value: id})
	}
	root, ok := pages[to]
	if !ok {
		return ""
	}
	path := root + url.PathEscape(p.tenant) + "/" + url.PathEscape(id)
	for _, t := range tab {
		if t != "" {
			path += "/" + t
		}
	}
	return ui.With(path, ui.Param{Name: "as_of", Value: p.asOf})
}

// pages are where the things of a tenant have their pages.
var pages = map[audit.Target]string{
	audit.ToWorkspace: "/workspaces/", audit.ToItem: "/items/", audit.ToPerson: "/people/", audit.ToPipeline: "/pipelines/", audit.ToMapping: "/mappings/", audit.ToPlan: "/refreshes/plans/",
}

package web

import (
	"net/url"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// href is where a cell leads; empty when nowhere. The date that one looks at
// is carried along, so that the next page shows the same moment.
func (s *Server) href(tenant, asOf string, c *audit.Column, row audit.Row) string {
	id := row.LinkID(c)
	if id == "" {
		return ""
	}
	return thing(c.Link.To, tenant, id, asOf)
}

// thing is the address of one thing's page.
func thing(to audit.Target, tenant, id, asOf string) string {
	id = url.PathEscape(id)
	keep := []ui.Param{{Name: "as_of", Value: asOf}}
	switch to {
	case audit.ToWorkspace:
		return ui.With("/workspaces/"+tenant+"/"+id, keep...)
	case audit.ToItem:
		return ui.With("/items/"+tenant+"/"+id, keep...)
	case audit.ToPerson:
		return ui.With("/people/"+tenant+"/"+id, keep...)
	case audit.ToPipeline:
		return ui.With("/pipelines/"+tenant+"/"+id, keep...)
	case audit.ToScan:
		return "/scans/" + id
	}
	return ""
}

package web

import (
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/fault"
)

// idFilters say which report knows the name behind the id of a filter, and by
// which filter it finds it.
var idFilters = map[string][2]string{
	"workspace": {"workspaces", "workspace"}, "item": {"items", "item"}, "model": {"items", "item"},
	"principal": {"people", "principal"}, "member_of": {"people", "principal"},
	"pipeline": {"pipelines", "pipeline"}, "capacity": {"capacities", "capacity"},
}

// fillNames finds what the ids in force are called, so that nobody has to read
// one. An id that nothing has, or that is not open to the reader, stays as it
// is.
func (s *Server) fillNames(c echo.Context, req *listRequest) error {
	req.names = map[string]string{}
	for i := range req.report.Filters {
		f := &req.report.Filters[i]
		values := nonEmpty(req.query.Where[f.Key])
		if _, fixed := req.fixed[f.Key]; fixed || f.Kind != audit.FilterID || len(values) != 1 {
			continue
		}
		name, err := s.nameOf(c, req.query, f.Key, values[0])
		if err != nil {
			return err
		}
		if name != "" {
			req.names[f.Key] = name
		}
	}
	return nil
}

func (s *Server) nameOf(c echo.Context, q audit.Query, filter, id string) (string, error) {
	by, ok := idFilters[filter]
	if !ok {
		return "", nil
	}
	r, err := audit.Lookup(by[0])
	if err != nil {
		return "", err
	}
	row, _, err := audit.One(c.Request().Context(), s.Reader, r, audit.Query{View: q.View, Scope: q.Scope}, by[1], id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return row.Text("name"), nil
}

package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/desk"
	"steward/internal/request"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// askNamesPart answers while one types: the names that would be built, and
// what the rules say of them.
func (s *Server) askNamesPart(c echo.Context) error {
	if c.QueryParam("kind") == "" {
		return ok(c, templates.AskNamesView(templates.AskNames{Address: c.Request().URL.Path}))
	}
	a, err := s.begin(c, request.Kind(c.QueryParam("kind")), c.QueryParam("tenant"))
	if err != nil {
		return err
	}
	a.values = c.QueryParams()
	a.params = request.New(a.about.Kind)
	ask.Bind(a.params, a.values)
	v, err := s.askNames(c, a)
	if err != nil {
		return err
	}
	if v == nil {
		v = &templates.AskNames{}
	}
	return ok(c, templates.AskNamesView(*v))
}

// builtNames are the names a form makes, with the field each is judged at.
func builtNames(p request.Params) (names, fields []string) {
	switch p := p.(type) {
	case *request.ProjectParams:
		for i, e := range p.Environments {
			if strings.TrimSpace(e.Name) == "" && e.Workspace == "" {
				continue
			}
			names, fields = append(names, p.NameFor(i)), append(fields, ask.Item("environments", i)+".name")
		}
		if strings.TrimSpace(p.Department) == "" || strings.TrimSpace(p.Project) == "" {
			return nil, nil // half a name only breaks rules
		}
	case *request.WorkspaceCreateParams:
		names, fields = []string{p.Name}, []string{"name"}
	case *request.WorkspaceEditParams:
		names, fields = []string{p.Name}, []string{"name"}
	case *request.WorkspaceRestoreParams:
		names, fields = []string{p.Name}, []string{"name"}
	}
	if len(names) == 1 && strings.TrimSpace(names[0]) == "" {
		return nil, nil
	}
	return names, fields
}

// hasNames reports whether the portal judges names of a kind while one types.
func hasNames(k request.Kind) bool {
	return slices.Contains([]request.Kind{request.NewProject, request.WorkspaceCreate, request.WorkspaceEdit, request.WorkspaceRestore}, k)
}

// askNames judges the names by planning workspaces that have nothing else; nil
// for kinds without names.
func (s *Server) askNames(c echo.Context, a *asking) (*templates.AskNames, error) {
	if !hasNames(a.about.Kind) {
		return nil, nil //nolint:nilnil // no part of the page
	}
	out := &templates.AskNames{Address: ui.With("/requests/names", ui.Param{Name: "kind", Value: string(a.about.Kind)}, ui.Param{Name: "tenant", Value: a.q.View.TenantName})}
	names, _ := builtNames(a.params)
	if len(names) == 0 {
		out.Says = "The names appear here, with what the rules say of them."
		return out, nil
	}
	names = names[:min(len(names), 20)]
	says, err := s.judgeNames(c, a, names)
	if err == nil && says == nil { // one of them cannot even be planned: each by itself
		says = make([][]string, len(names))
		for i := range names {
			one, err := s.judgeNames(c, a, names[i:i+1])
			if err != nil {
				return nil, err
			}
			says[i] = one[0]
		}
	}
	for i := range says {
		out.Names = append(out.Names, templates.AskName{Name: names[i], Fine: len(says[i]) == 0, Says: says[i]})
	}
	return out, err
}

// judgeNames plans workspaces of these names and nothing else, and returns what
// stands against each; nil when one of several cannot be planned.
func (s *Server) judgeNames(c echo.Context, a *asking, names []string) ([][]string, error) {
	only := &request.ProjectParams{Department: "-", Project: "-"}
	for _, n := range names {
		only.Environments = append(only.Environments, request.EnvironmentParams{Name: n, Workspace: n})
	}
	p, err := s.Requests.Preview(c.Request().Context(), s.by(c), request.Request{ID: "names", Tenant: a.q.View.TenantName, Kind: request.NewProject}, desk.In{Params: only})
	if err != nil {
		return nil, err
	}
	if len(p.Errors) > 0 && len(p.Plan.Steps) == 0 && len(names) > 1 {
		return nil, nil
	}
	out := make([][]string, len(names))
	for i, n := range names {
		if sentence := p.Errors.For(ask.Item("environments", i) + ".workspace"); sentence != "" {
			out[i] = append(out[i], sentence)
		}
		if sentence := p.Errors.For(ask.Item("environments", i) + ".name"); sentence != "" {
			out[i] = append(out[i], sentence)
		}
		for _, f := range p.Plan.Judged.Findings {
			if f.Refuses && strings.HasPrefix(f.Rule, "naming.") && f.Object == n {
				out[i] = append(out[i], f.Says)
			}
		}
	}
	return out, nil
}

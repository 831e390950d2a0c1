package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/web/templates/ui"
)

// viewer is the person a page is made for; not known before sign-in.
type viewer struct {
	person auth.Person
	known  bool
}

// viewer returns who is asking, as the guard found it.
func (s *Server) viewer(c echo.Context) viewer {
	p, ok := s.Who(c)
	return viewer{person: p, known: ok}
}

// tenants are those of the given ones of which the person may see something.
func (v viewer) tenants(all []string) []string {
	if !v.known {
		return nil
	}
	return auth.Tenants(v.person, auth.ViewOverview, all)
}

// scope is what the person may see of the tenant a view is of, when doing what
// the present route is for.
func (s *Server) scope(c echo.Context, v viewer, view db.View) (db.Scope, error) {
	return auth.Scope(c.Request().Context(), s.Reader, v.person, s.actionOf(c), view.TenantName)
}

// may reports whether the person may do the action to anything.
func (v viewer) may(a auth.Action) bool {
	return v.known && auth.May(v.person, a, auth.Object{})
}

// card is the person as the frame shows them; nil before sign-in.
func (v viewer) card() *ui.Person {
	if !v.known {
		return nil
	}
	roles := make([]string, 0, len(v.person.Roles))
	for _, r := range v.person.Roles {
		roles = append(roles, string(r))
	}
	detail := v.person.Address
	if len(roles) > 0 {
		detail = strings.TrimPrefix(detail+" · "+strings.Join(roles, ", "), " · ")
	}
	return &ui.Person{Name: v.person.Name, Detail: detail, Href: "/me"}
}

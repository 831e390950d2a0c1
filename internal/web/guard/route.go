package guard

import (
	"fmt"
	"sort"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
)

// Route binds one method and path (as echo spells it) to what one must be
// allowed to do.
type Route struct {
	Method, Path string
	// Action is looked up in auth.Permits. Empty only for a Public route.
	Action auth.Action
	// Public routes are open to everyone: assets, health, the sign-in itself.
	Public bool
	// Export marks a download: it also needs auth.ExportReport (unless Action is
	// an export itself) and counts towards the hourly limit.
	Export bool
	// MaxBody is the most a request may carry, in bytes, where it is more than
	// MaxBody of every route.
	MaxBody int64
	// AnyHost routes answer under any host name: probes call by address.
	AnyHost bool
}

func (r Route) key() string { return r.Method + " " + r.Path }

// CheckRoutes compares the routes that the router knows with the table and
// returns a sentence for each difference: a route without an entry, an entry
// without a route, an entry twice, an action nobody defined. A test calls it,
// so that no route escapes.
func CheckRoutes(routes []*echo.Route, table []Route) []string {
	have := map[string]bool{}
	for _, r := range routes {
		if r.Method == echo.RouteNotFound {
			continue // the 404 itself
		}
		have[r.Method+" "+r.Path] = true
	}
	var out []string
	seen := map[string]bool{}
	for _, r := range table {
		_, known := auth.Permits[r.Action]
		switch {
		case seen[r.key()]:
			out = append(out, fmt.Sprintf("%s is in the table twice", r.key()))
		case !have[r.key()]:
			out = append(out, fmt.Sprintf("%s is in the table and no route has it", r.key()))
		case r.Public == (r.Action != ""):
			out = append(out, fmt.Sprintf("%s must be public or have an action, not both", r.key()))
		case !r.Public && strings.HasPrefix(r.Path, APIPrefix) && !auth.ForPrograms(r.Action):
			out = append(out, fmt.Sprintf("%s asks for %q, which no token is made for", r.key(), r.Action))
		case !r.Public && !known:
			out = append(out, fmt.Sprintf("%s asks for %q, which is not in auth.Permits", r.key(), r.Action))
		}
		seen[r.key()] = true
	}
	for key := range have {
		if !seen[key] {
			out = append(out, fmt.Sprintf("route %s is in no table: nobody decided who may use it", key))
		}
	}
	sort.Strings(out)
	return out
}

// routes indexes the table by method and path.
type routes map[string]Route

func index(table []Route) routes {
	m := make(routes, len(table))
	for _, r := range table {
		m[r.key()] = r
	}
	return m
}

// find returns the entry for a request; a HEAD is judged as the GET it repeats.
func (m routes) find(c echo.Context) (Route, bool) {
	method := c.Request().Method
	if r, ok := m[method+" "+c.Path()]; ok {
		return r, true
	}
	if method == "HEAD" {
		r, ok := m["GET "+c.Path()]
		return r, ok
	}
	return Route{}, false
}

// safe reports whether a method changes nothing.
func safe(method string) bool { return method == "GET" || method == "HEAD" }

// wantsPage reports whether the answer is looked at by a person in a browser
// window, so that sending them to the sign-in makes sense.
func wantsPage(c echo.Context) bool {
	req := c.Request()
	return safe(req.Method) && req.Header.Get("HX-Request") == "" && !strings.HasPrefix(req.URL.Path, "/api/") &&
		(req.Header.Get("Accept") == "" || strings.Contains(req.Header.Get("Accept"), "text/html") || strings.Contains(req.Header.Get("Accept"), "*/*"))
}

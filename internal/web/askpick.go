package web

import (
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/tenant"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// Bounds of what a search shows and of the lists of few things.
const (
	pickGroups = 8
	pickOthers = 8
	fewMost    = 200
)

// pick answers a search of a form while one types, with the part of the page
// that the form itself shows without a script.
func (s *Server) pick(c echo.Context) error {
	if c.QueryParam("kind") == "" {
		return ok(c, templates.AskFoundView(templates.AskFound{Says: "Nothing was looked for."}))
	}
	a, err := s.begin(c, request.Kind(c.QueryParam("kind")), c.QueryParam("tenant"))
	if err != nil {
		return err
	}
	name, of := c.QueryParam("name"), ask.Thing(c.QueryParam("of"))
	if !of.Searched() || len(name) > 100 {
		return auth.Hidden()
	}
	found, err := s.findThings(c, a, name, of, strings.TrimSpace(c.QueryParam(name+".find")))
	if err != nil {
		return err
	}
	return ok(c, templates.AskFoundView(found))
}

// findThings looks for what fits a text. Somebody is looked for in the whole
// directory: access is given to those who have none yet. All else is looked
// for within what the person may ask about.
func (s *Server) findThings(c echo.Context, a *asking, name string, of ask.Thing, text string) (templates.AskFound, error) {
	out := templates.AskFound{Name: name, Sought: text}
	if utf8.RuneCountInString(text) < 2 {
		out.Says = "Type two letters or more of the name, then Find."
		return out, nil
	}
	var more int64
	var err error
	switch of {
	case ask.Somebody:
		more, err = s.findSomebody(c, a, text, &out)
	case ask.Workspace:
		more, err = s.findByName(c, a, "workspaces", "workspace", text, &out, "state", "Active")
	case ask.Deleted:
		more, err = s.findByName(c, a, "workspaces", "workspace", text, &out, "state", string(tenant.StateDeleted))
	case ask.Pipeline:
		more, err = s.findByName(c, a, "pipelines", "pipeline", text, &out)
	}
	if fault.Is(err, fault.Invalid) { // longer than any name
		err, out.Choices, more = nil, nil, 0
	}
	switch {
	case len(out.Choices) == 0:
		out.Says = "Nothing that fits is known to the last scan. Type another part of the name."
	case more > int64(len(out.Choices)):
		out.Says = "More fit than are shown. Type more letters."
	case len(out.Choices) == 1:
		out.Choices[0].Chosen = true
		out.Says = "One fits."
	default:
		out.Says = ui.Count(int64(len(out.Choices))) + " fit. Choose one."
	}
	return out, err
}

// findSomebody finds groups first: they are the better members.
func (s *Server) findSomebody(c echo.Context, a *asking, text string, out *templates.AskFound) (total int64, err error) {
	q := a.q
	q.Scope = db.Everything
	filter := "name"
	switch {
	case isID(text):
		filter = "principal"
	case strings.Contains(text, "@"):
		filter = "address"
	}
	for _, kind := range []tenant.PrincipalKind{tenant.PrincipalGroup, tenant.PrincipalUser, tenant.PrincipalApp} {
		page, err := s.run(c, q, "people", pickGroups, filter, text, "kind", string(kind))
		if err != nil {
			return 0, err
		}
		total += page.Total
		for _, r := range page.Rows {
			out.Choices = append(out.Choices, ui.Choice{Value: r.Get("id").Text(), Label: r.Text("name"), Hint: foundHint(r)})
		}
	}
	return total, nil
}

func foundHint(r audit.Row) string {
	hint := request.KindOfPrincipal(tenant.PrincipalKind(r.Get("kind").Text()))
	switch behind := r.Get("behind"); {
	case hint == "group" && behind.Text() != "":
		hint += ", " + ui.Plural(behind.Int(), "person", "people")
	case hint == "group":
		hint += ", members not known"
	case r.Get("address").Text() != "":
		hint += ", " + r.Get("address").Text()
	}
	if r.Get("guest").Int() == 1 {
		hint += ", guest"
	}
	if r.Get("left").Int() == 1 {
		hint += ", has left"
	}
	return hint
}

func (s *Server) findByName(c echo.Context, a *asking, report, idFilter, text string, out *templates.AskFound, where ...string) (int64, error) {
	filter := "name"
	if isID(text) {
		filter = idFilter
	}
	page, err := s.run(c, a.q, report, pickOthers, append([]string{filter, text}, where...)...)
	if err != nil {
		return 0, err
	}
	for _, r := range page.Rows {
		hint := ""
		if report == "workspaces" {
			if hint = r.Get("domain").Text(); r.Get("kind").Text() == string(tenant.KindPersonal) {
				continue
			}
		}
		out.Choices = append(out.Choices, ui.Choice{Value: r.Get("id").Text(), Label: r.Text("name"), Hint: hint})
	}
	return page.Total, nil
}

// fewThings are all capacities or domains that the person may see.
func (s *Server) fewThings(c echo.Context, a *asking, of ask.Thing) ([]ui.Choice, error) {
	report := map[ask.Thing]string{ask.Capacity: "capacities", ask.Domain: "domains", ask.Gateway: "gateways"}[of]
	page, err := s.run(c, a.q, report, fewMost)
	if err != nil {
		return nil, err
	}
	var out []ui.Choice
	for _, r := range page.Rows {
		if of == ask.Gateway {
			id := r.Get("gateway").Text()
			out = append(out, ui.Choice{Value: strings.ToLower(id), Label: id + " (" + ui.Plural(r.Get("sources").Int(), "data source", "data sources") + ")"})
			continue
		}
		label := r.Text("name")
		if of == ask.Capacity {
			label += " (" + r.Get("sku").Text()
			if state := r.Get("state").Text(); state != "Active" {
				label += ", " + capacityWord(state)
			}
			label += ")"
		}
		out = append(out, ui.Choice{Value: strings.ToLower(r.Get("id").Text()), Label: label})
	}
	return out, nil
}

func capacityWord(state string) string {
	switch state {
	case "":
		return "state not known"
	case "Suspended", "Paused":
		return "paused"
	}
	return strings.ToLower(state)
}

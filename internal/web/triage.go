package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/violation"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// form reads what was sent; a body that is none is refused.
func form(c echo.Context) (url.Values, error) {
	v, err := c.FormParams()
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "What was sent is not a form.")
	}
	return v, nil
}

// onViolation reads the form, does what it asks, and goes back to the
// violation; an error comes back at the field of the form.
func (s *Server) onViolation(c echo.Context, name string, do func(d desk.Decider, id int64, v url.Values) error) error {
	id, err := numberParam(c, "id")
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	if err := do(s.decider(c), id, values); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.violationPage(c, http.StatusUnprocessableEntity, typed{form: name, field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, "/violations/"+strconv.FormatInt(id, 10))
}

// revOf is the revision that the form was made from; 0, which does not look,
// is never taken from a form.
func revOf(v url.Values) int64 {
	n, err := strconv.ParseInt(v.Get("rev"), 10, 64)
	if err != nil || n <= 0 {
		return -1
	}
	return n
}

func (s *Server) triage(c echo.Context) error {
	return s.onViolation(c, "triage", func(d desk.Decider, id int64, v url.Values) error {
		if !violation.State(v.Get("to")).Valid() {
			return &fault.Error{Kind: fault.Invalid, Field: "to", Sentence: "Choose what it is."}
		}
		return s.Rules.Triage(c.Request().Context(), d, []int64{id}, revOf(v), violation.State(v.Get("to")), v.Get("reason"))
	})
}

func (s *Server) assign(c echo.Context) error {
	return s.onViolation(c, "assign", func(d desk.Decider, id int64, v url.Values) error {
		to, field := personOf(v)
		return renamed(s.Rules.Assign(c.Request().Context(), d, []int64{id}, revOf(v), to), "to", field)
	})
}

// personOf is whom a form gives something to, and the field that says so.
func personOf(v url.Values) (who, field string) {
	if other := strings.TrimSpace(v.Get("other")); other != "" {
		return other, "other"
	}
	return v.Get("to"), "to"
}

func (s *Server) comment(c echo.Context) error {
	return s.onViolation(c, "comment", func(d desk.Decider, id int64, v url.Values) error {
		return s.Rules.Comment(c.Request().Context(), d, id, v.Get("body"))
	})
}

// renamed moves an error from the desk's name of a field to the form's.
func renamed(err error, from, to string) error {
	field, sentence, ok := fieldOf(err)
	if !ok || field != from || from == to {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Field: to, Sentence: sentence, Err: err}
}

// triageMany decides about several violations with one reason. The list sends
// the chosen ones; the form that comes back asks what they are.
func (s *Server) triageMany(c echo.Context) error {
	return s.onMany(c, "triage", func(ids []int64, v url.Values) error {
		if !violation.State(v.Get("to")).Valid() {
			return &fault.Error{Kind: fault.Invalid, Field: "to", Sentence: "Choose what they are."}
		}
		return s.Rules.Triage(c.Request().Context(), s.decider(c), ids, 0, violation.State(v.Get("to")), v.Get("reason"))
	})
}

// assignMany gives several violations to one person.
func (s *Server) assignMany(c echo.Context) error {
	return s.onMany(c, "assign", func(ids []int64, v url.Values) error {
		to, field := personOf(v)
		return renamed(s.Rules.Assign(c.Request().Context(), s.decider(c), ids, 0, to), "to", field)
	})
}

// onMany does what a form says about the chosen violations and goes back to the
// list; what is refused comes back at the field. A form that only names them
// is shown the page that asks.
func (s *Server) onMany(c echo.Context, name string, do func(ids []int64, v url.Values) error) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	ids, err := idsOf(values["id"])
	if err != nil {
		return err
	}
	if !values.Has("to") && !values.Has("reason") {
		return s.triageManyPage(c, ids, http.StatusOK, typed{})
	}
	if err := do(ids, values); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.triageManyPage(c, ids, http.StatusUnprocessableEntity, typed{form: name, field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, "/violations")
}

// triageManyForm asks about the violations of the address.
func (s *Server) triageManyForm(c echo.Context) error {
	ids, err := idsOf(c.QueryParams()["id"])
	if err != nil {
		return err
	}
	return s.triageManyPage(c, ids, http.StatusOK, typed{})
}

func idsOf(texts []string) ([]int64, error) {
	var out []int64
	for _, t := range texts {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil || n <= 0 {
			return nil, fault.New(fault.Invalid, "%q is not the number of a violation.", clip(t))
		}
		out = append(out, n)
	}
	if len(out) > desk.MostAtOnce {
		return nil, fault.New(fault.Invalid, "At most %d violations can be decided at once.", desk.MostAtOnce)
	}
	return out, nil
}

// triageManyPage shows what was chosen and asks for the decision.
func (s *Server) triageManyPage(c echo.Context, ids []int64, status int, t typed) error {
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, v)
	if err != nil {
		return err
	}
	table := ui.Table{Caption: "Chosen violations", Columns: []ui.Column{{Label: "Object"}, {Label: "Severity", Kind: ui.Badges}, {Label: "Finding"}, {Label: "State", Kind: ui.Badges}, {Label: "Whom to ask"}, {Label: "Given to"}},
		Empty: ui.Empty{Why: "None was chosen.", Do: ui.Action{Label: "Back to the list", Href: "/violations"}}}
	f := ui.Form{Action: "/violations/triage", Submit: "Decide about " + ui.Plural(int64(len(ids)), "violation", "violations"), Back: "/violations", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "to", Label: "They are", Choices: triageChoices(violation.Open)},
		{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 3, Hint: "One for all of them. Needed for false positives."}}}
	var rows []audit.Row
	for _, id := range ids {
		row, err := s.chosen(c, who, id)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		f.Params = append(f.Params, ui.Param{Name: "id", Value: strconv.FormatInt(id, 10)})
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{ui.To(row.Text("object"), "/violations/"+strconv.FormatInt(id, 10)),
			ui.Parts(ui.Severity(row.Text("severity"))), ui.Txt(row.Text("finding")), ui.Parts(badgeFor("state", row.Text("state"))), ui.Txt(row.Text("owner")), ui.Txt(row.Text("assignee"))}})
	}
	page := templates.DecidePage{Page: s.page(c, who, v, truth), Extra: ui.TableView(table)}
	page.Title, page.Active, page.NoAsOf = "Decide about several violations", "/violations", true
	page.Crumbs = []ui.Link{{Label: "Violations", Href: "/violations"}}
	if len(ids) > 0 {
		page.Forms = []templates.NamedForm{{Title: "Triage", Form: t.into("triage", f)}, {Title: "Give them to somebody", Form: t.into("assign", assignManyForm(rows, f.Params))}}
	}
	return render(c, status, templates.Decide(page))
}

// assignManyForm offers whoever is to be asked about any of the chosen ones.
func assignManyForm(rows []audit.Row, ids []ui.Param) ui.Form {
	pick := ui.Field{Kind: ui.SelectField, Name: "to", Label: "Person", Choices: []ui.Choice{{Value: "", Label: "Nobody"}}, Hint: "Those who are to be asked about one of them."}
	for _, row := range rows {
		known := slices.ContainsFunc(pick.Choices, func(had ui.Choice) bool { return had.Value == row.Text("owner_id") })
		if !known && row.Text("owner_id") != "" {
			pick.Choices = append(pick.Choices, ui.Choice{Value: row.Text("owner_id"), Label: row.Text("owner")})
		}
	}
	return ui.Form{Action: "/violations/assign", Submit: "Give " + ui.Plural(int64(len(rows)), "violation", "violations"), Back: "/violations", Params: ids,
		Fields: []ui.Field{pick, otherPerson}}
}

// otherPerson takes somebody whom a form does not offer.
var otherPerson = ui.Field{Name: "other", Label: "Or somebody else, by e-mail address", Optional: true}

// chosen reads one violation as the reader may see it.
func (s *Server) chosen(c echo.Context, who viewer, id int64) (audit.Row, error) {
	ctx := c.Request().Context()
	tenant, err := audit.ViolationTenant(ctx, s.Reader, id)
	if err != nil {
		return audit.Row{}, err
	}
	q, _, err := s.ruleQuery(c, who, tenant)
	if err != nil {
		return audit.Row{}, err
	}
	return audit.ViolationRow(ctx, s.Reader, q, id)
}

// mustConfirm refuses an action that asks for a recent sign-in and whose route
// does not: what a form is for is known when it is read.
func (s *Server) mustConfirm(c echo.Context, a auth.Action) error {
	if s.guard == nil {
		return nil
	}
	return s.guard.MustConfirm(c, a)
}

// confirmFirst is a notice for a form whose button needs a recent proof of who
// one is: better now than after typing.
func (s *Server) confirmFirst(c echo.Context, a auth.Action) []ui.Notice {
	if s.guard == nil || !s.guard.NeedsConfirming(c, a) {
		return nil
	}
	return []ui.Notice{{Tone: ui.Info, Title: "For this you have to confirm who you are first.", Text: "It takes you back here.",
		Action: ui.Action{Label: "Confirm", Href: stepUp(c)}}}
}

package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/violation"
	"steward/internal/web/guard"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// stepUp is where one confirms who one is, to come back to this page.
func stepUp(c echo.Context) string {
	path := c.Request().URL.Path
	if c.Request().Method == http.MethodGet {
		path = c.Request().URL.RequestURI()
	}
	return guard.StepUpURL(strings.TrimSuffix(path, "/decide"))
}

// usualWaiver is the end that the form proposes.
const usualWaiver = 90 * 24 * time.Hour

// waiveForm leads to the request for a waiver of a violation.
func (s *Server) waiveForm(c echo.Context) error {
	v, at, _, err := s.readViolation(c)
	if err != nil {
		return err
	}
	id := strconv.FormatInt(v.ID, 10)
	return c.Redirect(http.StatusSeeOther, at.place.ask(request.Waiver, id, param("violation", id), param("ends", s.Now().UTC().Add(usualWaiver).Format(dateForm))))
}

// endOfDay is the last moment of a day typed into a form; zero when it is none.
func endOfDay(text string) time.Time {
	day := parseDay(text)
	if day.IsZero() {
		return day
	}
	return day.Add(24*time.Hour - time.Millisecond)
}

// waiver is the page of one waiver, with the decision for whoever may make it.
func (s *Server) waiver(c echo.Context) error { return s.waiverPage(c, http.StatusOK, typed{}) }

func (s *Server) waiverPage(c echo.Context, status int, t typed) error {
	w, v, at, q, err := s.readWaiver(c)
	if err != nil {
		return err
	}
	who := s.viewer(c)
	page := templates.DecidePage{Page: s.page(c, who, q.View, v.Truth)}
	page.Title, page.Kind, page.NoAsOf, page.Active, page.SwitchTo = v.Row.Text("object"), "Waiver", true, "/waivers", "/waivers"
	page.Crumbs = []ui.Link{{Label: "Waivers", Href: at.place.list("waivers")}}
	page.Badges = append(page.Badges, ui.State(string(w.State), ruleStates[string(w.State)]), ui.Severity(v.Row.Text("severity")))
	page.About = waiverFacts(w, v, at)
	page.Intro = waiverIntro(w, at)
	s.offerWaiver(c, who, w, v, t, &page)
	return render(c, status, templates.Decide(page))
}

func (s *Server) readWaiver(c echo.Context) (audit.WaiverNote, audit.Violation, viewing, audit.Query, error) {
	var none audit.WaiverNote
	id, err := numberParam(c, "id")
	if err != nil {
		return none, audit.Violation{}, viewing{}, audit.Query{}, err
	}
	ctx := c.Request().Context()
	tenant, of, err := audit.WaiverTenant(ctx, s.Reader, id)
	if err != nil {
		return none, audit.Violation{}, viewing{}, audit.Query{}, hidden(err)
	}
	q, p, err := s.ruleQuery(c, s.viewer(c), tenant)
	if err != nil {
		return none, audit.Violation{}, viewing{}, q, hidden(err)
	}
	v, err := audit.ViolationOf(ctx, s.Reader, q, of)
	if err != nil {
		return none, v, viewing{}, q, hidden(err)
	}
	for _, w := range v.Waivers {
		if w.ID == id {
			return w, v, viewing{place: p, now: s.Now()}, q, nil
		}
	}
	return none, v, viewing{}, q, auth.Hidden()
}

func waiverFacts(w audit.WaiverNote, v audit.Violation, at viewing) []ui.Pair {
	pairs := []ui.Pair{
		{Key: "Violation", Value: v.Row.Text("finding"), Href: "/violations/" + strconv.FormatInt(v.ID, 10)},
		{Key: "Rule", Value: v.Rule.Title, Href: at.place.thing(audit.ToRule, v.Rule.ID)},
		{Key: "Workspace", Value: v.Row.Get("workspace").Text(), Href: at.place.thing(audit.ToWorkspace, v.Row.Get("workspace_id").Text())},
		{Key: "Why it may stay", Value: w.Reason},
		{Key: "Answers for it", Value: w.Owner},
		{Key: "Asked by", Value: w.AskedBy},
		{Key: "Asked", Part: ui.Time(w.Asked, at.now)},
		{Key: "Last day", Value: ui.Day(w.Ends)},
		{Key: "Decided by", Value: w.DecidedBy},
	}
	if w.Note != "" {
		pairs = append(pairs, ui.Pair{Key: "Note", Value: w.Note})
	}
	return pairs
}

func waiverIntro(w audit.WaiverNote, at viewing) []string {
	switch w.State {
	case violation.Approved:
		if !w.Ends.After(at.now) {
			return []string{"Its last day has passed. It is ended with the next judging."}
		}
		return []string{"The violation is accepted until " + ui.Day(w.Ends) + ". It does not count as passing."}
	case violation.Ended:
		return []string{"The last day has passed: nothing is waived any more. Renew the waiver, or withdraw it; until then it is itself a violation, which cannot be waived."}
	}
	return nil
}

// offerWaiver adds what this reader may do about the waiver, or says why not.
func (s *Server) offerWaiver(c echo.Context, who viewer, w audit.WaiverNote, v audit.Violation, t typed, page *templates.DecidePage) {
	root := "/waivers/" + strconv.FormatInt(w.ID, 10)
	object := auth.Object{Tenant: v.Truth.Tenant, Workspace: v.Row.Get("workspace").Text()}
	if violation.WaiverMay(w.State, violation.Withdrawn) && may(who, auth.EndWaiver, object) {
		f := ui.Form{Action: root + "/end", Submit: "Withdraw the waiver", Fields: []ui.Field{{Kind: ui.TextArea, Name: "why", Label: "Why", Rows: 2, Hint: "What it covered is open again."}}}
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Withdraw", Form: t.into("end", f)})
	}
	if (w.State == violation.Approved || w.State == violation.Ended) && may(who, auth.AskWaiver, object) && v.State != violation.Resolved {
		page.Primary = &ui.Action{Label: "Ask to renew it", Href: "/violations/" + strconv.FormatInt(v.ID, 10) + "/waive"}
	}
}

func (s *Server) endWaiver(c echo.Context) error {
	return s.onWaiver(c, "end", func(id int64, v url.Values) error {
		if len([]rune(strings.TrimSpace(v.Get("why")))) < 5 {
			return &fault.Error{Kind: fault.Invalid, Field: "why", Sentence: "Say why, in a few words."}
		}
		return s.Rules.EndWaiver(c.Request().Context(), s.decider(c), id, v.Get("why"))
	})
}

func (s *Server) onWaiver(c echo.Context, name string, do func(int64, url.Values) error) error {
	id, err := numberParam(c, "id")
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	if err := do(id, values); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.waiverPage(c, http.StatusUnprocessableEntity, typed{form: name, field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, "/waivers/"+strconv.FormatInt(id, 10))
}

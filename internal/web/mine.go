package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/violation"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// loopText says how the owner's loop goes on, with the periods in force.
func loopText(p violation.Periods) string {
	return fmt.Sprintf("Whoever is asked and says nothing is reminded every %s; after %s their manager, the other admins and whoever is configured are told. "+
		"All of it is written down under “To be told”, which also says what was sent.", days(p.Remind), days(p.Escalate))
}

// days is a length of time in days, with its unit.
func days(d time.Duration) string {
	n := int64(d / (24 * time.Hour))
	if n == 1 {
		return "1 day"
	}
	return ui.Count(n) + " days"
}

// mine is what the reader owns.
func (s *Server) mine(c echo.Context) error {
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return err
	}
	q := audit.Query{View: v}
	if q.Scope, err = s.scope(c, who, v); err != nil {
		return err
	}
	ctx := c.Request().Context()
	truth, err := audit.TruthOf(ctx, s.Reader, v)
	if err != nil {
		return err
	}
	owned, err := audit.OwnedBy(ctx, s.Reader, q, who.person.ObjectID)
	if err != nil {
		return err
	}
	at := viewing{place: s.place(c, v), now: s.Now()}
	page := templates.MinePage{Page: s.page(c, who, v, truth), Question: "What do you answer for, and what waits for your word?", Note: loopText(s.Periods.OrUsual()), Spaces: ownedTable(owned, at)}
	page.Title = "Mine"
	ask, err := s.run(c, q, "violations", 1, "owner", who.person.ObjectID)
	if err != nil {
		return err
	}
	given, err := s.run(c, q, "violations", 1, "assignee", s.decider(c).Subject())
	if err != nil {
		return err
	}
	page.Stats = []ui.Stat{
		{Label: "Workspaces", Value: ui.Count(int64(len(owned)))},
		{Label: "Waiting for your word", Value: ui.Count(waiting(owned, at)), Tone: toneIf(waiting(owned, at) > 0, ui.Warn)},
		{Label: "Violations you would be asked about", Value: ui.Count(ask.Total), Href: at.place.list("violations", ui.Param{Name: "owner", Value: who.person.ObjectID})},
		{Label: "Violations given to you", Value: ui.Count(given.Total), Href: at.place.list("violations", ui.Param{Name: "assignee", Value: s.decider(c).Subject()})},
	}
	return ok(c, templates.Mine(page))
}

// waiting counts workspaces whose owner should say something: nobody uses
// them and nothing was said, or what was said has fallen due.
func waiting(owned []audit.Owned, at viewing) (n int64) {
	for _, o := range owned {
		if word, _ := loopState(o, at); word == "asked" || word == "reminded" || word == "silence told" || word == "due" {
			n++
		}
	}
	return n
}

// loopState is where an owner's word on a workspace stands.
func loopState(o audit.Owned, at viewing) (word string, tone ui.Tone) {
	switch {
	case o.Answer != "" && !o.Due.After(at.now):
		return "due", ui.Bad
	case o.Answer == desk.Keep:
		return "kept", ui.Good
	case o.Answer == desk.Remove:
		return "may go", ui.Info
	case o.Question != nil && !o.Question.Escalated.IsZero():
		return "silence told", ui.Bad
	case o.Question != nil && o.Question.Reminders > 0:
		return "reminded", ui.Warn
	case o.Question != nil, o.Unused != "":
		return "asked", ui.Warn
	}
	return "in use", ui.Neutral
}

// nextText says what a question has led to, and what comes next.
func nextText(q *audit.Question) string {
	if q == nil {
		return "–"
	}
	var words []string
	if q.OwnerID == "" {
		words = append(words, "Nobody to ask since "+ui.Day(q.Asked))
	} else {
		words = append(words, q.Owner+" was asked on "+ui.Day(q.Asked))
	}
	if q.Reminders > 0 {
		words = append(words, "reminded "+ui.Plural(q.Reminders, "time", "times")+", last on "+ui.Day(q.Reminded))
	}
	if !q.Escalated.IsZero() {
		words = append(words, "told to "+q.EscalatedTo+" on "+ui.Day(q.Escalated))
	}
	if !q.RemindAt.IsZero() {
		words = append(words, "next reminder on "+ui.Day(q.RemindAt))
	}
	if !q.EscalateAt.IsZero() {
		words = append(words, "told to others on "+ui.Day(q.EscalateAt))
	}
	return strings.Join(words, "; ")
}

func ownedTable(owned []audit.Owned, at viewing) ui.Table {
	t := ui.Table{Caption: "Workspaces you administer", Scroll: true, Columns: []ui.Column{{Label: "Workspace"}, {Label: "Your word", Kind: ui.Badges}, {Label: "Why"}, {Label: "What comes next"}, {Label: "Holds until", Kind: ui.Date}, {Label: "Items", Kind: ui.Number}, {Label: "Open violations", Kind: ui.Number}, {Label: "Say"}},
		Empty: ui.Empty{Why: "You administer no workspace that the last scan saw and that you may see here.", More: "Workspaces that you administer through a group count, as far as the members of groups are known."}}
	for _, o := range owned {
		word, tone := loopState(o, at)
		why := o.Reason
		if why == "" {
			why = o.Unused
		}
		if o.Question != nil {
			why = o.Question.Says
		}
		due := ui.Txt("–")
		if !o.Due.IsZero() {
			due = ui.When(o.Due, at.now)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(o.Name, at.place.thing(audit.ToWorkspace, o.ID)), ui.Parts(ui.State(word, tone)), ui.Txt(dash(why)), ui.Txt(nextText(o.Question)), due,
			ui.Num(o.Items), ui.To(ui.Count(o.Open), at.place.list("violations", ui.Param{Name: "workspace", Value: o.ID})),
			ui.To("Keep or let go", "/mine/"+url.PathEscape(at.place.tenant)+"/"+url.PathEscape(o.ID))}})
	}
	return t
}

// answerForm asks an owner whether a workspace is kept.
func (s *Server) answerForm(c echo.Context) error { return s.answerPage(c, http.StatusOK, typed{}) }

func (s *Server) answerPage(c echo.Context, status int, t typed) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	periods := s.Periods.OrUsual()
	v := templates.DecidePage{Page: s.page(c, d.who, d.q.View, d.truth), Intro: []string{
		"Is this workspace still needed? Your word is kept with its reason and in the ledger. Nothing is removed by it.", loopText(periods)}}
	v.Title, v.Kind, v.NoAsOf, v.Active = d.row.Text("name"), "Your word", true, "/mine"
	v.Crumbs = []ui.Link{{Label: "Mine", Href: d.place.to("/mine")}}
	v.About = []ui.Pair{{Key: "Workspace", Value: d.row.Text("name"), Href: d.place.thing(d.of, d.id)}, {Key: "Items", Value: ui.Count(d.row.Get("items").Int())}}
	asked, err := audit.QuestionAbout(c.Request().Context(), s.Reader, d.q, d.id)
	if err != nil {
		return err
	}
	if asked != nil {
		v.About = append(v.About, ui.Pair{Key: "Why you are asked", Value: asked.Says}, ui.Pair{Key: "So far", Value: nextText(asked)})
	}
	f := ui.Form{Action: c.Request().URL.Path, Submit: "Say it", Back: d.place.to("/mine"), Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "answer", Label: "The workspace", Choices: []ui.Choice{{Value: desk.Keep, Label: "Is kept", Hint: "You are asked again in " + days(periods.Keep) + "."}, {Value: desk.Remove, Label: "May go", Hint: "It should be gone in " + days(periods.Remove) + "."}}},
		{Kind: ui.TextArea, Name: "reason", Label: "Because", Rows: 3}}}
	v.Forms = []templates.NamedForm{{Title: "Your word", Form: t.into("answer", f)}}
	return render(c, status, templates.Decide(v))
}

func (s *Server) answer(c echo.Context) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	v, err := s.view(c, s.viewer(c))
	if err != nil {
		return err
	}
	if err := s.Rules.Answer(c.Request().Context(), s.decider(c), v.TenantName, c.Param("id"), values.Get("answer"), values.Get("reason")); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.answerPage(c, http.StatusUnprocessableEntity, typed{form: "answer", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, ui.With("/mine", ui.Param{Name: "tenant", Value: v.TenantName}))
}

// owning is the part of the table for owners.
func (s *Server) owning() []route {
	return []route{
		{http.MethodGet, "/mine", auth.ViewViolations, s.mine},
		{http.MethodGet, "/mine/:tenant/:id", auth.AnswerAsOwner, s.answerForm},
		{http.MethodPost, "/mine/:tenant/:id", auth.AnswerAsOwner, s.answer},
		{http.MethodGet, "/workspaces/:tenant/:id/violations", auth.ViewViolations, s.workspaceViolations},
	}
}

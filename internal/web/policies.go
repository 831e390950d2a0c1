package web

import (
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// policies is the list of rules, with what keeps rule files from being used.
func (s *Server) policies(c echo.Context, req listRequest, page audit.Page) error {
	v := templates.ListPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question, List: s.listView(req, page)}
	v.Title = req.report.Title
	v.Notices = append(v.Notices, problemNotices(s.Policies)...)
	if len(page.Rows) == 0 && len(req.chips()) == 0 {
		v.List.Table.Empty = ui.Empty{Why: "No scan has been judged yet.", More: "The rules are judged after each scan."}
	}
	return ok(c, templates.List(v))
}

// problemNotices say exactly what is wrong with rule files, and where.
func problemNotices(p Policies) []ui.Notice {
	if p == nil || len(p.Problems()) == 0 {
		return nil
	}
	const most = 5
	var out []ui.Notice
	for i, x := range p.Problems() {
		if i == most {
			out = append(out, ui.Notice{Tone: ui.Bad, Title: fmt.Sprintf("and %d more problems", len(p.Problems())-most)})
			break
		}
		out = append(out, ui.Notice{Tone: ui.Bad, Title: "The rule files are not in use: the last good set stays in force.", Text: x.String()})
	}
	return out
}

// knownRule is a rule of the packs with what is decided about it.
type knownRule struct{ policy.Chosen }

// ruleOf finds the rule of the address.
func (s *Server) ruleOf(id string) (knownRule, error) {
	if s.Policies == nil || s.Policies.Set() == nil {
		return knownRule{}, fault.New(fault.Unavailable, "No rules are loaded.")
	}
	k, ok := s.Policies.Set().Find(id)
	if !ok {
		return knownRule{}, fault.New(fault.NotFound, "There is no rule %q among those loaded now.", clip(id))
	}
	return knownRule{k}, nil
}

// policyQuery is what the pages of one rule read.
func (s *Server) policyQuery(c echo.Context) (knownRule, audit.Query, viewing, error) {
	k, err := s.ruleOf(c.Param("id"))
	if err != nil {
		return k, audit.Query{}, viewing{}, err
	}
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return k, audit.Query{}, viewing{}, err
	}
	q := audit.Query{View: v}
	q.Scope, err = s.scope(c, who, v)
	return k, q, viewing{place: s.place(c, v), now: s.Now()}, err
}

// policy is the page of one rule.
func (s *Server) policy(c echo.Context) error {
	k, q, at, err := s.policyQuery(c)
	if err != nil {
		return err
	}
	ctx, who := c.Request().Context(), s.viewer(c)
	truth, err := audit.TruthOf(ctx, s.Reader, q.View)
	if err != nil {
		return err
	}
	stands, err := audit.RuleStandingOf(ctx, s.Reader, q, k.ID)
	if err != nil {
		return err
	}
	trend, err := audit.TrendOf(ctx, s.Reader, q, k.ID)
	if err != nil {
		return err
	}
	history, err := s.Reader.RuleHistory(ctx, k.ID)
	if err != nil {
		return err
	}
	found, err := s.run(c, q, "violations", 10, "rule", k.ID)
	if err != nil {
		return err
	}
	v := templates.PolicyPage{Page: s.page(c, who, q.View, truth), Why: k.Why, Remedy: k.Remedy, Condition: k.Condition.Text, Scope: k.Rule.Scope.Text, Says: k.Says.Text,
		Stats: standingStats(stands, at, k.ID), Trend: trendPlot(trend), Facts: k.facts(), Examples: k.examples(), Decisions: decisionEvents(history, at), Versions: versionTable(stands, at)}
	v.Title, v.Kind, v.Active = k.Title, "Rule "+k.ID, "/policies"
	v.Trend.Title = "Is it getting better?"
	v.Crumbs = []ui.Link{{Label: "Policies", Href: at.place.list("policies")}}
	v.Badges = append(v.Badges, ui.Severity(string(k.Severity)), onBadge(k))
	v.Notices = append(v.Notices, problemNotices(s.Policies)...)
	if who.may(auth.ExportReport) {
		v.Also = append(v.Also, evidenceAction(k.ID, at.place))
	}
	v.Findings = findings(found, at)
	if stands.Standing > int64(len(found.Rows)) {
		v.All = ui.Link{Label: "All " + ui.Count(stands.Standing), Href: at.place.list("violations", ui.Param{Name: "rule", Value: k.ID})}
	}
	if who.may(auth.PreviewPolicy) && q.Scope.All {
		v.Change = k.changeForm(at)
	}
	return ok(c, templates.Policy(v))
}

func onBadge(k knownRule) templ.Component {
	if k.Active == nil {
		return ui.State("switched off", ui.Neutral)
	}
	return ui.State("in force", ui.Good)
}

func standingStats(s audit.RuleStanding, at viewing, rule string) []ui.Stat {
	known := func(label string, n int64) ui.Stat {
		st := ui.Stat{Label: label, Value: ui.Count(n)}
		switch {
		case !s.Judged:
			st.Unknown = "The last judging did not use this rule."
		case !s.Whole:
			st.Unknown = "It is counted for the whole tenant, and you see a part of it."
		}
		return st
	}
	return []ui.Stat{
		known("Pass", s.Tally.Passed),
		{Label: "Fail", Value: ui.Count(s.Standing), Href: at.place.list("violations", ui.Param{Name: "rule", Value: rule})},
		known("Unknown", s.Tally.Unknown),
		{Label: "Waived", Value: ui.Count(s.Waived), Href: at.place.list("violations", ui.Param{Name: "rule", Value: rule}, ui.Param{Name: "state", Value: "waived"})},
	}
}

func findings(page audit.Page, at viewing) ui.Table {
	t := ui.Table{ID: "findings", Caption: "Violations", Scroll: true, Columns: []ui.Column{{Label: "Object"}, {Label: "Finding"}, {Label: "State", Kind: ui.Badges}, {Label: "Whom to ask"}, {Label: "First seen", Kind: ui.Date}},
		Empty: ui.Empty{Why: "Nothing stands against this rule in what you may see."}}
	for _, row := range page.Rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.To(row.Text("object"), at.place.thing(audit.ToViolation, row.Get("violation").Text())), ui.Txt(row.Text("finding")),
			ui.Parts(badgeFor("state", row.Text("state"))), ui.Txt(dash(row.Text("owner"))), ui.When(row.Get("first_seen").Time(audit.Date), at.now)}})
	}
	return t
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// facts are what one wants to know of a rule beside its words.
func (k knownRule) facts() []ui.Pair {
	out := []ui.Pair{{Key: "Id", Value: k.ID, Copy: true}, {Key: "About", Value: string(k.Kind)}, {Key: "Judged", Value: map[policy.Moment]string{policy.AtScan: "after scans", policy.AtRequest: "at requests", policy.AtBoth: "after scans and at requests"}[k.Applies]},
		{Key: "Pack", Value: k.Pack}, {Key: "Version of its words", Value: short(k.Hash)}}
	if k.Active != nil {
		out = append(out, ui.Pair{Key: "Version in force", Value: short(k.Active.Version)})
	}
	params := k.Params()
	for _, p := range k.Parameters {
		out = append(out, ui.Pair{Key: p.Title, Value: paramText(params[p.Name])})
	}
	for _, r := range k.References {
		out = append(out, ui.Pair{Key: "Answers", Value: r.Baseline + " " + r.Control, Href: "/baselines"})
	}
	if k.NeverWaived {
		out = append(out, ui.Pair{Key: "Waivers", Value: "never"})
	}
	return out
}

// paramText is a parameter's value as a form shows it: lists by lines.
func paramText(v any) string {
	if list, ok := v.([]string); ok {
		return strings.Join(list, "\n")
	}
	return fmt.Sprint(v)
}

func (k knownRule) examples() ui.Table {
	t := ui.Table{ID: "examples", Caption: "Examples", Columns: []ui.Column{{Label: "Case"}, {Label: "Comes out", Kind: ui.Badges}}, Empty: ui.Empty{Why: "The rule has no examples."}}
	tones := map[policy.Outcome]ui.Tone{policy.Pass: ui.Good, policy.Fail: ui.Bad, policy.Unknown: ui.Warn}
	for _, e := range k.Examples {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(capital(e.Name)), ui.Parts(ui.State(string(e.Expect), tones[e.Expect]))}})
	}
	return t
}

func decisionEvents(history []db.RuleDecision, at viewing) []ui.Event {
	var out []ui.Event
	for _, d := range history {
		e := ui.Event{At: d.At, Now: at.now, Actor: d.Author.Name, Kind: "Decision", Text: "switched it off", Detail: d.Reason}
		if d.On {
			e.Text = "put it in force with the pack's values"
			if len(d.Parameters) > 0 {
				var words []string
				for name, v := range d.Parameters {
					words = append(words, name+" = "+strings.ReplaceAll(fmt.Sprint(v), "\n", ", "))
				}
				sort.Strings(words)
				e.Text = "put it in force with " + strings.Join(words, "; ")
			}
		}
		out = append(out, e)
	}
	return out
}

func versionTable(s audit.RuleStanding, at viewing) ui.Table {
	t := ui.Table{ID: "versions", Caption: "Versions", Columns: []ui.Column{{Label: "Version", Kind: ui.Mono}, {Label: "First judged", Kind: ui.Date}, {Label: "Parameters"}, {Label: "Stands by it", Kind: ui.Number}},
		Empty: ui.Empty{Why: "No judging has used it yet."}}
	for _, v := range s.Versions {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(short(v.Version)), ui.When(v.Since, at.now), ui.Txt(dash(strings.Trim(v.Params, "{}"))), ui.Num(v.Findings)}})
	}
	return t
}

// changeForm asks what the rule should be; it leads to the preview.
func (k knownRule) changeForm(at viewing) ui.Form {
	on := "yes"
	if k.Active == nil {
		on = "no"
	}
	f := ui.Form{Action: at.place.to("/policies/" + url.PathEscape(k.ID) + "/preview"), Submit: "See what it would do", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "on", Label: "The rule is", Value: on, Choices: []ui.Choice{{Value: "yes", Label: "In force"}, {Value: "no", Label: "Switched off"}}}}}
	params := k.Params()
	for _, p := range k.Parameters {
		f.Fields = append(f.Fields, paramField(p, params[p.Name]))
	}
	return f
}

func paramField(p policy.Parameter, value any) ui.Field {
	f := ui.Field{Name: "param." + p.Name, Label: p.Title, Value: paramText(value), Mono: p.Type == policy.ParamPattern}
	switch p.Type {
	case policy.ParamBool:
		f.Kind = ui.RadioField
		f.Choices = []ui.Choice{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}
	case policy.ParamList:
		f.Kind, f.Rows, f.Hint = ui.TextArea, 5, "One to a line."
	case policy.ParamInt:
		if p.Min != nil && p.Max != nil {
			f.Hint = "A whole number from " + strconv.FormatInt(*p.Min, 10) + " to " + strconv.FormatInt(*p.Max, 10) + "."
		}
	}
	return f
}

// askPreview turns the form into the address of a preview, which one can pass
// on.
func (s *Server) askPreview(c echo.Context) error {
	k, err := s.ruleOf(c.Param("id"))
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	q := url.Values{"on": {values.Get("on")}}
	if t := c.QueryParam("tenant"); t != "" {
		q.Set("tenant", t)
	}
	for _, p := range k.Parameters {
		if values.Has("param." + p.Name) {
			q.Set("param."+p.Name, strings.ReplaceAll(values.Get("param."+p.Name), "\r\n", "\n"))
		}
	}
	return c.Redirect(http.StatusSeeOther, address("/policies/"+url.PathEscape(k.ID)+"/preview", q))
}

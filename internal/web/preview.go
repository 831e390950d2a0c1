package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

const (
	// previewDays is how far back a preview looks, previewRows how much of its
	// lists it shows.
	previewDays = 60
	previewRows = 25
)

// decisionOf reads what a form or an address asks a rule to be. Values that are
// what the pack says are left out, so that a later version of the pack counts.
func decisionOf(k knownRule, v url.Values) (policy.Decision, error) {
	d := policy.Decision{On: v.Get("on") != "no", Parameters: map[string]any{}}
	for _, p := range k.Parameters {
		name := "param." + p.Name
		if !v.Has(name) {
			if k.Active != nil && paramText(k.Active.Params[p.Name]) != paramText(p.Default) {
				d.Parameters[p.Name] = k.Active.Params[p.Name]
			}
			continue
		}
		value, err := p.Accept(paramValue(p, v.Get(name)))
		if err != nil {
			return d, &fault.Error{Kind: fault.Invalid, Field: name, Sentence: capital(err.Error()) + "."}
		}
		if paramText(value) != paramText(p.Default) {
			d.Parameters[p.Name] = value
		}
	}
	return d, nil
}

// paramValue is a typed text as the parameter's type; what does not fit is
// left to Accept.
func paramValue(p policy.Parameter, text string) any {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	switch p.Type {
	case policy.ParamInt:
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return n
		}
	case policy.ParamBool:
		switch text {
		case "true":
			return true
		case "false":
			return false
		}
	case policy.ParamList:
		list := []string{}
		for _, line := range strings.Split(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		return list
	}
	return text
}

// preview shows what a changed rule would do, with the form that decides it.
func (s *Server) preview(c echo.Context) error {
	return s.previewPage(c, http.StatusOK, c.QueryParams(), typed{})
}

// previewed is a preview being made.
type previewed struct {
	knownRule
	viewing
	q        audit.Query
	decision policy.Decision
	result   RulePreview
	stands   audit.RuleStanding
	asked    url.Values
}

func (s *Server) previewPage(c echo.Context, status int, asked url.Values, t typed) error {
	k, q, at, err := s.policyQuery(c)
	if err != nil {
		return err
	}
	if !q.Scope.All {
		return fault.New(fault.Denied, "A preview judges the whole tenant, so it is for those who may see all of it.")
	}
	ctx, who := c.Request().Context(), s.viewer(c)
	x := previewed{knownRule: k, viewing: at, q: q, asked: asked}
	truth, err := audit.TruthOf(ctx, s.Reader, q.View)
	if err != nil {
		return err
	}
	v := templates.PreviewPage{Page: s.page(c, who, q.View, truth)}
	v.Title, v.Kind, v.Active = k.Title, "Preview", "/policies"
	v.Crumbs = []ui.Link{{Label: "Policies", Href: at.place.list("policies")}, {Label: k.ID, Href: at.place.thing(audit.ToRule, k.ID)}}
	if x.decision, err = decisionOf(k, asked); err == nil {
		x.stands, err = audit.RuleStandingOf(ctx, s.Reader, q, k.ID)
	}
	if err == nil && x.decision.On {
		x.result, err = s.Policies.Preview(ctx, q.View, k.ID, x.decision, q.View.Taken.AddDate(0, 0, -previewDays), previewRows)
	}
	if err == nil && len(x.result.Problems) > 0 {
		err = fault.New(fault.Invalid, "This cannot be put in force: %s.", x.result.Problems[0].Text)
	}
	if err != nil {
		return refusedForm(err, func(field, sentence string) error { return s.previewRefused(c, v, x, field, sentence) })
	}
	x.fill(&v)
	if who.may(auth.AskRuleChange) {
		v.Decide = t.into("decide", x.decideForm())
	}
	return render(c, status, templates.Preview(v))
}

// previewRefused shows the form again with the value that cannot be.
func (s *Server) previewRefused(c echo.Context, v templates.PreviewPage, x previewed, field, sentence string) error {
	v.Intro = "This cannot be previewed as asked."
	v.Findings.Empty = ui.Empty{Why: "Nothing was judged."}
	v.Owners.Empty = ui.Empty{Why: "Nobody."}
	v.Decide = typed{form: "preview", field: field, sentence: sentence, values: x.asked}.into("preview", x.changeForm(x.viewing))
	return render(c, http.StatusUnprocessableEntity, templates.Preview(v))
}

func (x previewed) fill(v *templates.PreviewPage) {
	v.Intro = "What would this find in the scan of " + x.q.View.Taken.Format(clock) + "? Nothing has been changed yet."
	v.Changes = x.changes()
	v.Findings.Empty = ui.Empty{Why: "Nothing would be found."}
	v.Owners.Empty = ui.Empty{Why: "Nobody would be asked."}
	if !x.decision.On {
		v.Intro = "Switched off, the rule is judged no more. What it found leaves the lists and is kept."
		v.Stats = []ui.Stat{{Label: "Leave the lists", Value: ui.Count(x.stands.Standing)}}
		return
	}
	r := x.result
	v.Stats = []ui.Stat{
		{Label: "Would be found", Value: ui.Count(r.Tally.Failed), Delta: ui.Count(x.stands.Standing) + " stand now"},
		{Label: "New", Value: ui.Count(r.New), Tone: toneIf(r.New > 0, ui.Warn)},
		{Label: "Resolved by it", Value: ui.Count(r.Gone)},
		{Label: "Would pass", Value: ui.Count(r.Tally.Passed)},
		{Label: "Unknown", Value: ui.Count(r.Tally.Unknown)},
	}
	v.Plot = x.plot()
	if len(v.Plot.X) < 2 {
		v.NoPlot = "There is one scan to look at only, so nothing can be said about the past."
	}
	v.Findings, v.Owners = x.tables()
	v.Gone = r.GoneLabels
	v.MoreGone = r.Gone - int64(len(r.GoneLabels))
}

func toneIf(cond bool, t ui.Tone) ui.Tone {
	if cond {
		return t
	}
	return ui.Neutral
}

// changes are the parameters that would differ from now.
func (x previewed) changes() []ui.Change {
	var out []ui.Change
	if on := x.Active != nil; on != x.decision.On {
		out = append(out, ui.Change{Field: "The rule is", Before: onWord(on), After: onWord(x.decision.On)})
	}
	now := x.Params()
	for _, p := range x.Parameters {
		after := p.Default
		if v, ok := x.decision.Parameters[p.Name]; ok {
			after = v
		}
		if b, a := paramText(now[p.Name]), paramText(after); a != b {
			out = append(out, ui.Change{Field: p.Title, Before: strings.ReplaceAll(b, "\n", ", "), After: strings.ReplaceAll(a, "\n", ", ")})
		}
	}
	return out
}

func onWord(on bool) string {
	if on {
		return "in force"
	}
	return "switched off"
}

func (x previewed) plot() ui.Plot {
	p := ui.Plot{ID: "preview", Title: "How many would it have found?", Unit: "violations", Desc: "What the changed rule would have found in past scans."}
	found, unknown := ui.Series{Name: "Would be found", Class: "bad"}, ui.Series{Name: "Unknown"}
	for _, pt := range x.result.Points {
		p.X = append(p.X, pt.At.Format("2 Jan"))
		found.Values = append(found.Values, float64(pt.Tally.Failed))
		unknown.Values = append(unknown.Values, float64(pt.Tally.Unknown))
	}
	p.Series = []ui.Series{found, unknown}
	return p
}

func (x previewed) tables() (found, owners ui.Table) {
	found = ui.Table{ID: "findings", Caption: "Would be found", Scroll: true, Columns: []ui.Column{{Label: "Object"}, {Label: "Finding"}, {Label: "Now", Kind: ui.Badges}, {Label: "Whom to ask"}}, Empty: ui.Empty{Why: "Nothing would be found."}}
	for _, f := range x.result.Findings {
		b := ui.Badge{Text: "stands already"}
		if f.New {
			b = ui.Badge{Text: "new", Tone: ui.Warn}
		}
		found.Rows = append(found.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(f.Label), ui.Txt(f.Says), ui.Parts(ui.BadgeView(b)), ui.Txt(dash(f.Owner))}})
	}
	owners = ui.Table{ID: "owners", Caption: "Who would be asked", Columns: []ui.Column{{Label: "Person"}, {Label: "Findings", Kind: ui.Number}}, Empty: ui.Empty{Why: "Nobody would be asked."}}
	for _, o := range x.result.Owners {
		name := o.Name
		if name == "" {
			name = "(nobody to ask)"
		}
		owners.Rows = append(owners.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(name), ui.Num(o.Findings)}})
	}
	return found, owners
}

// decideForm puts in force what the preview showed, and nothing else.
func (x previewed) decideForm() ui.Form {
	f := ui.Form{Action: x.place.to("/policies/" + url.PathEscape(x.ID) + "/decide"), Submit: "Ask to put it in force", Back: x.place.thing(audit.ToRule, x.ID),
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 3, Hint: "Somebody else must agree. It stays with the rule and in the ledger."}}}
	if !x.decision.On {
		f.Submit = "Ask to switch it off"
	}
	for _, name := range append([]string{"on"}, x.paramNames()...) {
		if x.asked.Has(name) {
			f.Params = append(f.Params, ui.Param{Name: name, Value: x.asked.Get(name)})
		}
	}
	return f
}

func (k knownRule) paramNames() []string {
	var out []string
	for _, p := range k.Parameters {
		out = append(out, "param."+p.Name)
	}
	return out
}

// askPolicy turns a change that a preview has shown into a request: somebody
// else agrees to it before it is in force.
func (s *Server) askPolicy(c echo.Context) error {
	k, err := s.ruleOf(c.Param("id"))
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	d, err := decisionOf(k, values)
	var r request.Request
	if err == nil {
		r, err = s.draftRule(c, k, d, values.Get("reason"))
	}
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.previewPage(c, http.StatusUnprocessableEntity, values, typed{form: "decide", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, "/requests/"+r.ID+"/preview")
}

// draftRule keeps a draft of the change, if its plan is fine.
func (s *Server) draftRule(c echo.Context, k knownRule, d policy.Decision, reason string) (none request.Request, err error) {
	p := &request.RuleChangeParams{Rule: k.ID, On: "no"}
	if d.On {
		p.On = "yes"
	}
	if len(d.Parameters) > 0 {
		b, err := json.Marshal(d.Parameters)
		if err != nil {
			return none, err
		}
		p.Parameters = string(b)
	}
	view, err := s.askView(c, s.viewer(c), "")
	if err != nil {
		return none, err
	}
	in := desk.In{Params: p, Reason: reason}
	shown, err := s.Requests.Preview(c.Request().Context(), s.by(c), request.Request{Tenant: view.TenantName, Kind: request.RuleChange}, in)
	if err != nil {
		return none, err
	}
	if len(shown.Errors) > 0 {
		return none, &fault.Error{Kind: fault.Invalid, Field: shown.Errors[0].Field, Sentence: shown.Errors[0].Sentence}
	}
	return s.Requests.Draft(c.Request().Context(), s.by(c), view.TenantName, in)
}

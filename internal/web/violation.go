package web

import (
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/violation"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// typed is what somebody sent by one of a page's forms, and what is wrong with
// it: the form comes back as it was.
type typed struct {
	form, field, sentence string
	values                url.Values
}

// into puts what was typed back into a form.
func (t typed) into(name string, f ui.Form) ui.Form {
	if t.form != name {
		return f
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		if t.values.Has(x.Name) {
			x.Value = t.values.Get(x.Name)
		}
		if x.Name == t.field {
			x.Error = t.sentence
			t.sentence = ""
		}
	}
	f.Problem = t.sentence
	return f
}

// violation is the page of one violation.
func (s *Server) violation(c echo.Context) error {
	return s.violationPage(c, http.StatusOK, typed{})
}

// readViolation finds the violation of the address, if the reader may see it.
func (s *Server) readViolation(c echo.Context) (audit.Violation, viewing, audit.Query, error) {
	var v audit.Violation
	id, err := numberParam(c, "id")
	if err != nil {
		return v, viewing{}, audit.Query{}, err
	}
	ctx := c.Request().Context()
	tenant, err := audit.ViolationTenant(ctx, s.Reader, id)
	if err != nil {
		return v, viewing{}, audit.Query{}, hidden(err)
	}
	q, p, err := s.ruleQuery(c, s.viewer(c), tenant)
	if err != nil {
		return v, viewing{}, q, hidden(err)
	}
	v, err = audit.ViolationOf(ctx, s.Reader, q, id)
	return v, viewing{place: p, now: s.Now()}, q, hidden(err)
}

// hidden gives everything that is not found one answer: numbers can be guessed,
// and two sentences would tell which of them are taken.
func hidden(err error) error {
	if fault.Is(err, fault.NotFound) {
		return auth.Hidden()
	}
	return err
}

func (s *Server) violationPage(c echo.Context, status int, t typed) error {
	v, at, q, err := s.readViolation(c)
	if err != nil {
		return err
	}
	who := s.viewer(c)
	page := templates.ViolationPage{Page: s.page(c, who, q.View, v.Truth), Says: v.Row.Text("finding"), Why: v.Rule.Why, Remedy: v.Rule.Remedy}
	page.Title, page.Kind, page.NoAsOf, page.Active, page.SwitchTo = v.Row.Text("object"), "Violation", true, "/violations", "/violations"
	page.Crumbs = []ui.Link{{Label: "Violations", Href: at.place.list("violations")}, {Label: v.Rule.Title, Href: at.place.thing(audit.ToRule, v.Rule.ID)}}
	page.Badges = append(page.Badges, ui.Severity(v.Row.Text("severity")), ui.State(wordFor("state", string(v.State)), ruleStates[string(v.State)]))
	if !v.InForce {
		page.Notices = append(page.Notices, ui.Notice{Tone: ui.Warn, Title: "The rule is switched off.", Text: "This violation stays as it was when the rule was last judged."})
	}
	page.Evidence = evidencePairs(v.Evidence)
	page.Facts = violationFacts(v, at)
	if page.Facts, err = s.askedBecause(c, v.ID, page.Facts); err != nil {
		return err
	}
	page.History = violationHistory(v, at)
	page.Waivers = waiverEvents(v, at)
	if v.State != violation.Resolved {
		page.Do = s.mend(who, at.place, v.Row)
	}
	s.offer(c, who, v, t, &page)
	return render(c, status, templates.Violation(page))
}

// askedBecause adds the requests that were begun from a violation, those that
// are open to the reader.
func (s *Server) askedBecause(c echo.Context, violation int64, facts []ui.Pair) ([]ui.Pair, error) {
	if s.Requests == nil {
		return facts, nil
	}
	ids, err := s.Reader.RequestsBecause(c.Request().Context(), violation)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		st, err := s.Requests.Standing(c.Request().Context(), s.by(c), id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		facts = append(facts, ui.Pair{Key: "Asked for", Value: st.Facing.Request.Title + ": " + st.Facing.Request.State.Text(), Href: "/requests/" + id})
	}
	return facts, nil
}

// offer adds what this reader may do about the violation.
func (s *Server) offer(c echo.Context, who viewer, v audit.Violation, t typed, page *templates.ViolationPage) {
	root := "/violations/" + strconv.FormatInt(v.ID, 10)
	object := auth.Object{Tenant: v.Truth.Tenant, Workspace: v.Row.Get("workspace").Text()}
	if v.State == violation.Resolved {
		return
	}
	if may(who, auth.AskWaiver, object) && !v.Rule.NeverWaived && v.State != violation.FalsePositive {
		label := "Ask for a waiver"
		if v.State == violation.Waived {
			label = "Ask to renew the waiver"
		}
		page.Primary = &ui.Action{Label: label, Href: root + "/waive"}
	}
	if may(who, auth.AssignViolation, object) {
		if f := triageForm(v, root); len(f.Fields) > 0 {
			page.Forms = append(page.Forms, templates.NamedForm{Title: "Triage", Form: t.into("triage", f)})
		}
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Give it to somebody", Form: t.into("assign", assignForm(v, root))})
	}
	if may(who, auth.AskWaiver, object) {
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Comment", Form: t.into("comment", ui.Form{Action: root + "/comment", Submit: "Comment",
			Fields: []ui.Field{{Kind: ui.TextArea, Name: "body", Label: "Comment", Rows: 3}}})})
	}
}

// may asks for the object where its domain is not known on the page: somebody
// limited to a domain is asked again by the desk.
func may(who viewer, a auth.Action, o auth.Object) bool {
	return who.may(a) && (auth.May(who.person, a, o) || limitedToDomains(who.person))
}

func limitedToDomains(p auth.Person) bool {
	for _, limits := range p.Limits {
		for _, l := range limits {
			if len(l.Domains) > 0 {
				return true
			}
		}
	}
	return false
}

func triageForm(v audit.Violation, root string) ui.Form {
	f := ui.Form{Action: root + "/triage", Submit: "Decide", Params: []ui.Param{{Name: "rev", Value: strconv.FormatInt(v.Rev, 10)}}}
	choices := triageChoices(v.State)
	if len(choices) == 0 {
		return f
	}
	f.Fields = []ui.Field{
		{Kind: ui.RadioField, Name: "to", Label: "It is", Choices: choices},
		{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 3, Hint: "Needed for a false positive. Everybody who sees the violation can read it."},
	}
	return f
}

// triageChoices are the states a person may move a violation to.
func triageChoices(from violation.State) []ui.Choice {
	hints := map[violation.State]string{
		violation.Open:          "Nobody works on it yet.",
		violation.InProgress:    "Somebody is mending it. The scan that sees it mended resolves it.",
		violation.FalsePositive: "The rule is wrong about this object. It is never counted as passing.",
	}
	var out []ui.Choice
	for _, s := range []violation.State{violation.InProgress, violation.Open, violation.FalsePositive} {
		if violation.Allowed(from, s, violation.ByPerson) {
			out = append(out, ui.Choice{Value: string(s), Label: capital(audit.StateWords(s)), Hint: hints[s]})
		}
	}
	return out
}

func assignForm(v audit.Violation, root string) ui.Form {
	f := ui.Form{Action: root + "/assign", Submit: "Give it", Params: []ui.Param{{Name: "rev", Value: strconv.FormatInt(v.Rev, 10)}}}
	pick := ui.Field{Kind: ui.SelectField, Name: "to", Label: "Person", Choices: []ui.Choice{{Value: "", Label: "Nobody"}},
		Hint: "Admins of the workspace, those behind groups included, whom the last scan knows."}
	for _, p := range v.Candidates {
		pick.Choices = append(pick.Choices, ui.Choice{Value: p.ID, Label: p.Name + " (" + p.Why + ")", Chosen: strings.HasSuffix(v.Assignee, "/"+strings.ToLower(p.ID))})
	}
	f.Fields = []ui.Field{pick, otherPerson}
	return f
}

func evidencePairs(facts []audit.Fact) []ui.Pair {
	var out []ui.Pair
	for _, f := range facts {
		p := ui.Pair{Key: factWords(f.Name), Value: f.Value}
		if !f.Known {
			p.Unknown = "No scan could tell."
		}
		out = append(out, p)
	}
	return out
}

// factWords turns a fact's path into words: workspace.adminPeople → Admin
// people.
func factWords(path string) string {
	if i := strings.IndexByte(path, '.'); i >= 0 {
		path = path[i+1:]
	}
	var b strings.Builder
	for i, r := range path {
		if r >= 'A' && r <= 'Z' && i > 0 {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		if r == '.' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return capital(b.String())
}

func violationFacts(v audit.Violation, at viewing) []ui.Pair {
	row := v.Row
	pairs := []ui.Pair{
		{Key: "Object", Value: row.Text("object"), Href: at.violationObject(row)},
		{Key: "Workspace", Value: row.Get("workspace").Text(), Href: at.place.thing(audit.ToWorkspace, row.Get("workspace_id").Text())},
		{Key: "Held by", Value: row.Get("holder").Text()},
		{Key: "Whom to ask", Value: row.Get("owner").Text(), Href: at.place.thing(audit.ToPerson, row.Get("owner_id").Text())},
		{Key: "Given to", Value: row.Get("assignee").Text()},
		{Key: "First seen", Part: ui.Time(row.Get("first_seen").Time(audit.Date), at.now)},
		{Key: "Age", Value: ui.Plural(row.Get("age").Int(), "day", "days")},
		{Key: "Last judged", Part: ui.Time(row.Get("last_seen").Time(audit.Date), at.now)},
		{Key: "Came back", Value: ui.Plural(row.Get("reopened").Int(), "time", "times")},
		{Key: "Rule", Value: v.Rule.ID, Href: at.place.thing(audit.ToRule, v.Rule.ID)},
		{Key: "Version of the rule", Value: short(v.Rule.Version)},
	}
	if until := row.Get("waived_until"); until.Known() {
		pairs = append(pairs, ui.Pair{Key: "Waived until", Value: ui.Day(until.Time(audit.Date))})
	}
	for _, name := range paramNames(v.Rule.Params) {
		pairs = append(pairs, ui.Pair{Key: "Parameter " + name, Value: fmt.Sprint(v.Rule.Params[name])})
	}
	return pairs
}

// short is enough of a hash to compare by eye.
func short(hash string) string { return hash[:min(12, len(hash))] }

func paramNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// violationObject is the page of what the violation is about.
func (v viewing) violationObject(row audit.Row) string {
	id := row.Get("object_id").Text()
	switch row.Text("kind") {
	case "item", "refresh":
		return v.place.thing(audit.ToItem, id)
	case "workspace":
		return v.place.thing(audit.ToWorkspace, row.Get("workspace_id").Text())
	case "pipeline":
		return v.place.thing(audit.ToPipeline, id)
	case "setting":
		return v.place.list("settings")
	}
	return ""
}

// eventWords say what happened to a violation.
var eventWords = map[string]string{
	"raised": "found it", "reopened": "found it again", "resolved": "found it mended", "object gone": "found its object gone", "waiver ended": "ended the waiver: its day had come",
	"triage": "moved it to", "assigned": "gave it", "waiver asked": "asked for a waiver", "waiver approved": "approved the waiver", "waiver rejected": "rejected the waiver", "waiver withdrawn": "withdrew the waiver",
}

// violationHistory mixes what scans and people did with what people wrote.
func violationHistory(v audit.Violation, at viewing) []ui.Event {
	var out []ui.Event
	for _, e := range v.Events {
		ev := ui.Event{At: e.At, Now: at.now, Actor: e.Actor, Kind: "Person", Text: eventWords[e.What], Tone: eventTone(e)}
		if e.Scan != 0 {
			ev.Kind, ev.Actor, ev.ActorHref = "Scan", "Scan "+strconv.FormatInt(e.Scan, 10), at.place.thing(audit.ToScan, strconv.FormatInt(e.Scan, 10))
		}
		switch e.What {
		case "triage":
			ev.Text += " " + audit.StateWords(e.To)
			ev.Detail = e.Note
		case "assigned":
			ev.Text += " " + e.Note
		default:
			ev.Detail = e.Note
		}
		out = append(out, ev)
	}
	for _, c := range v.Comments {
		out = append(out, ui.Event{At: c.At, Now: at.now, Actor: c.Author, Kind: "Comment", Text: "wrote", Detail: c.Body})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.After(out[j].At) })
	return out
}

func eventTone(e audit.ViolationEvent) ui.Tone {
	switch {
	case e.From == e.To:
		return ui.Neutral
	case e.To == violation.Resolved:
		return ui.Good
	case e.To == violation.Open:
		return ui.Bad
	}
	return ui.Info
}

func waiverEvents(v audit.Violation, at viewing) []ui.Event {
	var out []ui.Event
	for _, w := range v.Waivers {
		detail := "Asked by " + w.AskedBy + "; " + w.Owner + " answers for it; ends " + ui.Day(w.Ends) + "."
		if w.DecidedBy != "" {
			detail += " Decided by " + w.DecidedBy + "."
		}
		out = append(out, ui.Event{At: w.Asked, Now: at.now, Kind: capital(string(w.State)), Tone: ruleStates[string(w.State)], Text: w.Reason, Detail: detail,
			Href: "/waivers/" + strconv.FormatInt(w.ID, 10)})
	}
	return out
}

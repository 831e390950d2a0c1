package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/tenant"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// filler draws a form with what was typed.
type filler struct {
	s *Server
	c echo.Context
	a *asking
	// open are the refusals that no question has shown yet.
	open   request.FieldErrors
	failed []ui.Field
	err    error
}

// askForm is the form as the page shows it.
func (s *Server) askForm(c echo.Context, a *asking) (templates.AskForm, error) {
	f := &filler{s: s, c: c, a: a, open: slices.Clone(a.errs)}
	out := templates.AskForm{Action: a.action(), Back: a.back(), Problem: a.problem, File: a.about.Kind == request.Bulk,
		Hidden: []ui.Param{{Name: "version", Value: strconv.FormatInt(a.r.Version, 10)}, {Name: "because", Value: a.values.Get("because")}}}
	if p, ok := a.params.(*request.RefreshPlanParams); ok {
		out.Hidden = append(out.Hidden, ui.Param{Name: "plan", Value: p.Plan}, ui.Param{Name: "shown", Value: p.Shown})
	}
	if a.about.Kind == request.Bulk {
		out.Groups = []templates.AskGroup{f.list()}
	} else {
		for _, g := range ask.Form(a.params) {
			out.Groups = append(out.Groups, f.group(g))
		}
	}
	out.Groups = append(out.Groups, f.ending())
	if f.err != nil {
		return out, f.err
	}
	out.Failed = f.failed
	for _, e := range f.open { // a refusal is never swallowed
		out.Failed = append(out.Failed, ui.Field{Name: "", Error: e.Sentence})
	}
	names, err := s.askNames(c, a)
	if out.Names = names; a.about.Kind == request.NewProject {
		out.NamesAfter = 0 // beside the words they are built of
	}
	return out, err
}

// action is where the form is sent.
func (a *asking) action() string {
	if a.r.ID != "" {
		return "/requests/" + a.r.ID + "/edit"
	}
	return ui.With("/requests/new/"+string(a.about.Kind), ui.Param{Name: "tenant", Value: a.q.View.TenantName})
}

func (a *asking) back() string {
	if a.r.ID != "" {
		return "/requests/" + a.r.ID
	}
	return "/requests/new"
}

// take returns the refusal at a field, once.
func (f *filler) take(name string) string {
	i := slices.IndexFunc(f.open, func(e request.FieldError) bool { return e.Field == name })
	if i < 0 {
		return ""
	}
	sentence := f.open[i].Sentence
	f.open = slices.Delete(f.open, i, i+1)
	return sentence
}

func (f *filler) group(g ask.Group) templates.AskGroup {
	out := templates.AskGroup{Name: g.Name, Title: g.Title, Hint: g.Hint, Add: g.Add, Drop: g.Drop, Within: tellApart(g)}
	if g.Name != "" && (len(g.Fields) == 0 || g.Fields[0].Name != g.Name) {
		if out.Error = f.take(g.Name); out.Error != "" {
			f.failed = append(f.failed, ui.Field{Name: g.Name, Error: out.Error})
		}
	}
	for _, q := range g.Fields {
		out.Fields = append(out.Fields, f.field(q))
	}
	for _, sub := range g.Groups {
		out.Groups = append(out.Groups, f.group(sub))
	}
	return out
}

// tellApart tells buttons of the same words apart.
func tellApart(g ask.Group) string {
	if _, n, ok := strings.Cut(g.Name, "["); ok && g.Title == "" {
		digits, _, _ := strings.Cut(n, "]")
		if i, err := strconv.Atoi(digits); err == nil {
			return "(number " + strconv.Itoa(i+1) + ")"
		}
	}
	return "(" + strings.ToLower(g.Title) + ")"
}

func (f *filler) field(q ask.Field) templates.AskField {
	v := ui.Field{Name: q.Name, Label: q.Label, Hint: q.Hint, Optional: q.Optional, Value: f.a.values.Get(q.Name), Named: q.Named, Error: f.take(q.Name)}
	out := templates.AskField{}
	switch q.Look {
	case ask.Area:
		v.Kind, v.Rows = ui.TextArea, max(q.Rows, 3)
	case ask.Choice:
		v.Kind = ui.SelectField
		for _, c := range q.Choices {
			v.Choices = append(v.Choices, ui.Choice{Value: c[0], Label: c[1]})
		}
	case ask.Yes:
		v.Kind = ui.CheckField
	case ask.Day:
		v.Kind, v.Min = ui.DateField, f.s.Now().UTC().Format(dateForm)
	case ask.Pick:
		if q.Of.Searched() {
			out.Pick = f.pick(q, &v)
		} else {
			f.choices(q, &v)
		}
	case ask.Ticks:
		out.Ticks = f.ticks(q)
	case ask.Line:
	}
	if v.Error != "" {
		f.failed = append(f.failed, v)
	}
	out.Field = v
	return out
}

// ending are the questions of every request.
func (f *filler) ending() templates.AskGroup {
	return templates.AskGroup{Title: "For who decides", Fields: []templates.AskField{
		f.field(ask.Field{Name: "reason", Label: "Why it is needed", Hint: "Who decides reads this first.", Look: ask.Area, Optional: true}),
		f.field(ask.Field{Name: "not_before", Label: "Not before", Hint: "The day (UTC) on which it may begin at the earliest; three days from now at most. Empty begins as soon as it is agreed.", Look: ask.Day, Optional: true}),
	}}
}

// pick shows a search with what it found.
func (f *filler) pick(q ask.Field, v *ui.Field) *templates.AskPick {
	a := f.a
	search := ui.With("/requests/pick", ui.Param{Name: "kind", Value: string(a.about.Kind)}, ui.Param{Name: "name", Value: q.Name}, ui.Param{Name: "of", Value: string(q.Of)},
		ui.Param{Name: "tenant", Value: a.q.View.TenantName}, ui.Param{Name: "optional", Value: word(q.Optional)})
	p := &templates.AskPick{Name: q.Name, Label: q.Label, Search: search}
	id := v.Value
	if c, ok := a.label(q, request.NewID(id)); ok {
		c.Chosen = true
		p.Found = templates.AskFound{Name: q.Name, Choices: []ui.Choice{c}, Says: "Find again to choose another."}
		if how := a.throughWhom(request.NewID(id)); q.Of == ask.Somebody && how != "" {
			p.Found.Says = how + " You gain by this yourself; others decide about it, and nobody who gains does. " + p.Found.Says
		}
		if q.Optional {
			p.Found.Choices = append(p.Found.Choices, ui.Choice{Value: "", Label: "None"})
		}
		return p
	}
	p.Text = id
	found, err := f.s.findThings(f.c, a, q.Name, q.Of, id)
	if err != nil && f.err == nil {
		f.err = err
	}
	p.Found = found
	if v.Error != "" && id != "" {
		v.Error = notChosen(id, len(found.Choices))
	}
	return p
}

func word(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// notChosen says what is wrong with a text that names no single thing.
func notChosen(text string, found int) string {
	switch found {
	case 0:
		return fmt.Sprintf("Nothing that fits %q was found. Type another part of the name.", clip(text))
	case 1:
		return fmt.Sprintf("Choose what was found by %q below, if that is what you mean.", clip(text))
	}
	return fmt.Sprintf("Several fit %q. Choose one of those below.", clip(text))
}

// label is how a chosen thing is shown; false when it is not there.
func (a *asking) label(q ask.Field, id request.ID) (ui.Choice, bool) {
	if id == "" || a.estate == nil {
		return ui.Choice{}, false
	}
	c := ui.Choice{Value: string(id)}
	switch q.Of {
	case ask.Somebody:
		p, ok := a.estate.Principals[id]
		c.Label, c.Hint = principalLabel(p)
		return c, ok
	case ask.Workspace, ask.Deleted:
		w, ok := a.estate.Workspaces[id]
		c.Label, c.Hint = w.Name, w.Domain
		return c, ok
	case ask.Pipeline:
		p, ok := a.estate.Pipelines[id]
		c.Label, c.Hint = p.Name, ui.Plural(int64(len(p.Stages)), "stage", "stages")
		return c, ok
	}
	return c, false
}

func principalLabel(p request.Principal) (label, hint string) {
	hint = request.KindOfPrincipal(p.Kind)
	switch {
	case p.Kind == tenant.PrincipalGroup && p.PeopleKnown:
		hint += ", " + ui.Plural(int64(len(p.People)), "person", "people")
	case p.Kind == tenant.PrincipalGroup:
		hint += ", members not known"
	case p.Address != "":
		hint += ", " + p.Address
	}
	if p.Guest {
		hint += ", guest"
	}
	if d := p.Directory; d != nil && (d.Gone || d.EnabledKnown && !d.Enabled) {
		hint += ", has left"
	}
	return p.Name, hint
}

// choices fills a list of the few things there are to choose from.
func (f *filler) choices(q ask.Field, v *ui.Field) {
	v.Kind = ui.SelectField
	none := "Choose"
	if q.Optional {
		none = "None"
	}
	var all []ui.Choice
	switch q.Of {
	case ask.Capacity, ask.Domain, ask.Gateway:
		var err error
		if all, err = f.s.fewThings(f.c, f.a, q.Of); err != nil && f.err == nil {
			f.err = err
		}
	case ask.Uploaded:
		var err error
		if all, err = f.uploads(); err != nil && f.err == nil {
			f.err = err
		}
	case ask.Holder:
		all = f.a.holders(request.NewID(f.a.values.Get(q.By)))
	case ask.Stage:
		all = f.a.stages(request.NewID(f.a.values.Get(q.By)))
	case ask.User:
		all = f.a.users(request.NewID(f.a.values.Get(q.By)))
	}
	v.Choices = append([]ui.Choice{{Value: "", Label: none}}, all...)
	if v.Value != "" && !slices.ContainsFunc(all, func(c ui.Choice) bool { return c.Value == v.Value }) {
		v.Choices = append(v.Choices, ui.Choice{Value: v.Value, Label: "What was chosen before (not in the list any more)"})
	}
	if len(all) == 0 && q.By != "" {
		v.Hint = "Choose the " + thingOf(q.By) + " first and press Find there; then this list is filled."
	}
}

func thingOf(field string) string {
	if strings.HasSuffix(field, "pipeline") {
		return "pipeline"
	}
	return "workspace"
}

func (a *asking) holders(workspace request.ID) (out []ui.Choice) {
	for _, g := range a.estate.Workspaces[workspace].Users {
		p, ok := a.estate.Principals[request.NewID(g.Principal.ID)]
		if !ok {
			p.Principal = g.Principal
		}
		name, hint := principalLabel(p)
		out = append(out, ui.Choice{Value: string(request.NewID(g.Principal.ID)), Label: name + " (" + hint + "): " + string(g.Right)})
	}
	return out
}

func (a *asking) stages(pipeline request.ID) (out []ui.Choice) {
	for _, st := range a.estate.Pipelines[pipeline].Stages {
		label := strconv.Itoa(st.Order+1) + " " + promotion.Stage{Order: st.Order, Name: st.Name}.Title()
		if w, ok := a.estate.Workspaces[request.NewID(st.WorkspaceID)]; ok {
			label += ": " + w.Name
		} else if st.WorkspaceID != "" {
			label += ": taken"
		} else {
			label += ": free"
		}
		out = append(out, ui.Choice{Value: strconv.Itoa(st.Order), Label: label})
	}
	return out
}

func (a *asking) users(pipeline request.ID) (out []ui.Choice) {
	for _, g := range a.estate.Pipelines[pipeline].Users {
		p, ok := a.estate.Principals[request.NewID(g.Principal.ID)]
		if !ok {
			p.Principal = g.Principal
		}
		name, hint := principalLabel(p)
		out = append(out, ui.Choice{Value: string(request.NewID(g.Principal.ID)), Label: name + " (" + hint + ")"})
	}
	return out
}

// becauseOf is the number of the violation that led to the request; 0 for none.
func becauseOf(v url.Values) int64 {
	id, ok := strings.CutPrefix(v.Get("because"), "violation:")
	if n, err := strconv.ParseInt(id, 10, 64); ok && err == nil && n > 0 {
		return n
	}
	return 0
}

// because is the link to what led to the request.
func because(v url.Values) *ui.Link {
	if n := becauseOf(v); n > 0 {
		return &ui.Link{Label: "violation " + strconv.FormatInt(n, 10), Href: "/violations/" + strconv.FormatInt(n, 10)}
	}
	return nil
}

// facts are what a form is about, where its fields alone do not say it.
func (a *asking) facts() []ui.Pair {
	p, ok := a.params.(*request.WaiverParams)
	if !ok || a.estate == nil {
		return nil
	}
	v, ok := a.estate.Violations[p.Violation]
	if !ok {
		return nil
	}
	return []ui.Pair{{Key: "Object", Value: v.Label, Href: "/violations/" + strconv.FormatInt(v.ID, 10)}, {Key: "Finding", Value: v.Says},
		{Key: "Rule", Value: v.Rule, Href: "/policies/" + url.PathEscape(v.Rule)}, {Key: "Severity", Part: ui.Severity(string(v.Severity))}}
}

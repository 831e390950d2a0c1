package web

import (
	"slices"
	"strconv"
	"strings"

	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/tenant"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// ticksMost is how many things a list of ticks shows besides those chosen.
const ticksMost = 60

// ticks shows a list of which any number can be chosen. What stands on a stage
// is narrowed by what was typed; what is chosen stays in sight.
func (f *filler) ticks(q ask.Field) *templates.AskTicks {
	t := &templates.AskTicks{Name: q.Name, Find: q.Of == ask.Content, Text: strings.TrimSpace(f.a.values.Get(q.Name + ".find"))}
	chosen := f.chosen(q.Name)
	all := make([]ui.Choice, 0, len(q.Choices))
	for _, c := range q.Choices {
		all = append(all, ui.Choice{Value: c[0], Label: c[1]})
	}
	if q.Of == ask.Waivable {
		for _, c := range f.s.Requests.Waivable() {
			all = append(all, ui.Choice{Value: c[0], Label: c[1]})
		}
	}
	if q.Of == ask.Content {
		all, t.Says = f.a.content(q.Name)
	}
	hidden := 0
	for _, c := range all {
		c.Chosen = slices.Contains(chosen, c.Value)
		switch {
		case c.Chosen, len(t.Choices) < ticksMost && strings.Contains(tenant.Fold(c.Label), tenant.Fold(t.Text)):
			t.Choices = append(t.Choices, c)
		default:
			hidden++
		}
	}
	if hidden > 0 {
		t.Says = ui.Plural(int64(hidden), "more is", "more are") + " not shown. Type a part of the name, then Find."
	}
	for _, id := range chosen { // what is not there any more is not dropped in silence
		if !slices.ContainsFunc(all, func(c ui.Choice) bool { return c.Value == id }) {
			t.Choices = append(t.Choices, ui.Choice{Value: id, Label: id, Hint: "not on this stage", Chosen: true})
		}
	}
	return t
}

// chosen are the entries of a list of ticks.
func (f *filler) chosen(name string) (out []string) {
	for key, v := range f.a.values {
		rest, ok := strings.CutPrefix(key, name+"[")
		if ok && strings.HasSuffix(rest, "]") && len(v) > 0 && v[0] != "" {
			out = append(out, v[0])
		}
	}
	slices.Sort(out)
	return out
}

// content are the things on the stage of a route, and what to do when there are
// none.
func (a *asking) content(name string) (out []ui.Choice, says string) {
	p, ok := a.params.(*request.PromotionParams)
	rest, _, _ := strings.Cut(strings.TrimPrefix(name, "routes["), "]")
	i, err := strconv.Atoi(rest)
	if !ok || err != nil || i >= len(p.Routes) || a.estate == nil {
		return nil, "Choose pipeline and stage, then Find."
	}
	for _, ref := range (&request.PromotionParams{Routes: p.Routes[i : i+1]}).Refs().Routes {
		f := a.estate.Flights[ref]
		if _, open := a.estate.Workspaces[request.NewID(f.Source.Stage.WorkspaceID)]; !open {
			continue
		}
		for _, it := range f.Source.Items.Value {
			if promotion.Carried(it.Kind) && !promotion.IsAppCopy(it.Name) {
				out = append(out, ui.Choice{Value: it.ID, Label: it.Name, Hint: kindWord(it.Kind)})
			}
		}
		if len(out) == 0 {
			return nil, "The last scan knows nothing on this stage that a pipeline could deploy."
		}
		return out, ""
	}
	return nil, "Choose pipeline and stage, then Find."
}

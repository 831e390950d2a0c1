package request

import (
	"slices"
	"strconv"
	"strings"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// route is a way that content takes, with all that a plan needs to know.
type route struct {
	field    string
	line     Pipeline
	from, to tenant.Stage
	src, dst *Workspace
	// choice is what is asked for, with what it pulls in.
	choice promotion.Choice
	// items are what goes, in the order in which it goes.
	items  []promotion.Item
	target []promotion.Item
	// pulled are, in words, those that nobody chose and others need.
	pulled []string
	// mapping is what is carried out afterwards; nil for nothing.
	mapping *Mapped
	// needs are the steps that must be done before the first of this route,
	// steps those that the next one waits for.
	needs, steps []string
}

func (r *route) carries() string {
	if r.choice.All() {
		return "everything"
	}
	if len(r.items) == 1 {
		return r.items[0].Name
	}
	return strconv.Itoa(len(r.items)) + " items"
}

// ref is by which the estate knows the route.
func (r *route) ref() RouteRef { return RouteRef{ID(r.id()), r.from.Order, r.to.Order} }

func (r *route) id() string { return string(NewID(r.line.ID)) }

// route finds the stages and items that a form names; nil when it cannot.
func (b *builder) route(p *PromotionParams, in RouteParams, i int) *route {
	at := indexed("routes", i) + "."
	l, ok := b.pipeline(at+"pipeline", in.Pipeline)
	if !ok {
		return nil
	}
	order, _ := in.order()
	r := &route{field: at, line: l}
	if r.from, ok = b.stage(at+"stage", l, int64(order)); !ok {
		return nil
	}
	end := at + "stage"
	if r.to, ok = stageOf(l, in.target()); !ok {
		b.fail(end, "There is no stage behind this one. Choose the stage that content comes from.")
		return nil
	}
	if r.src, ok = b.end(end, r.from); !ok {
		return nil
	}
	if r.dst, ok = b.end(end, r.to); !ok {
		return nil
	}
	r.choice = promotion.Choice{Pipeline: string(NewID(l.ID)), From: r.from.Order, To: r.to.Order, Options: p.allowed(), UpdateApp: p.UpdateApp}
	return b.cargo(p, r, in)
}

func stageOf(l Pipeline, order int) (tenant.Stage, bool) {
	i := slices.IndexFunc(l.Stages, func(s tenant.Stage) bool { return s.Order == order })
	if i < 0 {
		return tenant.Stage{}, false
	}
	return l.Stages[i], true
}

// end is the workspace of a stage that content comes from or goes to.
func (b *builder) end(field string, s tenant.Stage) (*Workspace, bool) {
	if s.WorkspaceID == "" {
		b.fail(field, "%s has no workspace. Ask for one to be assigned to it first.", stageTitle(s))
		return nil, false
	}
	w, ok := b.space(field, ID(s.WorkspaceID))
	return &w, ok
}

// stageTitle is what a person calls a stage.
func stageTitle(s tenant.Stage) string {
	return "The stage " + promotion.Stage{Order: s.Order, Name: s.Name}.Title()
}

// cargo finds what goes: everything, or what was chosen with what it needs.
func (b *builder) cargo(p *PromotionParams, r *route, in RouteParams) *route {
	known := b.estate.Flights[r.ref()]
	source := known.Source.Items.Value
	r.target = known.Target.Items.Value
	if in.What == CarrySelected {
		for j, text := range in.Items {
			if text == "" {
				continue
			}
			id := b.itemNamed(r.field+indexed("items", j), text, source)
			if id == "" {
				return nil
			}
			if !slices.Contains(r.choice.Items, id) {
				r.choice.Items = append(r.choice.Items, id)
			}
		}
	}
	name := func(id string) string {
		for _, all := range [][]promotion.Item{source, r.target} {
			if i := slices.IndexFunc(all, func(it promotion.Item) bool { return it.ID == id }); i >= 0 {
				return all[i].Name
			}
		}
		return id
	}
	chosen := promotion.Select(r.choice.Items, source, r.target, true)
	if why := chosen.Refusal(name); why != "" {
		b.fail(r.field+"items", "%s", why)
		return nil
	}
	for _, d := range chosen.Pulled {
		r.pulled = append(r.pulled, name(d.Needs)+", which "+name(d.Item)+" needs")
	}
	for _, id := range chosen.Items {
		i := slices.IndexFunc(source, func(it promotion.Item) bool { return it.ID == id })
		r.items = append(r.items, source[i])
	}
	if len(r.items) == 0 {
		b.fail(r.field+"what", "The last scan knows nothing in %s that a pipeline could deploy.", r.src.Name)
		return nil
	}
	if in.What == CarrySelected {
		r.choice.Items = chosen.Items
	}
	if m, ok := b.estate.Mappings[in.pair().Key()]; ok && p.Mapping && in.What != CarryBackward && m.Version > 0 {
		r.mapping = &m
	}
	r.mapped(p)
	return r
}

// itemNamed finds a thing of a stage by its id, or by its name if only one has
// it.
func (b *builder) itemNamed(field, text string, all []promotion.Item) string {
	var found []string
	for _, it := range all {
		if it.ID == strings.ToLower(text) {
			return it.ID
		}
		if promotion.Carried(it.Kind) && tenant.Fold(it.Name) == tenant.Fold(text) {
			found = append(found, it.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		b.fail(field, "The last scan knows nothing on this stage that is called %q. Choose from the list.", text)
	default:
		b.fail(field, "%d things on this stage are called %q. Choose one from the list.", len(found), text)
	}
	return ""
}

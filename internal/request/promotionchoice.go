package request

import (
	"encoding/json"
	"slices"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// mapped completes a choice with what its mapping set will do.
func (r *route) mapped(p *PromotionParams) {
	r.choice.Accepted = filled(p.Accepted...)
	if r.mapping != nil {
		r.choice.Mapping = r.mapping.Mapping
	}
	r.choice.UpdateApp = r.choice.UpdateApp || r.choice.Mapping.UpdateApp
	r.choice.Mapping.Refresh = r.choice.Mapping.Refresh || p.Refresh
}

// work is what the mapping set does to a model of the source.
func (r *route) work(it promotion.Item) promotion.ModelWork {
	if r.mapping == nil {
		return promotion.ModelWork{}
	}
	// The scan tells the names of a model's shared queries, its parameters among
	// them, but no values.
	i := slices.IndexFunc(r.mapping.Grounds.Models, func(m promotion.GroundModel) bool { return m.Name == it.Name && m.Known })
	return r.mapping.For(it.Name, func(name string) bool {
		return i < 0 || slices.Contains(r.mapping.Grounds.Models[i].Names, name)
	})
}

// choiceJSON is the choice as a step carries it.
func (r *route) choiceJSON() string {
	b, err := json.Marshal(r.choice)
	if err != nil {
		panic("request: a choice of plain values cannot fail: " + err.Error())
	}
	return string(b)
}

// Choices are what a promotion asks for, route by route, as the pre-flight
// judges it; routes that cannot be planned are left out. at are the names of
// their fields in the form.
func (p *PromotionParams) Choices(e *Estate) (choices []promotion.Choice, at []string) {
	b := &builder{estate: e}
	for i, in := range p.Routes {
		if r := b.route(p, in, i); r != nil {
			choices, at = append(choices, r.choice), append(at, indexed("routes", i))
		}
	}
	return choices, at
}

// Acceptable are the checks whose failure a requester may accept, as value and
// label.
func Acceptable() (out [][2]string) {
	for _, c := range promotion.Preflight(promotion.Facts{}, promotion.Choice{}) {
		if c.After {
			out = append(out, [2]string{c.ID, c.Title + ": no, and I know"})
		}
	}
	return out
}

// Flight is the pre-flight of one route.
type Flight struct {
	// Field is the route's in the form, Title what goes where.
	Field, Title string
	Checks       []promotion.Check
	// Choice and Facts are what the checks were answered from.
	Choice promotion.Choice
	Facts  promotion.Facts
}

// Preflight judges each route from what the last scan told. What only a look at
// the tenant can tell is not known here: it is asked again before anything is
// sent.
func (p *PromotionParams) Preflight(e *Estate, c Context) (out []Flight) {
	b := &builder{estate: e, ctx: c}
	for i, in := range p.Routes {
		if r := b.route(p, in, i); r != nil {
			f := b.facts(r)
			out = append(out, Flight{Field: indexed("routes", i), Title: r.src.Name + " → " + r.dst.Name, Checks: promotion.Preflight(f, r.choice), Choice: r.choice, Facts: f})
		}
	}
	return out
}

// facts are what the estate knows of a route, and what the rules say of it.
func (b *builder) facts(r *route) promotion.Facts {
	e := b.estate
	f := e.Flights[r.ref()]
	f.Now, f.Executor = b.ctx.Now, promotion.Executor{ID: string(e.Executor), Service: true}
	f.Pipeline = promotion.Pipeline{ID: r.id(), Name: r.line.Name}
	for _, s := range r.line.Stages {
		w := e.Workspaces[NewID(s.WorkspaceID)]
		f.Pipeline.Stages = append(f.Pipeline.Stages, promotion.Stage{Order: s.Order, Name: s.Name, WorkspaceID: string(NewID(s.WorkspaceID)), WorkspaceName: w.Name})
	}
	if userOf(r.line, e.Executor) != "" {
		f.Administers = policy.Known(true)
	}
	r.side(e, &f.Source, f.Pipeline, r.from.Order, r.src)
	r.side(e, &f.Target, f.Pipeline, r.to.Order, r.dst)
	if b.ctx.Promoted != nil {
		f.Rules = b.ctx.Promoted(f, r.choice, b.ctx.begins())
	}
	return f
}

func (r *route) side(e *Estate, s *promotion.Side, line promotion.Pipeline, order int, w *Workspace) {
	s.Stage, _ = line.Stage(order)
	if right := roleOf(*w, e.Executor); right != "" && e.Executor != "" {
		s.Right = policy.Known(tenant.Right(right)) // a right through a group is not told here
	}
}

// Without is what is left to ask for when some pipelines are done with.
func (p *PromotionParams) Without(done map[string]bool) *PromotionParams {
	rest := *p
	rest.Routes = slices.DeleteFunc(slices.Clone(p.Routes), func(r RouteParams) bool { return done[string(NewID(string(r.Pipeline)))] })
	return &rest
}

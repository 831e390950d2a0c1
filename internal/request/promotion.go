package request

import (
	"slices"
	"strconv"

	"steward/internal/promotion"
)

// Promotion asks that content be moved along deployment pipelines.
const Promotion Kind = "promotion"

// RouteParams is one way that content takes: from a stage of a pipeline to its
// neighbour.
type RouteParams struct {
	Pipeline ID `json:"pipeline"`
	// Stage is the stage content comes from, from 0; empty is not chosen yet.
	Stage string `json:"stage"`
	// What is all, selected or backward: everything into the empty stage before.
	What string `json:"what"`
	// Items are what is selected: ids or names of things on the stage.
	Items []string `json:"items"`
}

// What a route carries.
const (
	CarryAll      = "all"
	CarrySelected = "selected"
	CarryBackward = "backward"
)

// Orders of several routes: at the same time as far as the executor's one hand
// allows, one that fails not keeping the others; each after the one before; or
// each after those whose content it is made from.
const (
	OrderFree       = "free"
	OrderTyped      = "typed"
	OrderDependency = "dependency"
)

// PromotionParams ask for deployments. Fields: routes[i].pipeline, .stage,
// .what, .items[j]; order, note, the allowances, update_app, mapping.
type PromotionParams struct {
	Routes []RouteParams `json:"routes"`
	Order  string        `json:"order"`
	Note   string        `json:"note"`
	// The allowances; see Allowances for what each means.
	AllowCreate    bool `json:"allow_create"`
	AllowOverwrite bool `json:"allow_overwrite"`
	AllowSkipTiles bool `json:"allow_skip_tiles"`
	AllowTakeOver  bool `json:"allow_take_over"`
	AllowLabel     bool `json:"allow_label"`
	AllowPurge     bool `json:"allow_purge"`
	// UpdateApp publishes the app of each target anew.
	UpdateApp bool `json:"update_app"`
	// Mapping carries out the mapping set of each route, Refresh loads the
	// models afterwards and waits for the end.
	Mapping bool `json:"mapping"`
	Refresh bool `json:"refresh"`
	// Accepted are the checks of the pre-flight whose failure is accepted, by
	// id: those that are about what comes after the deployment.
	Accepted []string `json:"accepted"`
}

// Kind implements Params.
func (*PromotionParams) Kind() Kind { return Promotion }

// Allowance is something a deployment may be allowed to do.
type Allowance struct {
	// Field is the name in the form, Name Microsoft's.
	Field, Name string
	// Label asks for it, Means says what it leads to.
	Label, Means string
}

// Allowances lists them (api guide, section 6.1): each is off unless it is
// ticked, and a deployment that needs one it was not given fails at that item.
func Allowances() []Allowance {
	return []Allowance{
		{"allow_create", "allowCreateArtifact", "Create what the target does not have yet", "New items are made in the target; the portal's application owns them. Without this, a new item fails."},
		{"allow_overwrite", "allowOverwriteArtifact", "Overwrite what is there", "The target's version of each paired item is replaced and cannot be brought back. Without this, a paired item fails."},
		{"allow_skip_tiles", "allowSkipTilesWithMissingPrerequisites", "Leave out tiles whose report is missing", "Dashboards arrive without those tiles. Without this, such a dashboard fails."},
		{"allow_take_over", "allowTakeOver", "Take over paginated reports of others", "The portal's application becomes their owner in the target. Without this, a paginated report of somebody else fails."},
		{"allow_label", "allowOverwriteTargetArtifactLabel", "Replace sensitivity labels in the target", "The source's label takes the place of the target's, also of a stricter one. Without this, an item with another label fails."},
		{"allow_purge", "allowPurgeData", "Destroy data that no longer fits", "When a table's schema has changed, the target's data of that table is deleted, and only a refresh brings it back. Two people must agree to this."},
	}
}

// allowed are the options of the deployment, as the form has them.
func (p *PromotionParams) allowed() promotion.Options {
	return promotion.Options{Create: p.AllowCreate, Overwrite: p.AllowOverwrite, SkipTiles: p.AllowSkipTiles,
		TakeOver: p.AllowTakeOver, Label: p.AllowLabel, Purge: p.AllowPurge}
}

// Bounds of a promotion: Microsoft takes notes of 1,024 characters.
const (
	maxRoutes = 20
	maxNote   = 1024 - markLength
)

// Validate implements Params.
func (p *PromotionParams) Validate() (e FieldErrors) {
	switch {
	case len(p.Routes) == 0:
		e.add("routes", "Name at least one pipeline.")
	case len(p.Routes) > maxRoutes:
		e.add("routes", "At most %d pipelines fit into one request.", maxRoutes)
		return e
	}
	seen := map[ID]bool{}
	for i, r := range p.Routes {
		at := indexed("routes", i) + "."
		e.checkRequired(at+"pipeline", r.Pipeline, "Choose a pipeline.")
		if id := NewID(string(r.Pipeline)); id != "" && seen[id] {
			e.add(at+"pipeline", "This pipeline is named twice. Ask for the next stage when this one is done: what then goes on is what was looked at here.")
		} else {
			seen[id] = true
		}
		r.validate(&e, at)
	}
	if len(p.Routes) > 1 && !slices.Contains([]string{OrderFree, OrderTyped, OrderDependency}, p.Order) {
		e.add("order", "Choose in which order the pipelines go.")
	}
	e.checkText("note", p.Note, maxNote)
	return e
}

func (r RouteParams) validate(e *FieldErrors, at string) {
	if _, ok := r.order(); !ok && r.Pipeline != "" {
		e.add(at+"stage", "Choose the stage that content comes from.")
	}
	switch r.What {
	case CarryAll, CarryBackward:
		if len(filled(r.Items...)) > 0 {
			e.add(at+"what", "Items are chosen below. Choose “only what is ticked below”, or untick them.")
		}
	case CarrySelected:
		if len(filled(r.Items...)) == 0 {
			e.add(at+"items", "Tick what is to be deployed.")
		}
	default:
		e.add(at+"what", "Choose what is to be deployed.")
	}
}

// order is the stage's number from 0.
func (r RouteParams) order() (int, bool) {
	n, err := strconv.Atoi(r.Stage)
	return n, err == nil && n >= 0
}

// pair is what the route's mapping set belongs to.
func (r RouteParams) pair() promotion.Pair {
	n, _ := r.order()
	return promotion.Pair{Pipeline: string(NewID(string(r.Pipeline))), Stage: int64(n)}
}

// target is the stage content goes to.
func (r RouteParams) target() int {
	n, _ := r.order()
	if r.What == CarryBackward {
		return n - 1
	}
	return n + 1
}

// Refs implements Params.
func (p *PromotionParams) Refs() (refs Refs) {
	for _, r := range p.Routes {
		refs.Pipelines = append(refs.Pipelines, given(r.Pipeline)...)
		if n, ok := r.order(); ok && r.Pipeline != "" {
			refs.Routes = append(refs.Routes, RouteRef{NewID(string(r.Pipeline)), n, r.target()})
			refs.Mappings = append(refs.Mappings, r.pair())
		}
	}
	return refs
}

func (p *PromotionParams) plan(b *builder) {
	var routes []*route
	for i, r := range p.Routes {
		if one := b.route(p, r, i); one != nil {
			routes = append(routes, one)
		}
	}
	if len(routes) < len(p.Routes) {
		return
	}
	switch one := routes[0]; len(routes) {
	case 1:
		b.title("Promote %s from %s to %s", one.carries(), one.src.Name, one.dst.Name)
	default:
		b.title("Promote content through %d pipelines", len(routes))
	}
	for _, r := range routes {
		b.stopped(r)
	}
	b.promotionRisk(p, routes)
	before := b.before(p, routes)
	for _, i := range before.sequence {
		r := routes[i]
		for _, other := range before.needs[i] {
			r.needs = append(r.needs, routes[other].steps...)
		}
		b.promote(p, r)
	}
}

// promotionRisk says what an approver has to weigh.
func (b *builder) promotionRisk(p *PromotionParams, routes []*route) {
	for _, r := range routes {
		if b.isProduction(*r.dst) {
			b.risky("%s is productive.", r.dst.Name)
		}
	}
	if p.AllowPurge {
		b.risky("May destroy data of the target: allowPurgeData lets a changed schema delete what no longer fits.")
	}
}

// counted writes a number of things in the singular or plural.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

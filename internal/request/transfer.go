package request

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// WorkspacePromotion moves content from one workspace to another without a
// pipeline (api guide, section 7).
const WorkspacePromotion Kind = "workspace-promotion"

// The ways in which models go: by Fabric's item definitions, or as .pbix files.
const (
	ByDefinition = "definitions"
	ByFile       = "files"
)

// TransferParams ask that content of one workspace goes to another. Only names
// the items, one a line; empty means every report and model.
type TransferParams struct {
	Source ID     `json:"source"`
	Target ID     `json:"target"`
	Way    string `json:"way"`
	Only   string `json:"only"`
	// Mapping carries out the mapping set of the two workspaces afterwards.
	Mapping bool `json:"mapping"`
}

// Exporting is what is known about downloading a report as a file.
type Exporting struct {
	// Large says that its model is in the large storage format, Deployed that it
	// or its model came by a deployment pipeline.
	Large, Deployed bool
}

// Kind implements Params.
func (*TransferParams) Kind() Kind { return WorkspacePromotion }

// Validate implements Params.
func (p *TransferParams) Validate() (e FieldErrors) {
	e.checkRequired("source", p.Source, "Choose the workspace content comes from.")
	e.checkRequired("target", p.Target, "Choose the workspace content goes to.")
	if p.Source != "" && NewID(string(p.Source)) == NewID(string(p.Target)) {
		e.add("target", "Content cannot go from a workspace to itself.")
	}
	if p.Way != ByDefinition && p.Way != ByFile {
		e.add("way", "Choose how the models go.")
	}
	return e
}

// Pair is the way that content takes.
func (p *TransferParams) Pair() promotion.Pair {
	return promotion.Pair{Source: string(NewID(string(p.Source))), Target: string(NewID(string(p.Target)))}
}

// Refs implements Params.
func (p *TransferParams) Refs() Refs {
	spaces := given(p.Source, p.Target)
	return Refs{Workspaces: spaces, Contents: spaces, Mappings: []promotion.Pair{p.Pair()}}
}

// transfer is a plan of moving content, under way.
type transfer struct {
	*builder
	p        *TransferParams
	src, dst target
	// from and to are the two workspaces' items, by id.
	from, to map[string]promotion.Item
	target   []promotion.Item
	mapping  Mapped
	// kept are the steps that read content and back the target up; everything
	// that writes needs all of them.
	kept []string
	// writes are what is added once all of them are known.
	writes []func()
	// models are the target's models by the id of the source's.
	models map[string]arrived
}

func (p *TransferParams) plan(b *builder) {
	source, found := b.space("source", p.Source)
	dest, ok := b.space("target", p.Target)
	if !found || !ok {
		return
	}
	t := &transfer{builder: b, p: p, src: existing(source), dst: existing(dest), from: byID(b.estate.Content[NewID(source.ID)]),
		target: b.estate.Content[NewID(dest.ID)], mapping: b.estate.Mappings[p.Pair().Key()], models: map[string]arrived{}}
	t.to = byID(t.target)
	if !b.mayMove("source", source) || !b.mayMove("target", dest) {
		return
	}
	items := t.chosen()
	if len(b.errs) > 0 {
		return
	}
	b.title("Promote %s from %s to %s", counted(len(items), "item", "items"), source.Name, dest.Name)
	if b.isProduction(dest) {
		b.risky("%s is productive.", dest.Name)
	}
	for _, it := range items {
		if it.Kind == tenant.ItemDataset {
			t.planModel(it)
		}
	}
	for _, it := range items {
		if it.Kind == tenant.ItemReport {
			t.planReport(it)
		}
	}
	first := len(b.plan.Steps)
	for _, write := range t.writes {
		write()
	}
	var written []string
	for _, s := range b.plan.Steps[first:] {
		written = append(written, s.ID)
	}
	t.finish()
	if p.Mapping {
		t.checkLabel(t.dst, t.mapping.Label, items, written)
	}
}

func byID(items []promotion.Item) map[string]promotion.Item {
	out := make(map[string]promotion.Item, len(items))
	for _, it := range items {
		out[it.ID] = it
	}
	return out
}

// mayMove refuses a workspace in which the portal's application, as far as is
// known, may not read and write content.
func (b *builder) mayMove(field string, w Workspace) bool {
	if !w.UsersKnown || b.estate.Executor == "" {
		return true // looked at again when it is acted on
	}
	for _, g := range w.Users {
		who := b.estate.Principals[NewID(g.Principal.ID)]
		if rank(string(g.Right)) >= rank("Contributor") && (NewID(g.Principal.ID) == b.estate.Executor || who.Kind == tenant.PrincipalGroup) {
			return true
		}
	}
	b.fail(field, "The portal's application has no role on %s that lets it move content. Give it Contributor there first.", w.Name)
	return false
}

// chosen are the items that go, in the order in which they go: what the names
// say, with the models that chosen reports need and the target lacks.
func (t *transfer) chosen() []promotion.Item {
	picked := map[string]bool{}
	for _, name := range t.names() {
		hit := false
		for id, it := range t.from {
			if it.Name == name && goes(it) {
				picked[id], hit = true, true
			}
		}
		if !hit {
			t.fail("only", "%s has no report or semantic model called %q that can go. Dashboards, dataflows and copies of apps cannot go without a pipeline.", t.src.name, name)
		}
	}
	var ids []string
	for _, it := range t.estate.Content[t.srcID()] {
		if goes(it) && (len(picked) == 0 || picked[it.ID]) {
			ids = append(ids, it.ID)
		}
	}
	if len(ids) == 0 && len(t.errs) == 0 {
		t.fail("source", "%s holds no report or semantic model, as far as the last scan saw.", t.src.name)
	}
	var needs []promotion.Dependency
	for n := 0; n < len(ids); n++ {
		for _, need := range t.from[ids[n]].Needs {
			model, here := t.from[need]
			if !here || model.Kind != tenant.ItemDataset {
				continue
			}
			needs = append(needs, promotion.Dependency{Item: ids[n], Needs: need})
			if _, there := t.twin(model); !there && !slices.Contains(ids, need) {
				ids = append(ids, need) // pulled in: the report could not stand without
			}
		}
	}
	order := promotion.Order(ids, needs)
	if len(order.Cycles) > 0 {
		t.fail("only", "These need each other in a circle, so that none can go first: %s.", promotion.CycleText(order.Cycles[0], func(id string) string { return t.from[id].Name }))
	}
	out := make([]promotion.Item, 0, len(ids))
	for _, id := range order.Flat() {
		out = append(out, t.from[id])
	}
	t.distinct(out)
	return out
}

func (t *transfer) srcID() ID { return NewID(t.src.space.ID) }

func (t *transfer) names() (out []string) {
	for _, line := range strings.Split(t.p.Only, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// goes reports whether an item can go without a pipeline.
func goes(it promotion.Item) bool {
	return (it.Kind == tenant.ItemReport || it.Kind == tenant.ItemDataset) && !promotion.IsAppCopy(it.Name)
}

// distinct refuses names that would not tell which item is meant.
func (t *transfer) distinct(items []promotion.Item) {
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.Key()] {
			t.fail("only", "%s holds two items of one kind called %q: nobody could tell which is which in %s. Rename one.", t.src.name, it.Name, t.dst.name)
		}
		seen[it.Key()] = true
		n := 0
		for _, other := range t.target {
			if other.Key() == it.Key() {
				n++
			}
		}
		if n > 1 {
			t.fail("target", "%s holds %d items of one kind called %q: nobody could tell which to replace. Rename one.", t.dst.name, n, it.Name)
		}
	}
}

// twin is the target's item of the same kind and name.
func (t *transfer) twin(it promotion.Item) (promotion.Item, bool) {
	i := slices.IndexFunc(t.target, func(o promotion.Item) bool { return o.Key() == it.Key() })
	if i < 0 {
		return promotion.Item{}, false
	}
	return t.target[i], true
}

// finish carries out the mapping on the models that came, gives the roles it
// expects, and asks its questions.
func (t *transfer) finish() {
	if !t.p.Mapping {
		return
	}
	if t.mapping.Version == 0 {
		t.fail("mapping", "There is no mapping for this way yet. Ask for one first, or leave this out.")
		return
	}
	first := len(t.plan.Steps)
	for _, it := range t.estate.Content[t.srcID()] {
		m, came := t.models[it.ID]
		if !came {
			continue
		}
		w := t.mapping.Mapping.For(it.Name, func(parameter string) bool { return t.mapping.hasParameter(it.Name, parameter) })
		done := t.mapModel(m, w)
		needs := append(slices.Clone(m.needs), done...)
		if w.Refresh {
			needs = append(needs, t.refresh(m, needs))
		}
		if len(w.Parameters) > 0 {
			t.checkParameters(m, w.Parameters, needs)
		}
		for _, q := range w.Smoke {
			t.checkQuery(m, q, needs)
		}
	}
	t.expectRoles("mapping", t.dst, t.mapping.Roles, t.kept)
	for i := range t.plan.Steps[first:] {
		s := &t.plan.Steps[first+i]
		if s.Look.Kind == LookParameters || s.Look.Kind == LookSources {
			s.Undo, s.Final = nil, "Taken back with the model: its backup, or its deletion."
		}
		if !s.Look.Kind.Check() && s.Look.Kind != LookRefresh {
			s.OnFailure = UndoAll
		}
		s.Expects = append(s.Expects, observe(MappingVersion, t.mapping.Hash, "pair", t.mapping.Key()))
	}
}

// hasParameter reports whether a model of the pair has a parameter, or may.
func (m Mapped) hasParameter(model, parameter string) bool {
	for _, g := range m.Grounds.Models {
		if g.Name == model && (!g.Known || slices.Contains(g.Names, parameter)) {
			return true
		}
	}
	return false
}

// notExported says why a report cannot be downloaded; empty when nothing is
// known against it (api guide, section 7).
func (t *transfer) notExported(id string) string {
	x := t.estate.Exports[NewID(id)]
	switch {
	case x.Deployed:
		return "it came by a deployment pipeline, and Power BI does not let one download such content"
	case x.Large:
		return "its semantic model is in the large storage format, which Power BI does not let one download"
	}
	return ""
}

func sayItem(it promotion.Item) string {
	return fmt.Sprintf("the %s %s", map[string]string{tenant.ItemReport: "report", tenant.ItemDataset: "semantic model"}[it.Kind], it.Name)
}

package request

import (
	"encoding/json"
	"fmt"
	"strings"

	"steward/internal/promotion"
)

// MappingChange is asking for another version of a mapping set. It is about
// what the portal itself goes by and is carried out as it is agreed to.
const MappingChange Kind = "mapping"

// MappingParams ask for what the target of a promotion needs afterwards, whole:
// what is not named is not set any more. The pair is a pipeline with the stage
// content comes from, or two workspaces. Fields: pipeline, stage, source,
// target, and those of promotion.Mapping: parameters[i].name …
type MappingParams struct {
	Pipeline ID    `json:"pipeline"`
	Stage    int64 `json:"stage"`
	Source   ID    `json:"source"`
	Target   ID    `json:"target"`
	promotion.Mapping
}

// Mapped is the mapping in force for a pair, with what a change is held
// against. Version is 0 when there is none yet.
type Mapped struct {
	promotion.Pair
	Set, Version int64
	Hash         string
	promotion.Mapping
	// Source and Target are the workspaces now; empty on an open stage.
	Source, Target ID
	Grounds        promotion.Grounds
}

// Kind implements Params.
func (*MappingParams) Kind() Kind { return MappingChange }

// Pair is what the set belongs to.
func (p *MappingParams) Pair() promotion.Pair {
	if p.Pipeline != "" {
		return promotion.Pair{Pipeline: string(NewID(string(p.Pipeline))), Stage: p.Stage}
	}
	return promotion.Pair{Source: string(NewID(string(p.Source))), Target: string(NewID(string(p.Target)))}
}

// Validate implements Params.
func (p *MappingParams) Validate() (e FieldErrors) {
	switch {
	case p.Pipeline != "" && (p.Source != "" || p.Target != ""):
		e.add("pipeline", "Name a pipeline or two workspaces, not both.")
	case p.Pipeline == "" && p.Source == "":
		e.add("source", "Choose the workspace content comes from, or a pipeline.")
	case p.Pipeline == "" && p.Target == "":
		e.add("target", "Choose the workspace content goes to.")
	case p.Pipeline == "" && NewID(string(p.Source)) == NewID(string(p.Target)):
		e.add("target", "Content cannot go from a workspace to itself.")
	}
	e.problems(p.Mapping.Validate(p.Pipeline != ""))
	return e
}

func (e *FieldErrors) problems(all []promotion.Problem) {
	for _, p := range all {
		e.add(p.Field, "%s", p.Sentence)
	}
}

// Refs implements Params.
func (p *MappingParams) Refs() Refs {
	r := Refs{Mappings: []promotion.Pair{p.Pair()}}
	for _, w := range p.Roles {
		r.Principals = append(r.Principals, given(ID(w.Who))...)
	}
	return r
}

func (p *MappingParams) plan(b *builder) {
	pair := p.Pair()
	m := b.estate.Mappings[pair.Key()]
	source, target, ok := b.pairSpaces(p, m)
	if !ok {
		return
	}
	b.needsReason("Say why, in a few words: whoever promotes next will want to know.")
	b.errs = append(b.errs, asFieldErrors(p.Mapping.Check(m.Grounds)).within(b.prefix)...)
	for i, r := range p.Roles {
		if r.Who == "" {
			continue
		}
		if who, ok := b.somebody(indexed("roles", i)+".who", ID(r.Who)); ok {
			b.gain(who, r.Right, target.Name)
			if r.Right == "Admin" {
				b.risky("%s becomes Admin of %s with the next promotion.", who.Name, target.Name)
			}
		}
	}
	if b.isProduction(target) {
		b.risky("%s is productive.", target.Name)
	}
	next := p.Mapping.Tidy()
	if next.Hash() == m.Hash || m.Hash == "" && next.Empty() {
		b.fail("parameters", "The mapping is so already: nothing would change.")
		return
	}
	b.title("Mapping from %s to %s", source.Name, target.Name)
	b.add(Step{
		Says: mappingSays(m, next, source.Name, target.Name), Lock: "mapping/" + pair.Key(),
		Call: houseCall("Mappings_Save", "PUT", "mappings/{pair}", "pair", pair.Key(), map[string]Value{
			"mapping": valueOf(next.Canonical()), "hash": Text(next.Hash()), "replaces": Text(m.Hash),
			"source": IDText(m.Source), "target": IDText(m.Target)}),
		Look: houseLook("pair", pair.Key()), Expects: []Observation{observe(MappingVersion, m.Hash, "pair", pair.Key())},
		Undo: &Undo{Sentence: "Ask for it as it was; its history keeps every version",
			Call: houseCall("Mappings_Save", "PUT", "mappings/{pair}", "pair", pair.Key(), map[string]Value{"hash": Text(m.Hash)}), Look: houseLook("pair", pair.Key())},
	})
}

func asFieldErrors(all []promotion.Problem) (e FieldErrors) {
	e.problems(all)
	return e
}

// pairSpaces finds the two workspaces of a pair.
func (b *builder) pairSpaces(p *MappingParams, m Mapped) (source, target Workspace, ok bool) {
	from, to := "source", "target"
	if p.Pipeline != "" {
		from, to = "stage", "stage"
		l, found := b.pipeline("pipeline", p.Pipeline)
		if !found {
			return source, target, false
		}
		if int(p.Stage)+1 >= len(l.Stages) || p.Stage < 0 {
			b.fail("stage", "Nothing comes after this stage. Choose the stage content comes from.")
			return source, target, false
		}
		if m.Source == "" || m.Target == "" {
			b.fail("stage", "This stage or the one after it has no workspace yet. Assign one first.")
			return source, target, false
		}
	}
	source, found := b.space(from, m.Source)
	target, ok = b.space(to, m.Target)
	return source, target, ok && found
}

// mostSaid is how many differences stand in a step's sentence; the body has all.
const mostSaid = 8

func mappingSays(m Mapped, next promotion.Mapping, source, target string) string {
	var out []string
	changes := promotion.Differences(m.Mapping, next)
	for i, c := range changes {
		if i == mostSaid {
			out = append(out, fmt.Sprintf("and %d more", len(changes)-i))
			break
		}
		out = append(out, c.Says())
	}
	return fmt.Sprintf("After content comes from %s to %s (version %d): %s", source, target, m.Version+1, strings.Join(out, "; "))
}

// valueOf is JSON of plain things as a Value.
func valueOf(b []byte) (v Value) {
	if err := json.Unmarshal(b, &v); err != nil {
		panic("request: JSON that was just written cannot be read: " + err.Error())
	}
	return v
}

// MappingMove is what the plan of a mapping's change is based on: the hash of
// the version it replaces, and the workspaces of the pair.
type MappingMove struct {
	Replaces       string
	Source, Target ID
}

// MappingChange reads it out of the plan.
func (p *Plan) MappingChange() (m MappingMove, err error) {
	if p.Kind != MappingChange || len(p.Steps) != 1 {
		return m, fmt.Errorf("the plan of request %s changes no mapping", p.Request)
	}
	body := p.Steps[0].Call.Body
	for name, to := range map[string]*string{"replaces": &m.Replaces, "source": (*string)(&m.Source), "target": (*string)(&m.Target)} {
		if *to, err = body[name].Plain(nil); err != nil {
			return m, err
		}
	}
	return m, nil
}

package policy

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"cel.dev/cel-go/cel"
)

// Decision is what an administrator decided about one rule: on or off, and
// values of parameters other than the defaults. Absent means as the pack says.
type Decision struct {
	On         bool
	Parameters map[string]any
}

// Active is a rule in force: compiled, with its parameters' values.
type Active struct {
	*Rule
	// Params holds the value of every parameter.
	Params map[string]any
	// Version identifies rule and values together: SHA-256 in hex.
	Version string

	// Index is the rule's place in Set.Rules.
	Index int

	scope     int // index into Set.scopes; -1 when there is none
	condition *program
	says      *program
}

// Set is the rules in force at one time: immutable, safe for use by several
// goroutines, and known by its hash.
type Set struct {
	// Hash is SHA-256, in hex, over the versions of the rules in force: equal
	// hashes judge equally.
	Hash string
	// LoadedAt is for people who wonder which rules they see; it judges
	// nothing.
	LoadedAt time.Time

	packs  []*Pack
	active []*Active
	off    []*Rule
	byID   map[string]*Active
	byKind map[Kind][]*Active
	scopes []*program
}

// Compile makes a set of the packs' rules and the decisions about them, by
// rule id. With any problem there is no set: half of the rules would resolve
// violations of the other half.
func Compile(packs []*Pack, decisions map[string]Decision) (*Set, Problems) {
	var problems Problems
	envs, err := environments()
	if err != nil {
		problems.add(Pos{}, "", "the rule language cannot be set up: %v", err)
		return nil, problems
	}
	s := &Set{packs: packs, byID: map[string]*Active{}, byKind: map[Kind][]*Active{}}
	scopes := map[string]int{}
	for _, p := range packs {
		for _, r := range p.Rules {
			d, decided := decisions[r.ID]
			if decided && !d.On || !decided && r.Off {
				s.off = append(s.off, r)
				continue
			}
			env := envs[r.Kind]
			if env == nil {
				problems.add(r.Pos, r.ID, "unknown kind %q", r.Kind)
				continue
			}
			if a := s.compile(r, env, d.Parameters, scopes, &problems); a != nil {
				s.add(a)
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	s.seal()
	return s, nil
}

func (s *Set) compile(r *Rule, env *cel.Env, chosen map[string]any, scopes map[string]int, problems *Problems) *Active {
	before := len(*problems)
	params := chooseParams(r, chosen, problems)
	c := &compiler{rule: r, env: env, params: params, problems: problems}
	a := &Active{Rule: r, Params: params, scope: -1}
	a.condition = c.expression(r.Condition, cel.BoolType)
	if r.Says.Text != "" {
		a.says = c.expression(r.Says, cel.StringType)
	}
	if r.Scope.Text != "" {
		// Rules about the same objects share one scope, judged once an object.
		key := string(r.Kind) + "\n" + r.Scope.Text + "\n" + string(canonical(params))
		i, ok := scopes[key]
		if !ok {
			i = len(s.scopes)
			s.scopes = append(s.scopes, c.expression(r.Scope, cel.BoolType))
			scopes[key] = i
		}
		a.scope = i
	}
	a.Version = hashOf([]byte(r.Hash), canonical(params))
	if len(*problems) > before {
		return nil
	}
	return a
}

func chooseParams(r *Rule, chosen map[string]any, problems *Problems) map[string]any {
	params := make(map[string]any, len(r.Parameters))
	for _, p := range r.Parameters {
		params[p.Name] = p.Default
	}
	for name, v := range chosen {
		i := slices.IndexFunc(r.Parameters, func(p Parameter) bool { return p.Name == name })
		if i < 0 {
			problems.add(r.Pos, r.ID, "a value is set for the parameter %q, which the rule does not have", name)
			continue
		}
		accepted, err := r.Parameters[i].Accept(v)
		if err != nil {
			problems.add(r.Pos, r.ID, "%s", err)
			continue
		}
		params[name] = accepted
	}
	return params
}

func (s *Set) add(a *Active) {
	a.Index = len(s.active)
	s.active = append(s.active, a)
	s.byID[a.ID] = a
	s.byKind[a.Kind] = append(s.byKind[a.Kind], a)
}

func (s *Set) seal() {
	parts := make([][]byte, 0, len(s.active))
	for _, a := range s.active {
		parts = append(parts, []byte(a.ID+" "+a.Version))
	}
	sort.Slice(parts, func(i, j int) bool { return string(parts[i]) < string(parts[j]) })
	s.Hash = hashOf(parts...)
}

// Rules returns the rules in force, in the order of their files.
func (s *Set) Rules() []*Active { return slices.Clone(s.active) }

// Off returns the rules that are known and not in force.
func (s *Set) Off() []*Rule { return slices.Clone(s.off) }

// Rule returns the rule in force with the id, or nil.
func (s *Set) Rule(id string) *Active { return s.byID[id] }

// Chosen is a rule of the packs and how it is in force.
type Chosen struct {
	*Rule
	// Active is nil when the rule is off.
	Active *Active
}

// Find returns the rule with the id, whether it is in force or off; false when
// no pack has it.
func (s *Set) Find(id string) (Chosen, bool) {
	for _, p := range s.packs {
		for _, r := range p.Rules {
			if r.ID == id {
				return Chosen{r, s.byID[id]}, true
			}
		}
	}
	return Chosen{}, false
}

// Params are the values in force, or the defaults of a rule that is off.
func (k Chosen) Params() map[string]any {
	if k.Active != nil {
		return k.Active.Params
	}
	return chooseParams(k.Rule, nil, nil)
}

// Packs returns the packs the set was made from.
func (s *Set) Packs() []*Pack { return slices.Clone(s.packs) }

// Judges reports whether any rule in force is about objects of the kind.
func (s *Set) Judges(k Kind) bool { return len(s.byKind[k]) > 0 }

// Settings returns the tenant settings that rules name, so that one Microsoft
// did not tell can be judged as unknown.
func (s *Set) Settings() []string {
	var names []string
	for _, a := range s.byKind[KindSetting] {
		if a.Setting != "" {
			names = append(names, a.Setting)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Only returns a set with nothing but the named rules, for previews.
func (s *Set) Only(ids ...string) (*Set, error) {
	out := &Set{packs: s.packs, byID: map[string]*Active{}, byKind: map[Kind][]*Active{}, scopes: s.scopes}
	for _, id := range ids {
		a := s.byID[id]
		if a == nil {
			return nil, fmt.Errorf("rule %s is not in force", id)
		}
		only := *a // its place is another
		out.add(&only)
	}
	out.seal()
	return out, nil
}

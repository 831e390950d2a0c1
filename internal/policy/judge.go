package policy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// Outcome is a rule's answer about one object.
type Outcome string

// Outcomes. Unknown is never a pass; out of scope is not counted at all.
const (
	Pass       Outcome = "pass"
	Fail       Outcome = "fail"
	Unknown    Outcome = "unknown"
	OutOfScope Outcome = "out of scope"
)

// Verdict is the outcome of one rule for one object.
type Verdict struct {
	Rule    *Active
	Outcome Outcome
	// Trouble says why a rule could not be run to its end; only when unknown.
	Trouble string

	missing *types.Unknown
}

// Missing names the facts that nobody could tell; only when unknown.
func (v Verdict) Missing() []string {
	if v.missing == nil {
		return nil
	}
	var names []string
	for _, id := range v.missing.IDs() {
		trails, _ := v.missing.GetAttributeTrails(id)
		for _, t := range trails {
			names = append(names, t.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Judge judges objects one after another. It is for one goroutine; make one
// for each.
type Judge struct {
	set    *Set
	rules  map[Kind][]*Active // those of the moment
	input  facts
	ctx    context.Context
	scopes []scopeAnswer
	round  int
	// frame is CEL's for the object that is judged; nil until it is needed.
	frame *interpreter.ExecutionFrame
}

type scopeAnswer struct {
	round   int
	verdict Verdict
}

// NewJudge returns a judge for the moment. The context stops rules that are
// watched for cost while they run.
func (s *Set) NewJudge(ctx context.Context, moment Moment, tenant *Tenant) *Judge {
	rules := map[Kind][]*Active{}
	for _, a := range s.active {
		if a.Applies.Covers(moment) {
			rules[a.Kind] = append(rules[a.Kind], a)
		}
	}
	return &Judge{set: s, rules: rules, input: facts{tenant: tenant}, ctx: ctx, scopes: make([]scopeAnswer, len(s.scopes))}
}

// Each judges the object by every rule that is about its kind and calls fn for
// each that is in scope. An object is judged without being kept.
func (j *Judge) Each(o Object, fn func(Verdict)) {
	kind := o.kind()
	rules := j.rules[kind]
	if len(rules) == 0 {
		return
	}
	j.input.kind, j.input.object = kind, o
	j.round++
	defer j.closeFrame()
	setting, _ := o.(*Setting)
	for _, r := range rules {
		if r.Setting != "" && setting != nil && r.Setting != setting.Name {
			continue
		}
		if v := j.verdict(r); v.Outcome != OutOfScope {
			fn(v)
		}
	}
}

func (j *Judge) verdict(r *Active) Verdict {
	if r.scope >= 0 {
		in := &j.scopes[r.scope]
		if in.round != j.round {
			in.verdict = j.ask(j.set.scopes[r.scope])
			in.round = j.round
		}
		switch in.verdict.Outcome {
		case Fail:
			return Verdict{Rule: r, Outcome: OutOfScope}
		case Unknown:
			v := in.verdict
			v.Rule = r
			return v
		}
	}
	v := j.ask(r.condition)
	v.Rule = r
	return v
}

// ask runs a program that answers true or false.
func (j *Judge) ask(p *program) Verdict {
	if v, sure := p.quickly(&j.input); sure {
		return v
	}
	out, err := j.eval(p)
	switch v := out.(type) {
	case types.Bool:
		if err == nil && bool(v) {
			return Verdict{Outcome: Pass}
		}
		if err == nil {
			return Verdict{Outcome: Fail}
		}
	case *types.Unknown:
		return Verdict{Outcome: Unknown, missing: v}
	}
	return Verdict{Outcome: Unknown, Trouble: trouble(err)}
}

func (j *Judge) eval(p *program) (ref.Val, error) {
	if !p.watched {
		if j.frame == nil {
			frame, err := interpreter.NewExecutionFrame(&j.input)
			if err != nil {
				panic("policy: " + err.Error()) // an activation of ours has no functions to collide
			}
			j.frame = frame
		}
		out, _, err := p.run.Eval(j.frame)
		return out, err
	}
	out, _, err := p.run.ContextEval(j.ctx, cel.Activation(&j.input))
	return out, err
}

func (j *Judge) closeFrame() {
	if j.frame != nil {
		j.frame.Close()
		j.frame = nil
	}
}

func trouble(err error) string {
	var cancelled interpreter.EvalCancelledError
	switch {
	case errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded:
		return fmt.Sprintf("the rule was stopped after %d steps on this object", costLimit)
	case err != nil:
		return "the rule failed on this object: " + err.Error()
	}
	return "the rule gave no answer"
}

// Finding is a rule that failed on an object, with what it was seen by.
type Finding struct {
	Rule  *Active
	Ref   Ref
	Label string
	// Says is the rule's sentence about this object.
	Says     string
	Evidence []Evidence
}

// Evidence is one fact a verdict rests on. Value is a text, number, truth,
// list, or Usage; nil when unknown.
type Evidence struct {
	Fact  string `json:"fact"`
	Value any    `json:"value"`
}

// Finding describes a failed verdict on the object that was judged last.
func (j *Judge) Finding(v Verdict) Finding {
	f := Finding{Rule: v.Rule, Ref: j.input.object.Ref(), Label: j.input.object.Label(), Says: v.Rule.Title}
	if v.Rule.says != nil {
		out, _, err := v.Rule.says.run.Eval(cel.Activation(&j.input))
		if s, ok := out.(types.String); ok && err == nil {
			f.Says = string(s)
		}
	}
	paths := slices.Clone(v.Rule.condition.uses)
	if v.Rule.says != nil {
		paths = append(paths, v.Rule.says.uses...)
	}
	slices.SortFunc(paths, slices.Compare[[]string])
	for _, path := range slices.CompactFunc(paths, slices.Equal[[]string]) {
		f.Evidence = append(f.Evidence, Evidence{Fact: strings.Join(path, "."), Value: j.input.read(path)})
	}
	return f
}

// read follows a path of fact names to a plain Go value.
func (f *facts) read(path []string) any {
	var at reflect.Value
	switch path[0] {
	case string(f.kind):
		at = reflect.ValueOf(f.object)
	default:
		at = reflect.ValueOf(f.tenant)
	}
	for _, name := range path[1:] {
		if at.Kind() != reflect.Pointer || at.IsNil() {
			return nil
		}
		field := byGo[at.Type().Elem()].fields[name]
		if field == nil {
			return usageOf(at)
		}
		at = at.Elem().Field(field.index)
		if field.answer {
			if !at.Field(1).Bool() {
				return nil
			}
			at = at.Field(0)
		}
	}
	if at.Kind() == reflect.Pointer {
		return nil
	}
	return at.Interface()
}

// usageOf returns the Usage behind unusedFor and staleFor as evidence; whoever
// stores it turns days ago into a date, which does not change from day to day.
func usageOf(object reflect.Value) any {
	if usage, _, ok := usageIn(object.Interface()); ok {
		return usage
	}
	return nil
}

// JudgeAll judges objects by the rules of the moment and returns the findings
// and the verdicts that came out unknown: what a request form shows before it
// is sent.
func JudgeAll(ctx context.Context, s *Set, moment Moment, tenant *Tenant, objects []Object) (findings []Finding, unknown []Verdict) {
	j := s.NewJudge(ctx, moment, tenant)
	for _, o := range objects {
		j.Each(o, func(v Verdict) {
			switch v.Outcome {
			case Fail:
				findings = append(findings, j.Finding(v))
			case Unknown:
				unknown = append(unknown, v)
			}
		})
	}
	return findings, unknown
}

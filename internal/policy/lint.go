package policy

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
)

// Lint reads one rule file and what it includes, lays it over the built-in
// packs and compiles everything, rules that are off included. It returns what
// is wrong; nothing is put in force.
func Lint(fsys fs.FS, name string) ([]*Pack, Problems) {
	own, problems := LoadFile(fsys, name)
	if len(problems) > 0 {
		return own, problems
	}
	merged, problems := Merge(Builtin(), own)
	if len(problems) > 0 {
		return own, problems
	}
	_, problems = Compile(merged, allOn(merged))
	return own, problems
}

func allOn(packs []*Pack) map[string]Decision {
	on := map[string]Decision{}
	for _, p := range packs {
		for _, r := range p.Rules {
			on[r.ID] = Decision{On: true}
		}
	}
	return on
}

// ExampleResult is how one example of a rule came out.
type ExampleResult struct {
	Rule    string
	Name    string
	Pos     Pos
	Expect  Outcome
	Got     Outcome
	Missing []string
	Trouble string
	// Says is the finding's sentence when the example fails the rule.
	Says string
}

// OK reports whether the example came out as its author said.
func (r ExampleResult) OK() bool { return r.Expect == r.Got }

// String is one line for a terminal.
func (r ExampleResult) String() string {
	if r.OK() {
		return fmt.Sprintf("%s: %s: %s: %s", r.Pos, r.Rule, r.Name, r.Got)
	}
	line := fmt.Sprintf("%s: %s: %s: expected %s, got %s", r.Pos, r.Rule, r.Name, r.Expect, r.Got)
	if len(r.Missing) > 0 {
		line += fmt.Sprintf(" (not known: %v)", r.Missing)
	}
	if r.Trouble != "" {
		line += " (" + r.Trouble + ")"
	}
	return line
}

// RunExamples runs every example of every rule of the packs, rules that are off
// included. Problems say what kept a rule from being run, and which rules lack
// an example that passes or one that fails.
func RunExamples(ctx context.Context, packs []*Pack) ([]ExampleResult, Problems) {
	set, problems := Compile(packs, allOn(packs))
	if len(problems) > 0 {
		return nil, problems
	}
	var results []ExampleResult
	for _, r := range set.Rules() {
		for _, want := range []Outcome{Pass, Fail} {
			if !slices.ContainsFunc(r.Examples, func(e Example) bool { return e.Expect == want }) {
				problems.add(r.Pos, r.ID, "it has no example that expects %s", want)
			}
		}
		for _, ex := range r.Examples {
			results = append(results, runExample(ctx, set, r, ex, &problems))
		}
	}
	return results, problems.sorted()
}

func runExample(ctx context.Context, set *Set, r *Active, ex Example, problems *Problems) ExampleResult {
	res := ExampleResult{Rule: r.ID, Name: ex.Name, Pos: ex.Pos, Expect: ex.Expect, Got: OutOfScope}
	if len(ex.Parameters) > 0 {
		pack := &Pack{Rules: []*Rule{r.Rule}}
		changed, wrong := Compile([]*Pack{pack}, map[string]Decision{r.ID: {On: true, Parameters: ex.Parameters}})
		if len(wrong) > 0 {
			*problems = append(*problems, wrong...)
			return res
		}
		set = changed
	}
	moment := AtScan
	if !r.Applies.Covers(AtScan) {
		moment = AtRequest
	}
	j := set.NewJudge(ctx, moment, ex.Tenant)
	j.Each(ex.Object, func(v Verdict) {
		if v.Rule.ID != r.ID {
			return
		}
		res.Got, res.Missing, res.Trouble = v.Outcome, v.Missing(), v.Trouble
		if v.Outcome == Fail {
			res.Says = j.Finding(v).Says
		}
	})
	return res
}

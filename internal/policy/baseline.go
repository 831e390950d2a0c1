package policy

// ControlState is how a control of a baseline stands.
type ControlState string

// States of a control. Waived is shown apart: it never counts as passing.
const (
	ControlPass    ControlState = "pass"
	ControlFail    ControlState = "fail"
	ControlUnknown ControlState = "unknown"
	ControlWaived  ControlState = "waived"
	ControlManual  ControlState = "manual"
	ControlOff     ControlState = "not judged"
)

// Tally counts the verdicts of one rule. Waived violations are counted in
// Failed too: a waiver accepts a violation, it does not mend it.
type Tally struct {
	Passed, Failed, Unknown, Waived int64
}

// Baselines returns the baselines of the packs.
func (s *Set) Baselines() []Baseline {
	var out []Baseline
	for _, p := range s.packs {
		out = append(out, p.Baselines...)
	}
	return out
}

// RulesFor returns the rules, in force or not, that answer a control.
func (s *Set) RulesFor(baseline, control string) []*Rule {
	var out []*Rule
	for _, p := range s.packs {
		for _, r := range p.Rules {
			for _, ref := range r.References {
				if ref.Baseline == baseline && ref.Control == control {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// Control judges a control by the tallies of its rules: the worst decides. A
// control that no rule answers is manual; one whose rules are all off, or have
// not been judged yet, is said to be so and never passes.
func (s *Set) Control(baseline string, c Control, tallies map[string]Tally) ControlState {
	rules := s.RulesFor(baseline, c.ID)
	if len(rules) == 0 {
		return ControlManual
	}
	var sum Tally
	judged := false
	for _, r := range rules {
		t, ok := tallies[r.ID]
		if s.byID[r.ID] == nil || !ok {
			continue
		}
		judged = true
		sum.Passed += t.Passed
		sum.Failed += t.Failed
		sum.Unknown += t.Unknown
		sum.Waived += t.Waived
	}
	switch {
	case !judged:
		return ControlOff
	case sum.Failed > sum.Waived:
		return ControlFail
	case sum.Unknown > 0 || sum.Passed+sum.Failed == 0:
		return ControlUnknown
	case sum.Waived > 0:
		return ControlWaived
	}
	return ControlPass
}

package desk

import (
	"strings"

	"steward/internal/fault"
	"steward/internal/policy"
)

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// version is the rule's version in a set; empty when it is off.
func version(s *policy.Set, rule string) string {
	if s == nil || s.Rule(rule) == nil {
		return ""
	}
	return s.Rule(rule).Version
}

func known(s *policy.Set, rule string) bool {
	if s.Rule(rule) != nil {
		return true
	}
	for _, off := range s.Off() {
		if off.ID == rule {
			return true
		}
	}
	return false
}

// paramProblem says what is wrong with a parameter at its field: the problem
// begins with the parameter's name.
func paramProblem(rule string, problems policy.Problems) error {
	for _, p := range problems {
		if p.Rule != rule {
			continue
		}
		e := fault.New(fault.Invalid, "This cannot be put in force: %s.", p.Text)
		if name, _, ok := strings.Cut(p.Text, " "); ok {
			e.Field = "param." + strings.TrimSuffix(name, ":")
		}
		return e
	}
	return problems.Err()
}

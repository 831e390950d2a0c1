package violation

import (
	"steward/internal/fault"
)

// State is where a violation stands.
type State string

// States of a violation.
const (
	Open          State = "open"
	InProgress    State = "in_progress"
	FalsePositive State = "false_positive"
	Waived        State = "waived"
	Resolved      State = "resolved"
)

// States lists them in the order in which pages show them.
func States() []State { return []State{Open, InProgress, Waived, FalsePositive, Resolved} }

// Valid reports whether the state is one of States.
func (s State) Valid() bool { return moves[s] != nil }

// Standing reports whether the violation is still there, whatever people think
// of it. Waived and false-positive ones are.
func (s State) Standing() bool { return s != Resolved }

// Mover is who changes a state.
type Mover string

// Movers: a person by triage, an approved, ended or withdrawn waiver, or a
// scan.
const (
	ByPerson Mover = "person"
	ByWaiver Mover = "waiver"
	ByScan   Mover = "scan"
)

// moves is the one table of legal moves; the table violation in the database
// has a trigger that mirrors it.
var moves = map[State]map[State]Mover{
	Open:          {InProgress: ByPerson, FalsePositive: ByPerson, Waived: ByWaiver, Resolved: ByScan},
	InProgress:    {Open: ByPerson, FalsePositive: ByPerson, Waived: ByWaiver, Resolved: ByScan},
	FalsePositive: {Open: ByPerson, Resolved: ByScan},
	Waived:        {Open: ByWaiver, Resolved: ByScan},
	Resolved:      {Open: ByScan, Waived: ByScan},
}

// Allowed reports whether the mover may take a violation from one state to
// another.
func Allowed(from, to State, by Mover) bool {
	m, ok := moves[from][to]
	return ok && m == by
}

// minReason is the least a reason must say, in characters: "ok" is no reason.
const minReason = 5

// Triage checks what a person asks for: a state a person may choose, and a
// reason where one is needed. A false positive needs one always.
func Triage(from, to State, reason string) error {
	if !to.Valid() {
		return fault.New(fault.Invalid, "There is no state %q.", to)
	}
	if !Allowed(from, to, ByPerson) {
		switch {
		case from == Resolved || to == Resolved:
			return fault.New(fault.Conflict, "Only a scan that sees the object can resolve or reopen a violation. Mend it, and the next scan will.")
		case to == Waived || from == Waived:
			return fault.New(fault.Conflict, "A waiver decides this: ask for one, or withdraw the one that is running.")
		}
		return fault.New(fault.Conflict, "A violation that is %s cannot become %s.", from.words(), to.words())
	}
	if to == FalsePositive && len([]rune(reason)) < minReason {
		return &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "Say why the rule is wrong about this object, in a few words."}
	}
	return nil
}

func (s State) words() string {
	switch s {
	case InProgress:
		return "in progress"
	case FalsePositive:
		return "a false positive"
	}
	return string(s)
}

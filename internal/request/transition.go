package request

import (
	"slices"

	"steward/internal/fault"
)

// moves is the one table of what may follow what; the triggers of migration
// 0030 hold the same table against our own mistakes, and a test compares them.
var moves = map[State][]State{
	Draft:     {Pending, Withdrawn},
	Pending:   {Approved, Rejected, Withdrawn, Expired, Draft},
	Approved:  {Running, Draft, Withdrawn, Expired},
	Running:   {Done, Failed, Cancelled},
	Done:      nil,
	Failed:    nil,
	Cancelled: nil,
	Rejected:  nil,
	Withdrawn: nil,
	Expired:   nil,
}

// May reports whether a request may move from one state to another.
func May(from, to State) bool { return slices.Contains(moves[from], to) }

// CheckMove returns nil when the move is allowed and a Conflict with a sentence
// when it is not.
func CheckMove(from, to State) error {
	if May(from, to) {
		return nil
	}
	if from.Final() {
		return fault.New(fault.Conflict, "This request is already %s. Nothing was changed.", lower(from))
	}
	return fault.New(fault.Conflict, "This request is %s, so it cannot become %s. Reload the page to see where it stands.", lower(from), lower(to))
}

// lower is the state inside a sentence.
func lower(s State) string {
	switch s {
	case Draft:
		return "a draft"
	case Pending:
		return "waiting for approval"
	case Running:
		return "being carried out"
	}
	return string(s)
}

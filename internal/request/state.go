package request

// State is where a request is in its life.
type State string

// States. The last six are final.
const (
	Draft     State = "draft"
	Pending   State = "pending"
	Approved  State = "approved"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
)

// States lists every state in the order of a request's life.
func States() []State {
	return []State{Draft, Pending, Approved, Running, Done, Failed, Cancelled, Rejected, Withdrawn, Expired}
}

// Valid reports whether the state is one of States.
func (s State) Valid() bool { _, ok := moves[s]; return ok }

// Final reports whether nothing follows the state.
func (s State) Final() bool { return s.Valid() && len(moves[s]) == 0 }

// Text is the state as a page says it.
func (s State) Text() string {
	switch s {
	case Draft:
		return "Draft"
	case Pending:
		return "Waiting for approval"
	case Approved:
		return "Approved"
	case Running:
		return "Being carried out"
	case Done:
		return "Done"
	case Failed:
		return "Failed"
	case Cancelled:
		return "Cancelled"
	case Rejected:
		return "Rejected"
	case Withdrawn:
		return "Withdrawn"
	case Expired:
		return "Expired"
	}
	return string(s)
}

package refreshplan

import (
	"slices"
	"time"
)

// Phase is where a node is in a run.
type Phase string

// Phases of a node; the last four are final.
const (
	// Waiting: it has not begun, or waits for its turn again.
	Waiting Phase = "waiting"
	// Starting: a start was written down and its outcome is not known yet.
	Starting Phase = "starting"
	// Running: the service refreshes it.
	Running Phase = "running"
	// Cancelling: it took too long, or somebody cancelled the run, and the
	// service was told to stop.
	Cancelling Phase = "cancelling"
	// Checking: it was refreshed and its gate is asked.
	Checking Phase = "checking"
	// Retrying: the last try failed, and another one follows.
	Retrying Phase = "retrying"

	Done    Phase = "done"
	Skipped Phase = "skipped"
	Failed  Phase = "failed"
	// Lost: it was not refreshed because of something else.
	Lost Phase = "lost"
)

// Ended reports whether nothing more happens to the node.
func (p Phase) Ended() bool { return p == Done || p == Skipped || p == Failed || p == Lost }

// Loads reports whether the node holds one of the places of what may run at
// the same time.
func (p Phase) Loads() bool { return p == Starting || p == Running || p == Cancelling }

// Answer is what a condition came to.
type Answer string

// Answers of a condition.
const (
	Unasked Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// Status is a node in a run. The zero one has not begun.
type Status struct {
	Phase Phase
	// Tries are the refreshes that were begun.
	Tries int
	// Since is when the refresh under way began.
	Since time.Time
	// Wake is when a waiting or retrying node goes on; zero is at once.
	Wake time.Time
	// Answer is the condition's, Refreshed whether the service refreshed it.
	Answer    Answer
	Refreshed bool
	// Lingers: it was given up while the service may still refresh it.
	Lingers bool
	// Reason says why it is where it is, as a sentence.
	Reason string
}

func (s Status) phase() Phase {
	if s.Phase == "" {
		return Waiting
	}
	return s.Phase
}

// loads reports whether the service may be refreshing it.
func (s Status) loads() bool { return s.Phase.Loads() || s.Lingers }

// State is a run as far as it is known.
type State struct {
	// Started is when the run began; its window counts from there.
	Started time.Time
	// Cancelled: somebody wants it to end; nothing more begins.
	Cancelled bool
	// CancelledBy is their name.
	CancelledBy string
	Nodes       map[string]Status
	// Capacity is where each node runs; empty is shared capacity.
	Capacity map[string]string
	// Quota is how often each node may still be refreshed, by name.
	Quota map[string]Quota
	// Elsewhere is what other runs refresh now in the same tenant, Bounds what
	// all of them together may.
	Elsewhere Load
	Bounds    Bounds
}

// Load counts what is being refreshed.
type Load struct {
	Total    int
	Capacity map[string]int
}

// Bounds are how much may be refreshed at the same time in a tenant; zero is
// no bound.
type Bounds struct{ Total, PerCapacity int }

// Limits of a day (guide, 5.2): how often a model may be refreshed by schedule
// and API together.
const (
	SharedPerDay    = 8
	DedicatedPerDay = 48
)

// day is what the service counts over. Counting the last 24 hours, whichever
// midnight the service goes by, never lets more through in any of its days.
const day = 24 * time.Hour

// Quota is how often a model was refreshed of late.
type Quota struct {
	// Limit is how often it may be in a day; zero is without limit.
	Limit int
	// Slots are the times a day of its own schedule, which are kept free.
	Slots int
	// Starts are the refreshes of the last day that no schedule began, and
	// Scheduled how many one did.
	Starts    []time.Time
	Scheduled int
}

// Next is when one more refresh is within the limit: not after now when it is at
// once. False when its own schedule leaves none.
func (q Quota) Next(now time.Time) (time.Time, bool) {
	if q.Limit == 0 {
		return now, true
	}
	free := q.Limit - max(q.Slots, q.Scheduled)
	if q.Limit-q.Slots <= 0 {
		return time.Time{}, false
	}
	var counted []time.Time
	for _, t := range q.Starts {
		if t.After(now.Add(-day)) {
			counted = append(counted, t)
		}
	}
	switch {
	case len(counted) < free:
		return now, true
	case free <= 0:
		return now.Add(time.Hour), true // more than planned came by schedule: look again
	}
	slices.SortFunc(counted, time.Time.Compare)
	return counted[len(counted)-free].Add(day), true
}

// Ended is where a node goes when a try of it has ended.
func (n Node) Ended(s Status, good bool, reason string, now time.Time) Status {
	s.Reason = reason
	switch {
	case good && n.Gate.Asks():
		s.Phase, s.Refreshed = Checking, true
	case good:
		s.Phase, s.Refreshed = Done, true
	default:
		return n.again(s, now)
	}
	return s
}

// Gated is where a node goes when its gate has answered.
func (n Node) Gated(s Status, good bool, reason string, now time.Time) Status {
	s.Reason = reason
	if good {
		s.Phase = Done
		return s
	}
	return n.again(s, now)
}

func (n Node) again(s Status, now time.Time) Status {
	if s.Tries > n.Retries {
		s.Phase = Failed
		return s
	}
	s.Phase, s.Wake = Retrying, now.Add(n.Delay)
	return s
}

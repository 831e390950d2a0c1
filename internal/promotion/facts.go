package promotion

import (
	"time"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// Facts are all that the pre-flight of one choice has to know, from the last
// scan or read live. What nobody told is an unknown Answer, and the check that
// needs it says unknown.
type Facts struct {
	// Now is when the facts were gathered.
	Now      time.Time
	Pipeline Pipeline
	// Source and Target are the two stages of the choice.
	Source, Target Side
	Executor       Executor
	// Administers says whether the executor may use the pipeline.
	Administers policy.Answer[bool]
	// Running names the operation that is under way on the pipeline; empty for
	// none.
	Running policy.Answer[string]
	// Gateways are the ids of the gateways that the executor may bind to.
	Gateways policy.Answer[[]string]
	// Rules are what the policy packs say of this promotion. They are judged by
	// whoever gathers the facts.
	Rules []Verdict
}

// Executor is the application that deploys.
type Executor struct {
	ID string
	// Service is true for a service principal, which cannot deploy dataflows
	// and cannot enter credentials.
	Service bool
}

// Side is one end of a promotion.
type Side struct {
	Stage Stage
	// Items are what the stage holds.
	Items policy.Answer[[]Item]
	// Capacity is the id of the workspace's capacity, empty on shared capacity;
	// CapacityState is Active, Paused, Deleted ... as the API tells it.
	Capacity, CapacityState policy.Answer[string]
	// Moving is true while the workspace moves to another capacity.
	Moving policy.Answer[bool]
	// Assigned is when the workspace was put on the stage; zero when that was
	// long ago.
	Assigned policy.Answer[time.Time]
	// Right is the executor's role in the workspace; empty for none.
	Right policy.Answer[tenant.Right]
	// HasApp says whether the workspace has a published app.
	HasApp policy.Answer[bool]
}

// Verdict is what one rule says of the promotion.
type Verdict struct {
	// Rule is the rule's id in its pack, Title its name.
	Rule, Title string
	Severity    policy.Severity
	State       State
	// Refuses says that no request may break the rule, NeverWaived that nobody
	// can accept that it is broken; what neither says a requester may accept.
	Refuses, NeverWaived bool
	// Evidence and Remedy are sentences, as on a Check.
	Evidence, Remedy string
}

// Pairing is an item that goes and the target's item that it overwrites.
type Pairing struct{ Source, Target *Item }

// Overwritten are the items of the target that a choice overwrites.
func (f Facts) Overwritten(c Choice) []Pairing {
	fl := newFlight(&f, &c)
	var out []Pairing
	for _, it := range fl.items {
		if to := fl.pairs[it.ID]; to != nil {
			out = append(out, Pairing{it, to})
		}
	}
	return out
}

// Going are the source's items that a choice carries.
func (f Facts) Going(c Choice) []Item {
	fl := newFlight(&f, &c)
	out := make([]Item, 0, len(fl.items))
	for _, it := range fl.items {
		one := *it
		one.Paired = fl.pairs[it.ID] != nil
		out = append(out, one)
	}
	return out
}

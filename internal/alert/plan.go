package alert

import (
	"fmt"
	"slices"
	"time"

	"steward/internal/refresh"
	"steward/internal/refreshplan"
)

// Plan is what is known now of a refresh plan.
type Plan struct {
	Thing
	ID, Name string
	refreshplan.Plan
	// Changed is when the present version was agreed to: slots before it are
	// another version's.
	Changed time.Time
	// Runs are the newest ones, the newest first.
	Runs []Run
	// Ends are how each node ended last, done or failed.
	Ends []NodeEnd
}

// Run is one run of a plan.
type Run struct {
	ID                string
	State             refreshplan.Outcome
	Started, Finished time.Time
	// Waits says why it does nothing now.
	Waits string
	// Kept are the nodes that were not refreshed, Failed those that failed, Why
	// the reason of the first that was kept back.
	Kept, Failed int
	Why          string
}

func (r Run) under() bool { return r.Finished.IsZero() }

// NodeEnd is how a node ended in a run.
type NodeEnd struct {
	Name, Run, Reason string
	Phase             refreshplan.Phase
	// Workspace is the name of the workspace, Owner the owner's address.
	Workspace, Owner string
}

// Findings lists what to warn of.
func (p Plan) Findings(rules Rules, now time.Time) []Finding {
	var out []Finding
	for _, e := range p.Ends {
		n, there := p.Node(e.Name)
		if !there || e.Phase != refreshplan.Failed {
			continue
		}
		also := append(slices.Clone(n.Notify), p.Notify...)
		if !n.Critical && len(also) == 0 {
			continue // nobody waits for it
		}
		thing := Thing{Tenant: p.Tenant, Workspaces: []string{e.Workspace}, Owners: []string{e.Owner}}
		rule, _ := rules.For(thing, NodeFailed)
		if !n.Critical {
			rule.Mute = true
		}
		out = append(out, Finding{Kind: NodeFailed, Key: p.ID + " " + n.Name, Name: n.Name, Workspace: n.Workspace, Item: n.Item, Plan: p.ID, Run: e.Run,
			Reason: p.failed(n, e.Reason), Rule: rule, Also: also, Owner: e.Owner})
	}
	rule, _ := rules.For(p.Thing, PlanLate)
	if reason, run := p.late(rule.Lines.Late, now); reason != "" {
		out = append(out, Finding{Kind: PlanLate, Key: p.ID, Name: p.Name, Plan: p.ID, Run: run, Reason: reason, Rule: rule, Also: p.Notify})
	}
	return out
}

// Sure reports whether it is known that a node does not fail any more: it ended
// well since, or is no longer in the plan.
func (p Plan) Sure(node string) bool {
	if _, there := p.Node(node); !there {
		return true
	}
	return slices.ContainsFunc(p.Ends, func(e NodeEnd) bool { return e.Name == node })
}

func (p Plan) failed(n refreshplan.Node, reason string) string {
	out := fmt.Sprintf("The node %s of the plan %s failed. %s", n.Name, p.Name, reason)
	switch below := p.Dependents(n.Name); {
	case !n.Critical || len(below) == 0:
	case len(below) == 1:
		out += " " + below[0] + " depends on it and is not refreshed until it is."
	default:
		out += fmt.Sprintf(" %d nodes depend on it and are not refreshed until it is.", len(below))
	}
	return out + " Mend the cause, and go on with the run from where it failed."
}

// fewRuns is how many runs say what is usual.
const fewRuns = 3

// late says why the plan is late, and which run is; empty when it is not.
func (p Plan) late(by time.Duration, now time.Time) (reason, run string) {
	if len(p.Runs) > 0 && p.Runs[0].under() {
		r := p.Runs[0]
		usual, known := p.usual()
		end := r.Started.Add(usual + by)
		if now.Before(end) {
			return "", ""
		}
		says := "It began on " + moment(r.Started) + " and has not ended. "
		if known {
			says += "Nine of ten of its runs took at most " + refresh.Spoken(usual) + "."
		} else {
			says += "Its window is " + refresh.Spoken(usual) + "."
		}
		if r.Waits != "" {
			says += " " + r.Waits
		}
		return says + " Its page shows what it waits for.", r.ID
	}
	if slot := p.slot(now.Add(-by)); !slot.IsZero() && (len(p.Runs) == 0 || p.Runs[0].Started.Before(slot.Add(-time.Minute))) {
		return "It should have begun on " + moment(slot) + " and has not. Start it by hand if the data are needed; the ledger says why it did not begin.", ""
	}
	if len(p.Runs) > 0 && p.Runs[0].Kept > 0 && p.Runs[0].Failed == 0 && p.Runs[0].State == refreshplan.Bad {
		r := p.Runs[0]
		return fmt.Sprintf("Its last run did not refresh everything in time: %d nodes were kept back. %s Go on with the run, or begin the plan earlier.", r.Kept, r.Why), r.ID
	}
	return "", ""
}

// usual is how long a run may take: nine of ten of those that ended by
// themselves did, else the plan's window.
func (p Plan) usual() (usual time.Duration, known bool) {
	var took []time.Duration
	for _, r := range p.Runs {
		if !r.under() && r.State != refreshplan.Stopped {
			took = append(took, r.Finished.Sub(r.Started))
		}
	}
	if len(took) < fewRuns {
		return p.Window, false
	}
	slices.Sort(took)
	return took[len(took)*9/10], true
}

// slot is the last moment of the schedule before a moment, in the time of the
// present version; zero when there is none.
func (p Plan) slot(before time.Time) time.Time {
	for _, days := range []int{1, 8, 32} {
		from := before.AddDate(0, 0, -days)
		if p.Changed.After(from) {
			from = p.Changed
		}
		var last time.Time
		for at := p.Start.Next(from); !at.IsZero() && !at.After(before); at = p.Start.Next(at) {
			last = at
		}
		if !last.IsZero() || !from.Before(before) {
			return last
		}
	}
	return time.Time{}
}

func moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

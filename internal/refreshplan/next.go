package refreshplan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Do is what is to be done next with a node or a run.
type Do string

// What there is to do.
const (
	// Ask: find out whether the condition holds.
	Ask Do = "ask"
	// Begin: begin a refresh.
	Begin Do = "begin"
	// Check: ask the gate.
	Check Do = "check"
	// Cancel: tell the service to stop.
	Cancel Do = "cancel"
	// Skip, Lose and Fail end a node, with a reason. What fails here lingers.
	Skip Do = "skip"
	Lose Do = "lose"
	Fail Do = "fail"
	// Wait: nothing before At, unless something that runs ends.
	Wait Do = "wait"
	// Finish: the run has ended.
	Finish Do = "finish"
)

// Action is one thing to do.
type Action struct {
	Do     Do
	Node   string
	Reason string
	// At is when to come back, of Wait; zero when only an end changes anything.
	At time.Time
}

// decision collects actions.
type decision struct {
	plan  *Plan
	state State
	now   time.Time
	out   []Action
	wake  time.Time
	// load is what runs or was begun in this very decision.
	own, all Load
}

// Next decides what to do, given what is known. The same arguments give the
// same actions, in the order of the plan. What ends a node comes alone: the
// caller writes it down and asks again.
func Next(p *Plan, s State, now time.Time) []Action {
	d := &decision{plan: p, state: s, now: now}
	d.count()
	open := false
	for _, n := range p.Nodes {
		at := s.Nodes[n.Name]
		if at.phase().Ended() {
			continue
		}
		open = true
		d.node(n, at)
	}
	if !open {
		return []Action{{Do: Finish, Reason: string(s.Outcome(p))}}
	}
	if ends := slices.DeleteFunc(slices.Clone(d.out), func(a Action) bool { return a.Do != Skip && a.Do != Lose && a.Do != Fail }); len(ends) > 0 {
		return ends
	}
	if len(d.out) == 0 {
		d.out = append(d.out, Action{Do: Wait, At: d.wake})
	}
	return d.out
}

func (d *decision) act(do Do, n Node, format string, args ...any) {
	d.out = append(d.out, Action{Do: do, Node: n.Name, Reason: fmt.Sprintf(format, args...)})
}

// later notes a moment at which something changes by itself.
func (d *decision) later(at time.Time) {
	if d.wake.IsZero() || at.Before(d.wake) {
		d.wake = at
	}
}

func (d *decision) count() {
	d.own.Capacity, d.all = map[string]int{}, Load{Total: d.state.Elsewhere.Total, Capacity: map[string]int{}}
	for capacity, n := range d.state.Elsewhere.Capacity {
		d.all.Capacity[capacity] = n
	}
	for _, n := range d.plan.Nodes {
		if d.state.Nodes[n.Name].loads() {
			d.take(n)
		}
	}
}

func (d *decision) take(n Node) {
	capacity := d.state.Capacity[n.Name]
	d.own.Total++
	d.own.Capacity[capacity]++
	d.all.Total++
	d.all.Capacity[capacity]++
}

func (d *decision) node(n Node, at Status) {
	switch at.phase() {
	case Running:
		d.running(n, at)
	case Checking:
		if at.Wake.After(d.now) {
			d.later(at.Wake)
			return
		}
		d.act(Check, n, "")
	case Waiting, Retrying:
		d.waiting(n, at)
	case Starting, Cancelling, Done, Skipped, Failed, Lost:
		// Whoever acts knows more; nothing is decided here.
	}
}

// Stoppable reports whether the service can be told to stop the refresh.
func (n Node) Stoppable() bool { return n.Enhanced != nil || n.Kind == Dataflow }

func (d *decision) running(n Node, at Status) {
	end := at.Since.Add(n.Timeout)
	late := !d.now.Before(end)
	switch {
	case d.state.Cancelled && n.Stoppable():
		d.act(Cancel, n, "%s cancelled the run.", d.state.CancelledBy)
	case late && n.Stoppable():
		d.act(Cancel, n, "It took longer than %s.", Length(n.Timeout))
	case late:
		d.act(Fail, n, "It took longer than %s. A standard refresh cannot be stopped, so that it may still be running at Microsoft.", Length(n.Timeout))
	default:
		d.later(end)
	}
}

func (d *decision) waiting(n Node, at Status) {
	if d.state.Cancelled {
		d.act(Lose, n, "%s cancelled the run.", d.state.CancelledBy)
		return
	}
	ready, why := d.upstream(n)
	if why != "" {
		d.act(Lose, n, "%s", why)
		return
	}
	if d.expired(n, at) || !ready || d.early(n, at) || d.barred(n, at) {
		return
	}
	d.begin(n)
}

// upstream reports whether everything before a node has ended as it should, or
// why the node is lost.
func (d *decision) upstream(n Node) (ready bool, why string) {
	ready = true
	for _, need := range n.Needs {
		up, _ := d.plan.Node(need)
		switch at := d.state.Nodes[need]; {
		case at.phase() == Lost:
			return false, kept(need, at.Reason)
		case at.phase() == Failed && up.Critical:
			return false, strings.TrimSpace(fmt.Sprintf("%s%s failed. %s", notRefreshed, need, at.Reason))
		case !at.phase().Ended():
			ready = false
		}
	}
	return ready, ""
}

// notRefreshed begins why a node was kept back.
const notRefreshed = "Not refreshed, because "

// kept says why a node is lost whose upstream was: for the same reason, when
// that was kept back itself, so that the first failure is named however far up
// it is.
func kept(need, reason string) string {
	if strings.HasPrefix(reason, notRefreshed) {
		return reason
	}
	return strings.TrimSpace(fmt.Sprintf("%s%s was not. %s", notRefreshed, need, reason))
}

// expired loses a node that cannot begin in time any more.
func (d *decision) expired(n Node, at Status) bool {
	if end := d.state.Started.Add(d.plan.Window); !d.now.Before(end) {
		d.act(Lose, n, "The plan's window of %s was over before it could be refreshed.%s", Length(d.plan.Window), because(at))
		return true
	} else {
		d.later(end)
	}
	if n.Latest == 0 || at.Tries > 0 {
		return false
	}
	latest := d.state.Started.Add(n.Latest)
	if !d.now.Before(latest) {
		d.act(Lose, n, "It had to start within %s of the run's start and could not.%s", Length(n.Latest), because(at))
		return true
	}
	d.later(latest)
	return false
}

func because(at Status) string {
	if at.Reason == "" {
		return ""
	}
	return " " + at.Reason
}

// early reports whether a node that could begin must wait for the clock.
func (d *decision) early(n Node, at Status) bool {
	from := d.state.Started.Add(n.Earliest)
	if at.Wake.After(from) {
		from = at.Wake
	}
	if !from.After(d.now) {
		return false
	}
	d.later(from)
	return true
}

// barred asks the node's condition; true when it is not begun now.
func (d *decision) barred(n Node, at Status) bool {
	if at.Tries > 0 || at.Answer == Yes {
		return false
	}
	c := n.When
	if today := d.state.Started.In(d.plan.Start.Location()).Weekday(); len(c.Days) > 0 && !slices.Contains(c.Days, today) {
		d.act(Skip, n, "Not on a %s: this node is refreshed on %s.", today, dayNames(c.Days))
		return true
	}
	switch {
	case at.Answer == No:
		d.act(Skip, n, "%s", at.Reason)
		return true
	case c.Asks() || c.Upstream && !d.renewed(n):
		d.act(Ask, n, "")
		return true
	}
	return false
}

// renewed reports whether this very run refreshed something before the node.
func (d *decision) renewed(n Node) bool {
	return slices.ContainsFunc(n.Needs, func(need string) bool { return d.state.Nodes[need].Refreshed })
}

func dayNames(days []time.Weekday) string {
	var out []string
	for _, d := range days {
		out = append(out, d.String())
	}
	return strings.Join(out, ", ")
}

// begin lets a node begin when there is room for it.
func (d *decision) begin(n Node) {
	capacity := d.state.Capacity[n.Name]
	bound := d.state.Bounds
	full := d.own.Total >= d.plan.AtOnce || d.own.Capacity[capacity] >= d.plan.PerCapacity ||
		bound.Total > 0 && d.all.Total >= bound.Total || bound.PerCapacity > 0 && d.all.Capacity[capacity] >= bound.PerCapacity
	if full {
		return // something has to end first
	}
	free, ever := d.state.Quota[n.Name].Next(d.now)
	end := d.state.Started.Add(d.plan.Window)
	switch {
	case !ever:
		d.act(Lose, n, "Its own schedule uses all %d refreshes that Microsoft allows it in a day.", d.state.Quota[n.Name].Limit)
		return
	case free.After(d.now) && !free.Before(end):
		d.act(Lose, n, "It was refreshed as often as Microsoft allows in a day (%d, its schedule included); the next one is possible after the plan's window.", d.state.Quota[n.Name].Limit)
		return
	case free.After(d.now):
		d.later(free)
		return
	}
	d.take(n)
	d.act(Begin, n, "")
}

// Outcome is how a run ended.
type Outcome string

// Outcomes of a run.
const (
	// Good: every node was refreshed or did not have to be.
	Good Outcome = "done"
	// Partly: something that is not critical failed.
	Partly Outcome = "partial"
	// Bad: a critical node failed, or something was not refreshed because of it.
	Bad Outcome = "failed"
	// Stopped: somebody cancelled it before its end.
	Stopped Outcome = "cancelled"
)

// Outcome judges a run whose nodes have ended.
func (s State) Outcome(p *Plan) Outcome {
	out := Good
	for _, n := range p.Nodes {
		switch at := s.Nodes[n.Name]; at.phase() {
		case Lost:
			out = Bad
		case Failed:
			if n.Critical {
				out = Bad
			} else if out == Good {
				out = Partly
			}
		}
	}
	if s.Cancelled && out == Bad {
		return Stopped
	}
	return out
}

package refreshplan

import (
	"slices"
	"time"
)

// Defaults of what a plan leaves open (issue 7, sentence 5).
const (
	DefaultRetries    = 3
	DefaultRetryDelay = 15 * time.Minute
	DefaultTimeout    = 120 * time.Minute
	// DefaultWindow is how long after its start a run may begin refreshes.
	DefaultWindow = 8 * time.Hour
	// DefaultAtOnce and DefaultPerCapacity bound what runs at the same time.
	DefaultAtOnce      = 4
	DefaultPerCapacity = 2
)

// Bounds of a plan.
const (
	MostNodes = 500
	mostTries = 10
	// longest is the longest that Microsoft lets an enhanced refresh run, all
	// attempts together (guide, 5.2).
	longest = 24 * time.Hour
)

// Kind is what a node refreshes.
type Kind string

// Kinds of nodes.
const (
	Model    Kind = "model"
	Dataflow Kind = "dataflow"
)

// Plan is a named graph of models and dataflows.
type Plan struct {
	Name, Description string
	Start             Start
	// Window is how long after its start a run may begin refreshes.
	Window time.Duration
	// AtOnce and PerCapacity bound what this plan refreshes at the same time, in
	// all and on one capacity; shared capacity counts as one.
	AtOnce, PerCapacity int
	// People are the object ids of those who may run it besides the operators.
	People []string
	// Notify are addresses that are told when a run does not end well.
	Notify []string
	Nodes  []Node
}

// Start is what begins a run, besides a person.
type Start struct {
	// Cron is five fields, in Zone (IANA; empty is UTC); empty is no schedule.
	Cron, Zone string
	// After are the ids of plans whose good end begins this one.
	After []string
	// API lets a program begin it, after an ETL run.
	API bool
}

// Node is one model or dataflow.
type Node struct {
	// Name is unique in the plan.
	Name string
	Kind Kind
	// Workspace and Item are ids.
	Workspace, Item string
	// Needs are the names of the nodes that come before.
	Needs []string
	// Critical: when it fails, what depends on it is not refreshed.
	Critical bool
	// Enhanced is nil for a standard refresh.
	Enhanced *Enhanced
	// Retries is how often it is tried again, Delay apart.
	Retries int
	Delay   time.Duration
	// Timeout bounds one try. An enhanced refresh is cancelled then; a standard
	// one cannot be.
	Timeout time.Duration
	// Earliest and Latest bound its first start, after the run's start; zero is
	// no bound.
	Earliest, Latest time.Duration
	When             Condition
	Gate             Gate
	// Notify are addresses that are told when this node fails.
	Notify []string
}

// Enhanced are the options of an enhanced refresh (guide, 5.2).
type Enhanced struct {
	// Type is full, clearValues, calculate, dataOnly, automatic or defragment;
	// Commit transactional or partialBatch. Empty is the service's own.
	Type, Commit string
	Objects      []Object
	// Parallelism and Retries are the service's own when zero.
	Parallelism, Retries int
	// Timeout bounds one attempt inside the service; zero is five hours.
	Timeout time.Duration
}

// Object is a table, or one of its partitions.
type Object struct{ Table, Partition string }

// Condition says when a node is refreshed at all; the zero one is always. All
// parts that are set must hold.
type Condition struct {
	// Days are those of the run's start in the plan's zone; none is every day.
	Days []time.Weekday
	// Upstream: only if one of those before it was refreshed since this one was.
	Upstream bool
	// Query must answer a value within its bounds.
	Query *Query
	// Activity must have been seen often enough.
	Activity *Activity
}

// Query is a DAX query whose first value must lie within bounds.
type Query struct {
	// Workspace and Model are where it is asked; empty is the node itself.
	Workspace, Model string
	DAX              string
	Least, Most      *float64
}

// Activity is a number of events of the activity log about an item.
type Activity struct {
	// Item is an id; empty is the node's own. Name is the activity's, such as
	// ViewReport; empty is any.
	Item, Name string
	// Within is how far back it is looked for, Least how many there must be.
	Within time.Duration
	Least  int
}

// Gate is what must hold after a refresh for what depends on the node to go on.
type Gate struct {
	// Fresh: the newest good refresh is at most so old; zero asks nothing.
	Fresh time.Duration
	Query *Query
}

// Asks reports whether there is anything to check.
func (g Gate) Asks() bool { return g.Fresh > 0 || g.Query != nil }

// Asks reports whether the condition needs something to be read.
func (c Condition) Asks() bool { return c.Query != nil || c.Activity != nil }

// Places are the workspaces that a node reads or refreshes in.
func (n Node) Places() []string {
	out := []string{n.Workspace}
	for _, q := range []*Query{n.When.Query, n.Gate.Query} {
		if q != nil && q.Workspace != "" {
			out = append(out, q.Workspace)
		}
	}
	return out
}

// Node returns the node of a name; false when there is none.
func (p *Plan) Node(name string) (Node, bool) {
	i := slices.IndexFunc(p.Nodes, func(n Node) bool { return n.Name == name })
	if i < 0 {
		return Node{}, false
	}
	return p.Nodes[i], true
}

// Phases are the nodes by how many must come before them on the longest way, in
// the order of the plan. The plan must have no cycle.
func (p *Plan) Phases() [][]string {
	level := map[string]int{}
	var depth func(n Node) int
	depth = func(n Node) int {
		if d, done := level[n.Name]; done {
			return d
		}
		d := 0
		for _, need := range n.Needs {
			if up, ok := p.Node(need); ok {
				d = max(d, depth(up)+1)
			}
		}
		level[n.Name] = d
		return d
	}
	var out [][]string
	for _, n := range p.Nodes {
		d := depth(n)
		for len(out) <= d {
			out = append(out, nil)
		}
		out[d] = append(out[d], n.Name)
	}
	return out
}

// Dependents are the names of all nodes that depend on one, however far down,
// in the order of the plan.
func (p *Plan) Dependents(name string) []string {
	below := map[string]bool{name: true}
	var out []string
	for grown := true; grown; {
		grown = false
		for _, n := range p.Nodes {
			if !below[n.Name] && slices.ContainsFunc(n.Needs, func(need string) bool { return below[need] }) {
				below[n.Name], grown = true, true
			}
		}
	}
	delete(below, name)
	for _, n := range p.Nodes {
		if below[n.Name] {
			out = append(out, n.Name)
		}
	}
	return out
}

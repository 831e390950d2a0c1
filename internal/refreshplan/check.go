package refreshplan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Problem is why a plan is refused.
type Problem struct {
	// Node is the node it is about; empty when it is the plan.
	Node string
	// Line is where it stands in the YAML; 0 when that is not known.
	Line     int
	Sentence string
}

func (p Problem) Error() string {
	if p.Line > 0 {
		return fmt.Sprintf("Line %d: %s", p.Line, p.Sentence)
	}
	return p.Sentence
}

// checker collects problems.
type checker struct {
	plan *Plan
	out  []Problem
}

func (c *checker) add(node, format string, args ...any) {
	c.out = append(c.out, Problem{Node: node, Sentence: fmt.Sprintf(format, args...)})
}

// Check says everything for which a plan is refused; nothing when it is sound.
func (p *Plan) Check() []Problem {
	c := &checker{plan: p}
	if name := strings.TrimSpace(p.Name); name == "" || len([]rune(name)) > 100 {
		c.add("", "Give the plan a name of at most 100 characters.")
	}
	if len(p.Nodes) == 0 {
		c.add("", "A plan needs at least one node.")
	}
	if len(p.Nodes) > MostNodes {
		c.add("", "%d nodes are too many for one plan; at most %d. Let one plan start another.", len(p.Nodes), MostNodes)
		return c.out
	}
	if _, why := p.Start.schedule(); why != "" {
		c.add("", "%s", why)
	}
	if p.Window <= 0 || p.Window > longest {
		c.add("", "The window of a plan is between a minute and 24 hours.")
	}
	if p.AtOnce < 1 || p.PerCapacity < 1 {
		c.add("", "At least one refresh must be able to run at a time, in all and on each capacity.")
	}
	if !c.names() {
		return c.out
	}
	for _, n := range p.Nodes {
		c.node(n)
	}
	if path := p.Cycle(); len(path) > 0 {
		c.add(path[0], "The nodes wait for each other in a circle: %s. Take one of these arrows away.", strings.Join(path, " → "))
		return c.out
	}
	c.windows()
	return c.out
}

// names checks that nodes and what they need can be told apart.
func (c *checker) names() bool {
	before := len(c.out)
	seen, items := map[string]bool{}, map[string]string{}
	for _, n := range c.plan.Nodes {
		if strings.TrimSpace(n.Name) == "" || len([]rune(n.Name)) > 200 {
			c.add(n.Name, "Every node needs a name of at most 200 characters.")
		}
		if seen[n.Name] {
			c.add(n.Name, "Two nodes are called %s. Each needs a name of its own.", n.Name)
		}
		seen[n.Name] = true
		if first, twice := items[n.Item]; twice && n.Item != "" {
			c.add(n.Name, "%s and %s refresh the same thing. Once in a plan is enough: a second refresh while one runs is refused.", first, n.Name)
		}
		items[n.Item] = n.Name
	}
	for _, n := range c.plan.Nodes {
		for _, need := range n.Needs {
			if !seen[need] {
				c.add(n.Name, "%s needs %s, which is no node of this plan.", n.Name, need)
			}
		}
	}
	return len(c.out) == before
}

func (c *checker) node(n Node) {
	if n.Workspace == "" || n.Item == "" || n.Kind != Model && n.Kind != Dataflow {
		c.add(n.Name, "%s must name a workspace and a model or dataflow in it, by their ids.", n.Name)
	}
	if n.Retries < 0 || n.Retries > mostTries {
		c.add(n.Name, "%s: between 0 and %d retries.", n.Name, mostTries)
	}
	if n.Delay < 0 || n.Delay > 12*time.Hour {
		c.add(n.Name, "%s: the delay between two tries is at most 12 hours.", n.Name)
	}
	if n.Timeout < time.Minute || n.Timeout > longest {
		c.add(n.Name, "%s: the timeout is between a minute and 24 hours.", n.Name)
	}
	c.enhanced(n)
	for _, q := range []*Query{n.When.Query, n.Gate.Query} {
		c.query(n, q)
	}
	if n.Kind == Dataflow && n.When.Query != nil && n.When.Query.Model == "" {
		c.add(n.Name, "%s is a dataflow, which cannot be queried: name the model that the query of its condition asks.", n.Name)
	}
	if n.Kind == Dataflow && n.Gate.Query != nil && n.Gate.Query.Model == "" {
		c.add(n.Name, "%s is a dataflow, which cannot be queried: name the model that the query of its gate asks.", n.Name)
	}
	if a := n.When.Activity; a != nil && (a.Least < 1 || a.Within <= 0 || a.Within > 28*24*time.Hour) {
		c.add(n.Name, "%s: an activity check asks for at least one event within 28 days.", n.Name)
	}
	if n.When.Upstream && len(n.Needs) == 0 {
		c.add(n.Name, "%s is to be refreshed only if an upstream was, and has none.", n.Name)
	}
	if n.Gate.Fresh < 0 {
		c.add(n.Name, "%s: how fresh the data must be is a length of time.", n.Name)
	}
}

var (
	refreshTypes = []string{"", "full", "clearValues", "calculate", "dataOnly", "automatic", "defragment"}
	commitModes  = []string{"", "transactional", "partialBatch"}
)

func (c *checker) enhanced(n Node) {
	e := n.Enhanced
	if e == nil {
		return
	}
	if n.Kind == Dataflow {
		c.add(n.Name, "%s is a dataflow: only models have enhanced refreshes.", n.Name)
	}
	if !slices.Contains(refreshTypes, e.Type) {
		c.add(n.Name, "%s: the type of a refresh is %s.", n.Name, strings.Join(refreshTypes[1:], ", "))
	}
	if !slices.Contains(commitModes, e.Commit) {
		c.add(n.Name, "%s: commit is %s.", n.Name, strings.Join(commitModes[1:], " or "))
	}
	if e.Parallelism < 0 || e.Parallelism > 100 || e.Retries < 0 || e.Retries > mostTries {
		c.add(n.Name, "%s: parallelism is at most 100, retries inside the service at most %d.", n.Name, mostTries)
	}
	if e.Timeout < 0 || e.Timeout > longest {
		c.add(n.Name, "%s: the service lets one attempt run for 24 hours at most.", n.Name)
	}
	for _, o := range e.Objects {
		if o.Table == "" {
			c.add(n.Name, "%s: an object to refresh needs the name of its table.", n.Name)
		}
	}
}

func (c *checker) query(n Node, q *Query) {
	switch {
	case q == nil:
		return
	case strings.TrimSpace(q.DAX) == "" || len(q.DAX) > 4000:
		c.add(n.Name, "%s: a check needs a DAX query of at most 4,000 characters.", n.Name)
	case q.Least == nil && q.Most == nil:
		c.add(n.Name, "%s: say what the query must answer at least or at most.", n.Name)
	case q.Least != nil && q.Most != nil && *q.Least > *q.Most:
		c.add(n.Name, "%s: the least that the query may answer is above the most.", n.Name)
	case (q.Model == "") != (q.Workspace == ""):
		c.add(n.Name, "%s: name both workspace and model of a query, or neither.", n.Name)
	}
}

// Cycle returns a way through the graph that comes back to where it began, its
// first name twice; nil when there is none. Arrows point from what comes first.
func (p *Plan) Cycle() []string {
	const open, closed = 1, 2
	state := map[string]int{}
	needs := map[string][]string{}
	for _, n := range p.Nodes {
		needs[n.Name] = n.Needs
	}
	var way []string
	var walk func(name string) []string
	walk = func(name string) []string {
		state[name] = open
		way = append(way, name)
		for _, need := range needs[name] {
			if state[need] == open {
				circle := append(slices.Clone(way[slices.Index(way, need):]), need)
				slices.Reverse(circle)
				return circle
			}
			if state[need] == 0 {
				if found := walk(need); found != nil {
					return found
				}
			}
		}
		state[name] = closed
		way = way[:len(way)-1]
		return nil
	}
	for _, n := range p.Nodes {
		if state[n.Name] == 0 {
			if found := walk(n.Name); found != nil {
				return found
			}
		}
	}
	return nil
}

// windows refuses bounds that no run can keep, with the way that leads there.
func (c *checker) windows() {
	type reach struct {
		at  time.Duration
		way []string
	}
	soonest := map[string]reach{}
	for _, phase := range c.plan.Phases() {
		for _, name := range phase {
			n, _ := c.plan.Node(name)
			r := reach{at: n.Earliest, way: []string{name}}
			for _, need := range n.Needs {
				if up := soonest[need]; up.at >= r.at && up.at > 0 {
					r = reach{at: up.at, way: append(slices.Clone(up.way), name)}
				}
			}
			soonest[name] = r
			way := strings.Join(r.way, " → ")
			switch {
			case n.Earliest < 0 || n.Latest < 0:
				c.add(name, "%s: earliest and latest count from the start of the run, forwards.", name)
			case n.Latest > 0 && r.at >= n.Latest && len(r.way) > 1:
				c.add(name, "%s must start within %s of the run's start, but %s may not start before %s: %s.", name, Length(n.Latest), r.way[0], Length(r.at), way)
			case n.Latest > 0 && r.at >= n.Latest:
				c.add(name, "%s: latest (%s) must come after earliest (%s).", name, Length(n.Latest), Length(n.Earliest))
			case r.at >= c.plan.Window:
				c.add(name, "%s cannot start before %s, when the plan's window of %s is over: %s.", name, Length(r.at), Length(c.plan.Window), way)
			}
		}
	}
}

// schedule reads the cron expression; nil when there is none, and a sentence
// when it cannot be read.
func (s Start) schedule() (cron.Schedule, string) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "Local" {
		return nil, fmt.Sprintf("There is no time zone %q. Write it as in Europe/Berlin.", s.Zone)
	}
	if strings.TrimSpace(s.Cron) == "" {
		return nil, ""
	}
	wrong := fmt.Sprintf("The schedule %q cannot be read. Write five fields such as \"0 2 * * 1-5\": minute, hour, day, month, weekday.", s.Cron)
	if len(strings.Fields(s.Cron)) != 5 {
		return nil, wrong
	}
	parsed, err := cron.ParseStandard("CRON_TZ=" + zone.String() + " " + s.Cron)
	if err != nil {
		return nil, wrong
	}
	return parsed, ""
}

// Location is where the plan's days and times are; UTC when its zone cannot be
// read.
func (s Start) Location() *time.Location {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Next is when the schedule starts the plan after a moment; zero when never.
func (s Start) Next(after time.Time) time.Time {
	parsed, why := s.schedule()
	if why != "" || parsed == nil {
		return time.Time{}
	}
	return parsed.Next(after)
}

// Length writes a length of time as a page says it: 2h, 90m, 1h30m, 45s.
func Length(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

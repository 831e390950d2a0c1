package refreshplan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// mostBytes bounds a plan's text.
const mostBytes = 512 << 10

// length is a length of time such as 90m.
type length time.Duration

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *length) UnmarshalYAML(n *yaml.Node) error {
	d, err := time.ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %q is no length of time; write 90m or 2h", n.Line, n.Value)
	}
	*l = length(d)
	return nil
}

// MarshalYAML implements yaml.Marshaler.
func (l length) MarshalYAML() (any, error) { return Length(time.Duration(l)), nil }

type yamlPlan struct {
	Name        string     `yaml:"name"`
	Description string     `yaml:"description,omitempty"`
	Schedule    string     `yaml:"schedule,omitempty"`
	Zone        string     `yaml:"zone,omitempty"`
	After       []string   `yaml:"after,omitempty"`
	API         bool       `yaml:"api,omitempty"`
	Window      *length    `yaml:"window,omitempty"`
	AtOnce      *int       `yaml:"at_once,omitempty"`
	PerCapacity *int       `yaml:"per_capacity,omitempty"`
	People      []string   `yaml:"people,omitempty"`
	Notify      []string   `yaml:"notify,omitempty"`
	Nodes       []yamlNode `yaml:"nodes"`
}

type yamlNode struct {
	Name      string        `yaml:"name"`
	Workspace string        `yaml:"workspace"`
	Model     string        `yaml:"model,omitempty"`
	Dataflow  string        `yaml:"dataflow,omitempty"`
	Needs     []string      `yaml:"needs,omitempty,flow"`
	Critical  *bool         `yaml:"critical,omitempty"`
	Enhanced  *yamlEnhanced `yaml:"enhanced,omitempty"`
	Retries   *int          `yaml:"retries,omitempty"`
	Delay     *length       `yaml:"delay,omitempty"`
	Timeout   *length       `yaml:"timeout,omitempty"`
	Earliest  length        `yaml:"earliest,omitempty"`
	Latest    length        `yaml:"latest,omitempty"`
	When      *yamlWhen     `yaml:"when,omitempty"`
	Gate      *yamlGate     `yaml:"gate,omitempty"`
	Notify    []string      `yaml:"notify,omitempty"`
}

type yamlEnhanced struct {
	Type        string       `yaml:"type,omitempty"`
	Commit      string       `yaml:"commit,omitempty"`
	Parallelism int          `yaml:"parallelism,omitempty"`
	Retries     int          `yaml:"retries,omitempty"`
	Timeout     length       `yaml:"timeout,omitempty"`
	Objects     []yamlObject `yaml:"objects,omitempty"`
}

type yamlObject struct {
	Table     string `yaml:"table"`
	Partition string `yaml:"partition,omitempty"`
}

type yamlWhen struct {
	Days     []string      `yaml:"days,omitempty,flow"`
	Upstream bool          `yaml:"upstream,omitempty"`
	Query    *yamlQuery    `yaml:"query,omitempty"`
	Activity *yamlActivity `yaml:"activity,omitempty"`
}

type yamlQuery struct {
	Workspace string   `yaml:"workspace,omitempty"`
	Model     string   `yaml:"model,omitempty"`
	DAX       string   `yaml:"dax"`
	Least     *float64 `yaml:"least,omitempty"`
	Most      *float64 `yaml:"most,omitempty"`
}

type yamlActivity struct {
	Item   string `yaml:"item,omitempty"`
	Name   string `yaml:"name,omitempty"`
	Within length `yaml:"within"`
	Least  int    `yaml:"least"`
}

type yamlGate struct {
	Fresh length     `yaml:"fresh,omitempty"`
	Query *yamlQuery `yaml:"query,omitempty"`
}

// Parse reads a plan written as YAML, strictly: an unknown key is refused with
// its line. What the text leaves open gets the defaults. It returns every
// problem; the plan is usable only when there is none.
func Parse(text []byte) (Plan, []Problem) {
	if len(text) > mostBytes {
		return Plan{}, []Problem{{Sentence: "The text is too long for a plan."}}
	}
	var y yamlPlan
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	switch err := dec.Decode(&y); {
	case errors.Is(err, io.EOF):
		return Plan{}, []Problem{{Sentence: "The plan is empty."}}
	case err != nil:
		return Plan{}, unreadable(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Plan{}, []Problem{{Sentence: "Write one plan only: there is a second document after ---."}}
	}
	p, problems := y.plan()
	problems = append(problems, p.Check()...)
	lines := nodeLines(text)
	for i, problem := range problems {
		if problem.Line == 0 && problem.Node != "" {
			problems[i].Line = lines[problem.Node]
		}
	}
	return p, problems
}

// unreadable tells what the YAML reader said, a problem a line.
func unreadable(err error) []Problem {
	lines := []string{err.Error()}
	var types *yaml.TypeError
	if errors.As(err, &types) {
		lines = types.Errors
	}
	var out []Problem
	for _, text := range lines {
		p := Problem{Sentence: strings.TrimPrefix(text, "yaml: ")}
		var rest string
		if n, _ := fmt.Sscanf(p.Sentence, "line %d:", &p.Line); n == 1 {
			_, rest, _ = strings.Cut(p.Sentence, ":")
			p.Sentence = strings.TrimSpace(rest)
		}
		if key, _, unknown := strings.Cut(p.Sentence, " not found in type "); unknown {
			p.Sentence = fmt.Sprintf("There is no key %q here.", strings.TrimPrefix(key, "field "))
		} else {
			p.Sentence = "This is not what a plan looks like: " + p.Sentence + "."
		}
		out = append(out, p)
	}
	return out
}

// nodeLines says on which line each node begins.
func nodeLines(text []byte) map[string]int {
	out := map[string]int{}
	var doc struct {
		Nodes []yaml.Node `yaml:"nodes"`
	}
	if yaml.Unmarshal(text, &doc) != nil {
		return out
	}
	for _, n := range doc.Nodes {
		var one struct {
			Name string `yaml:"name"`
		}
		if n.Decode(&one) == nil && out[one.Name] == 0 {
			out[one.Name] = n.Line
		}
	}
	return out
}

// given is what a pointer holds, or a default.
func given[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func (y yamlPlan) plan() (Plan, []Problem) {
	p := Plan{Name: strings.TrimSpace(y.Name), Description: y.Description, People: lowered(y.People), Notify: y.Notify,
		Start:  Start{Cron: strings.TrimSpace(y.Schedule), Zone: y.Zone, After: y.After, API: y.API},
		Window: time.Duration(given(y.Window, length(DefaultWindow))), AtOnce: given(y.AtOnce, DefaultAtOnce), PerCapacity: given(y.PerCapacity, DefaultPerCapacity)}
	var problems []Problem
	for _, n := range y.Nodes {
		node, why := n.node()
		for _, sentence := range why {
			problems = append(problems, Problem{Node: n.Name, Sentence: sentence})
		}
		p.Nodes = append(p.Nodes, node)
	}
	return p, problems
}

func lowered(list []string) []string {
	var out []string
	for _, one := range list {
		out = append(out, strings.ToLower(strings.TrimSpace(one)))
	}
	return out
}

func (y yamlNode) node() (n Node, problems []string) {
	n = Node{Name: y.Name, Kind: Model, Workspace: strings.ToLower(y.Workspace), Item: strings.ToLower(y.Model), Needs: y.Needs, Critical: given(y.Critical, true),
		Retries: given(y.Retries, DefaultRetries), Delay: time.Duration(given(y.Delay, length(DefaultRetryDelay))),
		Timeout: time.Duration(given(y.Timeout, length(DefaultTimeout))), Earliest: time.Duration(y.Earliest), Latest: time.Duration(y.Latest), Notify: y.Notify}
	if y.Dataflow != "" {
		n.Kind, n.Item = Dataflow, strings.ToLower(y.Dataflow)
		if y.Model != "" {
			problems = append(problems, y.Name+" names a model and a dataflow. A node is one of them.")
		}
	}
	if e := y.Enhanced; e != nil {
		n.Enhanced = &Enhanced{Type: e.Type, Commit: e.Commit, Parallelism: e.Parallelism, Retries: e.Retries, Timeout: time.Duration(e.Timeout)}
		for _, o := range e.Objects {
			n.Enhanced.Objects = append(n.Enhanced.Objects, Object(o))
		}
	}
	if w := y.When; w != nil {
		n.When = Condition{Upstream: w.Upstream, Query: w.Query.query()}
		for _, word := range w.Days {
			day, ok := Weekday(word)
			if !ok {
				problems = append(problems, fmt.Sprintf("%q is no day of the week. Write Monday, or Mon.", word))
			}
			n.When.Days = append(n.When.Days, day)
		}
		if a := w.Activity; a != nil {
			n.When.Activity = &Activity{Item: strings.ToLower(a.Item), Name: a.Name, Within: time.Duration(a.Within), Least: a.Least}
		}
	}
	if g := y.Gate; g != nil {
		n.Gate = Gate{Fresh: time.Duration(g.Fresh), Query: g.Query.query()}
	}
	return n, problems
}

func (q *yamlQuery) query() *Query {
	if q == nil {
		return nil
	}
	return &Query{Workspace: strings.ToLower(q.Workspace), Model: strings.ToLower(q.Model), DAX: q.DAX, Least: q.Least, Most: q.Most}
}

// Weekday reads Monday, monday or Mon.
func Weekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(word, d.String()) || strings.EqualFold(word, d.String()[:3]) {
			return d, true
		}
	}
	return 0, false
}

package refreshplan

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// YAML writes the plan so that Parse reads the same plan again. What has its
// default is left out, so that people see what somebody chose.
func (p Plan) YAML() string {
	y := yamlPlan{Name: p.Name, Description: p.Description, Schedule: p.Start.Cron, Zone: p.Start.Zone, After: p.Start.After, API: p.Start.API,
		Window: other(length(p.Window), length(DefaultWindow)), AtOnce: other(p.AtOnce, DefaultAtOnce), PerCapacity: other(p.PerCapacity, DefaultPerCapacity),
		People: p.People, Notify: p.Notify, Nodes: []yamlNode{}}
	for _, n := range p.Nodes {
		y.Nodes = append(y.Nodes, n.yaml())
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(y); err != nil {
		panic("refreshplan: plain values cannot fail to be written: " + err.Error())
	}
	return b.String()
}

// other is a value that is not the default; nil when it is.
func other[T comparable](v, otherwise T) *T {
	if v == otherwise {
		return nil
	}
	return &v
}

func (n Node) yaml() yamlNode {
	y := yamlNode{Name: n.Name, Workspace: n.Workspace, Needs: n.Needs, Critical: other(n.Critical, true), Retries: other(n.Retries, DefaultRetries),
		Delay: other(length(n.Delay), length(DefaultRetryDelay)), Timeout: other(length(n.Timeout), length(DefaultTimeout)),
		Earliest: length(n.Earliest), Latest: length(n.Latest), Notify: n.Notify}
	if n.Kind == Dataflow {
		y.Dataflow = n.Item
	} else {
		y.Model = n.Item
	}
	if e := n.Enhanced; e != nil {
		y.Enhanced = &yamlEnhanced{Type: e.Type, Commit: e.Commit, Parallelism: e.Parallelism, Retries: e.Retries, Timeout: length(e.Timeout)}
		for _, o := range e.Objects {
			y.Enhanced.Objects = append(y.Enhanced.Objects, yamlObject(o))
		}
	}
	if c := n.When; len(c.Days) > 0 || c.Upstream || c.Asks() {
		y.When = &yamlWhen{Upstream: c.Upstream, Query: c.Query.yaml()}
		for _, d := range c.Days {
			y.When.Days = append(y.When.Days, d.String())
		}
		if a := c.Activity; a != nil {
			y.When.Activity = &yamlActivity{Item: a.Item, Name: a.Name, Within: length(a.Within), Least: a.Least}
		}
	}
	if n.Gate.Asks() {
		y.Gate = &yamlGate{Fresh: length(n.Gate.Fresh), Query: n.Gate.Query.yaml()}
	}
	return y
}

func (q *Query) yaml() *yamlQuery {
	if q == nil {
		return nil
	}
	return &yamlQuery{Workspace: q.Workspace, Model: q.Model, DAX: q.DAX, Least: q.Least, Most: q.Most}
}

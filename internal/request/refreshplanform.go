package request

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/refreshplan"
)

// Fill writes a plan into the questions and the text.
func (p *RefreshPlanParams) Fill(plan refreshplan.Plan) {
	p.Name, p.Description, p.Schedule, p.Zone, p.After, p.API = plan.Name, plan.Description, plan.Start.Cron, plan.Start.Zone, plan.Start.After, plan.Start.API
	p.Window, p.AtOnce, p.PerCapacity = refreshplan.Length(plan.Window), strconv.Itoa(plan.AtOnce), strconv.Itoa(plan.PerCapacity)
	p.Notify, p.People, p.Nodes = strings.Join(plan.Notify, ", "), nil, nil
	for _, id := range plan.People {
		p.People = append(p.People, ID(id))
	}
	for _, n := range plan.Nodes {
		p.Nodes = append(p.Nodes, asked(n))
	}
	p.YAML = plan.YAML()
	p.Shown = fingerprint(p.YAML)
}

func asked(n refreshplan.Node) PlanNode {
	out := PlanNode{Name: n.Name, Kind: string(n.Kind), Workspace: ID(n.Workspace), Item: ID(n.Item), Needs: strings.Join(n.Needs, ", "), Lenient: !n.Critical,
		Retries: strconv.Itoa(n.Retries), Delay: refreshplan.Length(n.Delay), Timeout: refreshplan.Length(n.Timeout), Upstream: n.When.Upstream, Notify: strings.Join(n.Notify, ", ")}
	if e := n.Enhanced; e != nil {
		if out.Refresh, out.Commit = e.Type, e.Commit; out.Refresh == "" {
			out.Refresh = "automatic"
		}
		if e.Parallelism > 0 {
			out.Parallelism = strconv.Itoa(e.Parallelism)
		}
	}
	var days []string
	for _, d := range n.When.Days {
		days = append(days, d.String())
	}
	out.Days = strings.Join(days, ", ")
	if n.Gate.Fresh > 0 {
		out.Fresh = refreshplan.Length(n.Gate.Fresh)
	}
	out.Query, out.QueryLeast, out.QueryMost = askedQuery(n.When.Query)
	out.Gate, out.GateLeast, out.GateMost = askedQuery(n.Gate.Query)
	return out
}

func askedQuery(q *refreshplan.Query) (dax, least, most string) {
	if q == nil {
		return "", "", ""
	}
	bound := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return q.DAX, bound(q.Least), bound(q.Most)
}

// reader reads typed questions, with a refusal at each that cannot be read.
type reader struct {
	errs FieldErrors
}

func (r *reader) length(field, text string, otherwise time.Duration) time.Duration {
	if text = strings.TrimSpace(text); text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		r.errs.add(field, "%q is no length of time. Write 90m or 2h.", text)
	}
	return d
}

func (r *reader) count(field, text string, otherwise int) int {
	if text = strings.TrimSpace(text); text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.errs.add(field, "%q is no whole number.", text)
	}
	return n
}

func (r *reader) query(field string, was *refreshplan.Query, dax, least, most string) *refreshplan.Query {
	if strings.TrimSpace(dax) == "" {
		return nil
	}
	q := refreshplan.Query{}
	if was != nil {
		q = *was
	}
	bound := func(field, text string) *float64 {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			r.errs.add(field, "%q is no number.", text)
		}
		return &v
	}
	q.DAX, q.Least, q.Most = dax, bound(field+"_least", least), bound(field+"_most", most)
	return &q
}

// listed parts a list with commas.
func listed(text string) []string {
	var out []string
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// compose makes the plan of the questions. What they do not ask about (tables,
// bounds of the start, activity) is as in the text they came from.
func (p *RefreshPlanParams) compose() (refreshplan.Plan, FieldErrors) {
	was, _ := refreshplan.Parse([]byte(p.YAML))
	r := &reader{}
	plan := refreshplan.Plan{Name: strings.TrimSpace(p.Name), Description: strings.TrimSpace(p.Description), Notify: listed(p.Notify),
		Start:  refreshplan.Start{Cron: strings.TrimSpace(p.Schedule), Zone: strings.TrimSpace(p.Zone), API: p.API},
		Window: r.length("window", p.Window, refreshplan.DefaultWindow), AtOnce: r.count("at_once", p.AtOnce, refreshplan.DefaultAtOnce),
		PerCapacity: r.count("per_capacity", p.PerCapacity, refreshplan.DefaultPerCapacity)}
	for _, id := range p.After {
		if id = strings.TrimSpace(id); id != "" {
			plan.Start.After = append(plan.Start.After, id)
		}
	}
	for _, id := range p.People {
		if id != "" {
			plan.People = append(plan.People, string(NewID(string(id))))
		}
	}
	for i, n := range p.Nodes {
		if n == (PlanNode{}) || n == (PlanNode{Kind: n.Kind}) {
			continue
		}
		plan.Nodes = append(plan.Nodes, r.node(indexed("nodes", i), n, &was))
	}
	return plan, r.errs
}

func (r *reader) node(at string, n PlanNode, was *refreshplan.Plan) refreshplan.Node {
	item := string(NewID(string(n.Item)))
	out := refreshplan.Node{}
	if i := slices.IndexFunc(was.Nodes, func(o refreshplan.Node) bool { return o.Item == item }); i >= 0 {
		out = was.Nodes[i]
	}
	out.Name, out.Kind, out.Workspace, out.Item, out.Needs, out.Critical = strings.TrimSpace(n.Name), refreshplan.Kind(n.Kind), string(NewID(string(n.Workspace))), item, listed(n.Needs), !n.Lenient
	if out.Kind == "" {
		out.Kind = refreshplan.Model
	}
	out.Retries = r.count(at+".retries", n.Retries, refreshplan.DefaultRetries)
	out.Delay, out.Timeout = r.length(at+".delay", n.Delay, refreshplan.DefaultRetryDelay), r.length(at+".timeout", n.Timeout, refreshplan.DefaultTimeout)
	switch {
	case n.Refresh == "":
		out.Enhanced = nil
	case out.Enhanced == nil:
		out.Enhanced = &refreshplan.Enhanced{}
		fallthrough
	default:
		e := *out.Enhanced
		e.Type, e.Commit, e.Parallelism = n.Refresh, n.Commit, r.count(at+".parallelism", n.Parallelism, 0)
		out.Enhanced = &e
	}
	out.When.Upstream, out.When.Days, out.Notify = n.Upstream, nil, listed(n.Notify)
	for _, word := range listed(n.Days) {
		day, ok := refreshplan.Weekday(word)
		if !ok {
			r.errs.add(at+".days", "%q is no day of the week. Write Monday, or Mon.", word)
		}
		out.When.Days = append(out.When.Days, day)
	}
	out.When.Query = r.query(at+".query", out.When.Query, n.Query, n.QueryLeast, n.QueryMost)
	out.Gate.Fresh = r.length(at+".fresh", n.Fresh, 0)
	out.Gate.Query = r.query(at+".gate", out.Gate.Query, n.Gate, n.GateLeast, n.GateMost)
	return out
}

package request

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"steward/internal/refreshplan"
	"steward/internal/tenant"
)

// RefreshPlanChange makes, changes or deletes a refresh plan.
const RefreshPlanChange Kind = "refresh-plan"

// RefreshPlanParams ask for a refresh plan as it is to be, whole. It is there
// twice, as questions and as YAML; Settle brings the two together. Fields of a
// node: nodes[i].name, .kind, .workspace, .item, … as PlanNode has them.
type RefreshPlanParams struct {
	// Plan is the id of the plan to change; empty makes one.
	Plan   string `json:"plan"`
	Delete bool   `json:"delete"`
	// Space is a workspace whose models a draft is made of.
	Space       ID         `json:"space"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Schedule    string     `json:"schedule"`
	Zone        string     `json:"zone"`
	After       []string   `json:"after"`
	API         bool       `json:"api"`
	Window      string     `json:"window"`
	AtOnce      string     `json:"at_once"`
	PerCapacity string     `json:"per_capacity"`
	People      []ID       `json:"people"`
	Notify      string     `json:"notify"`
	Nodes       []PlanNode `json:"nodes"`
	YAML        string     `json:"yaml"`
	// Shown is the fingerprint of the text that the questions agree with: a text
	// with another one was changed since, and counts.
	Shown string `json:"shown"`
}

// PlanNode is a node in questions. Lists have commas between, lengths of time
// are 90m or 2h; empty is the default.
type PlanNode struct {
	Name string `json:"name"`
	// Kind is model or dataflow.
	Kind      string `json:"kind"`
	Workspace ID     `json:"workspace"`
	Item      ID     `json:"item"`
	Needs     string `json:"needs"`
	// Lenient: it is not critical.
	Lenient bool `json:"lenient"`
	// Refresh is empty for a standard one, else the type of an enhanced one.
	Refresh     string `json:"refresh"`
	Commit      string `json:"commit"`
	Parallelism string `json:"parallelism"`
	Retries     string `json:"retries"`
	Delay       string `json:"delay"`
	Timeout     string `json:"timeout"`
	Days        string `json:"days"`
	Upstream    bool   `json:"upstream"`
	Query       string `json:"query"`
	QueryLeast  string `json:"query_least"`
	QueryMost   string `json:"query_most"`
	Fresh       string `json:"fresh"`
	Gate        string `json:"gate"`
	GateLeast   string `json:"gate_least"`
	GateMost    string `json:"gate_most"`
	Notify      string `json:"notify"`
}

// Planned is a refresh plan as it is agreed now.
type Planned struct {
	ID, Name string
	Version  int64
	YAML     string
}

// Kind implements Params.
func (*RefreshPlanParams) Kind() Kind { return RefreshPlanChange }

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Settle makes the questions of the text when that was changed, and the text of
// the questions otherwise. A text that cannot be read is kept as it is.
func (p *RefreshPlanParams) Settle() {
	if p.textCounts() {
		if plan, problems := refreshplan.Parse([]byte(p.YAML)); len(plan.Nodes) > 0 || len(problems) == 0 {
			typed := p.YAML
			p.Fill(plan)
			if len(problems) > 0 { // it is still the text that counts
				p.YAML, p.Shown = typed, ""
			}
		}
		return
	}
	plan, _ := p.compose()
	p.YAML = plan.YAML()
	p.Shown = fingerprint(p.YAML)
}

func (p *RefreshPlanParams) textCounts() bool {
	return strings.TrimSpace(p.YAML) != "" && fingerprint(p.YAML) != p.Shown
}

// Text is the plan as it will be stored, and what stands against it.
func (p *RefreshPlanParams) Text() (plan refreshplan.Plan, e FieldErrors) {
	if p.textCounts() {
		plan, problems := refreshplan.Parse([]byte(p.YAML))
		for _, problem := range problems {
			e.add("yaml", "%s", problem.Error())
		}
		return plan, e
	}
	plan, e = p.compose()
	if len(e) > 0 {
		return plan, e
	}
	for _, problem := range plan.Check() {
		field := "name"
		if i := slices.IndexFunc(plan.Nodes, func(n refreshplan.Node) bool { return n.Name == problem.Node }); i >= 0 && problem.Node != "" {
			field = indexed("nodes", i) + ".name"
		}
		e.add(field, "%s", problem.Sentence)
	}
	return plan, e
}

// Validate implements Params.
func (p *RefreshPlanParams) Validate() FieldErrors {
	if p.Delete {
		return nil
	}
	_, e := p.Text()
	return e
}

// Refs implements Params.
func (p *RefreshPlanParams) Refs() Refs {
	r := Refs{RefreshPlans: true, Workspaces: given(p.Space), Principals: given(p.People...)}
	plan, _ := p.Text()
	for _, n := range plan.Nodes {
		r.Refreshed = append(r.Refreshed, ID(n.Item))
		r.Workspaces = append(r.Workspaces, given(places(n)...)...)
	}
	return r
}

func places(n refreshplan.Node) (out []ID) {
	for _, id := range n.Places() {
		out = append(out, ID(id))
	}
	return out
}

func (p *RefreshPlanParams) plan(b *builder) {
	i := slices.IndexFunc(b.estate.RefreshPlans, func(o Planned) bool { return o.ID == p.Plan })
	var was Planned
	if i >= 0 {
		was = b.estate.RefreshPlans[i]
	} else if p.Plan != "" || p.Delete {
		b.fail("plan", "There is no such refresh plan any more.")
		return
	}
	b.needsReason("Say why, in a few words: whoever looks at the plan in a year will want to know.")
	if p.Delete {
		p.drop(b, was)
		return
	}
	plan, _ := p.Text()
	p.nodes(b, &plan)
	p.around(b, &plan, was)
	text := plan.YAML()
	if text == was.YAML {
		b.fail("yaml", "The plan is so already: nothing would change.")
	}
	word, version := "Make", was.Version+1
	if was.ID != "" {
		word = "Change"
	}
	b.title("%s the refresh plan %s", word, plan.Name)
	id := was.ID
	if id == "" {
		id = b.ctx.Request
	}
	b.add(Step{
		Says: fmt.Sprintf("%s the refresh plan %s (version %d): %s", word, plan.Name, version, inShort(&plan)), Lock: "refresh-plan/" + id,
		Call: houseCall("RefreshPlans_Put", "PUT", "refreshes/plans/{plan}", "plan", id, map[string]Value{"version": Number(version), "sha256": Text(fingerprint(text)), "yaml": lines(text)}),
		Look: houseLook("plan", id), Expects: []Observation{observe(RefreshPlanVersion, versionText(was), "plan", was.ID)},
		Undo: &Undo{Sentence: "Ask for it as it was; every version is kept", Call: houseCall("RefreshPlans_Put", "PUT", "refreshes/plans/{plan}", "plan", id, map[string]Value{"version": Number(was.Version)}), Look: houseLook("plan", id)},
	})
}

func versionText(p Planned) string {
	if p.ID == "" {
		return ""
	}
	return fmt.Sprint(p.Version)
}

func lines(text string) Value {
	var out []Value
	for line := range strings.Lines(text) {
		out = append(out, Text(strings.TrimRight(line, "\n")))
	}
	return List(out...)
}

// inShort says what a plan does, for whoever agrees to it.
func inShort(p *refreshplan.Plan) string {
	n, phases := len(p.Nodes), len(p.Phases())
	out := fmt.Sprintf("%d nodes in %d phases", n, phases)
	if p.Start.Cron != "" {
		zone := p.Start.Zone
		if zone == "" {
			zone = "UTC"
		}
		out += fmt.Sprintf(", by the schedule %q in %s", p.Start.Cron, zone)
	}
	if len(p.Start.After) > 0 {
		out += ", after the end of another plan"
	}
	if p.Start.API {
		out += ", when a program asks"
	}
	return out
}

// nodes holds the nodes against the tenant.
func (p *RefreshPlanParams) nodes(b *builder, plan *refreshplan.Plan) {
	for i, n := range plan.Nodes {
		at := indexed("nodes", i)
		for _, id := range given(places(n)...) {
			b.space(at+".workspace", id)
		}
		f, ok := b.estate.Refreshed[NewID(n.Item)]
		switch {
		case !ok || NewID(f.Workspace) != NewID(n.Workspace):
			b.fail(at+".item", "The last scan knows no such model or dataflow in this workspace.")
		case f.Kind != n.Kind:
			b.fail(at+".item", "%s is a %s.", f.Name, f.Kind)
		case !f.Refreshable:
			b.fail(at+".item", "%s has no data of its own: it is connected live, and is not refreshed.", f.Name)
		}
	}
}

// around holds name, people and what comes before against what there is.
func (p *RefreshPlanParams) around(b *builder, plan *refreshplan.Plan, was Planned) {
	for _, o := range b.estate.RefreshPlans {
		if o.ID != was.ID && tenant.Fold(o.Name) == tenant.Fold(plan.Name) {
			b.fail("name", "Another refresh plan is called %s.", o.Name)
		}
	}
	for i, id := range plan.People {
		who, ok := b.somebody(indexed("people", i), ID(id))
		if ok && who.Kind != tenant.PrincipalUser {
			b.fail(indexed("people", i), "Name people: %s is none.", who.Name)
		} else if ok {
			b.gain(who, "Runs the plan", plan.Name)
		}
	}
	before := map[string][]string{}
	names := map[string]string{}
	for _, o := range b.estate.RefreshPlans {
		other, _ := refreshplan.Parse([]byte(o.YAML))
		before[o.ID], names[o.ID] = other.Start.After, o.Name
	}
	for i, id := range plan.Start.After {
		if _, ok := before[id]; !ok || id == was.ID {
			b.fail(indexed("after", i), "There is no other refresh plan with this id.")
		} else if way := wayTo(before, id, was.ID, nil); was.ID != "" && way != nil {
			for j := range way {
				way[j] = names[way[j]]
			}
			b.fail(indexed("after", i), "The plans would start each other in a circle: %s → %s.", strings.Join(way, " → "), plan.Name)
		}
	}
}

// wayTo is a way from a plan back to another over what each comes after; nil
// when there is none. Its first is where it leads to.
func wayTo(before map[string][]string, from, to string, seen []string) []string {
	if from == to {
		return []string{to}
	}
	if slices.Contains(seen, from) {
		return nil
	}
	for _, id := range before[from] {
		if way := wayTo(before, id, to, append(seen, from)); way != nil {
			return append(way, from)
		}
	}
	return nil
}

// drop plans the end of a plan.
func (p *RefreshPlanParams) drop(b *builder, was Planned) {
	plan, _ := refreshplan.Parse([]byte(was.YAML))
	for i, n := range plan.Nodes {
		if w, ok := b.estate.Workspaces[NewID(n.Workspace)]; ok {
			b.place(w.Name, w.Domain)
		} else if i == 0 {
			b.place("", "")
		}
	}
	b.title("Delete the refresh plan %s", was.Name)
	b.risky("Nothing refreshes any more what only this plan refreshes.")
	b.add(Step{
		Says: "Delete the refresh plan " + was.Name + "; its versions and runs are kept", Lock: "refresh-plan/" + was.ID,
		Call: houseCall("RefreshPlans_Delete", "DELETE", "refreshes/plans/{plan}", "plan", was.ID, nil),
		Look: houseLook("plan", was.ID), Expects: []Observation{observe(RefreshPlanVersion, versionText(was), "plan", was.ID)},
		Undo: &Undo{Sentence: "Ask for a new plan from its last version", Call: houseCall("RefreshPlans_Put", "PUT", "refreshes/plans/{plan}", "plan", was.ID, nil), Look: houseLook("plan", was.ID)},
	})
}

package refreshplan

import (
	"slices"
	"strings"
)

// Found is a model or dataflow as the last scan saw it.
type Found struct {
	ID, Workspace, WorkspaceName, Name string
	Kind                               Kind
	// Refreshable is false for what has no data of its own: a live connection or
	// a model in DirectQuery.
	Refreshable bool
	// Upstream are the ids of the models and dataflows it is made from.
	Upstream []string
}

// Propose drafts a plan that refreshes the chosen things and all that they are
// made from, what is upstream first. What has no data of its own is left out,
// and what it is made from comes before what is made from it. Unknown names
// what was not seen by the last scan.
func Propose(name string, chosen []string, all map[string]Found) (p Plan, unknown []string) {
	p = Plan{Name: name, Window: DefaultWindow, AtOnce: DefaultAtOnce, PerCapacity: DefaultPerCapacity}
	d := drafter{all: all, names: map[string]string{}, before: map[string][]string{}, used: map[string]bool{}}
	chosen = slices.Clone(chosen)
	slices.SortFunc(chosen, func(a, b string) int { return d.compare(a, b) })
	for _, id := range chosen {
		d.visit(id, nil)
	}
	for _, id := range d.order {
		one := all[id]
		n := Node{Name: d.names[id], Kind: one.Kind, Workspace: one.Workspace, Item: one.ID, Critical: true,
			Retries: DefaultRetries, Delay: DefaultRetryDelay, Timeout: DefaultTimeout}
		for _, up := range d.before[id] {
			n.Needs = append(n.Needs, d.names[up])
		}
		p.Nodes = append(p.Nodes, n)
	}
	return p, d.unknown
}

// drafter collects what a draft is made of.
type drafter struct {
	all     map[string]Found
	order   []string
	names   map[string]string
	before  map[string][]string
	used    map[string]bool
	unknown []string
}

func (d *drafter) compare(a, b string) int {
	x, y := d.all[a], d.all[b]
	return strings.Compare(x.Workspace+"\x00"+x.Name+"\x00"+a, y.Workspace+"\x00"+y.Name+"\x00"+b)
}

// visit puts an item and all before it into the order, and returns the ids that
// stand for it: itself, or what is before it when it has no data of its own.
// A circle in the lineage is cut where it closes.
func (d *drafter) visit(id string, way []string) []string {
	one, ok := d.all[id]
	if !ok {
		if !slices.Contains(d.unknown, id) {
			d.unknown = append(d.unknown, id)
		}
		return nil
	}
	if slices.Contains(way, id) {
		return nil
	}
	if d.used[id] && one.Refreshable {
		return []string{id}
	}
	ups := slices.Clone(one.Upstream)
	slices.SortFunc(ups, d.compare)
	var before []string
	for _, up := range ups {
		for _, stand := range d.visit(up, append(way, id)) {
			if !slices.Contains(before, stand) && stand != id {
				before = append(before, stand)
			}
		}
	}
	if !one.Refreshable {
		return before
	}
	d.used[id] = true
	d.before[id], d.names[id] = before, d.name(one)
	d.order = append(d.order, id)
	return []string{id}
}

// name is the item's, with its workspace or a number where that is taken.
func (d *drafter) name(one Found) string {
	taken := map[string]bool{}
	for _, n := range d.names {
		taken[n] = true
	}
	base := strings.TrimSpace(one.Name)
	if base == "" {
		base = one.ID
	}
	for _, name := range []string{base, base + " (" + string(one.Kind) + ")", base + " in " + one.WorkspaceName, base + " " + one.ID} {
		if !taken[name] && len([]rune(name)) <= 200 {
			return name
		}
	}
	return one.ID
}

package promotion

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/tenant"
)

// Dependency says that one thing is made from another: Item needs Needs.
type Dependency struct{ Item, Needs string }

// Sequence is the order in which things go.
type Sequence struct {
	// Layers hold every thing once; all that a thing needs is in an earlier
	// layer, unless the two are on one circle. Within a layer the order is that
	// of the question.
	Layers [][]string
	// Cycles are the circles found: each thing needs the next one, the last
	// needs the first. One circle is named for each group of things that need
	// each other.
	Cycles [][]string
}

// Flat is the sequence as one list.
func (s Sequence) Flat() []string { return slices.Concat(s.Layers...) }

// Order puts things behind what they need. Dependencies on things that are not
// among ids are left out of account; what ids names twice counts once. It takes
// time in proportion to both.
func Order(ids []string, dependencies []Dependency) Sequence {
	g := graphOf(ids, dependencies)
	groups := g.circles()
	of := make([]int, len(g.ids))
	for n, group := range groups {
		for _, v := range group {
			of[v] = n
		}
	}
	var out Sequence
	level := make([]int, len(groups))
	// The groups come in an order in which those that are needed are first.
	for n, group := range groups {
		for _, v := range group {
			for _, w := range g.needs[v] {
				if of[w] != n {
					level[n] = max(level[n], level[of[w]]+1)
				}
			}
		}
		if len(group) > 1 || slices.Contains(g.needs[group[0]], group[0]) {
			out.Cycles = append(out.Cycles, g.circle(group))
		}
	}
	for v, id := range g.ids {
		l := level[of[v]]
		for len(out.Layers) <= l {
			out.Layers = append(out.Layers, nil)
		}
		out.Layers[l] = append(out.Layers[l], id)
	}
	return out
}

// CycleText names a circle so that a person can find it: what needs what.
func CycleText(cycle []string, name func(id string) string) string {
	words := make([]string, 0, len(cycle)+1)
	for _, id := range cycle {
		words = append(words, name(id))
	}
	if len(words) > 0 {
		words = append(words, words[0])
	}
	return strings.Join(words, " needs ")
}

type graph struct {
	ids   []string
	needs [][]int
}

func graphOf(ids []string, dependencies []Dependency) graph {
	g, at := graph{}, make(map[string]int, len(ids))
	for _, id := range ids {
		if _, twice := at[id]; !twice {
			at[id] = len(g.ids)
			g.ids = append(g.ids, id)
		}
	}
	g.needs = make([][]int, len(g.ids))
	for _, d := range dependencies {
		v, ok1 := at[d.Item]
		w, ok2 := at[d.Needs]
		if ok1 && ok2 {
			g.needs[v] = append(g.needs[v], w)
		}
	}
	return g
}

// circles groups the things that need each other (Tarjan's strongly connected
// components), with what is needed first.
func (g graph) circles() [][]int {
	w := walk{graph: g, index: make([]int, len(g.ids)), low: make([]int, len(g.ids)), on: make([]bool, len(g.ids))}
	for root := range g.ids {
		if w.index[root] == 0 {
			w.from(root)
		}
	}
	return w.groups
}

// walk is a search through a graph, depth first. It keeps its own stack: a
// chain of thousands is no deep call.
type walk struct {
	graph
	// index counts what was seen from 1, low is the least index that can be
	// reached back to, open what is not in a group yet.
	index, low []int
	on         []bool
	open       []int
	seen       int
	groups     [][]int
}

func (w *walk) from(root int) {
	type frame struct{ v, next int }
	calls := []frame{{v: root}}
	w.enter(root)
	for len(calls) > 0 {
		f := &calls[len(calls)-1]
		v := f.v
		if f.next < len(w.needs[v]) {
			u := w.needs[v][f.next]
			f.next++
			if w.index[u] == 0 {
				w.enter(u)
				calls = append(calls, frame{v: u})
			} else if w.on[u] {
				w.low[v] = min(w.low[v], w.index[u])
			}
			continue
		}
		calls = calls[:len(calls)-1]
		if len(calls) > 0 {
			up := calls[len(calls)-1].v
			w.low[up] = min(w.low[up], w.low[v])
		}
		if w.low[v] == w.index[v] {
			w.close(v)
		}
	}
}

func (w *walk) enter(v int) {
	w.seen++
	w.index[v], w.low[v], w.on[v] = w.seen, w.seen, true
	w.open = append(w.open, v)
}

// close makes a group of what is open from v on.
func (w *walk) close(v int) {
	at := len(w.open) - 1
	for w.open[at] != v {
		at--
	}
	group := slices.Clone(w.open[at:])
	w.open = w.open[:at]
	for _, u := range group {
		w.on[u] = false
	}
	w.groups = append(w.groups, group)
}

// circle is a shortest way from a thing of a group back to itself.
func (g graph) circle(group []int) []string {
	start := slices.Min(group)
	inside, from := map[int]bool{}, map[int]int{}
	for _, v := range group {
		inside[v] = true
	}
	for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		for _, w := range g.needs[v] {
			if w == start {
				return g.path(from, start, v)
			}
			if _, known := from[w]; !known && inside[w] {
				from[w] = v
				queue = append(queue, w)
			}
		}
	}
	return nil
}

func (g graph) path(from map[int]int, start, end int) []string {
	var out []string
	for v := end; v != start; v = from[v] {
		out = append(out, g.ids[v])
	}
	out = append(out, g.ids[start])
	slices.Reverse(out)
	return out
}

// Selection is what a selective promotion carries once its dependencies are
// resolved.
type Selection struct {
	// Items are the source's items in the order in which they go.
	Items []string
	// Pulled were not chosen, but are needed and not in the target.
	Pulled []Dependency
	// Missing are needed and not in the target, and were not to be pulled in.
	Missing []Dependency
	// Cycles are as in Sequence, with the items' ids.
	Cycles [][]string
}

// Refusal says why a selection cannot go as it is; empty when it can.
func (s Selection) Refusal(name func(id string) string) string {
	switch {
	case len(s.Cycles) > 0:
		return "These items need each other in a circle, so that none can go first: " + CycleText(s.Cycles[0], name) + "."
	case len(s.Missing) > 0:
		m := s.Missing[0]
		more := ""
		if n := len(s.Missing) - 1; n > 0 {
			more = fmt.Sprintf(" So do %d more.", n)
		}
		return fmt.Sprintf("%s needs %s, which is not in the target. Promote it too.%s", name(m.Item), name(m.Needs), more)
	}
	return ""
}

// Select resolves what a choice of source items needs. A report's model, the
// reports on a dashboard and the models a model is made from are pulled in when
// the source has them and the target has no pair of them; without pull they are
// Missing. What lies in other workspaces needs no counterpart. No chosen items
// mean all that deployments carry.
func Select(chosen []string, source, target []Item, pull bool) Selection {
	at, there := map[string]*Item{}, map[string]bool{}
	for i := range source {
		at[source[i].ID] = &source[i]
	}
	for _, d := range Compare(source, target) {
		if d.Source != nil && d.Target != nil && !d.ByName {
			there[d.Source.ID] = true
		}
	}
	if len(chosen) == 0 {
		chosen = All(source)
	}
	var out Selection
	var edges []Dependency
	in, queue := map[string]bool{}, slices.Clone(chosen)
	for _, id := range queue {
		in[id] = true
	}
	for n := 0; n < len(queue); n++ {
		it := at[queue[n]]
		if it == nil {
			continue
		}
		for _, need := range it.requirements(at) {
			d := Dependency{Item: it.ID, Needs: need}
			edges = append(edges, d)
			switch {
			case in[need] || there[need]:
			case pull && !IsAppCopy(at[need].Name):
				in[need] = true
				queue = append(queue, need)
				out.Pulled = append(out.Pulled, d)
			default:
				out.Missing = append(out.Missing, d)
			}
		}
	}
	s := Order(queue, edges)
	out.Items, out.Cycles = s.Flat(), s.Cycles
	return out
}

// All are the ids of the items that a deployment of everything carries.
func All(source []Item) []string {
	var out []string
	for i := range source {
		if Carried(source[i].Kind) && !IsAppCopy(source[i].Name) {
			out = append(out, source[i].ID)
		}
	}
	return out
}

// requirements are the source's items without which this one cannot stand in
// the target, each once.
func (i *Item) requirements(source map[string]*Item) []string {
	var out []string
	add := func(id string) {
		if source[id] != nil && Carried(source[id].Kind) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if i.Model != "" {
		add(i.Model)
	}
	for _, id := range i.Tiles.Value {
		add(id)
	}
	for _, id := range i.Needs {
		// A model goes on reading a dataflow where it is.
		if other := source[id]; other != nil && other.Kind == tenant.ItemDataset {
			add(id)
		}
	}
	return out
}

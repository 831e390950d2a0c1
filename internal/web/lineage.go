package web

import (
	"github.com/a-h/templ"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// fillLineage turns the graph into two trees: what the item is made from, and
// what is made from it.
func (i itemData) fillLineage(v *templates.ItemPage) {
	list := i.place.list("lineage", ui.Param{Name: "item", Value: i.id})
	g := graph{viewing: i.viewing, home: i.workspaceID(), list: list, nodes: map[int64]audit.Node{}, up: map[int64][]int64{}, down: map[int64][]int64{}, copied: map[int64]bool{}}
	var here int64
	for _, n := range i.lineage.Nodes {
		g.nodes[n.Number] = n
		if n.Depth == 0 {
			here = n.Number
		}
	}
	for _, e := range i.lineage.Edges {
		if e.Kind == appCopyEdge && !i.row.Get("app_copy").Bool() {
			g.copied[e.From] = true // a mark on the original says it all
			delete(g.nodes, e.To)
			continue
		}
		g.up[e.To] = append(g.up[e.To], e.From)
		g.down[e.From] = append(g.down[e.From], e.To)
	}
	v.From = g.branches(here, g.up, map[int64]bool{here: true})
	v.To = g.branches(here, g.down, map[int64]bool{here: true})
	if i.lineage.Cut {
		v.Cut = "There is more than is shown here."
	}
	if len(i.lineage.Nodes) > 1 {
		v.AllLineage = ui.Link{Label: "As a list, with exports", Href: list}
	}
}

// appCopyEdge leads from an item to its copy in an app.
const appCopyEdge = "app-copy"

// graph is a lineage while it is made into a tree.
type graph struct {
	viewing
	// home is the workspace of the item asked about, list where all of it is.
	home, list string
	nodes      map[int64]audit.Node
	up, down   map[int64][]int64
	copied     map[int64]bool
}

// shownBranches is how many branches one node shows.
const shownBranches = 12

// branches are the nodes next to one, with theirs. One that is also reached
// through another stands below that one only; what was shown before is named
// again, without its own branches.
func (g graph) branches(of int64, next map[int64][]int64, shown map[int64]bool) []ui.Node {
	var out []ui.Node
	direct := g.direct(of, next)
	for n, id := range direct {
		if n == shownBranches {
			out = append(out, ui.Node{Label: ui.Count(int64(len(direct)-n)) + " more", Href: g.list})
			break
		}
		node := g.node(g.nodes[id])
		if !shown[id] {
			shown[id] = true
			node.Children = g.branches(id, next, shown)
		} else if len(next[id]) > 0 {
			node.Note = "shown above"
		}
		out = append(out, node)
	}
	return out
}

// direct are the next nodes that are not reached through one another.
func (g graph) direct(of int64, next map[int64][]int64) []int64 {
	var all []int64
	mine := map[int64]bool{}
	for _, id := range next[of] {
		if _, known := g.nodes[id]; known && !mine[id] && id != of {
			mine[id] = true
			all = append(all, id)
		}
	}
	behind := map[int64]bool{}
	for _, id := range all {
		if !behind[id] {
			g.reach(id, of, next, behind)
		}
	}
	var out []int64
	for _, id := range all {
		if !behind[id] {
			out = append(out, id)
		}
	}
	if len(out) == 0 { // a circle: everything is behind everything
		return all
	}
	return out
}

// reach marks what lies behind a node, but not the node itself and not what
// lies behind stop.
func (g graph) reach(from, stop int64, next map[int64][]int64, seen map[int64]bool) {
	for _, id := range next[from] {
		if !seen[id] && id != stop && id != from {
			seen[id] = true
			g.reach(id, stop, next, seen)
		}
	}
}

func (g graph) node(n audit.Node) ui.Node {
	out := ui.Node{Label: n.Name, Kind: kindWord(n.Kind)}
	switch {
	case n.Source:
		if n.Name == "" {
			out.Label = "a data source"
		}
		return out
	case n.Hidden:
		out.Label, out.Kind = "something not seen, or outside what you may see", ""
		return out
	}
	out.Href = g.place.thing(audit.ToItem, n.ID)
	if g.copied[n.Number] {
		out.Badges = []templ.Component{ui.BadgeView(ui.Badge{Text: "in an app"})}
	}
	if n.WorkspaceID != g.home {
		out.Note = "in " + n.Workspace
	}
	if n.LastView.Known() {
		seen := "viewed " + ui.Day(n.LastView.Time(audit.Day))
		if out.Note != "" {
			seen = out.Note + ", " + seen
		}
		out.Note = seen
	}
	return out
}

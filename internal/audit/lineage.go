package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"steward/internal/db"
)

// Bounds of a lineage: longer or wider ones are cut and say so.
const (
	lineageDepth = 12
	lineageNodes = 2000
)

// lineageRows are the numbers of the things up and down the stream of @item
// with their distance, negative upstream. UNION makes a cycle end at the
// depth's bound.
var lineageRows = fmt.Sprintf(`WITH RECURSIVE
	up(node, depth) AS (SELECT @item, 0 UNION SELECT e.upstream, up.depth + 1 FROM up CROSS JOIN edge e WHERE e.downstream = up.node AND seen(e) AND up.depth < %[1]d LIMIT %[2]d),
	down(node, depth) AS (SELECT @item, 0 UNION SELECT e.downstream, down.depth + 1 FROM down CROSS JOIN edge e WHERE e.upstream = down.node AND seen(e) AND down.depth < %[1]d LIMIT %[2]d)
	SELECT node, -min(depth) AS depth FROM up WHERE node <> @item GROUP BY node
	UNION ALL SELECT @item, 0
	UNION ALL SELECT node, min(depth) FROM down WHERE node <> @item AND node NOT IN (SELECT node FROM up) GROUP BY node`, lineageDepth, lineageNodes)

// outside is what stands for the name of a thing that no scan described or
// that the reader may not see: the two look the same on purpose.
const outside = "not seen, or outside what you may see"

func lineageList() *Report {
	return &Report{
		Name: "lineage", Title: "Lineage",
		Question: "What is this made from, and what is made from it?",
		Sort:     "distance",
		Columns: []Column{
			{Key: "distance", Title: "Steps", Kind: Number, Sortable: true, expr: "x.depth", Help: "Negative upstream, positive downstream."},
			{Key: "name", Title: "Name", Kind: Name, Null: outside, Link: Link{ToItem, "id"}, lookup: "item", expr: "li.name", orElse: "source"},
			{Key: "kind", Title: "Kind", Kind: Badge, Null: Unknown, lookup: "item", expr: "li.kind", orElse: "source_type"},
			{Key: "workspace", Title: "Workspace", Kind: Name, Link: Link{ToWorkspace, "workspace_id"}, lookup: "item", expr: "w.name"},
			{Key: "last_view", Title: "Last viewed", Kind: Day, Null: Unknown, lookup: "item", expr: "(SELECT max(u.day) FROM usage_day u WHERE u.item = li.item AND u.views > 0 AND u.day <= @today)"},
			{Key: "source", Title: "Data source", Kind: Name, ExportOnly: true, lookup: "source", expr: "d.location"},
			{Key: "source_type", Title: "Type of data source", Kind: Badge, ExportOnly: true, lookup: "source", expr: "d.type"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "item", expr: "lii.guid"},
			{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "item", expr: "wi.guid"},
		},
		Filters: []Filter{
			{Key: "item", Label: "Item", Kind: FilterID, Required: true, set: "item", Help: "the id of an item."},
			{Key: "way", Label: "Way", Kind: FilterChoice, Choices: choices("upstream", "downstream"), words: map[string]string{"upstream": "x.depth < 0", "downstream": "x.depth > 0"}},
		},
		parts: []part{{
			name: "nodes", sorted: "one item's, and bounded", from: "(" + lineageRows + ") x",
			where: "EXISTS (SELECT 1 FROM item i WHERE i.item = @item AND visible(i) AND inscope(i.ws))", scope: "1=1",
			paths: []path{{sort: "distance", order: []string{"x.depth", "x.node"}}},
		}},
		lookups: map[string]lookup{
			"item":   placeLookup("x.node"),
			"source": {key: "x.node", self: "d.source", query: "FROM datasource d WHERE d.source IN (#) AND visible(d) AND (@all OR EXISTS (SELECT 1 FROM edge se WHERE se.upstream = d.source AND seen(se) AND inscope(se.ws)))"},
		},
	}
}

// Node is one thing of a lineage.
type Node struct {
	// Number identifies the node within the lineage.
	Number int64
	// ID is empty for data sources and for what the reader may not see.
	ID, Name, Kind         string
	WorkspaceID, Workspace string
	// Depth is the distance from the item asked about, negative upstream.
	Depth int64
	// Hidden is true for a thing in a workspace the reader may not see: that
	// it is there is shown, what it is is not.
	Hidden bool
	// Source is true for a data source.
	Source bool
	// LastView is the last day on which somebody viewed it; no value when
	// unknown.
	LastView Value
}

// Edge is one step: To is made from From.
type Edge struct {
	From, To int64
	Kind     string
}

// Lineage is what an item is made from and what is made from it, across
// workspaces.
type Lineage struct {
	Truth Truth
	Nodes []Node
	Edges []Edge
	// Cut is true when there is more than is shown.
	Cut bool
}

// LineageOf reads the lineage of the item with the id. NotFound when the
// reader may not see the item.
func LineageOf(ctx context.Context, reader *db.Reader, q Query, id string) (Lineage, error) {
	r, err := Lookup("lineage")
	if err != nil {
		return Lineage{}, err
	}
	q.Where, q.Sort, q.Cursor, q.Limit = map[string][]string{"item": {id}}, "", "", 0
	if q, err = r.clean(q); err != nil {
		return Lineage{}, err
	}
	var l Lineage
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		if l.Truth, err = truthOf(ctx, tx, q.View); err != nil {
			return err
		}
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		st := r.statement(&r.parts[0], q, s.e.fork(), from{places: true})
		if err := s.each(ctx, st, batchRows, func(order []any, row Row) error {
			l.Nodes = append(l.Nodes, nodeOf(order, row))
			return nil
		}); err != nil {
			return err
		}
		l.Cut = len(l.Nodes) >= lineageNodes
		return l.readEdges(ctx, tx, s.e.fork())
	})
	if err != nil {
		return Lineage{}, fmt.Errorf("lineage: %w", err)
	}
	if len(l.Nodes) == 0 {
		return l, notFound("item")
	}
	return l, nil
}

func nodeOf(order []any, row Row) Node {
	n := Node{
		ID: row.Get("id").Text(), Name: row.Text("name"), Kind: row.Text("kind"), WorkspaceID: row.Get("workspace_id").Text(), Workspace: row.Text("workspace"),
		Depth: row.Get("distance").Int(), Source: row.Get("source").Known(), LastView: row.Get("last_view"),
	}
	n.Number, _ = order[1].(int64)
	n.Hidden = n.ID == "" && !n.Source
	return n
}

func (l *Lineage) readEdges(ctx context.Context, tx *sql.Tx, e *expander) error {
	ids := make([]string, len(l.Nodes))
	for i, n := range l.Nodes {
		ids[i] = fmt.Sprint(n.Number)
	}
	in := "(" + strings.Join(ids, ", ") + ")"
	rows, err := tx.QueryContext(ctx, e.sql("SELECT DISTINCT e.upstream, e.downstream, e.kind FROM edge e WHERE e.downstream IN "+in+" AND e.upstream + 0 IN "+in+" AND seen(e) ORDER BY 1, 2, 3"))
	if err != nil {
		return fmt.Errorf("edges: %w", err)
	}
	return each(rows, func() error {
		var x Edge
		if err := rows.Scan(&x.From, &x.To, &x.Kind); err != nil {
			return err
		}
		l.Edges = append(l.Edges, x)
		return nil
	})
}

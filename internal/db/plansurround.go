package db

import (
	"context"
	"fmt"
	"time"

	"steward/internal/refreshplan"
)

// PlanRows are the nodes of a plan as a run begins with them: each with the
// capacity that its workspace was on when last seen, empty when shared.
func (t *Tx) PlanRows(ctx context.Context, tenantName string, p *refreshplan.Plan) ([]PlanNode, error) {
	var out []PlanNode
	for _, n := range p.Nodes {
		row := PlanNode{Name: n.Name, Kind: n.Kind, Workspace: n.Workspace, Item: n.Item}
		err := t.QueryRowContext(ctx, `SELECT coalesce(c.guid, '') FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $2
			JOIN workspace w ON w.ws = i.id AND w.to_scan IS NULL LEFT JOIN ident c ON c.id = w.capacity WHERE t.name = $1`, tenantName, n.Workspace).Scan(&row.Capacity)
		if ignoreNoRows(err) != nil {
			return nil, fmt.Errorf("capacity of %s: %w", n.Name, classify(err))
		}
		out = append(out, row)
	}
	return out, nil
}

// CountActivity counts what the activity log knows of an item since a moment,
// up to most; an empty name counts every activity.
func (r *Reader) CountActivity(ctx context.Context, tenantName, item, name string, since time.Time, most int64) (n int64, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $2
		JOIN activity a ON a.item = i.id AND a.at >= $4 WHERE t.name = $1 AND ($3 = '' OR a.activity = $3) LIMIT $5)`,
		tenantName, item, name, Millis(since), most).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("activity of %s: %w", item, classify(err))
	}
	return n, nil
}

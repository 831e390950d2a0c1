package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/refresh"
	"steward/internal/tenant"
)

// Bounds of a blast radius: how far downstream it looks, how many items it
// names, and how many days of use it counts.
const (
	blastSteps  = 12
	blastNamed  = 50
	blastDays   = 30
	blastWindow = 50
)

// downstream are the things downstream of the numbers in (#), with their least
// distance. Each is looked at once for each distance up to the bound, which ends
// circles.
const downstream = `WITH RECURSIVE down (node, depth) AS (
	SELECT i.id, 0 FROM ident i WHERE i.tenant = $1 AND i.guid IN (SELECT value FROM json_each($2))
	UNION
	SELECT e.downstream, down.depth + 1 FROM down CROSS JOIN edge e WHERE e.upstream = down.node AND %s AND down.depth < %d)
	SELECT node, min(depth) AS depth FROM down GROUP BY node`

// Blast returns what a promotion touches downstream of the target's items that
// it overwrites, in all workspaces of the view. Counts are of the whole tenant;
// named is only what the scope opens. Scheduled refreshes between from and to
// collide. Subscriptions are not told to a scan, and stay unknown.
func (r *Reader) Blast(ctx context.Context, v View, s Scope, f promotion.Facts, c promotion.Choice, from, to time.Time) (promotion.Blast, error) {
	b := &blast{v: v, out: promotion.Blast{ViewedDays: blastDays}, kinds: map[string]int{}, spaces: map[int64]bool{}, models: map[string][]string{}}
	pairs := f.Overwritten(c)
	ids := make([]string, 0, len(pairs))
	for _, p := range pairs {
		ids = append(ids, p.Target.ID)
	}
	if len(ids) == 0 {
		return b.out, nil
	}
	err := r.Snapshot(ctx, func(tx *sql.Tx) error {
		b.tx = tx
		return b.read(ctx, s, ids, pairs, from, to)
	})
	if err != nil {
		return b.out, fmt.Errorf("what a promotion touches: %w", err)
	}
	return b.out, nil
}

type blast struct {
	v      View
	tx     *sql.Tx
	out    promotion.Blast
	kinds  map[string]int
	spaces map[int64]bool
	// models are the fields of downstream models by their id; nil where unknown.
	models map[string][]string
	nodes  []int64
}

func (b *blast) read(ctx context.Context, s Scope, ids []string, pairs []promotion.Pairing, from, to time.Time) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	if err := b.items(ctx, s, string(list), from, to); err != nil {
		return err
	}
	b.count()
	if err := b.use(ctx); err != nil {
		return err
	}
	if err := b.apps(ctx); err != nil {
		return err
	}
	b.breaks(pairs)
	return nil
}

// items walks downstream. The target's own items are at distance 0: their
// refreshes collide, and who views them counts, but they are not downstream.
func (b *blast) items(ctx context.Context, s Scope, ids string, from, to time.Time) error {
	scope, args := s.Where("w", 3)
	rows, err := b.tx.QueryContext(ctx, `SELECT d.node, d.depth, n.guid, i.kind, i.name, i.ws, coalesce(w.name, ''), coalesce(wn.guid, ''), i.refresh, i.tables, i.extra,
		i.app IS NOT NULL AND i.original IS NOT NULL, w.ws IS NOT NULL
		FROM (`+fmt.Sprintf(downstream, b.v.Visible("e"), blastSteps)+`) d CROSS JOIN item i ON i.item = d.node AND `+b.v.Visible("i")+`
		JOIN ident n ON n.id = i.item LEFT JOIN workspace w ON w.ws = i.ws AND `+b.v.Visible("w")+` AND `+scope+` LEFT JOIN ident wn ON wn.id = w.ws
		ORDER BY d.depth, d.node`, append([]any{b.v.Tenant, ids}, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x touched
		if err := rows.Scan(&x.node, &x.Steps, &x.ID, &x.Kind, &x.Name, &x.ws, &x.Workspace, &x.WorkspaceID, &x.schedule, &x.tables, &x.extra, &x.copied, &x.open); err != nil {
			return err
		}
		if err := b.add(x, from, to); err != nil {
			return err
		}
	}
	return rows.Err()
}

type touched struct {
	promotion.Touched
	node, ws, tables int64
	schedule         sql.NullString
	extra            []byte
	copied, open     bool
}

func (b *blast) add(x touched, from, to time.Time) error {
	b.nodes, b.spaces[x.ws] = append(b.nodes, x.node), true
	if x.schedule.Valid && x.open && len(b.out.Windows) < blastWindow {
		var plan tenant.RefreshSchedule
		if err := json.Unmarshal([]byte(x.schedule.String), &plan); err != nil {
			return fmt.Errorf("schedule of %s: %w", x.ID, err)
		}
		for _, at := range refresh.Slots(&plan, from, to) {
			b.out.Windows = append(b.out.Windows, promotion.Window{Item: x.ID, Name: x.Name, At: at})
		}
	}
	if x.Steps == 0 || x.copied {
		return nil
	}
	b.out.Items++
	b.kinds[x.Kind]++
	if x.Kind == tenant.ItemDataset {
		fields, err := fieldsOf(x.tables, x.extra)
		if err != nil {
			return fmt.Errorf("further facts of %s: %w", x.ID, err)
		}
		b.models[x.ID] = fields
	}
	switch {
	case !x.open:
		b.out.Hidden++
	case len(b.out.Touched) < blastNamed:
		b.out.Touched = append(b.out.Touched, x.Touched)
	default:
		b.out.Cut = true
	}
	return nil
}

// fieldsOf are the tables and columns of a model; nil when no scan saw them.
func fieldsOf(tables int64, extra []byte) ([]string, error) {
	it := promotion.Item{Kind: tenant.ItemDataset}
	if err := fillFields(&it, tables, extra); err != nil || !it.Fields.Known {
		return nil, err
	}
	return it.Fields.Value, nil
}

func (b *blast) count() {
	b.out.Workspaces = len(b.spaces)
	for kind, n := range b.kinds {
		b.out.Kinds = append(b.out.Kinds, promotion.KindCount{Kind: kind, Count: n})
	}
	slices.SortFunc(b.out.Kinds, func(x, y promotion.KindCount) int {
		if x.Count != y.Count {
			return y.Count - x.Count
		}
		return strings.Compare(x.Kind, y.Kind)
	})
	slices.SortFunc(b.out.Windows, func(x, y promotion.Window) int { return x.At.Compare(y.At) })
}

// use counts the people who viewed any of it, where activity reaches back far
// enough to say.
func (b *blast) use(ctx context.Context) error {
	until := Millis(b.v.Taken)
	since := until - int64(blastDays)*86_400_000
	var days, people int
	if err := b.tx.QueryRowContext(ctx, `SELECT count(*) FROM activity_day WHERE tenant = $1 AND whole = 1 AND day > $2 AND day <= $3`, b.v.Tenant, since/86_400_000, until/86_400_000).Scan(&days); err != nil {
		return err
	}
	nodes, err := json.Marshal(b.nodes)
	if err != nil {
		return err
	}
	err = b.tx.QueryRowContext(ctx, `SELECT count(DISTINCT a.actor) FROM json_each($1) n CROSS JOIN activity a ON a.item = n.value
		WHERE a.at >= $2 AND a.at <= $3 AND a.activity IN `+quotedList(viewActivities), string(nodes), since, until).Scan(&people)
	// The log reaches back 28 days at first; a few days unread are said as such.
	b.out.Viewers, b.out.DaysRead = policy.KnownIf(people, days > 0), days
	return err
}

func quotedList(words []string) string { return "('" + strings.Join(words, "', '") + "')" }

// apps counts the published apps of every workspace that is touched.
func (b *blast) apps(ctx context.Context) error {
	spaces := make([]int64, 0, len(b.spaces))
	for ws := range b.spaces {
		spaces = append(spaces, ws)
	}
	list, err := json.Marshal(spaces)
	if err != nil {
		return err
	}
	return b.tx.QueryRowContext(ctx, `SELECT count(DISTINCT a.app) FROM json_each($1) n CROSS JOIN app a ON a.ws = n.value WHERE `+b.v.Visible("a"), string(list)).Scan(&b.out.Apps)
}

// breaks compares what the new versions lose with what downstream models have.
func (b *blast) breaks(pairs []promotion.Pairing) {
	for _, fields := range b.models {
		if fields == nil {
			b.out.Unread++
		}
	}
	for _, p := range pairs {
		if p.Source.Kind != tenant.ItemDataset || !p.Source.Fields.Known || !p.Target.Fields.Known {
			continue
		}
		for _, field := range promotion.Lost(p.Source, p.Target) {
			x := promotion.Break{ModelID: p.Target.ID, Model: p.Target.Name, Field: field}
			for id, fields := range b.models {
				if slices.Contains(fields, field) {
					x.Used = append(x.Used, id)
				}
			}
			if slices.Sort(x.Used); len(x.Used) > 0 {
				b.out.Breaks = append(b.out.Breaks, x)
			}
		}
	}
}

package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"steward/internal/tenant"
)

// personAccess is what one principal can reach, with the way: a right of their
// own, through nested groups, or because everybody in the organisation has it.
func personAccess() *Report {
	access := accessList()
	r := &Report{
		Name: "person-access", Title: "Effective access",
		Question: "What can this person reach, and through what?",
		Sort:     "workspace",
		prepare:  prepareReach,
		Columns: columns([]Column{
			{Key: "workspace", Title: "Workspace", Kind: Name, Null: Unknown, Sortable: true, Link: Link{ToWorkspace, "workspace_id"}, lookup: "workspace", expr: "w.name"},
			{Key: "on", Title: "On", Kind: Badge, expr: "CASE WHEN g.object = g.ws THEN 'workspace' ELSE 'item' END"},
			{Key: "item", Title: "Item", Kind: Name, Link: Link{ToItem, "item_id"}, lookup: "item", expr: "li.name"},
			{Key: "item_kind", Title: "Item kind", Kind: Badge, lookup: "item", expr: "li.kind"},
			{Key: "right", Title: "Right", Kind: Badge, expr: "g.role"},
			{Key: "via", Title: "Through", Kind: Name, expr: "r.column2", Help: "direct, or the groups from the person's own to the one that holds the right; the shortest way where there are several."},
			{Key: "steps", Title: "Groups between", Kind: Number, expr: "r.column3"},
			{Key: "since", Title: "Seen since", Kind: Date, lookup: "scan", expr: "s.published"},
			{Key: "holder", Title: "Held by", Kind: Name, ExportOnly: true, Null: Unknown, lookup: "principal", expr: principalName("p", "pi.guid")},
			{Key: "holder_id", Title: "Held by, id", Kind: ID, ExportOnly: true, lookup: "principal", expr: "pi.guid"},
			{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "wi.guid"},
			{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "item", expr: "lii.guid"},
		}),
		parts: []part{{
			name: "reach", sorted: "one person's", from: "(@reach) r CROSS JOIN access_grant g CROSS JOIN workspace w",
			where: "g.principal = r.column1 AND seen(g) AND w.ws = g.ws AND visible(w)", scope: "inscope(w.ws)",
			paths: []path{{sort: "workspace", order: []string{"w.name_key", "w.ws", "g.object", "r.column3", "g.principal", "g.role"}}},
		}},
		lookups: access.lookups,
	}
	r.Filters = []Filter{
		{Key: "principal", Label: "Person", Kind: FilterID, Required: true, set: "person", Help: "the id of a person, group or application."},
		*access.Filter("on"), *access.Filter("right"),
		{Key: "through", Label: "Through", Kind: FilterChoice, words: map[string]string{"direct": "r.column3 = 0", "group": "r.column3 > 0"}, Choices: choices("direct", "group")},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "g.ws"},
	}
	return r
}

// Way is how somebody comes to hold what a principal holds.
type Way struct {
	// Holder is the ident number of the principal that holds the rights.
	Holder int64
	// Via names the groups, from the person's own to the holder; "direct" for
	// the person themselves.
	Via string
	// Steps is the number of groups on the way.
	Steps int
}

// maxWays bounds how many groups one person is followed into.
const maxWays = 20_000

// waysOf follows a principal into its groups, level by level, each group once
// and so by the shortest way; a cycle ends by itself.
func waysOf(ctx context.Context, tx *sql.Tx, e *expander, person int64) ([]Way, error) {
	ways := []Way{{Holder: person, Via: "direct"}}
	seen := map[int64]int{person: 0}
	for from := 0; from < len(ways) && len(ways) < maxWays; {
		level := ways[from:]
		from = len(ways)
		next, err := groupsOf(ctx, tx, e.fork(), level)
		if err != nil {
			return nil, err
		}
		for _, m := range next {
			if _, ok := seen[m.group]; ok {
				continue
			}
			seen[m.group] = len(ways)
			parent := ways[seen[m.member]]
			via := "via " + m.name
			if parent.Steps > 0 {
				via = parent.Via + " › " + m.name
			}
			ways = append(ways, Way{Holder: m.group, Via: via, Steps: parent.Steps + 1})
		}
	}
	return everybody(ctx, tx, e.fork(), person, ways)
}

type membership struct {
	group, member int64
	name          string
}

func groupsOf(ctx context.Context, tx *sql.Tx, e *expander, level []Way) ([]membership, error) {
	var out []membership
	for len(level) > 0 {
		n := min(len(level), batchRows)
		ids := make([]string, n)
		for i, w := range level[:n] {
			ids[i] = fmt.Sprint(w.Holder)
		}
		level = level[n:]
		query := e.fork().sql(`SELECT m.grp, m.member, coalesce(nullif(p.name, ''), gi.guid) FROM group_member m JOIN ident gi ON gi.id = m.grp
			LEFT JOIN principal p ON p.principal = m.grp AND visible(p)
			WHERE m.member IN (` + strings.Join(ids, ", ") + `) AND visible(m) ORDER BY 3, 1, 2`)
		rows, err := tx.QueryContext(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("groups of a principal: %w", err)
		}
		err = each(rows, func() error {
			var m membership
			if err := rows.Scan(&m.group, &m.member, &m.name); err != nil {
				return err
			}
			out = append(out, m)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("groups of a principal: %w", err)
		}
	}
	return out, nil
}

const everybodyVia = "everybody in the organisation"

// everybody adds the whole organisation to the ways of somebody who belongs to
// it: a user who is no guest.
func everybody(ctx context.Context, tx *sql.Tx, e *expander, person int64, ways []Way) ([]Way, error) {
	var all int64
	err := tx.QueryRowContext(ctx, e.sql(`SELECT n.id FROM ident n WHERE n.tenant = @tenant AND n.guid = ?
		AND EXISTS (SELECT 1 FROM principal p WHERE p.principal = ? AND visible(p) AND p.kind = 'User' AND p.guest = 0)`,
		tenant.EveryoneID, person), e.args...).Scan(&all)
	if errors.Is(err, sql.ErrNoRows) {
		return ways, nil
	}
	if err != nil {
		return nil, fmt.Errorf("everybody in the organisation: %w", err)
	}
	return append(ways, Way{Holder: all, Via: everybodyVia, Steps: 1}), nil
}

func prepareReach(ctx context.Context, tx *sql.Tx, e *expander) error {
	ways, err := waysOf(ctx, tx, e, e.vars["person"])
	if err != nil {
		return err
	}
	e.texts["reach"] = func(e *expander) string {
		rows := make([]string, len(ways))
		for i, w := range ways {
			rows[i] = fmt.Sprintf("(%d, %s, %d)", w.Holder, e.arg(w.Via), w.Steps)
		}
		return "VALUES " + strings.Join(rows, ", ")
	}
	return nil
}

// each calls fn for every row and closes the rows.
func each(rows *sql.Rows, fn func() error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(); err != nil {
			return err
		}
	}
	return rows.Err()
}

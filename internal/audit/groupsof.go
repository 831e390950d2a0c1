package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"steward/internal/db"
)

// GroupOf is a group that a principal is in, directly or through others.
type GroupOf struct {
	ID, Name string
	// Via is the way: "direct", or the groups between.
	Via   string
	Steps int
	// People is how many there are behind the group; no value when unknown.
	People Value
}

// GroupsOf lists the groups of a principal by the shortest way, direct ones
// first, at most 200. The whole organisation is not among them.
func GroupsOf(ctx context.Context, reader *db.Reader, q Query, id string) (out []GroupOf, more int, err error) {
	const most = 200
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		person, err := identOf(ctx, tx, q.View.Tenant, id)
		if err != nil {
			return err
		}
		ways, err := waysOf(ctx, tx, e, person)
		if err != nil {
			return err
		}
		var ids []string
		at := map[int64]int{}
		for _, w := range ways[1:] {
			if w.Via == everybodyVia {
				continue
			}
			if len(out) == most {
				more++
				continue
			}
			at[w.Holder] = len(out)
			ids = append(ids, fmt.Sprint(w.Holder))
			out = append(out, GroupOf{Via: w.Via, Steps: w.Steps})
		}
		if len(ids) == 0 {
			return nil
		}
		rows, err := tx.QueryContext(ctx, e.fork().sql(`SELECT n.id, n.guid, coalesce(p.name, n.guid), CASE WHEN p.members_known = 1 THEN p.people END FROM ident n
			LEFT JOIN principal p ON p.principal = n.id AND visible(p) WHERE n.id IN (`+strings.Join(ids, ", ")+`)`))
		if err != nil {
			return err
		}
		return each(rows, func() error {
			var holder int64
			var people sql.NullInt64
			var id, name string
			if err := rows.Scan(&holder, &id, &name, &people); err != nil {
				return err
			}
			g := &out[at[holder]]
			if g.ID, g.Name = id, name; people.Valid {
				g.People = Value{v: people.Int64}
			}
			return nil
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("groups of %s: %w", id, err)
	}
	return out, more, nil
}

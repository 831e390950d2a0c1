package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/db"
)

// Owned is a workspace that a person administers, with what stands against it
// and what was last said about keeping it.
type Owned struct {
	ID, Name    string
	Items, Open int64
	// Unused is the finding that nobody uses it, or that nothing is in it;
	// empty when there is none.
	Unused      string
	UnusedSince time.Time
	// Answer is keep or remove, empty when nobody said anything; Due is when to
	// ask again, or by when it should be gone.
	Answer, Reason, By string
	At, Due            time.Time
}

// ownedQuery finds the workspaces of which a person is Admin by a role of
// their own or through groups.
const ownedQuery = `WITH RECURSIVE mine (id) AS (
		SELECT id FROM ident WHERE tenant = @tenant AND guid = ?
		UNION SELECT m.grp FROM mine JOIN group_member m ON m.member = mine.id AND visible(m))
	SELECT i.guid, w.name, w.items,
		(SELECT count(*) FROM violation v WHERE v.ws = w.ws AND v.in_force = 1 AND v.state IN ('open','in_progress')),
		coalesce(u.says, ''), coalesce(u.first_seen, 0), coalesce(a.answer, ''), coalesce(a.reason, ''), coalesce(a.author_name, ''), coalesce(a.at, 0), coalesce(a.due, 0)
	FROM workspace w JOIN ident i ON i.id = w.ws
	LEFT JOIN violation u ON u.id = (SELECT min(v.id) FROM violation v WHERE v.ws = w.ws AND v.rule IN ('content.stale-workspace','content.empty') AND v.in_force = 1 AND v.state IN ('open','in_progress'))
	LEFT JOIN ownership_answer a ON a.id = (SELECT max(id) FROM ownership_answer WHERE ws = w.ws)
	WHERE w.ws IN (SELECT g.ws FROM mine CROSS JOIN access_grant g WHERE g.principal = mine.id AND g.object = g.ws AND g.role = 'Admin' AND visible(g))
		AND visible(w) AND w.state = 'Active' AND inscope(w.ws)
	ORDER BY (u.id IS NULL), w.name_key LIMIT 500`

// OwnedBy reads the workspaces that a person administers, those that nobody
// uses first.
func OwnedBy(ctx context.Context, reader *db.Reader, q Query, person string) ([]Owned, error) {
	if q.View.Scan == 0 {
		return nil, nil
	}
	var out []Owned
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		query := e.sql(ownedQuery, person)
		return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
			var o Owned
			var since, at, due int64
			if err := scan(&o.ID, &o.Name, &o.Items, &o.Open, &o.Unused, &since, &o.Answer, &o.Reason, &o.By, &at, &due); err != nil {
				return err
			}
			o.UnusedSince, o.At, o.Due = timeOrZero(since), timeOrZero(at), timeOrZero(due)
			out = append(out, o)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("workspaces of %s: %w", person, err)
	}
	return out, nil
}

func timeOrZero(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return db.Time(ms)
}

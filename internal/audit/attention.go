package audit

import (
	"context"
	"database/sql"
	"fmt"

	"steward/internal/db"
)

// Attention is something that needs somebody. A reader of the whole tenant gets
// what the scan counted; for others it is counted from principals to what they
// hold, never the other way round.
type Attention struct {
	Name  string
	Count int64
	// Before is what it was in the view compared with, where that is known.
	Before      int64
	BeforeKnown bool
	// Report and Where are the list behind the number.
	Report string
	Where  map[string][]string
}

var attention = []struct {
	name, query, report string
	where               map[string][]string
}{
	{"alerts.standing", `SELECT count(*) FROM alert k WHERE k.tenant = @tenant AND k.opened <= @until AND NOT ` + alertOver + ` AND ` + alertScope,
		"alerts", map[string][]string{"state": {"stands"}}},
	{"leavers.rights", `SELECT count(*) FROM principal p CROSS JOIN access_grant g WHERE p.tenant = @tenant AND p.kind = 'User' AND visible(p)
		AND (p.gone = 1 OR p.enabled = 0) AND g.principal = p.principal AND visible(g) AND inscope(g.ws)`, "leaver-access", nil},
	{"guests.admins", `SELECT count(*) FROM principal p CROSS JOIN access_grant g WHERE p.tenant = @tenant AND p.kind = 'User' AND p.guest = 1 AND visible(p)
		AND g.principal = p.principal AND g.object = g.ws AND g.role = 'Admin' AND visible(g) AND inscope(g.ws)`,
		"guest-access", map[string][]string{"right": {"Admin"}, "on": {"workspace"}}},
	{"unused.listed", `SELECT count(*) FROM unused_item x WHERE x.tenant = @tenant AND seen(x) AND (@all OR inscope(x.ws))`, "unused", map[string][]string{"listed": {"yes"}}},
	{"capacities.suspended", `SELECT count(*) FROM capacity c WHERE c.tenant = @tenant AND visible(c) AND c.state <> 'Active'
		AND (@all OR EXISTS (SELECT 1 FROM workspace w WHERE w.tenant = @tenant AND w.capacity = c.capacity AND visible(w) AND inscope(w.ws)))`, "capacities", nil},
	{"sources.misconfigured", `SELECT count(*) FROM datasource d WHERE d.tenant = @tenant AND seen(d) AND d.misconfigured = 1
		AND (@all OR EXISTS (SELECT 1 FROM edge e WHERE e.upstream = d.source AND seen(e) AND inscope(e.ws)))`, "datasources", map[string][]string{"misconfigured": {"yes"}}},
}

// AttentionOf counts what needs somebody in a view.
func AttentionOf(ctx context.Context, reader *db.Reader, q Query) ([]Attention, error) {
	if q.View.Scan == 0 {
		return nil, nil
	}
	var out []Attention
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		now, err := figures(ctx, tx, q.View, q.Scope)
		if err != nil {
			return err
		}
		before, err := figures(ctx, tx, q.CompareView, q.Scope)
		if err != nil {
			return err
		}
		for _, a := range attention {
			e := newExpander(q)
			one := Attention{Name: a.name, Report: a.report, Where: a.where}
			one.Before, one.BeforeKnown = before[a.name]
			if n, counted := now[a.name]; counted {
				one.Count = n
				out = append(out, one)
				continue
			}
			query := e.sql(a.query)
			if err := tx.QueryRowContext(ctx, query, e.args...).Scan(&one.Count); err != nil {
				return fmt.Errorf("count %s: %w", a.name, err)
			}
			out = append(out, one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what needs attention: %w", err)
	}
	return out, nil
}

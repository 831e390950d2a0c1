package audit

import (
	"context"
	"database/sql"
	"fmt"

	"steward/internal/db"
	"steward/internal/tenant"
)

// Dependent is something that depends on one principal.
type Dependent struct {
	ID, Name, Kind         string
	WorkspaceID, Workspace string
	// Scheduled says that it refreshes by itself, with its owner's rights.
	Scheduled bool
}

// Departure is what would be left without anybody if a principal left.
type Departure struct {
	// Admin are the workspaces of which the principal is the only admin, Owned
	// the models and dataflows that run with their rights, Pipelines those that
	// nobody else may use, Capacities those that nobody else runs.
	Admin, Owned, Pipelines, Capacities Dependents
}

// Dependents are some of a number of things.
type Dependents struct {
	Shown []Dependent
	Total int64
}

// maxDependents is how many of each kind are read; all are counted.
const maxDependents = 50

// Any reports whether anything depends on the principal.
func (d Departure) Any() bool {
	return d.Admin.Total+d.Owned.Total+d.Pipelines.Total+d.Capacities.Total > 0
}

// What depends on @person: only them, directly. Each selects id, name, kind,
// the workspace's id and name, and whether it refreshes on a schedule.
const (
	onlyAdmin = `FROM access_grant g CROSS JOIN workspace w CROSS JOIN ident n WHERE g.principal = @person AND g.object = g.ws AND g.role = 'Admin' AND visible(g)
		AND w.ws = g.ws AND visible(w) AND w.kind <> 'PersonalGroup' AND w.state = 'Active' AND inscope(w.ws) AND n.id = w.ws
		AND NOT EXISTS (SELECT 1 FROM access_grant o WHERE o.ws = g.ws AND o.object = g.ws AND o.role = 'Admin' AND o.principal <> @person AND visible(o))`
	owned = `FROM item i CROSS JOIN ident n CROSS JOIN workspace w CROSS JOIN ident wi WHERE i.tenant = @tenant AND i.configured_by IN (?, ?) AND i.configured_by <> '' AND seen(i)
		AND (i.app IS NULL OR i.original IS NULL) AND n.id = i.item AND w.ws = i.ws AND visible(w) AND inscope(w.ws) AND wi.id = w.ws`
	onlyUser = `FROM pipeline_user u CROSS JOIN pipeline p CROSS JOIN ident n WHERE u.tenant = @tenant AND u.principal = @person AND seen(u) AND p.pipeline = u.pipeline AND visible(p) AND n.id = p.pipeline
		AND NOT EXISTS (SELECT 1 FROM pipeline_user o WHERE o.pipeline = u.pipeline AND o.principal <> @person AND seen(o))
		AND (@all OR EXISTS (SELECT 1 ` + stagesInScope + `))`
	onlyKeeper = `FROM capacity c CROSS JOIN ident n WHERE c.tenant = @tenant AND visible(c) AND lower(c.admins) IN ('["' || ? || '"]', '["' || ? || '"]') AND n.id = c.capacity
		AND (@all OR EXISTS (SELECT 1 ` + capacityInScope + `))`
	capacityInScope = `FROM workspace cw WHERE cw.tenant = @tenant AND cw.capacity = c.capacity AND visible(cw) AND inscope(cw.ws)`
	onSchedule      = `CASE WHEN instr(coalesce(i.refresh, ''), '"enabled":true') > 0 THEN 1 ELSE 0 END`
)

// DepartureOf reads what depends on the principal with the id. address is
// theirs, empty when they have none: owners are told by id or by address.
func DepartureOf(ctx context.Context, reader *db.Reader, q Query, id, address string) (Departure, error) {
	var d Departure
	me := []any{tenant.Fold(address), id}
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		person, err := identOf(ctx, tx, q.View.Tenant, id)
		if err != nil {
			return err
		}
		e.vars["person"] = person
		for _, k := range []struct {
			out               *Dependents
			columns, from, by string
			args              []any
		}{
			{&d.Admin, "n.guid, w.name, 'Workspace', n.guid, w.name, 0", onlyAdmin, "w.name_key, w.ws", nil},
			{&d.Owned, "n.guid, i.name, i.kind, wi.guid, w.name, " + onSchedule, owned, onSchedule + " DESC, i.name_key, i.item", me},
			{&d.Pipelines, "n.guid, p.name, 'Pipeline', '', '', 0", onlyUser, "p.name_key, p.pipeline", nil},
			{&d.Capacities, "n.guid, c.name, 'Capacity', '', '', 0", onlyKeeper, "c.name_key, c.capacity", me},
		} {
			if *k.out, err = dependents(ctx, tx, e.fork(), k.columns, k.from, k.by, k.args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Departure{}, fmt.Errorf("what depends on %s: %w", id, err)
	}
	return d, nil
}

func dependents(ctx context.Context, tx *sql.Tx, e *expander, columns, from, by string, args []any) (Dependents, error) {
	var d Dependents
	count := e.fork()
	if err := tx.QueryRowContext(ctx, count.sql("SELECT count(*) "+from, args...), count.args...).Scan(&d.Total); err != nil {
		return d, err
	}
	if d.Total == 0 {
		return d, nil
	}
	query := e.sql("SELECT "+columns+" "+from+" ORDER BY "+by+" LIMIT "+fmt.Sprint(maxDependents), args...)
	rows, err := tx.QueryContext(ctx, query, e.args...)
	if err != nil {
		return d, err
	}
	return d, each(rows, func() error {
		var x Dependent
		if err := rows.Scan(&x.ID, &x.Name, &x.Kind, &x.WorkspaceID, &x.Workspace, &x.Scheduled); err != nil {
			return err
		}
		d.Shown = append(d.Shown, x)
		return nil
	})
}

// identOf is the number of an id; -1, which nothing has, when it has none.
func identOf(ctx context.Context, tx *sql.Tx, tenantID int64, id string) (int64, error) {
	f := Filter{Kind: FilterID}
	return f.number(ctx, tx, tenantID, id)
}

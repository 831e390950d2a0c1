package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

var datasourceHistory = &history{
	table: "datasource", keys: []string{"source"}, hashed: true,
	cols: []string{"type", "gateway", "location", "misconfigured", "body"},
}

// Datasources writes sources that an answer told. They are never told whole,
// so none is closed: see EndUnreferenced.
func (in *Ingest) Datasources(ctx context.Context, some []tenant.Datasource) error {
	for i := range some {
		s := &some[i]
		err := in.within(ctx, "data source "+s.ID, func() error {
			clear(in.local)
			id, fresh, err := in.idents.number(&in.bulk, s.ID, false)
			if err != nil {
				return err
			}
			body := string(s.Details)
			if body == "" {
				body = "{}"
			}
			r := row{id, s.Type, s.GatewayID, s.Where, bit(s.Misconfigured), body}
			if fresh {
				return in.put(datasourceHistory, r, nil)
			}
			have, err := in.loadWhere(datasourceHistory, "source = $2", id)
			if err != nil {
				return err
			}
			return in.put(datasourceHistory, r, have[datasourceHistory.key(r)])
		})
		if err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

// EndUnreferenced closes the data sources that no item uses any more, the
// principals that no longer hold anything, and the members of groups that
// nobody mentions. These are only ever mentioned, never listed; call it at the
// end of a full scan, when everything that could mention them has been read.
//
// A group that goes may leave members without a hold, groups among them, so it
// goes round until nothing more falls: called twice, it must close no more
// than called once.
func (in *Ingest) EndUnreferenced(ctx context.Context) error {
	if _, err := in.endUnreferenced(ctx, "datasource", `UPDATE datasource SET to_scan = $2
		WHERE tenant = $1 AND to_scan IS NULL AND from_scan < $2
			AND NOT EXISTS (SELECT 1 FROM edge e WHERE e.upstream = datasource.source AND e.to_scan IS NULL)
			AND EXISTS (SELECT 1 FROM edge e WHERE e.upstream = datasource.source)`); err != nil {
		return err
	}
	for {
		if _, err := in.endUnreferenced(ctx, "principal", `UPDATE principal SET to_scan = $2
			WHERE tenant = $1 AND to_scan IS NULL AND from_scan < $2
				AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.principal = principal.principal AND g.to_scan IS NULL)
				AND NOT EXISTS (SELECT 1 FROM group_member m WHERE m.member = principal.principal AND m.to_scan IS NULL)
				AND NOT EXISTS (SELECT 1 FROM pipeline_user u WHERE u.principal = principal.principal AND u.to_scan IS NULL)`); err != nil {
			return err
		}
		n, err := in.endUnreferenced(ctx, "group_member", `UPDATE group_member SET to_scan = $2
			WHERE tenant = $1 AND to_scan IS NULL AND from_scan < $2
				AND NOT EXISTS (SELECT 1 FROM principal p WHERE p.principal = group_member.grp AND p.to_scan IS NULL)`)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (in *Ingest) endUnreferenced(ctx context.Context, table, sql string) (n int64, err error) {
	err = in.within(ctx, "unreferenced "+table, func() error {
		if err := in.flushAll(); err != nil {
			return err
		}
		n, err = in.exec(sql, in.tenant, in.scan)
		return err
	})
	if err = in.flushed(err); err != nil {
		return 0, fmt.Errorf("close unreferenced %s: %w", table, err)
	}
	if n > 0 {
		in.changes[table] += n
	}
	return n, nil
}

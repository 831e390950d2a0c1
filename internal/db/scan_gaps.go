package db

import (
	"context"
	"fmt"
	"slices"
)

// ReasonNotListed is the gap of a workspace that a full listing lacked and
// that is kept until a second full listing lacks it, too.
const ReasonNotListed = "missing from Microsoft's list of workspaces; kept until a second full scan agrees"

// Gap is a workspace that a scan knows it did not see.
type Gap struct {
	WorkspaceID string
	// Reason is a sentence for people.
	Reason string
	// LastSeen is the scan that saw it last, 0 when none did.
	LastSeen int64
}

// AddGaps notes workspaces that a running scan could not see.
func (d *DB) AddGaps(ctx context.Context, tenantID, scan int64, gaps []Gap) error {
	for some := range slices.Chunk(gaps, bulkRows) {
		if err := d.addGaps(ctx, tenantID, scan, some); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) addGaps(ctx context.Context, tenantID, scan int64, gaps []Gap) error {
	err := d.Write(ctx, func(tx *Tx) error {
		for _, g := range gaps {
			if _, err := tx.ExecContext(ctx, `INSERT INTO ident (tenant, guid) VALUES ($1, $2)
				ON CONFLICT (tenant, guid) DO NOTHING`, tenantID, g.WorkspaceID); err != nil {
				return err
			}
			var last any
			if g.LastSeen != 0 {
				last = g.LastSeen
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO scan_gap (scan, ws, reason, last_seen)
				SELECT $1, id, $4, $5 FROM ident WHERE tenant = $2 AND guid = $3
				ON CONFLICT (scan, ws) DO UPDATE SET reason = excluded.reason, last_seen = excluded.last_seen`,
				scan, tenantID, g.WorkspaceID, g.Reason, last); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("gaps of scan %d: %w", scan, err)
	}
	return nil
}

// Gaps returns the gaps of a scan.
func (r *Reader) Gaps(ctx context.Context, scan int64) ([]Gap, error) {
	rows, err := r.Query(ctx, `SELECT i.guid, g.reason, coalesce(g.last_seen, 0) FROM scan_gap g JOIN ident i ON i.id = g.ws
		WHERE g.scan = $1 ORDER BY g.ws`, scan)
	if err != nil {
		return nil, fmt.Errorf("gaps of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	var all []Gap
	for rows.Next() {
		var g Gap
		if err := rows.Scan(&g.WorkspaceID, &g.Reason, &g.LastSeen); err != nil {
			return nil, fmt.Errorf("gaps of scan %d: %w", scan, classify(err))
		}
		all = append(all, g)
	}
	return all, classify(rows.Err())
}

// OpenWorkspaces calls fn with the id of every workspace that is known now,
// the running scan's findings included.
func (r *Reader) OpenWorkspaces(ctx context.Context, tenantID int64, fn func(id string) error) error {
	rows, err := r.Query(ctx, `SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws
		WHERE w.tenant = $1 AND w.to_scan IS NULL`, tenantID)
	if err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("list workspaces: %w", classify(err))
		}
		if err := fn(id); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// EndWorkspace closes a workspace that is gone for certain, and everything in
// it.
func (in *Ingest) EndWorkspace(ctx context.Context, id string) error {
	return in.flushed(in.within(ctx, "end of workspace "+id, func() error {
		clear(in.local)
		ws, _, err := in.idents.number(&in.bulk, id, false)
		if err != nil {
			return err
		}
		in.touching = ws
		defer func() { in.touching = 0 }()
		for _, h := range []*history{grantHistory, edgeHistory, itemHistory, unusedHistory, workspaceHistory} {
			if err := in.sync(ctx, h, wish{}, ws); err != nil {
				return err
			}
		}
		return nil
	}))
}

// LastSeen returns the scan that last saw each of the workspaces, as far as
// any did: the published one, unless it had a gap there already.
func (r *Reader) LastSeen(ctx context.Context, tenantID int64, ids []string) (map[string]int64, error) {
	published, ok, err := r.PublishedScan(ctx, tenantID)
	if err != nil || !ok {
		return nil, err
	}
	last := map[string]int64{}
	for _, id := range ids {
		var n int
		if err := r.QueryRow(ctx, `SELECT count(*) FROM workspace w JOIN ident i ON i.id = w.ws
			WHERE i.tenant = $1 AND i.guid = $2 AND w.to_scan IS NULL AND w.from_scan <= $3`, tenantID, id, published.ID).Scan(&n); err != nil {
			return nil, fmt.Errorf("when %s was last seen: %w", id, classify(err))
		}
		if n > 0 {
			last[id] = published.ID
		}
	}
	gaps, err := r.Gaps(ctx, published.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range gaps {
		if _, ok := last[g.WorkspaceID]; ok {
			last[g.WorkspaceID] = g.LastSeen
		}
	}
	return last, nil
}

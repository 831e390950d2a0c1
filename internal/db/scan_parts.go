package db

import (
	"context"
	"fmt"
	"time"
)

// PartState is the state of one part of a scan.
type PartState string

// The states of a part. Skipped means that it was not asked for, on purpose;
// partial that some of it was read.
const (
	PartWaiting PartState = "waiting"
	PartRunning PartState = "running"
	PartDone    PartState = "done"
	PartPartial PartState = "partial"
	PartFailed  PartState = "failed"
	PartSkipped PartState = "skipped"
)

// Part is one thing a scan reads beside the workspaces: capacities, apps, the
// activity of some days. Each fails on its own.
type Part struct {
	Name        string
	State       PartState
	Meant, Seen int64
	// AsOf is when this part was last read whole; zero when never.
	AsOf time.Time
	// Error is the sentence a user may see, RequestID Microsoft's id.
	Error, RequestID string
}

// SavePart stores the state of a part. A part that was not read whole keeps
// the AsOf of the last published scan that did.
func (d *DB) SavePart(ctx context.Context, scan int64, p Part) error {
	err := d.Write(ctx, func(tx *Tx) error { return savePart(ctx, tx, scan, p) })
	if err != nil {
		return fmt.Errorf("part %s of scan %d: %w", p.Name, scan, err)
	}
	return nil
}

func savePart(ctx context.Context, tx *Tx, scan int64, p Part) error {
	asOf := MillisOrNull(p.AsOf)
	if asOf == nil {
		err := tx.QueryRowContext(ctx, `SELECT p.as_of FROM scan_part p JOIN scan s ON s.id = p.scan
			WHERE s.tenant = (SELECT tenant FROM scan WHERE id = $1) AND s.published IS NOT NULL AND p.part = $2
			ORDER BY s.id DESC LIMIT 1`, scan, p.Name).Scan(&asOf)
		if ignoreNoRows(err) != nil {
			return err
		}
	}
	var finished any
	if p.State != PartWaiting && p.State != PartRunning {
		finished = tx.Millis()
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO scan_part (scan, part, state, meant, seen, finished, as_of, error, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (scan, part) DO UPDATE SET state = excluded.state, meant = excluded.meant, seen = excluded.seen,
			finished = excluded.finished, as_of = excluded.as_of, error = excluded.error, request_id = excluded.request_id`,
		scan, p.Name, string(p.State), p.Meant, p.Seen, finished, asOf, p.Error, p.RequestID)
	return err
}

// KeepParts gives a scan that reads nothing but workspaces the other parts as
// the last published scan left them: pages read coverage and age from one
// scan.
func (d *DB) KeepParts(ctx context.Context, scan int64) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO scan_part (scan, part, state, meant, seen, finished, as_of, error, request_id)
			SELECT s.id, p.part, p.state, p.meant, p.seen, p.finished, p.as_of, p.error, p.request_id
			FROM scan s JOIN tenant t ON t.id = s.tenant JOIN scan_part p ON p.scan = t.published_scan
			WHERE s.id = $1 ON CONFLICT (scan, part) DO NOTHING`, scan)
		return err
	})
	if err != nil {
		return fmt.Errorf("parts of scan %d: %w", scan, err)
	}
	return nil
}

// Parts returns the parts of a scan by name.
func (r *Reader) Parts(ctx context.Context, scan int64) (map[string]Part, error) {
	rows, err := r.Query(ctx, `SELECT part, state, meant, seen, coalesce(as_of, 0), error, request_id FROM scan_part WHERE scan = $1`, scan)
	if err != nil {
		return nil, fmt.Errorf("parts of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string]Part{}
	for rows.Next() {
		var p Part
		var state string
		var asOf int64
		if err := rows.Scan(&p.Name, &state, &p.Meant, &p.Seen, &asOf, &p.Error, &p.RequestID); err != nil {
			return nil, fmt.Errorf("parts of scan %d: %w", scan, classify(err))
		}
		p.State = PartState(state)
		if asOf != 0 {
			p.AsOf = Time(asOf)
		}
		all[p.Name] = p
	}
	return all, classify(rows.Err())
}

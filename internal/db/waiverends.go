package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// EndingWaiver is a waiver about whose end somebody is to be told.
type EndingWaiver struct {
	ID, Violation, Workspace int64
	Rule, Object             string
	// Owner answers for it, AskedBy asked for it; subjects.
	Owner, AskedBy Actor
	Ends           time.Time
	// Ended is true when the end has come.
	Ended bool
}

// WaiversToTell returns the waivers of a tenant that end before the moment, or
// have ended, and of which nobody was told that yet, soonest first. One that is
// being renewed is told of, too: the renewal may be rejected.
func (t *Tx) WaiversToTell(ctx context.Context, tenant int64, before time.Time) ([]EndingWaiver, error) {
	rows, err := t.QueryContext(ctx, `SELECT w.id, w.violation, v.ws, v.rule, v.label, w.owner, w.owner_name, w.asked_by, w.asked_name, w.ends, w.state = 'ended'
		FROM waiver w JOIN violation v ON v.id = w.violation
		WHERE v.tenant = $2 AND (w.state = 'approved' AND w.ends < $1 AND w.reminded IS NULL
			OR w.state = 'ended' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.waiver = w.id AND o.what = 'waiver ended'))
		ORDER BY w.ends LIMIT 1000`, Millis(before), tenant)
	if err != nil {
		return nil, fmt.Errorf("waivers that end: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []EndingWaiver
	for rows.Next() {
		var w EndingWaiver
		var ends int64
		if err := rows.Scan(&w.ID, &w.Violation, &w.Workspace, &w.Rule, &w.Object, &w.Owner.Subject, &w.Owner.Name, &w.AskedBy.Subject, &w.AskedBy.Name, &ends, &w.Ended); err != nil {
			return nil, fmt.Errorf("waivers that end: %w", err)
		}
		w.Ends = Time(ends)
		all = append(all, w)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// WaiverReminded notes that it was written down whom to tell of the end.
func (t *Tx) WaiverReminded(ctx context.Context, id int64) error {
	_, err := t.ExecContext(ctx, `UPDATE waiver SET reminded = $2 WHERE id = $1 AND reminded IS NULL`, id, t.Millis())
	return err
}

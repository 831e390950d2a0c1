package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/refresh"
)

// RefreshReading is what one look at an item's refreshes found.
type RefreshReading struct {
	// Item is the number of its id; see Reader.Ident.
	Item int64
	// Source says what kind of look it was; Runs are in any order.
	Source refresh.Source
	Runs   []refresh.Run
	// Whole says that Runs are all there ever were: Microsoft forgets none as
	// long as it knows no more than twenty.
	Whole bool
	// Keep says that the look failed: what is known stays known, with Reason.
	Keep bool
	// At is when it was taken, Due when to look again at the earliest.
	At, Due time.Time
	// Reason is a sentence that says why nothing, or not all, can be read.
	Reason string
}

// SaveRefreshes writes what looks at some items found, in one transaction, and
// forgets their runs that began before keep. A run that is known already is
// replaced by what is told now; runs that a poorer source told are replaced by
// those of a complete one.
func (d *DB) SaveRefreshes(ctx context.Context, tenant int64, keep time.Time, readings ...RefreshReading) error {
	err := d.Write(ctx, func(tx *Tx) error {
		p := prepare(tx)
		for i := range readings {
			if err := p.saveRefreshes(ctx, tenant, Millis(keep), &readings[i]); err != nil {
				return fmt.Errorf("item %d: %w", readings[i].Item, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("refresh history: %w", err)
	}
	return nil
}

func (t *prepared) saveRefreshes(ctx context.Context, tenant, keep int64, r *RefreshReading) error {
	if r.Keep {
		_, err := t.ExecContext(ctx, `UPDATE refresh_reading SET due = $2, reason = $3 WHERE item = $1`, r.Item, Millis(r.Due), r.Reason)
		return err
	}
	var since any
	if r.Source.Complete() {
		var err error
		if since, err = t.knownSince(ctx, keep, r); err != nil {
			return err
		}
	}
	for i := range r.Runs {
		if Millis(r.Runs[i].Start) < keep {
			continue
		}
		if err := t.saveRun(ctx, r.Item, &r.Runs[i]); err != nil {
			return err
		}
	}
	if _, err := t.ExecContext(ctx, `DELETE FROM refresh_run WHERE item = $1 AND started < $2`, r.Item, keep); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `INSERT INTO refresh_reading (item, tenant, source, read_at, known_since, due, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (item) DO UPDATE SET source = excluded.source, read_at = excluded.read_at, known_since = excluded.known_since,
			due = excluded.due, reason = excluded.reason`,
		r.Item, tenant, r.Source, Millis(r.At), since, Millis(r.Due), r.Reason)
	return err
}

// knownSince finds since when no run of an item is missing, and removes what
// poorer sources told of the time that a complete one now tells.
func (t *prepared) knownSince(ctx context.Context, keep int64, r *RefreshReading) (any, error) {
	oldest := r.At
	for i := range r.Runs {
		if r.Runs[i].Start.Before(oldest) {
			oldest = r.Runs[i].Start
		}
	}
	if _, err := t.ExecContext(ctx, `DELETE FROM refresh_run WHERE item = $1 AND started >= $2 AND source IN ('refreshables', 'activity')`,
		r.Item, Millis(oldest)); err != nil {
		return nil, err
	}
	var before, newest sql.NullInt64
	err := t.one(ctx, `SELECT (SELECT known_since FROM refresh_reading WHERE item = $1),
		(SELECT max(started) FROM refresh_run WHERE item = $1)`, []any{r.Item}, &before, &newest)
	if err != nil {
		return nil, err
	}
	if r.Whole {
		return min(keep, Millis(oldest)), nil
	}
	if before.Valid && newest.Valid && newest.Int64 >= Millis(oldest) {
		return min(before.Int64, Millis(oldest)), nil
	}
	return Millis(oldest), nil
}

func (t *prepared) saveRun(ctx context.Context, item int64, r *refresh.Run) error {
	end := MillisOrNull(r.End)
	if r.Status == refresh.Running || r.End.Before(r.Start) {
		end = nil
	}
	_, err := t.ExecContext(ctx, `INSERT INTO refresh_run (item, started, run, ended, status, kind, error_code, error_text, attempts, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (item, started, run) DO UPDATE SET ended = excluded.ended, status = excluded.status, kind = excluded.kind,
			error_code = excluded.error_code, error_text = excluded.error_text, attempts = excluded.attempts, source = excluded.source
		WHERE ended IS NOT excluded.ended OR status <> excluded.status OR source <> excluded.source`,
		item, Millis(r.Start), r.ID, end, r.Status, r.Type, r.ErrorCode, r.ErrorText, r.Attempts, r.Source)
	return err
}

// Refreshes returns the runs of an item, by Microsoft's id, that began at or
// after since, the newest first. None when the item or its runs are unknown:
// RefreshKnown tells which.
func (r *Reader) Refreshes(ctx context.Context, tenant int64, itemID string, since time.Time) ([]refresh.Run, error) {
	item, err := r.Ident(ctx, tenant, itemID)
	if err != nil || item == 0 {
		return nil, err
	}
	return r.RefreshesOf(ctx, item, since)
}

// RefreshesOf is Refreshes for the number of an item.
func (r *Reader) RefreshesOf(ctx context.Context, item int64, since time.Time) ([]refresh.Run, error) {
	rows, err := r.Query(ctx, `SELECT run, started, ended, status, kind, error_code, error_text, attempts, source
		FROM refresh_run WHERE item = $1 AND started >= $2 ORDER BY started DESC, run DESC`, item, Millis(since))
	if err != nil {
		return nil, fmt.Errorf("refreshes of item %d: %w", item, err)
	}
	defer func() { _ = rows.Close() }()
	var out []refresh.Run
	for rows.Next() {
		var one refresh.Run
		var start int64
		var end sql.NullInt64
		if err := rows.Scan(&one.ID, &start, &end, &one.Status, &one.Type, &one.ErrorCode, &one.ErrorText, &one.Attempts, &one.Source); err != nil {
			return nil, fmt.Errorf("refreshes of item %d: %w", item, classify(err))
		}
		one.Start, one.End = Time(start), timeOrZero(end)
		out = append(out, one)
	}
	return out, classify(rows.Err())
}

// RefreshKnown is how much of an item's refreshes is known.
type RefreshKnown struct {
	Source refresh.Source
	// ReadAt is zero when nobody has looked yet. KnownSince is zero when runs
	// may be missing at any time.
	ReadAt, KnownSince time.Time
	Reason             string
}

// RefreshKnown returns how much of an item's refreshes is known.
func (r *Reader) RefreshKnown(ctx context.Context, item int64) (RefreshKnown, error) {
	rows, err := r.Query(ctx, `SELECT source, read_at, known_since, reason FROM refresh_reading WHERE item = $1`, item)
	if err != nil {
		return RefreshKnown{}, fmt.Errorf("reading of item %d: %w", item, err)
	}
	defer func() { _ = rows.Close() }()
	k := RefreshKnown{Source: refresh.FromNowhere}
	for rows.Next() {
		var at int64
		var since sql.NullInt64
		if err := rows.Scan(&k.Source, &at, &since, &k.Reason); err != nil {
			return k, fmt.Errorf("reading of item %d: %w", item, classify(err))
		}
		k.ReadAt, k.KnownSince = Time(at), timeOrZero(since)
	}
	return k, classify(rows.Err())
}

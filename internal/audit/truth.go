package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
)

// Truth says how complete and how old what one sees is. Every page shows it
// under its title, every export carries it.
type Truth struct {
	Tenant string
	// Scan is the scan that is read; 0 when the tenant was never scanned, and
	// then nothing else is set.
	Scan        int64
	Kind, State string
	// AsOf is when the scan was published: what is shown was true then.
	AsOf time.Time
	// Meant and Seen count workspaces: known to exist, and known as of the
	// scan.
	Meant, Seen int64
	// Gaps are the workspaces that were not seen, by reason.
	Gaps []Gap
	// Parts are the other parts of the scan that were not read whole.
	Parts []PartGap
	// LastFull is when the last full scan was published; zero when none was.
	LastFull time.Time
	// Past is true when the reader asked for an earlier moment than now.
	Past bool
}

// Gap is a reason why workspaces were not seen, and how many.
type Gap struct {
	Reason     string
	Workspaces int64
}

// PartGap is a part of the scan that was not read whole.
type PartGap struct {
	Part, State string
	Meant, Seen int64
	// AsOf is when the part was last seen whole; zero when never.
	AsOf      time.Time
	Error     string
	RequestID string
}

// Never reports whether there is nothing to see because no scan was published
// by then.
func (t Truth) Never() bool { return t.Scan == 0 }

// Complete reports whether everything that was meant to be seen was.
func (t Truth) Complete() bool {
	if t.Never() || t.Seen < t.Meant || len(t.Gaps) > 0 {
		return false
	}
	for _, p := range t.Parts {
		if p.State != "skipped" { // not asked for, on purpose
			return false
		}
	}
	return true
}

// Age is how old what is shown is at the moment now.
func (t Truth) Age(now time.Time) time.Duration { return now.Sub(t.AsOf) }

// Coverage is the share of workspaces seen, as a sentence fragment.
func (t Truth) Coverage() string {
	if t.Never() {
		return "never scanned"
	}
	return fmt.Sprintf("%d of %d workspaces", t.Seen, t.Meant)
}

// TruthOf computes the truth of a view.
func TruthOf(ctx context.Context, reader *db.Reader, v db.View) (Truth, error) {
	var t Truth
	err := reader.Snapshot(ctx, func(tx *sql.Tx) (err error) {
		t, err = truthOf(ctx, tx, v)
		return err
	})
	return t, err
}

func truthOf(ctx context.Context, tx *sql.Tx, v db.View) (Truth, error) {
	t := Truth{Tenant: v.TenantName, Scan: v.Scan, AsOf: v.Taken, Past: v.Past}
	if v.Scan == 0 {
		return t, nil
	}
	err := tx.QueryRowContext(ctx, `SELECT kind, state, meant, seen FROM scan WHERE id = $1 AND tenant = $2`, v.Scan, v.Tenant).
		Scan(&t.Kind, &t.State, &t.Meant, &t.Seen)
	if err != nil {
		return t, fmt.Errorf("truth of scan %d: %w", v.Scan, err)
	}
	var full int64
	err = tx.QueryRowContext(ctx, `SELECT published FROM scan
		WHERE tenant = $1 AND id <= $2 AND kind = 'full' AND published IS NOT NULL ORDER BY id DESC LIMIT 1`, v.Tenant, v.Scan).Scan(&full)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return t, fmt.Errorf("last full scan before %d: %w", v.Scan, err)
	}
	if err == nil {
		t.LastFull = db.Time(full)
	}
	if t.Gaps, err = gapsOf(ctx, tx, v.Scan); err != nil {
		return t, err
	}
	t.Parts, err = partGapsOf(ctx, tx, v.Scan)
	return t, err
}

func gapsOf(ctx context.Context, tx *sql.Tx, scan int64) ([]Gap, error) {
	rows, err := tx.QueryContext(ctx, `SELECT reason, count(*) FROM scan_gap WHERE scan = $1 GROUP BY reason ORDER BY count(*) DESC, reason`, scan)
	if err != nil {
		return nil, fmt.Errorf("gaps of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	var out []Gap
	for rows.Next() {
		var g Gap
		if err := rows.Scan(&g.Reason, &g.Workspaces); err != nil {
			return nil, fmt.Errorf("gaps of scan %d: %w", scan, err)
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

func partGapsOf(ctx context.Context, tx *sql.Tx, scan int64) ([]PartGap, error) {
	rows, err := tx.QueryContext(ctx, `SELECT part, state, meant, seen, as_of, error, request_id FROM scan_part
		WHERE scan = $1 AND state <> 'done' ORDER BY part`, scan)
	if err != nil {
		return nil, fmt.Errorf("parts of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	var out []PartGap
	for rows.Next() {
		var p PartGap
		var asOf sql.NullInt64
		if err := rows.Scan(&p.Part, &p.State, &p.Meant, &p.Seen, &asOf, &p.Error, &p.RequestID); err != nil {
			return nil, fmt.Errorf("parts of scan %d: %w", scan, err)
		}
		if asOf.Valid {
			p.AsOf = db.Time(asOf.Int64)
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// ScanKind says how much of a tenant a scan reads.
type ScanKind string

// Kinds of scans: everything, what Microsoft says was modified, or named
// workspaces.
const (
	ScanFull        ScanKind = "full"
	ScanIncremental ScanKind = "incremental"
	ScanTargeted    ScanKind = "targeted"
)

// ScanState is the state of a scan. Running ends in one of the others:
//
//	running → complete   published, everything seen
//	running → partial    published, with gaps or failed parts
//	running → failed     nothing usable; the old truth stays
//	running → cancelled  a person stopped it; the old truth stays
type ScanState string

// The states of a scan.
const (
	ScanRunning   ScanState = "running"
	ScanComplete  ScanState = "complete"
	ScanPartial   ScanState = "partial"
	ScanFailed    ScanState = "failed"
	ScanCancelled ScanState = "cancelled"
)

// Scan is one scan of one tenant. Zero times mean "not yet" or "none".
type Scan struct {
	ID, Tenant int64
	Kind       ScanKind
	State      ScanState
	// Cause is schedule, person, command, first, request or replay; AskedBy
	// names the person, if there was one.
	Cause, AskedBy string
	Started        time.Time
	Finished       time.Time
	Published      time.Time
	// Since is the modifiedSince of an incremental scan.
	Since time.Time
	// Meant and Seen count workspaces: what the tenant is known to have, and
	// of how many of these the state is known as of this scan.
	Meant, Seen int64
	// Calls is the number of requests sent.
	Calls     int64
	Heartbeat time.Time
	// Error is the sentence a user may see; empty when there is none.
	Error string
	// CancelledBy names who cancelled it, for the ledger alone; it is not read
	// back.
	CancelledBy string
	Note        ScanNote
}

// ScanNote is what a scan has to say beside its counts.
type ScanNote struct {
	// Flags are sentences for people, such as why a loss is held back.
	Flags []string `json:"flags,omitempty"`
	// Changed counts the versions written, by table.
	Changed map[string]int64 `json:"changed,omitempty"`
	// Gone counts workspaces closed because a full listing lacked them; Held
	// those missing from it that are kept until a second one agrees.
	Gone int64 `json:"gone,omitempty"`
	Held int64 `json:"held,omitempty"`
	// Resumed counts how often the scan went on after a stop of the program.
	Resumed int64 `json:"resumed,omitempty"`
}

const scanColumns = `id, tenant, kind, state, cause, asked_by, started, finished, published, since, meant, seen, calls, heartbeat, error, note`

func readScan(row interface{ Scan(...any) error }) (Scan, error) {
	var s Scan
	var kind, state, note string
	var started, heartbeat int64
	var finished, published, since sql.NullInt64
	err := row.Scan(&s.ID, &s.Tenant, &kind, &state, &s.Cause, &s.AskedBy, &started, &finished, &published, &since,
		&s.Meant, &s.Seen, &s.Calls, &heartbeat, &s.Error, &note)
	if err != nil {
		return Scan{}, err
	}
	s.Kind, s.State = ScanKind(kind), ScanState(state)
	s.Started, s.Heartbeat = Time(started), Time(heartbeat)
	s.Finished, s.Published, s.Since = timeOrZero(finished), timeOrZero(published), timeOrZero(since)
	return s, json.Unmarshal([]byte(note), &s.Note)
}

func timeOrZero(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return Time(ms.Int64)
}

// StartScan opens the record of a scan. Kind, Cause, AskedBy, Tenant and Since
// are taken from s. Conflict when the tenant is being scanned already: there
// is one scan per tenant at a time.
//
// What an earlier scan left behind without publishing must have been swept.
func (d *DB) StartScan(ctx context.Context, s Scan) (Scan, error) {
	err := d.Write(ctx, func(tx *Tx) error {
		var left int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM scan WHERE tenant = $1 AND swept = 0
			AND state IN ('failed','cancelled')`, s.Tenant).Scan(&left); err != nil {
			return err
		}
		if left > 0 {
			return fault.New(fault.Conflict, "What an earlier scan left behind is still being cleared away. Try again in a moment.")
		}
		got, err := readScan(tx.QueryRowContext(ctx, `INSERT INTO scan (tenant, kind, state, cause, asked_by, started, since, heartbeat)
			VALUES ($1, $2, 'running', $3, $4, $5, $6, $5) RETURNING `+scanColumns,
			s.Tenant, string(s.Kind), s.Cause, s.AskedBy, tx.Millis(), MillisOrNull(s.Since)))
		if err != nil {
			return err
		}
		s = got
		return recordScan(ctx, tx, s, ledger.ScanStart, ledger.Done, scanActor(s))
	})
	if fault.Is(err, fault.Conflict) {
		return Scan{}, fmt.Errorf("start scan: %w", fault.Wrap(err, fault.Conflict, "This tenant is being scanned already."))
	}
	if err != nil {
		return Scan{}, fmt.Errorf("start scan: %w", err)
	}
	return s, nil
}

// Heartbeat notes that the scan lives, and how many requests it has sent.
func (d *DB) Heartbeat(ctx context.Context, scan, calls int64) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE scan SET heartbeat = $2, calls = $3 WHERE id = $1 AND state = 'running'`, scan, tx.Millis(), calls)
		return err
	})
}

// NoteScan replaces the scan's note.
func (d *DB) NoteScan(ctx context.Context, scan int64, note ScanNote) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE scan SET note = $2 WHERE id = $1`, scan, jsonText(note))
		return err
	})
}

// PublishScan makes the scan what pages read: one update of the tenant, in one
// transaction with the end of the scan and its figures. The state must be
// complete or partial. What the scan wrote is indexed for the search first, so
// that whatever a page shows is found.
func (d *DB) PublishScan(ctx context.Context, s Scan, figures map[string]int64) error {
	if err := d.IndexNames(ctx); err != nil {
		return fmt.Errorf("publish scan %d: %w", s.ID, err)
	}
	err := d.Write(ctx, func(tx *Tx) error {
		for name, value := range figures {
			if _, err := tx.ExecContext(ctx, `INSERT INTO scan_figure (scan, name, value) VALUES ($1, $2, $3)
				ON CONFLICT (scan, name) DO UPDATE SET value = excluded.value`, s.ID, name, value); err != nil {
				return err
			}
		}
		if err := finishScan(ctx, tx, s, true); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE tenant SET published_scan = $2 WHERE id = $1`, s.Tenant, s.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("publish scan %d: %w", s.ID, err)
	}
	return nil
}

// EndScan ends a scan that gives nothing to publish: failed or cancelled. What
// it wrote is invisible and stays until SweepScan has removed it.
func (d *DB) EndScan(ctx context.Context, s Scan) error {
	if err := d.Write(ctx, func(tx *Tx) error { return finishScan(ctx, tx, s, false) }); err != nil {
		return fmt.Errorf("end scan %d: %w", s.ID, err)
	}
	return nil
}

// finishScan is the one place where a scan ends, published or not.
func finishScan(ctx context.Context, tx *Tx, s Scan, publish bool) error {
	var published any
	if publish {
		published = tx.Millis()
	}
	res, err := tx.ExecContext(ctx, `UPDATE scan SET state = $2, finished = $3, published = $4, meant = $5, seen = $6,
			calls = $7, error = $8, note = $9, swept = $10 WHERE id = $1 AND state = 'running'`,
		s.ID, string(s.State), tx.Millis(), published, s.Meant, s.Seen, s.Calls, s.Error, jsonText(s.Note), bit(publish))
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "The scan has ended already.")
	}
	return recordScanEnd(ctx, tx, s)
}

// RunningScan returns the scan that is under way, or was when the program
// stopped. ok is false when there is none.
func (r *Reader) RunningScan(ctx context.Context, tenant int64) (s Scan, ok bool, err error) {
	return r.oneScan(ctx, `SELECT `+scanColumns+` FROM scan WHERE tenant = $1 AND state = 'running'`, tenant)
}

// Scan returns one scan; NotFound when there is no such scan.
func (r *Reader) Scan(ctx context.Context, id int64) (Scan, error) {
	s, ok, err := r.oneScan(ctx, `SELECT `+scanColumns+` FROM scan WHERE id = $1`, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "There is no scan %d.", id)
	}
	return s, err
}

// PublishedScan returns the scan that pages read; ok is false before the
// first one.
func (r *Reader) PublishedScan(ctx context.Context, tenant int64) (s Scan, ok bool, err error) {
	return r.oneScan(ctx, `SELECT `+scanColumns+` FROM scan WHERE id = (SELECT published_scan FROM tenant WHERE id = $1)`, tenant)
}

// LastFullScan returns the newest published full scan; ok is false when there
// is none.
func (r *Reader) LastFullScan(ctx context.Context, tenant int64) (s Scan, ok bool, err error) {
	return r.oneScan(ctx, `SELECT `+scanColumns+` FROM scan WHERE tenant = $1 AND kind = 'full' AND published IS NOT NULL
		ORDER BY id DESC LIMIT 1`, tenant)
}

// LastListing returns when the newest published scan that asked Microsoft what
// was modified began; the zero time when there is none.
func (r *Reader) LastListing(ctx context.Context, tenant int64) (time.Time, error) {
	s, _, err := r.oneScan(ctx, `SELECT `+scanColumns+` FROM scan WHERE tenant = $1 AND kind IN ('full','incremental')
		AND published IS NOT NULL ORDER BY id DESC LIMIT 1`, tenant)
	return s.Started, err
}

func (r *Reader) oneScan(ctx context.Context, query string, arg int64) (Scan, bool, error) {
	s, err := readScan(r.QueryRow(ctx, query, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return Scan{}, false, nil
	}
	if err != nil {
		return Scan{}, false, fmt.Errorf("read scan: %w", classify(err))
	}
	return s, true, nil
}

// Scans lists a tenant's scans, newest first.
func (r *Reader) Scans(ctx context.Context, tenant int64, limit int) ([]Scan, error) {
	rows, err := r.Query(ctx, `SELECT `+scanColumns+` FROM scan WHERE tenant = $1 ORDER BY id DESC LIMIT $2`, tenant, limit)
	if err != nil {
		return nil, fmt.Errorf("list scans: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Scan
	for rows.Next() {
		s, err := readScan(rows)
		if err != nil {
			return nil, fmt.Errorf("list scans: %w", classify(err))
		}
		all = append(all, s)
	}
	return all, classify(rows.Err())
}

package db

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/policy"
	"steward/internal/violation"
)

// Found is a finding as it is stored.
type Found struct {
	Label    string
	Severity policy.Severity
	Says     string
	Evidence string // JSON array of {fact, value}
	Digest   string
	Version  int64 // rule_version
	Owner    int64 // principal proposed as the one to ask; 0 when none
}

// FoundChange is one change of a judging, ready to be written.
type FoundChange struct {
	violation.Change
	// ID is the stored violation; 0 for one that is raised.
	ID int64
	// Found is what was seen; nil when the change is not about a finding.
	Seen *Found
}

// Unit is what judging one part of a tenant gave: a workspace, or under 0 the
// rest.
type Unit struct {
	Workspace int64
	Tally     []byte
	Changes   []FoundChange
}

// changesPerWrite bounds one transaction of SaveUnits, so that a person's
// write never waits long.
const changesPerWrite = 1000

// SaveUnits writes the changes of a judging and what the units now count for.
// A unit is whole in one transaction, unless it alone has more changes than
// one may hold: then its tally comes last, and judging it again is harmless.
func (d *DB) SaveUnits(ctx context.Context, v View, units []Unit) error {
	for len(units) > 0 {
		n, size := 0, 0
		for n < len(units) && (n == 0 || size+len(units[n].Changes) <= changesPerWrite) {
			size += len(units[n].Changes) + 1
			n++
		}
		if err := d.saveSome(ctx, v, units[:n]); err != nil {
			return fmt.Errorf("save violations of scan %d: %w", v.Scan, err)
		}
		units = units[n:]
	}
	return nil
}

func (d *DB) saveSome(ctx context.Context, v View, units []Unit) error {
	if len(units) == 1 {
		u := units[0]
		for len(u.Changes) > changesPerWrite {
			part := Unit{Workspace: u.Workspace, Changes: u.Changes[:changesPerWrite]}
			if err := d.Write(ctx, func(tx *Tx) error { return saveChanges(ctx, prepare(tx), v, part.Changes) }); err != nil {
				return err
			}
			u.Changes = u.Changes[changesPerWrite:]
		}
		units = []Unit{u}
	}
	return d.Write(ctx, func(tx *Tx) error {
		p := prepare(tx)
		for _, u := range units {
			if err := saveChanges(ctx, p, v, u.Changes); err != nil {
				return err
			}
			if _, err := p.ExecContext(ctx, `INSERT INTO evaluation_unit (tenant, ws, scan, tally) VALUES ($1, $2, $3, $4)
				ON CONFLICT (tenant, ws) DO UPDATE SET scan = excluded.scan, tally = excluded.tally`, v.Tenant, u.Workspace, v.Scan, u.Tally); err != nil {
				return err
			}
		}
		return nil
	})
}

func saveChanges(ctx context.Context, tx *prepared, v View, changes []FoundChange) error {
	for i := range changes {
		if err := saveChange(ctx, tx, v, &changes[i]); err != nil {
			return fmt.Errorf("violation of %s: %w", changes[i].Rule, err)
		}
	}
	return nil
}

func saveChange(ctx context.Context, tx *prepared, v View, c *FoundChange) error {
	at := Millis(v.Taken)
	var err error
	switch c.What {
	case violation.Raised:
		if err := insertViolation(ctx, tx, v, at, c); err != nil {
			return err
		}
	case violation.Reopened:
		_, err = tx.ExecContext(ctx, `UPDATE violation SET state = $2, changed = $3, resolved = NULL, resolved_scan = NULL, cause = '',
			reopened = reopened + 1, moved_scan = $4, reason = '', rev = rev + 1 WHERE id = $1`, c.ID, string(c.To), at, v.Scan)
	case violation.Mended, violation.ObjectGone:
		_, err = tx.ExecContext(ctx, `UPDATE violation SET state = 'resolved', changed = $2, resolved = $2, resolved_scan = $3, cause = $4,
			moved_scan = $3, rev = rev + 1 WHERE id = $1`, c.ID, at, v.Scan, string(c.What))
	case violation.WaiverEnded:
		_, err = tx.ExecContext(ctx, `UPDATE violation SET state = 'open', changed = $2, moved_scan = $3, rev = rev + 1 WHERE id = $1`, c.ID, at, v.Scan)
	}
	if err != nil {
		return err
	}
	if c.Seen != nil && c.What != violation.Raised {
		if err := updateSeen(ctx, tx, v, at, c); err != nil {
			return err
		}
	}
	if c.What == violation.SeenAgain {
		return nil // the time line is about moves, not about numbers that differ
	}
	return addEvent(ctx, tx, event{violation: c.ID, at: at, scan: v.Scan, what: string(c.What), from: c.From, to: c.To})
}

func insertViolation(ctx context.Context, tx *prepared, v View, at int64, c *FoundChange) error {
	f := c.Seen
	var err error
	c.ID, err = tx.number(ctx, `INSERT INTO violation (tenant, rule, kind, ws, object, principal, word, label, severity, state, says, evidence, digest,
			version, owner, first_seen, first_scan, changed, last_seen, last_scan, moved_scan)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12, $13, $14, $15, $16, $15, $15, $16, $16) RETURNING id`,
		v.Tenant, c.Rule, string(c.Ref.Kind), c.Ref.Workspace, c.Ref.Object, c.Ref.Principal, c.Ref.Text, f.Label, string(f.Severity), f.Says, f.Evidence,
		f.Digest, f.Version, numberOrNil(f.Owner), at, v.Scan)
	return err
}

func updateSeen(ctx context.Context, tx *prepared, v View, at int64, c *FoundChange) error {
	f := c.Seen
	_, err := tx.ExecContext(ctx, `UPDATE violation SET label = $2, severity = $3, says = $4, evidence = $5, digest = $6, version = $7, owner = $8,
		last_seen = $9, last_scan = $10 WHERE id = $1`,
		c.ID, f.Label, string(f.Severity), f.Says, f.Evidence, f.Digest, f.Version, numberOrNil(f.Owner), at, v.Scan)
	return err
}

func numberOrNil(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// event is one row of a violation's time line: of a scan, or of a person.
type event struct {
	violation, at, scan int64
	actor, name         string
	what                string
	from, to            violation.State
	note                string
}

func addEvent(ctx context.Context, tx execer, e event) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO violation_event (violation, at, scan, actor, actor_name, what, from_state, to_state, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.violation, e.at, numberOrNil(e.scan), e.actor, e.name, e.what, string(e.from), string(e.to), e.note)
	return err
}

// Tally returns what one unit counts for; nothing when it was never judged.
func (r *Reader) Tally(ctx context.Context, tenant, ws int64) (tally []byte, err error) {
	err = r.TalliesOf(ctx, tenant, []int64{ws}, func(_, _ int64, data []byte) error {
		tally = data
		return nil
	})
	return tally, err
}

// TalliesOf calls fn with what each of the given units counts for, and the scan
// that judged it; at most some hundreds of units.
func (r *Reader) TalliesOf(ctx context.Context, tenant int64, units []int64, fn func(ws, scan int64, tally []byte) error) error {
	marks, args := make([]string, len(units)), make([]any, len(units), len(units)+1)
	for i, ws := range units {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), ws
	}
	return r.tallies(ctx, fmt.Sprintf("ws IN (%s) AND tenant = $%d", strings.Join(marks, ","), len(units)+1), append(args, tenant), fn)
}

// Tallies calls fn with what each unit of a tenant counts for, as SaveUnits
// kept it.
func (r *Reader) Tallies(ctx context.Context, tenant int64, fn func(ws, scan int64, tally []byte) error) error {
	return r.tallies(ctx, "tenant = $1 ORDER BY ws", []any{tenant}, fn)
}

func (r *Reader) tallies(ctx context.Context, where string, args []any, fn func(ws, scan int64, tally []byte) error) error {
	rows, err := r.Query(ctx, "SELECT ws, scan, tally FROM evaluation_unit WHERE "+where, args...)
	if err != nil {
		return fmt.Errorf("tallies: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ws, scan int64
		var tally []byte
		if err := rows.Scan(&ws, &scan, &tally); err != nil {
			return fmt.Errorf("tallies: %w", classify(err))
		}
		if err := fn(ws, scan, tally); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// DropUnits forgets the tallies of workspaces that no longer exist.
func (d *DB) DropUnits(ctx context.Context, tenant int64, spaces []int64) error {
	return d.Write(ctx, func(tx *Tx) error {
		for _, ws := range spaces {
			if _, err := tx.ExecContext(ctx, `DELETE FROM evaluation_unit WHERE tenant = $1 AND ws = $2`, tenant, ws); err != nil {
				return err
			}
		}
		return nil
	})
}

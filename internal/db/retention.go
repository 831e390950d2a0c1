package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"steward/internal/ledger"
)

// Rules of retention.
const (
	KeepHistory  = "history"  // versions that were replaced, or whose thing is gone
	KeepActivity = "activity" // events of the activity log
)

// retentionChunk is how many rows one transaction of a sweep deletes.
const retentionChunk = 1000

// SweepHistory deletes the versions of every tenant that no scan published at
// or after the moment shows. The newest scan's are never among them. It returns
// how many went.
func (d *DB) SweepHistory(ctx context.Context, before time.Time) (int64, error) {
	return d.retain(ctx, KeepHistory, before, func() (total int64, err error) {
		horizons, err := d.moveHorizons(ctx, before)
		if err != nil {
			return 0, err
		}
		for _, h := range horizons {
			for _, table := range histories {
				n, err := d.deleteAll(ctx, closedSQL(table), h.tenant, h.scan)
				if total += n; err != nil {
					return total, fmt.Errorf("%s: %w", table.table, err)
				}
			}
		}
		return total, nil
	})
}

// SweepActivity deletes the events of every tenant before the moment, and how
// often things were used on those days.
func (d *DB) SweepActivity(ctx context.Context, before time.Time) (int64, error) {
	return d.retain(ctx, KeepActivity, before, func() (int64, error) {
		n, err := d.deleteAll(ctx, `DELETE FROM activity WHERE id IN (SELECT a.id FROM tenant t CROSS JOIN activity a INDEXED BY activity_by_at WHERE a.tenant = t.id AND a.at < $1 LIMIT `+fmt.Sprint(retentionChunk)+`)`, Millis(before))
		if err != nil {
			return n, err
		}
		for _, q := range []string{
			`DELETE FROM usage_day WHERE day < $1`,
			`DELETE FROM activity_day WHERE day < $1`,
		} {
			if err := d.Write(ctx, func(tx *Tx) error {
				_, err := tx.ExecContext(ctx, q, dayNumber(before))
				return err
			}); err != nil {
				return n, err
			}
		}
		// Events lie packed together: a pack goes with the last event in it.
		_, err = d.deleteAll(ctx, `DELETE FROM activity_block WHERE id IN (SELECT b.id FROM activity_block b WHERE b.id NOT IN (SELECT block FROM activity WHERE block IS NOT NULL) LIMIT `+fmt.Sprint(retentionChunk)+`)`)
		return n, err
	})
}

// retain runs one sweep so that what it deletes is overwritten in the file, and
// records it. A sweep that deleted nothing leaves no entry.
func (d *DB) retain(ctx context.Context, rule string, before time.Time, sweep func() (int64, error)) (int64, error) {
	if err := d.pragmas(ctx, "secure_delete = 1"); err != nil {
		return 0, err
	}
	n, err := sweep()
	if err == nil && n > 0 {
		err = d.forgetWords(ctx)
	}
	if off := d.pragmas(context.WithoutCancel(ctx), "secure_delete = 0"); err == nil {
		err = off
	}
	if err != nil || n == 0 {
		return n, err
	}
	err = d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO retention_sweep (rule, before, deleted, at) VALUES ($1, $2, $3, $4)`, rule, Millis(before), n, tx.Millis()); err != nil {
			return err
		}
		return tx.Record(ctx, ledger.Entry{Action: ledger.Retention, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "portal"}, Object: ledger.Object{Kind: "retention", ID: rule},
			Details: map[ledger.Detail]string{ledger.Rule: rule, ledger.Count: fmt.Sprint(n), ledger.Due: before.UTC().Format(time.RFC3339)}})
	})
	if err != nil {
		return n, fmt.Errorf("record sweep of %s: %w", rule, err)
	}
	// What was overwritten still stands in the log until it is emptied. Somebody
	// who reads may hinder it: then the next sweep or restart does it.
	return n, d.pragmas(ctx, "wal_checkpoint(TRUNCATE)")
}

// forgetWords has the search index merged, piece by piece, until the words of
// what was deleted are in it no more.
func (d *DB) forgetWords(ctx context.Context) error {
	for _, n := range named {
		index := "search_" + n.table
		if err := d.Write(ctx, func(tx *Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO `+index+` (`+index+`) VALUES ('optimize')`)
			return err
		}); err != nil {
			return fmt.Errorf("merge %s: %w", index, err)
		}
	}
	return nil
}

type horizon struct{ tenant, scan int64 }

// moveHorizons notes since which scan each tenant's history is kept: the last
// published before the moment, so that the moment itself can be looked at, and
// never earlier than it was. From then on pages do not look further back, so it
// comes before anything is deleted.
func (d *DB) moveHorizons(ctx context.Context, before time.Time) ([]horizon, error) {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO history_horizon (tenant, scan)
			SELECT t.id, (SELECT max(s.id) FROM scan s WHERE s.tenant = t.id AND s.published < $1 AND s.id <= t.published_scan) AS last FROM tenant t WHERE last IS NOT NULL
			ON CONFLICT (tenant) DO UPDATE SET scan = max(scan, excluded.scan)`, Millis(before))
		return err
	})
	if err != nil {
		return nil, err
	}
	return list(ctx, d.write, func(rows *sql.Rows) (h horizon, err error) {
		err = rows.Scan(&h.tenant, &h.scan)
		return h, err
	}, `SELECT tenant, scan FROM history_horizon`)
}

// closedSQL deletes some of the versions of tenant $1 that scan $2 does not show
// any more.
func closedSQL(h *history) string {
	keys := "id"
	if !h.hashed {
		keys = strings.Join(append(append([]string{}, h.keys...), "from_scan"), ", ")
	}
	return fmt.Sprintf("DELETE FROM %[1]s WHERE (%[2]s) IN (SELECT %[2]s FROM %[1]s WHERE tenant = $1 AND to_scan IS NOT NULL AND to_scan <= $2 LIMIT %[3]d)", h.table, keys, retentionChunk)
}

// deleteAll runs a deletion in transactions of its own until it finds nothing.
func (d *DB) deleteAll(ctx context.Context, query string, args ...any) (total int64, err error) {
	for {
		var n int64
		err := d.Write(ctx, func(tx *Tx) error {
			res, err := tx.ExecContext(ctx, query, args...)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if total += n; err != nil || n == 0 {
			return total, err
		}
	}
}

// Swept is the last sweep of a rule.
type Swept struct {
	Before, At time.Time
	Deleted    int64
}

// LastSweeps returns the last sweep that deleted something, by rule.
func (r *Reader) LastSweeps(ctx context.Context) (map[string]Swept, error) {
	type row struct {
		rule string
		Swept
	}
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (s row, err error) {
		var before, at int64
		err = rows.Scan(&s.rule, &before, &s.Deleted, &at)
		s.Before, s.At = Time(before), Time(at)
		return s, err
	}, `SELECT rule, before, deleted, at FROM retention_sweep WHERE id IN (SELECT max(id) FROM retention_sweep GROUP BY rule)`)
	out := map[string]Swept{}
	for _, s := range all {
		out[s.rule] = s.Swept
	}
	return out, err
}

package db

import (
	"context"
	"fmt"
	"strings"
)

// sweepChunk is how many rows one transaction of a sweep takes back.
const sweepChunk = 2000

// SweepScans takes back what failed and cancelled scans of a tenant wrote:
// their versions go, and the versions they closed are open again. It works in
// short transactions and may be stopped and repeated at any point. No scan of
// the tenant may be running.
func (d *DB) SweepScans(ctx context.Context, tenantID int64) error {
	for {
		var scan int64
		err := ignoreNoRows(d.write.QueryRowContext(ctx, `SELECT id FROM scan WHERE tenant = $1 AND swept = 0
			AND state IN ('failed','cancelled') ORDER BY id DESC LIMIT 1`, tenantID).Scan(&scan))
		if err != nil {
			return fmt.Errorf("find scans to sweep: %w", classify(err))
		}
		if scan == 0 {
			return nil
		}
		if err := d.sweep(ctx, tenantID, scan); err != nil {
			return fmt.Errorf("sweep scan %d: %w", scan, err)
		}
	}
}

func (d *DB) sweep(ctx context.Context, tenantID, scan int64) error {
	for _, h := range histories {
		if h.scope == "ws" && !h.hashed {
			continue // by workspace, below: they have no index that finds a scan's rows
		}
		for _, q := range sweepSQL(h) {
			if err := d.repeat(ctx, q, tenantID, scan); err != nil {
				return fmt.Errorf("%s: %w", h.table, err)
			}
		}
	}
	for {
		done, err := d.sweepTouched(ctx, tenantID, scan)
		if err != nil {
			return err
		}
		if done {
			break
		}
	}
	return d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM workspace_digest WHERE scan = $1`, scan); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE scan SET swept = 1 WHERE id = $1`, scan)
		return err
	})
}

// sweepSQL returns the statements that take back the scan $2 of tenant $1 in
// one table, sweepChunk rows at a time where rows have an id.
func sweepSQL(h *history) []string {
	some := func(cond string) string {
		if !h.hashed {
			return "tenant = $1 AND " + cond
		}
		return fmt.Sprintf("id IN (SELECT id FROM %s WHERE tenant = $1 AND %s LIMIT %d)", h.table, cond, sweepChunk)
	}
	return []string{
		"DELETE FROM " + h.table + " WHERE " + some("from_scan = $2"),
		"UPDATE " + h.table + " SET to_scan = NULL WHERE " + some("to_scan = $2"),
	}
}

// repeat runs a statement in transactions of its own until it changes nothing.
func (d *DB) repeat(ctx context.Context, q string, args ...any) error {
	for {
		var n int64
		err := d.Write(ctx, func(tx *Tx) error {
			res, err := tx.ExecContext(ctx, q, args...)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// sweepTouched takes back the grants and lineage of some workspaces that the
// scan wrote, and forgets that it touched them.
func (d *DB) sweepTouched(ctx context.Context, tenantID, scan int64) (done bool, err error) {
	err = d.Write(ctx, func(tx *Tx) error {
		touched, err := touchedBy(ctx, tx, tenantID, scan, 50)
		if err != nil {
			return err
		}
		done = len(touched) == 0
		for _, ws := range touched {
			for _, table := range []string{grantHistory.table, edgeHistory.table} {
				if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE ws = $1 AND from_scan = $2`, ws, scan); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET to_scan = NULL WHERE ws = $1 AND to_scan = $2`, ws, scan); err != nil {
					return err
				}
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM workspace_touch WHERE tenant = $1 AND scan = $2 AND ws = $3`, tenantID, scan, ws); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

func touchedBy(ctx context.Context, tx *Tx, tenantID, scan int64, limit int) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT ws FROM workspace_touch WHERE tenant = $1 AND scan = $2 ORDER BY ws LIMIT $3`, tenantID, scan, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []int64
	for rows.Next() {
		var ws int64
		if err := rows.Scan(&ws); err != nil {
			return nil, err
		}
		all = append(all, ws)
	}
	return all, rows.Err()
}

// histories are all tables of versions.
var histories = []*history{
	workspaceHistory, itemHistory, grantHistory, edgeHistory, principalHistory, memberHistory,
	datasourceHistory, capacityHistory, domainHistory, appHistory, pipelineHistory, stageHistory,
	pipelineUserHistory, refreshableHistory, settingHistory, wideLinkHistory, unusedHistory,
	stageItemHistory,
}

// HistoryTables names the tables of versions, for dumps and comparisons.
func HistoryTables() string {
	names := make([]string, len(histories))
	for i, h := range histories {
		names[i] = h.table
	}
	return strings.Join(names, " ")
}

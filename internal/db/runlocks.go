package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
)

// TakeTargets locks all targets of a run or none: the id of a run that holds
// one of them is returned instead. A run that holds them already keeps them.
func (t *Tx) TakeTargets(ctx context.Context, tenant, run string, keys []string) (holder string, err error) {
	for _, key := range keys {
		var other sql.NullString
		err := t.QueryRowContext(ctx, `SELECT run FROM target_lock WHERE tenant = $1 AND key = $2`, tenant, key).Scan(&other)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", fmt.Errorf("lock %s: %w", key, classify(err))
		}
		if other.Valid && other.String != run {
			return other.String, nil
		}
	}
	for _, key := range keys {
		if _, err := t.ExecContext(ctx, `INSERT INTO target_lock (tenant, key, run, fence, taken) VALUES ($1, $2, $3, 1, $4)
			ON CONFLICT (tenant, key) DO UPDATE SET run = excluded.run, taken = excluded.taken, fence = target_lock.fence + 1
			WHERE target_lock.run IS NULL`, tenant, key, run, t.Millis()); err != nil {
			return "", fmt.Errorf("lock %s: %w", key, classify(err))
		}
	}
	return "", nil
}

// Fence raises the fence of a target the run holds and returns it. Conflict
// when it does not hold it.
func (t *Tx) Fence(ctx context.Context, tenant, key, run string) (int64, error) {
	var fence int64
	err := t.QueryRowContext(ctx, `UPDATE target_lock SET fence = fence + 1 WHERE tenant = $1 AND key = $2 AND run = $3 RETURNING fence`, tenant, key, run).Scan(&fence)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.Conflict, "Run %s does not hold %s.", run, key)
	}
	if err != nil {
		return 0, fmt.Errorf("fence of %s: %w", key, classify(err))
	}
	return fence, nil
}

// ReleaseTargets gives the targets of a run back. Their fences stay.
func (t *Tx) ReleaseTargets(ctx context.Context, run string) error {
	if _, err := t.ExecContext(ctx, `UPDATE target_lock SET run = NULL, taken = NULL WHERE run = $1`, run); err != nil {
		return fmt.Errorf("release the targets of run %s: %w", run, classify(err))
	}
	return nil
}

// Hold says that nothing is written to a tenant for now.
type Hold struct {
	Tenant string
	Since  time.Time
	By     string
	Reason string
}

const holdOf = `SELECT tenant, since, by, reason FROM executor_hold WHERE tenant = $1`

func scanHold(row *sql.Row) (Hold, bool, error) {
	var h Hold
	var since int64
	err := row.Scan(&h.Tenant, &since, &h.By, &h.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	if err != nil {
		return h, false, fmt.Errorf("hold: %w", classify(err))
	}
	h.Since = Time(since)
	return h, true, nil
}

// Hold returns the tenant's hold, if there is one.
func (t *Tx) Hold(ctx context.Context, tenant string) (Hold, bool, error) {
	return scanHold(t.QueryRowContext(ctx, holdOf, tenant))
}

// Hold returns the tenant's hold, if there is one.
func (r *Reader) Hold(ctx context.Context, tenant string) (Hold, bool, error) {
	return scanHold(r.QueryRow(ctx, holdOf, tenant))
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
)

// View is what a page reads: one tenant as one published scan saw it.
type View struct {
	Tenant     int64
	TenantName string
	// Scan is the published scan; 0 when the tenant was never scanned.
	Scan int64
	// Taken is when that scan was published.
	Taken time.Time
	// Past is true when the reader asked for an earlier moment than now.
	Past bool
}

// Visible returns the condition under which the history row with the given
// table alias is visible in the view, with the scan number inlined (it is an
// integer of ours, never text from outside).
func (v View) Visible(alias string) string {
	return fmt.Sprintf("%[1]s.from_scan <= %[2]d AND (%[1]s.to_scan IS NULL OR %[1]s.to_scan > %[2]d)", alias, v.Scan)
}

// ViewNow returns the tenant's last published scan. NotFound when there is no
// such tenant.
func (r *Reader) ViewNow(ctx context.Context, tenant string) (View, error) {
	return r.view(ctx, tenant, time.Time{})
}

// ViewAsOf returns the last scan published at or before the moment. A moment
// before the first scan, or before what is kept (see SweepHistory), gives a view with Scan 0, which sees nothing.
func (r *Reader) ViewAsOf(ctx context.Context, tenant string, at time.Time) (View, error) {
	return r.view(ctx, tenant, at)
}

func (r *Reader) view(ctx context.Context, tenant string, at time.Time) (View, error) {
	v := View{TenantName: tenant, Past: !at.IsZero()}
	var published sql.NullInt64
	err := r.QueryRow(ctx, `SELECT id, published_scan FROM tenant WHERE name = $1`, tenant).Scan(&v.Tenant, &published)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.New(fault.NotFound, "There is no tenant named %q here.", tenant)
	}
	if err != nil {
		return v, fmt.Errorf("view of tenant %s: %w", tenant, classify(err))
	}
	if !published.Valid {
		return v, nil
	}
	limit := int64(1<<63 - 1)
	if v.Past {
		limit = Millis(at)
	}
	var taken int64
	err = r.QueryRow(ctx, `SELECT id, published FROM scan
		WHERE tenant = $1 AND id <= $2 AND published IS NOT NULL AND published <= $3
			AND id >= coalesce((SELECT h.scan FROM history_horizon h WHERE h.tenant = $1), 0)
		ORDER BY id DESC LIMIT 1`, v.Tenant, published.Int64, limit).Scan(&v.Scan, &taken)
	if errors.Is(err, sql.ErrNoRows) {
		return v, nil
	}
	if err != nil {
		return v, fmt.Errorf("view of tenant %s: %w", tenant, classify(err))
	}
	v.Taken = Time(taken)
	return v, nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/refresh"
)

// RefreshFacts gathers what is known of an item besides its runs: who owns it
// and whether that person is still there, which gateway its sources use, when
// somebody last looked at what is made of it. useSince is when the record of
// use begins; see UseKnownSince.
func (r *Reader) RefreshFacts(ctx context.Context, v View, it Refreshed, useSince time.Time) (refresh.Facts, error) {
	f := refresh.Facts{Schedule: it.Schedule, Owner: it.Owner, Dedicated: it.Dedicated, UseSince: useSince,
		Source: it.Source, KnownSince: it.KnownSince, Reason: it.Reason}
	if s := it.Seven; s != nil {
		f.Counted, f.SevenRuns, f.SevenFailed = s.Refreshes > 0, s.Refreshes, s.Failures
		f.SevenMean = time.Duration(s.AverageSeconds * float64(time.Second))
		f.SevenMedian = time.Duration(s.MedianSeconds * float64(time.Second))
	}
	var name sql.NullString
	err := r.QueryRow(ctx, `SELECT p.name, coalesce(p.gone = 1 OR p.enabled = 0, 0) FROM principal p WHERE p.tenant = $1 AND $2 <> ''
		AND (p.principal = (SELECT id FROM ident WHERE tenant = $1 AND guid = lower($2)) OR p.address = $2) AND `+v.Visible("p")+` LIMIT 1`,
		v.Tenant, it.Owner).Scan(&name, &f.OwnerGone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, fmt.Errorf("owner of %s: %w", it.ItemID, classify(err))
	}
	if name.String != "" {
		f.Owner = name.String
	}
	err = r.QueryRow(ctx, `SELECT d.gateway FROM edge e JOIN datasource d ON d.source = e.upstream AND `+v.Visible("d")+`
		WHERE e.downstream = $1 AND d.gateway <> '' AND `+v.Visible("e")+` ORDER BY d.gateway LIMIT 1`, it.Item).Scan(&f.Gateway)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, fmt.Errorf("gateway of %s: %w", it.ItemID, classify(err))
	}
	var day sql.NullInt64
	err = r.QueryRow(ctx, `SELECT max(u.day) FROM usage_day u WHERE u.views > 0 AND u.item IN (SELECT $1 UNION ALL
		SELECT e.downstream FROM edge e WHERE e.upstream = $1 AND `+v.Visible("e")+`)`, it.Item).Scan(&day)
	if err != nil {
		return f, fmt.Errorf("use of %s: %w", it.ItemID, classify(err))
	}
	if day.Valid {
		f.LastUse = time.Unix(day.Int64*86_400, 0).UTC()
	}
	return f, nil
}

// UseKnownSince is the first day of the record of use of a tenant; zero without
// one. It is good enough for "not used since": a day that is missing in between
// makes something look unused that was used on that day only.
func (r *Reader) UseKnownSince(ctx context.Context, tenantID int64) (time.Time, error) {
	var day sql.NullInt64
	if err := r.QueryRow(ctx, `SELECT min(day) FROM activity_day WHERE tenant = $1 AND whole = 1`, tenantID).Scan(&day); err != nil {
		return time.Time{}, fmt.Errorf("use known since: %w", classify(err))
	}
	if !day.Valid {
		return time.Time{}, nil
	}
	return time.Unix(day.Int64*86_400, 0).UTC(), nil
}

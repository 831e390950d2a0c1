package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"steward/internal/db"
)

// Landmarks are the earlier scans that a view is likely to be compared with.
// Those that there are not have Scan 0.
type Landmarks struct {
	// First is the first scan published of the tenant, Previous the one before
	// the view's, Full the last full one before it.
	First, Previous, Full db.View
}

// LandmarksOf finds the landmarks of a view. None of them is the view itself.
func LandmarksOf(ctx context.Context, reader *db.Reader, v db.View) (Landmarks, error) {
	var l Landmarks
	for _, m := range []struct {
		out         *db.View
		cond, order string
	}{
		{&l.First, "", "id"},
		{&l.Previous, "", "id DESC"},
		{&l.Full, " AND kind = 'full'", "id DESC"},
	} {
		*m.out = db.View{Tenant: v.Tenant, TenantName: v.TenantName, Past: true}
		var published int64
		err := reader.QueryRow(ctx, `SELECT id, published FROM scan WHERE tenant = $1 AND id < $2 AND published IS NOT NULL`+m.cond+` ORDER BY `+m.order+` LIMIT 1`,
			v.Tenant, v.Scan).Scan(&m.out.Scan, &published)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return l, fmt.Errorf("scans before %d: %w", v.Scan, err)
		}
		m.out.Taken = db.Time(published)
	}
	return l, nil
}

package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"steward/internal/db"
)

// lived are the tables in which things that have a page live, and the column
// with their number.
var lived = map[Target][2]string{
	ToWorkspace: {"workspace", "ws"}, ToItem: {"item", "item"}, ToPerson: {"principal", "principal"}, ToPipeline: {"pipeline", "pipeline"},
}

// LastKnown finds the last view, before the given one, in which a thing that is
// gone was still seen, and the scan that missed it. Both have Scan 0 when it was
// never seen before.
func LastKnown(ctx context.Context, reader *db.Reader, v db.View, of Target, id string) (last, missed db.View, err error) {
	t, ok := lived[of]
	if of == ToMapping || of == ToPlan {
		return last, missed, nil // the portal's own: never gone by a scan
	}
	if !ok {
		return last, missed, fmt.Errorf("last known %s: no such page", of)
	}
	var gone sql.NullInt64
	err = reader.QueryRow(ctx, `SELECT max(l.to_scan) FROM `+t[0]+` l WHERE l.`+t[1]+` = (SELECT id FROM ident WHERE tenant = $1 AND guid = $2) AND l.to_scan <= $3`,
		v.Tenant, strings.ToLower(id), v.Scan).Scan(&gone)
	if err != nil || !gone.Valid {
		return last, missed, wrapRead(err, "last known "+string(of)+" "+id)
	}
	at := func(op, order string) (db.View, error) {
		out := db.View{Tenant: v.Tenant, TenantName: v.TenantName, Past: true}
		var published int64
		err := reader.QueryRow(ctx, `SELECT id, published FROM scan WHERE tenant = $1 AND id `+op+` $2 AND published IS NOT NULL ORDER BY id `+order+` LIMIT 1`, v.Tenant, gone.Int64).Scan(&out.Scan, &published)
		if errors.Is(err, sql.ErrNoRows) {
			return db.View{}, nil
		}
		out.Taken = db.Time(published)
		return out, err
	}
	if last, err = at("<", "DESC"); err == nil {
		missed, err = at(">=", "")
	}
	return last, missed, wrapRead(err, "last known "+string(of)+" "+id)
}

func wrapRead(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

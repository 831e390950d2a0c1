package db

import (
	"context"
	"database/sql"
	"fmt"

	"steward/internal/request"
)

// SaveUpload writes down that somebody uploaded a file, whose bytes are kept
// already. The same file uploaded again takes the newer name.
func (t *Tx) SaveUpload(ctx context.Context, tenant string, who request.Party, u request.Upload) error {
	_, err := t.ExecContext(ctx, `INSERT INTO upload (tenant, tid, oid, sum, name, size, at) SELECT id, $2, $3, $4, $5, $6, $7 FROM tenant WHERE name = $1
		ON CONFLICT (tenant, tid, oid, sum) DO UPDATE SET name = excluded.name, at = excluded.at`,
		tenant, who.TenantID, who.ObjectID, u.Sum, u.Name, u.Size, t.Millis())
	if err != nil {
		return fmt.Errorf("upload %s: %w", u.Sum, classify(err))
	}
	return nil
}

// mostUploads bounds a list of uploads.
const mostUploads = 50

const uploadSQL = `SELECT u.sum, u.name, u.size, u.at FROM tenant n JOIN upload u ON u.tenant = n.id WHERE n.name = $1 `

func readUpload(rows *sql.Rows) (u request.Upload, err error) {
	var at int64
	err = rows.Scan(&u.Sum, &u.Name, &u.Size, &at)
	u.At = Time(at)
	return u, err
}

// Uploads returns the newest files that somebody uploaded.
func (r *Reader) Uploads(ctx context.Context, tenant string, who request.Party) ([]request.Upload, error) {
	all, err := list(ctx, r.pool, readUpload, uploadSQL+`AND u.tid = $2 AND u.oid = $3 ORDER BY u.at DESC LIMIT $4`, tenant, who.TenantID, who.ObjectID, mostUploads)
	return all, classify(err)
}

// UploadOf returns a file that one of some people uploaded; false when none of
// them did.
func (r *Reader) UploadOf(ctx context.Context, tenant, sum string, who ...request.Party) (request.Upload, bool, error) {
	for _, p := range who {
		all, err := list(ctx, r.pool, readUpload, uploadSQL+`AND u.tid = $2 AND u.oid = $3 AND u.sum = $4`, tenant, p.TenantID, p.ObjectID, sum)
		if err != nil || len(all) > 0 {
			return append(all, request.Upload{})[0], len(all) > 0, classify(err)
		}
	}
	return request.Upload{}, false, nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SetBecause notes the violation that a request was begun from. One of another
// tenant, or that is not there, is not noted.
func (t *Tx) SetBecause(ctx context.Context, id string, violation int64) error {
	_, err := t.ExecContext(ctx, `INSERT INTO request_because (request, violation)
		SELECT r.id, v.id FROM request r JOIN violation v ON v.id = $2 AND v.tenant = r.tenant WHERE r.id = $1`, id, violation)
	if err != nil {
		return fmt.Errorf("why request %s was begun: %w", id, classify(err))
	}
	return nil
}

// Because is the violation that a request was begun from; 0 for none.
func (r *Reader) Because(ctx context.Context, id string) (violation int64, err error) {
	err = r.QueryRow(ctx, `SELECT violation FROM request_because WHERE request = $1`, id).Scan(&violation)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("why request %s was begun: %w", id, classify(err))
	}
	return violation, nil
}

// RequestsBecause are the ids of the requests that were begun from a violation,
// the newest first.
func (r *Reader) RequestsBecause(ctx context.Context, violation int64) ([]string, error) {
	return list(ctx, r.pool, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT request FROM request_because WHERE violation = $1 ORDER BY request DESC LIMIT 20`, violation)
}

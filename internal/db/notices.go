package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/request"
)

// Notice is one thing that somebody was to be told about a request: the
// outbox. Nothing in this package sends.
type Notice struct {
	ID      int64
	Request string
	At      time.Time
	// What is one of decide, remind, escalate, decided, returned, expired,
	// withdrawn, commented.
	What string
	// To is the person; one from the configuration has an address only.
	To request.Party
	// Why says why they are told, Says what.
	Why, Says string
	Plan      string
	// Sent is when something took it away, Outcome how that went; zero while it
	// waits.
	Sent    time.Time
	Outcome string
}

// AddNotice writes one notice into the outbox, in the transaction of what it
// tells of.
func (t *Tx) AddNotice(ctx context.Context, n Notice) error {
	_, err := t.ExecContext(ctx, `INSERT INTO notice (request, at, what, tid, oid, name, address, why, says, plan_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.Request, t.Millis(), n.What, fold(n.To.TenantID), fold(n.To.ObjectID), n.To.Name, n.To.Address, n.Why, n.Says, n.Plan)
	if err != nil {
		return fmt.Errorf("notice about request %s: %w", n.Request, err)
	}
	return nil
}

const noticeColumns = `id, request, at, what, tid, oid, name, address, why, says, plan_hash, sent, outcome`

func scanNotice(rows *sql.Rows) (n Notice, err error) {
	var at int64
	var sent sql.NullInt64
	err = rows.Scan(&n.ID, &n.Request, &at, &n.What, &n.To.TenantID, &n.To.ObjectID, &n.To.Name, &n.To.Address, &n.Why, &n.Says, &n.Plan, &sent, &n.Outcome)
	n.At, n.Sent = Time(at), timeOf(sent)
	return n, err
}

// Notices returns who was to be told what about a request, oldest first.
func (r *Reader) Notices(ctx context.Context, id string) ([]Notice, error) {
	return list(ctx, r.pool, scanNotice, `SELECT `+noticeColumns+` FROM notice WHERE request = $1 ORDER BY id`, id)
}

// WaitingNotices returns what nobody took away yet, oldest first.
func (r *Reader) WaitingNotices(ctx context.Context, limit int) ([]Notice, error) {
	return list(ctx, r.pool, scanNotice, `SELECT `+noticeColumns+` FROM notice WHERE sent IS NULL ORDER BY id LIMIT $1`, limit)
}

// TakeNotice notes how telling somebody went; once.
func (t *Tx) TakeNotice(ctx context.Context, id int64, outcome string) error {
	res, err := t.ExecContext(ctx, `UPDATE notice SET sent = $2, outcome = $3 WHERE id = $1 AND sent IS NULL`, id, t.Millis(), outcome)
	if err != nil {
		return fmt.Errorf("notice %d: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.Conflict, "This notice was taken away already.")
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/request"
)

// OverdueRequests returns the requests whose time to be decided or to be
// started is over.
func (t *Tx) OverdueRequests(ctx context.Context, limit int) ([]request.Request, error) {
	return t.requestsWhere(ctx, `(r.state = 'pending' AND r.expires <= $1) OR (r.state = 'approved' AND r.window_ends <= $1)`, limit, t.Millis())
}

// RequestsUnderOtherRules returns the requests that were judged by rules other
// than those of the hash, and are not begun.
func (t *Tx) RequestsUnderOtherRules(ctx context.Context, hash string, limit int) ([]request.Request, error) {
	return t.requestsWhere(ctx, `r.state IN ('pending','approved') AND r.rules_hash <> $1`, limit, hash)
}

func (t *Tx) requestsWhere(ctx context.Context, where string, limit int, args ...any) ([]request.Request, error) {
	all, err := list(ctx, t, func(rows *sql.Rows) (request.Request, error) { return scanRequest(rows) },
		`SELECT `+requestColumns+requestFrom+`WHERE `+where+fmt.Sprintf(` ORDER BY r.id LIMIT %d`, limit), args...)
	if err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	return all, nil
}

// ReadyRequests returns the approved requests that may start now, oldest
// first: what the executor begins with, also after a crash.
func (r *Reader) ReadyRequests(ctx context.Context, now time.Time, limit int) ([]request.Request, error) {
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (request.Request, error) { return scanRequest(rows) },
		`SELECT `+requestColumns+requestFrom+`WHERE r.state = 'approved' AND r.window_ends > $1 AND coalesce(r.not_before, 0) <= $1
		ORDER BY r.decided, r.id LIMIT $2`, Millis(now), limit)
	if err != nil {
		return nil, fmt.Errorf("requests that may start: %w", err)
	}
	return all, nil
}

// UnremindedRequests returns the ids of requests that wait since before a
// moment and about which somebody was not reminded or told yet.
func (r *Reader) UnremindedRequests(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return list(ctx, r.pool, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT id FROM request WHERE state = 'pending' AND submitted <= $1 AND (reminded IS NULL OR escalated IS NULL) ORDER BY submitted LIMIT $2`, Millis(before), limit)
}

// RemindRequests marks and returns the pending requests nobody has decided
// since the moment, each once.
func (t *Tx) RemindRequests(ctx context.Context, submittedBefore time.Time) ([]request.Request, error) {
	return t.mark(ctx, "reminded", submittedBefore)
}

// EscalateRequests is the same for telling somebody else.
func (t *Tx) EscalateRequests(ctx context.Context, submittedBefore time.Time) ([]request.Request, error) {
	return t.mark(ctx, "escalated", submittedBefore)
}

func (t *Tx) mark(ctx context.Context, column string, before time.Time) ([]request.Request, error) {
	all, err := t.requestsWhere(ctx, `r.state = 'pending' AND r.submitted <= $1 AND r.`+column+` IS NULL`, 200, Millis(before))
	for i := range all {
		if err == nil {
			err = t.changeRequest(ctx, all[i], column+" = $3")
		}
		all[i].Version++
	}
	return all, err
}

// Later is a step of a plan that is done, with a time of its own.
type Later struct {
	Request, Plan, Step string
	Due                 time.Time
	State               string
	Note                string
}

// DueLater returns the later steps whose time has come, of requests that were
// carried out.
func (r *Reader) DueLater(ctx context.Context, now time.Time, limit int) ([]Later, error) {
	return list(ctx, r.pool, scanLater, `SELECT l.request, l.plan_hash, l.step, l.due, l.state, l.note FROM request_later l JOIN request r ON r.id = l.request
		WHERE l.state = 'waiting' AND l.due <= $1 AND r.state = 'done' AND r.plan_hash = l.plan_hash ORDER BY l.due LIMIT $2`, Millis(now), limit)
}

// LaterOf returns the later steps of a request.
func (r *Reader) LaterOf(ctx context.Context, id string) ([]Later, error) {
	return list(ctx, r.pool, scanLater, `SELECT request, plan_hash, step, due, state, note FROM request_later WHERE request = $1 ORDER BY due, step`, id)
}

func scanLater(rows *sql.Rows) (l Later, err error) {
	var due int64
	err = rows.Scan(&l.Request, &l.Plan, &l.Step, &due, &l.State, &l.Note)
	l.Due = Time(due)
	return l, err
}

// MarkLater notes what became of a later step: running, done, failed or void.
func (t *Tx) MarkLater(ctx context.Context, id, step, state, note string) error {
	_, err := t.ExecContext(ctx, `UPDATE request_later SET state = $3, note = $4, changed = $5 WHERE request = $1 AND step = $2`, id, step, state, note, t.Millis())
	if err != nil {
		return fmt.Errorf("later step %s of request %s: %w", step, id, err)
	}
	return nil
}

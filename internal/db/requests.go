package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/tenant"
)

// asker runs reads, inside a transaction or outside.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// requestColumns are read by scanRequest, in this order.
const requestColumns = `r.id, t.name, r.kind, r.title, r.state, r.version, r.revision, r.params, r.reason,
	r.requester_tid, r.requester_oid, r.requester_name, r.requester_address, r.editor_tid, r.editor_oid, r.editor_name, r.editor_address,
	coalesce(r.plan_hash, ''), r.risk, r.rule, r.rules_hash, r.created, r.changed, r.submitted, r.decided, r.expires, r.window_ends, r.not_before, r.note`

const requestFrom = ` FROM request r JOIN tenant t ON t.id = r.tenant `

func scanRequest(row interface{ Scan(...any) error }) (r request.Request, err error) {
	var created, changed int64
	var submitted, decided, expires, window, notBefore sql.NullInt64
	err = row.Scan(&r.ID, &r.Tenant, &r.Kind, &r.Title, &r.State, &r.Version, &r.Revision, &r.Params, &r.Reason,
		&r.Requester.TenantID, &r.Requester.ObjectID, &r.Requester.Name, &r.Requester.Address,
		&r.Editor.TenantID, &r.Editor.ObjectID, &r.Editor.Name, &r.Editor.Address,
		&r.Plan, &r.Risk, &r.Rule, &r.Rules, &created, &changed, &submitted, &decided, &expires, &window, &notBefore, &r.Note)
	r.Created, r.Changed = Time(created), Time(changed)
	r.Submitted, r.Decided, r.Expires, r.WindowEnds = timeOf(submitted), timeOf(decided), timeOf(expires), timeOf(window)
	r.NotBefore = timeOf(notBefore)
	return r, err
}

func timeOf(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return Time(ms.Int64)
}

func readRequest(ctx context.Context, q asker, id string) (request.Request, error) {
	r, err := scanRequest(q.QueryRowContext(ctx, `SELECT `+requestColumns+requestFrom+`WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "There is nothing here, or nothing that is open to you.")
	}
	if err != nil {
		return r, fmt.Errorf("request %s: %w", id, classify(err))
	}
	r.Stages, err = readStages(ctx, q, r.Plan)
	return r, err
}

func readStages(ctx context.Context, q asker, plan string) ([]request.Stage, error) {
	return list(ctx, q, func(rows *sql.Rows) (s request.Stage, err error) {
		return s, rows.Scan(&s.Order, &s.Count, &s.Role, &s.Group)
	}, `SELECT ord, count, role, grp FROM request_stage WHERE plan_hash = $1 ORDER BY ord`, plan)
}

// list runs a query and reads each row.
func list[T any](ctx context.Context, q asker, read func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return nil, classify(err)
		}
		all = append(all, one)
	}
	return all, classify(rows.Err())
}

// number reads a row of one integer.
func number(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) }

// Request reads a request within the transaction that will change it.
func (t *Tx) Request(ctx context.Context, id string) (request.Request, error) {
	return readRequest(ctx, t, id)
}

// InsertRequest writes a new draft. Conflict when the id is taken.
func (t *Tx) InsertRequest(ctx context.Context, tenantID int64, r request.Request) error {
	_, err := t.ExecContext(ctx, `INSERT INTO request (id, tenant, kind, title, state, params, reason, requester_tid, requester_oid, requester_name, requester_address,
			editor_tid, editor_oid, editor_name, editor_address, created, changed, not_before, note)
		VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, '')`,
		r.ID, tenantID, string(r.Kind), r.Title, string(r.Params), r.Reason,
		fold(r.Requester.TenantID), fold(r.Requester.ObjectID), r.Requester.Name, r.Requester.Address,
		fold(r.Editor.TenantID), fold(r.Editor.ObjectID), r.Editor.Name, r.Editor.Address, t.Millis(), MillisOrNull(r.NotBefore))
	if err != nil {
		return fmt.Errorf("insert request %s: %w", r.ID, err)
	}
	return indexRequest(ctx, t, r.ID)
}

func fold(id string) string { return strings.ToLower(id) }

// SaveDraft writes what was typed into a draft. Conflict when the request is
// not at the version any more.
func (t *Tx) SaveDraft(ctx context.Context, r request.Request) error {
	err := t.changeRequest(ctx, r, `title = $4, params = $5, reason = $6, editor_tid = $7, editor_oid = $8, editor_name = $9, editor_address = $10, not_before = $11`,
		r.Title, string(r.Params), r.Reason, fold(r.Editor.TenantID), fold(r.Editor.ObjectID), r.Editor.Name, r.Editor.Address, MillisOrNull(r.NotBefore))
	if err != nil {
		return err
	}
	return indexRequest(ctx, t, r.ID)
}

// changeRequest is the one way a request is updated: at the version that was
// read, counted up.
func (t *Tx) changeRequest(ctx context.Context, r request.Request, set string, args ...any) error {
	res, err := t.ExecContext(ctx, `UPDATE request SET version = version + 1, changed = $3, `+set+` WHERE id = $1 AND version = $2`,
		append([]any{r.ID, r.Version, t.Millis()}, args...)...)
	if err != nil {
		return fmt.Errorf("change request %s: %w", r.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.Conflict, "Somebody changed this request in the meantime. Reload it and look again; nothing was stored.")
	}
	return nil
}

// MoveRequest takes a request to another state at the version it was read in.
// A move back to draft forgets the plan; a move to approved sets when the time
// to start ends. An event tells it on the request's page.
func (t *Tx) MoveRequest(ctx context.Context, r request.Request, to request.State, by request.Party, what, note string) error {
	if err := request.CheckMove(r.State, to); err != nil {
		return err
	}
	set, args := `state = $4, note = $5`, []any{string(to), note}
	switch to {
	case request.Draft:
		set += `, plan_hash = NULL, need = NULL, expires = NULL, window_ends = NULL, risk = '', rule = '', rules_hash = '', reminded = NULL, escalated = NULL`
	case request.Approved:
		set += `, decided = $3, window_ends = $6`
		args = append(args, Millis(r.WindowEnds))
	case request.Rejected:
		set += `, decided = $3`
	}
	if err := t.changeRequest(ctx, r, set, args...); err != nil {
		return err
	}
	return t.AddRequestEvent(ctx, RequestEvent{Request: r.ID, By: by, What: what, From: r.State, To: to, Plan: r.Plan, Note: note})
}

// Submission is what a draft becomes when it is submitted.
type Submission struct {
	Request request.Request
	Plan    []byte // canonical
	Hash    string
	Need    int
	Parties []request.Involved
	Places  []request.Place
	Later   []request.LaterStep
}

// SubmitRequest writes plan, stages and parties and moves the draft to
// pending, all frozen from then on.
func (t *Tx) SubmitRequest(ctx context.Context, s Submission, by request.Party) error {
	r := s.Request
	if _, err := t.ExecContext(ctx, `INSERT INTO request_plan (hash, request, revision, body, at) VALUES ($1, $2, $3, $4, $5)`,
		s.Hash, r.ID, r.Revision+1, s.Plan, t.Millis()); err != nil {
		return fmt.Errorf("submit request %s: plan: %w", r.ID, err)
	}
	for _, st := range r.Stages {
		if _, err := t.ExecContext(ctx, `INSERT INTO request_stage (plan_hash, ord, count, role, grp) VALUES ($1, $2, $3, $4, $5)`,
			s.Hash, st.Order, st.Count, st.Role, st.Group); err != nil {
			return fmt.Errorf("submit request %s: stage %d: %w", r.ID, st.Order, err)
		}
	}
	if err := t.AddParties(ctx, s.Hash, s.Parties); err != nil {
		return fmt.Errorf("submit request %s: %w", r.ID, err)
	}
	if err := t.setLater(ctx, r.ID, s); err != nil {
		return fmt.Errorf("submit request %s: %w", r.ID, err)
	}
	if err := t.setPlaces(ctx, r.ID, s.Places); err != nil {
		return fmt.Errorf("submit request %s: %w", r.ID, err)
	}
	if err := t.changeRequest(ctx, r, `state = 'pending', title = $4, revision = revision + 1, plan_hash = $5, need = $6, rule = $7, risk = $8, rules_hash = $9, submitted = $3,
		expires = $10, decided = NULL, window_ends = NULL, reminded = NULL, escalated = NULL, note = ''`,
		r.Title, s.Hash, s.Need, r.Rule, string(r.Risk), r.Rules, Millis(r.Expires)); err != nil {
		return err
	}
	if err := indexRequest(ctx, t, r.ID); err != nil {
		return err
	}
	return t.AddRequestEvent(ctx, RequestEvent{Request: r.ID, By: by, What: "submitted", From: request.Draft, To: request.Pending, Plan: s.Hash})
}

// AddParties notes who is connected with a plan. Those already noted stay.
func (t *Tx) AddParties(ctx context.Context, plan string, some []request.Involved) error {
	for _, p := range some {
		if p.ObjectID != "" {
			if _, err := t.ExecContext(ctx, `INSERT INTO request_party (plan_hash, tid, oid, why, name) SELECT $1, $2, $3, $4, $5
				WHERE NOT EXISTS (SELECT 1 FROM request_party WHERE plan_hash = $1 AND tid = $2 AND oid = $3 AND why = $4)`,
				plan, fold(p.TenantID), fold(p.ObjectID), string(p.Why), p.Name); err != nil {
				return fmt.Errorf("party of plan %s: %w", plan, err)
			}
		}
		for _, a := range append([]string{p.Address}, p.Aliases...) {
			if a = request.AddressKey(a); a == "" {
				continue
			}
			if _, err := t.ExecContext(ctx, `INSERT INTO request_alias (plan_hash, address, why) VALUES ($1, $2, $3) ON CONFLICT (plan_hash, address) DO NOTHING`,
				plan, a, string(p.Why)); err != nil {
				return fmt.Errorf("party of plan %s: %w", plan, err)
			}
		}
	}
	return nil
}

// setLater notes the steps that have a time of their own; those of an earlier
// submission were never begun.
func (t *Tx) setLater(ctx context.Context, id string, s Submission) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM request_later WHERE request = $1 AND state = 'waiting'`, id); err != nil {
		return err
	}
	for _, l := range s.Later {
		if _, err := t.ExecContext(ctx, `INSERT INTO request_later (request, plan_hash, step, due, state, changed) VALUES ($1, $2, $3, $4, 'waiting', $5)`,
			id, s.Hash, l.Step.ID, Millis(l.Due), t.Millis()); err != nil {
			return err
		}
	}
	return nil
}

// setPlaces replaces the workspaces a request is about; drafts change them.
func (t *Tx) setPlaces(ctx context.Context, id string, places []request.Place) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM request_place WHERE request = $1`, id); err != nil {
		return err
	}
	for _, p := range places {
		if _, err := t.ExecContext(ctx, `INSERT INTO request_place (request, name, name_key, domain, domain_key) VALUES ($1, $2, $3, $4, $5)`,
			id, p.Workspace, tenant.Fold(p.Workspace), p.Domain, tenant.Fold(p.Domain)); err != nil {
			return err
		}
	}
	return nil
}

// RequestEvent is one thing that happened to a request.
type RequestEvent struct {
	Request string
	At      time.Time
	// By is zero when the portal did it.
	By       request.Party
	What     string
	From, To request.State
	Plan     string
	Note     string
}

// AddRequestEvent tells something on the request's page.
func (t *Tx) AddRequestEvent(ctx context.Context, e RequestEvent) error {
	_, err := t.ExecContext(ctx, `INSERT INTO request_event (request, at, tid, oid, name, what, from_state, to_state, plan_hash, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.Request, t.Millis(), fold(e.By.TenantID), fold(e.By.ObjectID), e.By.Name, e.What, string(e.From), string(e.To), e.Plan, e.Note)
	if err != nil {
		return fmt.Errorf("event of request %s: %w", e.Request, err)
	}
	return nil
}

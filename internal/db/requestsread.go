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

// Request returns a request. NotFound when there is none.
func (r *Reader) Request(ctx context.Context, id string) (request.Request, error) {
	return readRequest(ctx, r.pool, id)
}

// RequestPlan returns the canonical bytes of a plan, checked against its hash,
// and what they say.
func (r *Reader) RequestPlan(ctx context.Context, hash string) (request.Plan, []byte, error) {
	return readPlan(ctx, r.pool, hash)
}

// RequestPlan is the same within a transaction.
func (t *Tx) RequestPlan(ctx context.Context, hash string) (request.Plan, []byte, error) {
	return readPlan(ctx, t, hash)
}

func readPlan(ctx context.Context, q asker, hash string) (request.Plan, []byte, error) {
	var body []byte
	err := q.QueryRowContext(ctx, `SELECT body FROM request_plan WHERE hash = $1`, hash).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return request.Plan{}, nil, fault.New(fault.NotFound, "There is no such plan.")
	}
	if err != nil {
		return request.Plan{}, nil, fmt.Errorf("plan %s: %w", hash, classify(err))
	}
	if request.HashOf(body) != hash {
		return request.Plan{}, nil, fault.New(fault.Unavailable, "The stored plan does not fit its hash, so it is neither shown nor carried out. Restore the last backup.")
	}
	p, err := request.ParsePlan(body)
	if err != nil {
		return request.Plan{}, nil, fmt.Errorf("plan %s: %w", hash, err)
	}
	return p, body, nil
}

// RequestPlans returns the hashes of all plans of a request, oldest first, for
// showing what changed between them.
func (r *Reader) RequestPlans(ctx context.Context, id string) ([]string, error) {
	return list(ctx, r.pool, func(rows *sql.Rows) (h string, err error) { return h, rows.Scan(&h) },
		`SELECT hash FROM request_plan WHERE request = $1 ORDER BY revision`, id)
}

// Decisions returns what people said about a request, oldest first; those on
// earlier plans no longer count.
func (r *Reader) Decisions(ctx context.Context, id string) ([]request.Decision, error) {
	return readDecisions(ctx, r.pool, id)
}

// Decisions is the same within a transaction.
func (t *Tx) Decisions(ctx context.Context, id string) ([]request.Decision, error) {
	return readDecisions(ctx, t, id)
}

// Facing is everything a page needs to say who may decide, as of now.
func (r *Reader) Facing(ctx context.Context, id string, now time.Time) (f request.Facing, err error) {
	if f.Request, err = readRequest(ctx, r.pool, id); err != nil {
		return f, err
	}
	f.Now = now
	if f.Involved, err = readParties(ctx, r.pool, f.Request.Plan); err != nil {
		return f, err
	}
	f.Decisions, err = readDecisions(ctx, r.pool, id)
	return f, err
}

// RequestEvents returns what happened to a request, oldest first.
func (r *Reader) RequestEvents(ctx context.Context, id string) ([]RequestEvent, error) {
	return list(ctx, r.pool, func(rows *sql.Rows) (e RequestEvent, err error) {
		var at int64
		err = rows.Scan(&e.Request, &at, &e.By.TenantID, &e.By.ObjectID, &e.By.Name, &e.What, &e.From, &e.To, &e.Plan, &e.Note)
		e.At = Time(at)
		return e, err
	}, `SELECT request, at, tid, oid, name, what, from_state, to_state, plan_hash, note FROM request_event WHERE request = $1 ORDER BY id`, id)
}

// RequestFilter narrows a list of requests.
type RequestFilter struct {
	States []request.State
	Kind   request.Kind
	// Requester limits the list to one person's; zero means everybody's.
	Requester request.Party
	// Scopes opens requests by tenant name; a request is seen when all of its
	// places are open, and by its requester always. A tenant without an entry
	// is closed.
	Scopes map[string]RequestScope
	Viewer request.Party
	// Text is looked for in title, name of the requester and places.
	Text string
	// Limit is the most rows; Before continues after a page: the Changed and ID
	// of its last row.
	Limit    int
	Before   time.Time
	BeforeID string
}

// RequestScope is what somebody may see of a tenant's requests.
type RequestScope struct {
	All bool
	// Prefixes and Domains are names.
	Prefixes, Domains []string
}

// Requests returns the newest changed first.
func (r *Reader) Requests(ctx context.Context, f RequestFilter) ([]request.Request, error) {
	w := &conditions{}
	f.where(w)
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (request.Request, error) { return scanRequest(rows) },
		`SELECT `+requestColumns+requestFrom+`WHERE `+w.text()+fmt.Sprintf(` ORDER BY r.changed DESC, r.id DESC LIMIT %d`, f.Limit), w.args...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return all, nil
}

// CountRequests counts what Requests would return without a limit.
func (r *Reader) CountRequests(ctx context.Context, f RequestFilter) (n int64, err error) {
	f.Before = time.Time{}
	w := &conditions{}
	f.where(w)
	if err := r.pool.QueryRowContext(ctx, `SELECT count(*)`+requestFrom+`WHERE `+w.text(), w.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count requests: %w", classify(err))
	}
	return n, nil
}

// conditions collects parts of a WHERE and their arguments.
type conditions struct {
	parts []string
	args  []any
}

// add appends a condition; each ? becomes the next numbered argument.
func (c *conditions) add(cond string, args ...any) {
	c.parts = append(c.parts, c.number(cond, args...))
}

func (c *conditions) number(cond string, args ...any) string {
	for _, a := range args {
		c.args = append(c.args, a)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	return cond
}

func (c *conditions) text() string {
	if len(c.parts) == 0 {
		return "1=1"
	}
	return strings.Join(c.parts, " AND ")
}

func (f RequestFilter) where(w *conditions) {
	if len(f.States) > 0 {
		marks, args := make([]string, len(f.States)), make([]any, len(f.States))
		for i, s := range f.States {
			marks[i], args[i] = "?", string(s)
		}
		w.add("r.state IN ("+strings.Join(marks, ",")+")", args...)
	}
	if f.Kind != "" {
		w.add("r.kind = ?", string(f.Kind))
	}
	if f.Requester.ObjectID != "" {
		w.add("r.requester_tid = ? AND r.requester_oid = ?", fold(f.Requester.TenantID), fold(f.Requester.ObjectID))
	}
	if text := tenant.Fold(f.Text); text != "" {
		w.add("(instr(lower(r.title), ?) > 0 OR instr(lower(r.requester_name), ?) > 0 OR EXISTS (SELECT 1 FROM request_place p WHERE p.request = r.id AND instr(p.name_key, ?) > 0))", text, text, text)
	}
	if !f.Before.IsZero() {
		w.add("(r.changed < ? OR (r.changed = ? AND r.id < ?))", Millis(f.Before), Millis(f.Before), f.BeforeID)
	}
	f.scope(w)
}

// scope limits the list to what the viewer may see.
func (f RequestFilter) scope(w *conditions) {
	var open []string
	if f.Viewer.ObjectID != "" {
		open = append(open, w.number("(r.requester_tid = ? AND r.requester_oid = ?)", fold(f.Viewer.TenantID), fold(f.Viewer.ObjectID)))
	}
	for name, s := range f.Scopes {
		if s.All {
			open = append(open, w.number("(t.name = ? AND r.state <> 'draft')", name))
			continue
		}
		var within []string
		for _, p := range s.Prefixes {
			if key := tenant.Fold(p); key != "" {
				within = append(within, w.number("substr(p.name_key, 1, length(?)) = ?", key, key))
			}
		}
		for _, d := range s.Domains {
			if key := tenant.Fold(d); key != "" {
				within = append(within, w.number("p.domain_key = ?", key))
			}
		}
		if len(within) > 0 {
			open = append(open, w.number("(t.name = ? AND r.state <> 'draft' AND EXISTS (SELECT 1 FROM request_place p WHERE p.request = r.id) AND NOT EXISTS (SELECT 1 FROM request_place p WHERE p.request = r.id AND NOT (", name)+strings.Join(within, " OR ")+")))")
		}
	}
	if len(open) == 0 {
		open = []string{"1=0"}
	}
	w.parts = append(w.parts, "("+strings.Join(open, " OR ")+")")
}

// RequestPlaces returns the workspaces a request is about.
func (r *Reader) RequestPlaces(ctx context.Context, id string) ([]request.Place, error) {
	return readPlaces(ctx, r.pool, id)
}

// RequestPlaces is the same within a transaction.
func (t *Tx) RequestPlaces(ctx context.Context, id string) ([]request.Place, error) {
	return readPlaces(ctx, t, id)
}

func readPlaces(ctx context.Context, q asker, id string) ([]request.Place, error) {
	return list(ctx, q, func(rows *sql.Rows) (p request.Place, err error) { return p, rows.Scan(&p.Workspace, &p.Domain) },
		`SELECT name, domain FROM request_place WHERE request = $1 ORDER BY name, domain`, id)
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Order is a plan that was agreed to and may be carried out.
type Order struct {
	Request string
	// Later is the step it is about, for one with a time of its own; empty for
	// the plan itself.
	Later    string
	PlanHash string
	Plan     []byte
	For      ledger.Actor
}

// Orders is the side of requests that whoever carries them out sees.
type Orders struct {
	DB *DB
	// Rules returns the hash of the policies in force, empty when none are.
	// What was judged by others is neither begun nor gone on with. Nil, in
	// tests, asks nothing.
	Rules func() string
}

// otherRules says that an agreement rests on policies that are no longer in
// force.
func (o Orders) otherRules(judged string) error {
	if o.Rules == nil || o.Rules() == judged {
		return nil
	}
	return fault.New(fault.Denied, "The rules have changed since this was agreed to. Nothing more was sent.")
}

// mostDue is how many orders are taken up at once; the rest follows.
const mostDue = 200

// Due returns the orders of a tenant that may begin at the moment, oldest
// first: agreed requests within their window, then steps whose time has come.
func (o Orders) Due(ctx context.Context, tenant string, now time.Time) ([]Order, error) {
	ready, err := o.DB.reader.ReadyRequests(ctx, now, mostDue)
	if err != nil {
		return nil, err
	}
	var out []Order
	for _, r := range ready {
		if r.Tenant != tenant {
			continue
		}
		x, err := o.order(ctx, r, "", r.Plan)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	later, err := o.later(ctx, tenant, now)
	return append(out, later...), err
}

// later returns the steps whose time has come, of every request that was
// carried out: also when not all of it came about, because access that was
// given must end whatever became of the rest.
func (o Orders) later(ctx context.Context, tenant string, now time.Time) ([]Order, error) {
	due, err := list(ctx, o.DB.reader.pool, scanLater, `SELECT l.request, l.plan_hash, l.step, l.due, l.state, l.note
		FROM request_later l JOIN request r ON r.id = l.request JOIN tenant t ON t.id = r.tenant
		WHERE t.name = $1 AND l.state = 'waiting' AND l.due <= $2 AND r.state IN ('done', 'failed', 'cancelled') AND r.plan_hash = l.plan_hash
		ORDER BY l.due, l.request LIMIT $3`, tenant, Millis(now), mostDue)
	if err != nil {
		return nil, fmt.Errorf("later steps of %s: %w", tenant, err)
	}
	var out []Order
	for _, l := range due {
		r, err := o.DB.reader.Request(ctx, l.Request)
		if err != nil {
			return nil, err
		}
		x, err := o.order(ctx, r, l.Step, l.Plan)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (o Orders) order(ctx context.Context, r request.Request, step, plan string) (Order, error) {
	_, body, err := o.DB.reader.RequestPlan(ctx, plan)
	return Order{Request: r.ID, Later: step, PlanHash: plan, Plan: body,
		For: ledger.Actor{Kind: ledger.Person, Tenant: r.Requester.TenantID, ID: r.Requester.ObjectID, Name: r.Requester.Name}}, err
}

// Begin moves an order to running. The database refuses what is not agreed;
// Conflict when it is not what it was.
func (o Orders) Begin(ctx context.Context, tx *Tx, x Order) error {
	if x.Later != "" {
		return tx.MarkLater(ctx, x.Request, x.Later, "running", "")
	}
	r, err := tx.Request(ctx, x.Request)
	if err != nil {
		return err
	}
	if r.Plan != x.PlanHash {
		return fault.New(fault.Conflict, "Request %s has another plan by now.", x.Request)
	}
	if err := request.CheckMove(r.State, request.Running); err != nil {
		return err
	}
	if err := o.otherRules(r.Rules); err != nil {
		return err
	}
	return tx.MoveRequest(ctx, r, request.Running, request.Party{}, "began", "")
}

// Valid returns nil while the agreement that a run rests on holds: the request
// is in its state, with that plan, agreed by as many as it needs. Denied with
// the reason otherwise.
func (o Orders) Valid(ctx context.Context, tx *Tx, r Run) error {
	var ok bool
	err := tx.QueryRowContext(ctx, `SELECT a.agreed AND q.plan_hash = $2 AND (
		  ($3 = '' AND q.state = 'running') OR
		  ($3 <> '' AND EXISTS (SELECT 1 FROM request_later l WHERE l.request = q.id AND l.plan_hash = q.plan_hash AND l.step = $3 AND l.state = 'running')))
		FROM request q JOIN request_agreed a ON a.id = q.id WHERE q.id = $1`, r.Request, r.PlanHash, r.Later).Scan(&ok)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("agreement of run %s: %w", r.ID, classify(err))
	}
	if !ok {
		return fault.New(fault.Denied, "The agreement to this plan does not hold any more. Nothing was sent.")
	}
	return nil
}

// Judged returns nil while the policies that judged a run are in force, Denied
// otherwise. A step with a time of its own is not asked about: access that was
// given until a day ends on it, whatever the policies say by then; nor is what
// takes a step back.
func (o Orders) Judged(ctx context.Context, tx *Tx, r Run) error {
	if r.Later != "" {
		return nil
	}
	q, err := tx.Request(ctx, r.Request)
	if err != nil {
		return err
	}
	return o.otherRules(q.Rules)
}

// Finish moves an order to how its run ended.
func (o Orders) Finish(ctx context.Context, tx *Tx, r Run, state RunState, note string) error {
	if r.Later != "" {
		end := "done"
		if state != RunDone {
			end = "failed"
		}
		return tx.MarkLater(ctx, r.Request, r.Later, end, note)
	}
	q, err := tx.Request(ctx, r.Request)
	if err != nil {
		return err
	}
	return tx.MoveRequest(ctx, q, request.State(state), request.Party{}, "ended", note)
}

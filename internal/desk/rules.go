package desk

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/violation"
)

// Decider is the person who decides something about rules and violations, and
// where the request came from, for the ledger.
type Decider struct {
	Person auth.Person
	// IP, Request and Session are as the guard found them.
	IP, Request, Session string
}

// actor is the person as the database keeps them.
func (d Decider) actor() db.Actor {
	return db.Actor{Subject: d.Subject(), Name: d.Person.Name}
}

// Subject is the key of the person: directory and object id, never an address.
func (d Decider) Subject() string { return db.Subject(d.Person.TenantID, d.Person.ObjectID) }

// entry is a ledger entry of what the person did.
func (d Decider) entry(a ledger.Action, o ledger.Object, reason string) ledger.Entry {
	return ledger.Entry{Action: a, Outcome: ledger.Done, Actor: d.Person.Actor(), IP: d.IP, Request: d.Request, Session: d.Session, Object: o, Reason: reason}
}

// Rules is where people decide about rules and what they found: triage,
// assignment, waivers, parameters, owners' answers. Each verb is one
// transaction with its ledger entries; it asks again who may do it, to this
// object.
type Rules struct {
	DB     *db.DB
	Keeper *policy.Keeper
	// Changed is told that the rules in force changed, and returns at once:
	// the tenants are judged again elsewhere.
	Changed func()
	// Periods are the times of the owner's loop; zero ones are the usual.
	Periods violation.Periods
	// EscalateTo are addresses told of an owner's silence, besides those who
	// know the workspace.
	EscalateTo []string

	deciding sync.Mutex // one decision about rules after the other
}

// on finds a violation and checks that the person may do the action to it. Its
// number can be guessed, so one that nobody has is hidden like a forbidden one.
func on(ctx context.Context, tx *db.Tx, d Decider, a auth.Action, id int64) (db.ViolationPlace, error) {
	p, err := tx.ViolationPlace(ctx, id)
	if err != nil {
		return p, hidden(err)
	}
	return p, auth.Check(d.Person, a, auth.Object{Tenant: p.TenantName, Workspace: p.Workspace, Domain: p.Domain})
}

// hidden makes what is absent look like what is forbidden.
func hidden(err error) error {
	if fault.Is(err, fault.NotFound) {
		return auth.Hidden()
	}
	return err
}

// violationObject is a violation as the ledger names it.
func violationObject(p db.ViolationPlace) ledger.Object {
	return ledger.Object{Kind: "violation", ID: strconv.FormatInt(p.ID, 10), Name: p.Label, Tenant: p.TenantName}
}

// write runs a verb's transaction. A refusal that a rule of ours made is
// recorded too: somebody tried.
func (r *Rules) write(ctx context.Context, d Decider, what ledger.Action, object *ledger.Object, fn func(*db.Tx) error) error {
	err := r.DB.Write(ctx, fn)
	if fault.Is(err, fault.Denied) {
		e := d.entry(what, *object, fault.Sentence(err))
		e.Outcome = ledger.Refused
		if rerr := r.DB.Record(context.WithoutCancel(ctx), e); rerr != nil {
			return fmt.Errorf("record a refusal: %w", rerr)
		}
	}
	return err
}

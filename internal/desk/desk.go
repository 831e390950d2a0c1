package desk

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
)

// Desk writes requests.
type Desk struct {
	db        *db.DB
	rules     func() *policy.Set
	approvals func() *request.ApprovalRules
	newID     func() string
	now       func() time.Time
	executor  func(tenant string) request.ID
	people    func(context.Context) ([]auth.Person, error)
	files     *db.Files
	own       *Rules
}

// Config is what a Desk needs.
type Config struct {
	DB *db.DB
	// Rules returns the policies in force.
	Rules func() *policy.Set
	// Approvals returns the approval rules in force; nil takes those built in.
	Approvals func() *request.ApprovalRules
	// NewID makes the ids of requests: 26 characters that sort by time.
	NewID func() string
	Now   func() time.Time
	// Executor returns the object id of the portal's application in a tenant,
	// empty when it is not known. May be nil.
	Executor func(tenant string) request.ID
	// People returns everybody who ever signed in, with their roles and limits
	// as last known: who could decide, and who is told. May be nil.
	People func(ctx context.Context) ([]auth.Person, error)
	// Files keeps what people upload; nil refuses uploads.
	Files *db.Files
	// Own is where waivers and rules are kept; nil refuses requests about them.
	Own *Rules
}

// New returns a Desk.
func New(c Config) *Desk {
	d := &Desk{db: c.DB, rules: c.Rules, approvals: c.Approvals, newID: c.NewID, now: c.Now, executor: c.Executor, people: c.People, files: c.Files, own: c.Own}
	if d.approvals == nil {
		own := request.BuiltinApprovals()
		d.approvals = func() *request.ApprovalRules { return own }
	}
	if d.people == nil {
		d.people = func(context.Context) ([]auth.Person, error) { return nil, nil }
	}
	if d.executor == nil {
		d.executor = func(string) request.ID { return "" }
	}
	return d
}

// By is who writes, and from where, for the ledger.
type By struct {
	auth.Person
	// IP, Session (SHA-256 of the session's id) and HTTP (our id of the HTTP
	// request) go into the ledger.
	IP, Session, HTTP string
}

// Party is the person as requests know them.
func (b By) Party() request.Party {
	return request.Party{TenantID: lower(b.TenantID), ObjectID: lower(b.ObjectID), Name: b.Name, Address: b.Address}
}

// entry begins a ledger entry about a request.
func (b By) entry(a ledger.Action, r request.Request) ledger.Entry {
	e := ledger.Entry{Action: a, Outcome: ledger.Done, Actor: b.Actor(), IP: b.IP, Session: b.Session, Request: b.HTTP,
		Object: object(r), Details: map[ledger.Detail]string{}}
	if b.Token != "" {
		e.Details[ledger.Token] = b.Token
	}
	return e
}

func object(r request.Request) ledger.Object {
	return ledger.Object{Kind: "request", ID: r.ID, Name: r.Title, Tenant: r.Tenant}
}

// system begins an entry of the portal's own.
func system(a ledger.Action, r request.Request) ledger.Entry {
	return ledger.Entry{Action: a, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "portal"}, Object: object(r),
		Details: map[ledger.Detail]string{}}
}

// moved fills what a change of state says.
func moved(e ledger.Entry, r request.Request, to request.State, reason string) ledger.Entry {
	e.Reason = reason
	e.Details[ledger.StateBefore], e.Details[ledger.State] = string(r.State), string(to)
	e.Details[ledger.Version] = strconv.FormatInt(r.Version+1, 10)
	if r.Plan != "" {
		e.Details[ledger.Plan] = r.Plan
	}
	return e
}

// write runs one verb: the change and its entry in one transaction. A refusal
// changes nothing and is recorded by itself.
func (d *Desk) write(ctx context.Context, by By, a ledger.Action, id string, fn func(*db.Tx) error) error {
	err := d.db.Write(ctx, fn)
	if err == nil {
		return nil
	}
	kind := fault.KindOf(err)
	if kind != fault.Denied && kind != fault.Conflict && kind != fault.NotFound {
		return fmt.Errorf("%s of request %s: %w", a, id, err)
	}
	e := by.entry(a, request.Request{ID: id})
	e.Outcome, e.Reason = ledger.Refused, fault.Sentence(err)
	e.Details[ledger.ErrorKind] = string(kind)
	if rec := d.db.Record(context.WithoutCancel(ctx), e); rec != nil {
		return fmt.Errorf("%s of request %s was refused, which could not be recorded: %w", a, id, rec)
	}
	return err
}

// mayAll asks whether the person may do the action at every place; without a
// place, in the tenant as a whole.
func mayAll(p auth.Person, a auth.Action, tenant string, places []request.Place) error {
	if len(places) == 0 {
		return auth.Check(p, a, auth.Object{Tenant: tenant})
	}
	for _, place := range places {
		if err := auth.Check(p, a, auth.Object{Tenant: tenant, Workspace: place.Workspace, Domain: place.Domain}); err != nil {
			return err
		}
	}
	return nil
}

// own reports whether a request is the person's.
func own(by By, r request.Request) bool { return by.Party().Same(r.Requester) }

// inForce returns the policies in force. Unavailable when none could be loaded:
// then nothing is judged, and nothing is agreed to.
func (d *Desk) inForce() (*policy.Set, error) {
	if set := d.rules(); set != nil {
		return set, nil
	}
	return nil, fault.New(fault.Unavailable, "No rules are in force, because the rule files could not be read; the page Policies says why. Until then nothing can be submitted or agreed to.")
}

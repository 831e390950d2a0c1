package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Approve agrees to the plan with the hash the person saw. The last approval
// that was needed makes the request approved.
func (d *Desk) Approve(ctx context.Context, by By, id, plan, note string) (request.Request, error) {
	return d.decide(ctx, by, id, plan, note, true)
}

// Reject ends the request. It needs a reason.
func (d *Desk) Reject(ctx context.Context, by By, id, plan, note string) (request.Request, error) {
	if len([]rune(strings.TrimSpace(note))) < 5 {
		return request.Request{}, &fault.Error{Kind: fault.Invalid, Field: "note", Sentence: "Say why, in a few words, so that the requester can mend it."}
	}
	return d.decide(ctx, by, id, plan, note, false)
}

// grounds is what a decision needs that is read before its transaction.
type grounds struct {
	groups []string
	// gainers are the beneficiaries as the tenant shows them now.
	gainers []request.Involved
	// drift says what has changed since the plan was made; empty for nothing.
	drift string
	// rules is the hash of the policies with the change of a rule that is asked
	// for; empty for everything else.
	rules string
}

func (d *Desk) decide(ctx context.Context, by By, id, plan, note string, approves bool) (r request.Request, err error) {
	if len([]rune(note)) > maxReason {
		return r, &fault.Error{Kind: fault.Invalid, Field: "note", Sentence: "The note is too long: at most 2,000 characters."}
	}
	err = d.onGrounds(ctx, by, ledger.RequestDecide, id, plan, func(tx *db.Tx, g grounds) (fell string, err error) {
		f, err := d.facing(ctx, tx, by, id)
		if err != nil {
			return "", err
		}
		if f.Request.State == request.Pending && f.Request.Plan == plan {
			if err := tx.AddParties(ctx, plan, g.gainers); err != nil {
				return "", err
			}
			f.Involved = append(f.Involved, g.gainers...)
		}
		r, fell, err = d.vote(ctx, tx, by, f, g, strings.TrimSpace(note), plan, approves)
		return fell, err
	})
	if err == nil {
		err = d.putInForce(ctx, r)
	}
	return r, err
}

// onGrounds runs a verb on the plan with the hash the person saw. What it rests on
// is read before its transaction. do returns why the request fell instead, which
// is written down and told as a conflict.
func (d *Desk) onGrounds(ctx context.Context, by By, a ledger.Action, id, plan string, do func(*db.Tx, grounds) (fell string, err error)) error {
	g, err := d.grounds(ctx, by, id, plan)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	fell := ""
	err = d.write(ctx, by, a, id, func(tx *db.Tx) error {
		fell, err = do(tx, g)
		return err
	})
	if err == nil && fell != "" {
		return fault.New(fault.Conflict, "%s", fell)
	}
	return err
}

// facing reads a request that the person may decide about.
func (d *Desk) facing(ctx context.Context, tx *db.Tx, by By, id string) (request.Facing, error) {
	f, err := tx.Facing(ctx, id)
	if err != nil {
		return f, err
	}
	places, err := tx.RequestPlaces(ctx, id)
	if err != nil {
		return f, err
	}
	if f.Request.State == request.Draft {
		if !own(by, f.Request) && (f.Request.Revision == 0 || mayAll(by.Person, auth.DecideRequest, f.Request.Tenant, places) != nil) {
			return f, auth.Hidden()
		}
		return f, request.CheckMove(request.Draft, request.Approved)
	}
	if err := stillSignedIn(ctx, tx, by, auth.Approver); err != nil {
		return f, err
	}
	return f, d.admit(ctx, tx, by, &f, places)
}

// admit asks whether the person may decide here at all: the role, for every
// place, and no emergency access. Who has a part in the request is told that.
func (d *Desk) admit(ctx context.Context, from sight, by By, f *request.Facing, places []request.Place) error {
	if err := mayAll(by.Person, auth.DecideRequest, f.Request.Tenant, places); err != nil {
		if why := f.WhyNot(by.Party()); why != "" {
			return fault.New(fault.Denied, "%s", why.Sentence())
		}
		return err
	}
	held, err := from.HeldBy(ctx, by.Party())
	if len(held) > 0 {
		return fault.New(fault.Denied, "%s", request.WhyBreakGlass.Sentence())
	}
	return err
}

// stillSignedIn asks, in the very transaction that counts the vote, whether the
// session still stands and still has one of the roles: somebody may have taken
// it away between the click and now.
func stillSignedIn(ctx context.Context, tx *db.Tx, by By, needed ...auth.Role) error {
	if by.Session == "" || by.Session == (ledger.Hash{}).String() {
		return nil // a program's token, which holds no session
	}
	roles, err := tx.SessionRoles(ctx, by.Session)
	switch {
	case fault.Is(err, fault.NotFound):
		return fault.New(fault.Denied, "Your session has ended in the meantime. Sign in again; nothing was stored.")
	case err != nil:
		return err
	case slices.ContainsFunc(needed, func(r auth.Role) bool { return slices.Contains(roles, string(r)) }):
		return nil
	}
	return fault.New(fault.Denied, "The role %s was taken from you in the meantime. Nothing was stored.", needed[0])
}

// vote writes one decision and what follows from it.
func (d *Desk) vote(ctx context.Context, tx *db.Tx, by By, f request.Facing, g grounds, note, plan string, approves bool) (r request.Request, fell string, err error) {
	r = f.Request
	who, err := d.decider(ctx, tx, by, &f, g)
	if err != nil {
		return r, "", err
	}
	stage, err := f.Check(who, plan, approves)
	if err != nil {
		return r, "", err
	}
	if approves {
		if _, err := d.inForce(); err != nil {
			return r, "", err
		}
		if why := d.stale(r, g); why != "" {
			e := moved(system(ledger.RequestVoid, r), r, request.Draft, why)
			if err := back(ctx, tx, &r, request.Party{}, "fell back", why); err != nil {
				return r, "", err
			}
			return r, why, tx.Record(ctx, e)
		}
	}
	one := request.Decision{Plan: plan, By: by.Party(), Stage: stage, Approves: approves, Note: note, At: tx.Now, For: who.For}
	if err := tx.AddApproval(ctx, r.ID, one); err != nil {
		return r, "", err
	}
	f.Decisions = append(f.Decisions, one)
	return d.after(ctx, tx, by, f, g, one)
}

// after moves the request if the decision settles it, and records both as one.
func (d *Desk) after(ctx context.Context, tx *db.Tx, by By, f request.Facing, g grounds, one request.Decision) (request.Request, string, error) {
	r, to := f.Request, f.Outcome()
	e := moved(by.entry(ledger.RequestDecide, r), r, to, one.Note)
	e.Details[ledger.Decision] = "reject"
	what := "rejected"
	if one.Approves {
		e.Details[ledger.Decision], what = "approve", "approved"
	}
	if one.For.ObjectID != "" {
		e.OnBehalf = ledger.Actor{Kind: ledger.Person, Tenant: one.For.TenantID, ID: one.For.ObjectID, Name: one.For.Name}
	}
	if to == request.Pending {
		e.Details[ledger.Version] = ""
		delete(e.Details, ledger.Version)
		err := tx.AddRequestEvent(ctx, db.RequestEvent{Request: r.ID, By: by.Party(), What: what, From: r.State, To: r.State, Plan: r.Plan, Note: one.Note})
		if err != nil {
			return r, "", err
		}
		return r, "", tx.Record(ctx, e)
	}
	r.Decided = tx.Now
	if to == request.Approved {
		r.WindowEnds = d.windowEnds(tx.Now, r)
	}
	if err := tx.MoveRequest(ctx, r, to, by.Party(), what, one.Note); err != nil {
		return r, "", err
	}
	if err := telling(tx, r, by.Party()).settled(ctx, to, one.Note); err != nil {
		return r, "", err
	}
	r.State, r.Version, r.Note = to, r.Version+1, one.Note
	if err := tx.Record(ctx, e); err != nil || to != request.Approved || !r.Kind.House() {
		return r, "", err
	}
	r, err := d.carryOut(ctx, tx, by, r, g, one.Note)
	return r, "", err
}

// windowEnds is when an approval given now falls if nobody has started.
func (d *Desk) windowEnds(now time.Time, r request.Request) time.Time {
	from := now
	if r.NotBefore.After(from) {
		from = r.NotBefore
	}
	return from.Add(d.approvals().Window)
}

// decider says who decides: the person, in another's place only when they
// could not decide for themselves.
func (d *Desk) decider(ctx context.Context, from delegations, by By, f *request.Facing, g grounds) (request.Decider, error) {
	who := request.Decider{Party: by.Party(), Groups: g.groups}
	for _, r := range by.Roles {
		who.Roles = append(who.Roles, string(r))
	}
	if _, err := f.Check(who, f.Request.Plan, true); err == nil {
		return who, nil
	}
	given, err := from.DelegatedTo(ctx, by.Party())
	if err != nil {
		return who, err
	}
	for _, one := range given {
		stand := who
		stand.For, stand.ForGroups = one.From, d.groupsWithin(ctx, f.Request.Tenant, one.From)
		if _, err := f.Check(stand, f.Request.Plan, true); err == nil {
			return stand, nil
		}
	}
	return who, nil
}

func (d *Desk) groupsWithin(ctx context.Context, tenant string, who request.Party) []string {
	groups, err := d.groups(ctx, tenant, who)
	if err != nil {
		return nil // then no group of theirs counts
	}
	return groups
}

// groups are those of a person, if the directory is theirs.
func (d *Desk) groups(ctx context.Context, tenant string, who request.Party) ([]string, error) {
	reader := d.db.Reader()
	view, err := reader.ViewNow(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return reader.GroupsOf(ctx, view, who.ObjectID)
}

// stale says why the plan can no longer be agreed to as it stands.
func (d *Desk) stale(r request.Request, g grounds) string {
	if set := d.rules(); set == nil || r.Rules != set.Hash {
		return otherRules
	}
	return g.drift
}

// otherRules says why a request fell when the policies changed.
const otherRules = "The rules have changed since this was submitted. It is a draft again: look at what they say now and submit it again."

// grounds reads what a decision is based on: groups, beneficiaries of today,
// and whether the tenant is still as the plan saw it.
func (d *Desk) grounds(ctx context.Context, by By, id, hash string) (g grounds, err error) {
	reader := d.db.Reader()
	r, err := reader.Request(ctx, id)
	if err != nil || r.Plan != hash || hash == "" {
		return g, err // the transaction says it
	}
	plan, _, err := reader.RequestPlan(ctx, hash)
	if err != nil {
		return g, err
	}
	if g.groups, err = d.groups(ctx, r.Tenant, by.Party()); err != nil {
		return g, err
	}
	params, err := request.DecodeParams(r.Kind, r.Params)
	if err != nil {
		return g, err
	}
	view, err := reader.ViewNow(ctx, r.Tenant)
	if err != nil {
		return g, err
	}
	estate, err := d.estate(ctx, view, r, params)
	if err != nil {
		return g, err
	}
	g.gainers = gainers(&plan, estate)
	if estate.Rule != nil {
		g.rules = estate.Rule.Hash
	}
	g.drift = d.drift(ctx, r, &plan, params, estate)
	return g, nil
}

// drift plans anew and compares what the two plans expect of the tenant.
func (d *Desk) drift(ctx context.Context, r request.Request, plan *request.Plan, params request.Params, e *request.Estate) string {
	r.Revision-- // the same submission, not the next one
	again, errs := request.Build(params, e, d.context(ctx, r, d.approvals()))
	const so = " It is a draft again: look at it and submit it again."
	if len(errs) > 0 {
		return "The tenant has changed since this was submitted: " + errs[0].Sentence + so
	}
	if again.Risk.Least() > plan.Risk.Least() {
		return "The tenant has changed since this was submitted, and more people would have to agree now: " + strings.Join(again.RiskReasons, " ") + so
	}
	now := again.Observed()
	for _, was := range plan.Observed() {
		i := slices.IndexFunc(now, func(o request.Observation) bool { return o.Key() == was.Key() })
		switch {
		case i < 0:
			return "The tenant has changed since this was submitted, and the plan would be another one." + so
		case now[i].Value != was.Value:
			return was.Differs(now[i].Value) + so
		}
	}
	return ""
}

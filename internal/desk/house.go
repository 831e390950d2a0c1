package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/internal/request"
)

// Asks is the action that asking for a kind of request is.
func Asks(k request.Kind) auth.Action {
	switch k {
	case request.Waiver:
		return auth.AskWaiver
	case request.RuleChange:
		return auth.AskRuleChange
	case request.Emergency:
		return auth.BreakGlass
	}
	return auth.MakeRequest
}

// house fills what a plan needs to know of the portal itself.
func (d *Desk) house(ctx context.Context, asker request.Party, params request.Params, e *request.Estate) error {
	if _, ok := params.(*request.EmergencyParams); ok {
		return d.emergencyEstate(ctx, asker, e)
	}
	for id, v := range e.Violations {
		v.NeverWaived = d.own == nil || d.own.neverWaived(v.Rule)
		e.Violations[id] = v
	}
	p, ok := params.(*request.RuleChangeParams)
	if !ok || d.own == nil || d.own.Keeper.Set() == nil {
		return nil
	}
	set := d.own.Keeper.Set()
	if !known(set, p.Rule) {
		return nil
	}
	e.Rule = &request.Rule{ID: p.Rule, Version: version(set, p.Rule)}
	decision, err := decisionIn(p)
	if err != nil {
		e.Rule.Field, e.Rule.Problem = "parameters", fault.Sentence(err)
		return nil
	}
	decisions, err := d.db.Reader().RuleDecisions(ctx)
	if err != nil {
		return err
	}
	decisions[p.Rule] = decision
	draft, problems := d.own.Keeper.Draft(decisions)
	if draft != nil {
		e.Rule.Hash = draft.Hash
	}
	switch {
	case len(problems) > 0:
		e.Rule.Field, e.Rule.Problem = "parameters", fault.Sentence(paramProblem(p.Rule, problems))
	case version(draft, p.Rule) == e.Rule.Version:
		e.Rule.Field, e.Rule.Problem = "on", "The rule is so already: nothing would change."
	}
	return nil
}

// decisionIn is what a change of a rule comes to.
func decisionIn(p *request.RuleChangeParams) (policy.Decision, error) {
	d := policy.Decision{On: p.On == "yes"}
	if text := strings.TrimSpace(p.Parameters); text != "" && d.On {
		if err := json.Unmarshal([]byte(text), &d.Parameters); err != nil {
			return d, fault.Wrap(err, fault.Invalid, "The values are no JSON object. The rule's page writes them.")
		}
	}
	return d, nil
}

// carryOut does what the last approval agreed to when it is about the portal
// itself, in the approval's own transaction.
func (d *Desk) carryOut(ctx context.Context, tx *db.Tx, by By, r request.Request, g grounds, note string) (request.Request, error) {
	if d.own == nil && r.Kind != request.MappingChange && r.Kind != request.Emergency && r.Kind != request.RefreshPlanChange {
		return r, fault.New(fault.Unavailable, "Rules and waivers are not set up here.")
	}
	params, err := request.DecodeParams(r.Kind, r.Params)
	if err != nil {
		return r, err
	}
	if err := tx.MoveRequest(ctx, r, request.Running, request.Party{}, "begun", ""); err != nil {
		return r, err
	}
	r.State, r.Version = request.Running, r.Version+1
	asker := db.Actor{Subject: db.Subject(r.Requester.TenantID, r.Requester.ObjectID), Name: r.Requester.Name}
	switch p := params.(type) {
	case *request.WaiverParams:
		err = d.grant(ctx, tx, by, r, p, asker, note)
	case *request.RuleChangeParams:
		err = d.decideRule(ctx, tx, by, r, p, asker, g.rules)
	case *request.MappingParams:
		err = d.mapPair(ctx, tx, by, r, p, asker)
	case *request.EmergencyParams:
		err = d.grantEmergency(ctx, tx, by, r, p)
	case *request.RefreshPlanParams:
		err = d.putPlan(ctx, tx, by, r, p)
	}
	if err != nil {
		return r, err
	}
	if err := tx.MoveRequest(ctx, r, request.Done, request.Party{}, "done", ""); err != nil {
		return r, err
	}
	e := moved(system(ledger.RequestFinish, r), r, request.Done, "")
	r.State, r.Version = request.Done, r.Version+1
	return r, tx.Record(ctx, e)
}

// grant writes the waiver that was agreed to.
func (d *Desk) grant(ctx context.Context, tx *db.Tx, by By, r request.Request, p *request.WaiverParams, asker db.Actor, note string) error {
	place, err := tx.ViolationPlace(ctx, p.Violation)
	if err != nil {
		return err
	}
	w := db.WaiverRequest{Violation: p.Violation, Owner: asker, Reason: r.Reason, Ends: p.Ends.UTC(), NeverWaived: d.own.neverWaived(place.Rule)}
	if p.Owner != "" {
		if w.Owner, err = tx.PersonSubject(ctx, r.Tenant, string(p.Owner), "owner"); err != nil {
			return err
		}
	}
	id, err := tx.RequestWaiver(ctx, asker, w)
	if err != nil {
		return err
	}
	decider := db.Actor{Subject: db.Subject(by.TenantID, by.ObjectID), Name: by.Name}
	if err := tx.DecideWaiver(ctx, decider, id, true, note); err != nil {
		return err
	}
	e := by.entry(ledger.WaiverDecide, r)
	e.Object, e.Reason = violationObject(place), note
	e.Details[ledger.Policy], e.Details[ledger.Decision], e.Details[ledger.Due] = place.Rule, "approve", p.Ends.UTC().Format(time.DateOnly)
	e.Details[ledger.Recipient] = w.Owner.Name
	return tx.Record(ctx, e)
}

// decideRule writes the change of a rule that was agreed to, and takes back what
// waits or may begin and was judged by other rules than those with the hash. The
// change is put in force when the transaction is through.
func (d *Desk) decideRule(ctx context.Context, tx *db.Tx, by By, r request.Request, p *request.RuleChangeParams, asker db.Actor, hash string) error {
	decision, err := decisionIn(p)
	if err != nil {
		return err
	}
	if err := tx.DecideRule(ctx, asker, p.Rule, decision, r.Reason); err != nil {
		return err
	}
	if hash == "" {
		return fault.New(fault.Conflict, "The rules cannot be put in force with this change any more. Look at the request again; nothing was stored.")
	}
	if err := voidUnderOtherRules(ctx, tx, hash); err != nil {
		return err
	}
	e := by.entry(ledger.Configure, r)
	e.Object, e.Reason = ledger.Object{Kind: "policy", ID: p.Rule}, r.Reason
	e.Before = version(d.own.Keeper.Set(), p.Rule)
	e.Details[ledger.Policy], e.Details[ledger.State], e.Details[ledger.StateBefore] = p.Rule, onOff(decision.On), onOff(e.Before != "")
	return tx.Record(ctx, e)
}

// putInForce puts a decided change of a rule in force.
func (d *Desk) putInForce(ctx context.Context, r request.Request) error {
	if r.Kind != request.RuleChange || r.State != request.Done || d.own == nil {
		return nil
	}
	d.own.deciding.Lock()
	defer d.own.deciding.Unlock()
	decisions, err := d.db.Reader().RuleDecisions(ctx)
	if err != nil {
		return err
	}
	if problems := d.own.Keeper.Reload(decisions); len(problems) > 0 {
		return fmt.Errorf("a rule was decided and could not be put in force: %w", problems.Err())
	}
	if d.own.Changed != nil {
		d.own.Changed()
	}
	return nil
}

package desk

import (
	"context"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Submit makes the plan of a draft, has the rules judge it, chooses who must
// agree, and freezes all of it. The draft's fields that are refused come back
// in the Preview, with an Invalid error; nothing is changed then.
func (d *Desk) Submit(ctx context.Context, by By, id string, version int64) (request.Request, Preview, error) {
	r, err := d.db.Reader().Request(ctx, id)
	if err != nil {
		return r, Preview{}, err
	}
	params, err := request.DecodeParams(r.Kind, r.Params)
	if err != nil {
		return r, Preview{}, err
	}
	p, err := d.plan(ctx, by, r, params)
	if err != nil {
		return r, p, err
	}
	if r.State == request.Draft && r.Version == version {
		if len(p.Errors) > 0 {
			return r, p, &fault.Error{Kind: fault.Invalid, Field: p.Errors[0].Field, Sentence: p.Errors[0].Sentence}
		}
		if p.Refused != nil && !fault.Is(p.Refused, fault.Denied) {
			return r, p, p.Refused
		}
	}
	err = d.write(ctx, by, ledger.RequestSubmit, id, func(tx *db.Tx) error {
		if r, err = d.editable(ctx, tx, by, id); err != nil {
			return err
		}
		if r.Version != version || r.State != request.Draft {
			return fault.New(fault.Conflict, "This request is not the draft you looked at any more. Reload it; nothing was submitted.")
		}
		if p.Refused != nil {
			return p.Refused
		}
		if err := d.freeze(ctx, tx, by, &r, &p); err != nil {
			return err
		}
		return telling(tx, r, by.Party()).deciders(ctx, p.known, "decide", r.Requester.Name+" asks: "+r.Title)
	})
	return r, p, err
}

// freeze writes a submission.
func (d *Desk) freeze(ctx context.Context, tx *db.Tx, by By, r *request.Request, p *Preview) error {
	body, err := p.Plan.Canonical()
	if err != nil {
		return err
	}
	before := *r
	r.Title, r.Risk, r.Rule, r.Rules, r.Stages = p.Plan.Title, p.Plan.Risk, p.Rule, p.Plan.Judged.Rules, p.Stages
	r.Expires = tx.Now.Add(d.approvals().Approval)
	s := db.Submission{Request: *r, Plan: body, Hash: request.HashOf(body), Need: request.Need(p.Stages), Parties: p.Parties, Places: p.Plan.Places, Later: p.Plan.Later}
	if err := tx.SubmitRequest(ctx, s, by.Party()); err != nil {
		return err
	}
	r.State, r.Plan, r.Submitted = request.Pending, s.Hash, tx.Now
	r.Version++
	r.Revision++
	e := moved(by.entry(ledger.RequestSubmit, *r), before, request.Pending, r.Reason)
	e.Details[ledger.Plan], e.Details[ledger.Policy] = s.Hash, "approval rule "+p.Rule
	return tx.Record(ctx, e)
}

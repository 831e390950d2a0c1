package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/request"
)

// Preview is what a form shows before it is submitted: the plan, the rules'
// verdict, who will have to agree, and what stands in the way.
type Preview struct {
	// Plan is what would be submitted; incomplete when there are Errors.
	Plan   request.Plan
	Errors request.FieldErrors
	// Rule is the approval rule, Stages who must agree.
	Rule   string
	Stages []request.Stage
	// Refused says why it cannot be submitted though its fields are fine; nil
	// when it can.
	Refused error
	// Parties are those who will not decide.
	Parties []request.Involved
	// Few says that too few people are known who could decide; empty when there
	// are enough. It is worked out for a plan that could be submitted.
	Few string
	// known are those people.
	known []request.Party
	// Taken is when the tenant was last seen.
	Taken time.Time
}

// Fine reports whether it could be submitted.
func (p *Preview) Fine() bool { return len(p.Errors) == 0 && p.Refused == nil }

// Preview plans a form without writing anything. r is the request it belongs
// to; a form that was never saved has one without id.
func (d *Desk) Preview(ctx context.Context, by By, r request.Request, in In) (Preview, error) {
	if err := in.check(); err != nil {
		return Preview{}, err
	}
	if !inTenant(by.Person, Asks(in.Params.Kind()), r.Tenant) {
		return Preview{}, auth.Hidden()
	}
	r.Reason, r.NotBefore, r.Editor = in.Reason, in.NotBefore, by.Party()
	if r.Requester.ObjectID == "" {
		r.Requester = by.Party()
	}
	return d.plan(ctx, by, r, in.Params)
}

// plan makes the plan of the next submission of a request.
func (d *Desk) plan(ctx context.Context, by By, r request.Request, params request.Params) (p Preview, err error) {
	view, err := d.db.Reader().ViewNow(ctx, r.Tenant)
	if err != nil {
		return p, err
	}
	if view.Scan == 0 {
		p.Refused = fault.New(fault.Conflict, "The tenant was not scanned yet, so nothing can be planned. Ask an operator to scan it.")
		return p, nil
	}
	estate, err := d.estate(ctx, view, r, params)
	if err != nil {
		return p, err
	}
	p.Taken = view.Taken
	rules := d.approvals()
	p.Plan, p.Errors = request.Build(params, estate, d.context(ctx, r, rules))
	if len(p.Errors) == 0 && len(p.Plan.Steps) == 0 {
		p.Refused = fault.New(fault.Invalid, "There is nothing to do: everything is as you ask already.")
		return p, nil
	}
	if err := d.judge(ctx, view, estate, &p.Plan, rules); err != nil {
		return p, err
	}
	p.Parties = d.parties(r, &p.Plan, estate)
	if len(p.Errors) == 0 {
		p.Refused = d.refusal(by, &p, r, rules)
	}
	if !p.Fine() {
		return p, nil
	}
	f := request.Facing{Request: request.Request{ID: r.ID, Tenant: r.Tenant, Stages: p.Stages}, Involved: p.Parties}
	if p.known, err = d.eligible(ctx, &f, p.Plan.Places); err != nil {
		return p, err
	}
	p.Few = few(&f, len(p.known))
	return p, nil
}

// estate is what a plan is made from: the tenant as it was last seen, the
// portal's own rules, and what was uploaded.
func (d *Desk) estate(ctx context.Context, view db.View, r request.Request, params request.Params) (*request.Estate, error) {
	e, err := d.db.Reader().RequestEstate(ctx, view, params.Refs())
	if err != nil {
		return nil, err
	}
	e.Executor = d.executor(r.Tenant)
	if err := d.house(ctx, r.Requester, params, e); err != nil {
		return nil, err
	}
	return e, d.uploaded(ctx, r, params, e)
}

func (d *Desk) context(ctx context.Context, r request.Request, rules *request.ApprovalRules) request.Context {
	c := request.Context{Request: r.ID, Revision: r.Revision + 1, Reason: r.Reason, Now: d.now(), Approval: rules.Approval, Window: rules.Window,
		Askers: askers(r), Own: rules.Own, Promoted: d.promoted(ctx, rules)}
	if !r.NotBefore.IsZero() {
		at := r.NotBefore.UTC().Truncate(time.Millisecond)
		c.NotBefore = &at
	}
	return c
}

// askers are who asked and who edited last, each once.
func askers(r request.Request) []request.Party {
	if r.Editor.Same(r.Requester) || r.Editor.ObjectID == "" {
		return []request.Party{r.Requester}
	}
	return []request.Party{r.Requester, r.Editor}
}

// judge asks the rules about what the plan would make, and about the same
// objects as they are today.
func (d *Desk) judge(ctx context.Context, view db.View, e *request.Estate, p *request.Plan, rules *request.ApprovalRules) error {
	set, err := d.inForce()
	if err != nil {
		return err
	}
	facts, err := d.db.Reader().OpenPlanFacts(ctx, view, e)
	if err != nil {
		return err
	}
	defer func() { _ = facts.Close() }()
	p.Judged.Rules = set.Hash // what the rules for promotions say is there already
	before := map[string]request.Finding{}
	now, _ := policy.JudgeAll(ctx, set, policy.AtRequest, facts.Tenant(), request.ProjectNow(p, e, facts))
	for _, f := range now {
		before[findingKey(f)] = found(f)
	}
	after, unknown := policy.JudgeAll(ctx, set, policy.AtRequest, facts.Tenant(), request.Project(p, e, facts))
	for _, f := range after {
		one := found(f)
		_, one.Already = before[findingKey(f)]
		delete(before, findingKey(f))
		one.Refuses = !one.Already && rules.Refuses(one.Rule, one.Severity) && !p.Archives(one.Object)
		p.Judged.Findings = append(p.Judged.Findings, one)
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		p.Judged.Mends = append(p.Judged.Mends, before[key])
	}
	for _, v := range unknown {
		p.Judged.Unknown = append(p.Judged.Unknown, v.Rule.ID)
	}
	slices.Sort(p.Judged.Unknown)
	p.Judged.Unknown = slices.Compact(p.Judged.Unknown)
	return nil
}

func findingKey(f policy.Finding) string { return fmt.Sprintf("%s %+v", f.Rule.ID, f.Ref) }

func found(f policy.Finding) request.Finding {
	return request.Finding{Rule: f.Rule.ID, Severity: f.Rule.Severity, Object: f.Label, Says: f.Says}
}

// refusal is why a plan without errors of its fields is not accepted.
func (d *Desk) refusal(by By, p *Preview, r request.Request, rules *request.ApprovalRules) error {
	for _, f := range p.Plan.Judged.Findings {
		if f.Refuses {
			return fault.New(fault.Denied, "The rule %s does not allow this: %s", f.Rule, f.Says)
		}
	}
	if at := r.NotBefore; !at.IsZero() && at.After(d.now().Add(rules.Approval)) {
		return &fault.Error{Kind: fault.Invalid, Field: "not_before", Sentence: "The start must lie within the time an approval lives, " + rules.Approval.String() + "."}
	}
	rule, stages, err := rules.Choose(&p.Plan)
	if err != nil {
		return err
	}
	p.Rule, p.Stages = rule.Name, stages
	if err := mayAll(by.Person, Asks(p.Plan.Kind), r.Tenant, p.Plan.Places); err != nil {
		return fault.Wrap(err, fault.Denied, "Your role as a requester does not reach all of these workspaces.")
	}
	return nil
}

// parties are the people who do not decide: who asked, who edited last, and
// everybody who gains, groups expanded.
func (d *Desk) parties(r request.Request, p *request.Plan, e *request.Estate) []request.Involved {
	out := []request.Involved{{Party: r.Requester, Why: request.WhyRequester}, {Party: r.Editor, Why: request.WhyEditor}}
	return append(out, gainers(p, e)...)
}

// gainers are the people behind everybody who gains by a plan, each once.
func gainers(p *request.Plan, e *request.Estate) (out []request.Involved) {
	seen := map[request.ID]bool{}
	for _, g := range p.Gains {
		who, ok := e.Principals[g.Principal]
		ids := who.People
		if !ok || len(ids) == 0 {
			ids = []request.ID{g.Principal}
		}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			out = append(out, involved(id, p.TenantID, e))
		}
	}
	return out
}

func involved(id, tid request.ID, e *request.Estate) request.Involved {
	one := request.Involved{Party: request.Party{TenantID: string(tid), ObjectID: string(id)}, Why: request.WhyBeneficiary}
	if p, ok := e.Principals[id]; ok {
		one.Name, one.Address = p.Name, p.Address
		if p.Directory != nil && p.Directory.Mail != "" {
			one.Aliases = []string{p.Directory.Mail}
		}
	}
	return one
}

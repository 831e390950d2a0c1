package request

import (
	"time"

	"steward/internal/promotion"
)

// Context is what a plan is made with, besides the form and the tenant.
type Context struct {
	// Request and Revision identify the submission; see Plan.
	Request  string
	Revision int64
	Reason   string
	// Title replaces the plan's own title when set.
	Title     string
	NotBefore *time.Time
	Now       time.Time
	// Approval and Window are the lives in force; see Times.
	Approval, Window time.Duration
	// Askers are who asked and who edited last, Own what holds when they gain
	// by it themselves.
	Askers []Party
	Own    OwnGains
	// Promoted says what the rules for promotions say of one that begins on a
	// day; nil when nobody is asked.
	Promoted func(f promotion.Facts, c promotion.Choice, day time.Time) []promotion.Verdict
}

// begins is when the request is to be carried out, as far as one can tell.
func (c Context) begins() time.Time {
	if c.NotBefore != nil && c.NotBefore.After(c.Now) {
		return *c.NotBefore
	}
	return c.Now
}

// builder collects a plan.
type builder struct {
	ctx    Context
	estate *Estate
	plan   Plan
	errs   FieldErrors
	// prefix and row place what is built within a bulk request.
	prefix string
	row    int64
	// taken are the names this plan takes, by what they look like.
	taken map[string]string
	// losses are the Admins who stop being one, by workspace.
	losses map[ID][]lossOfAdmin
	// fields are those in which somebody was chosen.
	fields map[ID][]string
}

// Build makes the plan of a request from its form and the tenant as it was
// seen. With errors, the plan holds what could be made, for the preview; it
// must not be submitted. The rules' verdict is not in it yet: see Judged.
func Build(p Params, e *Estate, c Context) (Plan, FieldErrors) {
	b := &builder{ctx: c, estate: e}
	b.plan = Plan{
		Version: PlanVersion, Request: c.Request, Revision: c.Revision, Kind: p.Kind(), Reason: c.Reason,
		Tenant: e.Tenant, TenantID: e.TenantID, Risk: RiskNormal, NotBefore: c.NotBefore,
		Approval: int64(c.Approval / time.Second), Window: int64(c.Window / time.Second),
	}
	if errs := p.Validate(); len(errs) > 0 {
		return b.plan, errs
	}
	p.plan(b)
	b.keepAdmins()
	if c.Title != "" {
		b.plan.Title = c.Title
	}
	return b.plan, b.errs
}

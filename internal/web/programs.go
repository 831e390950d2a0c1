package web

import (
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
	"steward/internal/web/api"
	"steward/internal/web/ask"
)

// programs is what the pages lend the API: the same readings and the same
// forms, without the pages.
type programs struct{ *Server }

// By implements api.Site.
func (p programs) By(c echo.Context) desk.By { return p.by(c) }

// Tenants implements api.Site.
func (p programs) Tenants(c echo.Context) []string {
	var out []string
	who := p.viewer(c).person
	for _, t := range p.Server.Tenants {
		if slices.ContainsFunc(who.Only, func(a auth.Action) bool { return len(auth.Tenants(who, a, []string{t})) > 0 }) {
			out = append(out, t)
		}
	}
	return out
}

// Query implements api.Site.
func (p programs) Query(c echo.Context, r *audit.Report) (audit.Query, error) {
	who := p.viewer(c)
	v, err := p.view(c, who)
	if err != nil {
		return audit.Query{}, err
	}
	req, err := p.queryWithin(c, r, listRequest{who: who}, v)
	return req.query, err
}

// subjects are the kinds of things that have details, by what links call them.
var subjects = map[audit.Target]subject{audit.ToWorkspace: aWorkspace, audit.ToItem: anItem, audit.ToPerson: aPerson, audit.ToPipeline: aPipeline}

// Thing implements api.Site.
func (p programs) Thing(c echo.Context, of audit.Target) (audit.Row, audit.Truth, time.Time, error) {
	d, err := p.detail(c, subjects[of])
	return d.row, d.truth, d.missed.Taken, err
}

// Violation implements api.Site.
func (p programs) Violation(c echo.Context) (audit.Violation, error) {
	v, _, _, err := p.readViolation(c)
	return v, err
}

// Run implements api.Site.
func (p programs) Run(c echo.Context) (db.Run, []db.RunStep, error) {
	d, err := p.readRun(c)
	return d.run, d.steps, err
}

// Scan implements api.Site.
func (p programs) Scan(c echo.Context) (db.Scan, string, error) {
	d, err := p.readScan(c)
	return d.scan, d.view.TenantName, err
}

// StartScan implements api.Site.
func (p programs) StartScan(c echo.Context, tenant, kind string) error {
	return p.askedScan(c, tenant, kind)
}

// StopScan implements api.Site.
func (p programs) StopScan(c echo.Context, tenant string) error {
	return p.wishScan(c, tenant, ledger.ScanCancel, "", p.Scans.Cancel)
}

// Scanning implements api.Site.
func (p programs) Scanning(c echo.Context, tenant string) (api.Scanning, error) {
	out := api.Scanning{Tenant: tenant}
	if !slices.Contains(auth.Tenants(p.viewer(c).person, auth.ViewScans, p.Server.Tenants), tenant) {
		return out, auth.Hidden()
	}
	if now, running := p.Scans.Progress(tenant); running {
		out.Under(now.Scan, now.Kind, now.Doing, now.Batches, now.Done, now.Parts, now.PartsDone, now.Items, now.Started, now.Ends)
	}
	out.Stopped, out.Why = p.Scans.Stopped(tenant)
	return out, nil
}

// Form implements api.Site: what a form's page does between a sent form and a
// plan, with names and addresses where a form has picked ids.
func (p programs) Form(c echo.Context, kind request.Kind, tenant string, values url.Values) (api.Form, error) {
	var out api.Form
	who := p.viewer(c).person
	mine := auth.Tenants(who, desk.Asks(kind), p.Server.Tenants)
	switch {
	case tenant == "" && len(mine) == 1:
		tenant = mine[0]
	case tenant == "" && len(mine) > 1:
		return out, &fault.Error{Kind: fault.Invalid, Field: "tenant", Sentence: "Say in which tenant: you may ask in several."}
	case !slices.Contains(mine, tenant):
		return out, auth.Hidden()
	}
	a, err := p.begin(c, kind, tenant)
	if err != nil {
		return out, err
	}
	a.values = sought(kind, values)
	if err := takeFile(c, a); err != nil {
		return out, err
	}
	ctx := c.Request().Context()
	if err := p.settle(ctx, a); err != nil {
		return out, err
	}
	ask.Tidy(a.params)
	in, errs := a.in()
	out.Tenant, out.In = a.q.View.TenantName, in
	a.errs = append(append(a.errs, errs...), a.hiddenPicks()...)
	if len(a.errs) == 0 {
		if out.Plan, err = p.Requests.Preview(ctx, p.by(c), request.Request{Tenant: out.Tenant}, in); err != nil {
			return out, err
		}
		a.refusals(out.Plan)
	}
	out.Errors, out.Problem = a.errs, a.problem
	return out, nil
}

// sought has everything that is picked looked up: a program writes a name or an
// address where a form has chosen from a list.
func sought(kind request.Kind, values url.Values) url.Values {
	if kind == request.Bulk {
		return values
	}
	shape := request.New(kind)
	ask.Bind(shape, values)
	for f := range ask.Fields(ask.Form(shape)) {
		if f.Look == ask.Pick && values.Get(f.Name) != "" && values.Get(f.Name+".find") == "" {
			values.Set(f.Name+".find", values.Get(f.Name))
		}
	}
	return values
}

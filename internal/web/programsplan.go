package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/tenant"
	"steward/internal/web/api"
)

// Plan implements api.Site. A program may call a plan by its name, which no two
// plans of a tenant share.
func (p programs) Plan(c echo.Context) (api.Planned, error) {
	name := c.Param("tenant")
	if slices.Contains(auth.Tenants(p.viewer(c).person, auth.ViewRefreshes, p.Server.Tenants), name) {
		plans, err := p.Reader.RefreshPlans(c.Request().Context(), name)
		if err != nil {
			return api.Planned{}, err
		}
		for _, one := range plans {
			if tenant.Fold(one.Name) == tenant.Fold(c.Param("id")) {
				readdress(c, "id", one.ID)
			}
		}
	}
	d, err := p.readPlan(c)
	if err != nil {
		return api.Planned{}, err
	}
	out := api.Planned{Stored: d.stored, Plan: d.plan}
	if d.stored.Ended.IsZero() {
		out.Next = d.plan.Start.Next(d.now)
	}
	return out, nil
}

// readdress gives a parameter of the address another value.
func readdress(c echo.Context, name, value string) {
	values := slices.Clone(c.ParamValues())
	if i := slices.Index(c.ParamNames(), name); i >= 0 {
		values[i] = value
		c.SetParamValues(values...)
	}
}

// PlanRun implements api.Site.
func (p programs) PlanRun(c echo.Context, plan api.Planned, run string) (api.PlannedRun, error) {
	d, err := p.runOfPlan(c.Request().Context(), planDetail{stored: plan.Stored, plan: plan.Plan}, run)
	return api.PlannedRun{Planned: plan, Run: d.run, Nodes: d.nodes, Tries: d.tries}, err
}

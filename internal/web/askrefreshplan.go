package web

import (
	"context"
	"slices"
	"strings"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/refreshplan"
	"steward/internal/request"
	"steward/internal/web/ask"
)

// settlePlan brings a refresh plan's questions and its text together, fills in
// the plan that is to be changed, and drafts one from lineage.
func (s *Server) settlePlan(ctx context.Context, a *asking) error {
	p, ok := a.params.(*request.RefreshPlanParams)
	if !ok || p.Delete {
		return nil
	}
	p.Settle()
	empty := !slices.ContainsFunc(p.Nodes, func(n request.PlanNode) bool { return n.Item != "" || n.Name != "" })
	of := a.values.Get("model")
	if of == "" {
		of = string(p.Space)
	}
	switch {
	case empty && p.Plan != "":
		stored, err := s.Reader.RefreshPlan(ctx, p.Plan)
		if err != nil || stored.Tenant != a.q.View.TenantName {
			return nil //nolint:nilerr // that it is not there is said at the field
		}
		if plan, err := stored.Plan(); err == nil && s.seesPlan(ctx, a, &plan) {
			p.Fill(plan)
		}
	case empty && of != "":
		if err := s.draftPlan(ctx, a, p, of); err != nil {
			return err
		}
	}
	fresh := ask.Values(p)
	for key := range a.values {
		if strings.HasSuffix(key, ".find") || strings.HasSuffix(key, ".sought") || !fresh.Has(key) && !strings.HasPrefix(key, "nodes[") && !strings.HasPrefix(key, "after[") {
			fresh[key] = a.values[key]
		}
	}
	for _, e := range a.errs {
		fresh.Set(e.Field, a.values.Get(e.Field))
	}
	a.values = fresh
	return nil
}

// draftPlan proposes the nodes of a workspace or a model, with what the person
// may ask about.
func (s *Server) draftPlan(ctx context.Context, a *asking, p *request.RefreshPlanParams, of string) error {
	chosen, all, err := s.Reader.LineageOf(ctx, a.q.View, of)
	if err != nil {
		return err
	}
	for id, f := range all {
		if !auth.May(a.who.person, desk.Asks(a.about.Kind), auth.Object{Tenant: a.q.View.TenantName, Workspace: f.WorkspaceName}) {
			delete(all, id)
		}
	}
	chosen = slices.DeleteFunc(chosen, func(id string) bool { _, ok := all[id]; return !ok })
	if len(chosen) == 0 {
		return nil
	}
	name := p.Name
	if name == "" {
		name = all[chosen[0]].WorkspaceName + ", nightly"
	}
	if len(chosen) > refreshplan.MostNodes {
		chosen = chosen[:refreshplan.MostNodes]
	}
	plan, _ := refreshplan.Propose(name, chosen, all)
	plan.Description, plan.Start = p.Description, refreshplan.Start{Cron: "0 2 * * *"}
	p.Fill(plan)
	return nil
}

// seesPlan reports whether a person may ask about every workspace of a plan.
func (s *Server) seesPlan(ctx context.Context, a *asking, p *refreshplan.Plan) bool {
	refs := request.Refs{}
	for _, n := range p.Nodes {
		refs.Workspaces = append(refs.Workspaces, request.ID(n.Workspace))
	}
	e, err := s.Reader.RequestEstate(ctx, a.q.View, refs)
	if err != nil {
		return false
	}
	for _, id := range refs.Workspaces {
		w, ok := e.Workspaces[request.NewID(string(id))]
		if ok && !auth.May(a.who.person, desk.Asks(a.about.Kind), auth.Object{Tenant: a.q.View.TenantName, Workspace: w.Name, Domain: w.Domain}) {
			return false
		}
	}
	return true
}

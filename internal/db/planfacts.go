package db

import (
	"context"
	"fmt"

	"steward/internal/policy"
	"steward/internal/request"
)

// PlanFacts are the facts of a tenant as the projection of a plan asks for
// them; it implements request.Facts. It is used by one goroutine and closed
// like Facts.
type PlanFacts struct {
	*Facts
	numbers map[request.ID]int64
}

// OpenPlanFacts reads the facts of a view and the numbers of what the estate
// holds.
func (r *Reader) OpenPlanFacts(ctx context.Context, v View, e *request.Estate) (*PlanFacts, error) {
	f, err := r.OpenFacts(ctx, v)
	if err != nil {
		return nil, err
	}
	p := &PlanFacts{Facts: f, numbers: map[request.ID]int64{}}
	var ids []request.ID
	for id := range e.Workspaces {
		ids = append(ids, id)
	}
	for id := range e.Capacities {
		ids = append(ids, id)
	}
	for _, w := range e.Workspaces {
		ids = append(ids, request.ID(w.CapacityID))
	}
	for _, id := range ids {
		if id == "" || p.numbers[id] != 0 {
			continue
		}
		if p.numbers[id], err = r.Ident(ctx, v.Tenant, string(id)); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("facts for a plan: %w", err)
		}
	}
	return p, nil
}

// Number implements request.Facts.
func (p *PlanFacts) Number(id request.ID) int64 { return p.numbers[id] }

// Principal implements request.Facts.
func (p *PlanFacts) Principal(id request.ID) *policy.Principal {
	if id == "" {
		return nil // whoever has no address is not meant
	}
	return p.PrincipalByID(string(id))
}

// Place implements request.Facts.
func (p *PlanFacts) Place(w *policy.Workspace, capacity request.ID) {
	p.Plan(w, p.numbers[capacity])
}

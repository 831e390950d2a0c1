package fulfil

import (
	"context"

	"steward/internal/db"
	"steward/internal/request"
)

// provisioned writes down what a step made of a workspace, so that the next
// scans can be held against it.
func (e *Engine) provisioned(ctx context.Context, tx *db.Tx, j *job, s db.RunStep) error {
	if s.State != db.StepDone {
		return nil
	}
	a := j.act(s)
	arg, err := args(a.look.Args, j.result)
	if err != nil {
		return err
	}
	p := db.Provisioned{Tenant: j.run.Tenant, Workspace: arg["workspace"], Run: j.run.ID, Step: s.ID}
	put := func(aspect, key, value string) error {
		p.Aspect, p.Key, p.Value = aspect, key, value
		return tx.Provision(ctx, p)
	}
	switch a.look.Kind {
	case request.LookWorkspaceMarked:
		if p.Workspace = s.Results["id"]; p.Workspace == "" {
			return nil
		}
		return put("name", "", arg["name"])
	case request.LookWorkspaceText:
		if name, ok := arg["name"]; ok {
			return put("name", "", name)
		}
	case request.LookWorkspaceGone:
		return tx.Unprovision(ctx, j.run.Tenant, p.Workspace)
	case request.LookCapacity:
		capacity := arg["capacity"]
		if capacity == noCapacity {
			capacity = ""
		}
		return put("capacity", "", capacity)
	case request.LookRole:
		return put("role", arg["principal"], arg["right"])
	}
	return nil
}

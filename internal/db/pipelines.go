package db

import (
	"context"

	"steward/internal/tenant"
)

var (
	pipelineHistory = &history{
		table: "pipeline", keys: []string{"pipeline"}, hashed: true,
		cols:   []string{"name", "name_key", "description", "users_known"},
		counts: []string{"stages", "assigned", "users"},
	}
	stageHistory = &history{
		table: "pipeline_stage", keys: []string{"pipeline", "ord"}, cols: []string{"name", "ws"},
	}
	pipelineUserHistory = &history{
		table: "pipeline_user", keys: []string{"pipeline", "principal"}, cols: []string{"role"},
	}
)

// Pipelines writes all deployment pipelines with their stages and users. The
// users of a pipeline that did not tell them are kept as they were.
func (in *Ingest) Pipelines(ctx context.Context, all []tenant.Pipeline) error {
	return in.flushed(in.within(ctx, "pipelines", func() error {
		clear(in.local)
		var rows, stages, users []row
		unknown := map[int64]bool{}
		for i := range all {
			p := &all[i]
			id, _, err := in.idents.number(&in.bulk, p.ID, false)
			if err != nil {
				return err
			}
			unknown[id] = !p.UsersKnown
			own, err := in.pipelineParts(id, p, &stages, &users)
			if err != nil {
				return err
			}
			rows = append(rows, own)
		}
		if err := in.sync(ctx, pipelineHistory, wish{rows: rows}); err != nil {
			return err
		}
		if err := in.sync(ctx, stageHistory, wish{rows: stages}); err != nil {
			return err
		}
		have, err := in.load(pipelineUserHistory)
		if err != nil {
			return err
		}
		for _, versions := range have {
			for _, v := range versions {
				if !v.closed && unknown[v.vals[0].(int64)] {
					users = append(users, v.vals)
				}
			}
		}
		return in.sync(ctx, pipelineUserHistory, wish{rows: users, have: have})
	}))
}

func (in *Ingest) pipelineParts(id int64, p *tenant.Pipeline, stages, users *[]row) (row, error) {
	assigned := int64(0)
	for _, s := range p.Stages {
		ws, err := in.ident(s.WorkspaceID)
		if err != nil {
			return nil, err
		}
		assigned += bit(ws != nil)
		*stages = append(*stages, row{id, int64(s.Order), s.Name, ws})
	}
	for i := range p.Users {
		g := &p.Users[i]
		if err := in.principal(&g.Principal); err != nil {
			return nil, err
		}
		who, err := in.ident(g.Principal.ID)
		if err != nil {
			return nil, err
		}
		*users = append(*users, row{id, who, string(g.Right)})
	}
	return row{id, p.Name, tenant.Fold(p.Name), p.Description, bit(p.UsersKnown),
		int64(len(p.Stages)), assigned, int64(len(p.Users))}, nil
}

package fulfil

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/tenant"
)

// differs compares the target with what was agreed to, and says in a sentence
// what has changed; empty when nothing has.
func (e *Engine) differs(ctx context.Context, j *job, expects []request.Observation) (string, error) {
	stages := stageReader{x: e.cfg.Executor}
	for _, o := range expects {
		now, known, err := stages.observe(ctx, o)
		if err == nil && !known {
			now, err = e.observe(ctx, o)
		}
		if err != nil {
			return "", err
		}
		if now != o.Value && !(ids[o.Kind] && strings.EqualFold(now, o.Value)) && !e.ownDoing(j, o, now) {
			return o.Differs(now), nil
		}
	}
	return "", nil
}

// ids are the facts whose value is an id.
var ids = map[request.ObservationKind]bool{request.WorkspaceOnCapacity: true, request.StageOf: true, request.PipelineOf: true, request.ItemNamed: true}

// ownDoing reports whether a fact is what an earlier step of this run made of
// it: a plan that renames and then describes expects its own rename.
func (e *Engine) ownDoing(j *job, o request.Observation, now string) bool {
	for _, s := range j.steps {
		a := j.act(s)
		if !s.Made || !s.State.Ended() || a.undo {
			continue
		}
		arg, err := args(a.look.Args, j.result)
		if err != nil || arg["workspace"] != o.Args["workspace"] {
			continue
		}
		switch {
		case o.Kind == request.WorkspaceName && a.look.Kind == request.LookWorkspaceText && arg["name"] == now,
			o.Kind == request.WorkspaceDescription && a.look.Kind == request.LookWorkspaceText && arg["description"] == now,
			o.Kind == request.WorkspaceOnCapacity && a.look.Kind == request.LookCapacity && strings.EqualFold(arg["capacity"], now):
			return true
		}
	}
	return false
}

// observe reads one fact of the tenant.
func (e *Engine) observe(ctx context.Context, o request.Observation) (string, error) {
	x := e.cfg.Executor
	switch o.Kind {
	case request.NameFree:
		return e.nameFree(ctx, o.Args["name"])
	case request.WorkspaceName, request.WorkspaceDescription, request.WorkspaceState, request.WorkspaceOnCapacity:
		now, err := e.state(ctx, o.Args["workspace"])
		return map[request.ObservationKind]string{request.WorkspaceName: now.name, request.WorkspaceDescription: now.description,
			request.WorkspaceState: now.state, request.WorkspaceOnCapacity: now.capacity}[o.Kind], err
	case request.Role:
		users, err := x.WorkspaceUsers(ctx, o.Args["workspace"])
		return rightOf(users, o.Args), err
	case request.OtherAdmin:
		return e.otherAdmin(ctx, o.Args)
	case request.CapacityState:
		return e.capacityState(ctx, o.Args["capacity"])
	case request.PipelineName:
		p, err := x.Pipeline(ctx, o.Args["pipeline"])
		if pbi.Missing(err) {
			return "", nil
		}
		return p.Name, err
	case request.StageOf:
		p, err := x.Pipeline(ctx, o.Args["pipeline"])
		return onStage(p, o.Args["stage"]), err
	case request.ModelSchedule:
		return e.scheduleOf(ctx, o.Args["workspace"], o.Args["model"])
	case request.PipelineOf:
		return e.pipelineOf(ctx, o.Args["workspace"])
	case request.ItemNamed:
		named, err := e.itemsNamed(ctx, o.Args)
		return strings.Join(named, ","), err
	case request.MappingVersion:
		return e.mappingNow(ctx, o.Args["pair"])
	case request.PipelineRole:
		users, err := x.PipelineUsers(ctx, o.Args["pipeline"])
		return rightOf(users, o.Args), err
	}
	return "", fmt.Errorf("no way to read %s", o.Kind)
}

// nameFree looks among the workspaces the executor can see; of a name that
// another workspace has, the service itself will say so.
func (e *Engine) nameFree(ctx context.Context, folded string) (string, error) {
	list, err := e.cfg.Executor.Workspaces(ctx)
	if err != nil {
		return "", err
	}
	var taken []string
	for _, w := range list {
		if tenant.Fold(w.Name) == folded {
			taken = append(taken, w.ID)
		}
	}
	if len(taken) == 0 {
		return "free", nil
	}
	return strings.Join(taken, ","), nil
}

func (e *Engine) otherAdmin(ctx context.Context, arg map[string]string) (string, error) {
	users, err := e.cfg.Executor.WorkspaceUsers(ctx, arg["workspace"])
	if err != nil {
		return "", err
	}
	but := strings.Split(strings.ToLower(arg["but"]), ",")
	for _, u := range users {
		id := strings.ToLower(u.GraphID)
		if id == "" {
			id = strings.ToLower(u.Identifier)
		}
		if u.Right == "Admin" && !slices.Contains(but, id) {
			return "yes", nil
		}
	}
	return "no", nil
}

func (e *Engine) capacityState(ctx context.Context, id string) (string, error) {
	list, err := e.cfg.Executor.Capacities(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range list {
		if strings.EqualFold(c.ID, id) {
			return c.State, nil
		}
	}
	return "not open to the executor", nil
}

func (e *Engine) pipelineOf(ctx context.Context, workspace string) (string, error) {
	list, err := e.cfg.Executor.Pipelines(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range list {
		full, err := e.cfg.Executor.Pipeline(ctx, p.ID)
		if err != nil {
			return "", err
		}
		for _, s := range full.Stages {
			if strings.EqualFold(s.WorkspaceID, workspace) {
				return p.ID, nil
			}
		}
	}
	return "", nil
}

package fulfil

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/pbi"
	"steward/internal/request"
)

// sight is what a look found: nothing, the one effect, or something that does
// not fit one effect.
type sight struct {
	one, many bool
	// id is that of what was created.
	id string
	// why says why nobody but a person can tell, where many objects are not the
	// reason.
	why string
}

// riddle is what a person is asked when the effect cannot be told.
func (s sight) riddle() string {
	if s.why != "" {
		return s.why
	}
	return "More than one object carries the mark of this step, or it was renamed since."
}

// noCapacity is Microsoft's id for shared capacity.
const noCapacity = "00000000-0000-0000-0000-000000000000"

// look finds out whether a step has taken effect, among what the executor
// itself can see.
func (e *Engine) look(ctx context.Context, j *job, l request.Look) (sight, error) {
	arg, err := args(l.Args, j.result)
	if err != nil {
		return sight{}, err
	}
	x := e.cfg.Executor
	switch l.Kind {
	case request.LookWorkspaceMarked:
		list, err := x.Workspaces(ctx)
		if err != nil {
			return sight{}, err
		}
		var found []marked
		for _, w := range list {
			found = append(found, marked{w.ID, w.Name, w.Description})
		}
		return among(found, arg), nil
	case request.LookPipelineMarked:
		list, err := x.Pipelines(ctx)
		if err != nil {
			return sight{}, err
		}
		var found []marked
		for _, p := range list {
			found = append(found, marked{p.ID, p.Name, p.Description})
		}
		return among(found, arg), nil
	case request.LookWorkspaceText:
		w, err := x.Workspace(ctx, arg["workspace"])
		_, named := arg["name"]
		_, described := arg["description"]
		return yes((!named || w.Name == arg["name"]) && (!described || w.Description == arg["description"])), err
	case request.LookWorkspaceGone, request.LookWorkspaceBack:
		state, err := e.state(ctx, arg["workspace"])
		return yes((state.state == active) == (l.Kind == request.LookWorkspaceBack)), err
	case request.LookCapacity:
		return e.onCapacity(ctx, arg["workspace"], arg["capacity"])
	case request.LookRole:
		users, err := x.WorkspaceUsers(ctx, arg["workspace"])
		return yes(rightOf(users, arg) == arg["right"]), err
	case request.LookPipelineUser:
		users, err := x.PipelineUsers(ctx, arg["pipeline"])
		return yes(rightOf(users, arg) == arg["right"]), err
	case request.LookPipelineGone:
		_, err := x.Pipeline(ctx, arg["pipeline"])
		if pbi.Missing(err) {
			return sight{one: true}, nil
		}
		return sight{}, err
	case request.LookStage:
		p, err := x.Pipeline(ctx, arg["pipeline"])
		return yes(strings.EqualFold(onStage(p, arg["stage"]), arg["workspace"])), err
	case request.LookItemNamed, request.LookItemGone, request.LookReportModel, request.LookDefinition:
		return e.lookContent(ctx, l.Kind, arg)
	case request.LookOwner, request.LookParameters, request.LookSources, request.LookGateway, request.LookSchedule:
		return e.lookModel(ctx, l.Kind, arg)
	}
	return sight{}, fmt.Errorf("no way to look for %s", l.Kind)
}

func yes(b bool) sight { return sight{one: b} }

// args resolves the arguments of a look.
func args(in map[string]request.Value, results request.Results) (map[string]string, error) {
	out := make(map[string]string, len(in))
	for name, v := range in {
		text, err := v.Plain(results)
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}

// marked is something that can carry a mark.
type marked struct{ id, name, description string }

// among finds the one object that carries the mark under the name it was given.
// One under another name, or several, is for a person to judge.
func among(list []marked, arg map[string]string) sight {
	var found []marked
	for _, m := range list {
		if strings.Contains(m.description, arg["marker"]) {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		return sight{}
	case len(found) == 1 && found[0].name == arg["name"]:
		return sight{one: true, id: found[0].id}
	}
	return sight{many: true}
}

// rightOf is the best right of the principal named in arg; empty for none.
func rightOf(users []pbi.User, arg map[string]string) string {
	best := ""
	for _, u := range users {
		is := func(id string) bool {
			return id != "" && (strings.EqualFold(id, arg["principal"]) || strings.EqualFold(id, arg["identifier"]))
		}
		if (is(u.Identifier) || is(u.GraphID) || is(u.Email)) && ranks[u.Right] >= ranks[best] {
			best = u.Right
		}
	}
	return best
}

// ranks orders the roles of a workspace.
var ranks = map[string]int{"Viewer": 1, "Contributor": 2, "Member": 3, "Admin": 4}

// onStage is the workspace on a stage; empty for none.
func onStage(p pbi.Pipeline, order string) string {
	for _, s := range p.Stages {
		if strconv.Itoa(s.Order) == order {
			return s.WorkspaceID
		}
	}
	return ""
}

// onCapacity reports whether a workspace is on a capacity or on its way there.
func (e *Engine) onCapacity(ctx context.Context, workspace, capacity string) (sight, error) {
	if capacity == noCapacity {
		capacity = ""
	}
	w, err := e.cfg.Executor.Workspace(ctx, workspace)
	if err != nil || strings.EqualFold(w.CapacityID, capacity) {
		return yes(err == nil), err
	}
	a, err := e.cfg.Executor.Assignment(ctx, workspace)
	if err != nil {
		return sight{}, err
	}
	to := a.CapacityID
	if to == noCapacity {
		to = ""
	}
	moving := a.Status == statusPending || a.Status == statusMoving
	return yes(moving && strings.EqualFold(to, capacity)), nil
}

// standing is what a workspace is called and whether it is there.
type standing struct{ name, description, state, capacity string }

// active is the state of a workspace that can be used.
const active = "Active"

// state reads a workspace as its member, and one that cannot be found so as
// the admin API knows it: only that tells deleted from never seen.
func (e *Engine) state(ctx context.Context, id string) (standing, error) {
	w, err := e.cfg.Executor.Workspace(ctx, id)
	if err == nil {
		return standing{w.Name, w.Description, active, w.CapacityID}, nil
	}
	if !pbi.Missing(err) {
		return standing{}, err
	}
	name, state, aerr := e.cfg.Executor.WorkspaceState(ctx, id)
	switch {
	case pbi.Missing(aerr):
		return standing{state: "Deleted"}, nil
	case aerr != nil:
		return standing{}, err // what the member was told says more
	}
	return standing{name: name, state: state}, nil
}

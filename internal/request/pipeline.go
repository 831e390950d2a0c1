package request

import (
	"slices"
	"strconv"
	"strings"

	"steward/internal/tenant"
)

// stageCount is how many stages the Power BI API gives a new pipeline.
const stageCount = 3

// Validate implements Params.
func (p *PipelineCreateParams) Validate() (e FieldErrors) {
	e.checkName("name", p.Name)
	e.checkText("description", p.Description, maxPipelineDescription)
	if len(p.Stages) > stageCount {
		e.add(indexed("stages", stageCount), "A pipeline has %d stages.", stageCount)
	}
	seen := map[ID]bool{}
	for i, id := range p.Stages {
		if id = NewID(string(id)); id != "" && seen[id] {
			e.add(indexed("stages", i), "One workspace stands on one stage only.")
		}
		seen[id] = true
	}
	e.checkUsers("users", p.Users)
	return e
}

func (e *FieldErrors) checkUsers(field string, users []ID) {
	if len(users) > maxMembers {
		e.add(field, "%d users are too many for one request; at most %d.", len(users), maxMembers)
	}
	for i, id := range users {
		if id == "" {
			e.add(indexed(field, i), "Choose a person, a group or an application.")
		}
		if slices.Contains(users[:i], id) {
			e.add(indexed(field, i), "Named twice.")
		}
	}
}

// Refs implements Params.
func (p *PipelineCreateParams) Refs() Refs {
	return Refs{Workspaces: given(p.Stages...), Principals: given(p.Users...)}
}

func (p *PipelineCreateParams) plan(b *builder) {
	b.title("New pipeline %s", p.Name)
	stages := make([]target, len(p.Stages))
	for i, id := range p.Stages {
		if id == "" {
			continue
		}
		field := indexed("stages", i)
		if w, ok := b.space(field, id); ok && b.assignable(field, w) {
			stages[i] = existing(w)
		}
	}
	b.newPipeline(p.Name, p.Description, stages, p.Users, "users")
}

// assignable refuses workspaces that no pipeline could take.
func (b *builder) assignable(field string, w Workspace) bool {
	switch {
	case w.Pipeline != "":
		b.fail(field, "%s is a stage of the pipeline %s already. A workspace belongs to one pipeline only.", w.Name, b.estate.Pipelines[w.Pipeline].Name)
	case !w.Dedicated:
		b.fail(field, "%s is on no capacity, and pipelines need one. Move it first.", w.Name)
	default:
		return true
	}
	return false
}

// newPipeline adds the steps of a new pipeline. A stage without a name stays
// open.
func (b *builder) newPipeline(name, description string, stages []target, users []ID, field string) {
	mark := marker(b.ctx.Request, b.nextID())
	own := map[string]Value{"pipeline": From(b.nextID(), "id")}
	lock := "pipeline-name/" + tenant.Fold(name)
	id := b.add(Step{
		Says: "Create the deployment pipeline " + name, Lock: lock, Marker: mark, Results: map[string]string{"id": "/id"},
		Call: Call{API: PowerBI, Operation: "Pipelines_CreatePipeline", Method: "POST", Path: "pipelines", Args: map[string]Value{},
			Body: map[string]Value{"displayName": Text(name), "description": Text(marked(description, mark))}},
		// Nobody says that the service refuses a second pipeline of the same
		// name, so a lost reply that cannot be found again is a person's call.
		Look: Look{Kind: LookPipelineMarked, Args: map[string]Value{"marker": Text(mark), "name": Text(name)}},
		Undo: &Undo{Sentence: "Delete the new pipeline", Created: true,
			Call: Call{API: PowerBI, Operation: "Pipelines_DeletePipeline", Method: "DELETE", Path: "pipelines/{pipeline}", Args: own},
			Look: Look{Kind: LookPipelineGone, Redo: true, Args: own}},
		OnFailure: UndoAll,
	})
	line := From(id, "id")
	for i, t := range stages {
		if t.name == "" {
			continue
		}
		t.needs = append(slices.Clone(t.needs), id)
		b.assign(line, name, lock, int64(i), t, nil)
	}
	for i, u := range users {
		if who, ok := b.somebody(indexed(field, i), u); ok {
			b.addUser(line, name, lock, who, []string{id}, nil, indexed(field, i))
		}
	}
}

func onStage(pipeline Value, stage int64, workspace Value) map[string]Value {
	return map[string]Value{"pipeline": pipeline, "stage": Text(strconv.FormatInt(stage, 10)), "workspace": workspace}
}

func assignCall(pipeline Value, stage int64, workspace Value) Call {
	return Call{API: PowerBI, Operation: "Pipelines_AssignWorkspace", Method: "POST", Path: "pipelines/{pipeline}/stages/{stage}/assignWorkspace",
		Args: map[string]Value{"pipeline": pipeline, "stage": Text(strconv.FormatInt(stage, 10))}, Body: map[string]Value{"workspaceId": workspace}}
}

func unassignCall(pipeline Value, stage int64) Call {
	return Call{API: PowerBI, Operation: "Pipelines_UnassignWorkspace", Method: "POST", Path: "pipelines/{pipeline}/stages/{stage}/unassignWorkspace",
		Args: map[string]Value{"pipeline": pipeline, "stage": Text(strconv.FormatInt(stage, 10))}}
}

// assign puts a workspace on a stage.
func (b *builder) assign(pipeline Value, name, lock string, stage int64, t target, expects []Observation) {
	if t.space != nil {
		expects = append(expects, t.expects(observe(PipelineOf, "", "workspace", string(NewID(t.space.ID))))...)
	}
	b.add(Step{
		Says: "Put " + t.name + " on stage " + strconv.FormatInt(stage+1, 10) + " of the pipeline " + name, Lock: lock, Needs: t.needs,
		Call: assignCall(pipeline, stage, t.id), Expects: expects,
		Look: Look{Kind: LookStage, Redo: true, Args: onStage(pipeline, stage, t.id)},
		Undo: &Undo{Sentence: "Take it off the stage again", Created: true, Call: unassignCall(pipeline, stage),
			Look: Look{Kind: LookStage, Redo: true, Args: onStage(pipeline, stage, Text(""))}},
		OnFailure: UndoAll,
	})
}

// unassign takes a workspace off its stage.
func (b *builder) unassign(p Pipeline, stage int, w Workspace) string {
	line, id := IDText(ID(p.ID)), string(NewID(p.ID))
	return b.add(Step{
		Says: "Take " + w.Name + " off stage " + strconv.Itoa(stage+1) + " of the pipeline " + p.Name, Lock: "pipeline/" + id,
		Call: unassignCall(line, int64(stage)), OnFailure: UndoAll,
		Look: Look{Kind: LookStage, Redo: true, Args: onStage(line, int64(stage), Text(""))},
		Expects: []Observation{observe(PipelineName, p.Name, "pipeline", id),
			observe(StageOf, string(NewID(w.ID)), "pipeline", id, "stage", strconv.Itoa(stage))},
		Undo: &Undo{Sentence: "Put it back; the history of deployments is lost all the same",
			Call: assignCall(line, int64(stage), IDText(ID(w.ID))),
			Look: Look{Kind: LookStage, Redo: true, Args: onStage(line, int64(stage), IDText(ID(w.ID)))}},
	})
}

// addUser gives a pipeline to somebody; the service knows one right only.
func (b *builder) addUser(pipeline Value, name, lock string, who Principal, needs []string, expects []Observation, field string) {
	if who.Directory != nil && who.Directory.Unified {
		b.fail(field, "%s is a Microsoft 365 group, which pipelines do not take. Use a security group.", who.Name)
		return
	}
	b.gain(who, "Pipeline admin", name)
	drop := Call{API: PowerBI, Operation: "Pipelines_DeletePipelineUser", Method: "DELETE", Path: "pipelines/{pipeline}/users/{user}",
		Args: map[string]Value{"pipeline": pipeline, "user": Text(identifier(who))}}
	b.add(Step{
		Says: "Let " + who.Name + " use the pipeline " + name, Lock: lock, Needs: needs, Expects: expects,
		Call: Call{API: PowerBI, Operation: "Pipelines_UpdatePipelineUser", Method: "POST", Path: "pipelines/{pipeline}/users",
			Args: map[string]Value{"pipeline": pipeline}, Body: pipelineBody(who)},
		Look: pipelineLook(pipeline, who, "Admin"),
		Undo: &Undo{Sentence: "Take it away again", Created: true, Call: drop, Look: pipelineLook(pipeline, who, "")},
	})
}

func pipelineBody(who Principal) map[string]Value {
	return map[string]Value{"identifier": Text(identifier(who)), "principalType": Text(string(who.Kind)), "accessRight": Text("Admin")}
}

func pipelineLook(pipeline Value, who Principal, right string) Look {
	return Look{Kind: LookPipelineUser, Redo: true, Args: map[string]Value{
		"pipeline": pipeline, "principal": IDText(ID(who.ID)), "identifier": Text(identifier(who)), "right": Text(right)}}
}

// Validate implements Params.
func (p *PipelineDeleteParams) Validate() (e FieldErrors) {
	e.checkRequired("pipeline", p.Pipeline, "Choose a pipeline.")
	return e
}

// Refs implements Params.
func (p *PipelineDeleteParams) Refs() Refs { return Refs{Pipelines: given(p.Pipeline)} }

func (p *PipelineDeleteParams) plan(b *builder) {
	l, ok := b.pipeline("pipeline", p.Pipeline)
	if !ok {
		return
	}
	b.title("Delete the pipeline %s", l.Name)
	if strings.TrimSpace(p.Confirm) != l.Name {
		b.fail("confirm", "Type the name of the pipeline, exactly as it is.")
		return
	}
	id, args := string(NewID(l.ID)), map[string]Value{"pipeline": IDText(ID(l.ID))}
	expects := []Observation{observe(PipelineName, l.Name, "pipeline", id)}
	for _, s := range l.Stages {
		expects = append(expects, observe(StageOf, string(NewID(s.WorkspaceID)), "pipeline", id, "stage", strconv.Itoa(s.Order)))
		if s.WorkspaceID != "" {
			b.risky("Deletes the pipeline %s with its history of deployments.", l.Name)
			b.placeOf(NewID(s.WorkspaceID))
		}
	}
	b.add(Step{Says: "Delete the pipeline " + l.Name, Lock: "pipeline/" + id, Expects: expects,
		Call:  Call{API: PowerBI, Operation: "Pipelines_DeletePipeline", Method: "DELETE", Path: "pipelines/{pipeline}", Args: args},
		Look:  Look{Kind: LookPipelineGone, Redo: true, Args: args},
		Final: "A deleted pipeline cannot be brought back; the workspaces stay."})
}

func (b *builder) placeOf(id ID) {
	if w, ok := b.estate.Workspaces[id]; ok {
		b.place(w.Name, w.Domain)
	}
}

// Validate implements Params.
func (p *PipelineAssignParams) Validate() (e FieldErrors) {
	e.checkRequired("pipeline", p.Pipeline, "Choose a pipeline.")
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	return e
}

// Refs implements Params.
func (p *PipelineAssignParams) Refs() Refs {
	return Refs{Pipelines: given(p.Pipeline), Workspaces: given(p.Workspace)}
}

func (p *PipelineAssignParams) plan(b *builder) {
	l, found := b.pipeline("pipeline", p.Pipeline)
	w, ok := b.space("workspace", p.Workspace)
	if !ok || !found || !b.assignable("workspace", w) {
		return
	}
	b.title("Assign %s to the pipeline %s", w.Name, l.Name)
	stage, ok := b.stage("stage", l, p.Stage)
	if !ok {
		return
	}
	if stage.WorkspaceID != "" {
		b.fail("stage", "The stage is taken. Unassign it first.")
		return
	}
	id := string(NewID(l.ID))
	b.assign(IDText(ID(l.ID)), l.Name, "pipeline/"+id, p.Stage, existing(w), []Observation{
		observe(PipelineName, l.Name, "pipeline", id), observe(StageOf, "", "pipeline", id, "stage", strconv.FormatInt(p.Stage, 10))})
}

func (b *builder) stage(field string, l Pipeline, order int64) (tenant.Stage, bool) {
	i := slices.IndexFunc(l.Stages, func(s tenant.Stage) bool { return int64(s.Order) == order })
	if i < 0 {
		b.fail(field, "The pipeline %s has no such stage.", l.Name)
		return tenant.Stage{}, false
	}
	return l.Stages[i], true
}

// Validate implements Params.
func (p *PipelineUnassignParams) Validate() (e FieldErrors) {
	e.checkRequired("pipeline", p.Pipeline, "Choose a pipeline.")
	return e
}

// Refs implements Params.
func (p *PipelineUnassignParams) Refs() Refs { return Refs{Pipelines: given(p.Pipeline)} }

func (p *PipelineUnassignParams) plan(b *builder) {
	l, ok := b.pipeline("pipeline", p.Pipeline)
	if !ok {
		return
	}
	b.title("Unassign a stage of %s", l.Name)
	stage, ok := b.stage("stage", l, p.Stage)
	if !ok {
		return
	}
	w, ok := b.estate.Workspaces[NewID(stage.WorkspaceID)]
	if stage.WorkspaceID == "" || !ok {
		b.fail("stage", "The stage holds no workspace that is known.")
		return
	}
	b.place(w.Name, w.Domain)
	if b.isProduction(w) {
		b.risky("%s is productive.", w.Name)
	}
	b.unassign(l, stage.Order, w)
}

// Validate implements Params.
func (p *PipelineUserAddParams) Validate() (e FieldErrors) {
	e.checkRequired("pipeline", p.Pipeline, "Choose a pipeline.")
	e.checkRequired("who", p.Who, "Choose a person, a group or an application.")
	return e
}

// Refs implements Params.
func (p *PipelineUserAddParams) Refs() Refs {
	return Refs{Pipelines: given(p.Pipeline), Principals: given(p.Who)}
}

func (p *PipelineUserAddParams) plan(b *builder) {
	l, found := b.pipeline("pipeline", p.Pipeline)
	who, ok := b.somebody("who", p.Who)
	if !ok || !found {
		return
	}
	b.title("Let %s use the pipeline %s", who.Name, l.Name)
	b.placesOf(l)
	if userOf(l, NewID(who.ID)) != "" {
		b.fail("who", "%s can use it already.", who.Name)
		return
	}
	id := string(NewID(l.ID))
	b.addUser(IDText(ID(l.ID)), l.Name, "pipeline/"+id, who, nil, []Observation{observe(PipelineName, l.Name, "pipeline", id),
		observe(PipelineRole, "", "pipeline", id, "principal", string(NewID(who.ID)), "identifier", identifier(who))}, "who")
}

func (b *builder) placesOf(l Pipeline) {
	for _, s := range l.Stages {
		b.placeOf(NewID(s.WorkspaceID))
	}
}

func userOf(l Pipeline, id ID) string {
	for _, g := range l.Users {
		if NewID(g.Principal.ID) == id {
			return string(g.Right)
		}
	}
	return ""
}

// Validate implements Params.
func (p *PipelineUserDropParams) Validate() (e FieldErrors) {
	e.checkRequired("pipeline", p.Pipeline, "Choose a pipeline.")
	e.checkRequired("who", p.Who, "Choose somebody who can use it.")
	return e
}

// Refs implements Params.
func (p *PipelineUserDropParams) Refs() Refs {
	return Refs{Pipelines: given(p.Pipeline), Principals: given(p.Who)}
}

func (p *PipelineUserDropParams) plan(b *builder) {
	l, ok := b.pipeline("pipeline", p.Pipeline)
	if !ok {
		return
	}
	who, right := b.estate.Principals[NewID(string(p.Who))], userOf(l, NewID(string(p.Who)))
	b.title("Take the pipeline %s away from %s", l.Name, who.Name)
	b.placesOf(l)
	switch {
	case right == "":
		b.fail("who", "There is no such user of the pipeline %s any more.", l.Name)
		return
	case len(l.Users) < 2:
		b.fail("who", "The pipeline %s would have no user left. Add somebody else first.", l.Name)
		return
	case NewID(who.ID) == b.estate.Executor:
		b.fail("who", "This is the portal's own application: without its right nothing more could be done here.")
		return
	}
	id, line := string(NewID(l.ID)), IDText(ID(l.ID))
	b.add(Step{Says: "Take the pipeline " + l.Name + " away from " + who.Name, Lock: "pipeline/" + id,
		Call: Call{API: PowerBI, Operation: "Pipelines_DeletePipelineUser", Method: "DELETE", Path: "pipelines/{pipeline}/users/{user}",
			Args: map[string]Value{"pipeline": line, "user": Text(identifier(who))}},
		Look: pipelineLook(line, who, ""),
		Expects: []Observation{observe(PipelineName, l.Name, "pipeline", id),
			observe(PipelineRole, right, "pipeline", id, "principal", string(NewID(who.ID)), "identifier", identifier(who))},
		Undo: &Undo{Sentence: "Give it back", Call: Call{API: PowerBI, Operation: "Pipelines_UpdatePipelineUser", Method: "POST", Path: "pipelines/{pipeline}/users",
			Args: map[string]Value{"pipeline": line}, Body: pipelineBody(who)}, Look: pipelineLook(line, who, "Admin")}})
}

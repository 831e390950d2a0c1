package ask

import (
	"strconv"

	"steward/internal/request"
)

var aPipeline = Field{Name: "pipeline", Label: "Pipeline", Hint: "A part of its name, or its id.", Look: Pick, Of: Pipeline}

func pipelineForms(p request.Params) []Group {
	switch p := p.(type) {
	case *request.PromotionParams:
		return promotionForm(p)
	case *request.PipelineCreateParams:
		return newPipelineForm(p)
	case *request.PipelineDeleteParams:
		return []Group{{Fields: []Field{aPipeline,
			{Name: "confirm", Label: "Its name, to be sure", Hint: "Type the name exactly. The pipeline and its history of deployments are gone afterwards; the workspaces stay."}}}}
	case *request.PipelineAssignParams:
		return []Group{{Fields: []Field{aPipeline, stage(), aWorkspace("Workspace")}}}
	case *request.PipelineUnassignParams:
		return []Group{{Fields: []Field{aPipeline, stage()}}}
	case *request.PipelineUserAddParams:
		return []Group{{Hint: preferGroups, Fields: []Field{aPipeline,
			{Name: "who", Label: "Group, person or application", Hint: "Pipelines take security groups, no Microsoft 365 groups.", Look: Pick, Of: Somebody}}}}
	case *request.PipelineUserDropParams:
		return []Group{{Fields: []Field{aPipeline,
			{Name: "who", Label: "Who", Hint: "Those who can use it. Choose the pipeline first.", Look: Pick, Of: User, By: "pipeline"}}}}
	}
	return nil
}

func stage() Field {
	return Field{Name: "stage", Label: "Stage", Hint: "Choose the pipeline first.", Look: Pick, Of: Stage, By: "pipeline"}
}

func newPipelineForm(p *request.PipelineCreateParams) []Group {
	stages := Group{Name: "stages", Title: "Stages", Hint: "In the order in which content moves. Leave one empty to assign it later. Each workspace must be on a capacity."}
	for i := range 3 {
		stages.Fields = append(stages.Fields, Field{Name: Item("stages", i), Label: "Stage " + strconv.Itoa(i+1), Look: Pick, Of: Workspace, Optional: true})
	}
	users := Group{Name: "users", Title: "Who may deploy", Hint: preferGroups, Add: "Add another"}
	for i := range max(len(p.Users), 1) {
		at := Item("users", i)
		users.Groups = append(users.Groups, Group{Name: at, Drop: "Leave this one out", Fields: []Field{{Name: at, Label: "Group, person or application", Look: Pick, Of: Somebody, Optional: true}}})
	}
	return []Group{{Fields: []Field{{Name: "name", Label: "Name"},
		{Name: "description", Label: "Description", Look: Area, Optional: true}}}, stages, users}
}

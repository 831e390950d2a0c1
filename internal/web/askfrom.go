package web

import (
	"strconv"

	"steward/internal/request"
	"steward/internal/tenant"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// offered is a request that a page offers about what it shows.
type offered struct {
	label  string
	kind   request.Kind
	params []ui.Param
}

// offerRequests puts requests into the head of a page, for whoever may ask;
// none on a page of the past.
func offerRequests(p *templates.Page, who viewer, at place, some ...offered) {
	if at.asOf != "" {
		return
	}
	for _, o := range some {
		if !mayAsk(who, o.kind) {
			continue
		}
		a := ui.Action{Label: o.label, Href: at.ask(o.kind, "", o.params...)}
		if p.Primary == nil {
			p.Primary = &a
			continue
		}
		p.Also = append(p.Also, a)
	}
}

// offersOfWorkspace are what one asks for from a workspace's page.
func (d detail) offersOfWorkspace() []offered {
	here := []ui.Param{param("workspace", d.id)}
	if d.row.Text("state") == string(tenant.StateDeleted) {
		return []offered{{"Restore it", request.WorkspaceRestore, here}}
	}
	if d.row.Text("state") != string(tenant.StateActive) || d.row.Text("kind") != string(tenant.KindWorkspace) {
		return nil
	}
	return []offered{
		{"Give access", request.AccessAdd, here}, {"Promote without a pipeline", request.WorkspacePromotion, []ui.Param{param("source", d.id), param("way", request.ByDefinition)}}, {"Change access", request.AccessChange, here},
		{"Take access away", request.AccessRemove, []ui.Param{param("rows[0].workspace", d.id)}},
		{"Rename or describe", request.WorkspaceEdit, here}, {"Move to a capacity", request.WorkspaceCapacity, here},
		{"Assign to a pipeline", request.PipelineAssign, here},
		{"Plan its refreshes", request.RefreshPlanChange, []ui.Param{param("space", d.id)}},
		{"Archive", request.WorkspaceArchive, here}, {"Delete", request.WorkspaceDelete, here},
	}
}

// promotions leads from a workspace on a stage to the form that takes its
// content to the next one.
func (w workspaceData) promotions() []offered {
	if len(w.stage.Rows) == 0 || w.row.Text("state") != string(tenant.StateActive) {
		return nil
	}
	own := w.stage.Rows[0].Get("order").Int()
	for _, r := range w.siblings.Rows {
		if r.Get("order").Int() == own+1 {
			return []offered{{"Promote to the next stage", request.Promotion, []ui.Param{
				param("pipeline", w.stage.Rows[0].Get("pipeline_id").Text()), param("stage", strconv.FormatInt(own, 10))}}}
		}
	}
	return nil
}

// offersOfPerson are what one asks for from the page of a person, a group or an
// application.
func (d detail) offersOfPerson() []offered {
	out := []offered{{"Take access away", request.AccessRemove, []ui.Param{param("person", d.id)}}}
	if !d.row.Get("left").Bool() {
		out = append([]offered{{"Give access", request.AccessAdd, []ui.Param{param("members[0].who", d.id)}}}, out...)
		out = append(out, offered{"Let use a pipeline", request.PipelineUserAdd, []ui.Param{param("who", d.id)}})
	}
	return out
}

// offersOfPipeline are what one asks for from a pipeline's page.
func (d detail) offersOfPipeline() []offered {
	here := []ui.Param{param("pipeline", d.id)}
	return []offered{
		{"Assign a stage", request.PipelineAssign, here}, {"Unassign a stage", request.PipelineUnassign, here},
		{"Add a user", request.PipelineUserAdd, here}, {"Remove a user", request.PipelineUserDrop, here}, {"Delete", request.PipelineDelete, here},
	}
}

// offersOfList are what one asks for from a list; that of a capacity's
// workspaces is the capacity's page.
func offersOfList(req listRequest) []offered {
	switch req.report.Name {
	case "workspaces":
		if c := req.query.Where["capacity"]; len(c) == 1 {
			here := []ui.Param{param("capacity", c[0])}
			return []offered{{"New workspace on it", request.WorkspaceCreate, here}, {"Move a workspace to it", request.WorkspaceCapacity, here}}
		}
		return []offered{{"New workspace", request.WorkspaceCreate, nil}, {"New project", request.NewProject, nil}}
	case "capacities":
		return []offered{{"Move a workspace to a capacity", request.WorkspaceCapacity, nil}}
	case "pipelines":
		return []offered{{"New pipeline", request.PipelineCreate, nil}}
	case "refresh-plans":
		return []offered{{"New refresh plan", request.RefreshPlanChange, nil}}
	case "mappings":
		return []offered{{"Change a mapping", request.MappingChange, nil}}
	case "access":
		return []offered{{"Give access", request.AccessAdd, nil}, {"Take access away", request.AccessRemove, nil}}
	}
	return nil
}

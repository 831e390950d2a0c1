package fabric

import (
	"slices"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type pipeline struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Description string   `json:"description,omitempty"`
	Stages      *[]stage `json:"stages,omitempty"`
}

type stage struct {
	ID            string `json:"id"`
	Order         int    `json:"order"`
	DisplayName   string `json:"displayName"`
	Description   string `json:"description,omitempty"`
	WorkspaceID   string `json:"workspaceId,omitempty"`
	WorkspaceName string `json:"workspaceName,omitempty"`
	IsPublic      bool   `json:"isPublic"`
}

func (s *Service) runs(c *rest.Call, p world.Pipeline) bool {
	return s.acts.Runs(c.Caller.ObjectID, p, c.At)
}

func (s *Service) myPipeline(c *rest.Call) (world.Pipeline, bool) {
	p, ok := s.world.Pipeline(c.Param("deploymentPipelineId"), c.At)
	if ok && s.runs(c, p) {
		return p, true
	}
	c.Fail(rest.Failure{Status: 404, Code: "DeploymentPipelineNotFound", Message: "The deployment pipeline could not be found."})
	return p, false
}

func (s *Service) wireStages(c *rest.Call, p world.Pipeline) []stage {
	rows := []stage{}
	for _, st := range p.Stages {
		w := stage{ID: st.ID, Order: st.Order, DisplayName: st.Name, WorkspaceID: st.WorkspaceID, IsPublic: st.Public}
		if ws, ok := s.world.Workspace(st.WorkspaceID, c.At); ok && s.role(c, ws) != "" {
			w.WorkspaceName = ws.Name
		}
		rows = append(rows, w)
	}
	return rows
}

func (s *Service) pipelines(c *rest.Call) {
	out := struct {
		Value []pipeline `json:"value"`
		paged
	}{Value: []pipeline{}}
	for p := range s.world.Pipelines(c.At) {
		if s.runs(c, p) {
			out.Value = append(out.Value, pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description})
		}
	}
	c.JSON(200, out)
}

func (s *Service) pipeline(c *rest.Call) {
	if p, ok := s.myPipeline(c); ok {
		sts := s.wireStages(c, p)
		c.JSON(200, pipeline{p.ID, p.DisplayName, p.Description, &sts})
	}
}

func (s *Service) stages(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	c.JSON(200, struct {
		Value []stage `json:"value"`
		paged
	}{Value: s.wireStages(c, p)})
}

func (s *Service) stageItems(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	i := slices.IndexFunc(p.Stages, func(st world.Stage) bool { return sameID(st.ID, c.Param("stageId")) })
	if i < 0 {
		c.NotFound()
		return
	}
	pairs, _ := s.world.StageItems(p.ID, p.Stages[i].Order, c.At)
	type row struct {
		ID       string `json:"itemId"`
		Name     string `json:"itemDisplayName"`
		Type     string `json:"itemType"`
		SourceID string `json:"sourceItemId,omitempty"`
		TargetID string `json:"targetItemId,omitempty"`
		Deployed string `json:"lastDeploymentTime,omitempty"`
	}
	out := struct {
		Value []row `json:"value"`
		paged
	}{Value: []row{}}
	for _, pr := range pairs {
		out.Value = append(out.Value, row{pr.Item.ID, pr.Item.Name, itemType(pr.Item), pr.SourceID, pr.TargetID, zulu(pr.LastDeployed)})
	}
	c.JSON(200, out)
}

package powerbi

import (
	"net/http"
	"strconv"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
)

func (s *Service) createPipeline(c *rest.Call) {
	var body struct {
		Name        string `json:"displayName"`
		Description string `json:"description"`
	}
	if !c.Decode(&body) {
		return
	}
	p, err := s.acts.CreatePipeline(actor(c), body.Name, body.Description, nil, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusCreated, pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description})
	}
}

func (s *Service) updatePipeline(c *rest.Call) {
	var body struct {
		Name        *string `json:"displayName"`
		Description *string `json:"description"`
	}
	if !c.Decode(&body) {
		return
	}
	p, err := s.acts.UpdatePipeline(actor(c), c.Param("pipelineId"), body.Name, body.Description, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, pipeline{ID: p.ID, DisplayName: p.DisplayName, Description: p.Description})
	}
}

func (s *Service) deletePipeline(c *rest.Call) {
	if !refused(c, s.acts.DeletePipeline(actor(c), c.Param("pipelineId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) addPipelineUser(c *rest.Call) {
	h, ok := readHolder(c)
	if !ok {
		return
	}
	if h.Right != "Admin" {
		c.BadRequest("accessRight must be Admin.")
		return
	}
	if _, err := s.acts.AddPipelineUser(actor(c), c.Param("pipelineId"), h.PrincipalType, h.Identifier, c.Now); !refused(c, err) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) deletePipelineUser(c *rest.Call) {
	if !refused(c, s.acts.RemovePipelineUser(actor(c), c.Param("pipelineId"), c.Param("identifier"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// stageOrder reads the stage of a path.
func stageOrder(c *rest.Call) (int, bool) {
	n, err := strconv.Atoi(c.Param("stageOrder"))
	if err != nil {
		c.BadRequest("The stage order must be a whole number.")
	}
	return n, err == nil
}

func (s *Service) assignWorkspace(c *rest.Call) {
	n, ok := stageOrder(c)
	if !ok {
		return
	}
	var body struct {
		WorkspaceID string `json:"workspaceId"`
	}
	if c.Decode(&body) && !refused(c, s.acts.AssignStage(actor(c), c.Param("pipelineId"), n, body.WorkspaceID, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) unassignWorkspace(c *rest.Call) {
	if n, ok := stageOrder(c); ok && !refused(c, s.acts.UnassignStage(actor(c), c.Param("pipelineId"), n, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// deployBody is a deployment asked for; a selective one has lists of items.
type deployBody struct {
	Source       int          `json:"sourceStageOrder"`
	Backward     bool         `json:"isBackwardDeployment"`
	Options      acts.Options `json:"options"`
	Note         string       `json:"note"`
	NewWorkspace *struct {
		Name       string `json:"name"`
		CapacityID string `json:"capacityId"`
	} `json:"newWorkspace"`
	UpdateApp *struct {
		Do bool `json:"updateAppInTargetWorkspace"`
	} `json:"updateAppSettings"`
	Datasets, Reports, Dashboards, Dataflows, Datamarts []deployItem
}

type deployItem struct {
	SourceID string        `json:"sourceId"`
	Options  *acts.Options `json:"options"`
}

// order turns the body into a deployment; selective says that it names items.
func (d deployBody) order(pipeline string, selective bool) acts.Deploy {
	out := acts.Deploy{Pipeline: pipeline, Source: d.Source, Target: d.Source + 1, Options: d.Options, Note: d.Note,
		UpdateApp: d.UpdateApp != nil && d.UpdateApp.Do}
	if d.Backward {
		out.Target = d.Source - 1
	}
	if d.NewWorkspace != nil {
		out.NewWorkspace = &acts.NewWorkspace{Name: d.NewWorkspace.Name, CapacityID: d.NewWorkspace.CapacityID}
	}
	if !selective {
		return out
	}
	out.Items = map[string]acts.Options{}
	for _, list := range [][]deployItem{d.Datasets, d.Reports, d.Dashboards, d.Dataflows, d.Datamarts} {
		for _, it := range list {
			o := d.Options
			if it.Options != nil {
				o = *it.Options
			}
			out.Items[strings.ToLower(it.SourceID)] = o
		}
	}
	return out
}

// deploy accepts a deployment and answers with its operation.
func (s *Service) deploy(selective bool) func(*rest.Call) {
	return func(c *rest.Call) {
		var body deployBody
		if !c.Decode(&body) {
			return
		}
		order := body.order(c.Param("pipelineId"), selective)
		if selective && len(order.Items) == 0 {
			c.Fail(rest.Failure{Status: 400, Code: "Alm_InvalidRequest_NoArtifactsToDeploy"})
			return
		}
		d, err := s.acts.Start(actor(c), order, c.Now)
		if refused(c, err) {
			return
		}
		w := wireDeployment(d, c.Now, false)
		w.Note, w.Diff, w.By = nil, nil, nil
		c.JSON(http.StatusAccepted, w)
	}
}

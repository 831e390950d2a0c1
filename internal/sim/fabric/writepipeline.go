package fabric

import (
	"net/http"
	"slices"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

func (s *Service) createPipeline(c *rest.Call) {
	var body struct {
		Name        string `json:"displayName"`
		Description string `json:"description"`
		Stages      []struct {
			Name        string `json:"displayName"`
			Description string `json:"description"`
			Public      bool   `json:"isPublic"`
		} `json:"stages"`
	}
	if !c.Decode(&body) {
		return
	}
	if len(body.Stages) == 0 {
		c.BadRequest("A pipeline has between 2 and 10 stages.")
		return
	}
	var stages []acts.NewStage
	for _, st := range body.Stages {
		stages = append(stages, acts.NewStage{Name: st.Name, Description: st.Description, Public: st.Public})
	}
	p, err := s.acts.CreatePipeline(actor(c), body.Name, body.Description, stages, c.Now)
	if !refused(c, err) {
		s.answerPipeline(c, http.StatusCreated, p)
	}
}

func (s *Service) answerPipeline(c *rest.Call, status int, p world.Pipeline) {
	sts := s.wireStages(c, p)
	c.JSON(status, pipeline{p.ID, p.DisplayName, p.Description, &sts})
}

func (s *Service) updatePipeline(c *rest.Call) {
	var body struct {
		Name        *string `json:"displayName"`
		Description *string `json:"description"`
	}
	if !c.Decode(&body) {
		return
	}
	p, err := s.acts.UpdatePipeline(actor(c), c.Param("deploymentPipelineId"), body.Name, body.Description, c.Now)
	if !refused(c, err) {
		s.answerPipeline(c, http.StatusOK, p)
	}
}

func (s *Service) deletePipeline(c *rest.Call) {
	if !refused(c, s.acts.DeletePipeline(actor(c), c.Param("deploymentPipelineId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) pipelineRoles(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	out := struct {
		Value []roleAssignment `json:"value"`
		paged
	}{Value: []roleAssignment{}}
	for _, g := range p.Grants {
		out.Value = append(out.Value, roleAssignment{g.Principal.ID, s.wirePrincipal(g.Principal), "Admin"})
	}
	c.JSON(http.StatusOK, out)
}

func (s *Service) addPipelineRole(c *rest.Call) {
	var body roleBody
	if !c.Decode(&body) {
		return
	}
	if body.Role != "Admin" {
		c.BadRequest("The role must be Admin.")
		return
	}
	p, err := s.acts.AddPipelineUser(actor(c), c.Param("deploymentPipelineId"), kindOf(body.Principal.Type), body.Principal.ID, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, roleAssignment{p.ID, s.wirePrincipal(p), "Admin"})
	}
}

func (s *Service) removePipelineRole(c *rest.Call) {
	if !refused(c, s.acts.RemovePipelineUser(actor(c), c.Param("deploymentPipelineId"), c.Param("principalId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// stageOf finds the place of a stage by its id.
func (s *Service) stageOf(c *rest.Call, id string) (int, bool) {
	p, ok := s.myPipeline(c)
	if !ok {
		return 0, false
	}
	i := slices.IndexFunc(p.Stages, func(st world.Stage) bool { return sameID(st.ID, id) })
	if i < 0 {
		c.Fail(rest.Failure{Status: 404, Code: "DeploymentPipelineStageNotFound", Message: "The stage could not be found."})
	}
	return i, i >= 0
}

func (s *Service) assignStage(c *rest.Call) {
	n, ok := s.stageOf(c, c.Param("stageId"))
	if !ok {
		return
	}
	var body struct {
		WorkspaceID string `json:"workspaceId"`
	}
	if c.Decode(&body) && !refused(c, s.acts.AssignStage(actor(c), c.Param("deploymentPipelineId"), n, body.WorkspaceID, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) unassignStage(c *rest.Call) {
	if n, ok := s.stageOf(c, c.Param("stageId")); ok &&
		!refused(c, s.acts.UnassignStage(actor(c), c.Param("deploymentPipelineId"), n, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

type deployBody struct {
	Source string `json:"sourceStageId"`
	Target string `json:"targetStageId"`
	Items  []struct {
		ID string `json:"sourceItemId"`
	} `json:"items"`
	Created *struct {
		Name       string `json:"name"`
		CapacityID string `json:"capacityId"`
	} `json:"createdWorkspaceDetails"`
	Note string `json:"note"`
}

// allowed are the options of every deployment through Fabric, which has none of
// Power BI's.
var allowed = acts.Options{Create: true, Overwrite: true, SkipTiles: true, Purge: true, TakeOver: true, Label: true}

// longestNote is how long Fabric lets the note of a deployment be.
const longestNote = 1024

// deploy accepts a deployment; its headers tell where to ask how it goes.
func (s *Service) deploy(c *rest.Call) {
	var body deployBody
	if !c.Decode(&body) {
		return
	}
	src, ok := s.stageOf(c, body.Source)
	if !ok {
		return
	}
	dst, ok := s.stageOf(c, body.Target)
	if !ok {
		return
	}
	if len(body.Note) > longestNote {
		c.BadRequest("The note must not be longer than 1024 characters.")
		return
	}
	order := acts.Deploy{Pipeline: c.Param("deploymentPipelineId"), Source: src, Target: dst, Options: allowed, Note: body.Note}
	if len(body.Items) > 0 {
		order.Items = map[string]acts.Options{}
		for _, it := range body.Items {
			order.Items[strings.ToLower(it.ID)] = allowed
		}
	}
	if body.Created != nil {
		order.NewWorkspace = &acts.NewWorkspace{Name: body.Created.Name, CapacityID: body.Created.CapacityID}
	}
	d, err := s.acts.Start(actor(c), order, c.Now)
	if refused(c, err) {
		return
	}
	h := c.W.Header()
	h.Set("Location", c.Base+"/v1/operations/"+d.ID)
	h.Set("x-ms-operation-id", d.ID)
	h.Set("deployment-id", d.ID)
	h.Set("Retry-After", "30")
	c.Empty(http.StatusAccepted)
}

// operation is the state of a deployment as a long-running operation.
func (s *Service) operation(c *rest.Call) {
	if s.longState(c) {
		return
	}
	_, d, err := s.acts.Operation(actor(c), c.Param("operationId"), c.Now)
	if refused(c, err) {
		return
	}
	done := 0
	for _, st := range d.Steps {
		if st.Status == "Succeeded" || st.Status == "Failed" {
			done++
		}
	}
	updated := d.End
	if updated.IsZero() {
		updated = c.Now
		c.W.Header().Set("Retry-After", "30")
	}
	percent := 100 * done / max(1, len(d.Steps))
	out := map[string]any{"status": running(d.Status), "createdTimeUtc": zulu(d.Start), "lastUpdatedTimeUtc": zulu(updated), "percentComplete": percent}
	if d.Status == "Failed" {
		out["error"] = map[string]string{"errorCode": "DeploymentFailed", "message": "One or more items failed to deploy."}
	}
	if d.Status == "Succeeded" {
		c.W.Header().Set("Location", c.Base+"/v1/operations/"+d.ID+"/result")
	}
	c.JSON(http.StatusOK, out)
}

func (s *Service) operationResult(c *rest.Call) {
	if s.longResult(c) {
		return
	}
	p, d, err := s.acts.Operation(actor(c), c.Param("operationId"), c.Now)
	if refused(c, err) {
		return
	}
	if d.Status != "Succeeded" {
		c.Fail(rest.Failure{Status: 400, Code: "OperationHasNoResult", Message: "The operation has no result yet."})
		return
	}
	c.JSON(http.StatusOK, s.wireDeployment(c, p, d, true))
}

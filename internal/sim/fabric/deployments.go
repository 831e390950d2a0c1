package fabric

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// deployment is an operation of a pipeline in Fabric's words: Running instead of
// Executing, stages by id, item counts instead of artifact counts.
type deployment struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Status  string    `json:"status"`
	Updated string    `json:"lastUpdatedTime"`
	Start   string    `json:"executionStartTime,omitempty"`
	End     string    `json:"executionEndTime,omitempty"`
	Source  string    `json:"sourceStageId,omitempty"`
	Target  string    `json:"targetStageId,omitempty"`
	Plan    *plan     `json:"executionPlan,omitempty"`
	Note    *note     `json:"note,omitempty"`
	Diff    diff      `json:"preDeploymentDiffInformation"`
	By      principal `json:"performedBy"`
}

type plan struct {
	Steps []step `json:"steps"`
}

type note struct {
	Content   string `json:"content"`
	Truncated bool   `json:"isTruncated"`
}

type diff struct {
	New       int `json:"newItemsCount"`
	Different int `json:"differentItemsCount"`
	Same      int `json:"noDifferenceItemsCount"`
}

type step struct {
	Index       int        `json:"index"`
	Description string     `json:"description"`
	Status      string     `json:"status"`
	Diff        string     `json:"preDeploymentDiffState,omitempty"`
	What        stepWhat   `json:"sourceAndTarget"`
	Error       *stepError `json:"error,omitempty"`
}

type stepWhat struct {
	Source     string `json:"sourceItemId"`
	SourceName string `json:"sourceItemDisplayName"`
	Target     string `json:"targetItemId,omitempty"`
	TargetName string `json:"targetItemDisplayName,omitempty"`
	Type       string `json:"itemType"`
}

type stepError struct {
	Code    string `json:"errorCode"`
	Message string `json:"message"`
}

// running translates the status of Power BI.
func running(status string) string {
	if status == "Executing" {
		return "Running"
	}
	return status
}

func (s *Service) wireDeployment(c *rest.Call, p world.Pipeline, d world.Deployment, withPlan bool) deployment {
	updated := d.End
	if updated.IsZero() {
		updated = c.At
	}
	w := deployment{ID: d.ID, Type: "Deploy", Status: running(d.Status), Updated: zoneless(updated), Start: zulu(d.Start),
		End: zulu(d.End), Diff: diff{d.New, d.Different, d.Same}, By: s.wirePrincipal(d.By)}
	for _, st := range p.Stages {
		if st.Order == d.SourceStage {
			w.Source = st.ID
		}
		if st.Order == d.TargetStage {
			w.Target = st.ID
		}
	}
	if d.Note != "" {
		w.Note = &note{Content: d.Note}
	}
	if !withPlan {
		return w
	}
	w.Plan = &plan{Steps: []step{}}
	for _, st := range d.Steps {
		x := step{Index: st.Index, Description: st.Kind.FabricType() + "Deployment", Status: running(st.Status), Diff: st.DiffState,
			What: stepWhat{st.SourceID, st.SourceName, st.TargetID, st.TargetName, st.Kind.FabricType()}}
		if st.ErrorCode != "" {
			x.Error = &stepError{st.ErrorCode, st.ErrorDetail}
		}
		w.Plan.Steps = append(w.Plan.Steps, x)
	}
	return w
}

func (s *Service) deployments(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	out := struct {
		Value []deployment `json:"value"`
		paged
	}{Value: []deployment{}}
	for _, d := range s.world.Deployments(p.ID, c.At) {
		out.Value = append(out.Value, s.wireDeployment(c, p, d, false))
	}
	c.JSON(200, out)
}

func (s *Service) deployment(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	for _, d := range s.world.Deployments(p.ID, c.At) {
		if sameID(d.ID, c.Param("operationId")) {
			c.JSON(200, s.wireDeployment(c, p, d, true))
			return
		}
	}
	c.Fail(rest.Failure{Status: 404, Code: "DeploymentPipelineOperationNotFound", Message: "The operation could not be found."})
}

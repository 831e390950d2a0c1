package powerbi

import (
	"time"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// deployment is an operation of a pipeline. The plan is told only when one
// operation is asked for, and spells its list "Steps".
type deployment struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Status  string    `json:"status"`
	Updated string    `json:"lastUpdatedTime"`
	Start   string    `json:"executionStartTime,omitempty"`
	End     string    `json:"executionEndTime,omitempty"`
	Source  int       `json:"sourceStageOrder"`
	Target  int       `json:"targetStageOrder"`
	Plan    *plan     `json:"executionPlan,omitempty"`
	Note    *note     `json:"note,omitempty"`
	Diff    *diff     `json:"preDeploymentDiffInformation,omitempty"`
	By      *deployer `json:"performedBy,omitempty"`
}

type plan struct {
	Steps []step `json:"Steps"`
}

type note struct {
	Content   string `json:"content"`
	Truncated bool   `json:"isTruncated"`
}

type diff struct {
	New       int `json:"newArtifactsCount"`
	Different int `json:"differentArtifactsCount"`
	Same      int `json:"noDifferenceArtifactsCount"`
}

type deployer struct {
	UPN  string `json:"userPrincipalName,omitempty"`
	ID   string `json:"principalObjectID,omitempty"`
	Type string `json:"principalType"`
}

type step struct {
	Index  int        `json:"index"`
	Type   string     `json:"type"`
	Status string     `json:"status"`
	Diff   string     `json:"preDeploymentDiffState,omitempty"`
	What   stepWhat   `json:"sourceAndTarget"`
	Error  *stepError `json:"error,omitempty"`
}

type stepWhat struct {
	Source     string `json:"source"`
	SourceName string `json:"sourceDisplayName"`
	Target     string `json:"target,omitempty"`
	TargetName string `json:"targetDisplayName,omitempty"`
	Type       string `json:"type"`
}

type stepError struct {
	Code    string `json:"errorCode"`
	Details string `json:"errorDetails"`
}

// stepKinds are the words for the kinds in a plan.
var stepKinds = map[world.ItemKind][2]string{
	world.KindModel: {"DatasetDeployment", "dataset"}, world.KindReport: {"ReportDeployment", "report"},
	world.KindDashboard: {"DashboardDeployment", "dashboard"}, world.KindDataflow: {"DataflowDeployment", "dataflow"},
	world.KindDatamart: {"DatamartDeployment", "datamart"},
}

func wireDeployment(d world.Deployment, now time.Time, withPlan bool) deployment {
	updated := d.End
	if updated.IsZero() {
		updated = now
	}
	w := deployment{ID: d.ID, Type: "Deploy", Status: d.Status, Updated: zoneless(updated), Start: zulu(d.Start), End: zulu(d.End),
		Source: d.SourceStage, Target: d.TargetStage, Diff: &diff{d.New, d.Different, d.Same}}
	if d.Note != "" {
		w.Note = &note{Content: d.Note}
	}
	w.By = &deployer{Type: string(d.By.Kind), ID: d.By.ID}
	if d.By.Kind == world.KindUser {
		w.By = &deployer{Type: "User", UPN: d.By.UPN}
	}
	if !withPlan {
		return w
	}
	w.Plan = &plan{Steps: []step{}}
	for _, st := range d.Steps {
		words := stepKinds[st.Kind]
		x := step{Index: st.Index, Type: words[0], Status: st.Status, Diff: st.DiffState,
			What: stepWhat{st.SourceID, st.SourceName, st.TargetID, st.TargetName, words[1]}}
		if st.ErrorCode != "" {
			x.Error = &stepError{st.ErrorCode, st.ErrorDetail}
		}
		w.Plan.Steps = append(w.Plan.Steps, x)
	}
	return w
}

func (s *Service) pipelineOperations(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	var rows []deployment
	for _, d := range s.world.Deployments(p.ID, c.At) {
		rows = append(rows, wireDeployment(d, c.At, false))
	}
	answerList(c, "operations", rows)
}

func (s *Service) pipelineOperation(c *rest.Call) {
	p, ok := s.myPipeline(c)
	if !ok {
		return
	}
	for _, d := range s.world.Deployments(p.ID, c.At) {
		if sameID(d.ID, c.Param("operationId")) {
			c.JSON(200, wireDeployment(d, c.At, true))
			return
		}
	}
	c.NotFound()
}

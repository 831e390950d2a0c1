package pbi

import (
	"context"
	"net/url"
	"time"

	"steward/internal/upstream"
)

// Pipeline is a deployment pipeline (guide, section 6).
type Pipeline struct {
	ID, Name, Description string
	Stages                []Stage
	// StagesKnown says that the answer had stages.
	StagesKnown bool
	// Users have Right Admin.
	Users Users
}

// Stage is one stage of a pipeline.
type Stage struct {
	// Order counts from 0 (development).
	Order int
	// WorkspaceID is empty for a stage without a workspace; WorkspaceName also
	// when the caller may not see it.
	WorkspaceID, WorkspaceName string
}

// Pipelines returns the deployment pipelines of the tenant with their users
// and stages.
// GET admin/pipelines?$expand=users,stages, 200 an hour.
func (c *Client) Pipelines(ctx context.Context) ([]Pipeline, error) {
	rows := []Pipeline{}
	err := skipPages(ctx, c, OpPipelines, "admin/pipelines", url.Values{"$expand": {"users,stages"}}, 5000, readPipeline,
		func(p Pipeline) string { return p.ID }, func(page []Pipeline) error {
			rows = append(rows, page...)
			return nil
		})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// PipelineUsers returns who administers a pipeline.
// GET admin/pipelines/{id}/users, 200 an hour.
func (c *Client) PipelineUsers(ctx context.Context, id string) ([]User, error) {
	return wholeList(ctx, c, c.powerBI, OpPipeUsers, "admin/pipelines/"+upstream.Segment(id)+"/users", nil, readUser, "value")
}

// MyPipelines returns the pipelines that the app itself is an admin of.
// GET pipelines.
func (c *Client) MyPipelines(ctx context.Context) ([]Pipeline, error) {
	return wholeList(ctx, c, c.powerBI, OpMyPipelines, "pipelines", nil, readPipeline, "value")
}

// MyPipeline returns one pipeline with its stages.
// GET pipelines/{id}?$expand=stages.
func (c *Client) MyPipeline(ctx context.Context, id string) (Pipeline, error) {
	answer, err := c.get(ctx, c.powerBI, OpMyPipeline, "pipelines/"+upstream.Segment(id), url.Values{"$expand": {"stages"}}, "")
	if err != nil {
		return Pipeline{}, err
	}
	p := readPipeline(newCursor(answer.Body, nil))
	if p.ID == "" {
		return Pipeline{}, c.powerBI.Broken(OpMyPipeline, answer, errNoID)
	}
	return p, nil
}

// MyPipelineUsers returns who administers a pipeline that the app administers.
// GET pipelines/{id}/users.
func (c *Client) MyPipelineUsers(ctx context.Context, id string) ([]User, error) {
	return wholeList(ctx, c, c.powerBI, OpMyPipelineUsers, "pipelines/"+upstream.Segment(id)+"/users", nil, readUser, "value")
}

func readPipeline(c *cursor) Pipeline {
	var p Pipeline
	c.object(func(key, _ string) {
		switch key {
		case "id":
			p.ID = c.id()
		case "displayname":
			p.Name = c.text()
		case "description":
			p.Description = c.text()
		case "users":
			p.Users = readUsers(c)
		case "stages":
			p.StagesKnown = c.array(func() { p.Stages = append(p.Stages, readStage(c)) })
		}
	})
	return p
}

// readStage reads a stage; the admin list writes its order as a string.
func readStage(c *cursor) Stage {
	var s Stage
	c.object(func(key, _ string) {
		switch key {
		case "order":
			s.Order = c.integer()
		case "workspaceid":
			s.WorkspaceID = c.id()
		case "workspacename":
			s.WorkspaceName = c.text()
		}
	})
	return s
}

// Deployment is one operation of a pipeline.
type Deployment struct {
	ID, Type string
	// Status is NotStarted, Executing, Succeeded or Failed.
	Status string
	// Updated, Started and Ended are zero when not told.
	Updated, Started, Ended  time.Time
	SourceStage, TargetStage int
	// Note is what the deployer wrote; NoteCut says that it is not whole.
	Note    string
	NoteCut bool
	// By is the deployer: a user principal name, or an app's object id.
	By string
	// Counts of items before the deployment.
	NewItems, DifferentItems, EqualItems int
	// Steps are known only of a single deployment, not in the list. A failure
	// is told by the steps alone and can be partial.
	Steps []DeploymentStep
}

// DeploymentStep is the deployment of one item.
type DeploymentStep struct {
	Index                  int
	Type, Status           string
	Difference             string // New, Different, NoDifference
	SourceID, SourceName   string
	TargetID, TargetName   string
	ErrorCode, ErrorDetail string
}

// Deployments returns the newest operations (20 at most) of a pipeline,
// without steps.
// GET pipelines/{id}/operations.
func (c *Client) Deployments(ctx context.Context, pipelineID string) ([]Deployment, error) {
	return wholeList(ctx, c, c.powerBI, OpPipelineOperations, "pipelines/"+upstream.Segment(pipelineID)+"/operations", nil, readDeployment, "value")
}

// Deployment returns one operation with its steps.
// GET pipelines/{id}/operations/{id}.
func (c *Client) Deployment(ctx context.Context, pipelineID, id string) (Deployment, error) {
	path := "pipelines/" + upstream.Segment(pipelineID) + "/operations/" + upstream.Segment(id)
	answer, err := c.get(ctx, c.powerBI, OpPipelineOperation, path, nil, "")
	if err != nil {
		return Deployment{}, err
	}
	d := readDeployment(newCursor(answer.Body, nil))
	if d.ID == "" || d.Status == "" {
		return Deployment{}, c.powerBI.Broken(OpPipelineOperation, answer, errNoID)
	}
	return d, nil
}

package pbi

import (
	"context"

	"steward/internal/upstream"
)

// Ordinary reads of what is in a workspace; Microsoft states no limit.
var (
	OpOwnReports    = read("groups/{id}/reports")
	OpOwnModels     = read("groups/{id}/datasets")
	OpOwnDashboards = read("groups/{id}/dashboards")
	OpOwnTiles      = read("groups/{id}/dashboards/{id}/tiles")
)

// Reports returns the reports of a workspace.
// GET groups/{id}/reports.
func (x *Executor) Reports(ctx context.Context, workspaceID string) ([]Item, error) {
	return x.items(ctx, OpOwnReports, workspaceID, "reports")
}

// OwnModel is a semantic model as those who have a role in its workspace see it.
type OwnModel struct {
	// ID need not be a GUID.
	ID, Name string
	// Owner is the user principal name, or an app's object id; empty when unknown.
	Owner string
	// Refreshable is false for live and DirectQuery models, OnPremGateway says that
	// it needs a gateway, StorageMode is Abf, PremiumFiles, ...
	Refreshable, OnPremGateway bool
	StorageMode                string
}

// Models returns the semantic models of a workspace.
// GET groups/{id}/datasets.
func (x *Executor) Models(ctx context.Context, workspaceID string) ([]OwnModel, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpOwnModels, "groups/"+upstream.Segment(workspaceID)+"/datasets", nil, readOwnModel, "value")
}

func readOwnModel(c *cursor) OwnModel {
	var m OwnModel
	c.object(func(key, _ string) {
		switch key {
		case "id":
			m.ID = c.id()
		case "name":
			m.Name = c.text()
		case "configuredby":
			m.Owner = c.word()
		case "isrefreshable":
			m.Refreshable = c.boolean()
		case "isonpremgatewayrequired":
			m.OnPremGateway = c.boolean()
		case "targetstoragemode":
			m.StorageMode = c.word()
		}
	})
	return m
}

// Dashboards returns the dashboards of a workspace.
// GET groups/{id}/dashboards.
func (x *Executor) Dashboards(ctx context.Context, workspaceID string) ([]Item, error) {
	return x.items(ctx, OpOwnDashboards, workspaceID, "dashboards")
}

func (x *Executor) items(ctx context.Context, op Operation, workspaceID, kind string) ([]Item, error) {
	row := func(c *cursor) Item { return readItem(c, kind) }
	return wholeList(ctx, x.c, x.c.powerBI, op, "groups/"+upstream.Segment(workspaceID)+"/"+kind, nil, row, "value")
}

// ReadMadeReport reads the report in the answer to CloneReport; its id is empty
// when there is none.
func ReadMadeReport(answer []byte) Item { return readItem(newCursor(answer, nil), "reports") }

// ReadStartedDeployment reads the operation in the answer to Deploy; its id is
// empty when there is none. The official example wraps it in a list.
func ReadStartedDeployment(answer []byte) Deployment {
	d := readDeployment(newCursor(answer, nil))
	if d.ID == "" {
		readPage(answer, []string{"value"}, func(c *cursor) { d = readDeployment(c) })
	}
	return d
}

// Deployments returns the newest operations (20 at most) of a pipeline, without
// steps; Deployment one with them.
func (x *Executor) Deployments(ctx context.Context, pipelineID string) ([]Deployment, error) {
	return x.c.Deployments(ctx, pipelineID)
}

// Deployment returns one operation with its steps.
func (x *Executor) Deployment(ctx context.Context, pipelineID, id string) (Deployment, error) {
	return x.c.Deployment(ctx, pipelineID, id)
}

// StageItems returns what is in a stage, with its pairs.
func (x *Executor) StageItems(ctx context.Context, pipelineID string, order int) ([]StageItem, error) {
	return x.c.StageItems(ctx, pipelineID, order)
}

// Tiles returns the tiles of a dashboard.
// GET groups/{id}/dashboards/{id}/tiles.
func (x *Executor) Tiles(ctx context.Context, workspaceID, dashboardID string) ([]Tile, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpOwnTiles, groupPath(workspaceID, "dashboards", dashboardID)+"/tiles", nil, readTile, "value")
}

package pbi

import (
	"context"
	"time"

	"steward/internal/upstream"
)

// Ordinary reads of what is in a workspace; Microsoft states no limit.
var (
	OpOwnReports    = read("groups/{id}/reports")
	OpOwnModels     = read("groups/{id}/datasets")
	OpOwnDashboards = read("groups/{id}/dashboards")
	OpOwnTiles      = read("groups/{id}/dashboards/{id}/tiles")
	OpStageItems    = read("pipelines/{id}/stages/{n}/artifacts")
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

// StageItem is an item of a pipeline's stage.
type StageItem struct {
	// Kind is datasets, reports, dashboards, dataflows or datamarts.
	Kind, ID, Name string
	// SourceID and TargetID are its pairs in the stages before and after; empty
	// for an item that has none.
	SourceID, TargetID string
	// Deployed is the last deployment into this stage; zero when there was none.
	Deployed time.Time
}

// StageItems returns what is in a stage, with its pairs.
// GET pipelines/{id}/stages/{n}/artifacts.
func (x *Executor) StageItems(ctx context.Context, pipelineID string, order int) ([]StageItem, error) {
	path := "pipelines/" + upstream.Segment(pipelineID) + "/stages/" + stage(order) + "/artifacts"
	answer, err := x.c.get(ctx, x.c.powerBI, OpStageItems, path, nil, "")
	if err != nil {
		return nil, err
	}
	out, lists := []StageItem{}, 0
	c := newCursor(answer.Body, nil)
	c.object(func(key, _ string) {
		switch key {
		case "datasets", "reports", "dashboards", "dataflows", "datamarts":
			lists++
			c.array(func() { out = append(out, readStageItem(c, key)) })
		}
	})
	if lists == 0 {
		return nil, x.c.powerBI.Broken(OpStageItems, answer, errNoList)
	}
	return out, nil
}

// readStageItem reads an item; the official example calls the name by two keys.
func readStageItem(c *cursor, kind string) StageItem {
	it := StageItem{Kind: kind}
	c.object(func(key, _ string) {
		switch key {
		case "artifactid":
			it.ID = c.id()
		case "artifactdisplayname", "artifactname":
			it.Name = c.text()
		case "sourceartifactid":
			it.SourceID = c.id()
		case "targetartifactid":
			it.TargetID = c.id()
		case "lastdeploymenttime":
			it.Deployed = c.time()
		}
	})
	return it
}

// Tiles returns the tiles of a dashboard.
// GET groups/{id}/dashboards/{id}/tiles.
func (x *Executor) Tiles(ctx context.Context, workspaceID, dashboardID string) ([]Tile, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpOwnTiles, groupPath(workspaceID, "dashboards", dashboardID)+"/tiles", nil, readTile, "value")
}

package pbi

import (
	"context"
	"time"

	"steward/internal/upstream"
)

// OpStageItems is an ordinary read; Microsoft states no limit.
var OpStageItems = read("pipelines/{id}/stages/{n}/artifacts")

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
func (c *Client) StageItems(ctx context.Context, pipelineID string, order int) ([]StageItem, error) {
	path := "pipelines/" + upstream.Segment(pipelineID) + "/stages/" + stage(order) + "/artifacts"
	answer, err := c.get(ctx, c.powerBI, OpStageItems, path, nil, "")
	if err != nil {
		return nil, err
	}
	out, lists := []StageItem{}, 0
	cur := newCursor(answer.Body, nil)
	cur.object(func(key, _ string) {
		switch key {
		case "datasets", "reports", "dashboards", "dataflows", "datamarts":
			lists++
			cur.array(func() { out = append(out, readStageItem(cur, key)) })
		}
	})
	if lists == 0 {
		return nil, c.powerBI.Broken(OpStageItems, answer, errNoList)
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

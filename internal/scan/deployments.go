package scan

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// pipelinesPerScan bounds the pipelines that one scan asks for their stages and
// operations: each costs a call for every stage, and some for its operations.
const pipelinesPerScan = 300

// newestSteps is for how many of a pipeline's newest operations the steps are
// read; those of failed ones are read always.
const newestSteps = 3

func noPipelines(r *run) string {
	if r.cfg.Pipelines == nil {
		return "Only users of a pipeline are told what stands in its stages, and no application that acts is configured."
	}
	return ""
}

// readDeployments asks the pipelines what stands in their stages, how it is
// paired and what was deployed: as the application that acts, because only the
// users of a pipeline are told. Those asked longest ago come first.
func readDeployments(ctx context.Context, r *run) (extent, error) {
	mine, err := r.cfg.Pipelines.MyPipelines(ctx)
	if err != nil {
		return extent{}, err
	}
	open := make(map[string]bool, len(mine))
	for _, p := range mine {
		open[p.ID] = true
	}
	due, err := r.pipelinesDue(ctx)
	if err != nil {
		return extent{}, stored(err)
	}
	var kept []db.PipelineReading
	for _, id := range due {
		reading := db.PipelineReading{Pipeline: id, At: r.record.Started}
		if !open[id] {
			reading.Reason = "The portal's application is no user of this pipeline. Make it one, and the next scan reads what its stages hold."
		} else if err = r.askPipeline(ctx, &reading); err != nil {
			break
		}
		if err := r.in.PipelineReading(ctx, reading); err != nil {
			return extent{}, stored(err)
		}
		kept = append(kept, reading)
	}
	if keepErr := r.keepPart("deployments", kept); keepErr != nil {
		return extent{}, stored(keepErr)
	}
	all, asked, countErr := r.cfg.DB.Reader().PipelinesAsked(ctx, r.tenant)
	if countErr != nil {
		return extent{}, stored(countErr)
	}
	e := extent{meant: all, seen: asked}
	if err == nil && asked < all {
		e.behind = fmt.Sprintf("What stands in the stages of a pipeline is asked pipeline by pipeline. %d of %d were asked so far; each scan asks some more, the oldest answers first.", asked, all)
	}
	return e, err
}

// pipelinesDue are the pipelines to ask in this scan: those of the workspaces
// that it is about, or those asked longest ago.
func (r *run) pipelinesDue(ctx context.Context) ([]string, error) {
	read := r.cfg.DB.Reader()
	if r.record.Kind != db.ScanTargeted {
		return read.PipelinesToRead(ctx, r.tenant, r.record.Started, pipelinesPerScan)
	}
	batches, err := read.Batches(ctx, r.record.ID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, b := range batches {
		ids = append(ids, b.IDs...)
	}
	return read.PipelinesOf(ctx, r.tenant, ids)
}

// askPipeline reads the stages and operations of one pipeline. One that was
// closed to the application meanwhile says so; only the service's trouble is an
// error.
func (r *run) askPipeline(ctx context.Context, reading *db.PipelineReading) error {
	api := r.cfg.Pipelines
	p, err := api.MyPipeline(ctx, reading.Pipeline)
	for _, s := range p.Stages {
		if err != nil || s.WorkspaceID == "" {
			continue
		}
		var items []pbi.StageItem
		items, err = api.StageItems(ctx, reading.Pipeline, s.Order)
		for _, it := range items {
			reading.Items = append(reading.Items, tenant.StageItem{Order: s.Order, ID: it.ID, Kind: promotion.KindOf(it.Kind), Name: it.Name,
				SourceID: it.SourceID, TargetID: it.TargetID, Deployed: it.Deployed})
		}
	}
	if err == nil {
		reading.Deployments, err = r.askOperations(ctx, reading.Pipeline)
	}
	switch {
	case err == nil:
		return nil
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Denied), fault.Is(err, fault.Invalid):
		reading.Items, reading.Deployments = nil, nil
		reading.Reason = "Power BI did not answer for this pipeline: " + fault.Sentence(err)
		return nil
	}
	return err
}

func (r *run) askOperations(ctx context.Context, pipeline string) ([]tenant.Deployment, error) {
	settled, err := r.cfg.DB.Reader().SettledDeployments(ctx, r.tenant, pipeline)
	if err != nil {
		return nil, stored(err)
	}
	list, err := r.cfg.Pipelines.Deployments(ctx, pipeline)
	if err != nil {
		return nil, err
	}
	var out []tenant.Deployment
	for i := range list {
		d := &list[i]
		if settled[d.ID] {
			continue
		}
		withSteps := i < newestSteps || d.Status == "Failed"
		if withSteps {
			full, err := r.cfg.Pipelines.Deployment(ctx, pipeline, d.ID)
			switch {
			case pbi.Missing(err):
				withSteps = false // it fell off the list while we read
			case err != nil:
				return nil, err
			default:
				d = &full
			}
		}
		out = append(out, convertDeployment(d, withSteps))
	}
	return out, nil
}

func convertDeployment(d *pbi.Deployment, withSteps bool) tenant.Deployment {
	out := tenant.Deployment{Operation: d.ID, Status: d.Status, Started: d.Started, Ended: d.Ended, Updated: d.Updated, SourceOrder: d.SourceStage, TargetOrder: d.TargetStage,
		Note: d.Note, NoteCut: d.NoteCut, By: d.By, New: d.NewItems, Changed: d.DifferentItems, Equal: d.EqualItems, StepsKnown: withSteps}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, tenant.DeploymentStep{Index: s.Index, Kind: strings.ToLower(strings.TrimSuffix(s.Type, "Deployment")), Status: s.Status,
			Difference: s.Difference, SourceID: s.SourceID, SourceName: s.SourceName, TargetID: s.TargetID, TargetName: s.TargetName,
			ErrorCode: s.ErrorCode, ErrorText: s.ErrorDetail})
	}
	return out
}

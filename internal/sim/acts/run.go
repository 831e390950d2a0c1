package acts

import (
	"slices"
	"time"

	"steward/internal/sim/world"
)

// run is a deployment under way. Step i is done at start + (i+1)·each.
type run struct {
	Actor    Actor
	Src, Dst string
	Each     time.Duration
	Order    Deploy
	Dep      world.Deployment
	Done     int
	Over     bool
}

func (b *Book) running(pipeline string, t time.Time) bool {
	b.settle(t)
	for _, r := range b.runs {
		if r.Dep.PipelineID == pipeline && !r.Over {
			return true
		}
	}
	return false
}

// Settle does what has become due by t: the next steps of deployments and
// imports. The gate calls it before every operation. It reports whether anything
// was due.
func (b *Book) Settle(t time.Time) bool {
	b.forget()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settle(t)
}

func (b *Book) settle(t time.Time) bool {
	left := b.runs[:0]
	changed := false
	for _, r := range b.runs {
		changed = b.proceed(r, t) || changed
		if !r.Over {
			left = append(left, r)
		}
	}
	b.runs = left
	changed = b.settleImports(t) || changed
	return b.settleLongs(t) || changed
}

// proceed carries out the steps that are due. The first that fails ends the
// deployment; what was deployed before it stays. It reports whether anything
// changed.
func (b *Book) proceed(r *run, t time.Time) bool {
	before := r.Done
	for !r.Over {
		due := r.Dep.Start.Add(time.Duration(r.Done+1) * r.Each)
		if t.Before(due) {
			break
		}
		step := &r.Dep.Steps[r.Done]
		code, why := b.carry(r, step, due)
		r.Done++
		step.Status = "Succeeded"
		if code != "" {
			step.Status, step.ErrorCode, step.ErrorDetail = "Failed", code, why
			r.Dep.Status, r.Dep.End, r.Over = "Failed", due, true
		} else if r.Done == len(r.Dep.Steps) {
			r.Dep.Status, r.Dep.End, r.Over = "Succeeded", due, true
		}
	}
	if !r.Over && t.After(r.Dep.Start) && r.Dep.Status == "NotStarted" {
		r.Dep.Status = "Executing"
	} else if r.Done == before {
		return false
	}
	if !r.Over {
		r.Dep.Steps[r.Done].Status = "Executing"
	}
	now := r.Dep
	now.Steps = append([]world.DeployStep(nil), r.Dep.Steps...)
	b.world.EditDeployment(r.Dep.PipelineID, r.Dep.ID, func(d *world.Deployment) { *d = now })
	return true
}

// carry deploys one item; a code says why it could not.
func (b *Book) carry(r *run, step *world.DeployStep, t time.Time) (code, why string) {
	src, ok1 := b.world.Workspace(r.Src, t)
	dst, ok2 := b.world.Workspace(r.Dst, t)
	if !ok1 || !ok2 || dst.State != world.StateActive {
		return "Alm_InvalidRequest_WorkspaceNotFound", "A workspace of the deployment is gone."
	}
	from := src.Item(step.SourceID)
	if from == nil {
		return "Alm_InvalidRequest_ArtifactNotFound", "The item is no longer in the source stage."
	}
	opt := r.Order.Options
	if own, ok := r.Order.Items[from.ID]; ok && own != (Options{}) {
		opt = own
	}
	to := paired(dst, from)
	if code, why := b.hindered(r, from, to, src, dst, opt); code != "" {
		return code, why
	}
	return b.put(r, step, src, from, t)
}

// hindered checks a step against the options and the state of the target.
func (b *Book) hindered(r *run, from, to *world.Item, src, dst *world.Workspace, opt Options) (code, why string) {
	switch {
	case b.cfg.FailItem != "" && sameID(b.cfg.FailItem, from.ID):
		return "Alm_InvalidRequest_DeploymentFailed", "The item could not be deployed."
	case to == nil && !opt.Create:
		return "Alm_InvalidRequest_CreateArtifactNotAllowed", "The item is new in the target stage; allowCreateArtifact was not set."
	case to != nil && !opt.Overwrite:
		return "Alm_InvalidRequest_OverwriteArtifactNotAllowed", "The item exists in the target stage; allowOverwriteArtifact was not set."
	case to != nil && !opt.Purge && losesData(from, to):
		return "Alm_InvalidRequest_PurgeRequired", "The schema of the target would lose data; allowPurgeData was not set."
	case to != nil && to.LabelID != "" && to.LabelID != from.LabelID && from.LabelID != "" && !opt.Label:
		return "Alm_InvalidRequest_OverwriteLabelNotAllowed", "The target has another sensitivity label."
	case to != nil && from.Report != nil && from.Report.Type == "PaginatedReport" && !opt.TakeOver &&
		(to.Configured == nil || to.Configured.ID != r.Actor.ObjectID) && (to.CreatedBy == nil || to.CreatedBy.ID != r.Actor.ObjectID):
		return "Alm_InvalidRequest_NotPaginatedReportOwner", "The caller does not own the paginated report in the target."
	case from.Report != nil && !hasModel(src, dst, from):
		return "Alm_InvalidRequest_MissingPrerequisite", "The model of the report is not in the target stage."
	case from.Dashboard != nil && !opt.SkipTiles && slices.ContainsFunc(from.Dashboard.Tiles, func(tile world.Tile) bool {
		it := src.Item(tile.ReportID)
		return it != nil && paired(dst, it) == nil
	}):
		return "Alm_InvalidRequest_MissingPrerequisite", "A tile's report is not in the target stage."
	}
	return "", ""
}

// hasModel reports whether the target holds a copy of the report's model. A model
// in another workspace, or one that is gone, needs none.
func hasModel(src, dst *world.Workspace, report *world.Item) bool {
	model := src.Item(report.Report.ModelID)
	return model == nil || paired(dst, model) != nil
}

// losesData reports whether the target's model has a table or column that the
// source no longer has.
func losesData(from, to *world.Item) bool {
	if from.Model == nil || to.Model == nil || from.Model.Schema == nil || to.Model.Schema == nil {
		return false
	}
	have := map[string]bool{}
	for _, t := range from.Model.Schema.Tables {
		have[t.Name] = true
		for _, c := range t.Columns {
			have[t.Name+"|"+c.Name] = true
		}
	}
	for _, t := range to.Model.Schema.Tables {
		if !have[t.Name] {
			return true
		}
		for _, c := range t.Columns {
			if c.ColumnType != "Calculated" && !have[t.Name+"|"+c.Name] {
				return true
			}
		}
	}
	return false
}

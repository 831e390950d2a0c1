package world

import (
	"slices"
	"strings"
	"time"
)

// Deployments lists the operations of a pipeline that had begun by t, newest
// first, at most 20.
func (w *World) Deployments(pipelineID string, t time.Time) []Deployment {
	id := strings.ToLower(pipelineID)
	w.o.mu.RLock()
	made := slices.Clone(w.o.deploys[id])
	w.o.mu.RUnlock()
	var out []Deployment
	for _, d := range made {
		if !d.Start.After(t) {
			out = append(out, d)
		}
	}
	if p, _, ok := w.parseKind(id, idPipeline); ok {
		if _, ok := w.pipelineAt(int(p), at(t)); ok {
			out = append(out, w.seedDeployments(int(p), at(t))...)
		}
	}
	if p, ok := w.Pipeline(id, t); ok && !p.HistorySince.IsZero() {
		out = slices.DeleteFunc(out, func(d Deployment) bool { return d.Start.Before(p.HistorySince) })
	}
	slices.SortStableFunc(out, func(a, b Deployment) int { return b.Start.Compare(a.Start) })
	return out[:min(len(out), 20)]
}

func (w *World) seedDeployments(project int, t moment) []Deployment {
	var out []Deployment
	for stage := 1; stage < 3; stage++ {
		s := w.specOf(projectSlot(project, stage))
		src, ok := w.previousStage(s)
		if !ok || s.class != classProject {
			continue
		}
		c := w.deployCycle(project, stage)
		gen, start := c.last(t)
		for n := 0; n < 20 && start > w.pipelineCreated(project); n++ {
			out = append(out, w.deployment(project, src, s, c, gen, t))
			gen--
			start = c.start(gen)
		}
	}
	return out
}

// deployedBy is who started a deployment: mostly the executor of the release
// process, else somebody of the team.
func (w *World) deployedBy(s spec, c cycle, gen int64) ref {
	k := c.k.sub(uint64(gen) + 12_000)
	if k.chance(0.25) {
		return ref{kind: refApp, a: appDeploy}
	}
	if r, ok := w.colleague(s.dept, s.team, k.sub(1), c.start(gen)); ok {
		return r
	}
	return w.bossOf(s.dept, c.start(gen))
}

func (w *World) deployment(project int, src, dst spec, c cycle, gen int64, t moment) Deployment {
	start := c.start(gen)
	end := start + deployTook(c, gen)
	k := c.k.sub(uint64(gen) + 13_000)
	d := Deployment{ID: w.id(idDeployment, uint32(project), uint64(dst.stage)<<20|uint64(gen)), PipelineID: w.pipelineID(project),
		Status: "Succeeded", SourceStage: src.stage, TargetStage: dst.stage, Start: when(start), End: when(end),
		Note: deploymentNote(k), By: w.principal(w.deployedBy(dst, c, gen))}
	ok := deploySucceeds(c, gen)
	w.deploySteps(&d, src, dst, c, gen, ok)
	switch {
	case t < end:
		d.Status, d.End = "Executing", time.Time{}
		for i := range d.Steps {
			d.Steps[i].Status, d.Steps[i].ErrorCode, d.Steps[i].ErrorDetail = "Executing", "", ""
		}
	case !ok:
		d.Status = "Failed"
	}
	return d
}

// deploySteps lists what a deployment did, item by item.
func (w *World) deploySteps(d *Deployment, src, dst spec, c cycle, gen int64, ok bool) {
	start := c.start(gen)
	before, _ := w.stateAt(src.slot, start, true)
	after, _ := w.stateAt(dst.slot, start, true)
	if before == nil || after == nil {
		return
	}
	for i := range before.items {
		it := &before.items[i]
		if it.plan.appCopy() || !deployable(it.plan.kind) {
			continue
		}
		step := DeployStep{Index: len(d.Steps), Kind: it.plan.kind, Status: "Succeeded", DiffState: "NoDifference",
			SourceID: w.itemID(src.slot, before.life.gen, it.plan, it.gen), SourceName: w.itemName(before, it)}
		for j := range after.items {
			if to := &after.items[j]; to.plan.k == it.plan.k && to.gen == it.gen && to.created != start {
				step.TargetID, step.TargetName = w.itemID(dst.slot, after.life.gen, to.plan, to.gen), w.itemName(after, to)
			}
		}
		switch {
		case step.TargetID == "":
			step.DiffState, d.New = "New", d.New+1
		case deployChanges(w.itemKey(dst, after.life, it.plan), gen):
			step.DiffState, d.Different = "Different", d.Different+1
		default:
			d.Same++
		}
		if !ok && len(d.Steps) == 0 {
			step.Status, step.ErrorCode = "Failed", "Alm_InvalidRequest_PurgeRequired"
			step.ErrorDetail = "The schema of the target would lose data; allowPurgeData was not set."
		} else if !ok {
			step.Status = "NotStarted"
		}
		d.Steps = append(d.Steps, step)
	}
}

func deployable(k ItemKind) bool {
	switch k {
	case KindReport, KindDashboard, KindModel, KindDataflow, KindDatamart:
		return true
	}
	return false
}

// AddDeployment records an operation that a caller started.
func (w *World) AddDeployment(d Deployment) {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.deploys[d.PipelineID] = append(w.o.deploys[d.PipelineID], d)
}

// EditDeployment changes an operation that a caller started, as it proceeds.
func (w *World) EditDeployment(pipelineID, id string, fn func(*Deployment)) bool {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	for i := range w.o.deploys[pipelineID] {
		if d := &w.o.deploys[pipelineID][i]; d.ID == id {
			fn(d)
			return true
		}
	}
	return false
}

package world

import (
	"iter"
	"strconv"
	"time"
)

// pipelineOf is the pipeline that a project's workspace is assigned to. Only
// workspaces on a capacity can be, and some stages were left unassigned.
func (w *World) pipelineOf(s spec, capacity int) (id string, stage int) {
	if !w.hasPipeline(s.project) || capacity < 0 || w.leftOut(s) {
		return "", 0
	}
	return w.pipelineID(s.project), s.stage
}

// leftOut: some production workspaces were never assigned to their pipeline.
func (w *World) leftOut(s spec) bool {
	return s.project == 3 && s.stage == 2 || s.project > 3 && s.k.sub(tagPipeline).chance(0.06)
}

func (w *World) pipelineID(project int) string { return w.id(idPipeline, uint32(project), 0) }

var stageTitles = []string{"Development", "Test", "Production"}

// projects is the number of projects that may exist at t.
func (w *World) projects(t moment) int { return w.baseSlots(t)/blockSize*blockProjects + blockProjects }

// pipelineCreated is when the pipeline of a project was made: with its last
// workspace.
func (w *World) pipelineCreated(project int) moment {
	last := moment(0)
	for st := range 3 {
		if s := w.specOf(projectSlot(project, st)); s.class == classProject {
			last = max(last, w.createdAt(s))
		}
	}
	return last + hour
}

func (w *World) pipelineAt(project int, t moment) (Pipeline, bool) {
	if !w.hasPipeline(project) || projectSlot(project, 0) >= w.baseSlots(t) || w.pipelineCreated(project) > t {
		return Pipeline{}, false
	}
	k := w.projectKey(project).sub(tagPipeline)
	p := Pipeline{ID: w.pipelineID(project), DisplayName: w.projectName(project) + " pipeline", Created: when(w.pipelineCreated(project))}
	if k.sub(1).chance(0.5) {
		p.Description = "Deploys " + w.projectName(project) + " from development to production."
	}
	for st := range 3 {
		p.Stages = append(p.Stages, w.stageAt(project, st, t))
	}
	p.Grants = w.pipelineGrants(project, k, t)
	return p, true
}

func (w *World) stageAt(project, st int, t moment) Stage {
	out := Stage{ID: w.id(idStage, uint32(project), uint64(st)), Order: st, Name: stageTitles[st], Public: st == 2}
	slot := projectSlot(project, st)
	s := w.specOf(slot)
	if s.class != classProject || slot >= w.baseSlots(t) {
		return out
	}
	l, ok := w.lifeAt(s, t)
	if !ok || l.state != StateActive {
		return out
	}
	seen := latest{t: t}
	if id, _ := w.pipelineOf(s, w.attrsAt(s, l, &seen).capacity); id != "" {
		out.WorkspaceID, out.WorkspaceName = w.workspaceID(slot, l.gen), w.projectName(project)+"-"+stageNames[st]
	}
	return out
}

// pipelineGrants: one pipeline in twenty has lost its last admin.
func (w *World) pipelineGrants(project int, k key, t moment) []Grant {
	grants := []Grant{}
	if project == 7 || project > 7 && k.sub(2).chance(0.05) {
		return grants
	}
	add := func(r ref) {
		grants = append(grants, Grant{Principal: w.principal(r), Right: RightAdmin, Since: when(w.pipelineCreated(project))})
	}
	s := w.specOf(projectSlot(project, 0))
	if r, ok := w.colleague(s.dept, s.team, k.sub(3), w.pipelineCreated(project)); ok {
		add(r)
	}
	if k.sub(4).chance(0.5) {
		add(ref{kind: refGroup, a: uint32(w.deptGroup(s.dept, roleAdmins))})
	}
	if project%4 != 3 {
		add(ref{kind: refApp, a: appExecutor})
	}
	return grants
}

// basePipelines walks the pipelines of the seed.
func (w *World) basePipelines(t moment) iter.Seq[Pipeline] {
	return func(yield func(Pipeline) bool) {
		for p := range w.projects(t) {
			if pl, ok := w.pipelineAt(p, t); ok && !yield(pl) {
				return
			}
		}
	}
}

// StageItems lists the items of a stage with their pairing; false = no such
// pipeline or stage.
func (w *World) StageItems(pipelineID string, stage int, t time.Time) ([]Pairing, bool) {
	p, ok := w.Pipeline(pipelineID, t)
	if !ok || stage < 0 || stage >= len(p.Stages) {
		return nil, false
	}
	load := func(n int) []Item {
		if n < 0 || n >= len(p.Stages) || p.Stages[n].WorkspaceID == "" {
			return nil
		}
		if ws, ok := w.Workspace(p.Stages[n].WorkspaceID, t); ok {
			return ws.Items
		}
		return nil
	}
	behind, ahead := pairIndex(load(stage-1)), pairIndex(load(stage+1))
	out := []Pairing{}
	for _, it := range load(stage) {
		if it.PairID == "" {
			out = append(out, Pairing{Item: &it})
			continue
		}
		pair := Pairing{Item: &it, SourceID: behind[it.PairID], TargetID: ahead[it.PairID]}
		if pair.SourceID != "" {
			pair.LastDeployed = it.Modified
		}
		out = append(out, pair)
	}
	return out, true
}

func pairIndex(items []Item) map[string]string {
	m := map[string]string{}
	for _, it := range items {
		if it.PairID != "" {
			m[it.PairID] = it.ID
		}
	}
	return m
}

// deploymentNote is what people write on a deployment.
func deploymentNote(k key) string {
	return pick(k, []string{"", "", "Release " + strconv.Itoa(2020+k.sub(1).n(7)) + ".", "Hotfix for month-end", "neue Kennzahlen", "CHG00" + strconv.Itoa(10000+k.sub(2).n(80000))})
}

package acts

import (
	"slices"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// mostItems is how many items one deployment can carry.
const mostItems = 300

// deployable are the kinds that Power BI's pipelines carry.
var deployable = map[world.ItemKind]bool{world.KindModel: true, world.KindReport: true, world.KindDashboard: true,
	world.KindDataflow: true, world.KindDatamart: true}

// stepOrder is the order in which a deployment goes about the kinds.
var stepOrder = []world.ItemKind{world.KindDataflow, world.KindDatamart, world.KindModel, world.KindReport, world.KindDashboard}

// Options are the permissions a deployment is given; each is needed for what it
// names, or the step fails.
type Options struct {
	Create    bool `json:"allowCreateArtifact"`
	Overwrite bool `json:"allowOverwriteArtifact"`
	SkipTiles bool `json:"allowSkipTilesWithMissingPrerequisites"`
	Purge     bool `json:"allowPurgeData"`
	TakeOver  bool `json:"allowTakeOver"`
	Label     bool `json:"allowOverwriteTargetArtifactLabel"`
}

// Deploy is a deployment asked for.
type Deploy struct {
	Pipeline       string
	Source, Target int
	// Items are the source items with their options; nil deploys all.
	Items map[string]Options
	// Options hold for all items, or for those of a selection without their own.
	Options   Options
	Note      string
	UpdateApp bool
	// NewWorkspace is made for a target stage that has none.
	NewWorkspace *NewWorkspace
}

// Start checks a deployment and begins it. The steps follow as time goes on.
func (b *Book) Start(a Actor, d Deploy, t time.Time) (world.Deployment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.pipeline(a, d.Pipeline, t)
	if err != nil {
		return world.Deployment{}, err
	}
	src, dst, err := b.ends(a, p, &d, t)
	if err != nil {
		return world.Deployment{}, err
	}
	items, err := b.chosen(src, d)
	if err != nil {
		return world.Deployment{}, err
	}
	if d.UpdateApp && !b.hasApp(dst.ID, t) {
		return world.Deployment{}, refuse(400, "Alm_InvalidRequest_AppNotFound", "The target workspace has no app to update.")
	}
	r := &run{Actor: a, Src: src.ID, Dst: dst.ID, Each: b.cfg.Times.Step, Order: d, Dep: world.Deployment{ID: b.world.NewID(),
		PipelineID: p.ID, Status: "NotStarted", SourceStage: d.Source, TargetStage: d.Target, Start: t, Note: d.Note, By: b.principal(a, t)}}
	b.plan(r, src, dst, items)
	b.world.AddDeployment(r.Dep)
	b.runs = append(b.runs, r)
	b.started[r.Dep.ID] = p.ID
	b.note(a, "DeployAlmPipeline", t, func(e *world.Event) { e.PipelineID, e.PipelineName = p.ID, p.DisplayName })
	return r.Dep, nil
}

// ends finds the two workspaces of a deployment and checks what the rules demand
// of them.
func (b *Book) ends(a Actor, p world.Pipeline, d *Deploy, t time.Time) (src, dst *world.Workspace, err error) {
	if d.Source < 0 || d.Source >= len(p.Stages) || d.Target < 0 || d.Target >= len(p.Stages) || (d.Source-d.Target)*(d.Source-d.Target) != 1 {
		return nil, nil, invalid("A deployment goes from a stage to its neighbour.")
	}
	if b.running(p.ID, t) {
		return nil, nil, refuse(400, "Alm_InvalidRequest_DeploymentInProgress", "Another deployment of this pipeline is under way.")
	}
	if src, err = b.stageEnd(a, p.Stages[d.Source], t); err != nil {
		return nil, nil, err
	}
	if p.Stages[d.Target].WorkspaceID == "" {
		if d.NewWorkspace == nil {
			return nil, nil, refuse(400, "Alm_InvalidRequest_WorkspaceNotAssigned", "The target stage has no workspace.")
		}
		return b.endMade(a, p, src, d, t)
	}
	if dst, err = b.stageEnd(a, p.Stages[d.Target], t); err != nil {
		return nil, nil, err
	}
	if d.Target < d.Source && (d.Items != nil || len(dst.Items) > 0) {
		return nil, nil, refuse(400, "Alm_InvalidRequest_BackwardDeploymentNotSupported",
			"A backward deployment takes everything, and into an empty stage only.")
	}
	return src, dst, nil
}

// endMade makes the workspace of an empty target stage.
func (b *Book) endMade(a Actor, p world.Pipeline, src *world.Workspace, d *Deploy, t time.Time) (*world.Workspace, *world.Workspace, error) {
	if !a.MayCreate {
		return nil, nil, &Refusal{Status: 401, Code: CodeSwitchOff, HeaderOnly: true}
	}
	n := *d.NewWorkspace
	if n.CapacityID == "" {
		n.CapacityID = src.CapacityID
	}
	ws, err := b.create(a, n, t)
	if err != nil {
		return nil, nil, err
	}
	_, err = b.changePipeline(a, p.ID, "AssignWorkspaceToAlmPipeline", t, func(x *world.Pipeline) error {
		x.Stages[d.Target].WorkspaceID, x.Stages[d.Target].WorkspaceName = ws.ID, ws.Name
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error { w.PipelineID, w.PipelineStage = p.ID, d.Target; return nil }); err != nil {
		return nil, nil, notFound()
	}
	return src, ws, nil
}

func (b *Book) stageEnd(a Actor, st world.Stage, t time.Time) (*world.Workspace, error) {
	if st.WorkspaceID == "" {
		return nil, refuse(400, "Alm_InvalidRequest_WorkspaceNotAssigned", "The stage has no workspace.")
	}
	ws, err := b.enter(a, st.WorkspaceID, world.RightContributor, t)
	switch {
	case err != nil:
		return nil, err
	case b.migrating(ws, t):
		return nil, refuse(400, CodeMigrating, "")
	case ws.CapacityID == "" || b.stopped(ws.CapacityID, t):
		return nil, refuse(400, "Alm_InvalidRequest_WorkspaceHasNoCapacity", "")
	case t.Sub(b.assigned[ws.ID]) < b.cfg.Times.FirstDeploy:
		return nil, refuse(400, "Alm_InvalidRequest_WorkloadUnavailable", "")
	}
	return ws, nil
}

// chosen are the source items of a deployment in the order of its steps. Service
// principals cannot deploy dataflows.
func (b *Book) chosen(src *world.Workspace, d Deploy) ([]*world.Item, error) {
	var items []*world.Item
	found := 0
	for _, kind := range stepOrder {
		for i := range src.Items {
			it := &src.Items[i]
			if it.Kind != kind || strings.HasPrefix(it.Name, "[App] ") {
				continue
			}
			if _, ok := d.Items[it.ID]; !ok && d.Items != nil {
				continue
			}
			found++
			items = append(items, it)
		}
	}
	switch {
	case d.Items != nil && found < len(d.Items):
		return nil, refuse(400, "Alm_InvalidRequest_ArtifactNotFound", "An item is not in the source stage.")
	case len(items) == 0:
		return nil, refuse(400, "Alm_InvalidRequest_NoArtifactsToDeploy", "")
	case len(items) > mostItems:
		return nil, refuse(400, "Alm_InvalidRequest_TooManyArtifacts", "A deployment can carry 300 items.")
	case slices.ContainsFunc(items, func(it *world.Item) bool { return it.Kind == world.KindDataflow }):
		return nil, refuse(400, "ALM_InvalidRequest_ServicePrincipalNotSupported", "")
	}
	return items, nil
}

func (b *Book) hasApp(workspace string, t time.Time) bool {
	for app := range b.world.Apps(t) {
		if app.WorkspaceID == workspace {
			return true
		}
	}
	return false
}

// plan writes down the steps and what is known of each beforehand.
func (b *Book) plan(r *run, src, dst *world.Workspace, items []*world.Item) {
	for i, it := range items {
		step := world.DeployStep{Index: i, Kind: it.Kind, Status: "NotStarted", DiffState: "New", SourceID: it.ID, SourceName: it.Name}
		if pair := paired(dst, it); pair != nil {
			step.TargetID, step.TargetName, step.DiffState = pair.ID, pair.Name, "Different"
			if pair.Name == it.Name && !it.Modified.After(pair.Modified) {
				step.DiffState = "NoDifference"
			}
		}
		switch step.DiffState {
		case "New":
			r.Dep.New++
		case "Different":
			r.Dep.Different++
		default:
			r.Dep.Same++
		}
		r.Dep.Steps = append(r.Dep.Steps, step)
	}
}

// paired is the target item that a source item was deployed to before.
func paired(dst *world.Workspace, it *world.Item) *world.Item {
	if it.PairID == "" {
		return nil
	}
	for i := range dst.Items {
		if dst.Items[i].PairID == it.PairID && dst.Items[i].Kind == it.Kind {
			return &dst.Items[i]
		}
	}
	return nil
}

// Operation finds a deployment that a caller started, by its id alone, with its
// pipeline.
func (b *Book) Operation(a Actor, id string, t time.Time) (world.Pipeline, world.Deployment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.pipeline(a, b.started[strings.ToLower(id)], t)
	if err != nil {
		return p, world.Deployment{}, err
	}
	for _, d := range b.world.Deployments(p.ID, t) {
		if sameID(d.ID, id) {
			return p, d, nil
		}
	}
	return p, world.Deployment{}, notFound()
}

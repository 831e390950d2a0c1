package acts

import (
	"slices"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// NewStage is a stage of a pipeline that is being made.
type NewStage struct {
	Name, Description string
	Public            bool
}

// CreatePipeline makes a deployment pipeline whose administrator is the actor;
// without stages it has the usual three.
func (b *Book) CreatePipeline(a Actor, name, description string, stages []NewStage, t time.Time) (world.Pipeline, error) {
	switch {
	case !a.MayCreate:
		return world.Pipeline{}, &Refusal{Status: 401, Code: CodeSwitchOff, HeaderOnly: true}
	case strings.TrimSpace(name) == "" || len(name) > 256:
		return world.Pipeline{}, invalid("The name of a pipeline must have between 1 and 256 characters.")
	case len(stages) == 1 || len(stages) > 10:
		return world.Pipeline{}, invalid("A pipeline has between 2 and 10 stages.")
	}
	p := world.Pipeline{DisplayName: name, Description: description,
		Grants: []world.Grant{{Principal: b.principal(a, t), Right: world.RightAdmin, Since: t}}}
	for i, s := range stages {
		p.Stages = append(p.Stages, world.Stage{ID: b.world.NewID(), Order: i, Name: s.Name, Public: s.Public})
	}
	p = b.world.CreatePipeline(t, p)
	b.note(a, "CreateAlmPipeline", t, func(e *world.Event) { e.PipelineID, e.PipelineName = p.ID, p.DisplayName })
	return p, nil
}

// Runs reports whether somebody administers a pipeline, directly or through a
// group.
func (b *Book) Runs(objectID string, p world.Pipeline, t time.Time) bool {
	ids := b.self(objectID, t)
	return slices.ContainsFunc(p.Grants, func(g world.Grant) bool { return ids[g.Principal.ID] })
}

// pipeline finds a pipeline that the actor administers; others do not exist for
// it.
func (b *Book) pipeline(a Actor, id string, t time.Time) (world.Pipeline, error) {
	p, ok := b.world.Pipeline(id, t)
	if !ok || !b.Runs(a.ObjectID, p, t) {
		return world.Pipeline{}, notFound()
	}
	return p, nil
}

// changePipeline edits a pipeline that the actor administers and that has no
// deployment under way.
func (b *Book) changePipeline(a Actor, id, activity string, t time.Time, fn func(*world.Pipeline) error) (world.Pipeline, error) {
	p, err := b.pipeline(a, id, t)
	if err != nil {
		return p, err
	}
	if b.running(p.ID, t) {
		return p, refuse(400, "Alm_InvalidRequest_DeploymentInProgress", "A deployment is under way.")
	}
	var refused error
	err = b.world.MutatePipeline(p.ID, t, func(x *world.Pipeline) error {
		refused = fn(x)
		p = *x
		return refused
	})
	if refused != nil {
		return p, refused
	}
	if err != nil {
		return p, notFound()
	}
	b.note(a, activity, t, func(e *world.Event) { e.PipelineID, e.PipelineName = p.ID, p.DisplayName })
	return p, nil
}

// UpdatePipeline changes what is not nil.
func (b *Book) UpdatePipeline(a Actor, id string, name, description *string, t time.Time) (world.Pipeline, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changePipeline(a, id, "UpdateAlmPipeline", t, func(p *world.Pipeline) error {
		if name != nil {
			if strings.TrimSpace(*name) == "" {
				return invalid("The name of a pipeline must not be empty.")
			}
			p.DisplayName = *name
		}
		if description != nil {
			p.Description = *description
		}
		return nil
	})
}

// DeletePipeline unassigns its workspaces and removes it.
func (b *Book) DeletePipeline(a Actor, id string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var stages []world.Stage
	_, err := b.changePipeline(a, id, "DeleteAlmPipeline", t, func(p *world.Pipeline) error {
		stages = p.Stages
		p.ID = ""
		return nil
	})
	for _, s := range stages {
		if err == nil && s.WorkspaceID != "" {
			b.detach(s.WorkspaceID, t)
		}
	}
	return err
}

func (b *Book) detach(workspace string, t time.Time) {
	// A workspace that is gone has nothing to be detached from.
	_ = b.world.Mutate(workspace, t, func(w *world.Workspace) error {
		w.PipelineID, w.PipelineStage = "", 0
		for i := range w.Items {
			w.Items[i].PairID = ""
		}
		return nil
	})
}

// AddPipelineUser makes somebody an administrator of a pipeline. Groups of
// Microsoft 365 are refused.
func (b *Book) AddPipelineUser(a Actor, id, kind, who string, t time.Time) (world.Principal, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var who2 world.Principal
	_, err := b.changePipeline(a, id, "UpdateAlmPipelineAccess", t, func(p *world.Pipeline) error {
		found, err := b.resolve(kind, who, t)
		if err != nil {
			return err
		}
		if g, ok := b.world.Group(found.ID, t); ok && g.Unified() {
			return invalid("Microsoft 365 groups cannot be given access to a pipeline.")
		}
		who2 = found
		if i := at(p.Grants, found.ID); i < 0 {
			p.Grants = append(p.Grants, world.Grant{Principal: found, Right: world.RightAdmin, Since: t})
		}
		return nil
	})
	return who2, err
}

// RemovePipelineUser takes somebody's access to a pipeline away.
func (b *Book) RemovePipelineUser(a Actor, id, who string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := b.changePipeline(a, id, "UpdateAlmPipelineAccess", t, func(p *world.Pipeline) error {
		i := at(p.Grants, who)
		if i < 0 {
			return notFound()
		}
		p.Grants = slices.Delete(p.Grants, i, i+1)
		return nil
	})
	return err
}

// AssignStage puts a workspace into an empty stage, and pairs its items with
// those of the neighbours by name and kind.
func (b *Book) AssignStage(a Actor, id string, order int, workspace string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.pipeline(a, id, t)
	if err != nil {
		return err
	}
	ws, err := b.assignable(a, p, order, workspace, t)
	if err != nil {
		return err
	}
	if name := b.ambiguous(p, order, ws, t); name != "" {
		return refuse(400, "Alm_InvalidRequest_AmbiguousPairing", "More than one item of the same kind is called '"+clip(name)+"', so that the stages cannot be paired.")
	}
	_, err = b.changePipeline(a, p.ID, "AssignWorkspaceToAlmPipeline", t, func(x *world.Pipeline) error {
		x.Stages[order].WorkspaceID, x.Stages[order].WorkspaceName = ws.ID, ws.Name
		return nil
	})
	if err != nil {
		return err
	}
	b.assigned[ws.ID] = t
	pairs := b.pairs(p, order, ws, t)
	err = b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		w.PipelineID, w.PipelineStage = p.ID, order
		for i := range w.Items {
			if pair, ok := pairs[w.Items[i].ID]; ok {
				w.Items[i].PairID = pair
			}
		}
		return nil
	})
	if err != nil {
		return notFound()
	}
	return nil
}

func (b *Book) assignable(a Actor, p world.Pipeline, order int, workspace string, t time.Time) (*world.Workspace, error) {
	if order < 0 || order >= len(p.Stages) {
		return nil, notFound()
	}
	ws, err := b.enter(a, workspace, world.RightAdmin, t)
	switch {
	case err != nil:
		return nil, err
	case p.Stages[order].WorkspaceID != "":
		return nil, refuse(400, "Alm_InvalidRequest_StageAlreadyAssigned", "")
	case ws.PipelineID != "":
		return nil, refuse(400, "Alm_InvalidRequest_WorkspaceAlreadyAssigned", "")
	case b.migrating(ws, t):
		return nil, refuse(400, CodeMigrating, "")
	case ws.CapacityID == "":
		return nil, refuse(400, "Alm_InvalidRequest_WorkspaceHasNoCapacity", "")
	case ws.Type != world.TypeWorkspace:
		return nil, refuse(400, "Alm_InvalidRequest_TemplateAppWorkspacesNotSupported", "")
	}
	for _, n := range []int{order - 1, order + 1} {
		if n >= 0 && n < len(p.Stages) && p.Stages[n].WorkspaceID != "" {
			if _, err := b.enter(a, p.Stages[n].WorkspaceID, world.RightContributor, t); err != nil {
				return nil, err
			}
		}
	}
	return ws, nil
}

// ambiguous is a name that more than one item of a kind has in the workspace or in
// a neighbour, while both sides have it; Microsoft gives no code for it.
func (b *Book) ambiguous(p world.Pipeline, order int, ws *world.Workspace, t time.Time) string {
	mine := names(ws)
	for _, n := range []int{order - 1, order + 1} {
		if n < 0 || n >= len(p.Stages) || p.Stages[n].WorkspaceID == "" {
			continue
		}
		next, ok := b.world.Workspace(p.Stages[n].WorkspaceID, t)
		if !ok {
			continue
		}
		for key, count := range names(next) {
			if mine[key] > 0 && (count > 1 || mine[key] > 1) {
				_, name, _ := strings.Cut(key, "|")
				return name
			}
		}
	}
	return ""
}

// names counts the items that take part in pairing by kind and name.
func names(ws *world.Workspace) map[string]int {
	out := map[string]int{}
	for i := range ws.Items {
		if it := &ws.Items[i]; deployable[it.Kind] && !strings.HasPrefix(it.Name, "[App] ") {
			out[nameKey(it)]++
		}
	}
	return out
}

// pairs finds the marks by which a workspace's items belong together with those
// of the neighbouring stages: same name, same kind.
func (b *Book) pairs(p world.Pipeline, order int, ws *world.Workspace, t time.Time) map[string]string {
	out := map[string]string{}
	for _, n := range []int{order - 1, order + 1} {
		if n < 0 || n >= len(p.Stages) || p.Stages[n].WorkspaceID == "" {
			continue
		}
		next, ok := b.world.Workspace(p.Stages[n].WorkspaceID, t)
		if !ok {
			continue
		}
		byName := map[string]int{}
		for i := range next.Items {
			if next.Items[i].PairID == "" {
				next.Items[i].PairID = b.world.NewID()
			}
			byName[nameKey(&next.Items[i])] = i + 1
		}
		for i := range ws.Items {
			if j := byName[nameKey(&ws.Items[i])]; j > 0 && deployable[ws.Items[i].Kind] {
				out[ws.Items[i].ID] = next.Items[j-1].PairID
			}
		}
		marks := next.Items
		// The neighbour keeps the marks that were made for it.
		_ = b.world.Mutate(next.ID, t, func(w *world.Workspace) error {
			for i := range w.Items {
				w.Items[i].PairID = marks[i].PairID
			}
			return nil
		})
	}
	return out
}

func nameKey(it *world.Item) string { return string(it.Kind) + "|" + fold(it.Name) }

// UnassignStage takes the workspace out of a stage; the pairing is lost.
func (b *Book) UnassignStage(a Actor, id string, order int, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var was string
	_, err := b.changePipeline(a, id, "UnassignWorkspaceFromAlmPipeline", t, func(p *world.Pipeline) error {
		if order < 0 || order >= len(p.Stages) || p.Stages[order].WorkspaceID == "" {
			return notFound()
		}
		was = p.Stages[order].WorkspaceID
		p.Stages[order].WorkspaceID, p.Stages[order].WorkspaceName = "", ""
		p.HistorySince = t // what was deployed before is forgotten
		return nil
	})
	if err == nil {
		b.detach(was, t)
	}
	return err
}

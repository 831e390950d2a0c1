package world

import (
	"slices"
	"time"
)

// storyProjects are the projects that the story is about: those of Finance,
// Sales and Marketing, each of which is made from the one before it.
const storyProjects = 3

// TellStory brings the first three projects to a point from which content can
// be promoted, at moment t: items of one name are paired along the stages, the
// models read a server of their own on each stage and belong to the application
// that deploys, the capacities run on every day of the week, and somebody has
// worked in development since. Finance has what keeps a promotion from
// succeeding: its test stage is on a capacity that is paused, a paginated report
// there belongs to somebody else, and labels differ. What the tenant does not
// have is left out. A tenant that was told the story is left alone.
func (w *World) TellStory(t time.Time) error {
	var above string
	for p := range storyProjects {
		line, ok := w.Pipeline(w.pipelineID(p), t)
		if !ok {
			return nil
		}
		pairs, tables := map[string]string{}, map[string][]Table{}
		for _, st := range line.Stages {
			if st.WorkspaceID == "" || w.touched(st.WorkspaceID) {
				return nil
			}
			stage := storyStage{w: w, project: p, order: st.Order, t: t, above: above, pairs: pairs, tables: tables}
			if err := w.Mutate(st.WorkspaceID, t, stage.tell); err != nil {
				return err
			}
		}
		dev, _ := w.Workspace(line.Stages[0].WorkspaceID, t)
		above = dev.ID
	}
	return nil
}

// touched reports whether callers have changed a workspace before.
func (w *World) touched(id string) bool {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return len(w.o.workspaces[id]) > 0
}

// storyStage is one workspace of the story.
type storyStage struct {
	w              *World
	project, order int
	t              time.Time
	// above is the development workspace of the project this one is made from.
	above string
	// pairs are the ids that items of a kind and name share along the stages,
	// tables what the models of a name consist of on the stage before.
	pairs  map[string]string
	tables map[string][]Table
}

func (s storyStage) tell(ws *Workspace) error {
	if s.order < 2 {
		ws.CapacityID = s.w.capacityID(capFabric)
	}
	if s.project == 0 && s.order == 1 {
		ws.CapacityID = s.w.capacityID(capPaused)
	}
	executor := s.w.principal(ref{kind: refApp, a: appExecutor})
	if !slices.ContainsFunc(ws.Grants, func(g Grant) bool { return g.Principal.ID == executor.ID }) {
		ws.Grants = append(ws.Grants, Grant{Principal: executor, Right: RightAdmin, Since: s.t})
	}
	for i := range ws.Items {
		it := &ws.Items[i]
		key := string(it.Kind) + " " + it.Name
		if s.pairs[key] == "" {
			s.pairs[key] = it.ID
		}
		it.PairID = s.pairs[key]
		if it.Model != nil {
			s.model(ws, it, &executor)
		}
		if s.project > 0 && it.Kind != KindDashboard {
			it.LabelID = ""
		}
	}
	s.work(ws)
	return nil
}

// model gives a model the server of its stage, and what the one on the stage
// before consists of.
func (s storyStage) model(ws *Workspace, it *Item, executor *Principal) {
	m := it.Model
	if s.order > 0 {
		it.Configured = ptr(executor)
	}
	m.Upstream = slices.DeleteFunc(slices.Clone(m.Upstream), func(u Upstream) bool { return u.Kind == UpstreamModel || u.WorkspaceID != ws.ID })
	if m.Schema == nil {
		return
	}
	schema := *m.Schema
	if tables, ok := s.tables[it.Name]; ok {
		schema.Tables, schema.Relationships = tables, nil
	} else {
		s.tables[it.Name] = schema.Tables
	}
	server := []string{"sql-dev", "sql-test", "sql-prod"}[s.order] + ".contoso.com"
	schema.Expressions = slices.Clone(schema.Expressions)
	for i, e := range schema.Expressions {
		if e.Name == "Server" {
			schema.Expressions[i].Expression = `"` + server + `" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`
		}
	}
	m.Schema = &schema
	if s.order == 0 && s.above != "" {
		if from, ok := s.w.Workspace(s.above, s.t); ok {
			if i := slices.IndexFunc(from.Items, func(x Item) bool { return x.Kind == KindModel }); i >= 0 {
				m.Upstream = append(m.Upstream, Upstream{Kind: UpstreamModel, ItemID: from.Items[i].ID, WorkspaceID: from.ID})
			}
		}
	}
}

// work is what somebody did in development.
func (s storyStage) work(ws *Workspace) {
	if s.order > 0 {
		return
	}
	if i := slices.IndexFunc(ws.Items, func(it Item) bool { return it.Kind == KindReport && it.Report.Type == "PowerBIReport" }); i >= 0 {
		ws.Items[i].Modified, ws.Items[i].Content = s.t, "worked on in "+ws.Name
	}
}

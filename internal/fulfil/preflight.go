package fulfil

import (
	"context"
	"errors"
	"strings"
	"time"

	"steward/internal/pbi"
	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// PromotionFacts looks at both ends of a promotion in the tenant, as the
// executor sees them now. What it cannot read stays as known had it, which is
// what the last scan told, or unknown. An error means that the pipeline could
// not be asked at all, which a later try may mend.
func PromotionFacts(ctx context.Context, x *pbi.Executor, now time.Time, known promotion.Facts, c promotion.Choice) (promotion.Facts, error) {
	f := known
	f.Now = now
	p, err := x.Pipeline(ctx, c.Pipeline)
	if pbi.Missing(err) {
		f.Administers = policy.Known(false)
		return f, nil
	}
	if err != nil {
		return f, err
	}
	f.Administers = policy.Known(true)
	f.Pipeline = pipelineNow(p, known.Pipeline)
	f.Source.Stage, _ = f.Pipeline.Stage(c.From)
	f.Target.Stage, _ = f.Pipeline.Stage(c.To)
	f.Running = runningNow(ctx, x, c.Pipeline)
	l := liveLook{ctx: ctx, x: x, pipeline: c.Pipeline, executor: f.Executor.ID}
	f.Source = l.side(known.Source, f.Source.Stage)
	f.Target = l.side(known.Target, f.Target.Stage)
	l.chosen(&f, c)
	if len(c.Mapping.Gateways) > 0 {
		f.Gateways = policy.Answer[[]string]{}
		if list, err := x.Gateways(ctx); err == nil {
			f.Gateways = policy.Known([]string{})
			for _, g := range list {
				f.Gateways.Value = append(f.Gateways.Value, strings.ToLower(g.ID))
			}
		}
	}
	return f, ctx.Err()
}

// judged is what the policies in force say of a promotion that is about to
// begin.
func (e *Engine) judged(ctx context.Context, f promotion.Facts, c promotion.Choice) []promotion.Verdict {
	if e.cfg.Policies == nil {
		return nil
	}
	set := e.cfg.Policies()
	if set == nil {
		return nil
	}
	return promotion.Judge(ctx, set, f, c, e.cfg.Now())
}

// pipelineNow is the pipeline as it answers; the names of the stages, which the
// API of Power BI does not tell, are the scan's.
func pipelineNow(p pbi.Pipeline, known promotion.Pipeline) promotion.Pipeline {
	out := promotion.Pipeline{ID: p.ID, Name: p.Name}
	for _, s := range p.Stages {
		old, _ := known.Stage(s.Order)
		name := s.WorkspaceName
		if name == "" && strings.EqualFold(old.WorkspaceID, s.WorkspaceID) {
			name = old.WorkspaceName
		}
		out.Stages = append(out.Stages, promotion.Stage{Order: s.Order, Name: old.Name, WorkspaceID: s.WorkspaceID, WorkspaceName: name})
	}
	return out
}

func runningNow(ctx context.Context, x *pbi.Executor, pipeline string) policy.Answer[string] {
	list, err := x.Deployments(ctx, pipeline)
	if err != nil {
		return policy.Answer[string]{}
	}
	for _, d := range list {
		if promotion.UnderWay(d.Status) {
			since := ""
			if !d.Started.IsZero() {
				since = " since " + d.Started.UTC().Format("15:04 MST")
			}
			return policy.Known("operation " + d.ID + ", " + strings.ToLower(d.Status) + since)
		}
	}
	return policy.Known("")
}

// liveLook reads the sides of one promotion.
type liveLook struct {
	ctx                context.Context
	x                  *pbi.Executor
	pipeline, executor string
}

func (l *liveLook) side(known promotion.Side, stage promotion.Stage) promotion.Side {
	s := known
	if !strings.EqualFold(known.Stage.WorkspaceID, stage.WorkspaceID) {
		// Another workspace stands there now: nothing the scan knew is about it.
		s = promotion.Side{}
	}
	s.Stage = stage
	if stage.WorkspaceID == "" {
		return s
	}
	l.place(&s)
	l.items(&s)
	return s
}

// place reads role, capacity and move of a side's workspace.
func (l *liveLook) place(s *promotion.Side) {
	id := s.Stage.WorkspaceID
	w, err := l.x.Workspace(l.ctx, id)
	if noRole(err) {
		s.Right = policy.Known(tenant.RightNone)
		return
	}
	if err != nil {
		return
	}
	s.Stage.WorkspaceName = w.Name
	if s.Capacity.Value != w.CapacityID {
		s.CapacityState = policy.Answer[string]{}
	}
	s.Capacity, s.Right, s.Moving = policy.Known(w.CapacityID), policy.Answer[tenant.Right]{}, policy.Answer[bool]{}
	users, err := l.x.WorkspaceUsers(l.ctx, id)
	switch {
	case noRole(err):
		// Viewers see the workspace and are not told who else does.
		s.Right = policy.Known(tenant.RightViewer)
	case err == nil:
		// A right through a group is not told, and so not known.
		if r := rightOf(users, map[string]string{"principal": l.executor}); r != "" {
			s.Right = policy.Known(tenant.Right(r))
		}
	}
	if all, err := l.x.Capacities(l.ctx); err == nil {
		for _, c := range all {
			if strings.EqualFold(c.ID, w.CapacityID) {
				s.CapacityState = policy.Known(c.State)
			}
		}
	}
	if a, err := l.x.Assignment(l.ctx, id); err == nil {
		s.Moving = policy.Known(a.Status == statusPending || a.Status == statusMoving)
	} else if pbi.Missing(err) {
		s.Moving = policy.Known(false)
	}
}

// noRole reports whether an answer means that the executor may not look.
func noRole(err error) bool {
	var e *pbi.Error
	return pbi.Missing(err) || errors.As(err, &e) && (e.Status == 401 || e.Status == 403)
}

// items reads what the stage holds, with its pairs. What the scan knew of an
// item stays where the pipeline does not tell it.
func (l *liveLook) items(s *promotion.Side) {
	list, err := l.x.StageItems(l.ctx, l.pipeline, s.Stage.Order)
	if err != nil {
		s.Items = policy.Answer[[]promotion.Item]{}
		return
	}
	old := map[string]promotion.Item{}
	var others []promotion.Item
	for _, it := range s.Items.Value {
		old[it.ID] = it
		if !promotion.Carried(it.Kind) {
			others = append(others, it)
		}
	}
	s.Items = policy.Known([]promotion.Item{})
	for _, si := range list {
		it := old[si.ID]
		it.ID, it.Name, it.Kind = si.ID, si.Name, promotion.KindOf(si.Kind)
		it.SourceID, it.TargetID, it.Deployed, it.PairsKnown = si.SourceID, si.TargetID, si.Deployed, true
		s.Items.Value = append(s.Items.Value, it)
	}
	s.Items.Value = append(s.Items.Value, others...)
	l.owners(s)
	if reports, err := l.x.Reports(l.ctx, s.Stage.WorkspaceID); err == nil {
		for _, r := range reports {
			if it := find(s.Items.Value, r.ID); it != nil {
				it.Model, it.Paginated = r.DatasetID, r.Type == "PaginatedReport"
			}
		}
	}
}

func (l *liveLook) owners(s *promotion.Side) {
	models, err := l.x.Models(l.ctx, s.Stage.WorkspaceID)
	if err != nil {
		return
	}
	for _, m := range models {
		if it := find(s.Items.Value, m.ID); it != nil && m.Owner != "" {
			it.Owner = policy.Known(strings.ToLower(m.Owner))
		}
	}
}

func find(items []promotion.Item, id string) *promotion.Item {
	for i := range items {
		if items[i].ID == id {
			return &items[i]
		}
	}
	return nil
}

// chosen reads what only the items that go have to tell.
func (l *liveLook) chosen(f *promotion.Facts, c promotion.Choice) {
	going := map[string]bool{}
	ids := c.Items
	if c.All() {
		ids = promotion.All(f.Source.Items.Value)
	}
	for _, id := range ids {
		going[id] = true
	}
	for _, d := range promotion.Compare(f.Source.Items.Value, f.Target.Items.Value) {
		if d.Source == nil || !going[d.Source.ID] {
			continue
		}
		l.details(find(f.Source.Items.Value, d.Source.ID), f.Source.Stage.WorkspaceID)
		if d.Target != nil && !d.ByName {
			l.details(find(f.Target.Items.Value, d.Target.ID), f.Target.Stage.WorkspaceID)
		}
	}
}

func (l *liveLook) details(it *promotion.Item, workspace string) {
	switch it.Kind {
	case tenant.ItemDataset:
		l.model(it, workspace)
	case tenant.ItemDashboard:
		if tiles, err := l.x.Tiles(l.ctx, workspace, it.ID); err == nil {
			it.Tiles = policy.Known([]string{})
			for _, t := range tiles {
				if t.ReportID != "" {
					it.Tiles.Value = append(it.Tiles.Value, t.ReportID)
				}
			}
		}
	case tenant.ItemDataflow:
		it.Refreshing = policy.Answer[bool]{}
		if runs, err := l.x.Transactions(l.ctx, workspace, it.ID); err == nil {
			it.Refreshing = policy.Known(false)
			for _, r := range runs {
				if r.Status == statusMoving {
					it.Refreshing.Value = true
				}
			}
		}
	}
}

func (l *liveLook) model(it *promotion.Item, workspace string) {
	it.Parameters, it.Sources = policy.Answer[[]promotion.Parameter]{}, policy.Answer[[]promotion.Source]{}
	if list, err := l.x.Parameters(l.ctx, workspace, it.ID); err == nil {
		it.Parameters = policy.Known([]promotion.Parameter{})
		for _, p := range list {
			it.Parameters.Value = append(it.Parameters.Value, promotion.Parameter{Name: p.Name, Value: p.Value})
		}
	}
	if list, err := l.x.Sources(l.ctx, workspace, it.ID); err == nil {
		it.Sources = policy.Known([]promotion.Source{})
		for _, s := range list {
			it.Sources.Value = append(it.Sources.Value, promotion.Source{Type: s.Type, Gateway: s.GatewayID})
		}
	}
}

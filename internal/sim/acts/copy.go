package acts

import (
	"time"

	"steward/internal/sim/world"
)

// put writes the deployed item into the target. Only metadata travels: ids, data,
// schedule, rights, endorsement and owner of an existing item stay the target's.
func (b *Book) put(r *run, step *world.DeployStep, src *world.Workspace, from *world.Item, t time.Time) (code, why string) {
	pair := from.PairID
	if pair == "" {
		pair = b.world.NewID()
		err := b.world.Mutate(src.ID, t, func(w *world.Workspace) error {
			if it := w.Item(from.ID); it != nil {
				it.PairID = pair
			}
			return nil
		})
		if err != nil {
			return "Alm_InvalidRequest_WorkspaceNotFound", "The source workspace is gone."
		}
	}
	me := b.principal(r.Actor, t)
	err := b.world.Mutate(r.Dst, t, func(w *world.Workspace) error {
		copied := *from
		copied.PairID, copied.Content, copied.Deployed = pair, from.ContentMark(), true
		for i := range w.Items {
			if w.Items[i].PairID == pair && w.Items[i].Kind == from.Kind {
				b.overwrite(&w.Items[i], copied, w, src, t)
				w.Items[i].ModifiedBy = &me
				step.TargetID, step.TargetName = w.Items[i].ID, w.Items[i].Name
				return nil
			}
		}
		w.Items = append(w.Items, b.fresh(copied, w, src, me, t))
		made := w.Items[len(w.Items)-1]
		step.TargetID, step.TargetName = made.ID, made.Name
		return nil
	})
	if err != nil {
		return "Alm_InvalidRequest_WorkspaceNotFound", "The target workspace is gone."
	}
	return "", ""
}

func (b *Book) overwrite(to *world.Item, from world.Item, dst, src *world.Workspace, t time.Time) {
	to.Name, to.Description, to.Modified = from.Name, from.Description, t
	to.Content, to.Deployed = from.Content, true
	if to.LabelID == "" {
		to.LabelID = from.LabelID
	}
	switch {
	case to.Model != nil && from.Model != nil:
		m := *from.Model
		m.Schedule, m.Datasources, m.Misconfigured = to.Model.Schedule, to.Model.Datasources, to.Model.Misconfigured
		m.GatewayID, m.OnPremGateway = to.Model.GatewayID, to.Model.OnPremGateway
		to.Model = &m
	case to.Report != nil && from.Report != nil:
		rep := *from.Report
		rep.ModelID = counterpart(dst, src, rep.ModelID)
		to.Report = &rep
	case to.Dashboard != nil && from.Dashboard != nil:
		to.Dashboard = dashboardFor(from.Dashboard, dst, src)
	}
}

// fresh is an item new in the target: owned by who deployed it, shared with
// nobody, without a schedule or an endorsement.
func (b *Book) fresh(it world.Item, dst, src *world.Workspace, me world.Principal, t time.Time) world.Item {
	it.ID, it.WorkspaceID, it.Created, it.Modified = b.world.NewID(), dst.ID, t, t
	it.CreatedBy, it.ModifiedBy, it.Shares = &me, &me, nil
	it.Endorsement, it.CertifiedBy, it.PublishedToWeb, it.LastAccessed = "", "", nil, time.Time{}
	if it.Configured != nil {
		it.Configured = &me
	}
	switch {
	case it.Model != nil:
		m := *it.Model
		m.Schedule, m.ForeignID, m.GatewayID = nil, false, ""
		it.Model = &m
		// A service principal cannot set credentials: the first refresh fails until
		// somebody does.
		b.forgotten[it.ID] = true
	case it.Report != nil:
		rep := *it.Report
		rep.ModelID, rep.AppID, rep.OriginalID = counterpart(dst, src, rep.ModelID), "", ""
		it.Report = &rep
	case it.Dashboard != nil:
		it.Dashboard = dashboardFor(it.Dashboard, dst, src)
	}
	return it
}

// counterpart is the target's copy of a source item; the item itself when the
// target has none.
func counterpart(dst, src *world.Workspace, id string) string {
	it := src.Item(id)
	if it == nil {
		return id
	}
	if to := paired(dst, it); to != nil {
		return to.ID
	}
	return id
}

func dashboardFor(d *world.Dashboard, dst, src *world.Workspace) *world.Dashboard {
	out := *d
	out.Tiles, out.AppID = nil, ""
	for _, tile := range d.Tiles {
		tile.ReportID, tile.ModelID = counterpart(dst, src, tile.ReportID), counterpart(dst, src, tile.ModelID)
		out.Tiles = append(out.Tiles, tile)
	}
	return &out
}

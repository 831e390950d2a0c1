package acts

import (
	"slices"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// item finds an item in a workspace (any, when empty) where the actor has at
// least this right. What is not there and what may not be seen look the same.
func (b *Book) item(a Actor, workspace, id, least string, t time.Time, fits func(*world.Item) bool) (*world.Workspace, *world.Item, error) {
	if workspace != "" {
		if _, err := b.enter(a, workspace, least, t); err != nil {
			return nil, nil, err
		}
	}
	ws, it, ok := b.world.Item(strings.ToLower(id), t)
	if !ok || !fits(it) || workspace != "" && !sameID(ws.ID, workspace) {
		return nil, nil, notFound()
	}
	if _, err := b.enter(a, ws.ID, least, t); err != nil {
		return nil, nil, notFound()
	}
	return ws, it, nil
}

func isReport(it *world.Item) bool    { return it.Report != nil }
func isModel(it *world.Item) bool     { return it.Model != nil }
func isDashboard(it *world.Item) bool { return it.Dashboard != nil }

// edited changes an item of a workspace and notes who did it.
func (b *Book) edited(a Actor, ws *world.Workspace, id, activity string, t time.Time, fn func(*world.Workspace, *world.Item)) (*world.Item, error) {
	me := b.principal(a, t)
	var now *world.Item
	err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		it := w.Item(id)
		if it == nil {
			return notFound()
		}
		it.Modified, it.ModifiedBy = t, &me
		fn(w, it)
		now = it
		return nil
	})
	if err != nil {
		return nil, notFound()
	}
	b.noteItem(a, activity, ws, now, t)
	return now, nil
}

// added puts a new item of the actor into a workspace.
func (b *Book) added(a Actor, ws *world.Workspace, it world.Item, activity string, t time.Time) (*world.Item, error) {
	if len(ws.Items) >= mostRoles {
		return nil, invalid("A workspace can have 1,000 items.")
	}
	me := b.principal(a, t)
	it.ID, it.WorkspaceID, it.Created, it.Modified = b.world.NewID(), ws.ID, t, t
	it.CreatedBy, it.ModifiedBy, it.Shares, it.PairID, it.Deployed = &me, &me, nil, "", false
	it.Endorsement, it.CertifiedBy, it.PublishedToWeb, it.LastAccessed, it.State = "", "", nil, time.Time{}, ""
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error { w.Items = append(w.Items, it); return nil }); err != nil {
		return nil, notFound()
	}
	b.noteItem(a, activity, ws, &it, t)
	return &it, nil
}

func (b *Book) noteItem(a Actor, activity string, ws *world.Workspace, it *world.Item, t time.Time) {
	b.note(a, activity, t, func(e *world.Event) {
		inWorkspace(ws)(e)
		e.ItemID, e.ItemName, e.ItemKind = it.ID, it.Name, it.Kind
		if it.Model != nil {
			e.ModelID, e.ModelName = it.ID, it.Name
		}
	})
}

// DeleteReport removes a report; DeleteModel a model with the reports on it, as
// the service does; DeleteDashboard a dashboard.
func (b *Book) DeleteReport(a Actor, workspace, id string, t time.Time) error {
	return b.removeItem(a, workspace, id, "DeleteReport", isReport, t)
}

// DeleteModel removes a model and the reports of its workspace that stand on it.
func (b *Book) DeleteModel(a Actor, workspace, id string, t time.Time) error {
	return b.removeItem(a, workspace, id, "DeleteDataset", isModel, t)
}

// DeleteDashboard removes a dashboard.
func (b *Book) DeleteDashboard(a Actor, workspace, id string, t time.Time) error {
	return b.removeItem(a, workspace, id, "DeleteDashboard", isDashboard, t)
}

// DeleteItem removes an item of any kind, as Fabric does.
func (b *Book) DeleteItem(a Actor, workspace, id string, t time.Time) error {
	return b.removeItem(a, workspace, id, "DeleteArtifact", func(*world.Item) bool { return true }, t)
}

func (b *Book) removeItem(a Actor, workspace, id, activity string, fits func(*world.Item) bool, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, fits)
	if err != nil {
		return err
	}
	err = b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		w.Items = slices.DeleteFunc(w.Items, func(x world.Item) bool {
			return x.ID == it.ID || it.Model != nil && x.Report != nil && x.Report.ModelID == it.ID
		})
		return nil
	})
	if err != nil {
		return notFound()
	}
	b.noteItem(a, activity, ws, it, t)
	return nil
}

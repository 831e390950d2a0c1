package acts

import (
	"time"

	"steward/internal/sim/world"
)

// StartDataflow begins a refresh of a dataflow in whose workspace the actor may
// write.
func (b *Book) StartDataflow(a Actor, workspace, dataflow string, r Refresh, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightContributor, t)
	if err != nil {
		return err
	}
	home, it, ok := b.world.Item(dataflow, t)
	if !ok || it.Dataflow == nil || home.ID != ws.ID {
		return notFound()
	}
	history := b.world.Refreshes(it.ID, t, 60)
	switch {
	case r.Notify != "" && r.Notify != "NoNotification":
		return invalid("Invalid NotifyOption value '" + clip(r.Notify) + "' for app only owner requests")
	case len(history) > 0 && history[0].Status == world.RefreshRunning:
		return invalid("Another refresh request is already executing")
	case ws.CapacityID == "" && today(history, t) >= sharedPerDay:
		return invalid("The limit of '8' refreshes a day was reached.")
	}
	run := b.outcome(it, history, r, t)
	run.By, run.Attempts = a.ObjectID, nil
	b.world.AddRefresh(it.ID, run)
	b.note(a, "RequestDataflowRefresh", t, func(e *world.Event) {
		inWorkspace(ws)(e)
		e.ItemID, e.ItemName, e.ItemKind = it.ID, it.Name, it.Kind
	})
	return nil
}

// CancelDataflow stops the refresh with the key in one of the workspace's
// dataflows; it says what became of it, in the service's words.
func (b *Book) CancelDataflow(a Actor, workspace, key string, t time.Time) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightContributor, t)
	if err != nil {
		return "", err
	}
	for _, it := range ws.Items {
		if it.Dataflow == nil {
			continue
		}
		for _, r := range b.world.Refreshes(it.ID, t, 0) {
			if !sameID(r.RequestID, key) {
				continue
			}
			if r.Status != world.RefreshRunning || !b.world.EndRefresh(it.ID, r.RequestID, func(r *world.Refresh) { r.Status, r.End = world.RefreshCancelled, t }) {
				return "alreadyConcluded", nil
			}
			return "successfullyMarked", nil
		}
	}
	return "notFound", nil
}

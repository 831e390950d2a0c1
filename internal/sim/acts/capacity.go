package acts

import (
	"strings"
	"time"

	"steward/internal/sim/world"
)

// shared is the capacity id that means: back to no capacity.
const shared = "00000000-0000-0000-0000-000000000000"

// Move is a workspace on its way to another capacity.
type Move struct {
	ActivityID, CapacityID string
	Start, End             time.Time
	Failed                 bool
}

// Status is the move's in Power BI's words.
func (m Move) Status(now time.Time) string {
	switch {
	case now.Before(m.Start.Add(m.End.Sub(m.Start) / 10)):
		return "Pending"
	case now.Before(m.End):
		return "InProgress"
	case m.Failed:
		return "AssignmentFailed"
	}
	return "CompletedSuccessfully"
}

// MayAssign is the actor's right on a capacity: Admin when it is listed as an
// administrator; Assign for the executor, which the tenant has given that right
// on all capacities but the one reserved for Premium per user.
func (b *Book) MayAssign(a Actor, k world.Capacity) string {
	for _, admin := range k.Admins {
		if sameID(admin, a.ObjectID) {
			return "Admin"
		}
	}
	if a.ObjectID == b.world.ExecutorApp().ID && !k.PremiumPerUser() {
		return "Assign"
	}
	return "None"
}

func (b *Book) capacityOpen(a Actor, id string, t time.Time) error {
	k, ok := b.world.Capacity(id, t)
	switch {
	case !ok:
		return notFound()
	case b.MayAssign(a, k) == "None":
		return refuse(403, "PowerBINotAuthorizedException", "")
	}
	return nil
}

// stopped reports whether a capacity does not run.
func (b *Book) stopped(id string, t time.Time) bool {
	k, ok := b.world.Capacity(id, t)
	return ok && k.State != "Active"
}

// AssignCapacity moves a workspace; it takes a while, and fails on a capacity
// that is full or not running.
func (b *Book) AssignCapacity(a Actor, workspace, capacity string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightAdmin, t)
	if err != nil {
		return err
	}
	if m, ok := b.moves[ws.ID]; ok && t.Before(m.End) {
		return refuse(400, CodeMigrating, "")
	}
	capacity = strings.ToLower(capacity)
	move := Move{ActivityID: b.cfg.NewID(), CapacityID: capacity, Start: t, End: t.Add(b.cfg.Times.Move)}
	target := capacity
	if capacity == shared {
		target = ""
	} else {
		if err := b.capacityOpen(a, capacity, t); err != nil {
			return err
		}
		move.Failed = b.stopped(capacity, t) || sameID(b.cfg.FullCapacity, capacity)
	}
	b.moves[ws.ID] = move
	if move.Failed {
		return nil
	}
	err = b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		w.CapacityID, w.CapacityMovedAt = target, t
		if w.StorageFormat == "" && target != "" {
			w.StorageFormat = "Small"
		}
		if target == "" {
			w.StorageFormat = ""
		}
		return nil
	})
	if err != nil {
		return notFound()
	}
	activity := "MigrateWorkspaceIntoCapacity"
	if target == "" {
		activity = "RemoveWorkspacesFromCapacity"
	}
	b.note(a, activity, t, inWorkspace(ws))
	return nil
}

// MoveOf is the last move of a workspace; one that never moved has arrived.
func (b *Book) MoveOf(a Actor, workspace string, t time.Time) (Move, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightViewer, t)
	if err != nil {
		return Move{}, err
	}
	if m, ok := b.moves[ws.ID]; ok {
		return m, nil
	}
	return Move{CapacityID: ws.CapacityID, Start: ws.CapacityMovedAt, End: ws.CapacityMovedAt}, nil
}

func (b *Book) migrating(ws *world.Workspace, t time.Time) bool {
	m, ok := b.moves[ws.ID]
	return ok && t.Before(m.End)
}

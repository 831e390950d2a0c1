package acts

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// sharedPerDay is how many refreshes a model on shared capacity may have in a
// day, scheduled ones included.
const sharedPerDay = 8

// noCredentials is how the refresh of a model ends that lost its credentials; once
// somebody has entered them it is over.
const noCredentials = "ModelRefreshFailed_CredentialsNotSpecified"

// entered reports whether somebody has entered credentials for a model since.
func (b *Book) entered(model string) bool {
	lost, known := b.forgotten[model]
	return known && !lost
}

// Enhanced is what an enhanced refresh was asked to do.
type Enhanced struct {
	ItemID, Type, CommitMode string
	Objects                  []Object
	Canceled                 bool
}

// Object is a table or partition to refresh.
type Object struct {
	Table     string `json:"table"`
	Partition string `json:"partition,omitempty"`
	Status    string `json:"status,omitempty"`
}

// Refresh is a refresh asked for. Enhanced is nil for a standard one.
type Refresh struct {
	// ID becomes the request id of the history, in lower case.
	ID       string
	Notify   string
	Enhanced *Enhanced
}

// StartRefresh begins a refresh of a model in which the actor may write.
func (b *Book) StartRefresh(a Actor, workspace, model string, r Refresh, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.model(a, workspace, model, world.RightContributor, t)
	if err != nil {
		return err
	}
	history := b.world.Refreshes(it.ID, t, 60)
	switch {
	case !it.Model.Refreshable:
		return invalid("Invalid dataset refresh request. The dataset is not refreshable.")
	case r.Enhanced != nil && ws.CapacityID == "":
		return invalid("Invalid dataset refresh request. Enhanced refresh needs a capacity.")
	case r.Enhanced == nil && r.Notify != "" && r.Notify != "NoNotification":
		return invalid("Invalid NotifyOption value '" + clip(r.Notify) + "' for app only owner requests")
	case len(history) > 0 && history[0].Status == world.RefreshRunning:
		return invalid("Invalid dataset refresh request. Another refresh request is already executing")
	case ws.CapacityID == "" && today(history, t) >= sharedPerDay:
		return invalid("Invalid dataset refresh request. The limit of '8' refreshes a day was reached.")
	}
	run := b.outcome(it, history, r, t)
	run.By = a.ObjectID
	b.world.AddRefresh(it.ID, run)
	if r.Enhanced != nil {
		e := *r.Enhanced
		e.ItemID = it.ID
		b.enhanced[run.RequestID] = e
	}
	b.note(a, "RefreshDataset", t, func(e *world.Event) {
		inWorkspace(ws)(e)
		e.ItemID, e.ItemName, e.ItemKind, e.ModelID, e.ModelName = it.ID, it.Name, it.Kind, it.ID, it.Name
	})
	return nil
}

func clip(text string) string {
	if len(text) > 40 {
		return text[:40]
	}
	return text
}

func today(history []world.Refresh, t time.Time) int {
	n := 0
	for _, r := range history {
		if r.Start.UTC().Truncate(24*time.Hour).Equal(t.UTC().Truncate(24*time.Hour)) && r.Type != "OnDemand" {
			n++
		}
	}
	return n
}

// outcome decides how long the refresh takes and how it ends: as the last one
// did, unless the credentials were lost when the model changed hands.
func (b *Book) outcome(it *world.Item, history []world.Refresh, r Refresh, t time.Time) world.Refresh {
	h := fnv.New32a()
	_, _ = h.Write([]byte(it.ID))
	took := b.cfg.Times.Refresh + time.Duration(h.Sum32()%300)*b.cfg.Times.Refresh/100
	run := world.Refresh{RequestID: strings.ToLower(r.ID), Type: "ViaApi", Start: t, End: t.Add(took), Status: world.RefreshCompleted}
	if r.Enhanced != nil {
		run.Type = "ViaEnhancedApi"
	}
	switch {
	case b.forgotten[it.ID]:
		run.Status, run.ErrorCode = world.RefreshFailed, noCredentials
	case len(history) > 0 && history[0].Status == world.RefreshFailed && (!b.entered(it.ID) || history[0].ErrorCode != noCredentials):
		run.Status, run.ErrorCode, run.ErrorText = world.RefreshFailed, history[0].ErrorCode, history[0].ErrorText
	}
	if b.cfg.HangItem != "" && sameID(b.cfg.HangItem, it.ID) {
		run.End = t.Add(24 * time.Hour) // the longest that Microsoft lets one run
	}
	run.Attempts = []world.RefreshAttempt{{ID: 1, Type: "Data", Start: t, End: run.End, ErrorCode: run.ErrorCode}}
	return run
}

// model finds a model in a workspace (any, when empty) where the actor has at
// least this right.
func (b *Book) model(a Actor, workspace, id, least string, t time.Time) (*world.Workspace, *world.Item, error) {
	ws, it, ok := b.world.Item(id, t)
	if workspace != "" {
		if _, err := b.enter(a, workspace, least, t); err != nil {
			return nil, nil, err
		}
	}
	if !ok || it.Model == nil || workspace != "" && !sameID(ws.ID, workspace) {
		return nil, nil, notFound()
	}
	if _, err := b.enter(a, ws.ID, least, t); err != nil {
		return nil, nil, notFound()
	}
	return ws, it, nil
}

// EnhancedRefresh finds an enhanced refresh of a model with its run.
func (b *Book) EnhancedRefresh(a Actor, workspace, model, id string, t time.Time) (Enhanced, world.Refresh, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, it, err := b.model(a, workspace, model, world.RightViewer, t)
	if err != nil {
		return Enhanced{}, world.Refresh{}, err
	}
	e, ok := b.enhanced[strings.ToLower(id)]
	history := b.world.Refreshes(it.ID, t, 0)
	i := slices.IndexFunc(history, func(r world.Refresh) bool { return sameID(r.RequestID, id) })
	if !ok || i < 0 || e.ItemID != it.ID {
		return Enhanced{}, world.Refresh{}, notFound()
	}
	return e, history[i], nil
}

// CancelRefresh stops an enhanced refresh that is under way.
func (b *Book) CancelRefresh(a Actor, workspace, model, id string, t time.Time) error {
	if _, r, err := b.EnhancedRefresh(a, workspace, model, id, t); err != nil {
		return err
	} else if r.Status != world.RefreshRunning {
		return invalid("The refresh is not under way.")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_, it, err := b.model(a, workspace, model, world.RightContributor, t)
	if err != nil {
		return err
	}
	e := b.enhanced[strings.ToLower(id)]
	e.Canceled = true
	b.enhanced[strings.ToLower(id)] = e
	b.world.EndRefresh(it.ID, strings.ToLower(id), func(r *world.Refresh) { r.Status, r.End = world.RefreshCancelled, t })
	b.note(a, "CancelDatasetRefresh", t, nil)
	return nil
}

// TakeOver makes the actor the owner of a model; its credentials are lost.
func (b *Book) TakeOver(a Actor, workspace, model string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.model(a, workspace, model, world.RightContributor, t)
	if err != nil {
		return err
	}
	me := b.principal(a, t)
	if it.Configured == nil || it.Configured.ID != me.ID {
		b.forgotten[it.ID] = true
	}
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error { w.Item(it.ID).Configured = &me; return nil }); err != nil {
		return notFound()
	}
	b.note(a, "TakeOverDataset", t, inWorkspace(ws))
	return nil
}

// SetSchedule changes the refresh schedule of a model that the actor owns. What
// is nil stays; switching off must be the only change.
func (b *Book) SetSchedule(a Actor, workspace, model string, s Schedule, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.model(a, workspace, model, world.RightContributor, t)
	if err != nil {
		return err
	}
	if it.Configured == nil || it.Configured.ID != a.ObjectID {
		return refuse(403, "DMTS_UserNotFoundInADGraphError", "Only the owner of the dataset can change its schedule.")
	}
	next, err := s.over(it.Model.Schedule, ws.CapacityID != "")
	if err != nil {
		return err
	}
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error { w.Item(it.ID).Model.Schedule = next; return nil }); err != nil {
		return notFound()
	}
	b.note(a, "SetScheduledRefresh", t, inWorkspace(ws))
	return nil
}

package acts

import (
	"errors"
	"strings"
	"time"

	"steward/internal/sim/content"
	"steward/internal/sim/world"
)

// Long is a long-running operation on the definition of an item.
type Long struct {
	ID, Kind      string
	Actor         Actor
	WorkspaceID   string
	ItemID        string
	Item          *NewItem
	Parts         []content.Part
	Start, Due    time.Time
	Status        string // Running, Succeeded, Failed
	Code, Message string
}

// The kinds of long operations.
const (
	LongGet    = "get"
	LongUpdate = "update"
	LongCreate = "create"
)

// longKept is how long the outcome of an operation can be asked for.
const longKept = 24 * time.Hour

// NewItem is an item to make from a definition.
type NewItem struct{ Name, Description, Type string }

// ReadDefinition begins to write out the definition of an item.
func (b *Book) ReadDefinition(a Actor, workspace, id string, t time.Time) (*Long, error) {
	return b.begin(a, workspace, id, &Long{Kind: LongGet}, t)
}

// WriteDefinition begins to put a definition into an item.
func (b *Book) WriteDefinition(a Actor, workspace, id string, parts []content.Part, t time.Time) (*Long, error) {
	if len(parts) == 0 {
		return nil, refuse(400, "InvalidInput", "The definition has no parts.")
	}
	return b.begin(a, workspace, id, &Long{Kind: LongUpdate, Parts: parts}, t)
}

func (b *Book) begin(a Actor, workspace, id string, l *Long, t time.Time) (*Long, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, func(*world.Item) bool { return true })
	if err != nil {
		return nil, err
	}
	parts, err := content.Definition(it)
	if err != nil {
		return nil, refuse(400, "OperationNotSupportedForItem", "Items of this kind have no definition.")
	}
	if l.Kind == LongGet {
		l.Parts = parts
	}
	l.WorkspaceID, l.ItemID = ws.ID, it.ID
	return b.start(a, l, t), nil
}

func (b *Book) start(a Actor, l *Long, t time.Time) *Long {
	l.ID, l.Actor, l.Start, l.Due, l.Status = b.world.NewID(), a, t, t.Add(b.cfg.Times.Definition), "Running"
	b.longs[l.ID] = l
	b.settle(t)
	now := *l
	return &now
}

// CreateItem begins to make a report or a model from a definition.
func (b *Book) CreateItem(a Actor, workspace string, n NewItem, parts []content.Part, t time.Time) (*Long, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightContributor, t)
	if err != nil {
		return nil, err
	}
	switch {
	case n.Type != "Report" && n.Type != "SemanticModel":
		return nil, refuse(400, "UnsupportedItemType", "The stand-in makes items of the types Report and SemanticModel only.")
	case strings.TrimSpace(n.Name) == "" || len(parts) == 0:
		return nil, refuse(400, "InvalidInput", "displayName and definition are required.")
	}
	for i := range ws.Items {
		if ws.Items[i].Kind.FabricType() == n.Type && strings.EqualFold(ws.Items[i].Name, n.Name) {
			return nil, refuse(409, "ItemDisplayNameAlreadyInUse", "Requested name is already in use.")
		}
	}
	return b.start(a, &Long{Kind: LongCreate, WorkspaceID: ws.ID, Item: &n, Parts: parts}, t), nil
}

// LongOf finds an operation that the actor started, for a day.
func (b *Book) LongOf(a Actor, id string, t time.Time) (*Long, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.longs[strings.ToLower(id)]
	if l == nil || l.Actor.ObjectID != a.ObjectID || t.Sub(l.Start) > longKept {
		return nil, notFound()
	}
	now := *l
	return &now, nil
}

// ItemNow finds an item for the answer to an operation that made it.
func (b *Book) ItemNow(id string, t time.Time) (*world.Workspace, *world.Item, bool) {
	return b.world.Item(id, t)
}

// settleLongs does the operations that are due.
func (b *Book) settleLongs(t time.Time) bool {
	changed := false
	for id, l := range b.longs {
		switch {
		case t.Sub(l.Start) > longKept:
			delete(b.longs, id)
		case l.Status == "Running" && !t.Before(l.Due):
			l.Status = "Succeeded"
			if err := b.finish(l, l.Due); err != nil {
				l.Status, l.Code, l.Message = "Failed", "CorruptedPayload", "The definition cannot be read, or its item is gone."
			}
			changed = true
		}
	}
	return changed
}

func (b *Book) finish(l *Long, t time.Time) error {
	if l.Kind == LongGet {
		return nil
	}
	ws, ok := b.world.Workspace(l.WorkspaceID, t)
	if !ok || ws.State != world.StateActive {
		return errors.New("the workspace is gone")
	}
	if l.Kind == LongCreate {
		return b.finishCreate(l, ws, t)
	}
	it := ws.Item(l.ItemID)
	if it == nil {
		return errors.New("the item is gone")
	}
	changed := *it
	if err := content.Apply(&changed, l.Parts); err != nil {
		return err
	}
	activity := map[bool]string{true: "EditDataset", false: "EditReport"}[it.Model != nil]
	_, err := b.edited(l.Actor, ws, it.ID, activity, t, func(_ *world.Workspace, x *world.Item) {
		x.Content, x.Report, x.Model = changed.Content, changed.Report, changed.Model
	})
	return err
}

func (b *Book) finishCreate(l *Long, ws *world.Workspace, t time.Time) error {
	it := world.Item{Name: l.Item.Name, Description: l.Item.Description, Kind: world.KindReport, Report: &world.Report{Type: "PowerBIReport"}}
	activity := "CreateReport"
	if l.Item.Type == "SemanticModel" {
		me := b.principal(l.Actor, t)
		activity = "CreateDataset"
		it.Kind, it.Report, it.Configured = world.KindModel, nil, &me
		it.Model = &world.Model{ContentProviderType: "PbixInImportMode", StorageMode: "Abf", Refreshable: true}
	}
	if err := content.Apply(&it, l.Parts); err != nil {
		return err
	}
	made, err := b.added(l.Actor, ws, it, activity, t)
	if err != nil {
		return err
	}
	if made.Model != nil {
		b.forgotten[made.ID] = true // nobody has entered credentials yet
	}
	l.ItemID = made.ID
	return nil
}

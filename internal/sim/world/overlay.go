package world

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// overlay is what callers changed. Everything in it is a list of versions by
// the moment they began, so that the past stays what it was.
type overlay struct {
	writing    sync.Mutex // held by a change from its look to its write
	mu         sync.RWMutex
	count      atomic.Uint64 // ids made so far
	workspaces map[string]versions[*Workspace]
	created    []string          // ids of workspaces that callers made, in order
	items      map[string]string // item → workspace, for items that callers made or moved
	users      map[string]versions[User]
	members    map[int][]memberEdit
	settings   map[string]versions[Setting]
	capacities map[string]versions[Capacity]
	pipelines  map[string]versions[Pipeline]
	newLines   []string // ids of pipelines that callers made
	deploys    map[string][]Deployment
	refreshes  map[string][]Refresh
	sources    map[string]Datasource // datasources that callers made
	events     []Event
}

func newOverlay() *overlay {
	return &overlay{
		workspaces: map[string]versions[*Workspace]{}, items: map[string]string{},
		users: map[string]versions[User]{}, members: map[int][]memberEdit{},
		settings: map[string]versions[Setting]{}, capacities: map[string]versions[Capacity]{},
		pipelines: map[string]versions[Pipeline]{},
		deploys:   map[string][]Deployment{}, refreshes: map[string][]Refresh{},
		sources: map[string]Datasource{},
	}
}

// version is a state of something from a moment on.
type version[T any] struct {
	At    moment
	Value T
}

type versions[T any] []version[T]

// at is the version that counts at t.
func (v versions[T]) at(t moment) (T, bool) {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].At <= t {
			return v[i].Value, true
		}
	}
	var none T
	return none, false
}

// put adds a version. Clocks that run backwards do not reorder history.
func (v versions[T]) put(t moment, value T) versions[T] {
	if n := len(v); n > 0 {
		t = max(t, v[n-1].At)
	}
	return append(v, version[T]{t, value})
}

// memberEdit is somebody put into a group or taken out.
type memberEdit struct {
	At  moment
	Who string // object id
	Add bool
}

// NotFound is returned by changes to something that the tenant does not have
// at that moment.
type NotFound struct{ What, ID string }

func (e *NotFound) Error() string { return "the tenant has no " + e.What + " " + strconv.Quote(e.ID) }

// Mutate changes the workspace with that id at moment t. fn gets a copy of its
// state at t; if it returns nil the copy is its state from t on (it then
// lives on only by further mutations), else nothing happens and the error is
// returned. Modified is set to t unless fn set a later one. fn may ask the
// world, but not change it: changes are made one after the other.
func (w *World) Mutate(id string, t time.Time, fn func(*Workspace) error) error {
	w.o.writing.Lock()
	defer w.o.writing.Unlock()
	ws, ok := w.Workspace(id, t)
	if !ok {
		return &NotFound{"workspace", id}
	}
	if err := fn(ws); err != nil {
		return err
	}
	if m := when(at(t)); ws.Modified.Before(m) {
		ws.Modified = m
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.workspaces[ws.ID] = w.o.workspaces[ws.ID].put(at(t), ws.clone())
	w.o.claim(ws)
	return nil
}

// claim remembers where items are that the seed does not know there.
func (o *overlay) claim(ws *Workspace) {
	for i := range ws.Items {
		o.items[ws.Items[i].ID] = ws.ID
	}
}

// Create adds a workspace at moment t and returns it. ID, Created, Modified,
// Type and State are filled in when empty; names are not checked, because who
// may have which name is the API's business.
func (w *World) Create(t time.Time, ws Workspace) (*Workspace, error) {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	if ws.ID == "" {
		ws.ID = w.NewID()
	}
	if ws.Type == "" {
		ws.Type = TypeWorkspace
	}
	if ws.State == "" {
		ws.State = StateActive
	}
	now := when(at(t))
	if ws.Created.IsZero() {
		ws.Created = now
	}
	ws.Modified = now
	if ws.Grants == nil {
		ws.Grants = []Grant{}
	}
	for i := range ws.Items {
		ws.Items[i].WorkspaceID = ws.ID
	}
	w.o.workspaces[ws.ID] = w.o.workspaces[ws.ID].put(at(t), ws.clone())
	w.o.created = append(w.o.created, ws.ID)
	w.o.claim(&ws)
	ws.Slot = w.baseSlots(at(t)) + len(w.o.created) - 1
	return ws.clone(), nil
}

// NewID makes a GUID that no object of the tenant has.
func (w *World) NewID() string { return w.id(idOverlay, 0, w.o.count.Add(1)) }

// Record adds an event to the activity log. ID and Available are filled in
// when empty.
func (w *World) Record(e Event) {
	if e.ID == "" {
		e.ID = w.NewID()
	}
	if e.Available.Before(e.Created) {
		e.Available = e.Created
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.events = append(w.o.events, e)
}

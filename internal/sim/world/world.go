package world

import (
	"hash/fnv"
	"iter"
	"strings"
	"time"
)

// Config says which tenant to make.
type Config struct {
	Seed       uint64 // same seed, same tenant
	Workspaces int    // how many workspaces, about; default 400
	TenantID   string // GUID; default derived from the seed
	TenantName string // default Contoso
	Domain     string // mail domain, default contoso.com
}

// World is the tenant. Its methods are safe for concurrent use. What they
// return belongs to the caller, who may change it without effect on the world,
// except for the tables of a Schema, which are shared.
type World struct {
	cfg       Config
	seed      key
	idKeys    [4]uint64
	positions int // of employees; a multiple of the number of departments
	guests    int
	teams     int     // per department
	tenures   []cycle // by position
	pace      float64 // how fast things change: 0.7 in the demo, less in large tenants
	logShare  float64 // share of workspaces whose use and refreshes are logged on a day
	fixedUPN  map[string]ref
	o         *overlay
	log       dayCache
}

// New makes the tenant of cfg. It costs nothing but a few small lists.
func New(cfg Config) *World {
	if cfg.Workspaces <= 0 {
		cfg.Workspaces = 400
	}
	if cfg.TenantName == "" {
		cfg.TenantName = "Contoso"
	}
	if cfg.Domain == "" {
		cfg.Domain = "contoso.com"
	}
	w := &World{cfg: cfg, o: newOverlay(), fixedUPN: map[string]ref{}}
	h := fnv.New64a()
	h.Write([]byte(cfg.TenantID)) // two tenants of one seed are two tenants
	w.seed = key(mix(cfg.Seed)).sub(h.Sum64())
	for i := range w.idKeys {
		w.idKeys[i] = uint64(w.seed.sub2(tagNewID, uint64(i)))
	}
	if w.cfg.TenantID == "" {
		w.cfg.TenantID = w.id(idTenant, 0, 0)
	}
	n := len(departments)
	w.positions = min(96+cfg.Workspaces*6/5, 60_000) / n * n
	w.guests = max(24, w.positions/12)
	w.teams = max(1, w.positions/n/teamSize)
	w.pace = min(0.7, max(0.005, 600/float64(cfg.Workspaces)))
	w.logShare = min(1, 2500/float64(cfg.Workspaces))
	w.tenures = make([]cycle, w.positions)
	for p := range w.tenures {
		w.tenures[p] = w.newTenure(uint32(p))
	}
	for i := range fixedPeople {
		r := ref{kind: refFixed, a: uint32(i)}
		w.fixedUPN[strings.ToLower(w.face(r).upn)] = r
	}
	return w
}

// Config returns the configuration with its defaults filled in.
func (w *World) Config() Config { return w.cfg }

// Slots is the number of positions in the tenant's listing order at t: those of
// the seed, then those that callers made. A slot may be empty at t (a workspace
// that is not there yet, or gone for good).
func (w *World) Slots(t time.Time) int {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return w.baseSlots(at(t)) + len(w.o.created)
}

// WorkspaceAt builds the workspace in a slot; false = the slot is empty at t.
func (w *World) WorkspaceAt(slot int, t time.Time) (*Workspace, bool) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return w.workspaceAt(slot, at(t))
}

func (w *World) workspaceAt(slot int, t moment) (*Workspace, bool) {
	base := w.baseSlots(t)
	if slot < 0 || slot >= base+len(w.o.created) {
		return nil, false
	}
	if slot >= base {
		ws, ok := w.o.workspaces[w.o.created[slot-base]].at(t)
		if !ok {
			return nil, false
		}
		c := ws.clone()
		c.Slot = slot
		return w.live(c, t), true
	}
	if len(w.o.workspaces) > 0 {
		if ws, ok := w.changed(slot, t); ok {
			return w.live(ws.clone(), t), true
		}
	}
	st, ok := w.stateAt(slot, t, true)
	if !ok {
		return nil, false
	}
	return w.build(st, t), true
}

// changed is the version that callers made of the workspace in a slot of the
// seed.
func (w *World) changed(slot int, t moment) (*Workspace, bool) {
	l, ok := w.lifeAt(w.specOf(slot), t)
	if !ok {
		return nil, false
	}
	return w.o.workspaces[w.workspaceID(slot, l.gen)].at(t)
}

// HeadAt tells the head of the workspace in a slot without building it.
func (w *World) HeadAt(slot int, t time.Time) (Head, bool) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return w.headAt(slot, at(t))
}

func (w *World) headAt(slot int, t moment) (Head, bool) {
	if slot >= w.baseSlots(t) || len(w.o.workspaces) > 0 && slot >= 0 {
		if slot >= w.baseSlots(t) {
			if ws, ok := w.workspaceAt(slot, t); ok {
				return ws.head(), true
			}
			return Head{}, false
		}
		if ws, ok := w.changed(slot, t); ok {
			return ws.head(), true
		}
	}
	if slot < 0 {
		return Head{}, false
	}
	st, ok := w.stateAt(slot, t, false)
	if !ok {
		return Head{}, false
	}
	return Head{ID: w.workspaceID(slot, st.life.gen), Slot: slot, Type: w.typeOf(st.spec), State: st.life.state,
		CapacityID: w.capacityID(st.attrs.capacity), Created: when(st.life.created), Modified: when(st.modified), Deleted: when(st.life.deleted)}, true
}

func (w *Workspace) head() Head {
	return Head{ID: w.ID, Slot: w.Slot, Type: w.Type, State: w.State, CapacityID: w.CapacityID, Created: w.Created, Modified: w.Modified, Deleted: w.Deleted}
}

// Workspace finds a workspace by id, in any case; false = the tenant does not
// (or does no longer, or not yet) have it at t.
func (w *World) Workspace(id string, t time.Time) (*Workspace, bool) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	return w.workspaceByID(id, at(t))
}

func (w *World) workspaceByID(id string, t moment) (*Workspace, bool) {
	id = strings.ToLower(id)
	if ws, ok := w.o.workspaces[id].at(t); ok {
		c := ws.clone()
		for i, made := range w.o.created {
			if made == id {
				c.Slot = w.baseSlots(t) + i
			}
		}
		return w.live(c, t), true
	}
	a, b, ok := w.parseKind(id, idWorkspace)
	if !ok || int(a) >= w.baseSlots(t) {
		return nil, false
	}
	st, ok := w.stateAt(int(a), t, true)
	if !ok || uint64(st.life.gen) != b {
		return nil, false
	}
	return w.build(st, t), true
}

// SlotOf tells the slot of a workspace of the seed, without asking whether it
// exists at any moment.
func (w *World) SlotOf(id string) (slot int, ok bool) {
	a, _, ok := w.parseKind(id, idWorkspace)
	return int(a), ok
}

// Heads walks all workspaces that exist at t in listing order.
func (w *World) Heads(t time.Time) iter.Seq[Head] {
	return func(yield func(Head) bool) {
		for i := range w.Slots(t) {
			if h, ok := w.HeadAt(i, t); ok && !yield(h) {
				return
			}
		}
	}
}

// All builds all workspaces that exist at t in listing order, one by one.
func (w *World) All(t time.Time) iter.Seq[*Workspace] {
	return func(yield func(*Workspace) bool) {
		for i := range w.Slots(t) {
			if ws, ok := w.WorkspaceAt(i, t); ok && !yield(ws) {
				return
			}
		}
	}
}

// ModifiedSince lists workspaces that changed in (since, t]. The zero since
// lists all of them. One that was wiped in between is not listed.
func (w *World) ModifiedSince(since, t time.Time) []Head {
	var out []Head
	for h := range w.Heads(t) {
		if since.IsZero() || h.Modified.After(since) {
			out = append(out, h)
		}
	}
	return out
}

// Item finds an item by id with its workspace; false = not there at t.
func (w *World) Item(id string, t time.Time) (*Workspace, *Item, bool) {
	id = strings.ToLower(id)
	w.o.mu.RLock()
	home, moved := w.o.items[id]
	w.o.mu.RUnlock()
	if moved {
		if ws, ok := w.Workspace(home, t); ok {
			if it := ws.Item(id); it != nil {
				return ws, it, true
			}
		}
	}
	a, _, ok := w.parseKind(strings.TrimPrefix(id, foreignPrefix), idItem)
	if !ok || int(a) >= w.baseSlots(at(t)) {
		return nil, nil, false
	}
	ws, ok := w.WorkspaceAt(int(a), t)
	if !ok {
		return nil, nil, false
	}
	it := ws.Item(id)
	return ws, it, it != nil
}

package world

import (
	"encoding/json"
	"fmt"
	"io"
)

// saved is the overlay as a file holds it, with what it lies on.
type saved struct {
	Seed       uint64
	Size       int
	TenantID   string
	Count      uint64
	Workspaces map[string]versions[*Workspace]
	Created    []string
	Items      map[string]string
	Users      map[string]versions[User]
	Members    map[int][]memberEdit
	Settings   map[string]versions[Setting]
	Capacities map[string]versions[Capacity]
	Pipelines  map[string]versions[Pipeline]
	NewLines   []string
	Deploys    map[string][]Deployment
	Refreshes  map[string][]Refresh
	Sources    map[string]Datasource
	Events     []Event
}

// Save writes what callers have changed, as JSON. The seed makes the rest.
func (w *World) Save(to io.Writer) error {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	o := w.o
	err := json.NewEncoder(to).Encode(saved{w.cfg.Seed, w.cfg.Workspaces, w.cfg.TenantID, o.count.Load(), o.workspaces, o.created,
		o.items, o.users, o.members, o.settings, o.capacities, o.pipelines, o.newLines, o.deploys, o.refreshes, o.sources, o.events})
	if err != nil {
		return fmt.Errorf("save the tenant: %w", err)
	}
	return nil
}

// OtherTenant is returned for a file that was saved from another tenant than the
// one it is loaded into.
type OtherTenant struct {
	// Seed and Workspaces are those of the file, Asked is the tenant at hand.
	Seed       uint64
	Workspaces int
	Asked      Config
}

func (e *OtherTenant) Error() string {
	return fmt.Sprintf("the file belongs to seed %d with %d workspaces, not to seed %d with %d",
		e.Seed, e.Workspaces, e.Asked.Seed, e.Asked.Workspaces)
}

// Load puts saved changes over a tenant that nobody has changed yet. They must
// have been made to the same tenant: seed, size and id are compared, and a file
// of another is refused with *OtherTenant.
func (w *World) Load(from io.Reader) error {
	var s saved
	if err := json.NewDecoder(from).Decode(&s); err != nil {
		return fmt.Errorf("load the tenant: %w", err)
	}
	if s.Seed != w.cfg.Seed || s.Size != w.cfg.Workspaces || s.TenantID != w.cfg.TenantID {
		return fmt.Errorf("load the tenant: %w", &OtherTenant{Seed: s.Seed, Workspaces: s.Size, Asked: w.cfg})
	}
	o := newOverlay()
	fill(&o.workspaces, s.Workspaces)
	fill(&o.items, s.Items)
	fill(&o.users, s.Users)
	fill(&o.members, s.Members)
	fill(&o.settings, s.Settings)
	fill(&o.capacities, s.Capacities)
	fill(&o.pipelines, s.Pipelines)
	fill(&o.deploys, s.Deploys)
	fill(&o.refreshes, s.Refreshes)
	fill(&o.sources, s.Sources)
	o.created, o.newLines, o.events = s.Created, s.NewLines, s.Events
	o.count.Store(s.Count)
	w.o = o
	return nil
}

// fill keeps the empty map when the file has none.
func fill[K comparable, V any](to *map[K]V, from map[K]V) {
	if from != nil {
		*to = from
	}
}

package world

import (
	"encoding/json"
	"fmt"
	"io"
)

// saved is what callers changed, as it is written to a file: the seed's part
// of the tenant needs no writing.
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
	Events     []Event
}

// Save writes what callers changed, so that a tenant can be taken up again
// after a restart.
func (w *World) Save(out io.Writer) error {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	o := w.o
	s := saved{w.cfg.Seed, w.cfg.Workspaces, w.cfg.TenantID, o.count.Load(), o.workspaces, o.created, o.items, o.users, o.members,
		o.settings, o.capacities, o.pipelines, o.newLines, o.deploys, o.refreshes, o.events}
	if err := json.NewEncoder(out).Encode(s); err != nil {
		return fmt.Errorf("writing the changes of tenant %s: %w", w.cfg.TenantID, err)
	}
	return nil
}

// Load replaces what callers changed by what Save wrote. It refuses the file of
// another tenant: its ids would mean something else here.
func (w *World) Load(in io.Reader) error {
	var s saved
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return fmt.Errorf("reading the changes of tenant %s: %w", w.cfg.TenantID, err)
	}
	if s.Seed != w.cfg.Seed || s.Size != w.cfg.Workspaces || s.TenantID != w.cfg.TenantID {
		return fmt.Errorf("the saved changes belong to seed %d with %d workspaces, tenant %s; this one is seed %d with %d, tenant %s",
			s.Seed, s.Size, s.TenantID, w.cfg.Seed, w.cfg.Workspaces, w.cfg.TenantID)
	}
	w.o.writing.Lock()
	defer w.o.writing.Unlock()
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	o := w.o
	o.count.Store(s.Count)
	o.workspaces, o.created, o.items = full(s.Workspaces), s.Created, full(s.Items)
	o.users, o.members, o.settings = full(s.Users), full(s.Members), full(s.Settings)
	o.capacities, o.pipelines, o.newLines = full(s.Capacities), full(s.Pipelines), s.NewLines
	o.deploys, o.refreshes, o.events = full(s.Deploys), full(s.Refreshes), s.Events
	return nil
}

// full makes an empty map of a missing one.
func full[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

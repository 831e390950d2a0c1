package world

import (
	"iter"
	"time"
)

// Config says which tenant to make.
type Config struct {
	Seed       uint64 // same seed, same tenant
	Workspaces int    // how many workspaces, about; default 400
	TenantID   string // GUID; default derived from the seed
	TenantName string // "Contoso"
	Domain     string // mail domain, default contoso.com
}

// World is the tenant. Its methods are safe for concurrent use. What they
// return belongs to the caller, who may change it without effect on the world.
type World struct {
	cfg Config
}

// New makes the tenant of cfg. It costs nothing but the fixed lists.
func New(cfg Config) *World { return &World{cfg: cfg} }

// Config returns the configuration with its defaults filled in.
func (w *World) Config() Config { return w.cfg }

// --- workspaces

// Slots is the number of positions in the tenant's listing order at t. A slot
// may be empty at t (a workspace that is not there yet, or gone for good).
func (w *World) Slots(t time.Time) int { return 0 }

// WorkspaceAt builds the workspace in a slot; false = the slot is empty at t.
func (w *World) WorkspaceAt(slot int, t time.Time) (*Workspace, bool) { return nil, false }

// HeadAt tells the head of the workspace in a slot without building it.
func (w *World) HeadAt(slot int, t time.Time) (Head, bool) { return Head{}, false }

// Workspace finds a workspace by id, in any case; false = the tenant does not
// (or does no longer, or not yet) have it at t.
func (w *World) Workspace(id string, t time.Time) (*Workspace, bool) { return nil, false }

// SlotOf tells the slot of a workspace id, without asking whether it exists at
// any moment.
func (w *World) SlotOf(id string) (slot int, ok bool) { return 0, false }

// Heads walks all workspaces that exist at t in listing order.
func (w *World) Heads(t time.Time) iter.Seq[Head] { return func(func(Head) bool) {} }

// All builds all workspaces that exist at t in listing order, one by one.
func (w *World) All(t time.Time) iter.Seq[*Workspace] { return func(func(*Workspace) bool) {} }

// ModifiedSince lists workspaces that changed in (since, t]. The zero since
// lists all of them.
func (w *World) ModifiedSince(since, t time.Time) []Head { return nil }

// Item finds an item by id with its workspace; false = not there at t.
func (w *World) Item(id string, t time.Time) (*Workspace, *Item, bool) { return nil, nil, false }

// ItemAccess lists everybody with access to an item: its own shares and what
// follows from the workspace's roles, in the wording of the item's kind. It is
// nil for "[App] " copies, for which the API tells nobody.
func (w *World) ItemAccess(ws *Workspace, it *Item) []Grant { return nil }

// Datasource finds a datasource instance by id.
func (w *World) Datasource(id string, t time.Time) (Datasource, bool) { return Datasource{}, false }

// --- refreshes

// Refreshes lists the newest n refreshes of a model or dataflow that had begun
// by t, newest first; n ≤ 0 means 60. A refresh still running at t has no end.
func (w *World) Refreshes(itemID string, t time.Time, n int) []Refresh { return nil }

// Refreshables lists the seven-day figures of all models on capacities, in a
// fixed order.
func (w *World) Refreshables(t time.Time) []Refreshable { return nil }

// --- tenant-wide objects

// Capacities of the tenant at t.
func (w *World) Capacities(t time.Time) []Capacity { return nil }

// Capacity finds one by id, in any case.
func (w *World) Capacity(id string, t time.Time) (Capacity, bool) { return Capacity{}, false }

// TenantKeys lists the customer-managed keys.
func (w *World) TenantKeys() []TenantKey { return nil }

// Domains of the tenant at t, parents before children.
func (w *World) Domains(t time.Time) []Domain { return nil }

// Labels lists the sensitivity labels.
func (w *World) Labels() []Label { return nil }

// Settings lists the tenant settings at t.
func (w *World) Settings(t time.Time) []Setting { return nil }

// Overrides lists the delegated overrides of one scope at t.
func (w *World) Overrides(scope OverrideScope, t time.Time) []Override { return nil }

// Pipelines walks the deployment pipelines at t in listing order.
func (w *World) Pipelines(t time.Time) iter.Seq[Pipeline] { return func(func(Pipeline) bool) {} }

// Pipeline finds one by id, in any case.
func (w *World) Pipeline(id string, t time.Time) (Pipeline, bool) { return Pipeline{}, false }

// StageItems lists the items of a stage with their pairing; false = no such
// pipeline or stage.
func (w *World) StageItems(pipelineID string, stage int, t time.Time) ([]Pairing, bool) {
	return nil, false
}

// Deployments lists the operations of a pipeline that had begun by t, newest
// first, at most 20.
func (w *World) Deployments(pipelineID string, t time.Time) []Deployment { return nil }

// Apps walks the published apps at t in listing order.
func (w *World) Apps(t time.Time) iter.Seq[App] { return func(func(App) bool) {} }

// App finds one by id, in any case.
func (w *World) App(id string, t time.Time) (App, bool) { return App{}, false }

// OrgLinks walks the items shared with the whole organisation by a link.
func (w *World) OrgLinks(t time.Time) iter.Seq[WideShare] { return func(func(WideShare) bool) {} }

// PublishedToWeb walks the items with a publish-to-web code.
func (w *World) PublishedToWeb(t time.Time) iter.Seq[WideShare] {
	return func(func(WideShare) bool) {}
}

// Subscriptions lists the e-mail subscriptions of a report or dashboard.
func (w *World) Subscriptions(itemID string, t time.Time) []Subscription { return nil }

// UserSubscriptions walks the subscriptions that a person owns or receives.
func (w *World) UserSubscriptions(userID string, t time.Time) iter.Seq[Subscription] {
	return func(func(Subscription) bool) {}
}

// Access is one thing a principal can reach: the workspace by its role (Item
// is nil), or an item.
type Access struct {
	Workspace *Workspace
	Item      *Item
	Right     string
}

// AccessOf walks what a principal holds directly (not through groups), by
// object id. It builds every workspace: slow on a large tenant.
func (w *World) AccessOf(principalID string, t time.Time) iter.Seq[Access] {
	return func(func(Access) bool) {}
}

// --- directory

// User finds a person by object id or UPN, in any case; false = not in the
// directory at t (not yet, or deleted).
func (w *World) User(idOrUPN string, t time.Time) (User, bool) { return User{}, false }

// Users walks the people of the directory at t in a fixed order.
func (w *World) Users(t time.Time) iter.Seq[User] { return func(func(User) bool) {} }

// DeletedUsers lists the accounts deleted less than 30 days before t.
func (w *World) DeletedUsers(t time.Time) []DeletedUser { return nil }

// Group finds a group by object id or mail address, in any case.
func (w *World) Group(id string, t time.Time) (Group, bool) { return Group{}, false }

// Groups walks the groups of the directory at t.
func (w *World) Groups(t time.Time) iter.Seq[Group] { return func(func(Group) bool) {} }

// Members lists the direct members of a group; false = no such group.
func (w *World) Members(groupID string, t time.Time) ([]Member, bool) { return nil, false }

// TransitiveMembers lists everybody in a group with nested groups resolved,
// the nested groups themselves included, each once.
func (w *World) TransitiveMembers(groupID string, t time.Time) ([]Member, bool) { return nil, false }

// MemberOf lists the groups a principal is a direct member of.
func (w *World) MemberOf(id string, t time.Time) []Group { return nil }

// ServicePrincipal finds an application by object id or client id, in any case.
func (w *World) ServicePrincipal(id string, t time.Time) (ServicePrincipal, bool) {
	return ServicePrincipal{}, false
}

// ServicePrincipals lists the applications of the directory.
func (w *World) ServicePrincipals(t time.Time) []ServicePrincipal { return nil }

// DirectoryChanged lists users and groups that were created, changed or
// deleted in (since, t], for delta queries: ids of what is there with its new
// state, and of what is gone.
func (w *World) DirectoryChanged(since, t time.Time) (users []User, groups []Group, removed []string) {
	return nil, nil, nil
}

// ScannerApp is the application that the portal scans with.
func (w *World) ScannerApp() ServicePrincipal { return ServicePrincipal{} }

// ExecutorApp is the application that the portal changes the tenant with.
func (w *World) ExecutorApp() ServicePrincipal { return ServicePrincipal{} }

// AdminAPIGroup is the security group that the settings for admin APIs name;
// ScannerApp is in it.
func (w *World) AdminAPIGroup() Group { return Group{} }

// DemoPeople are the people one can sign in as in the demo, in the order to
// show them.
func (w *World) DemoPeople() []DemoPerson { return nil }

// --- history

// Activity lists the log's events created in the given UTC hour (0..23) of a
// day that are available at t, in the order the log gives them, which is not
// quite the order of time.
func (w *World) Activity(day time.Time, hour int, t time.Time) []Event { return nil }

// Changes lists what truly happened in (from, to], in order of time.
func (w *World) Changes(from, to time.Time) []Change { return nil }

// Summary counts the tenant at t. It builds every workspace.
func (w *World) Summary(t time.Time) Summary { return Summary{} }

// --- changes from outside

// Mutate changes the workspace with that id at moment t. fn gets a copy of its
// state at t; if it returns nil the copy is its state from t on (it then
// lives on only by further mutations), else nothing happens and the error is
// returned. Modified is set to t.
func (w *World) Mutate(id string, t time.Time, fn func(*Workspace) error) error { return nil }

// Create adds a workspace at moment t and returns it. ID, Slot, Created,
// Modified and State are filled in when empty.
func (w *World) Create(t time.Time, ws Workspace) (*Workspace, error) { return nil, nil }

// NewID makes a GUID that no object of the tenant has.
func (w *World) NewID() string { return "" }

// Record adds an event to the activity log.
func (w *World) Record(e Event) {}

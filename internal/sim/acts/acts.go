// Package acts is what callers may do to the pretend tenant, and what becomes of
// it: workspaces and their roles, moves to a capacity, deployment pipelines and
// deployments, refreshes. Power BI and Fabric offer the same acts under different
// names; the rules are here, once, and each service only translates.
//
// Things that take time (moves, deployments) are finished by Settle, which the
// gate calls with the stand-in's time before every call: nothing runs in the
// background, so a test that moves the clock sees exactly what it should.
package acts

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"steward/internal/sim/world"
)

// Times are how long things take on the stand-in's clock. Zero means the default.
type Times struct {
	// Instant makes everything take no time at all; the other values are ignored.
	Instant bool
	// Move is the change of a workspace's capacity (90 s).
	Move time.Duration
	// Step is one item of a deployment (5 s).
	Step time.Duration
	// FirstDeploy is how long after an assignment the first deployment is refused
	// (60 s).
	FirstDeploy time.Duration
	// Refresh is the shortest refresh; each model takes up to four times as long
	// (30 s).
	Refresh time.Duration
	// Import is the publishing of a file (20 s), Definition a long-running
	// operation on the definition of an item (4 s).
	Import, Definition time.Duration
}

func (t Times) filled() Times {
	if t.Instant {
		return Times{Instant: true}
	}
	for v, d := range map[*time.Duration]time.Duration{&t.Move: 90 * time.Second, &t.Step: 5 * time.Second,
		&t.FirstDeploy: time.Minute, &t.Refresh: 30 * time.Second, &t.Import: 20 * time.Second, &t.Definition: 4 * time.Second} {
		if *v == 0 {
			*v = d
		}
	}
	return t
}

// Config is what New needs.
type Config struct {
	World *world.World
	NewID func() string
	Times Times
	// SameNames lets two workspaces have one name, as some tenants do.
	SameNames bool
	// FailItem is the id of an item whose deployment fails.
	FailItem string
	// HangItem is the id of a model whose refreshes do not end by themselves.
	HangItem string
	// FullCapacity is the id of a capacity to which every move fails.
	FullCapacity string
	// FailImports makes the next so many imports fail while they are published.
	FailImports int
}

// Book carries out acts. It is safe for concurrent use.
type Book struct {
	world *world.World
	cfg   Config

	mu       sync.Mutex
	names    nameIndex
	moves    map[string]Move
	assigned map[string]time.Time
	runs     []*run
	enhanced map[string]Enhanced
	// forgotten are the models whose credentials were lost when they changed hands
	// (true), and those for which somebody has entered them again (false).
	forgotten map[string]bool
	imports   map[string]*Import
	longs     map[string]*Long
	// memo holds the groups of callers for the time of one call: asking the world
	// for them is dear, and a list of pipelines asks for each.
	memoMu sync.Mutex
	memo   map[string]map[string]bool
	// started tells the pipeline of each deployment that a caller started.
	started map[string]string
}

// New returns the book of a tenant.
func New(cfg Config) *Book {
	cfg.Times = cfg.Times.filled()
	return &Book{world: cfg.World, cfg: cfg, moves: map[string]Move{}, assigned: map[string]time.Time{},
		enhanced: map[string]Enhanced{}, forgotten: map[string]bool{}, started: map[string]string{},
		imports: map[string]*Import{}, longs: map[string]*Long{}}
}

// SetTimes changes how long things take from now on.
func (b *Book) SetTimes(t Times) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.Times = t.filled()
}

// FailItem makes the deployment of an item fail; "" none.
func (b *Book) FailItem(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.FailItem = id
}

// HangItem makes the refreshes of a model hang from now on; "" none.
func (b *Book) HangItem(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.HangItem = id
}

// FillCapacity makes every move to a capacity fail from now on; "" none.
func (b *Book) FillCapacity(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.FullCapacity = id
}

// FailImports makes the next n imports fail while they are published.
func (b *Book) FailImports(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.FailImports = n
}

// EnterCredentials is what a person does in the portal's settings of a model whose
// credentials were lost. It reports whether the model lacked any.
func (b *Book) EnterCredentials(model string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	model = strings.ToLower(model)
	lacked := b.forgotten[model]
	b.forgotten[model] = false
	return lacked
}

// Actor is who acts: always an application here.
type Actor struct {
	ObjectID, Name string
	// MayCreate is the tenant setting for workspaces and pipelines.
	MayCreate bool
}

func (b *Book) principal(a Actor, t time.Time) world.Principal {
	if sp, ok := b.world.ServicePrincipal(a.ObjectID, t); ok {
		return sp.Principal()
	}
	return world.Principal{Kind: world.KindApp, ID: a.ObjectID, DisplayName: a.Name}
}

// Refusal is an act that was not done. Status and Code are Power BI's; Fabric
// translates the codes it has other words for.
type Refusal struct {
	Status        int
	Code, Message string
	// HeaderOnly is set where Power BI says its reason in a header only.
	HeaderOnly bool
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Message)
}

func refuse(status int, code, message string) error {
	return &Refusal{Status: status, Code: code, Message: message}
}

// Codes of refusals that both services know.
const (
	CodeNotFound   = "PowerBIEntityNotFound"
	CodeNoAccess   = "GroupNotAccessible"
	CodeForbidden  = "PowerBIFolderOperationForbidden"
	CodeNameTaken  = "PowerBIEntityAlreadyExists"
	CodeHasRole    = "AddingAlreadyExistsGroupUserNotSupportedError"
	CodeInvalid    = "InvalidRequest"
	CodeMigrating  = "WorkspaceMigrationOperationInProgress"
	CodeSwitchOff  = "ServicePrincipalIsNotAllowedByTenantAdminSwitch"
	CodeNoPipeline = "PipelineNotFound"
)

func notFound() error { return refuse(404, CodeNotFound, "") }

func invalid(message string) error { return refuse(400, CodeInvalid, message) }

// rank orders workspace rights.
var rank = map[string]int{world.RightViewer: 1, world.RightContributor: 2, world.RightMember: 3, world.RightAdmin: 4}

// self is everything that a right can be given to and count for somebody: itself
// and its groups.
func (b *Book) self(objectID string, t time.Time) map[string]bool {
	key := objectID + t.String()
	b.memoMu.Lock()
	ids, ok := b.memo[key]
	b.memoMu.Unlock()
	if ok {
		return ids
	}
	ids = map[string]bool{objectID: true}
	for _, g := range b.world.MemberOf(objectID, t) {
		ids[g.ID] = true
	}
	b.memoMu.Lock()
	defer b.memoMu.Unlock()
	if b.memo == nil {
		b.memo = map[string]map[string]bool{}
	}
	b.memo[key] = ids
	return ids
}

func (b *Book) forget() {
	b.memoMu.Lock()
	defer b.memoMu.Unlock()
	b.memo = nil
}

// Role is the best right that somebody has on a workspace, directly or through
// groups; empty for none.
func (b *Book) Role(objectID string, ws *world.Workspace, t time.Time) string {
	ids := b.self(objectID, t)
	best := ""
	for _, g := range ws.Grants {
		if ids[g.Principal.ID] && rank[g.Right] > rank[best] {
			best = g.Right
		}
	}
	return best
}

// enter finds an active workspace in which the actor has at least this right.
func (b *Book) enter(a Actor, id, least string, t time.Time) (*world.Workspace, error) {
	ws, ok := b.world.Workspace(id, t)
	if !ok || ws.State != world.StateActive {
		return nil, notFound()
	}
	switch have := b.Role(a.ObjectID, ws, t); {
	case have == "":
		return nil, refuse(401, CodeNoAccess, "")
	case rank[have] < rank[least]:
		return nil, refuse(403, CodeForbidden, "")
	}
	return ws, nil
}

// note writes an act into the activity log, where it appears after a while.
func (b *Book) note(a Actor, activity string, t time.Time, edit func(*world.Event)) {
	e := world.Event{Created: t, Available: t.Add(40 * time.Minute), Activity: activity, UserID: a.ObjectID, UserKey: a.ObjectID,
		UserType: 5, Success: true, ClientIP: "10.0.0.9", UserAgent: "steward", RequestID: b.cfg.NewID(), ActivityID: b.cfg.NewID()}
	if edit != nil {
		edit(&e)
	}
	b.world.Record(e)
}

func inWorkspace(ws *world.Workspace) func(*world.Event) {
	return func(e *world.Event) { e.WorkspaceID, e.WorkspaceName = ws.ID, ws.Name }
}

func sameID(a, b string) bool { return strings.EqualFold(a, b) }

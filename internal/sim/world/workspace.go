package world

import "time"

// WorkspaceType is the kind of a workspace in the scanner's spelling
// (api-guide 2.1). Values outside this list may occur.
type WorkspaceType string

const (
	TypeWorkspace WorkspaceType = "Workspace"
	TypePersonal  WorkspaceType = "PersonalGroup"  // the Fabric API says Personal
	TypeClassic   WorkspaceType = "Group"          // tied to a Microsoft 365 group
	TypeAdmin     WorkspaceType = "AdminWorkspace" // admin monitoring
)

// WorkspaceState is the life-cycle state. Orphaned is not a state: the API
// lists such a workspace as Active with no Admin (see Workspace.Orphaned).
type WorkspaceState string

const (
	StateActive   WorkspaceState = "Active"
	StateDeleted  WorkspaceState = "Deleted"  // inside retention, can be restored
	StateRemoving WorkspaceState = "Removing" // retention over, being wiped
)

// Workspace is one workspace at one moment.
type Workspace struct {
	ID          string
	Slot        int // position in the tenant's listing order, see World.Slots
	Name        string
	Description string
	Type        WorkspaceType
	State       WorkspaceState

	Created  time.Time
	Modified time.Time // last change that "modifiedSince" sees; never after the asked moment
	Deleted  time.Time // zero unless State is Deleted or Removing

	CapacityID         string // "" = shared capacity
	CapacityMovedAt    time.Time
	StorageFormat      string // "Small" or "Large"; "" on shared capacity
	DataRetrievalState string // "" = absent
	DomainID           string // "" = absent
	DefaultLabelID     string
	LogAnalyticsID     string // "" = none
	PipelineID         string // "" = in no deployment pipeline
	PipelineStage      int    // 0..; meaningful only with PipelineID
	HasOwnSettings     bool   // hasWorkspaceLevelSettings
	Git                *GitConnection

	// Grants are the workspace's roles. nil means that the service does not
	// tell them (deleted workspaces, AdminWorkspace); an empty slice means
	// that nobody has a role.
	Grants []Grant
	Items  []Item

	// Truth that no API tells; for tests and for the demo's explanations.
	Department string // department code, "" for tenant-wide workspaces
	Project    string // "FIN-Budget"; "" outside a project
	Stage      string // DEV, TEST, PROD, ""
	OwnerID    string // object id of the owner of a personal workspace
	Oddity     string // which mistake or curiosity it was made to show, "" = ordinary
}

// Orphaned reports whether the workspace has told roles, but nobody with the
// Admin role.
func (w *Workspace) Orphaned() bool {
	if w.State != StateActive || w.Grants == nil || w.Type == TypePersonal {
		return false
	}
	for _, g := range w.Grants {
		if g.Right == RightAdmin {
			return false
		}
	}
	return true
}

// Item returns the item with that id (case-sensitive, lower-case), or nil.
func (w *Workspace) Item(id string) *Item {
	for i := range w.Items {
		if w.Items[i].ID == id {
			return &w.Items[i]
		}
	}
	return nil
}

// GitConnection ties a workspace to a repository (Fabric discoverGitConnections).
type GitConnection struct {
	Provider     string // AzureDevOps or GitHub
	Organization string // AzureDevOps organisation, GitHub owner
	Project      string // AzureDevOps only
	Repository   string
	Branch       string
	Directory    string
	CustomDomain string // GitHub Enterprise only
}

// Head is what can be told of a workspace without building it: cheap enough to
// ask for all of a large tenant.
type Head struct {
	ID         string
	Slot       int
	Type       WorkspaceType
	State      WorkspaceState
	CapacityID string
	Created    time.Time
	Modified   time.Time
	Deleted    time.Time
}

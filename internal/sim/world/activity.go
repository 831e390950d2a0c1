package world

import "time"

// Event is one entry of the activity log. Fields that an event does not have
// are empty; Extra holds what only its kind has, ready to be written as JSON.
type Event struct {
	ID        string // GUID
	Created   time.Time
	Available time.Time // when the log shows it: minutes to 24 hours later
	Activity  string    // ViewReport, UpdateFolderAccess, …

	UserID    string // UPN; object id or "PowerBI" for applications and the system
	UserKey   string
	UserType  int
	ClientIP  string
	UserAgent string
	Success   bool
	Failure   string // ResultStatus of a failed call

	WorkspaceID, WorkspaceName string
	CapacityID, CapacityName   string // CapacityID is not always a GUID
	ItemID, ItemName           string
	ItemKind                   ItemKind // "" = no item
	ReportType                 string
	ModelID, ModelName         string
	AppName, AppReportID       string
	Distribution               string // Workspace, Apps, Shared
	Consumption                string // Power BI Web, …
	PipelineID, PipelineName   string
	RequestID, ActivityID      string

	Extra map[string]any

	// changed marks events about a change that the seed made to a workspace: they
	// did not happen once a caller has taken the workspace over.
	changed bool
}

// ChangeKind says what happened in a Change.
type ChangeKind string

const (
	WorkspaceCreated  ChangeKind = "workspace created"
	WorkspaceDeleted  ChangeKind = "workspace deleted"
	WorkspaceRenamed  ChangeKind = "workspace renamed"
	WorkspaceRestored ChangeKind = "workspace restored"
	WorkspaceEdited   ChangeKind = "workspace description changed"
	WorkspaceMoved    ChangeKind = "workspace moved to another capacity"
	WorkspaceDomain   ChangeKind = "workspace moved to another domain"
	GrantAdded        ChangeKind = "grant added"
	GrantRemoved      ChangeKind = "grant removed"
	GrantChanged      ChangeKind = "grant changed"
	ItemCreated       ChangeKind = "item created"
	ItemEdited        ChangeKind = "item edited"
	ItemDeleted       ChangeKind = "item deleted"
	ItemShared        ChangeKind = "item shared"
	ItemUnshared      ChangeKind = "item share removed"
	ItemTakenOver     ChangeKind = "item taken over"
	ItemLabelled      ChangeKind = "item labelled"
	ItemPublished     ChangeKind = "item published to the web"
	AppUpdated        ChangeKind = "app updated"
	PersonJoined      ChangeKind = "person joined"
	PersonLeft        ChangeKind = "person left"
	SettingSwitched   ChangeKind = "setting switched"
	PipelineDeployed  ChangeKind = "pipeline deployed"
)

// Change is something that truly happened in the tenant: what a portal should
// have found, for tests, and the source of the log's change events.
type Change struct {
	Kind        ChangeKind
	At          time.Time
	By          Principal // who did it
	WorkspaceID string
	ItemID      string
	ItemKind    ItemKind
	Subject     Principal // who gained or lost, for grants
	Before      string
	After       string
	Deployed    bool // follows from a deployment, not from somebody's own hand
}

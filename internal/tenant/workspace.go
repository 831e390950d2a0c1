package tenant

// WorkspaceKind is the type of a workspace as the admin APIs spell it.
type WorkspaceKind string

// Kinds that are known today (api guide, section 2.1). Others are kept as
// they come.
const (
	KindWorkspace      WorkspaceKind = "Workspace"
	KindPersonal       WorkspaceKind = "PersonalGroup"
	KindClassic        WorkspaceKind = "Group"
	KindAdminWorkspace WorkspaceKind = "AdminWorkspace"
)

// NormalKind folds the Fabric spelling of personal workspaces ("Personal")
// into the scanner's, so that one workspace has one kind whichever API
// answered.
func NormalKind(wire string) WorkspaceKind {
	if wire == "Personal" {
		return KindPersonal
	}
	return WorkspaceKind(wire)
}

// WorkspaceState is the life-cycle state of a workspace.
type WorkspaceState string

// States of the scanner (api guide, section 2.1). Orphaned is never sent by
// the scanner: it is derived, see Workspace.Orphaned.
const (
	StateActive   WorkspaceState = "Active"
	StateDeleted  WorkspaceState = "Deleted"
	StateRemoving WorkspaceState = "Removing"
	StateNotFound WorkspaceState = "Not Found"
)

// Workspace is one workspace with all that hangs on it, as one scan saw it.
type Workspace struct {
	ID          string
	Name        string
	Description string
	Kind        WorkspaceKind
	State       WorkspaceState
	// Dedicated says that the workspace is on a capacity; CapacityID may be
	// empty even then (Microsoft leaves it out at times).
	Dedicated  bool
	CapacityID string
	// DomainID is empty when the workspace belongs to no domain.
	DomainID string
	// StorageFormat is Small or Large on dedicated capacity, else empty.
	StorageFormat string

	// UsersKnown is false when the answer had no users key: who has access is
	// then unknown, not "nobody".
	UsersKnown bool
	Users      []Grant
	Items      []Item
}

// Orphaned reports whether the workspace is active and no user, group or
// application holds its Admin role. The second result is false when the users
// are unknown.
func (w *Workspace) Orphaned() (orphaned, known bool) {
	if !w.UsersKnown {
		return false, false
	}
	if w.State != StateActive || w.Kind == KindPersonal {
		return false, true
	}
	for _, g := range w.Users {
		if g.Right == RightAdmin {
			return false, true
		}
	}
	return true, true
}

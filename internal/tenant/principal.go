package tenant

import "strings"

// PrincipalKind is the kind of somebody who can hold a right.
type PrincipalKind string

// Kinds of principals. The service's "None" means the whole organisation: an
// organisation-wide link (api guide, section 2.2).
const (
	PrincipalUser     PrincipalKind = "User"
	PrincipalGroup    PrincipalKind = "Group"
	PrincipalApp      PrincipalKind = "App"
	PrincipalEveryone PrincipalKind = "None"
)

// EveryoneID is the id under which the whole organisation is kept. It is not
// a GUID, so it cannot meet a real one.
const EveryoneID = "everyone-in-the-organisation"

// Principal is a user, group, application or the whole organisation.
type Principal struct {
	ID   string
	Kind PrincipalKind
	Name string
	// Address is the user principal name of a user, or the mail address of a
	// group that has one; empty for applications and security groups.
	Address string
	// Guest is true for external users: userType Guest, or an address with
	// #EXT#.
	Guest bool
	// Directory says what Microsoft Graph knows; nil when Graph was not asked
	// or could not answer: then whether the person still works here is
	// unknown.
	Directory *DirectoryEntry
}

// DirectoryEntry is what Microsoft Graph says of a principal.
type DirectoryEntry struct {
	// Gone is true when the directory no longer has the id.
	Gone bool
	// Enabled is accountEnabled; false for leavers whose account is kept.
	// Without EnabledKnown the directory did not say.
	Enabled      bool
	EnabledKnown bool
	Mail         string
	Department   string
	Company      string
	ManagerID    string
	// Security, MailEnabled and Unified describe groups; Unified is a
	// Microsoft 365 group.
	Security    bool
	MailEnabled bool
	Unified     bool
	// MembersKnown is true when the members of a group were read whole.
	MembersKnown bool
	// People is the number of different people behind a group, nested groups
	// included; 0 unless MembersKnown.
	People int
}

// Membership is one direct member of a group.
type Membership struct{ GroupID, MemberID string }

// IsGuestAddress reports whether a user principal name is that of a guest.
func IsGuestAddress(address string) bool {
	return strings.Contains(strings.ToUpper(address), "#EXT#")
}

// Right is what a grant allows, as Microsoft spells it.
type Right string

// Workspace roles. Item rights (Read, ReadWrite, ReadReshare, Owner …) are
// many and are kept as they come (api guide, section 2.2).
const (
	RightAdmin       Right = "Admin"
	RightMember      Right = "Member"
	RightContributor Right = "Contributor"
	RightViewer      Right = "Viewer"
	RightNone        Right = "None"
)

// CanWrite reports whether the right lets its holder change the object.
func (r Right) CanWrite() bool {
	switch r {
	case RightAdmin, RightMember, RightContributor:
		return true
	}
	return strings.Contains(string(r), "Write") || r == "Owner"
}

// Grant is one right of one principal on one workspace or item.
type Grant struct {
	// ObjectID is the workspace or the item the right is on.
	ObjectID  string
	Principal Principal
	Right     Right
	// ProfileID is set when a service principal profile holds the right.
	ProfileID string
}

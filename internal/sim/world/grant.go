package world

import "time"

// PrincipalKind is what holds a right, in the API's spelling.
type PrincipalKind string

const (
	KindUser  PrincipalKind = "User"
	KindGroup PrincipalKind = "Group"
	KindApp   PrincipalKind = "App"  // service principal
	KindNone  PrincipalKind = "None" // the whole organisation, by a link
)

// Workspace rights. Item rights have more values (api-guide 2.2) and are kept
// as plain text in Grant.Right.
const (
	RightAdmin       = "Admin"
	RightMember      = "Member"
	RightContributor = "Contributor"
	RightViewer      = "Viewer"
	RightNone        = "None"
)

// Principal is somebody who holds a right, as the API describes them at that
// moment. A principal that left the directory still appears in old grants.
type Principal struct {
	Kind        PrincipalKind
	ID          string // object id in the directory; "" for KindNone
	UPN         string // users only
	DisplayName string // may be "" for somebody who is gone
	Email       string // "" = the API leaves the key out (apps, security groups)
	UserType    string // "Member", "Guest" or "" (not a user)
	ProfileID   string // service principal profile, "" = none
	ProfileName string
}

// Identifier is the value of the wire's "identifier": the UPN of a user, else
// the object id.
func (p Principal) Identifier() string {
	if p.Kind == KindUser {
		return p.UPN
	}
	return p.ID
}

// Grant gives a right on a workspace or an item to a principal.
type Grant struct {
	Principal Principal
	Right     string
	Since     time.Time // when it was given, or its right last changed
	Inherited bool      // an item grant that follows from a workspace role
	SharedBy  Principal // who shared an item; zero when unknown or inherited
}

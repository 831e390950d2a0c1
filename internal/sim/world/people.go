package world

import "time"

// UserType in the directory.
const (
	UserMember = "Member"
	UserGuest  = "Guest"
)

// User is a person of the directory at one moment.
type User struct {
	ID          string
	UPN         string // guests: carries #EXT#
	DisplayName string
	GivenName   string
	Surname     string
	Mail        string // "" = no mailbox
	Department  string // name, "" for guests
	JobTitle    string
	Company     string
	Office      string
	UserType    string // Member or Guest
	ManagerID   string // "" = nobody
	Enabled     bool   // false = left, account still there
	Created     time.Time
	Left        time.Time // moment the account was disabled; zero = still here
	Deleted     time.Time // moment the account went to deleted items; zero = not
}

// Principal describes the user as a holder of rights.
func (u *User) Principal() Principal {
	return Principal{Kind: KindUser, ID: u.ID, UPN: u.UPN, DisplayName: u.DisplayName,
		Email: u.Mail, UserType: u.UserType}
}

// ServicePrincipal is an enterprise application of the directory.
type ServicePrincipal struct {
	ID          string // object id: the one that holds rights
	AppID       string // client id: the one that asks for tokens
	DisplayName string
	Enabled     bool
	Created     time.Time
	OwnerID     string // object id of a user, "" = none
}

// Principal describes the application as a holder of rights.
func (s *ServicePrincipal) Principal() Principal {
	return Principal{Kind: KindApp, ID: s.ID, DisplayName: s.DisplayName}
}

// Group is a group of the directory at one moment. Members are asked for with
// World.Members and World.TransitiveMembers.
type Group struct {
	ID              string
	DisplayName     string
	Description     string
	Mail            string // "" = not mail-enabled
	MailEnabled     bool
	SecurityEnabled bool
	Types           []string // "Unified" = Microsoft 365, "DynamicMembership"
	MembershipRule  string   // dynamic groups
	Created         time.Time
	Oddity          string // truth: what it shows, "" = ordinary
}

// Unified reports whether the group is a Microsoft 365 group.
func (g *Group) Unified() bool {
	for _, t := range g.Types {
		if t == "Unified" {
			return true
		}
	}
	return false
}

// Principal describes the group as a holder of rights: security groups have no
// address.
func (g *Group) Principal() Principal {
	return Principal{Kind: KindGroup, ID: g.ID, DisplayName: g.DisplayName, Email: g.Mail}
}

// Member is one member of a group; exactly one pointer is set.
type Member struct {
	User  *User
	Group *Group
	App   *ServicePrincipal
}

// ID of the member.
func (m Member) ID() string {
	switch {
	case m.User != nil:
		return m.User.ID
	case m.Group != nil:
		return m.Group.ID
	case m.App != nil:
		return m.App.ID
	}
	return ""
}

// DeletedUser is an account inside its 30 days of deleted items.
type DeletedUser struct {
	User
	PurgedAt time.Time // when it will be gone for good
}

// DemoPerson is somebody the demo lets you sign in as.
type DemoPerson struct {
	User  User
	Roles []string // viewer, requester, approver, operator, auditor, admin; none = nobody special
	Note  string   // one sentence for the sign-in page
}

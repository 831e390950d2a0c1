package tenant

import "time"

// Capacity is one capacity of the tenant (api guide, section 5).
type Capacity struct {
	ID     string
	Name   string
	SKU    string
	State  string
	Region string
	// Admins are addresses or object ids, as Microsoft gives them.
	Admins []string
}

// Domain is a Fabric domain; ParentID is empty for a top-level one.
type Domain struct {
	ID, Name, Description, ParentID string
}

// App is a published app.
type App struct {
	ID          string
	Name        string
	Description string
	WorkspaceID string
	// PublishedBy is a display name, not an id (api guide, section 9).
	PublishedBy string
	Updated     time.Time
}

// Pipeline is a deployment pipeline with its stages and users.
type Pipeline struct {
	ID          string
	Name        string
	Description string
	// UsersKnown is false when the answer was not expanded.
	UsersKnown bool
	Users      []Grant
	Stages     []Stage
}

// Stage is one stage of a pipeline; WorkspaceID is empty when unassigned.
type Stage struct {
	Order       int
	Name        string
	WorkspaceID string
}

// Refreshable is one row of the capacity refreshables (api guide, section 5):
// a seven-day summary of a model's refreshes.
type Refreshable struct {
	ID          string
	Name        string
	Kind        string
	WorkspaceID string
	CapacityID  string
	// Window is the time the counts cover; zero times are Microsoft's "none".
	WindowStart, WindowEnd time.Time
	Refreshes, Failures    int
	// AverageSeconds and MedianSeconds are durations in seconds.
	AverageSeconds, MedianSeconds float64
	PerDay                        int
	LastStatus                    string
	LastType                      string
	LastStart, LastEnd            time.Time
	// LastError is the service's error code, without its text.
	LastError    string
	ConfiguredBy []string
	Schedule     *RefreshSchedule
}

// Setting is one tenant setting, or one override of it.
type Setting struct {
	Name    string
	Title   string
	Group   string
	Enabled bool
	// ForGroups says that the setting can be limited to groups; the two lists
	// are the groups it is limited to, and those it excludes.
	ForGroups      bool
	EnabledGroups  []SettingGroup
	ExcludedGroups []SettingGroup
	Properties     []SettingProperty
	// DelegatedTo lists who may override it: capacity, domain, workspace.
	DelegatedTo []string
	// OverrideOf is "", "capacity", "domain" or "workspace"; OverrideID names
	// the one.
	OverrideOf string
	OverrideID string
}

// SettingGroup is a security group named in a setting.
type SettingGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SettingProperty is one property of a setting; the value is always text.
type SettingProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type"`
}

// LinkKind says how an item was shared with everybody.
type LinkKind string

// Kinds of wide sharing (api guide, section 9).
const (
	LinkOrganisation LinkKind = "organisation"
	LinkPublic       LinkKind = "public"
)

// WideLink is an item that everybody in the organisation, or everybody in the
// world, can open.
type WideLink struct {
	Kind     LinkKind
	ItemID   string
	ItemName string
	ItemKind string
	Right    Right
	// Sharer is the address of who shared it; empty when Microsoft does not
	// say.
	SharerID, SharerName, SharerAddress string
}

// Unused is one row of Microsoft's own list of unused artifacts.
type Unused struct {
	ItemID, ItemName, ItemKind, WorkspaceID string
	SizeMB                                  float64
	Created, LastAccessed                   time.Time
}

// Event is one activity event (api guide, section 4).
type Event struct {
	ID       string
	At       time.Time
	Activity string
	// Actor is UserId: an address, an object id or "PowerBI".
	Actor       string
	WorkspaceID string
	// ItemID, ItemKind and ItemName are the most specific object named.
	ItemID, ItemKind, ItemName string
	WorkspaceName              string
	Succeeded                  bool
	// Via is ConsumptionMethod or DistributionMethod, as given.
	Via string
	// Raw is the event as Microsoft sent it.
	Raw []byte
}

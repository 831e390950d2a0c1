package policy

// Workspace is what rules may know of a workspace. Fields that are not
// Answers are always known; the doc tags are what authors of rules read.
type Workspace struct {
	// Num is the workspace's number in the database; 0 when planned.
	Num int64

	Planned     bool   `fact:"planned" doc:"the workspace does not exist yet: a request would create it"`
	Name        string `fact:"name" doc:"its name, as it is"`
	NameLength  int64  `fact:"nameLength" doc:"characters in the name"`
	Prefix      string `fact:"prefix" doc:"the name up to the first dash or blank"`
	Stem        string `fact:"stem" doc:"the name without its environment, lower case: what DEV, TEST and PROD share"`
	Environment string `fact:"environment" doc:"DEV, TEST or PROD when the name ends so (or in a common spelling of it), else empty"`
	HiddenMarks bool   `fact:"hiddenMarks" doc:"the name holds characters one cannot see, or blanks at an end"`
	Description string `fact:"description" doc:"its description"`
	Kind        string `fact:"kind" doc:"Workspace, PersonalGroup, Group, AdminWorkspace …"`
	Personal    bool   `fact:"personal" doc:"somebody's My workspace"`
	State       string `fact:"state" doc:"Active, Deleted, Removing …"`
	Active      bool   `fact:"active" doc:"the state is Active"`

	Ordinary bool     `fact:"ordinary" doc:"active, and neither personal nor the service's own monitoring workspace: what most rules are about"`
	Words    []string `fact:"words" doc:"the words of the name, lower case"`

	Siblings   Answer[[]string] `fact:"siblings" doc:"environments for which a workspace with the same stem exists, its own included"`
	LookAlikes Answer[[]string] `fact:"lookAlikes" doc:"other workspaces whose name looks the same, letter by letter"`
	CaseTwins  Answer[[]string] `fact:"caseTwins" doc:"other workspaces whose name differs in case only, or not at all"`

	Fresh     bool     `fact:"fresh" doc:"the portal made it for a request in the last 30 days: its content may still be on the way"`
	Otherwise []string `fact:"otherwise" doc:"what the portal carried out here after a request and somebody changed since, as sentences"`

	Dedicated     bool           `fact:"dedicated" doc:"it is on a capacity"`
	CapacitySKU   Answer[string] `fact:"capacitySku" doc:"SKU of its capacity; empty on shared"`
	CapacityState Answer[string] `fact:"capacityState" doc:"state of its capacity; empty on shared"`
	Domain        string         `fact:"domain" doc:"name of its domain; empty without one"`
	InPipeline    Answer[bool]   `fact:"inPipeline" doc:"it is a stage of a deployment pipeline"`
	Stage         Answer[string] `fact:"stage" doc:"name of that stage; empty without one"`

	RoleHolders    Answer[int64]    `fact:"roleHolders" doc:"users, groups and applications that hold a role"`
	Admins         Answer[int64]    `fact:"admins" doc:"users, groups and applications that hold Admin"`
	AdminNames     Answer[[]string] `fact:"adminNames" doc:"the holders of Admin by name, at most 20"`
	AdminUsers     Answer[int64]    `fact:"adminUsers" doc:"users who hold Admin themselves"`
	AdminGroups    Answer[int64]    `fact:"adminGroups" doc:"groups that hold Admin"`
	AdminApps      Answer[int64]    `fact:"adminApps" doc:"applications that hold Admin"`
	AdminPeople    Answer[int64]    `fact:"adminPeople" doc:"different people who are Admin, behind groups too; unknown while a group's members are"`
	AdminsAtWork   Answer[int64]    `fact:"adminsAtWork" doc:"of those, how many have a working account; unknown without the directory"`
	People         Answer[int64]    `fact:"people" doc:"users who hold a role themselves, not through a group"`
	Groups         Answer[int64]    `fact:"groups" doc:"groups that hold a role"`
	Apps           Answer[int64]    `fact:"apps" doc:"applications that hold a role"`
	Guests         Answer[int64]    `fact:"guests" doc:"guests who hold a role themselves"`
	GuestWriters   Answer[int64]    `fact:"guestWriters" doc:"guests who may change content"`
	SharedOutside  Answer[int64]    `fact:"sharedOutside" doc:"rights on its items held by somebody without a role here"`
	OwnerCandidate string           `fact:"owner" doc:"who would be asked about it; empty when nobody can be named"`

	Items       int64         `fact:"items" doc:"items in it, copies held by apps left out"`
	Reports     int64         `fact:"reports" doc:"reports among them"`
	Models      int64         `fact:"models" doc:"semantic models among them"`
	Unlabelled  int64         `fact:"unlabelled" doc:"items without a sensitivity label"`
	Viewers     Answer[int64] `fact:"viewers" doc:"most people who looked at one of its items on one day of the last 28"`
	Views       Answer[int64] `fact:"views" doc:"views in the last 28 days"`
	DirectEdits Answer[int64] `fact:"directEdits" doc:"edits by people, outside deployments, in the last 28 days"`
	IdleDays    Answer[int64] `fact:"idleDays" doc:"days since the last use; known only when a use was seen: prefer unusedFor(n)"`
	Usage       Usage
	OwnerNum    int64 // principal behind OwnerCandidate; 0 when none
	GUID        string
}

// Ref implements Object.
func (w *Workspace) Ref() Ref {
	r := Ref{Kind: KindWorkspace, Workspace: w.Num, Object: w.Num}
	if w.Num == 0 {
		r.Text = w.Name
	}
	return r
}

// Label implements Object.
func (w *Workspace) Label() string { return w.Name }
func (w *Workspace) kind() Kind    { return KindWorkspace }

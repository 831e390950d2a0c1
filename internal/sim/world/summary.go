package world

// Summary are the true counts at a moment, to compare with what somebody
// found through the API.
type Summary struct {
	Workspaces      int // every state
	ByState         map[WorkspaceState]int
	ByType          map[WorkspaceType]int
	Orphaned        int
	OnCapacity      int
	Items           int
	ByKind          map[ItemKind]int
	WorkspaceGrants int
	ItemGrants      int // with those that follow from workspace roles
	Shares          int // on the items themselves
	OrgLinks        int
	WebEmbeds       int
	Pipelines       int
	Apps            int
	AppCopies       int // "[App] " copies of reports and dashboards
	Users           int
	Guests          int
	DisabledUsers   int
	Groups          int
}

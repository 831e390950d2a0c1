package world

// Domain of the tenant at one moment.
type Domain struct {
	ID             string
	DisplayName    string
	Description    string
	ParentID       string // "" = top
	DefaultLabelID string
	Contributors   string // AllTenant, SpecificUsersAndGroups, AdminsOnly
}

// Label is a sensitivity label. The Power BI API tells only its id.
type Label struct{ ID, Name string }

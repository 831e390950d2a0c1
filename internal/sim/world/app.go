package world

import "time"

// App is a published workspace app at one moment.
type App struct {
	ID          string
	Name        string
	Description string
	WorkspaceID string
	PublishedBy string // a display name, "" = missing
	Updated     time.Time
	Created     time.Time
	Grants      []Grant // the audience
}

// Subscription is an e-mail subscription to a report or dashboard.
type Subscription struct {
	ID, Title        string
	ItemID, ItemName string
	ItemKind         ItemKind
	Frequency        string // Daily, Weekly, AfterDataRefresh
	Enabled          bool
	Start, End       time.Time
	LinkToContent    bool
	PreviewImage     bool
	AttachmentFormat string // "", PDF, PPTX
	Recipients       []Principal
	OwnerID          string
	WorkspaceID      string
}

// WideShare is one row of the widely-shared reports: a link for everybody in
// the organisation, or a publish-to-web code.
type WideShare struct {
	Item   *Item
	Right  string
	Since  time.Time
	Sharer *Principal // nil = the API leaves it out
}

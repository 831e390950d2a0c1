package promotion

import (
	"time"

	"steward/internal/policy"
)

// Blast is what a promotion touches beyond the items it carries: what stands
// downstream of the target's items, in all workspaces, and who looks at it.
// Counts are of the whole tenant; lists name only what the reader may see.
type Blast struct {
	// Items is how many downstream items there are, Workspaces in how many
	// workspaces, Hidden how many of the items the reader may not see.
	Items, Workspaces, Hidden int
	// Kinds counts the downstream items by kind.
	Kinds []KindCount
	// Apps and Subscriptions hang on the target's items or on downstream ones.
	Apps          int
	Subscriptions policy.Answer[int]
	// Viewers is how many people viewed any of it, or the target's own items, in
	// the last ViewedDays days, of which the log of DaysRead was read.
	Viewers              policy.Answer[int]
	ViewedDays, DaysRead int
	// Touched are downstream items, nearest first; Cut says that there are more.
	Touched []Touched
	Cut     bool
	// Windows are scheduled refreshes that collide with the promotion.
	Windows []Window
	// Breaks are downstream fields that the new version no longer has. Nothing
	// is known of models without metadata; Unread is how many those are.
	Breaks []Break
	Unread int
}

// KindCount is a kind of item and how many there are.
type KindCount struct {
	Kind  string
	Count int
}

// Touched is one downstream item.
type Touched struct {
	ID, Name, Kind         string
	WorkspaceID, Workspace string
	// Steps is how many steps downstream it stands.
	Steps int
}

// Window is a scheduled refresh that falls into the time of a promotion.
type Window struct {
	Item, Name string
	At         time.Time
}

// Break is a field that something downstream uses and the new version of its
// model does not have.
type Break struct {
	ModelID, Model string
	// Field is as FieldName writes it.
	Field string
	// Used are the ids of the downstream models that read it.
	Used []string
}

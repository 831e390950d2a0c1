package policy

import (
	"strconv"
	"strings"
)

// Tenant is what rules may know of the tenant as a whole. It is there in every
// rule, beside the object.
type Tenant struct {
	Name         string        `fact:"name" doc:"name of the tenant in the configuration"`
	Workspaces   int64         `fact:"workspaces" doc:"active workspaces, personal ones left out"`
	Personal     int64         `fact:"personalWorkspaces" doc:"My workspaces"`
	Meant        int64         `fact:"meant" doc:"workspaces the last scan meant to see"`
	Unseen       int64         `fact:"unseen" doc:"of those, how many it could not see"`
	ActivityDays int64         `fact:"activityDays" doc:"days of activity read without a gap, back from the scan"`
	Directory    Answer[bool]  `fact:"directory" doc:"Microsoft Graph answered about people and groups"`
	OrgLinks     Answer[int64] `fact:"orgLinks" doc:"items the whole organisation can open"`
	PublicLinks  Answer[int64] `fact:"publicLinks" doc:"items the whole world can open"`
	Guests       int64         `fact:"guests" doc:"guests among the principals that hold rights"`
	LabelledPct  Answer[int64] `fact:"labelledPercent" doc:"percent of items with a sensitivity label; unknown without items"`
}

// Ref implements Object.
func (t *Tenant) Ref() Ref { return Ref{Kind: KindTenant} }

// Label implements Object.
func (t *Tenant) Label() string { return t.Name }
func (t *Tenant) kind() Kind    { return KindTenant }

// Capacity is what rules may know of a capacity.
type Capacity struct {
	Num int64

	Name       string        `fact:"name" doc:"its name"`
	SKU        string        `fact:"sku" doc:"its size, F64, P1, FT1 …"`
	Trial      bool          `fact:"trial" doc:"a trial capacity"`
	State      string        `fact:"state" doc:"Active, Suspended …"`
	Region     string        `fact:"region" doc:"where it runs"`
	Admins     int64         `fact:"admins" doc:"administrators named"`
	Leavers    Answer[int64] `fact:"leavers" doc:"administrators who have left"`
	Workspaces int64         `fact:"workspaces" doc:"workspaces on it"`
	Production int64         `fact:"production" doc:"of those, PROD ones"`
}

// Ref implements Object.
func (c *Capacity) Ref() Ref { return Ref{Kind: KindCapacity, Object: c.Num} }

// Label implements Object.
func (c *Capacity) Label() string { return c.Name }
func (c *Capacity) kind() Kind    { return KindCapacity }

// Pipeline is what rules may know of a deployment pipeline.
type Pipeline struct {
	Num int64

	Name        string           `fact:"name" doc:"its name"`
	Description string           `fact:"description" doc:"its description"`
	Stages      int64            `fact:"stages" doc:"how many stages it has"`
	Assigned    int64            `fact:"assigned" doc:"stages with a workspace"`
	LastStage   string           `fact:"lastStage" doc:"name of the last stage"`
	LastEnv     Answer[string]   `fact:"lastEnvironment" doc:"environment of the workspace on the last stage; empty without one"`
	Misordered  Answer[[]string] `fact:"misordered" doc:"stages whose workspace belongs to another environment"`
	Users       Answer[int64]    `fact:"users" doc:"who can use it"`
	Admins      Answer[int64]    `fact:"admins" doc:"who administers it"`
	Guests      Answer[int64]    `fact:"guests" doc:"guests among its users"`
}

// Ref implements Object.
func (p *Pipeline) Ref() Ref { return Ref{Kind: KindPipeline, Object: p.Num} }

// Label implements Object.
func (p *Pipeline) Label() string { return p.Name }
func (p *Pipeline) kind() Kind    { return KindPipeline }

// Setting is what rules may know of a tenant setting or of one override of it.
// A setting that Microsoft did not tell has a name and nothing else.
type Setting struct {
	Name       string                    `fact:"name" doc:"settingName, as PublishToWeb"`
	Override   string                    `fact:"override" doc:"empty, or capacity, domain or workspace when this is an override"`
	OverrideID string                    `fact:"overrideId" doc:"which one"`
	Title      Answer[string]            `fact:"title" doc:"its title in the portal"`
	Enabled    Answer[bool]              `fact:"enabled" doc:"switched on"`
	Groups     Answer[[]string]          `fact:"groups" doc:"groups it is limited to, by name"`
	Excluded   Answer[[]string]          `fact:"excluded" doc:"groups it leaves out, by name"`
	Restricted Answer[bool]              `fact:"restricted" doc:"off, or limited to groups"`
	Properties Answer[map[string]string] `fact:"properties" doc:"further values, always text"`
	Delegated  Answer[[]string]          `fact:"delegated" doc:"who may override it"`
}

// Ref implements Object.
func (s *Setting) Ref() Ref {
	text := s.Name
	if s.Override != "" {
		text += "@" + s.Override + ":" + strings.ToLower(s.OverrideID)
	}
	return Ref{Kind: KindSetting, Text: text}
}

// Label is the setting's title, or its name when Microsoft told none.
func (s *Setting) Label() string {
	label := s.Name
	if s.Title.Known && s.Title.Value != "" {
		label = s.Title.Value
	}
	if s.Override != "" {
		label += " (" + s.Override + " override)"
	}
	return label
}
func (s *Setting) kind() Kind { return KindSetting }

// Waiver is what rules may know of a waiver: an accepted violation with an
// owner, a reason and an end.
type Waiver struct {
	Num int64

	Rule       string `fact:"rule" doc:"the rule that is waived"`
	Object     string `fact:"object" doc:"the object it is waived for"`
	Owner      string `fact:"owner" doc:"who answers for it"`
	Ended      bool   `fact:"ended" doc:"its end date has passed"`
	DaysLeft   int64  `fact:"daysLeft" doc:"days until its end; negative afterwards"`
	Standing   bool   `fact:"standing" doc:"the violation is still there"`
	ObjectGone bool   `fact:"objectGone" doc:"the object no longer exists"`
}

// Ref implements Object.
func (w *Waiver) Ref() Ref {
	return Ref{Kind: KindWaiver, Text: "waiver " + strconv.FormatInt(w.Num, 10)}
}

// Label implements Object.
func (w *Waiver) Label() string { return w.Rule + " · " + w.Object }
func (w *Waiver) kind() Kind    { return KindWaiver }

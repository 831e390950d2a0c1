package world

import "time"

// Setting is a tenant setting, or a delegated override of one, at one moment.
type Setting struct {
	Name              string // settingName, "PublishToWeb"
	Title             string
	Group             string // tenantSettingGroup
	Enabled           bool
	CanSpecifyGroups  bool
	EnabledGroups     []GroupRef // empty = everybody
	ExcludedGroups    []GroupRef
	Properties        []SettingProperty
	DelegateCapacity  bool
	DelegateDomain    bool
	DelegateWorkspace bool
	DelegateSpecified bool      // false = the API leaves the delegate keys out
	ChangedAt         time.Time // truth: last switch
	ChangedBy         string    // truth: UPN
}

// GroupRef names a security group in a setting.
type GroupRef struct{ ID, Name string }

// SettingProperty is a further value of a setting; the value is always text.
type SettingProperty struct{ Name, Value, Type string }

// OverrideScope is what a delegated override belongs to.
type OverrideScope string

const (
	ScopeCapacity  OverrideScope = "Capacity"
	ScopeDomain    OverrideScope = "Domain"
	ScopeWorkspace OverrideScope = "Workspace"
)

// Override is a delegated tenant setting switched on one capacity, domain or
// workspace.
type Override struct {
	Scope   OverrideScope
	ScopeID string
	Setting Setting
}

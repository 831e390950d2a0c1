package pbi

import (
	"context"
	"net/url"

	"steward/internal/upstream"
)

// TenantSetting is one switch of the tenant, or its override by a capacity,
// domain or workspace (guide, section 9).
type TenantSetting struct {
	// Name is settingName, such as AllowServicePrincipalsUseReadAdminAPIs.
	Name, Title, Group string
	Enabled            bool
	// CanSpecifyGroups says that the setting can be narrowed to groups.
	CanSpecifyGroups bool
	// EnabledGroups and ExcludedGroups narrow the setting; empty means all.
	EnabledGroups, ExcludedGroups []SettingGroup
	Properties                    []SettingProperty
	// The scopes that may override the setting.
	DelegateToCapacity, DelegateToDomain, DelegateToWorkspace bool
	// DelegatedFrom is Tenant, Capacity or Domain, on an override.
	DelegatedFrom string
}

// SettingGroup is a security group that a setting names.
type SettingGroup struct{ ID, Name string }

// SettingProperty is a further value of a setting; always a text on the wire.
type SettingProperty struct{ Name, Value, Type string }

// TenantSettings returns the settings of the tenant. An identity with narrow
// rights gets a shorter list without being told.
// GET admin/tenantsettings of Fabric, 25 a minute.
func (c *Client) TenantSettings(ctx context.Context) ([]TenantSetting, error) {
	return tokenList(ctx, c, c.fabric, OpTenantSettings, "admin/tenantsettings", nil, false, readSetting, "value", "tenantsettings")
}

func readSetting(c *cursor) TenantSetting {
	var s TenantSetting
	c.object(func(key, _ string) {
		switch key {
		case "settingname":
			s.Name = c.text()
		case "title":
			s.Title = c.text()
		case "tenantsettinggroup":
			s.Group = c.word()
		case "enabled":
			s.Enabled = c.boolean()
		case "canspecifysecuritygroups":
			s.CanSpecifyGroups = c.boolean()
		case "enabledsecuritygroups":
			s.EnabledGroups = readSettingGroups(c)
		case "excludedsecuritygroups":
			s.ExcludedGroups = readSettingGroups(c)
		case "properties":
			c.array(func() { s.Properties = append(s.Properties, readSettingProperty(c)) })
		case "delegatetocapacity":
			s.DelegateToCapacity = c.boolean()
		case "delegatetodomain":
			s.DelegateToDomain = c.boolean()
		case "delegatetoworkspace":
			s.DelegateToWorkspace = c.boolean()
		case "delegatedfrom":
			s.DelegatedFrom = c.word()
		}
	})
	return s
}

func readSettingGroups(c *cursor) []SettingGroup {
	var out []SettingGroup
	c.array(func() {
		var g SettingGroup
		c.object(func(key, _ string) {
			switch key {
			case "graphid":
				g.ID = c.personID()
			case "name":
				g.Name = c.text()
			}
		})
		out = append(out, g)
	})
	return out
}

func readSettingProperty(c *cursor) SettingProperty {
	var p SettingProperty
	c.object(func(key, _ string) {
		switch key {
		case "name":
			p.Name = c.text()
		case "value":
			p.Value = c.text()
		case "type":
			p.Type = c.word()
		}
	})
	return p
}

// Overrides are the settings that one capacity, domain or workspace has of
// its own.
type Overrides struct {
	// ID is the capacity's, domain's or workspace's.
	ID       string
	Settings []TenantSetting
}

// CapacityOverrides returns the settings that capacities override.
// GET admin/capacities/delegatedTenantSettingOverrides of Fabric, 25 a minute.
func (c *Client) CapacityOverrides(ctx context.Context) ([]Overrides, error) {
	return tokenList(ctx, c, c.fabric, OpCapacityOverrides, "admin/capacities/delegatedTenantSettingOverrides", nil, false, readOverrides, "value", "overrides")
}

// DomainOverrides returns the settings that domains override.
// GET admin/domains/delegatedTenantSettingOverrides of Fabric, 25 a minute.
func (c *Client) DomainOverrides(ctx context.Context) ([]Overrides, error) {
	return tokenList(ctx, c, c.fabric, OpDomainOverrides, "admin/domains/delegatedTenantSettingOverrides", nil, false, readOverrides, "value", "overrides")
}

// WorkspaceOverrides returns the settings that workspaces override.
// GET admin/workspaces/delegatedTenantSettingOverrides of Fabric, 25 a minute.
func (c *Client) WorkspaceOverrides(ctx context.Context) ([]Overrides, error) {
	return tokenList(ctx, c, c.fabric, OpWorkspaceOverrides, "admin/workspaces/delegatedTenantSettingOverrides", nil, false, readOverrides, "value", "overrides")
}

func readOverrides(c *cursor) Overrides {
	var o Overrides
	c.object(func(key, _ string) {
		switch key {
		case "id":
			o.ID = c.id()
		case "tenantsettings":
			c.array(func() { o.Settings = append(o.Settings, readSetting(c)) })
		}
	})
	return o
}

// Domain is a domain of the tenant.
type Domain struct {
	ID, Name, Description string
	// ParentID is empty for a domain at the top.
	ParentID string
	// DefaultLabelID is the sensitivity label for new content.
	DefaultLabelID string
}

// Domains returns the domains of the tenant.
// GET admin/domains?preview=false of Fabric, 25 a minute.
func (c *Client) Domains(ctx context.Context) ([]Domain, error) {
	return wholeList(ctx, c, c.fabric, OpDomains, "admin/domains", url.Values{"preview": {"false"}}, readDomain, "domains")
}

func readDomain(c *cursor) Domain {
	var d Domain
	c.object(func(key, _ string) {
		switch key {
		case "id":
			d.ID = c.id()
		case "displayname":
			d.Name = c.text()
		case "description":
			d.Description = c.text()
		case "parentdomainid":
			d.ParentID = c.id()
		case "defaultlabelid":
			d.DefaultLabelID = c.id()
		}
	})
	return d
}

// DomainWorkspace is a workspace of a domain.
type DomainWorkspace struct{ ID, Name string }

// DomainWorkspaces returns the workspaces of a domain.
// GET admin/domains/{id}/workspaces of Fabric, 25 a minute.
func (c *Client) DomainWorkspaces(ctx context.Context, domainID string) ([]DomainWorkspace, error) {
	return tokenList(ctx, c, c.fabric, OpDomainWorkspaces, "admin/domains/"+upstream.Segment(domainID)+"/workspaces", nil, false,
		func(c *cursor) DomainWorkspace {
			id, name := readNamed(c)
			return DomainWorkspace{id, name}
		}, "value")
}

package fabric

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type setting struct {
	Name       string     `json:"settingName"`
	Title      string     `json:"title"`
	Enabled    bool       `json:"enabled"`
	Groups     bool       `json:"canSpecifySecurityGroups"`
	For        []groupRef `json:"enabledSecurityGroups,omitempty"`
	NotFor     []groupRef `json:"excludedSecurityGroups,omitempty"`
	Group      string     `json:"tenantSettingGroup,omitempty"`
	Properties []property `json:"properties,omitempty"`
	Capacity   *bool      `json:"delegateToCapacity,omitempty"`
	Domain     *bool      `json:"delegateToDomain,omitempty"`
	Workspace  *bool      `json:"delegateToWorkspace,omitempty"`
	From       string     `json:"delegatedFrom,omitempty"`
}

type groupRef struct {
	ID   string `json:"graphId"`
	Name string `json:"name"`
}

// property has its value as text, whatever its type.
type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type"`
}

func wireRefs(all []world.GroupRef) []groupRef {
	var out []groupRef
	for _, g := range all {
		out = append(out, groupRef{g.ID, g.Name})
	}
	return out
}

func wireSetting(x world.Setting) setting {
	w := setting{Name: x.Name, Title: x.Title, Enabled: x.Enabled, Groups: x.CanSpecifyGroups, For: wireRefs(x.EnabledGroups),
		NotFor: wireRefs(x.ExcludedGroups), Group: x.Group}
	for _, p := range x.Properties {
		w.Properties = append(w.Properties, property{p.Name, p.Value, p.Type})
	}
	if x.DelegateSpecified {
		w.Capacity, w.Domain, w.Workspace = &x.DelegateCapacity, &x.DelegateDomain, &x.DelegateWorkspace
	}
	return w
}

// tenantSettings lists the switches of the tenant. Those that a test has turned
// off for the caller say so, to fit what its other calls are answered.
func (s *Service) tenantSettings(c *rest.Call) {
	out := struct {
		Value []setting `json:"value"`
		paged
	}{Value: []setting{}}
	for _, x := range s.world.Settings(c.At) {
		w := wireSetting(x)
		if on, decided := c.Caller.Settings[x.Name]; decided {
			w.Enabled = on
		}
		out.Value = append(out.Value, w)
	}
	c.JSON(200, out)
}

type overridden struct {
	ID       string    `json:"id"`
	Settings []setting `json:"tenantSettings"`
}

// overrides lists the delegated overrides of one scope, by what they belong to.
func (s *Service) overrides(scope world.OverrideScope) func(*rest.Call) {
	return func(c *rest.Call) {
		out := struct {
			Value []overridden `json:"value"`
			paged
		}{Value: []overridden{}}
		at := map[string]int{}
		for _, o := range s.world.Overrides(scope, c.At) {
			i, seen := at[o.ScopeID]
			if !seen {
				i = len(out.Value)
				at[o.ScopeID] = i
				out.Value = append(out.Value, overridden{ID: o.ScopeID})
			}
			out.Value[i].Settings = append(out.Value[i].Settings, wireOverride(o))
		}
		c.JSON(200, out)
	}
}

func wireOverride(o world.Override) setting {
	w := wireSetting(o.Setting)
	w.From, w.Capacity, w.Domain = "Tenant", nil, nil
	if o.Scope == world.ScopeWorkspace {
		w.Workspace = nil
	}
	return w
}

// capacityOverrides lists the overrides of one capacity.
func (s *Service) capacityOverrides(c *rest.Call) {
	if _, ok := s.world.Capacity(c.Param("capacityId"), c.At); !ok {
		c.NotFound()
		return
	}
	out := struct {
		Value []setting `json:"value"`
		paged
	}{Value: []setting{}}
	for _, o := range s.world.Overrides(world.ScopeCapacity, c.At) {
		if sameID(o.ScopeID, c.Param("capacityId")) {
			out.Value = append(out.Value, wireOverride(o))
		}
	}
	c.JSON(200, out)
}

package powerbi

import (
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// user is a holder of rights on the wire. Exactly one of the rights is set: the
// key differs by the kind of thing. emailAddress is left out for applications
// and security groups.
type user struct {
	GroupRight     string   `json:"groupUserAccessRight,omitempty"`
	ReportRight    string   `json:"reportUserAccessRight,omitempty"`
	DashboardRight string   `json:"dashboardUserAccessRight,omitempty"`
	DatasetRight   string   `json:"datasetUserAccessRight,omitempty"`
	DataflowRight  string   `json:"dataflowUserAccessRight,omitempty"`
	DatamartRight  string   `json:"datamartUserAccessRight,omitempty"`
	ArtifactRight  string   `json:"artifactUserAccessRight,omitempty"`
	AppRight       string   `json:"appUserAccessRight,omitempty"`
	CapacityRight  string   `json:"capacityUserAccessRight,omitempty"`
	Email          string   `json:"emailAddress,omitempty"`
	DisplayName    string   `json:"displayName,omitempty"`
	Identifier     string   `json:"identifier"`
	GraphID        string   `json:"graphId,omitempty"`
	PrincipalType  string   `json:"principalType"`
	UserType       string   `json:"userType,omitempty"`
	Profile        *profile `json:"profile,omitempty"`
}

type profile struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

func wireUser(p world.Principal) user {
	u := user{Email: p.Email, DisplayName: p.DisplayName, Identifier: p.Identifier(), GraphID: p.ID,
		PrincipalType: string(p.Kind), UserType: p.UserType}
	if p.ProfileID != "" {
		u.Profile = &profile{p.ProfileID, p.ProfileName}
	}
	return u
}

// wireGrants writes grants with the key that belongs to the kind; "" means a
// workspace.
func wireGrants(kind world.ItemKind, grants []world.Grant) []user {
	out := make([]user, 0, len(grants))
	for _, g := range grants {
		u := wireUser(g.Principal)
		*u.right(kind) = g.Right
		out = append(out, u)
	}
	return out
}

func (u *user) right(kind world.ItemKind) *string {
	switch kind {
	case "":
		return &u.GroupRight
	case world.KindReport:
		return &u.ReportRight
	case world.KindDashboard:
		return &u.DashboardRight
	case world.KindModel:
		return &u.DatasetRight
	case world.KindDataflow:
		return &u.DataflowRight
	case world.KindDatamart, world.KindWarehouse:
		return &u.DatamartRight
	}
	return &u.ArtifactRight
}

// itemUsers lists who may use one item, for the admin.
func (s *Service) itemUsers(kind world.ItemKind, param, set string) func(*rest.Call) {
	return func(c *rest.Call) {
		ws, it, ok := s.world.Item(c.Param(param), c.At)
		if !ok || it.Kind != kind {
			c.NotFound()
			return
		}
		answerList(c, set, wireGrants(kind, s.world.ItemAccess(ws, it)))
	}
}

// workspaceUsers lists the roles of one workspace, for the admin. Deleted and
// admin-monitoring workspaces tell nobody and are not found here.
func (s *Service) workspaceUsers(c *rest.Call) {
	ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
	if !ok || ws.Grants == nil {
		c.NotFound()
		return
	}
	answerList(c, "groupUsers", wireGrants("", ws.Grants))
}

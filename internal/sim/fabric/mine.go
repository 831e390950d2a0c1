package fabric

import (
	"strings"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// workspace is one as its members see it.
type workspace struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	Type        string `json:"type"`
	CapacityID  string `json:"capacityId,omitempty"`
	DomainID    string `json:"domainId,omitempty"`
	Progress    string `json:"capacityAssignmentProgress,omitempty"`
}

func wireMine(ws *world.Workspace) workspace {
	return workspace{ID: ws.ID, DisplayName: ws.Name, Description: ws.Description, Type: workspaceType(ws.Type),
		CapacityID: ws.CapacityID, DomainID: ws.DomainID}
}

// role is the caller's right on a workspace, by itself or through a group.
func (s *Service) role(c *rest.Call, ws *world.Workspace) string {
	return s.acts.Role(c.Caller.ObjectID, ws, c.At)
}

// member finds the workspace of a call; who has no role there is told that it
// cannot be found or opened.
func (s *Service) member(c *rest.Call) (*world.Workspace, bool) {
	ws, ok := s.world.Workspace(c.Param("workspaceId"), c.At)
	if !ok || ws.State != world.StateActive {
		c.Fail(rest.Failure{Status: 404, Code: "WorkspaceNotFound", Message: "The requested workspace could not be found."})
		return nil, false
	}
	if s.role(c, ws) == "" {
		c.Fail(rest.Failure{Status: 403, Code: "InsufficientWorkspaceRole",
			Message: "The caller does not have sufficient permissions on the workspace."})
		return nil, false
	}
	return ws, true
}

func (s *Service) workspaces(c *rest.Call) {
	out := struct {
		Value []workspace `json:"value"`
		paged
	}{Value: []workspace{}}
	for a := range s.world.AccessOf(c.Caller.ObjectID, c.At) {
		if a.Item != nil || a.Workspace.State != world.StateActive {
			continue
		}
		if roles := c.Query("roles"); roles == "" || strings.Contains(","+strings.ToLower(roles)+",", ","+strings.ToLower(a.Right)+",") {
			out.Value = append(out.Value, wireMine(a.Workspace))
		}
	}
	c.JSON(200, out)
}

func (s *Service) workspace(c *rest.Call) {
	ws, ok := s.member(c)
	if !ok {
		return
	}
	w := wireMine(ws)
	if ws.CapacityID != "" {
		w.Progress = "Completed"
	}
	c.JSON(200, w)
}

func (s *Service) roleAssignments(c *rest.Call) {
	ws, ok := s.member(c)
	if !ok {
		return
	}
	type row struct {
		ID        string    `json:"id"`
		Principal principal `json:"principal"`
		Role      string    `json:"role"`
	}
	out := struct {
		Value []row `json:"value"`
		paged
	}{Value: []row{}}
	for _, g := range ws.Grants {
		out.Value = append(out.Value, row{g.Principal.ID, s.wirePrincipal(g.Principal), g.Right})
	}
	c.JSON(200, out)
}

func (s *Service) items(c *rest.Call) {
	ws, ok := s.member(c)
	if !ok {
		return
	}
	out := struct {
		Value []ownItem `json:"value"`
		paged
	}{Value: []ownItem{}}
	for i := range ws.Items {
		it := &ws.Items[i]
		if !hidden(it) && wanted(c, "type", itemType(it)) {
			out.Value = append(out.Value, wireOwnItem(ws, it))
		}
	}
	c.JSON(200, out)
}

// capacities lists those that the caller can assign workspaces to.
func (s *Service) capacities(c *rest.Call) {
	type row struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
		SKU         string `json:"sku"`
		Region      string `json:"region"`
		State       string `json:"state"`
	}
	out := struct {
		Value []row `json:"value"`
		paged
	}{Value: []row{}}
	for _, k := range s.world.Capacities(c.At) {
		if s.acts.MayAssign(actor(c), k) == "None" {
			continue
		}
		state := "Inactive"
		if k.State == "Active" {
			state = "Active"
		}
		out.Value = append(out.Value, row{k.ID, k.DisplayName, k.SKU, k.Region, state})
	}
	c.JSON(200, out)
}

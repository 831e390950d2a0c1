package fabric

import (
	"strings"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Sizes of pages, Microsoft's own.
const (
	workspacesPerPage = 10_000
	itemsPerPage      = 10_000
	gitPerPage        = 1_000
)

type adminWorkspace struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Type       string `json:"type"`
	State      string `json:"state"`
	CapacityID string `json:"capacityId,omitempty"`
	DomainID   string `json:"domainId,omitempty"`
}

// workspaceType uses Fabric's words: there are only three.
func workspaceType(t world.WorkspaceType) string {
	switch t {
	case world.TypePersonal:
		return "Personal"
	case world.TypeAdmin:
		return "AdminWorkspace"
	}
	return "Workspace"
}

func workspaceState(st world.WorkspaceState) string {
	if st == world.StateActive {
		return "Active"
	}
	return "Deleted"
}

func wireAdmin(ws *world.Workspace) adminWorkspace {
	return adminWorkspace{ws.ID, ws.Name, workspaceType(ws.Type), workspaceState(ws.State), upper(ws.CapacityID), ws.DomainID}
}

// adminWorkspaces lists all workspaces; the token holds the slot to go on from.
func (s *Service) adminWorkspaces(c *rest.Call) {
	at, ok := place(c)
	if !ok {
		return
	}
	out := struct {
		Workspaces []adminWorkspace `json:"workspaces"`
		paged
	}{Workspaces: []adminWorkspace{}}
	for slot := at; slot < s.world.Slots(c.At); slot++ {
		if len(out.Workspaces) == workspacesPerPage {
			out.paged = more(c, slot)
			break
		}
		h, ok := s.world.HeadAt(slot, c.At)
		if !ok || !wanted(c, "type", workspaceType(h.Type)) || !wanted(c, "state", workspaceState(h.State)) ||
			!wanted(c, "capacityId", h.CapacityID) {
			continue
		}
		ws, ok := s.world.WorkspaceAt(slot, c.At)
		if ok && wanted(c, "name", ws.Name) {
			out.Workspaces = append(out.Workspaces, wireAdmin(ws))
		}
	}
	c.JSON(200, out)
}

// wanted reports whether a value passes the filter parameter of that name.
func wanted(c *rest.Call, name, value string) bool {
	return !c.Has(name) || strings.EqualFold(c.Query(name), value)
}

func (s *Service) adminWorkspace(c *rest.Call) {
	ws, ok := s.world.Workspace(c.Param("workspaceId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	c.JSON(200, wireAdmin(ws))
}

// workspaceUsers lists the roles of a workspace for the admin.
func (s *Service) workspaceUsers(c *rest.Call) {
	ws, ok := s.world.Workspace(c.Param("workspaceId"), c.At)
	if !ok || ws.Grants == nil {
		c.NotFound()
		return
	}
	type detail struct {
		Type string `json:"type"`
		Role string `json:"workspaceRole"`
	}
	type row struct {
		Principal principal `json:"principal"`
		Access    detail    `json:"workspaceAccessDetails"`
	}
	rows := []row{}
	for _, g := range ws.Grants {
		rows = append(rows, row{s.wirePrincipal(g.Principal), detail{workspaceType(ws.Type), g.Right}})
	}
	c.JSON(200, map[string]any{"accessDetails": rows})
}

type gitDetails struct {
	Organization string `json:"organizationName,omitempty"`
	Owner        string `json:"ownerName,omitempty"`
	Project      string `json:"projectName,omitempty"`
	Custom       string `json:"customDomainName,omitempty"`
	Provider     string `json:"gitProviderType"`
	Repository   string `json:"repositoryName"`
	Branch       string `json:"branchName"`
	Directory    string `json:"directoryName"`
}

// gitConnections lists the workspaces that are tied to a repository.
func (s *Service) gitConnections(c *rest.Call) {
	at, ok := place(c)
	if !ok {
		return
	}
	type row struct {
		WorkspaceID string     `json:"workspaceId"`
		Details     gitDetails `json:"gitProviderDetails"`
	}
	out := struct {
		Value []row `json:"value"`
		paged
	}{Value: []row{}}
	for slot := at; slot < s.world.Slots(c.At); slot++ {
		if len(out.Value) == gitPerPage {
			out.paged = more(c, slot)
			break
		}
		ws, ok := s.world.WorkspaceAt(slot, c.At)
		if !ok || ws.Git == nil {
			continue
		}
		g := gitDetails{Provider: ws.Git.Provider, Repository: ws.Git.Repository, Branch: ws.Git.Branch,
			Directory: ws.Git.Directory, Custom: ws.Git.CustomDomain, Project: ws.Git.Project, Organization: ws.Git.Organization}
		if g.Provider == "GitHub" {
			g.Owner, g.Organization, g.Project = ws.Git.Organization, "", ""
		}
		out.Value = append(out.Value, row{ws.ID, g})
	}
	c.JSON(200, out)
}

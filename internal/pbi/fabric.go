package pbi

import (
	"context"
	"net/url"
	"time"

	"steward/internal/upstream"
)

// FabricWorkspace is a workspace as Fabric's admin list has it.
type FabricWorkspace struct {
	ID, Name string
	// Type is Personal, Workspace or AdminWorkspace.
	Type string
	// State is Active or Deleted.
	State, CapacityID, DomainID string
	Tags                        []Tag
}

// Tag is a tag of the tenant or of a domain.
type Tag struct{ ID, Name string }

// FabricWorkspaces calls each with the workspaces of the tenant, 10,000 a
// page.
// GET admin/workspaces of Fabric, 200 an hour.
func (c *Client) FabricWorkspaces(ctx context.Context, each func([]FabricWorkspace) error) error {
	return tokenPages(ctx, c, c.fabric, OpFabricWorkspaces, "admin/workspaces", nil, false, readFabricWorkspace, each, "workspaces")
}

func readFabricWorkspace(c *cursor) FabricWorkspace {
	var w FabricWorkspace
	c.object(func(key, _ string) {
		switch key {
		case "id":
			w.ID = c.id()
		case "name", "displayname":
			w.Name = c.text()
		case "type":
			w.Type = c.word()
		case "state":
			w.State = c.word()
		case "capacityid":
			w.CapacityID = c.personID()
		case "domainid":
			w.DomainID = c.personID()
		case "tags":
			w.Tags = readTags(c)
		}
	})
	return w
}

func readTags(c *cursor) []Tag {
	var tags []Tag
	c.array(func() {
		id, name := readNamed(c)
		tags = append(tags, Tag{id, name})
	})
	return tags
}

// FabricItem is an item as Fabric's admin list has it.
type FabricItem struct {
	ID, Name, Description string
	// Type is Report, SemanticModel, Notebook, ...
	Type, State             string
	WorkspaceID, CapacityID string
	Updated                 time.Time
	Creator                 *Principal
	Tags                    []Tag
	// LabelID is its sensitivity label; empty without one. The admin's list does
	// not tell it.
	LabelID string
}

// FabricItemsQuery narrows the list of items; empty members do not.
type FabricItemsQuery struct{ WorkspaceID, CapacityID, Type, State string }

// FabricItems calls each with the items of the tenant, page by page.
// GET admin/items of Fabric, 200 an hour.
func (c *Client) FabricItems(ctx context.Context, q FabricItemsQuery, each func([]FabricItem) error) error {
	query := url.Values{}
	for name, value := range map[string]string{"workspaceId": q.WorkspaceID, "capacityId": q.CapacityID, "type": q.Type, "state": q.State} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return tokenPages(ctx, c, c.fabric, OpFabricItems, "admin/items", query, false, readFabricItem, each, "itementities")
}

func readFabricItem(c *cursor) FabricItem {
	var it FabricItem
	c.object(func(key, _ string) {
		switch key {
		case "id":
			it.ID = c.id()
		case "name", "displayname":
			it.Name = c.text()
		case "description":
			it.Description = c.text()
		case "type":
			it.Type = c.word()
		case "state":
			it.State = c.word()
		case "workspaceid":
			it.WorkspaceID = c.personID()
		case "capacityid":
			it.CapacityID = c.personID()
		case "lastupdateddate":
			it.Updated = c.time()
		case "creatorprincipal":
			it.Creator = readPrincipal(c)
		case "tags":
			it.Tags = readTags(c)
		case "sensitivitylabel":
			c.object(func(key, _ string) {
				if key == "id" {
					it.LabelID = c.personID()
				}
			})
		}
	})
	return it
}

// Principal is somebody as Fabric names them.
type Principal struct {
	ID, Name string
	// Type is User, Group, ServicePrincipal, ServicePrincipalProfile or
	// EntireTenant.
	Type string
	// UserPrincipalName is a user's; GroupType a group's; AppID an app's.
	UserPrincipalName, GroupType, AppID string
}

// readPrincipal reads a principal; nil when there is none.
func readPrincipal(c *cursor) *Principal {
	var p Principal
	if !c.object(func(key, _ string) {
		switch key {
		case "id":
			p.ID = c.personID()
		case "displayname":
			p.Name = c.word()
		case "type":
			p.Type = c.word()
		case "userdetails", "groupdetails", "serviceprincipaldetails":
			c.object(func(key, _ string) {
				switch key {
				case "userprincipalname":
					p.UserPrincipalName = c.word()
				case "grouptype":
					p.GroupType = c.word()
				case "aadappid":
					p.AppID = c.personID()
				}
			})
		}
	}) {
		return nil
	}
	return &p
}

// AccessDetail is what somebody may do with a workspace or an item.
type AccessDetail struct {
	Principal Principal
	// Type is the item's, or Workspace.
	Type string
	// Role is the role in a workspace; empty for an item.
	Role string
	// Permissions and Additional are of an item.
	Permissions, Additional []string
}

// FabricWorkspaceUsers returns who has a role in a workspace.
// GET admin/workspaces/{id}/users of Fabric, 200 an hour.
func (c *Client) FabricWorkspaceUsers(ctx context.Context, workspaceID string) ([]AccessDetail, error) {
	return wholeList(ctx, c, c.fabric, OpFabricWorkspaceUsers, "admin/workspaces/"+upstream.Segment(workspaceID)+"/users", nil, readAccessDetail, "accessdetails")
}

// FabricItemUsers returns who has a right on an item.
// GET admin/workspaces/{id}/items/{id}/users of Fabric, 200 an hour.
func (c *Client) FabricItemUsers(ctx context.Context, workspaceID, itemID string) ([]AccessDetail, error) {
	path := "admin/workspaces/" + upstream.Segment(workspaceID) + "/items/" + upstream.Segment(itemID) + "/users"
	return wholeList(ctx, c, c.fabric, OpFabricItemUsers, path, nil, readAccessDetail, "accessdetails")
}

func readAccessDetail(c *cursor) AccessDetail {
	var a AccessDetail
	c.object(func(key, _ string) {
		switch key {
		case "principal":
			if p := readPrincipal(c); p != nil {
				a.Principal = *p
			}
		case "workspaceaccessdetails", "itemaccessdetails":
			c.object(func(key, _ string) {
				switch key {
				case "type":
					a.Type = c.word()
				case "workspacerole":
					a.Role = c.word()
				case "permissions":
					a.Permissions = c.texts()
				case "additionalpermissions":
					a.Additional = c.texts()
				}
			})
		}
	})
	return a
}

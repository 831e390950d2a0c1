package powerbi

import (
	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// The ordinary calls: what the caller itself has a role in.

// group is a workspace as its members see it.
type group struct {
	ID            string `json:"id"`
	IsReadOnly    bool   `json:"isReadOnly"`
	Dedicated     bool   `json:"isOnDedicatedCapacity"`
	CapacityID    string `json:"capacityId,omitempty"`
	StorageFormat string `json:"defaultDatasetStorageFormat,omitempty"`
	Type          string `json:"type"`
	Name          string `json:"name"`
}

func wireMyGroup(ws *world.Workspace) group {
	return group{ID: ws.ID, Dedicated: ws.CapacityID != "", CapacityID: upper(ws.CapacityID), StorageFormat: ws.StorageFormat,
		Type: string(ws.Type), Name: ws.Name}
}

// rank orders the workspace rights; what is unknown ranks below all.
var rank = map[string]int{world.RightViewer: 1, world.RightContributor: 2, world.RightMember: 3, world.RightAdmin: 4}

// role is the caller's best right on a workspace; empty when it has none.
func (s *Service) role(c *rest.Call, ws *world.Workspace) string {
	return s.acts.Role(c.Caller.ObjectID, ws, c.At)
}

// member finds the workspace of an ordinary call and checks that the caller has
// at least this right. Power BI answers 404 for what is not there and 401 for
// what the caller may not enter.
func (s *Service) member(c *rest.Call, least string) (*world.Workspace, bool) {
	ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
	if !ok || ws.State != world.StateActive {
		c.NotFound()
		return nil, false
	}
	switch have := s.role(c, ws); {
	case have == "":
		c.Fail(rest.Failure{Status: 401, Code: "GroupNotAccessible"})
		return nil, false
	case rank[have] < rank[least]:
		c.Fail(rest.Failure{Status: 403, Code: "PowerBIFolderOperationForbidden"})
		return nil, false
	}
	return ws, true
}

// myGroups lists the workspaces in which the caller has a role.
func (s *Service) myGroups(c *rest.Call) {
	top, skip, ok := window(c, 5000, 1<<31-1)
	if !ok {
		return
	}
	f, ok := readFilter(c)
	if !ok {
		return
	}
	rows := []group{}
	for a := range s.world.AccessOf(c.Caller.ObjectID, c.At) {
		ws := a.Workspace
		if a.Item != nil || ws == nil || ws.State != world.StateActive {
			continue
		}
		ok, err := f.Match(odata.Fields{"id": ws.ID, "name": ws.Name, "type": string(ws.Type), "isReadOnly": false,
			"isOnDedicatedCapacity": ws.CapacityID != "", "capacityId": ws.CapacityID})
		if err != nil {
			badFilter(c, err)
			return
		}
		switch {
		case !ok:
		case skip > 0:
			skip--
		case len(rows) < top:
			rows = append(rows, wireMyGroup(ws))
		}
	}
	answerList(c, "groups", rows)
}

func (s *Service) myGroup(c *rest.Call) {
	if ws, ok := s.member(c, world.RightViewer); ok {
		c.JSON(200, wireMyGroup(ws))
	}
}

// groupUsers lists the roles of a workspace for those who have one.
func (s *Service) groupUsers(c *rest.Call) {
	ws, ok := s.member(c, world.RightContributor)
	if !ok {
		return
	}
	top, skip, ok := window(c, 1<<31-1, 1<<31-1)
	if !ok {
		return
	}
	rows := wireGrants("", ws.Grants)
	rows = rows[min(skip, len(rows)):]
	answerList(c, "groupUsers", rows[:min(top, len(rows))])
}

// myItems lists the items of one kind in a workspace of the caller.
func myItems[T any](s *Service, set string, wire func(*world.Workspace, *world.Item) (T, bool)) func(*rest.Call) {
	return func(c *rest.Call) {
		if ws, ok := s.member(c, world.RightViewer); ok {
			answerList(c, set, pick(ws, wire))
		}
	}
}

// myItem is one item of a workspace of the caller.
func myItem[T any](s *Service, param string, wire func(*world.Workspace, *world.Item) (T, bool)) func(*rest.Call) {
	return func(c *rest.Call) {
		ws, ok := s.member(c, world.RightViewer)
		if !ok {
			return
		}
		for i := range ws.Items {
			if row, is := wire(ws, &ws.Items[i]); is && sameID(ws.Items[i].ID, c.Param(param)) {
				c.JSON(200, row)
				return
			}
		}
		c.NotFound()
	}
}

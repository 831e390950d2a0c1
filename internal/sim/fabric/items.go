package fabric

import (
	"strings"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

type adminItem struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	State       string     `json:"state"`
	Updated     string     `json:"lastUpdatedDate,omitempty"`
	WorkspaceID string     `json:"workspaceId"`
	CapacityID  string     `json:"capacityId,omitempty"`
	Creator     *principal `json:"creatorPrincipal,omitempty"`
}

// itemType tells paginated reports apart, as Fabric does.
func itemType(it *world.Item) string {
	if it.Report != nil && it.Report.Type == "PaginatedReport" {
		return "PaginatedReport"
	}
	return it.Kind.FabricType()
}

func (s *Service) wireItem(ws *world.Workspace, it *world.Item) adminItem {
	by := it.CreatedBy
	if by == nil {
		by = it.Configured
	}
	return adminItem{ID: it.ID, Type: itemType(it), Name: it.Name, Description: it.Description, State: "Active",
		Updated: zoneless(it.Modified), WorkspaceID: ws.ID, CapacityID: upper(ws.CapacityID), Creator: s.wireSomebody(by)}
}

// hidden are the items that this list does not know: copies inside apps, and
// those whose id is not a GUID.
func hidden(it *world.Item) bool {
	return it.Report != nil && it.Report.OriginalID != "" || it.Model != nil && it.Model.ForeignID
}

// adminItems lists the items of all active workspaces. The token holds the slot
// of the workspace to go on from, so that a page ends with a whole workspace.
func (s *Service) adminItems(c *rest.Call) {
	at, ok := place(c)
	if !ok {
		return
	}
	out := struct {
		Items []adminItem `json:"itemEntities"`
		paged
	}{Items: []adminItem{}}
	from, to := at, s.world.Slots(c.At)
	if id := c.Query("workspaceId"); id != "" {
		slot, ok := s.world.SlotOf(strings.ToLower(id))
		if !ok {
			c.NotFound()
			return
		}
		from, to = slot, slot+1
	}
	for slot := from; slot < to; slot++ {
		if len(out.Items) >= itemsPerPage {
			out.paged = more(c, slot)
			break
		}
		h, ok := s.world.HeadAt(slot, c.At)
		if !ok || h.State != world.StateActive || !wanted(c, "capacityId", h.CapacityID) {
			continue
		}
		if ws, ok := s.world.WorkspaceAt(slot, c.At); ok {
			out.Items = append(out.Items, s.itemsOf(c, ws)...)
		}
	}
	c.JSON(200, out)
}

func (s *Service) itemsOf(c *rest.Call, ws *world.Workspace) []adminItem {
	var rows []adminItem
	for i := range ws.Items {
		it := &ws.Items[i]
		if !hidden(it) && it.State != "Deleted" && wanted(c, "type", itemType(it)) && wanted(c, "state", "Active") {
			rows = append(rows, s.wireItem(ws, it))
		}
	}
	return rows
}

// find returns the item of a call, in its workspace, or answers 404.
func (s *Service) find(c *rest.Call) (*world.Workspace, *world.Item, bool) {
	ws, it, ok := s.world.Item(c.Param("itemId"), c.At)
	if !ok || hidden(it) || !sameID(ws.ID, c.Param("workspaceId")) || !wanted(c, "type", itemType(it)) {
		c.Fail(rest.Failure{Status: 404, Code: "ItemNotFound", Message: "The requested item could not be found."})
		return nil, nil, false
	}
	return ws, it, true
}

func (s *Service) adminItem(c *rest.Call) {
	if ws, it, ok := s.find(c); ok {
		c.JSON(200, s.wireItem(ws, it))
	}
}

type itemAccess struct {
	Type        string   `json:"type"`
	Permissions []string `json:"permissions"`
	Additional  []string `json:"additionalPermissions"`
}

// itemUsers lists who may use an item.
func (s *Service) itemUsers(c *rest.Call) {
	ws, it, ok := s.find(c)
	if !ok {
		return
	}
	type row struct {
		Principal principal  `json:"principal"`
		Access    itemAccess `json:"itemAccessDetails"`
	}
	rows := []row{}
	for _, g := range s.world.ItemAccess(ws, it) {
		rows = append(rows, row{s.wirePrincipal(g.Principal), itemAccess{itemType(it), permissions(g.Right), []string{}}})
	}
	c.JSON(200, map[string]any{"accessDetails": rows})
}

// accessPerPage is how many things of one person come at once.
const accessPerPage = 1_000

// userAccess lists the items that one person holds directly.
func (s *Service) userAccess(c *rest.Call) {
	u, ok := s.world.User(c.Param("userId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	at, ok := place(c)
	if !ok {
		return
	}
	type row struct {
		ID       string     `json:"id"`
		Name     string     `json:"displayName"`
		Category string     `json:"category"`
		Access   itemAccess `json:"itemAccessDetails"`
	}
	out := struct {
		Entities []row `json:"accessEntities"`
		paged
	}{Entities: []row{}}
	n := 0
	for a := range s.world.AccessOf(u.ID, c.At) {
		if a.Item == nil || hidden(a.Item) || !wanted(c, "type", itemType(a.Item)) {
			continue
		}
		if n++; n <= at {
			continue
		}
		if len(out.Entities) == accessPerPage {
			out.paged = more(c, n-1)
			break
		}
		out.Entities = append(out.Entities, row{a.Item.ID, a.Item.Name, "Item",
			itemAccess{itemType(a.Item), permissions(a.Right), []string{}}})
	}
	c.JSON(200, out)
}

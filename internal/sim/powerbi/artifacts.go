package powerbi

import (
	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// The items of the admin's lists, which spell some keys differently from the
// scanner: ids of reports in upper case, ContentProviderType in Pascal case,
// dates with an offset.

type report struct {
	ID           string `json:"id"`
	ReportType   string `json:"reportType"`
	Name         string `json:"name"`
	DatasetID    string `json:"datasetId,omitempty"`
	Description  string `json:"description,omitempty"`
	AppID        string `json:"appId,omitempty"`
	OriginalID   string `json:"originalReportObjectId,omitempty"`
	Created      string `json:"createdDateTime,omitempty"`
	Modified     string `json:"modifiedDateTime,omitempty"`
	CreatedBy    string `json:"createdBy,omitempty"`
	ModifiedBy   string `json:"modifiedBy,omitempty"`
	WebURL       string `json:"webUrl,omitempty"`
	EmbedURL     string `json:"embedUrl,omitempty"`
	WorkspaceID  string `json:"workspaceId,omitempty"`
	IsOwnedByMe  bool   `json:"isOwnedByMe"`
	Subscription []any  `json:"subscriptions"`
}

type dashboard struct {
	ID          string  `json:"id"`
	DisplayName string  `json:"displayName"`
	IsReadOnly  bool    `json:"isReadOnly"`
	AppID       string  `json:"appId,omitempty"`
	WebURL      string  `json:"webUrl,omitempty"`
	WorkspaceID string  `json:"workspaceId,omitempty"`
	Tiles       *[]tile `json:"tiles,omitempty"`
}

type tile struct {
	ID        string `json:"id"`
	Title     string `json:"title,omitempty"`
	RowSpan   int    `json:"rowSpan"`
	ColSpan   int    `json:"colSpan"`
	ReportID  string `json:"reportId,omitempty"`
	DatasetID string `json:"datasetId,omitempty"`
}

type dataset struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	AddRows       bool        `json:"addRowsAPIEnabled"`
	ConfiguredBy  string      `json:"configuredBy,omitempty"`
	Refreshable   bool        `json:"isRefreshable"`
	Identity      bool        `json:"isEffectiveIdentityRequired"`
	IdentityRoles bool        `json:"isEffectiveIdentityRolesRequired"`
	OnPrem        bool        `json:"isOnPremGatewayRequired"`
	StorageMode   string      `json:"targetStorageMode,omitempty"`
	Created       string      `json:"createdDate,omitempty"`
	Provider      string      `json:"ContentProviderType,omitempty"`
	InPlace       bool        `json:"isInPlaceSharingEnabled"`
	Description   string      `json:"description,omitempty"`
	WebURL        string      `json:"webUrl,omitempty"`
	WorkspaceID   string      `json:"workspaceId,omitempty"`
	Encryption    *encryption `json:"encryption,omitempty"`
	Upstream      []upstream  `json:"upstreamDataflows,omitempty"`
}

type encryption struct {
	ID     string `json:"id"`
	Status string `json:"encryptionStatus"`
}

type dataflow struct {
	ID           string `json:"objectId"`
	Name         string `json:"name"`
	Description  string `json:"description,omitempty"`
	ModelURL     string `json:"modelUrl,omitempty"`
	ConfiguredBy string `json:"configuredBy,omitempty"`
	ModifiedBy   string `json:"modifiedBy,omitempty"`
	Modified     string `json:"modifiedDateTime,omitempty"`
	WorkspaceID  string `json:"workspaceId,omitempty"`
}

func wireReport(ws *world.Workspace, it *world.Item) (report, bool) {
	if it.Report == nil {
		return report{}, false
	}
	r := report{ID: upper(it.ID), ReportType: it.Report.Type, Name: it.Name, DatasetID: it.Report.ModelID,
		Description: it.Description, AppID: it.Report.AppID, OriginalID: it.Report.OriginalID, Created: zoneless(it.Created),
		Modified: zoneless(it.Modified), WebURL: "https://app.powerbi.com/groups/" + ws.ID + "/reports/" + it.ID,
		WorkspaceID: ws.ID, Subscription: []any{}}
	r.CreatedBy, _ = by(it.CreatedBy)
	r.ModifiedBy, _ = by(it.ModifiedBy)
	return r, true
}

func wireDashboard(ws *world.Workspace, it *world.Item) (dashboard, bool) {
	if it.Dashboard == nil {
		return dashboard{}, false
	}
	return dashboard{ID: it.ID, DisplayName: it.Name, IsReadOnly: it.Dashboard.ReadOnly, AppID: it.Dashboard.AppID,
		WebURL: "https://app.powerbi.com/groups/" + ws.ID + "/dashboards/" + it.ID, WorkspaceID: ws.ID}, true
}

func wireDataset(ws *world.Workspace, it *world.Item) (dataset, bool) {
	if it.Model == nil {
		return dataset{}, false
	}
	m := it.Model
	d := dataset{ID: it.ID, Name: it.Name, Refreshable: m.Refreshable, Identity: m.EffectiveIdentity,
		IdentityRoles: m.EffectiveRoles, OnPrem: m.OnPremGateway, StorageMode: m.StorageMode, Created: pacific(it.Created),
		Provider: m.ContentProviderType, InPlace: m.InPlaceSharing, Description: it.Description,
		WebURL: "https://app.powerbi.com/groups/" + ws.ID + "/datasets/" + it.ID, WorkspaceID: ws.ID}
	d.ConfiguredBy, _ = by(it.Configured)
	if ws.CapacityID != "" {
		d.Encryption = &encryption{it.ID, "InSyncWithWorkspace"}
	}
	return d, true
}

func wireDataflow(ws *world.Workspace, it *world.Item) (dataflow, bool) {
	if it.Dataflow == nil {
		return dataflow{}, false
	}
	d := dataflow{ID: it.ID, Name: it.Name, Description: it.Description, ModelURL: it.Dataflow.ModelURL,
		Modified: zulu(it.Modified), WorkspaceID: ws.ID}
	d.ConfiguredBy, _ = by(it.Configured)
	d.ModifiedBy, _ = by(it.ModifiedBy)
	return d, true
}

func pick[T any](ws *world.Workspace, wire func(*world.Workspace, *world.Item) (T, bool)) []T {
	rows := []T{}
	for i := range ws.Items {
		if row, ok := wire(ws, &ws.Items[i]); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// itemFields are what the lists can be filtered by.
func itemFields(ws *world.Workspace, it *world.Item) odata.Row {
	f := odata.Fields{"id": it.ID, "objectId": it.ID, "name": it.Name, "displayName": it.Name, "workspaceId": ws.ID,
		"reportType": "", "datasetId": "", "configuredBy": "", "isRefreshable": false, "appId": ""}
	f["configuredBy"], _ = by(it.Configured)
	if it.Report != nil {
		f["reportType"], f["datasetId"], f["appId"] = it.Report.Type, it.Report.ModelID, it.Report.AppID
	}
	if it.Model != nil {
		f["isRefreshable"] = it.Model.Refreshable
	}
	return f
}

// itemsInGroup lists the items of one kind in a workspace, for the admin.
func itemsInGroup[T any](s *Service, set string, wire func(*world.Workspace, *world.Item) (T, bool)) func(*rest.Call) {
	return func(c *rest.Call) {
		ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
		if !ok {
			c.NotFound()
			return
		}
		listItems(c, set, wire, func(yield func(*world.Workspace) bool) { yield(ws) })
	}
}

// itemsInTenant lists the items of one kind in all workspaces. Like Microsoft's
// it is slow on a large tenant: it builds every workspace.
func itemsInTenant[T any](s *Service, set string, wire func(*world.Workspace, *world.Item) (T, bool)) func(*rest.Call) {
	return func(c *rest.Call) { listItems(c, set, wire, s.world.All(c.At)) }
}

func listItems[T any](c *rest.Call, set string, wire func(*world.Workspace, *world.Item) (T, bool), from func(func(*world.Workspace) bool)) {
	top, skip, ok := window(c, 1<<31-1, 1<<31-1)
	if !ok {
		return
	}
	f, ok := readFilter(c)
	if !ok {
		return
	}
	rows := []T{}
	var bad error
	from(func(ws *world.Workspace) bool {
		for i := range ws.Items {
			it := &ws.Items[i]
			row, ok := wire(ws, it)
			if !ok {
				continue
			}
			if ok, bad = f.Match(itemFields(ws, it)); bad != nil {
				return false
			}
			switch {
			case !ok:
			case skip > 0:
				skip--
			default:
				rows = append(rows, row)
			}
			if len(rows) == top {
				return false
			}
		}
		return c.R.Context().Err() == nil
	})
	if bad != nil {
		badFilter(c, bad)
		return
	}
	answerList(c, set, rows)
}

// tiles lists the tiles of a dashboard, for the admin.
func (s *Service) tiles(c *rest.Call) {
	_, it, ok := s.world.Item(c.Param("dashboardId"), c.At)
	if !ok || it.Dashboard == nil {
		c.NotFound()
		return
	}
	var rows []tile
	for _, t := range it.Dashboard.Tiles {
		rows = append(rows, tile{t.ID, t.Title, 1, 1, t.ReportID, t.ModelID})
	}
	answerList(c, "tiles", rows)
}

// datasetLinks lists which models of a workspace use which dataflows.
func (s *Service) datasetLinks(c *rest.Call) {
	ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	type link struct {
		Dataset   string `json:"datasetObjectId"`
		Dataflow  string `json:"dataflowObjectId"`
		Workspace string `json:"workspaceObjectId"`
	}
	var rows []link
	for i := range ws.Items {
		if m := ws.Items[i].Model; m != nil {
			for _, u := range m.Upstream {
				if u.Kind == world.UpstreamDataflow {
					rows = append(rows, link{ws.Items[i].ID, u.ItemID, u.WorkspaceID})
				}
			}
		}
	}
	answerList(c, "links", rows)
}

// upstreamDataflows lists the dataflows that a dataflow reads.
func (s *Service) upstreamDataflows(c *rest.Call) {
	ws, it, ok := s.world.Item(c.Param("dataflowId"), c.At)
	if !ok || it.Dataflow == nil || !sameID(ws.ID, c.Param("groupId")) {
		c.NotFound()
		return
	}
	answerList(c, "dataflows", wireUpstream(world.UpstreamDataflow, it.Dataflow.Upstream))
}

package powerbi

import (
	"steward/internal/sim/odata"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// adminGroup is a workspace in the admin's lists: its id in upper case, and one
// key that really has a space at its end.
type adminGroup struct {
	ID             string        `json:"id"`
	IsReadOnly     bool          `json:"isReadOnly"`
	Dedicated      bool          `json:"isOnDedicatedCapacity"`
	CapacityID     string        `json:"capacityId,omitempty"`
	Migration      string        `json:"capacityMigrationStatus,omitempty"`
	StorageFormat  string        `json:"defaultDatasetStorageFormat,omitempty"`
	Description    string        `json:"description"`
	Type           string        `json:"type"`
	State          string        `json:"state"`
	Name           string        `json:"name"`
	HasOwnSettings bool          `json:"hasWorkspaceLevelSettings "`
	PipelineID     string        `json:"pipelineId,omitempty"`
	LogAnalytics   *azure        `json:"logAnalyticsWorkspace,omitempty"`
	Users          *[]user       `json:"users,omitempty"`
	Reports        *[]report     `json:"reports,omitempty"`
	Dashboards     *[]dashboard  `json:"dashboards,omitempty"`
	Datasets       *[]dataset    `json:"datasets,omitempty"`
	Dataflows      *[]dataflow   `json:"dataflows,omitempty"`
	Workbooks      *[]workbook   `json:"workbooks,omitempty"`
	Extra          *previewExtra `json:"previewInfo,omitempty"`
}

// previewExtra is a member that no definition has.
type previewExtra struct {
	Generation int `json:"generation"`
}

type azure struct {
	ID             string `json:"id"`
	SubscriptionID string `json:"subscriptionId"`
	ResourceGroup  string `json:"resourceGroup"`
	ResourceName   string `json:"resourceName"`
}

type workbook struct {
	Name      string `json:"name"`
	DatasetID string `json:"datasetId,omitempty"`
}

var groupExpands = []string{"users", "reports", "dashboards", "datasets", "dataflows", "workbooks"}

func (s *Service) wireGroup(ws *world.Workspace, want map[string]bool) adminGroup {
	g := adminGroup{ID: upper(ws.ID), Dedicated: ws.CapacityID != "", CapacityID: upper(ws.CapacityID), Migration: "Migrated",
		StorageFormat: ws.StorageFormat, Description: ws.Description, Type: string(ws.Type), State: string(ws.State),
		Name: ws.Name, HasOwnSettings: ws.HasOwnSettings, PipelineID: ws.PipelineID, Extra: &previewExtra{2}}
	if ws.LogAnalyticsID != "" {
		g.LogAnalytics = &azure{ws.LogAnalyticsID, s.world.Config().TenantID, "rg-analytics", "law-powerbi"}
	}
	if want["users"] {
		us := wireGrants("", ws.Grants)
		g.Users = &us
	}
	if want["reports"] {
		rows := pick(ws, wireReport)
		g.Reports = &rows
	}
	if want["dashboards"] {
		rows := pick(ws, wireDashboard)
		g.Dashboards = &rows
	}
	if want["datasets"] {
		rows := pick(ws, wireDataset)
		g.Datasets = &rows
	}
	if want["dataflows"] {
		rows := pick(ws, wireDataflow)
		g.Dataflows = &rows
	}
	if want["workbooks"] {
		g.Workbooks = &[]workbook{}
	}
	return g
}

// groupRow lets a filter ask about a workspace, building it only for what its
// head does not tell.
type groupRow struct {
	head  world.Head
	build func() *world.Workspace
}

func (g groupRow) Field(name string) (any, bool) {
	switch name {
	case "id":
		return g.head.ID, true
	case "type":
		return string(g.head.Type), true
	case "state":
		return string(g.head.State), true
	case "isOnDedicatedCapacity":
		return g.head.CapacityID != "", true
	case "capacityId":
		return g.head.CapacityID, true
	case "isReadOnly":
		return false, true
	case "name":
		return g.build().Name, true
	case "description":
		return g.build().Description, true
	case "pipelineId":
		return g.build().PipelineID, true
	case "hasWorkspaceLevelSettings":
		return g.build().HasOwnSettings, true
	case "defaultDatasetStorageFormat":
		return g.build().StorageFormat, true
	}
	return nil, false
}

func (g groupRow) Each(name string) ([]odata.Row, bool) {
	ws := g.build()
	if name == "users" {
		var rows []odata.Row
		for _, gr := range ws.Grants {
			rows = append(rows, odata.Fields{"groupUserAccessRight": gr.Right, "emailAddress": gr.Principal.Email,
				"identifier": gr.Principal.Identifier(), "principalType": string(gr.Principal.Kind)})
		}
		return rows, true
	}
	kind := map[string]world.ItemKind{"reports": world.KindReport, "dashboards": world.KindDashboard,
		"datasets": world.KindModel, "dataflows": world.KindDataflow}[name]
	if kind == "" {
		return nil, false
	}
	var rows []odata.Row
	for i := range ws.Items {
		if ws.Items[i].Kind == kind {
			rows = append(rows, odata.Fields{"id": ws.Items[i].ID, "name": ws.Items[i].Name})
		}
	}
	return rows, true
}

// adminGroups lists workspaces: $top is required, the end is where fewer come.
func (s *Service) adminGroups(c *rest.Call) {
	if !needTop(c) {
		return
	}
	top, skip, ok := window(c, 0, 5000)
	if !ok {
		return
	}
	want, ok := expands(c, groupExpands...)
	if !ok {
		return
	}
	f, ok := readFilter(c)
	if !ok {
		return
	}
	rows, err := s.groupPage(c, f, top, skip, want)
	if err != nil {
		badFilter(c, err)
		return
	}
	answerList(c, "groups", rows)
}

func (s *Service) groupPage(c *rest.Call, f *odata.Filter, top, skip int, want map[string]bool) ([]adminGroup, error) {
	rows := []adminGroup{}
	for head := range s.world.Heads(c.At) {
		var built *world.Workspace
		build := func() *world.Workspace {
			if built == nil {
				if ws, ok := s.world.WorkspaceAt(head.Slot, c.At); ok {
					built = ws
				} else {
					built = &world.Workspace{ID: head.ID, Type: head.Type, State: head.State}
				}
			}
			return built
		}
		ok, err := f.Match(groupRow{head, build})
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		rows = append(rows, s.wireGroup(build(), want))
		if len(rows) == top {
			break
		}
	}
	return rows, nil
}

// adminGroup is one workspace as the admin sees it.
func (s *Service) adminGroup(c *rest.Call) {
	want, ok := expands(c, groupExpands...)
	if !ok {
		return
	}
	ws, ok := s.world.Workspace(c.Param("groupId"), c.At)
	if !ok {
		c.NotFound()
		return
	}
	c.JSON(200, s.wireGroup(ws, want))
}

package powerbi

import (
	"net/http"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// contentOps are the operations that move content without a pipeline, and what
// belongs to them afterwards: parameters, datasources, gateways.
func (s *Service) contentOps() []rest.Operation {
	const g, rep, dash = "groups/{groupId}/", "groups/{groupId}/reports/{reportId}", "groups/{groupId}/dashboards/{dashboardId}"
	asking := func(op rest.Operation) rest.Operation { op.Reads = true; return op }
	ops := []rest.Operation{
		act("Imports_GetImportsInGroup", "GET", g+"imports", s.imports),
		act("Imports_GetImportInGroup", "GET", g+"imports/{importId}", s.importOf),
		act("Imports_PostImportInGroup", "POST", g+"imports", s.postImport),
		asking(act("Imports_CreateTemporaryUploadLocationInGroup", "POST", g+"imports/createTemporaryUploadLocation", s.uploadLocation)),
		act("Imports_GetImports", "GET", "imports", notHere),
		act("Imports_PostImport", "POST", "imports", notHere),
		act("Reports_ExportReportInGroup", "GET", rep+"/Export", s.exportReport),
		act("Reports_CloneReportInGroup", "POST", rep+"/Clone", s.cloneReport),
		act("Reports_RebindReportInGroup", "POST", rep+"/Rebind", s.rebind),
		act("Reports_UpdateReportContentInGroup", "POST", rep+"/UpdateReportContent", s.updateContent),
		act("Reports_DeleteReportInGroup", "DELETE", rep, s.deleteReport),
		act("Dashboards_AddDashboardInGroup", "POST", g+"dashboards", s.addDashboard),
		act("Dashboards_GetDashboardInGroup", "GET", dash, myItem(s, "dashboardId", wireDashboard)),
		act("Dashboards_DeleteDashboardInGroup", "DELETE", dash, s.deleteDashboard),
		act("Dashboards_GetTilesInGroup", "GET", dash+"/tiles", s.myTiles),
		act("Dashboards_CloneTileInGroup", "POST", dash+"/tiles/{tileId}/Clone", s.cloneTile),
		act("Datasets_DeleteDatasetInGroup", "DELETE", g+"datasets/{datasetId}", s.deleteDataset),
		act("Gateways_GetGateways", "GET", "gateways", s.gateways),
		act("Gateways_GetGateway", "GET", "gateways/{gatewayId}", s.gateway),
		act("Gateways_GetDatasources", "GET", "gateways/{gatewayId}/datasources", s.gatewayDatasources),
		{ID: "Blob_Get", Method: "GET", Path: "/blobs/{key}", Access: rest.Open, Handle: s.blobs.get},
		{ID: "Blob_Put", Method: "PUT", Path: "/blobs/{key}", Access: rest.Open, Handle: s.blobs.put},
	}
	// The operations on a dataset exist with and without the workspace in the path.
	for _, in := range [][2]string{{"", "datasets/{datasetId}/"}, {"InGroup", g + "datasets/{datasetId}/"}} {
		query := asking(act("Datasets_ExecuteQueries"+in[0], "POST", in[1]+"executeQueries", s.executeQueries))
		query.Quotas = rest.PerMinute(120)
		ops = append(ops,
			act("Datasets_GetParameters"+in[0], "GET", in[1]+"parameters", s.parameters),
			act("Datasets_UpdateParameters"+in[0], "POST", in[1]+"Default.UpdateParameters", s.updateParameters),
			act("Datasets_GetDatasources"+in[0], "GET", in[1]+"datasources", s.modelDatasources),
			act("Datasets_UpdateDatasources"+in[0], "POST", in[1]+"Default.UpdateDatasources", s.updateDatasources),
			act("Datasets_BindToGateway"+in[0], "POST", in[1]+"Default.BindToGateway", s.bindToGateway),
			act("Datasets_DiscoverGateways"+in[0], "GET", in[1]+"Default.DiscoverGateways", s.discoverGateways),
			act("Datasets_GetGatewayDatasources"+in[0], "GET", in[1]+"Default.GetBoundGatewayDatasources", s.boundDatasources),
			query)
	}
	return ops
}

func (s *Service) deleteReport(c *rest.Call) {
	s.deleted(c, s.acts.DeleteReport(actor(c), c.Param("groupId"), c.Param("reportId"), c.Now))
}

func (s *Service) deleteDataset(c *rest.Call) {
	s.deleted(c, s.acts.DeleteModel(actor(c), c.Param("groupId"), c.Param("datasetId"), c.Now))
}

func (s *Service) deleteDashboard(c *rest.Call) {
	s.deleted(c, s.acts.DeleteDashboard(actor(c), c.Param("groupId"), c.Param("dashboardId"), c.Now))
}

func (s *Service) deleted(c *rest.Call, err error) {
	if !refused(c, err) {
		c.Empty(http.StatusOK)
	}
}

// answerReport is one report as the answer to what made or changed it.
func answerReport(c *rest.Call, ws *world.Workspace, it *world.Item) {
	row, _ := wireReport(ws, it)
	c.JSON(http.StatusOK, struct {
		Context string `json:"@odata.context"`
		report
	}{metadata("reports/$entity"), row})
}

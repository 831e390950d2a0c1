package powerbi

import (
	"iter"
	"slices"

	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

const root = "/v1.0/myorg/"

// admin is a row of the read-only admin APIs: 200 calls an hour unless said
// otherwise.
func admin(id, path string, handle func(*rest.Call), quotas ...rest.Quota) rest.Operation {
	if quotas == nil {
		quotas = rest.PerHour(200)
	}
	return rest.Operation{ID: id, Method: "GET", Path: root + "admin/" + path, Access: rest.AdminRead, Quotas: quotas, Handle: handle}
}

// mine is a row of the ordinary APIs; Microsoft states no quota for them.
func mine(id, path string, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: id, Method: "GET", Path: root + path, Access: rest.Ordinary, Handle: handle}
}

// Operations is the service's table: Microsoft's operation, its path, its quota,
// its handler.
func (s *Service) Operations() []rest.Operation {
	return slices.Concat(s.scannerOps(), s.adminWorkspaceOps(), s.adminItemOps(), s.adminTenantOps(), s.adminWriteOps(), s.ordinaryOps(),
		s.workspaceWriteOps(), s.pipelineWriteOps(), s.datasetWriteOps(), s.contentOps())
}

func (s *Service) scannerOps() []rest.Operation {
	submit := admin("WorkspaceInfo_PostWorkspaceInfo", "workspaces/getInfo", s.getInfo, rest.PerHour(500)...)
	submit.Method, submit.Reads = "POST", true
	return []rest.Operation{
		admin("WorkspaceInfo_GetModifiedWorkspaces", "workspaces/modified", s.modified, rest.PerHour(30)...),
		submit,
		admin("WorkspaceInfo_GetScanStatus", "workspaces/scanStatus/{scanId}", s.scanStatus, rest.PerHour(10_000)...),
		admin("WorkspaceInfo_GetScanResult", "workspaces/scanResult/{scanId}", s.scanResult, rest.PerHour(500)...),
	}
}

func (s *Service) adminWorkspaceOps() []rest.Operation {
	return []rest.Operation{
		admin("Groups_GetGroupsAsAdmin", "groups", s.adminGroups, rest.TenantWide(50, 15)...),
		admin("Groups_GetGroupAsAdmin", "groups/{groupId}", s.adminGroup),
		admin("Groups_GetGroupUsersAsAdmin", "groups/{groupId}/users", s.workspaceUsers),
		admin("Groups_GetUnusedArtifactsAsAdmin", "groups/{groupId}/unused", s.unused),
		admin("Reports_GetReportsInGroupAsAdmin", "groups/{groupId}/reports", itemsInGroup(s, "reports", wireReport)),
		admin("Dashboards_GetDashboardsInGroupAsAdmin", "groups/{groupId}/dashboards", itemsInGroup(s, "dashboards", wireDashboard)),
		admin("Datasets_GetDatasetsInGroupAsAdmin", "groups/{groupId}/datasets", itemsInGroup(s, "datasets", wireDataset)),
		admin("Dataflows_GetDataflowsInGroupAsAdmin", "groups/{groupId}/dataflows", itemsInGroup(s, "dataflows", wireDataflow)),
		admin("Datasets_GetDatasetToDataflowsLinksInGroupAsAdmin", "groups/{groupId}/datasets/upstreamDataflows", s.datasetLinks),
		admin("Dataflows_GetUpstreamDataflowsInGroupAsAdmin", "groups/{groupId}/dataflows/{dataflowId}/upstreamDataflows", s.upstreamDataflows),
	}
}

func (s *Service) adminItemOps() []rest.Operation {
	lists := rest.TenantWide(50, 5)
	return []rest.Operation{
		admin("Reports_GetReportsAsAdmin", "reports", itemsInTenant(s, "reports", wireReport), lists...),
		admin("Dashboards_GetDashboardsAsAdmin", "dashboards", itemsInTenant(s, "dashboards", wireDashboard), lists...),
		admin("Datasets_GetDatasetsAsAdmin", "datasets", itemsInTenant(s, "datasets", wireDataset), lists...),
		admin("Dataflows_GetDataflowsAsAdmin", "dataflows", itemsInTenant(s, "dataflows", wireDataflow)),
		admin("Reports_GetReportUsersAsAdmin", "reports/{reportId}/users", s.itemUsers(world.KindReport, "reportId", "reportUsers")),
		admin("Dashboards_GetDashboardUsersAsAdmin", "dashboards/{dashboardId}/users", s.itemUsers(world.KindDashboard, "dashboardId", "dashboardUsers")),
		admin("Datasets_GetDatasetUsersAsAdmin", "datasets/{datasetId}/users", s.itemUsers(world.KindModel, "datasetId", "datasetUsers")),
		admin("Dataflows_GetDataflowUsersAsAdmin", "dataflows/{dataflowId}/users", s.itemUsers(world.KindDataflow, "dataflowId", "dataflowUsers")),
		admin("Dashboards_GetTilesAsAdmin", "dashboards/{dashboardId}/tiles", s.tiles),
		admin("Reports_GetReportSubscriptionsAsAdmin", "reports/{reportId}/subscriptions", s.subscriptions(world.KindReport, "reportId")),
		admin("Dashboards_GetDashboardSubscriptionsAsAdmin", "dashboards/{dashboardId}/subscriptions", s.subscriptions(world.KindDashboard, "dashboardId")),
		admin("Dataflows_ExportDataflowAsAdmin", "dataflows/{dataflowId}/export", s.exportDataflow),
		// No quota is stated for the two lists of datasources.
		admin("Datasets_GetDatasourcesAsAdmin", "datasets/{datasetId}/datasources", s.itemDatasources(world.KindModel, "datasetId"), []rest.Quota{}...),
		admin("Dataflows_GetDataflowDatasourcesAsAdmin", "dataflows/{dataflowId}/datasources", s.itemDatasources(world.KindDataflow, "dataflowId"), []rest.Quota{}...),
	}
}

func (s *Service) adminTenantOps() []rest.Operation {
	links := func(c *rest.Call) iter.Seq[world.WideShare] { return s.world.OrgLinks(c.At) }
	web := func(c *rest.Call) iter.Seq[world.WideShare] { return s.world.PublishedToWeb(c.At) }
	return []rest.Operation{
		admin("Admin_GetActivityEvents", "activityevents", s.activityEvents),
		admin("Admin_GetCapacitiesAsAdmin", "capacities", s.adminCapacities),
		admin("Capacities_GetCapacityUsersAsAdmin", "capacities/{capacityId}/users", s.capacityUsers),
		admin("Admin_GetRefreshables", "capacities/refreshables", s.refreshables),
		admin("Admin_GetRefreshablesForCapacity", "capacities/{capacityId}/refreshables", s.refreshables),
		admin("Admin_GetRefreshableForCapacity", "capacities/{capacityId}/refreshables/{refreshableId}", s.refreshableOf),
		admin("Admin_GetPowerBIEncryptionKeys", "tenantKeys", s.tenantKeys),
		admin("Apps_GetAppsAsAdmin", "apps", s.adminApps),
		admin("Apps_GetAppUsersAsAdmin", "apps/{appId}/users", s.appUsers),
		admin("Pipelines_GetPipelinesAsAdmin", "pipelines", s.adminPipelines),
		admin("Pipelines_GetPipelineUsersAsAdmin", "pipelines/{pipelineId}/users", s.adminPipelineUsers),
		admin("WidelySharedArtifacts_LinksSharedToWholeOrganization", "widelySharedArtifacts/linksSharedToWholeOrganization", s.widely("Link", links)),
		admin("WidelySharedArtifacts_PublishedToWeb", "widelySharedArtifacts/publishedToWeb", s.widely("PublishToWeb", web)),
		admin("Users_GetUserArtifactAccessAsAdmin", "users/{userId}/artifactAccess", s.userAccess),
		admin("Imports_GetImportsAsAdmin", "imports", none("imports")),
		admin("Profiles_GetProfilesAsAdmin", "profiles", none("profiles")),
		admin("Users_GetUserSubscriptionsAsAdmin", "users/{userId}/subscriptions", s.userSubscriptions),
	}
}

// none answers lists of which this tenant has nothing.
func none(set string) func(*rest.Call) {
	return func(c *rest.Call) {
		if _, _, ok := window(c, 5000, 5000); ok {
			answerList(c, set, []struct{}{})
		}
	}
}

func (s *Service) ordinaryOps() []rest.Operation {
	return []rest.Operation{
		mine("Groups_GetGroups", "groups", s.myGroups),
		mine("Groups_GetGroup", "groups/{groupId}", s.myGroup),
		mine("Groups_GetGroupUsers", "groups/{groupId}/users", s.groupUsers),
		mine("Reports_GetReportsInGroup", "groups/{groupId}/reports", myItems(s, "reports", wireReport)),
		mine("Reports_GetReportInGroup", "groups/{groupId}/reports/{reportId}", myItem(s, "reportId", wireReport)),
		mine("Dashboards_GetDashboardsInGroup", "groups/{groupId}/dashboards", myItems(s, "dashboards", wireDashboard)),
		mine("Datasets_GetDatasetsInGroup", "groups/{groupId}/datasets", myItems(s, "datasets", wireDataset)),
		mine("Datasets_GetDatasetInGroup", "groups/{groupId}/datasets/{datasetId}", myItem(s, "datasetId", wireDataset)),
		mine("Dataflows_GetDataflows", "groups/{groupId}/dataflows", myItems(s, "dataflows", wireDataflow)),
		mine("Dataflows_GetDataflowTransactions", "groups/{groupId}/dataflows/{dataflowId}/transactions", s.transactions),
		mine("Capacities_GetCapacities", "capacities", s.myCapacities),
		mine("Datasets_GetRefreshHistory", "datasets/{datasetId}/refreshes", s.refreshes),
		mine("Datasets_GetRefreshHistoryInGroup", "groups/{groupId}/datasets/{datasetId}/refreshes", s.refreshes),
		mine("Datasets_GetRefreshSchedule", "datasets/{datasetId}/refreshSchedule", s.refreshSchedule),
		mine("Datasets_GetRefreshScheduleInGroup", "groups/{groupId}/datasets/{datasetId}/refreshSchedule", s.refreshSchedule),
		mine("Pipelines_GetPipelines", "pipelines", s.pipelines),
		mine("Pipelines_GetPipeline", "pipelines/{pipelineId}", s.pipeline),
		mine("Pipelines_GetPipelineStages", "pipelines/{pipelineId}/stages", s.pipelineStages),
		mine("Pipelines_GetPipelineStageArtifacts", "pipelines/{pipelineId}/stages/{stageOrder}/artifacts", s.stageArtifacts),
		mine("Pipelines_GetPipelineUsers", "pipelines/{pipelineId}/users", s.pipelineUsersOf),
		mine("Pipelines_GetPipelineOperations", "pipelines/{pipelineId}/operations", s.pipelineOperations),
		mine("Pipelines_GetPipelineOperation", "pipelines/{pipelineId}/operations/{operationId}", s.pipelineOperation),
	}
}

// act is a row of the ordinary APIs that changes something.
func act(id, method, path string, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: id, Method: method, Path: root + path, Access: rest.Ordinary, Handle: handle}
}

func (s *Service) workspaceWriteOps() []rest.Operation {
	return []rest.Operation{
		act("Groups_CreateGroup", "POST", "groups", s.createGroup),
		act("Groups_UpdateGroup", "PATCH", "groups/{groupId}", s.updateGroup),
		act("Groups_DeleteGroup", "DELETE", "groups/{groupId}", s.deleteGroup),
		act("Groups_AddGroupUser", "POST", "groups/{groupId}/users", s.addGroupUser),
		act("Groups_UpdateGroupUser", "PUT", "groups/{groupId}/users", s.updateGroupUser),
		act("Groups_DeleteUserInGroup", "DELETE", "groups/{groupId}/users/{user}", s.deleteGroupUser),
		act("Groups_AssignToCapacity", "POST", "groups/{groupId}/AssignToCapacity", s.assignToCapacity),
		act("Groups_CapacityAssignmentStatus", "GET", "groups/{groupId}/CapacityAssignmentStatus", s.capacityStatus),
		act("Reports_GetReports", "GET", "reports", notHere),
		act("Datasets_GetDatasets", "GET", "datasets", notHere),
		act("Dashboards_GetDashboards", "GET", "dashboards", notHere),
		act("Groups_AssignMyWorkspaceToCapacity", "POST", "AssignToCapacity", notHere),
	}
}

func (s *Service) pipelineWriteOps() []rest.Operation {
	const one = "pipelines/{pipelineId}"
	return []rest.Operation{
		act("Pipelines_CreatePipeline", "POST", "pipelines", s.createPipeline),
		act("Pipelines_UpdatePipeline", "PATCH", one, s.updatePipeline),
		act("Pipelines_DeletePipeline", "DELETE", one, s.deletePipeline),
		act("Pipelines_UpdatePipelineUser", "POST", one+"/users", s.addPipelineUser),
		act("Pipelines_DeletePipelineUser", "DELETE", one+"/users/{identifier}", s.deletePipelineUser),
		act("Pipelines_AssignWorkspace", "POST", one+"/stages/{stageOrder}/assignWorkspace", s.assignWorkspace),
		act("Pipelines_UnassignWorkspace", "POST", one+"/stages/{stageOrder}/unassignWorkspace", s.unassignWorkspace),
		act("Pipelines_DeployAll", "POST", one+"/deployAll", s.deploy(false)),
		act("Pipelines_SelectiveDeploy", "POST", one+"/deploy", s.deploy(true)),
	}
}

func (s *Service) datasetWriteOps() []rest.Operation {
	const mine, inGroup = "datasets/{datasetId}/", "groups/{groupId}/datasets/{datasetId}/"
	return []rest.Operation{
		act("Datasets_RefreshDataset", "POST", mine+"refreshes", s.startRefresh),
		act("Datasets_RefreshDatasetInGroup", "POST", inGroup+"refreshes", s.startRefresh),
		act("Datasets_GetRefreshExecutionDetails", "GET", mine+"refreshes/{refreshId}", s.refreshDetails),
		act("Datasets_GetRefreshExecutionDetailsInGroup", "GET", inGroup+"refreshes/{refreshId}", s.refreshDetails),
		act("Datasets_CancelRefresh", "DELETE", mine+"refreshes/{refreshId}", s.cancelRefresh),
		act("Datasets_CancelRefreshInGroup", "DELETE", inGroup+"refreshes/{refreshId}", s.cancelRefresh),
		act("Datasets_UpdateRefreshSchedule", "PATCH", mine+"refreshSchedule", s.setSchedule),
		act("Datasets_UpdateRefreshScheduleInGroup", "PATCH", inGroup+"refreshSchedule", s.setSchedule),
		act("Datasets_TakeOverInGroup", "POST", inGroup+"Default.TakeOver", s.takeOver),
		act("Dataflows_RefreshDataflow", "POST", "groups/{groupId}/dataflows/{dataflowId}/refreshes", s.startDataflow),
		act("Dataflows_CancelDataflowTransaction", "POST", "groups/{groupId}/dataflows/transactions/{transactionId}/cancel", s.cancelDataflow),
	}
}

// adminWriteOps are closed to service principals: a Fabric administrator must
// make these calls in person, so none of them has a handler that could be reached.
func (s *Service) adminWriteOps() []rest.Operation {
	var ops []rest.Operation
	for _, row := range [][3]string{
		{"Groups_AddUserAsAdmin", "POST", "groups/{groupId}/users"},
		{"Groups_DeleteUserAsAdmin", "DELETE", "groups/{groupId}/users/{user}"},
		{"Groups_RestoreDeletedGroupAsAdmin", "POST", "groups/{groupId}/restore"},
		{"Groups_UpdateGroupAsAdmin", "PATCH", "groups/{groupId}"},
		{"Capacities_AssignWorkspacesToCapacity", "POST", "capacities/AssignWorkspaces"},
		{"Capacities_UnassignWorkspacesFromCapacity", "POST", "capacities/UnassignWorkspaces"},
		{"InformationProtection_SetLabelsAsAdmin", "POST", "informationprotection/setLabels"},
		{"InformationProtection_RemoveLabelsAsAdmin", "POST", "informationprotection/removeLabels"},
		{"Admin_AddPowerBIEncryptionKey", "POST", "tenantKeys"},
		{"Admin_PatchCapacityAsAdmin", "PATCH", "capacities/{capacityId}"},
		{"Pipelines_UpdateUserAsAdmin", "POST", "pipelines/{pipelineId}/users"},
		{"Pipelines_DeleteUserAsAdmin", "DELETE", "pipelines/{pipelineId}/users/{identifier}"},
	} {
		ops = append(ops, rest.Operation{ID: row[0], Method: row[1], Path: root + "admin/" + row[2], Access: rest.DelegatedAdmin,
			Quotas: rest.PerHour(200), Handle: func(c *rest.Call) { c.NotFound() }})
	}
	return ops
}

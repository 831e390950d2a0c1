package pbi

import (
	"encoding/json"
	"net/http"
	"strconv"

	"steward/internal/upstream"
)

// The writes that move content, ready for Executor.Send. Each function makes the
// call and nothing else: what it returns can be shown, kept and sent later. Ids
// are as the reads give them; their segments are escaped here.

// body writes a request body; its values are all text, numbers and lists.
func body(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("pbi: a request body of plain values cannot fail: " + err.Error())
	}
	return b
}

func groupPath(workspaceID, kind, id string) string {
	return "groups/" + upstream.Segment(workspaceID) + "/" + kind + "/" + upstream.Segment(id)
}

// CloneReport copies a report. targetWorkspaceID "" means its own workspace,
// targetModelID "" the model it stands on. The answer is the new report; read it
// with ReadMadeReport.
func CloneReport(workspaceID, reportID, name, targetWorkspaceID, targetModelID string) Write {
	b := map[string]string{"name": name}
	if targetWorkspaceID != "" {
		b["targetWorkspaceId"] = targetWorkspaceID
	}
	if targetModelID != "" {
		b["targetModelId"] = targetModelID
	}
	return Write{Operation: "Reports_CloneReportInGroup", Method: http.MethodPost, Path: groupPath(workspaceID, "reports", reportID) + "/Clone", Body: body(b)}
}

// RebindReport puts a report on another model. The executor needs write on the
// report and build on the model. A report bound by a live connection becomes
// directly bound and can no longer be exported; paginated reports are refused.
func RebindReport(workspaceID, reportID, modelID string) Write {
	return Write{Operation: "Reports_RebindReportInGroup", Method: http.MethodPost, Path: groupPath(workspaceID, "reports", reportID) + "/Rebind",
		Body: body(map[string]string{"datasetId": modelID})}
}

// UpdateReportContent replaces what is in a report with what is in another; id,
// name, model and rights of the target stay. It is the cleanest promotion without
// a pipeline.
func UpdateReportContent(workspaceID, reportID, sourceWorkspaceID, sourceReportID string) Write {
	return Write{Operation: "Reports_UpdateReportContentInGroup", Method: http.MethodPost,
		Path: groupPath(workspaceID, "reports", reportID) + "/UpdateReportContent",
		Body: body(map[string]any{"sourceType": "ExistingReport",
			"sourceReport": map[string]string{"sourceReportId": sourceReportID, "sourceWorkspaceId": sourceWorkspaceID}})}
}

// DeleteReport removes a report.
func DeleteReport(workspaceID, reportID string) Write {
	return Write{Operation: "Reports_DeleteReportInGroup", Method: http.MethodDelete, Path: groupPath(workspaceID, "reports", reportID)}
}

// DeleteModel removes a semantic model, and with it the reports on it.
func DeleteModel(workspaceID, modelID string) Write {
	return Write{Operation: "Datasets_DeleteDatasetInGroup", Method: http.MethodDelete, Path: groupPath(workspaceID, "datasets", modelID)}
}

// AddDashboard makes an empty dashboard; the answer is the dashboard.
func AddDashboard(workspaceID, name string) Write {
	return Write{Operation: "Dashboards_AddDashboardInGroup", Method: http.MethodPost, Path: "groups/" + upstream.Segment(workspaceID) + "/dashboards",
		Body: body(map[string]string{"name": name})}
}

// DeleteDashboard removes a dashboard.
func DeleteDashboard(workspaceID, dashboardID string) Write {
	return Write{Operation: "Dashboards_DeleteDashboardInGroup", Method: http.MethodDelete, Path: groupPath(workspaceID, "dashboards", dashboardID)}
}

// TileTarget says where a tile goes. WorkspaceID, ReportID and ModelID may be
// empty: those of the tile. A tile of a report needs a report in another workspace.
type TileTarget struct{ DashboardID, WorkspaceID, ReportID, ModelID string }

// CloneTile copies a tile to a dashboard, at its end when its place is taken.
func CloneTile(workspaceID, dashboardID, tileID string, to TileTarget) Write {
	b := map[string]string{"targetDashboardId": to.DashboardID, "positionConflictAction": "Tail"}
	for key, v := range map[string]string{"targetWorkspaceId": to.WorkspaceID, "targetReportId": to.ReportID, "targetModelId": to.ModelID} {
		if v != "" {
			b[key] = v
		}
	}
	return Write{Operation: "Dashboards_CloneTileInGroup", Method: http.MethodPost,
		Path: groupPath(workspaceID, "dashboards", dashboardID) + "/tiles/" + upstream.Segment(tileID) + "/Clone", Body: body(b)}
}

// TakeOver makes the executor the owner of a model. Its stored credentials are
// lost: bind it to a gateway afterwards, or have somebody enter them.
func TakeOver(workspaceID, modelID string) Write {
	return Write{Operation: "Datasets_TakeOverInGroup", Method: http.MethodPost, Path: groupPath(workspaceID, "datasets", modelID) + "/Default.TakeOver"}
}

// ParameterValue is a value for a query parameter of a model. Names are
// case-sensitive.
type ParameterValue struct {
	Name  string `json:"name"`
	Value string `json:"newValue"`
}

// UpdateParameters changes query parameters, all or none, 100 at most. The
// executor must own the model (403 otherwise); a name that is not there is a 404
// with code ItemNotFound. The data is not refreshed.
func UpdateParameters(workspaceID, modelID string, values []ParameterValue) Write {
	return Write{Operation: "Datasets_UpdateParametersInGroup", Method: http.MethodPost,
		Path: groupPath(workspaceID, "datasets", modelID) + "/Default.UpdateParameters", Body: body(map[string]any{"updateDetails": values})}
}

// SourceChange points one source of a model elsewhere. Type and From select it
// (an empty From the only one of its type); the type cannot change. Keys of From and To are Microsoft's: server, database,
// url, path, ...
type SourceChange struct {
	Type     string
	From, To map[string]string
}

// UpdateDatasources changes sources of a model that the executor owns, all or
// none. A model whose sources depend on parameters is refused.
func UpdateDatasources(workspaceID, modelID string, changes []SourceChange) Write {
	details := []any{}
	for _, ch := range changes {
		selector := map[string]any{"datasourceType": ch.Type}
		if len(ch.From) > 0 {
			selector["connectionDetails"] = ch.From
		}
		details = append(details, map[string]any{"connectionDetails": ch.To, "datasourceSelector": selector})
	}
	return Write{Operation: "Datasets_UpdateDatasourcesInGroup", Method: http.MethodPost,
		Path: groupPath(workspaceID, "datasets", modelID) + "/Default.UpdateDatasources", Body: body(map[string]any{"updateDetails": details})}
}

// BindToGateway binds a model that the executor owns to an on-premises gateway,
// whose stored credentials it uses from then on. Without source ids the service
// matches them by type and connection.
func BindToGateway(workspaceID, modelID, gatewayID string, sourceIDs []string) Write {
	b := map[string]any{"gatewayObjectId": gatewayID}
	if len(sourceIDs) > 0 {
		b["datasourceObjectIds"] = sourceIDs
	}
	return Write{Operation: "Datasets_BindToGatewayInGroup", Method: http.MethodPost,
		Path: groupPath(workspaceID, "datasets", modelID) + "/Default.BindToGateway", Body: body(b)}
}

// DeployOptions are what a deployment may do beyond the harmless; each is needed
// for what it names, or the item's step fails.
type DeployOptions struct {
	// Create makes items that are new in the target; Overwrite replaces those
	// that are there.
	Create    bool `json:"allowCreateArtifact,omitempty"`
	Overwrite bool `json:"allowOverwriteArtifact,omitempty"`
	// SkipTiles leaves out tiles whose report is missing in the target.
	SkipTiles bool `json:"allowSkipTilesWithMissingPrerequisites,omitempty"`
	// Purge destroys data of the target when a schema no longer fits.
	Purge bool `json:"allowPurgeData,omitempty"`
	// TakeOver makes the executor the owner of paginated reports.
	TakeOver bool `json:"allowTakeOver,omitempty"`
	// Label replaces the target's sensitivity label.
	Label bool `json:"allowOverwriteTargetArtifactLabel,omitempty"`
}

// DeployOrder is a deployment from a stage to its neighbour.
type DeployOrder struct {
	PipelineID  string
	SourceStage int
	// Backward deploys to the stage before; everything, into an empty stage only.
	Backward bool
	Options  DeployOptions
	// Note is kept with the operation; it carries the marker by which a deployment
	// is found again. 1,024 characters at most.
	Note string
	// UpdateApp publishes the target workspace's app afterwards; refused where it
	// has none.
	UpdateApp bool
	// Models, Reports, Dashboards, Dataflows and Datamarts select source items;
	// all empty means everything.
	Models, Reports, Dashboards, Dataflows, Datamarts []string
}

// MaxDeployItems is how many items one deployment carries at most.
const MaxDeployItems = 300

// Deploy starts a deployment. The answer is the operation; read it with
// ReadStartedDeployment and follow it with Executor.Deployment.
func Deploy(o DeployOrder) Write {
	b := map[string]any{"sourceStageOrder": o.SourceStage, "options": o.Options}
	if o.Backward {
		b["isBackwardDeployment"] = true
	}
	if o.Note != "" {
		b["note"] = o.Note
	}
	if o.UpdateApp {
		b["updateAppSettings"] = map[string]bool{"updateAppInTargetWorkspace": true}
	}
	op, last := "Pipelines_DeployAll", "/deployAll"
	for key, ids := range map[string][]string{"datasets": o.Models, "reports": o.Reports, "dashboards": o.Dashboards, "dataflows": o.Dataflows, "datamarts": o.Datamarts} {
		if len(ids) == 0 {
			continue
		}
		op, last = "Pipelines_SelectiveDeploy", "/deploy"
		rows := []map[string]string{}
		for _, id := range ids {
			rows = append(rows, map[string]string{"sourceId": id})
		}
		b[key] = rows
	}
	return Write{Operation: op, Method: http.MethodPost, Path: "pipelines/" + upstream.Segment(o.PipelineID) + last, Body: body(b)}
}

// stage writes a stage's order as a path segment.
func stage(order int) string { return strconv.Itoa(order) }

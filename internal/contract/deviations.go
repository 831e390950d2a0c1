package contract

import (
	"slices"
	"strings"
)

// powerBIRepairs are flaws of swagger.json itself.
var powerBIRepairs = []repair{
	{"Role", "members and tablePermissions are $ref where an array of them is meant (type: array beside $ref is ignored)", func(s map[string]any) {
		arrayOf(s, "members")
		arrayOf(s, "tablePermissions")
	}},
	{"DeploymentExecutionStep", "lastUpdatedTime is required without being defined, and absent from the official example", func(s map[string]any) {
		withoutRequired(s, "lastUpdatedTime")
	}},
}

// arrayOf turns a property {"$ref": X} into an array of X.
func arrayOf(schema map[string]any, property string) {
	props, _ := schema["properties"].(map[string]any)
	was, _ := props[property].(map[string]any)
	props[property] = map[string]any{"type": "array", "items": map[string]any{"$ref": was["$ref"]}}
}

// withoutRequired takes a property off the required list.
func withoutRequired(schema map[string]any, property string) {
	required, _ := schema["required"].([]any)
	schema["required"] = slices.DeleteFunc(required, func(v any) bool { return v == property })
}

// undeclaredParams are query parameters that the service takes although the
// documents do not declare them for every operation.
var undeclaredParams = map[string]bool{
	"continuationToken": true, // the continuationUri of every paged answer carries it
}

// deviation is one known difference between a document and the live service
// (or Microsoft's own examples).
type deviation struct {
	operation string // operation id; "" means every operation
	side      string // "request" or "response"
	field     string // as place writes it; a leading * matches any parent
	breach    string // null, required, type, format, zoneless, us date, enum, undeclared, status, empty
	reason    string
}

func (r route) deviates(side, field, breach string) bool {
	for _, d := range deviations {
		if d.side == side && d.breach == breach && d.fits(r.name(), field) {
			return true
		}
	}
	return false
}

func (d deviation) fits(operation, field string) bool {
	if d.operation != "" && d.operation != operation {
		return false
	}
	if tail, ok := strings.CutPrefix(d.field, "*"); ok {
		return strings.HasSuffix(field, tail)
	}
	return d.field == field
}

var deviations = []deviation{
	// everywhere
	{"", "response", "continuationToken", "null", "null on the last page"},
	{"", "response", "continuationUri", "null", "null on the last page"},
	{"", "response", "*", "zoneless", "official examples and the live service leave the zone out; it is UTC"},

	// scanner: the official example carries appUserAccessRight on every user
	{"WorkspaceInfo_GetScanResult", "response", "*users[].groupUserAccessRight", "required", "official example has appUserAccessRight instead"},
	{"WorkspaceInfo_GetScanResult", "response", "*users[].reportUserAccessRight", "required", "official example has appUserAccessRight instead"},
	{"WorkspaceInfo_GetScanResult", "response", "*users[].dashboardUserAccessRight", "required", "official example has appUserAccessRight instead"},
	{"WorkspaceInfo_GetScanResult", "response", "*users[].datasetUserAccessRight", "required", "official example has appUserAccessRight instead"},
	{"WorkspaceInfo_GetScanResult", "response", "*users[].dataflowUserAccessRight", "required", "official example has appUserAccessRight instead"},
	{"WorkspaceInfo_GetScanResult", "response", "*.appId", "null", "null on an ordinary report or dashboard seen live"},

	{"", "response", "*reports[].reportType", "enum", "values beyond the two declared ones seen live"},

	// admin lists
	{"Groups_GetGroupsAsAdmin", "response", "value[].users[].identifier", "required", "official $expand=users example has e-mail and right only"},
	{"Groups_GetGroupsAsAdmin", "response", "value[].users[].principalType", "required", "official $expand=users example has e-mail and right only"},
	{"Pipelines_GetPipelinesAsAdmin", "response", "value[].stages[].order", "type", "a string in the official example"},
	{"Admin_GetRefreshables", "response", "value[].capacity.capacityUserAccessRight", "required", "official $expand=capacity example has id, displayName and sku only"},
	{"Admin_GetRefreshables", "response", "value[].capacity.state", "required", "official $expand=capacity example has id, displayName and sku only"},
	{"Admin_GetRefreshables", "response", "value[].startTime", "null", "seen live on a model without a finished refresh"},
	{"Users_GetUserSubscriptionsAsAdmin", "response", "*Date", "us date", "US text in the official example"},
	{"Reports_GetReportSubscriptionsAsAdmin", "response", "*Date", "us date", "US text in the official example"},
	{"Dashboards_GetDashboardSubscriptionsAsAdmin", "response", "*Date", "us date", "US text in the official example"},

	// refreshes
	{"", "response", "value[].refreshAttempts", "null", "seen live"},
	{"", "response", "*serviceExceptionJson", "null", "seen live"},
	{"Datasets_RefreshDataset", "request", "notifyOption", "required", "the documentation says to omit it for an enhanced refresh"},
	{"Datasets_RefreshDatasetInGroup", "request", "notifyOption", "required", "the documentation says to omit it for an enhanced refresh"},
	{"Datasets_RefreshDataset", "request", "timeout", "undeclared", "documented for the enhanced refresh, missing from the snapshot"},
	{"Datasets_RefreshDatasetInGroup", "request", "timeout", "undeclared", "documented for the enhanced refresh, missing from the snapshot"},

	{"Dataflows_CancelDataflowTransaction", "request", "transactionId", "format", "declared as a GUID, while the official examples are a time, a GUID and a number"},

	// provisioning
	{"Groups_CreateGroup", "response", "id", "required", "the official example wraps the group in value[]; the live service returns it bare"},

	// Fabric
	{"Domains_ListDomains", "response", "domains[].parentDomainId", "null", "null in the official example"},
	{"LongRunningOperations_GetOperationResult", "response", "", "type", "declared as a file; what it holds depends on the operation"},
	{"LongRunningOperations_GetOperationState", "response", "percentComplete", "null", "null in the official example of a failed operation"},
}

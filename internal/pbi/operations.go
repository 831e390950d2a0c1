package pbi

import (
	"time"

	"steward/internal/upstream"
)

// MaxUnfinishedScans is how many scans may be unfinished at once (getInfo,
// section Limitations). The limit counts scans, not calls, so the caller must
// keep it.
const MaxUnfinishedScans = 16

// MaxScanWorkspaces is how many workspaces one getInfo takes.
const MaxScanWorkspaces = 100

// perHour and perMinute write Microsoft's limits.
func perHour(n int) upstream.Limit   { return upstream.Limit{Calls: n, Per: time.Hour} }
func perMinute(n int) upstream.Limit { return upstream.Limit{Calls: n, Per: time.Minute} }

// read is an operation that may be repeated.
func read(name string, limits ...upstream.Limit) Operation {
	return Operation{Name: name, Limits: limits, Repeatable: true}
}

// The operations with the limits that Microsoft states for them ("Limitations"
// of each operation in the Power BI and Fabric definitions). One operation is
// counted for all objects it is called on. A few have a time limit or a cap of
// their own.
var (
	OpModified = read("admin/workspaces/modified", perHour(30))
	// OpGetInfo is a POST that only reads. Its 429 for too many unfinished
	// scans has no Retry-After; other tools wait two minutes.
	OpGetInfo    = Operation{Name: "admin/workspaces/getInfo", Limits: []upstream.Limit{perHour(500)}, Repeatable: true, Pause: 2 * time.Minute}
	OpScanStatus = read("admin/workspaces/scanStatus", perHour(10000))
	// OpScanResult is streamed: its cap bounds the time and disk a mad answer
	// costs, not memory.
	OpScanResult = Operation{Name: "admin/workspaces/scanResult", Limits: []upstream.Limit{perHour(500)}, Repeatable: true,
		Timeout: 10 * time.Minute, MaxBytes: 2 << 30}

	OpGroups      = read("admin/groups", perHour(50), perMinute(15))
	OpGroupUsers  = read("admin/groups/{id}/users", perHour(200))
	OpUnused      = read("admin/groups/{id}/unused", perHour(200))
	OpActivity    = read("admin/activityevents", perHour(200))
	OpCapacities  = read("admin/capacities", perHour(200))
	OpRefreshable = read("admin/capacities/refreshables", perHour(200))
	OpApps        = read("admin/apps", perHour(200))
	OpAppUsers    = read("admin/apps/{id}/users", perHour(200))
	OpPipelines   = read("admin/pipelines", perHour(200))
	OpPipeUsers   = read("admin/pipelines/{id}/users", perHour(200))
	OpOrgLinks    = read("admin/widelySharedArtifacts/linksSharedToWholeOrganization", perHour(200))
	OpPublished   = read("admin/widelySharedArtifacts/publishedToWeb", perHour(200))
	OpArtifacts   = read("admin/users/{id}/artifactAccess", perHour(200))

	OpFabricWorkspaces     = read("fabric/admin/workspaces", perHour(200))
	OpFabricWorkspaceUsers = read("fabric/admin/workspaces/{id}/users", perHour(200))
	OpFabricItems          = read("fabric/admin/items", perHour(200))
	OpFabricItemUsers      = read("fabric/admin/workspaces/{id}/items/{id}/users", perHour(200))
	OpTenantSettings       = read("fabric/admin/tenantsettings", perMinute(25))
	OpCapacityOverrides    = read("fabric/admin/capacities/delegatedTenantSettingOverrides", perMinute(25))
	OpDomainOverrides      = read("fabric/admin/domains/delegatedTenantSettingOverrides", perMinute(25))
	OpWorkspaceOverrides   = read("fabric/admin/workspaces/delegatedTenantSettingOverrides", perMinute(25))
	OpDomains              = read("fabric/admin/domains", perMinute(25))
	OpDomainWorkspaces     = read("fabric/admin/domains/{id}/workspaces", perMinute(25))

	// The ordinary calls have no stated limit.
	OpMyGroups           = read("groups")
	OpMyPipelines        = read("pipelines")
	OpMyPipeline         = read("pipelines/{id}")
	OpMyPipelineUsers    = read("pipelines/{id}/users")
	OpPipelineOperations = read("pipelines/{id}/operations")
	OpPipelineOperation  = read("pipelines/{id}/operations/{id}")
	OpRefreshes          = read("groups/{id}/datasets/{id}/refreshes")

	// Microsoft states no limit for reading histories either. One call a second
	// is what the house allows itself: five thousand models take an hour and a
	// half the first time, and who calls for a person is not held up.
	OpRefreshHistory = read("groups/{id}/datasets/{id}/refreshes history", perMinute(60))
	OpTransactions   = read("groups/{id}/dataflows/{id}/transactions", perMinute(60))
)

// ScanOperations are the operations whose limits hold a scan back, for pages
// that show what is left.
func ScanOperations() []Operation {
	return []Operation{OpModified, OpGetInfo, OpScanStatus, OpScanResult, OpActivity, OpGroups}
}

// Package fabric answers the operations of the Microsoft Fabric REST API that the
// portal reads, from the same state of the pretend tenant as sim/powerbi and in
// Fabric's own spelling: Personal instead of PersonalGroup, SemanticModel instead
// of dataset, lists under different keys, unquoted continuation tokens.
package fabric

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Service answers the operations. It is safe for concurrent use.
type Service struct {
	world *world.World
	acts  *acts.Book
}

// New returns the service over a tenant; book carries out what callers change.
func New(w *world.World, book *acts.Book) *Service {
	return &Service{world: w, acts: book}
}

const root = "/v1/"

// admin is a row of the read-only admin API.
func admin(id, path string, handle func(*rest.Call), quotas []rest.Quota) rest.Operation {
	return rest.Operation{ID: "Fabric.Admin." + id, Method: "GET", Path: root + "admin/" + path, Access: rest.AdminRead,
		Quotas: quotas, Handle: handle}
}

func mine(id, path string, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: "Fabric." + id, Method: "GET", Path: root + path, Access: rest.Ordinary, Handle: handle}
}

// Operations is the service's table. The ids are Microsoft's, with a prefix
// because the admin and the platform API use some of them twice.
func (s *Service) Operations() []rest.Operation {
	hourly, few, many := rest.PerHour(200), rest.PerMinute(25), rest.PerMinute(100)
	return append(s.writes(), []rest.Operation{
		admin("Workspaces_ListWorkspaces", "workspaces", s.adminWorkspaces, hourly),
		admin("Workspaces_GetWorkspace", "workspaces/{workspaceId}", s.adminWorkspace, hourly),
		admin("Workspaces_ListWorkspaceAccessDetails", "workspaces/{workspaceId}/users", s.workspaceUsers, hourly),
		admin("Workspaces_ListGitConnections", "workspaces/discoverGitConnections", s.gitConnections, few),
		admin("Items_ListItems", "items", s.adminItems, hourly),
		admin("Items_GetItem", "workspaces/{workspaceId}/items/{itemId}", s.adminItem, hourly),
		admin("Items_ListItemAccessDetails", "workspaces/{workspaceId}/items/{itemId}/users", s.itemUsers, hourly),
		admin("Users_ListAccessEntities", "users/{userId}/access", s.userAccess, hourly),
		admin("Tenants_ListTenantSettings", "tenantsettings", s.tenantSettings, few),
		admin("Tenants_ListCapacitiesTenantSettingsOverrides", "capacities/delegatedTenantSettingOverrides", s.overrides(world.ScopeCapacity), few),
		admin("Tenants_ListDomainsTenantSettingsOverrides", "domains/delegatedTenantSettingOverrides", s.overrides(world.ScopeDomain), few),
		admin("Tenants_ListWorkspacesTenantSettingsOverrides", "workspaces/delegatedTenantSettingOverrides", s.overrides(world.ScopeWorkspace), few),
		admin("Tenants_ListCapacityTenantSettingsOverridesByCapacityId", "capacities/{capacityId}/delegatedTenantSettingOverrides", s.capacityOverrides, many),
		admin("Domains_ListDomains", "domains", s.domains, few),
		admin("Domains_GetDomain", "domains/{domainId}", s.domain, few),
		admin("Domains_ListDomainWorkspaces", "domains/{domainId}/workspaces", s.domainWorkspaces, few),
		mine("Workspaces_ListWorkspaces", "workspaces", s.workspaces),
		mine("Workspaces_GetWorkspace", "workspaces/{workspaceId}", s.workspace),
		mine("Workspaces_ListWorkspaceRoleAssignments", "workspaces/{workspaceId}/roleAssignments", s.roleAssignments),
		mine("Items_ListItems", "workspaces/{workspaceId}/items", s.items),
		mine("Capacities_ListCapacities", "capacities", s.capacities),
		mine("DeploymentPipelines_ListDeploymentPipelines", "deploymentPipelines", s.pipelines),
		mine("DeploymentPipelines_GetDeploymentPipeline", "deploymentPipelines/{deploymentPipelineId}", s.pipeline),
		mine("DeploymentPipelines_ListDeploymentPipelineStages", "deploymentPipelines/{deploymentPipelineId}/stages", s.stages),
		mine("DeploymentPipelines_ListDeploymentPipelineStageItems", "deploymentPipelines/{deploymentPipelineId}/stages/{stageId}/items", s.stageItems),
		mine("DeploymentPipelines_ListDeploymentPipelineOperations", "deploymentPipelines/{deploymentPipelineId}/operations", s.deployments),
		mine("DeploymentPipelines_GetDeploymentPipelineOperation", "deploymentPipelines/{deploymentPipelineId}/operations/{operationId}", s.deployment),
	}...)
}

// paged is what every list of Fabric carries besides its rows; both are left out
// on the last page.
type paged struct {
	Token string `json:"continuationToken,omitempty"`
	URI   string `json:"continuationUri,omitempty"`
}

// place reads where a list goes on. The token is base64 like Microsoft's and
// stands unquoted; quotes are tolerated, since some of their examples have them.
func place(c *rest.Call) (int, bool) {
	if !c.Has("continuationToken") {
		return 0, true
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Trim(c.Query("continuationToken"), "'"))
	if err == nil {
		parts := strings.Split(string(raw), ",")
		if n, err := strconv.Atoi(parts[0]); err == nil && len(parts) == 3 && n >= 0 {
			return n, true
		}
	}
	c.Fail(rest.Failure{Status: 400, Code: "InvalidContinuationToken", Message: "The continuation token is not valid."})
	return 0, false
}

// more links to the place where a list goes on, keeping the other parameters.
func more(c *rest.Call, at int) paged {
	token := base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(at) + ",10000,0"))
	q := c.R.URL.Query()
	q.Set("continuationToken", token)
	path := c.R.URL.EscapedPath()
	if _, after, ok := strings.Cut(path, "/v1/"); ok {
		path = "/v1/" + after
	}
	return paged{token, c.Base + path + "?" + q.Encode()}
}

func sameID(a, b string) bool { return strings.EqualFold(a, b) }

func upper(id string) string { return strings.ToUpper(id) }

// zoneless is how the admin lists of Fabric write times.
func zoneless(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.99999")
}

func zulu(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

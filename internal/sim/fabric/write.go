package fabric

import (
	"errors"
	"net/http"
	"strings"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// act is a row of the platform API that changes something.
func act(id, method, path string, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: "Fabric." + id, Method: method, Path: root + path, Access: rest.Ordinary, Handle: handle}
}

// update is a row of the admin API that changes something.
func update(id, path string, quota int, handle func(*rest.Call)) rest.Operation {
	return rest.Operation{ID: "Fabric.Admin." + id, Method: "POST", Path: root + "admin/" + path, Access: rest.AdminUpdate,
		Quotas: rest.PerMinute(quota), Handle: handle}
}

// reading marks a POST that changes nothing in the tenant.
func reading(op rest.Operation) rest.Operation {
	op.Reads = true
	return op
}

// closed is a row of the admin API that no service principal can call.
func closed(id, path string) rest.Operation {
	return rest.Operation{ID: "Fabric.Admin." + id, Method: "POST", Path: root + "admin/" + path, Access: rest.DelegatedAdmin,
		Quotas: rest.PerHour(25), Handle: func(c *rest.Call) { c.NotFound() }}
}

func (s *Service) writes() []rest.Operation {
	const ws, line = "workspaces/{workspaceId}", "deploymentPipelines/{deploymentPipelineId}"
	return []rest.Operation{
		act("Workspaces_CreateWorkspace", "POST", "workspaces", s.createWorkspace),
		act("Workspaces_UpdateWorkspace", "PATCH", ws, s.updateWorkspace),
		act("Workspaces_DeleteWorkspace", "DELETE", ws, s.deleteWorkspace),
		act("Workspaces_AssignToCapacity", "POST", ws+"/assignToCapacity", s.assignToCapacity),
		act("Workspaces_UnassignFromCapacity", "POST", ws+"/unassignFromCapacity", s.unassignFromCapacity),
		act("Workspaces_AddWorkspaceRoleAssignment", "POST", ws+"/roleAssignments", s.addRole),
		act("Workspaces_GetWorkspaceRoleAssignment", "GET", ws+"/roleAssignments/{id}", s.getRole),
		act("Workspaces_UpdateWorkspaceRoleAssignment", "PATCH", ws+"/roleAssignments/{id}", s.changeRole),
		act("Workspaces_DeleteWorkspaceRoleAssignment", "DELETE", ws+"/roleAssignments/{id}", s.removeRole),
		act("DeploymentPipelines_CreateDeploymentPipeline", "POST", "deploymentPipelines", s.createPipeline),
		act("DeploymentPipelines_UpdateDeploymentPipeline", "PATCH", line, s.updatePipeline),
		act("DeploymentPipelines_DeleteDeploymentPipeline", "DELETE", line, s.deletePipeline),
		act("DeploymentPipelines_ListDeploymentPipelineRoleAssignments", "GET", line+"/roleAssignments", s.pipelineRoles),
		act("DeploymentPipelines_AddDeploymentPipelineRoleAssignment", "POST", line+"/roleAssignments", s.addPipelineRole),
		act("DeploymentPipelines_DeleteDeploymentPipelineRoleAssignment", "DELETE", line+"/roleAssignments/{principalId}", s.removePipelineRole),
		act("DeploymentPipelines_AssignWorkspaceToStage", "POST", line+"/stages/{stageId}/assignWorkspace", s.assignStage),
		act("DeploymentPipelines_UnassignWorkspaceFromStage", "POST", line+"/stages/{stageId}/unassignWorkspace", s.unassignStage),
		act("DeploymentPipelines_DeployStageContent", "POST", line+"/deploy", s.deploy),
		act("Items_GetItem", "GET", ws+"/items/{itemId}", s.item),
		act("Items_CreateItem", "POST", ws+"/items", s.createItem),
		act("Items_DeleteItem", "DELETE", ws+"/items/{itemId}", s.deleteItem),
		reading(act("Items_GetItemDefinition", "POST", ws+"/items/{itemId}/getDefinition", s.getDefinition)),
		act("Items_UpdateItemDefinition", "POST", ws+"/items/{itemId}/updateDefinition", s.updateDefinition),
		closed("Labels_BulkSetLabels", "items/bulkSetLabels"),
		closed("Labels_BulkRemoveLabels", "items/bulkRemoveLabels"),
		act("LongRunningOperations_GetOperationState", "GET", "operations/{operationId}", s.operation),
		act("LongRunningOperations_GetOperationResult", "GET", "operations/{operationId}/result", s.operationResult),
		update("Workspaces_RestoreWorkspace", ws+"/restore", 10, s.restore),
		update("Domains_AssignDomainWorkspacesByIds", "domains/{domainId}/assignWorkspaces", 10, s.assignDomain(true)),
		update("Domains_UnassignDomainWorkspacesByIds", "domains/{domainId}/unassignWorkspaces", 10, s.assignDomain(false)),
		update("Tenants_UpdateTenantSetting", "tenantsettings/{tenantSettingName}/update", 25, s.updateSetting),
	}
}

// actor is the caller as somebody who acts.
func actor(c *rest.Call) acts.Actor {
	return acts.Actor{ObjectID: c.Caller.ObjectID, Name: c.Caller.Name, MayCreate: c.Caller.Settings["ServicePrincipalAccessGlobalAPIs"]}
}

// words are Fabric's for the refusals that Power BI calls otherwise.
var words = map[string]struct {
	status        int
	code, message string
}{
	acts.CodeNotFound:  {404, "EntityNotFound", "The requested resource could not be found."},
	acts.CodeNoAccess:  {403, "InsufficientWorkspaceRole", "The caller does not have sufficient permissions on the workspace."},
	acts.CodeForbidden: {403, "InsufficientWorkspaceRole", "The caller does not have sufficient permissions on the workspace."},
	acts.CodeNameTaken: {409, "WorkspaceNameAlreadyExists", "Workspace name already exists"},
	acts.CodeHasRole:   {409, "PrincipalAlreadyHasWorkspaceRolePermissions", "The principal already has a role in the workspace."},
	acts.CodeInvalid:   {400, "InvalidInput", ""},
	acts.CodeSwitchOff: {403, "InsufficientPrivileges", "The service principal is not allowed by a tenant setting."},
	"ALM_InvalidRequest_ServicePrincipalNotSupported": {400, "PrincipalTypeNotSupported", "An item of the deployment does not support service principals."},
	"PowerBINotAuthorizedException":                   {403, "InsufficientPermissionsOverCapacity", "The caller cannot assign workspaces to the capacity."},
}

// refused answers an act that was not done; false when it was.
func refused(c *rest.Call, err error) bool {
	if err == nil {
		return false
	}
	var r *acts.Refusal
	if !errors.As(err, &r) {
		c.Fail(rest.Failure{Status: 500, Code: "UnknownError"})
		return true
	}
	f := rest.Failure{Status: r.Status, Code: r.Code, Message: r.Message}
	if w, ok := words[r.Code]; ok {
		f.Status, f.Code = w.status, w.code
		if w.message != "" {
			f.Message = w.message
		}
	}
	c.Fail(f)
	return true
}

func (s *Service) createWorkspace(c *rest.Call) {
	var body struct {
		Name        string `json:"displayName"`
		Description string `json:"description"`
		CapacityID  string `json:"capacityId"`
		DomainID    string `json:"domainId"`
	}
	if !c.Decode(&body) {
		return
	}
	ws, err := s.acts.CreateWorkspace(actor(c), acts.NewWorkspace{Name: body.Name, Description: body.Description,
		CapacityID: body.CapacityID, DomainID: body.DomainID}, c.Now)
	if refused(c, err) {
		return
	}
	c.W.Header().Set("Location", c.Base+"/v1/workspaces/"+ws.ID)
	c.JSON(http.StatusCreated, wireMine(ws))
}

func (s *Service) updateWorkspace(c *rest.Call) {
	var body struct {
		Name        *string `json:"displayName"`
		Description *string `json:"description"`
	}
	if !c.Decode(&body) {
		return
	}
	ws, err := s.acts.UpdateWorkspace(actor(c), c.Param("workspaceId"), body.Name, body.Description, nil, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, wireMine(ws))
	}
}

func (s *Service) deleteWorkspace(c *rest.Call) {
	if !refused(c, s.acts.DeleteWorkspace(actor(c), c.Param("workspaceId"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

func (s *Service) assignToCapacity(c *rest.Call) {
	var body struct {
		CapacityID string `json:"capacityId"`
	}
	if c.Decode(&body) && !refused(c, s.acts.AssignCapacity(actor(c), c.Param("workspaceId"), body.CapacityID, c.Now)) {
		c.Empty(http.StatusAccepted)
	}
}

func (s *Service) unassignFromCapacity(c *rest.Call) {
	if !refused(c, s.acts.AssignCapacity(actor(c), c.Param("workspaceId"), nobody, c.Now)) {
		c.Empty(http.StatusAccepted)
	}
}

// kindOf translates Fabric's types of principals.
func kindOf(fabric string) string {
	if fabric == "ServicePrincipal" {
		return "App"
	}
	return fabric
}

type roleBody struct {
	Principal struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"principal"`
	Role string `json:"role"`
}

type roleAssignment struct {
	ID        string    `json:"id"`
	Principal principal `json:"principal"`
	Role      string    `json:"role"`
}

func (s *Service) wireRole(g world.Grant) roleAssignment {
	return roleAssignment{g.Principal.ID, s.wirePrincipal(g.Principal), g.Right}
}

func (s *Service) addRole(c *rest.Call) {
	var body roleBody
	if !c.Decode(&body) {
		return
	}
	g, err := s.acts.AddRole(actor(c), c.Param("workspaceId"), kindOf(body.Principal.Type), body.Principal.ID, body.Role, c.Now)
	if refused(c, err) {
		return
	}
	c.W.Header().Set("Location", c.Base+"/v1/workspaces/"+c.Param("workspaceId")+"/roleAssignments/"+g.Principal.ID)
	c.JSON(http.StatusCreated, s.wireRole(g))
}

func (s *Service) getRole(c *rest.Call) {
	ws, ok := s.member(c)
	if !ok {
		return
	}
	for _, g := range ws.Grants {
		if sameID(g.Principal.ID, c.Param("id")) {
			c.JSON(http.StatusOK, s.wireRole(g))
			return
		}
	}
	c.NotFound()
}

func (s *Service) changeRole(c *rest.Call) {
	var body roleBody
	if !c.Decode(&body) {
		return
	}
	g, err := s.acts.ChangeRole(actor(c), c.Param("workspaceId"), c.Param("id"), body.Role, c.Now)
	if !refused(c, err) {
		c.JSON(http.StatusOK, s.wireRole(g))
	}
}

func (s *Service) removeRole(c *rest.Call) {
	if !refused(c, s.acts.RemoveRole(actor(c), c.Param("workspaceId"), c.Param("id"), c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// restore brings a deleted workspace back: the way that is open to service
// principals.
func (s *Service) restore(c *rest.Call) {
	var body struct {
		Name  string `json:"newWorkspaceName"`
		Admin struct {
			ID string `json:"id"`
		} `json:"newWorkspaceAdminPrincipal"`
	}
	if c.Decode(&body) && !refused(c, s.acts.Restore(actor(c), c.Param("workspaceId"), body.Name, body.Admin.ID, c.Now)) {
		c.Empty(http.StatusOK)
	}
}

// assignDomain puts workspaces into a domain, or takes them out.
func (s *Service) assignDomain(in bool) func(*rest.Call) {
	return func(c *rest.Call) {
		d, ok := s.findDomain(c)
		if !ok {
			return
		}
		var body struct {
			IDs []string `json:"workspacesIds"`
		}
		if !c.Decode(&body) {
			return
		}
		for _, id := range body.IDs {
			// Ids that the tenant does not have are passed over, as they are live.
			_ = s.world.Mutate(id, c.Now, func(w *world.Workspace) error {
				switch {
				case in:
					w.DomainID = d.ID
				case strings.EqualFold(w.DomainID, d.ID):
					w.DomainID = ""
				}
				return nil
			})
		}
		c.Empty(http.StatusOK)
	}
}

func (s *Service) updateSetting(c *rest.Call) {
	var body struct {
		Enabled *bool `json:"enabled"`
	}
	if !c.Decode(&body) {
		return
	}
	if body.Enabled == nil {
		c.BadRequest("enabled is required.")
		return
	}
	var now world.Setting
	err := s.world.MutateSetting(c.Param("tenantSettingName"), c.Now, func(x *world.Setting) error {
		x.Enabled = *body.Enabled
		now = *x
		return nil
	})
	if err != nil {
		c.NotFound()
		return
	}
	c.JSON(http.StatusOK, map[string]any{"tenantSettings": []setting{wireSetting(now)}})
}

package world

import "strings"

// change writes what the log tells of a change.
func (s *scribe) change(c Change) {
	if c.Deployed && (c.Kind == ItemEdited || c.Kind == ItemCreated || c.Kind == ItemDeleted) {
		return // told once, as a deployment
	}
	e := Event{WorkspaceID: c.WorkspaceID, changed: c.WorkspaceID != "" && c.Kind != PipelineDeployed}
	if slot, _, ok := s.w.parseKind(c.WorkspaceID, idWorkspace); ok {
		if st, ok := s.w.stateAt(int(slot), at(c.At), false); ok {
			s.place(st, &e)
		}
	}
	if c.ItemID != "" {
		e.ItemID, e.ItemKind, e.ItemName = c.ItemID, c.ItemKind, c.After
		if c.Kind == ItemDeleted {
			e.ItemName = c.Before
		}
	}
	who, ok := s.w.refOf(c.By.ID)
	if !ok && c.By.ID != "" {
		who = ref{kind: refFixed, a: fixedNadia}
	}
	if !s.describe(c, &e) {
		return
	}
	s.put(at(c.At), who, e)
}

// nouns are the names of kinds inside activity names.
var nouns = map[ItemKind]string{KindReport: "Report", KindDashboard: "Dashboard", KindModel: "Dataset", KindDataflow: "Dataflow"}

// describe gives the event of a change its activity and what only it has.
func (s *scribe) describe(c Change, e *Event) bool {
	noun := nouns[c.ItemKind]
	if noun == "" {
		noun = "Artifact"
	}
	folder := map[string]any{"FolderObjectId": c.WorkspaceID, "FolderDisplayName": e.WorkspaceName}
	switch c.Kind {
	case WorkspaceCreated:
		e.Activity, e.Extra = "CreateFolder", folder
	case WorkspaceDeleted:
		e.Activity, e.Extra = "DeleteFolder", folder
	case WorkspaceRenamed, WorkspaceEdited, WorkspaceDomain:
		e.Activity, e.Extra = "UpdateFolder", folder
	case WorkspaceRestored:
		e.Activity = "RestoreWorkspace"
	case WorkspaceMoved:
		e.Activity = "MigrateWorkspaceIntoCapacity"
		if c.After == "" {
			e.Activity = "RemoveWorkspacesFromCapacity"
		}
	case GrantAdded, GrantChanged, GrantRemoved:
		s.access(c, e, folder)
	case ItemCreated:
		e.Activity = "Create" + noun
	case ItemEdited:
		e.Activity = "Edit" + noun
		if noun == "Artifact" {
			e.Activity = "UpdateArtifact"
		}
	case ItemDeleted:
		e.Activity = "Delete" + noun
	default:
		return s.describeRest(c, e, noun)
	}
	return true
}

// access: the older feed says UpdateFolderAccess, the newer UpdateWorkspaceAccess.
func (s *scribe) access(c Change, e *Event, folder map[string]any) {
	right := c.After
	if c.Kind == GrantRemoved {
		right = "None"
	}
	if c.At.Unix()%3 == 0 {
		e.Activity = "UpdateWorkspaceAccess"
		e.Extra = map[string]any{"WorkspaceAccessList": []any{map[string]any{"WorkspaceId": c.WorkspaceID, "UserAccessList": []any{map[string]any{
			"GroupUserAccessRight": right, "Identifier": c.Subject.Identifier(), "PrincipalType": string(c.Subject.Kind)}}}}}
		return
	}
	e.Activity, e.Extra = "UpdateFolderAccess", folder
	folder["FolderAccessRequests"] = []any{map[string]any{"UserId": 0, "UserObjectId": c.Subject.ID, "RolePermissions": right}}
}

func (s *scribe) describeRest(c Change, e *Event, noun string) bool {
	switch c.Kind {
	case ItemShared:
		e.Activity = "Share" + noun
		info := map[string]any{"ResharePermission": c.After}
		if c.Subject.Email != "" {
			info["RecipientEmail"] = c.Subject.Email
		} else if c.Subject.DisplayName != "" {
			info["RecipientName"] = c.Subject.DisplayName
		}
		e.Extra = map[string]any{"SharingInformation": []any{info}, "SharingAction": "Direct", "SharingScope": "SpecificPeople"}
		if c.Subject.Kind == KindNone {
			e.Extra = map[string]any{"SharingAction": "CreateShareLink", "SharingScope": "Organization",
				"ShareLinkId": s.w.id(idShareLink, uint32(s.day), s.n)}
		}
	case ItemUnshared:
		e.Activity, e.Extra = "Share"+noun, map[string]any{"SharingAction": "Remove"}
	case ItemPublished:
		e.Activity = "PublishToWebReport"
	case ItemTakenOver:
		if e.Activity = "TakeOverDataset"; c.ItemKind != KindModel {
			return false
		}
		e.ItemName = ""
	case ItemLabelled:
		e.Activity = "SensitivityLabelChanged"
		e.Extra = map[string]any{"SensitivityLabelEventData": map[string]any{"ActionSource": 3, "LabelEventType": 2, "ArtifactType": noun}}
	case AppUpdated:
		e.Activity, e.AppName = "UpdateApp", c.After
	case PipelineDeployed:
		e.Activity, e.PipelineID, e.PipelineName = "DeployAlmPipeline", c.Before, c.After
		e.Extra = map[string]any{"DeploymentPipelineObjectId": c.Before, "DeploymentPipelineDisplayName": c.After}
	case SettingSwitched:
		name, state, _ := strings.Cut(c.After, " ")
		e.Activity, e.ItemName, e.WorkspaceID = "UpdatedAdminFeatureSwitch", name, ""
		e.Extra = map[string]any{"SwitchState": state}
	default:
		return false
	}
	return true
}

package request

import "slices"

// Kind is what a request asks for. It is part of the form's address
// (/requests/new/{kind}).
type Kind string

// Kinds of requests.
const (
	NewProject        Kind = "project"
	WorkspaceCreate   Kind = "workspace-create"
	WorkspaceEdit     Kind = "workspace-edit"
	WorkspaceCapacity Kind = "workspace-capacity"
	WorkspaceDelete   Kind = "workspace-delete"
	WorkspaceRestore  Kind = "workspace-restore"
	WorkspaceArchive  Kind = "workspace-archive"
	AccessAdd         Kind = "access-add"
	AccessChange      Kind = "access-change"
	AccessRemove      Kind = "access-remove"
	PipelineCreate    Kind = "pipeline-create"
	PipelineDelete    Kind = "pipeline-delete"
	PipelineAssign    Kind = "pipeline-assign"
	PipelineUnassign  Kind = "pipeline-unassign"
	PipelineUserAdd   Kind = "pipeline-user-add"
	PipelineUserDrop  Kind = "pipeline-user-remove"
	Bulk              Kind = "bulk"
)

// About is how a kind is offered to people.
type About struct {
	Kind Kind
	// Title names it, Asks says in a sentence what it does.
	Title, Asks string
	// Group is the heading it stands under.
	Group string
}

var kinds = []About{
	{NewProject, "New project", "Workspaces for each environment, their members, capacity and deployment pipeline, in one go.", "Project"},
	{WorkspaceCreate, "New workspace", "One workspace with its members, capacity and domain.", "Workspace"},
	{WorkspaceEdit, "Rename or describe", "Another name or description for a workspace.", "Workspace"},
	{WorkspaceCapacity, "Move to a capacity", "Put a workspace on a capacity, or take it off.", "Workspace"},
	{WorkspaceArchive, "Archive", "Everybody becomes a viewer and the name is marked.", "Workspace"},
	{WorkspaceDelete, "Delete", "Delete a workspace with all that is in it.", "Workspace"},
	{WorkspaceRestore, "Restore", "Bring back a deleted workspace.", "Workspace"},
	{AccessAdd, "Give access", "A role for a person, a group or an application, for good or until a day.", "Access"},
	{AccessChange, "Change access", "Another role for somebody who has one.", "Access"},
	{AccessRemove, "Take access away", "Take roles away, one or many.", "Access"},
	{Promotion, "Promote content", "Deploy from a stage of a pipeline to the next: everything or what you choose, through one pipeline or several.", "Pipeline"},
	{PipelineCreate, "New pipeline", "A deployment pipeline with its stages and users.", "Pipeline"},
	{PipelineAssign, "Assign a stage", "Put a workspace on a stage of a pipeline.", "Pipeline"},
	{PipelineUnassign, "Unassign a stage", "Take the workspace off a stage.", "Pipeline"},
	{PipelineUserAdd, "Add a pipeline user", "Let somebody deploy through a pipeline.", "Pipeline"},
	{PipelineUserDrop, "Remove a pipeline user", "Take a pipeline away from somebody.", "Pipeline"},
	{PipelineDelete, "Delete a pipeline", "Delete a pipeline; its workspaces stay.", "Pipeline"},
	{WorkspacePromotion, "Promote without a pipeline", "Reports and models from one workspace to another, with a backup of what they replace.", "Promotion"},
	{FileImport, "Import a file", "Publish a .pbix or .rdl file in a workspace.", "Promotion"},
	{MappingChange, "Change a mapping", "Which parameters, sources, gateway and roles a target needs after content came: for a pair of stages or workspaces.", "Promotion"},
	{RefreshPlanChange, "Refresh plan", "Models and dataflows refreshed in the right order: made, changed or deleted.", "Refreshes"},
	{ScheduleChange, "Refresh schedules", "Other days and times at which models refresh, or none.", "Refreshes"},
	{Waiver, "Waiver", "Accept a violation until a day, with somebody who answers for it.", "Rules"},
	{RuleChange, "Change a rule", "Switch a rule on or off, or let it go by other values.", "Rules"},
	{Emergency, "Emergency access", "For at most an hour, have your plans carried out without waiting for approvals. Somebody else agrees first, everybody is told, and it is reviewed.", "Emergency"},
	{Bulk, "Many at once", "A list of any of these as CSV: one plan, one approval, one outcome per row.", "Many"},
}

// Kinds lists every kind as it is offered, in order.
func Kinds() []About { return slices.Clone(kinds) }

// AboutKind returns how a kind is offered; false when there is none of that
// name.
func AboutKind(k Kind) (About, bool) {
	i := slices.IndexFunc(kinds, func(a About) bool { return a.Kind == k })
	if i < 0 {
		return About{}, false
	}
	return kinds[i], true
}

// Valid reports whether the kind exists.
func (k Kind) Valid() bool { _, ok := AboutKind(k); return ok }

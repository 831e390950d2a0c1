package request

import (
	"bytes"
	"encoding/json"
	"time"

	"steward/internal/fault"
)

// Params are what a form of one kind holds. They keep what was typed, right or
// wrong.
type Params interface {
	// Kind is the kind of request they belong to.
	Kind() Kind
	// Validate checks what can be checked without the tenant.
	Validate() FieldErrors
	// Refs names what the plan needs to know.
	Refs() Refs
	// plan writes the steps.
	plan(b *builder)
}

// Member is somebody with a role. In a form the field is PREFIX[i].who and
// PREFIX[i].right.
type Member struct {
	// Who is the object id of a person, group or application.
	Who   ID     `json:"who"`
	Right string `json:"right"`
}

// EnvironmentParams is one workspace of a project.
type EnvironmentParams struct {
	// Name is DEV, TEST, PROD or another word; the workspace is called
	// department-project-name unless Workspace says otherwise.
	Name      string   `json:"name"`
	Workspace string   `json:"workspace"`
	Capacity  ID       `json:"capacity"`
	Members   []Member `json:"members"`
}

// ProjectParams ask for a whole project. Fields: department, project,
// description, domain, environments[i].name, .workspace, .capacity,
// .members[j].who, .members[j].right; everywhere[i].who, .right; pipeline, pipeline_name,
// pipeline_users[i]; sensitivity, refresh_days, refresh_times, refresh_zone.
type ProjectParams struct {
	Department   string              `json:"department"`
	Project      string              `json:"project"`
	Description  string              `json:"description"`
	Domain       ID                  `json:"domain"`
	Environments []EnvironmentParams `json:"environments"`
	// Everywhere are members of every environment; a role that an environment
	// names for the same somebody goes before.
	Everywhere    []Member `json:"everywhere,omitempty"`
	Pipeline      bool     `json:"pipeline"`
	PipelineName  string   `json:"pipeline_name"`
	PipelineUsers []ID     `json:"pipeline_users"`
	// Sensitivity is the name of the label for new content. RefreshDays is
	// daily or weekdays, RefreshTimes are times of day with commas between,
	// RefreshZone their zone. No call sets these for an empty workspace: they
	// are written into the descriptions.
	Sensitivity  string `json:"sensitivity"`
	RefreshDays  string `json:"refresh_days"`
	RefreshTimes string `json:"refresh_times"`
	RefreshZone  string `json:"refresh_zone"`
}

// WorkspaceCreateParams ask for one workspace. Fields: name, description,
// capacity, domain, members[i].who, members[i].right.
type WorkspaceCreateParams struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Capacity    ID       `json:"capacity"`
	Domain      ID       `json:"domain"`
	Members     []Member `json:"members"`
}

// WorkspaceEditParams give a workspace another name or description; empty
// fields leave it as it is, Clear empties the description.
type WorkspaceEditParams struct {
	Workspace   ID     `json:"workspace"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Clear       bool   `json:"clear"`
}

// WorkspaceCapacityParams move a workspace; an empty capacity takes it off.
type WorkspaceCapacityParams struct {
	Workspace ID `json:"workspace"`
	Capacity  ID `json:"capacity"`
}

// WorkspaceDeleteParams delete a workspace. Confirm repeats its name.
type WorkspaceDeleteParams struct {
	Workspace ID     `json:"workspace"`
	Confirm   string `json:"confirm"`
}

// WorkspaceRestoreParams bring a deleted workspace back, with an Admin.
type WorkspaceRestoreParams struct {
	Workspace ID     `json:"workspace"`
	Name      string `json:"name"`
	Admin     ID     `json:"admin"`
}

// WorkspaceArchiveParams make everybody a viewer, mark the name and note the
// owner.
type WorkspaceArchiveParams struct {
	Workspace ID `json:"workspace"`
	// Owner answers for it from now on, and stays Admin.
	Owner ID `json:"owner"`
}

// AccessAddParams give a role. Until, when set, is when it ends by itself.
type AccessAddParams struct {
	Workspace ID         `json:"workspace"`
	Members   []Member   `json:"members"`
	Until     *time.Time `json:"until"`
}

// AccessChangeParams give another role to somebody who has one.
type AccessChangeParams struct {
	Workspace ID     `json:"workspace"`
	Who       ID     `json:"who"`
	Right     string `json:"right"`
}

// Holding is one role to take away.
type Holding struct {
	Workspace ID `json:"workspace"`
	Who       ID `json:"who"`
}

// AccessRemoveParams take roles away. Fields: rows[i].workspace, rows[i].who.
type AccessRemoveParams struct {
	Rows []Holding `json:"rows"`
}

// PipelineCreateParams ask for a pipeline. Workspaces by stage, from the
// first; an empty id leaves a stage open. Fields: name, description,
// stages[i], users[i].
type PipelineCreateParams struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Stages      []ID   `json:"stages"`
	Users       []ID   `json:"users"`
}

// PipelineDeleteParams delete a pipeline. Confirm repeats its name.
type PipelineDeleteParams struct {
	Pipeline ID     `json:"pipeline"`
	Confirm  string `json:"confirm"`
}

// PipelineAssignParams put a workspace on a stage (0, 1, 2 …).
type PipelineAssignParams struct {
	Pipeline  ID    `json:"pipeline"`
	Stage     int64 `json:"stage"`
	Workspace ID    `json:"workspace"`
}

// PipelineUnassignParams take the workspace off a stage.
type PipelineUnassignParams struct {
	Pipeline ID    `json:"pipeline"`
	Stage    int64 `json:"stage"`
}

// PipelineUserAddParams let somebody use a pipeline.
type PipelineUserAddParams struct {
	Pipeline ID `json:"pipeline"`
	Who      ID `json:"who"`
}

// PipelineUserDropParams take a pipeline away from somebody.
type PipelineUserDropParams struct {
	Pipeline ID `json:"pipeline"`
	Who      ID `json:"who"`
}

// BulkRow is one row of a bulk request.
type BulkRow struct {
	// Line is the line of the CSV it came from.
	Line   int64           `json:"line"`
	Kind   Kind            `json:"kind"`
	Params json.RawMessage `json:"params"`
}

// BulkParams are many requests at once. Fields: rows[i].FIELD, numbered from 0.
type BulkParams struct {
	Rows []BulkRow `json:"rows"`
	// CSV is the list as it was pasted, kept for the form: the plan is made of
	// the rows.
	CSV string `json:"csv,omitempty"`
}

// New returns empty parameters of a kind, or nil when there is no such kind.
func New(k Kind) Params {
	switch k {
	case NewProject:
		return &ProjectParams{}
	case WorkspaceCreate:
		return &WorkspaceCreateParams{}
	case WorkspaceEdit:
		return &WorkspaceEditParams{}
	case WorkspaceCapacity:
		return &WorkspaceCapacityParams{}
	case WorkspaceDelete:
		return &WorkspaceDeleteParams{}
	case WorkspaceRestore:
		return &WorkspaceRestoreParams{}
	case WorkspaceArchive:
		return &WorkspaceArchiveParams{}
	case AccessAdd:
		return &AccessAddParams{}
	case AccessChange:
		return &AccessChangeParams{}
	case AccessRemove:
		return &AccessRemoveParams{}
	case PipelineCreate:
		return &PipelineCreateParams{}
	case PipelineDelete:
		return &PipelineDeleteParams{}
	case PipelineAssign:
		return &PipelineAssignParams{}
	case PipelineUnassign:
		return &PipelineUnassignParams{}
	case PipelineUserAdd:
		return &PipelineUserAddParams{}
	case PipelineUserDrop:
		return &PipelineUserDropParams{}
	case Promotion:
		return &PromotionParams{}
	case ScheduleChange:
		return &ScheduleParams{}
	case Waiver:
		return &WaiverParams{}
	case RuleChange:
		return &RuleChangeParams{}
	case FileImport:
		return &ImportParams{}
	case WorkspacePromotion:
		return &TransferParams{}
	case MappingChange:
		return &MappingParams{}
	case Emergency:
		return &EmergencyParams{}
	case RefreshPlanChange:
		return &RefreshPlanParams{}
	case Bulk:
		return &BulkParams{}
	}
	return nil
}

// DecodeParams reads stored or posted parameters; Invalid when they do not fit
// the kind. Unknown fields are refused: what was asked must not be lost.
func DecodeParams(k Kind, b []byte) (Params, error) {
	p := New(k)
	if p == nil {
		return nil, fault.New(fault.Invalid, "There is no kind of request called %q.", k)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The request's fields do not fit a request of kind %s.", k)
	}
	return p, nil
}

// EncodeParams writes parameters as they are stored.
func EncodeParams(p Params) ([]byte, error) { return json.Marshal(p) }

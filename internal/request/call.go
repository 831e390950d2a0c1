package request

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// API is which of Microsoft's APIs a call goes to.
type API string

// APIs. Paths of PowerBI are relative to /v1.0/myorg/, those of Fabric to /v1/.
const (
	PowerBI API = "powerbi"
	Fabric  API = "fabric"
	// House is the portal itself: nothing is sent to Microsoft.
	House API = "portal"
)

// Call is one write to the tenant, exactly as it will be sent.
type Call struct {
	API API `json:"api"`
	// Operation is Microsoft's name of the operation, as in their reference:
	// Workspaces_CreateWorkspace.
	Operation string `json:"operation"`
	Method    string `json:"method"`
	// Path has its arguments in braces: groups/{workspace}/users.
	Path string           `json:"path"`
	Args map[string]Value `json:"args"`
	// Body is sent as JSON; nil sends none.
	Body map[string]Value `json:"body"`
}

// Render returns the path with its arguments, escaped, and the body. It fails
// when an earlier step has not answered what the call needs.
func (c Call) Render(results Results) (path string, body []byte, err error) {
	if path, err = c.render(results); err != nil {
		return "", nil, fmt.Errorf("%s: %w", c.Operation, err)
	}
	if c.Body == nil {
		return path, nil, nil
	}
	fields, err := resolveFields(c.Body, results)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", c.Operation, err)
	}
	if body, err = json.Marshal(fields); err != nil {
		return "", nil, fmt.Errorf("%s: %w", c.Operation, err)
	}
	return path, body, nil
}

func (c Call) render(results Results) (string, error) {
	var b strings.Builder
	rest := c.Path
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, tail, closed := strings.Cut(after, "}")
		arg, known := c.Args[name]
		if !closed || !known {
			return "", fmt.Errorf("path %s: no argument %q", c.Path, name)
		}
		text, err := arg.Plain(results)
		if err != nil {
			return "", err
		}
		if text == "" || text == "." || text == ".." {
			return "", fmt.Errorf("path %s: argument %s is %q", c.Path, name, text)
		}
		b.WriteString(url.PathEscape(text))
		rest = tail
	}
}

// Shown is the call as a person reads it: POST groups/…/users.
func (c Call) Shown() string {
	path := c.Path
	for name, v := range c.Args {
		path = strings.ReplaceAll(path, "{"+name+"}", v.String())
	}
	return c.Method + " " + path
}

// LookKind says how the effect of a step is recognised in the tenant.
type LookKind string

// Ways to look. The arguments each needs stand beside it.
const (
	// LookWorkspaceMarked: a workspace whose description holds marker; name.
	LookWorkspaceMarked LookKind = "workspace-marked"
	// LookWorkspaceText: workspace has name and description (each if given).
	LookWorkspaceText LookKind = "workspace-text"
	// LookWorkspaceGone: workspace is deleted. LookWorkspaceBack: it is active.
	LookWorkspaceGone LookKind = "workspace-gone"
	LookWorkspaceBack LookKind = "workspace-back"
	// LookCapacity: workspace is on capacity; all zeros for none.
	LookCapacity LookKind = "capacity"
	// LookRole: principal has right on workspace; empty right for none.
	LookRole LookKind = "role"
	// LookPipelineMarked: a pipeline whose description holds marker; name.
	LookPipelineMarked LookKind = "pipeline-marked"
	// LookPipelineGone: pipeline is not there.
	LookPipelineGone LookKind = "pipeline-gone"
	// LookStage: stage of pipeline holds workspace; empty workspace for none.
	LookStage LookKind = "stage"
	// LookHouse: the portal's own record of violation or rule.
	LookHouse LookKind = "portal"
	// LookItemNamed: the one item of kind in workspace called name.
	LookItemNamed LookKind = "item-named"
	// LookItemGone: item of kind is not in workspace.
	LookItemGone LookKind = "item-gone"
	// LookDefinition: item of workspace holds the kept file; with content, but
	// for what a report stands on.
	LookDefinition LookKind = "item-definition"
	// LookReportModel: report of workspace stands on model.
	LookReportModel LookKind = "report-model"
	// LookImport: an import of name into workspace began after the intent.
	LookImport LookKind = "import"
	// LookPipelineUser: principal has right on pipeline; empty right for none.
	LookPipelineUser LookKind = "pipeline-user"
	// LookDeployment: an operation of pipeline whose note holds marker; stage is
	// the one deployed to.
	LookDeployment LookKind = "deployment"
	// LookOwner: model of workspace belongs to owner.
	LookOwner LookKind = "model-owner"
	// LookParameters: model of workspace has all of values (name, newValue).
	LookParameters LookKind = "model-parameters"
	// LookSources: model of workspace reads all of sources (connection details).
	LookSources LookKind = "model-sources"
	// LookGateway: model of workspace is bound to gateway.
	LookGateway LookKind = "model-gateway"
	// LookSchedule: model of workspace loads on days at times in zone, or, with
	// enabled no, by no schedule.
	LookSchedule LookKind = "model-schedule"
	// LookRefresh: a refresh of model of workspace began after the intent.
	LookRefresh LookKind = "model-refresh"
)

// Checks: steps that only read, and say what they found. One that finds
// something amiss does not fail: the run ends with findings. Only the
// pre-flight fails, and keeps what needs it from being sent.
const (
	// KeepContent is no check: the step reads content and keeps it, and fails
	// when it cannot.
	KeepContent LookKind = "keep-content"
	// CheckPreflight: choice (JSON of a promotion.Choice) passes every check.
	CheckPreflight LookKind = "check-preflight"
	// CheckItems: items (id, name) of stage from of pipeline stand paired on
	// stage to.
	CheckItems LookKind = "check-items"
	// CheckParameters is LookParameters.
	CheckParameters LookKind = "check-parameters"
	// CheckLabel: what stands in workspace under the names of items (name, type)
	// carries label.
	CheckLabel LookKind = "check-label"
	// CheckQuery: model of workspace answers query, with expect if not empty.
	CheckQuery LookKind = "check-query"
)

// Check reports whether a step that is looked at so only reads.
func (k LookKind) Check() bool { return strings.HasPrefix(string(k), "check-") }

// Look is how to find out whether a step has taken effect: before it is sent,
// and after its outcome was lost.
type Look struct {
	Kind LookKind         `json:"kind"`
	Args map[string]Value `json:"args"`
	// Redo says that sending the call again is provably safe when the look
	// finds nothing: the service itself refuses a second one, or a second one
	// changes nothing. Otherwise a person decides.
	Redo bool `json:"redo"`
}

// WaitKind says what has to settle before a step counts as done.
type WaitKind string

// Waits.
const (
	// WaitNone: the answer is the outcome.
	WaitNone WaitKind = "none"
	// WaitCapacity: CapacityAssignmentStatus reaches CompletedSuccessfully or
	// AssignmentFailed.
	WaitCapacity WaitKind = "capacity-assignment"
	// WaitDeployment: the operation ends; a part of its items may have failed.
	WaitDeployment WaitKind = "deployment"
	// WaitOperation: Fabric's long-running operation ends. WaitImport: the file
	// is published, or not.
	WaitOperation WaitKind = "operation"
	WaitImport    WaitKind = "import"
	// WaitRefresh: the refresh ends, in whatever way.
	WaitRefresh WaitKind = "refresh"
)

// Undo is how to take a step back, when it can be.
type Undo struct {
	// Sentence says it to a person.
	Sentence string `json:"sentence"`
	Call     Call   `json:"call"`
	Look     Look   `json:"look"`
	// Created says that the undo removes what the step made: allowed only for
	// what this very run created, and only if nobody touched it since.
	Created bool `json:"created"`
}

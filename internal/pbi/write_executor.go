package pbi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// Executor changes a tenant, as an app registration of its own. It is another
// type than Client on purpose: what scans cannot write, and what writes has no
// admin lists, and the compiler keeps the two apart. Its reads are the ordinary
// ones, of what the app itself has a role in. It is safe for concurrent use.
type Executor struct{ c *Client }

// NewExecutor checks cfg and returns an Executor. cfg.Tokens must be those of
// the executor's registration. It calls nothing yet.
func NewExecutor(cfg Config) (*Executor, error) {
	c, err := New(cfg)
	if err != nil {
		return nil, err
	}
	return &Executor{c: c}, nil
}

// Write is one call that changes something.
type Write struct {
	// Operation is Microsoft's name of it; only those of Writes are sent.
	Operation string
	// Method and Path must be those of the operation; the path's arguments are
	// escaped already.
	Method, Path string
	// Body is JSON; nil sends none.
	Body []byte
}

// Written is the answer to a write.
type Written struct {
	// Status is the HTTP status, RequestID Microsoft's id of the call.
	Status    int
	RequestID string
	// Body is JSON; empty when the service answered with none.
	Body []byte
	// OperationID is Fabric's id of the long-running operation that a 202 began;
	// see Executor.Operation. Empty for every other answer.
	OperationID string
	// RefreshID is the id under which a refresh that was started appears in the
	// history, in lower case; empty for every other write.
	RefreshID string
}

// change is one operation that changes something.
type change struct {
	fabric bool
	method string
	path   *regexp.Regexp
	limit  []upstream.Limit
}

// segment is one escaped argument of a path.
const segment = `[^/?#]+`

// on describes an operation of Power BI by its path, arguments as {}.
func on(method, path string, limits ...upstream.Limit) change {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(path), `\{\}`, segment)
	return change{method: method, path: regexp.MustCompile("^" + pattern + "$"), limit: limits}
}

// onFabric is on for Fabric.
func onFabric(method, path string, limits ...upstream.Limit) change {
	c := on(method, path, limits...)
	c.fabric = true
	return c
}

// changes is everything that can be written. What is not here is not sent,
// whatever a plan says. Limits as Microsoft states them ("Limitations" of the
// operation); most have none.
var changes = map[string]change{
	"Workspaces_CreateWorkspace":  onFabric(http.MethodPost, "workspaces"),
	"Workspaces_UpdateWorkspace":  onFabric(http.MethodPatch, "workspaces/{}"),
	"Workspaces_DeleteWorkspace":  onFabric(http.MethodDelete, "workspaces/{}"),
	"Workspaces_RestoreWorkspace": onFabric(http.MethodPost, "admin/workspaces/{}/restore", perMinute(10)),

	"Groups_AssignToCapacity":  on(http.MethodPost, "groups/{}/AssignToCapacity"),
	"Groups_AddGroupUser":      on(http.MethodPost, "groups/{}/users"),
	"Groups_UpdateGroupUser":   on(http.MethodPut, "groups/{}/users"),
	"Groups_DeleteUserInGroup": on(http.MethodDelete, "groups/{}/users/{}"),

	"Pipelines_CreatePipeline":     on(http.MethodPost, "pipelines"),
	"Pipelines_DeletePipeline":     on(http.MethodDelete, "pipelines/{}"),
	"Pipelines_AssignWorkspace":    on(http.MethodPost, "pipelines/{}/stages/{}/assignWorkspace"),
	"Pipelines_UnassignWorkspace":  on(http.MethodPost, "pipelines/{}/stages/{}/unassignWorkspace"),
	"Pipelines_UpdatePipelineUser": on(http.MethodPost, "pipelines/{}/users"),
	"Pipelines_DeletePipelineUser": on(http.MethodDelete, "pipelines/{}/users/{}"),
	"Pipelines_DeployAll":          on(http.MethodPost, "pipelines/{}/deployAll"),
	"Pipelines_SelectiveDeploy":    on(http.MethodPost, "pipelines/{}/deploy"),

	"Reports_CloneReportInGroup":         on(http.MethodPost, "groups/{}/reports/{}/Clone"),
	"Reports_RebindReportInGroup":        on(http.MethodPost, "groups/{}/reports/{}/Rebind"),
	"Reports_UpdateReportContentInGroup": on(http.MethodPost, "groups/{}/reports/{}/UpdateReportContent"),
	"Reports_DeleteReportInGroup":        on(http.MethodDelete, "groups/{}/reports/{}"),
	"Dashboards_AddDashboardInGroup":     on(http.MethodPost, "groups/{}/dashboards"),
	"Dashboards_CloneTileInGroup":        on(http.MethodPost, "groups/{}/dashboards/{}/tiles/{}/Clone"),
	"Dashboards_DeleteDashboardInGroup":  on(http.MethodDelete, "groups/{}/dashboards/{}"),

	"Datasets_DeleteDatasetInGroup":         on(http.MethodDelete, "groups/{}/datasets/{}"),
	"Datasets_TakeOverInGroup":              on(http.MethodPost, "groups/{}/datasets/{}/Default.TakeOver"),
	"Datasets_UpdateParametersInGroup":      on(http.MethodPost, "groups/{}/datasets/{}/Default.UpdateParameters"),
	"Datasets_UpdateDatasourcesInGroup":     on(http.MethodPost, "groups/{}/datasets/{}/Default.UpdateDatasources"),
	"Datasets_BindToGatewayInGroup":         on(http.MethodPost, "groups/{}/datasets/{}/Default.BindToGateway"),
	"Datasets_UpdateRefreshScheduleInGroup": on(http.MethodPatch, "groups/{}/datasets/{}/refreshSchedule"),
	"Datasets_RefreshDatasetInGroup":        on(http.MethodPost, "groups/{}/datasets/{}/refreshes"),
	"Datasets_CancelRefreshInGroup":         on(http.MethodDelete, "groups/{}/datasets/{}/refreshes/{}"),

	"Dataflows_RefreshDataflow":           on(http.MethodPost, "groups/{}/dataflows/{}/refreshes"),
	"Dataflows_CancelDataflowTransaction": on(http.MethodPost, "groups/{}/dataflows/transactions/{}/cancel"),

	"Items_CreateItem":           onFabric(http.MethodPost, "workspaces/{}/items"),
	"Items_UpdateItemDefinition": onFabric(http.MethodPost, "workspaces/{}/items/{}/updateDefinition"),
	"Items_DeleteItem":           onFabric(http.MethodDelete, "workspaces/{}/items/{}"),
}

// Writes lists the operations that can be sent.
func Writes() []string {
	out := make([]string, 0, len(changes))
	for name := range changes {
		out = append(out, name)
	}
	return out
}

// Send makes one write. It is sent once; only a 429, which the service gives
// before doing anything, lets it be sent again. Invalid, with nothing sent,
// when the operation or its path is not one of ours. See Certainty for what an
// error says of the effect.
func (x *Executor) Send(ctx context.Context, w Write) (Written, error) {
	kind, known := changes[w.Operation]
	if !known || kind.method != w.Method || !kind.path.MatchString(w.Path) {
		return Written{}, errors.Join(errNotSent, fault.New(fault.Invalid, "%s %s is not a call that the portal makes. Nothing was sent.", w.Method, w.Operation))
	}
	api := x.c.powerBI
	if kind.fabric {
		api = x.c.fabric
	}
	if api == nil {
		return Written{}, errors.Join(errNotSent, errNoFabric)
	}
	req := upstream.Request{Operation: x.c.capped(Operation{Name: w.Operation, Limits: kind.limit, MaxBytes: 1 << 20}), Method: w.Method, Path: w.Path}
	if w.Body != nil {
		req.Body = json.RawMessage(w.Body)
	}
	answer, err := api.Do(ctx, req)
	if err != nil {
		return Written{}, err
	}
	return written(w, answer), nil
}

// written reads what the headers of an answer say besides the body.
func written(w Write, answer *upstream.Answer) Written {
	out := Written{Status: answer.Status, RequestID: answer.RequestID, Body: answer.Body}
	header := http.Header(answer.Header)
	switch w.Operation {
	case "Items_CreateItem", "Items_UpdateItemDefinition":
		if answer.Status == http.StatusAccepted {
			out.OperationID = operationID(header)
		}
	case "Datasets_RefreshDatasetInGroup":
		out.RefreshID = refreshID(header)
	}
	return out
}

package pbi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"steward/internal/upstream"
)

// The reads of the executor: ordinary calls without a stated limit, and one of
// the admin API for what is deleted, which nobody has a role in.
var (
	OpOwnWorkspaces   = read("fabric/workspaces")
	OpOwnWorkspace    = read("fabric/workspaces/{id}")
	OpOwnItems        = read("fabric/workspaces/{id}/items")
	OpOwnGroupUsers   = read("groups/{id}/users")
	OpOwnCapacities   = read("capacities")
	OpCapacityStatus  = read("groups/{id}/CapacityAssignmentStatus")
	OpDeletedByFabric = read("fabric/admin/workspaces/{id}", perHour(200))
)

// OwnWorkspace is a workspace as those who have a role in it see it.
type OwnWorkspace struct {
	ID, Name, Description string
	// Type is Personal, Workspace or AdminWorkspace.
	Type string
	// CapacityID is empty on shared capacity, DomainID without a domain.
	CapacityID, DomainID string
}

// Workspaces returns the workspaces that the app has a role in. A new one may
// take a while to be listed.
// GET workspaces of Fabric.
func (x *Executor) Workspaces(ctx context.Context) ([]OwnWorkspace, error) {
	if x.c.fabric == nil {
		return nil, errNoFabric
	}
	return tokenList(ctx, x.c, x.c.fabric, OpOwnWorkspaces, "workspaces", nil, false, readOwnWorkspace, "value")
}

// Workspace returns one workspace; see Missing for one that is not there.
// GET workspaces/{id} of Fabric.
func (x *Executor) Workspace(ctx context.Context, id string) (OwnWorkspace, error) {
	answer, err := x.c.get(ctx, x.c.fabric, OpOwnWorkspace, "workspaces/"+upstream.Segment(id), nil, "")
	if err != nil {
		return OwnWorkspace{}, err
	}
	w := readOwnWorkspace(newCursor(answer.Body, nil))
	if w.ID == "" {
		return w, x.c.fabric.Broken(OpOwnWorkspace, answer, errNoID)
	}
	return w, nil
}

func readOwnWorkspace(c *cursor) OwnWorkspace {
	var w OwnWorkspace
	c.object(func(key, _ string) {
		switch key {
		case "id":
			w.ID = c.id()
		case "displayname":
			w.Name = c.text()
		case "description":
			w.Description = c.text()
		case "type":
			w.Type = c.word()
		case "capacityid":
			w.CapacityID = c.personID()
		case "domainid":
			w.DomainID = c.personID()
		}
	})
	return w
}

// WorkspaceState returns name and state (Active, Deleted) of any workspace of
// the tenant.
// GET admin/workspaces/{id} of Fabric, 200 an hour.
func (x *Executor) WorkspaceState(ctx context.Context, id string) (name, state string, err error) {
	answer, err := x.c.get(ctx, x.c.fabric, OpDeletedByFabric, "admin/workspaces/"+upstream.Segment(id), nil, "")
	if err != nil {
		return "", "", err
	}
	w := readFabricWorkspace(newCursor(answer.Body, nil))
	if w.ID == "" {
		return "", "", x.c.fabric.Broken(OpDeletedByFabric, answer, errNoID)
	}
	return w.Name, w.State, nil
}

// HasItems reports whether a workspace holds anything.
func (x *Executor) HasItems(ctx context.Context, id string) (bool, error) {
	found, err := x.FabricItems(ctx, id)
	return len(found) > 0, err
}

// FabricItems returns what a workspace holds, with the sensitivity labels.
// GET workspaces/{id}/items of Fabric.
func (x *Executor) FabricItems(ctx context.Context, id string) ([]FabricItem, error) {
	if x.c.fabric == nil {
		return nil, errNoFabric
	}
	return tokenList(ctx, x.c, x.c.fabric, OpOwnItems, "workspaces/"+upstream.Segment(id)+"/items", nil, false, readFabricItem, "value")
}

// WorkspaceUsers returns who has a role in a workspace of the app.
// GET groups/{id}/users.
func (x *Executor) WorkspaceUsers(ctx context.Context, id string) ([]User, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpOwnGroupUsers, "groups/"+upstream.Segment(id)+"/users", nil, readUser, "value")
}

// Capacities returns the capacities that the app may assign to or administers.
// GET capacities.
func (x *Executor) Capacities(ctx context.Context) ([]Capacity, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpOwnCapacities, "capacities", nil, readCapacity, "value")
}

// Assignment is how far a workspace is on its way to a capacity.
type Assignment struct {
	// Status is Pending, InProgress, CompletedSuccessfully or AssignmentFailed.
	Status     string
	CapacityID string
	Start, End time.Time
}

// Assignment returns the last move of a workspace.
// GET groups/{id}/CapacityAssignmentStatus.
func (x *Executor) Assignment(ctx context.Context, id string) (Assignment, error) {
	answer, err := x.c.get(ctx, x.c.powerBI, OpCapacityStatus, "groups/"+upstream.Segment(id)+"/CapacityAssignmentStatus", nil, "")
	if err != nil {
		return Assignment{}, err
	}
	var a Assignment
	cur := newCursor(answer.Body, nil)
	cur.object(func(key, _ string) {
		switch key {
		case "status":
			a.Status = cur.word()
		case "capacityid":
			a.CapacityID = cur.personID()
		case "starttime":
			a.Start = cur.time()
		case "endtime":
			a.End = cur.time()
		}
	})
	if a.Status == "" {
		return a, x.c.powerBI.Broken(OpCapacityStatus, answer, errors.New("the status is missing"))
	}
	return a, nil
}

// Pipelines returns the pipelines that the app administers, without stages.
// GET pipelines.
func (x *Executor) Pipelines(ctx context.Context) ([]Pipeline, error) { return x.c.MyPipelines(ctx) }

// Pipeline returns one of them with its stages.
// GET pipelines/{id}?$expand=stages.
func (x *Executor) Pipeline(ctx context.Context, id string) (Pipeline, error) {
	return x.c.MyPipeline(ctx, id)
}

// PipelineUsers returns who administers it.
// GET pipelines/{id}/users.
func (x *Executor) PipelineUsers(ctx context.Context, id string) ([]User, error) {
	return x.c.MyPipelineUsers(ctx, id)
}

// Missing reports that a read failed because the object is not there: a 404.
// Just after a grant the service may answer so for what is there.
func Missing(err error) bool {
	_, status, _ := CodeOf(err)
	return status == http.StatusNotFound
}

// Closed reports that a read or write failed because the app may not enter:
// also what Power BI answers while a new role spreads.
func Closed(err error) bool {
	_, status, _ := CodeOf(err)
	return status == http.StatusForbidden || status == http.StatusUnauthorized
}

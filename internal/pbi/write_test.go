package pbi_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"steward/internal/entra"
	"steward/internal/pbi"
	"steward/internal/sim"
)

// startExecutor is a client of the stand-in that may write.
func startExecutor(t *testing.T, edit func(*sim.Config)) (*pbi.Executor, *standin) {
	t.Helper()
	s := startStandin(t, edit, nil)
	app, _ := s.cloud.Entra.App("executor")
	cfg := s.cfg
	at := sim.EndpointsAt(origin(s.cfg.API), s.world)
	source, err := entra.New(entra.Config{Authority: at.Authority, TenantID: s.world.Config().TenantID, ClientID: app.ClientID,
		Secret: func() (string, error) { return app.Secret, nil }, Scope: at.Resource + "/.default", HTTPClient: &http.Client{}, Now: s.clock.Now, Sleep: s.sleep})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Tokens = source
	x, err := pbi.NewExecutor(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return x, s
}

func origin(api string) string { return api[:len(api)-len("/powerbi/v1.0/myorg")] }

// TestWritesAreMicrosofts: every kind of write passes Microsoft's definitions,
// request and answer, and has its effect.
func TestWritesAreMicrosofts(t *testing.T) {
	t.Parallel()
	x, s := startExecutor(t, nil)
	ctx := t.Context()
	send := func(op, method, path, body string) pbi.Written {
		t.Helper()
		w := pbi.Write{Operation: op, Method: method, Path: path}
		if body != "" {
			w.Body = []byte(body)
		}
		out, err := x.Send(ctx, w)
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		return out
	}
	if out := send("Workspaces_CreateWorkspace", "POST", "workspaces", `{"displayName":"Zebra Writes","description":"[gov:x]"}`); out.Status != 201 || out.RequestID == "" {
		t.Errorf("create: %d, request id %q", out.Status, out.RequestID)
	}
	list := must[[]pbi.OwnWorkspace](t, "list")(x.Workspaces(ctx))
	at := slices.IndexFunc(list, func(w pbi.OwnWorkspace) bool { return w.Name == "Zebra Writes" })
	if at < 0 {
		t.Fatal("the new workspace is not listed")
	}
	id := list[at].ID
	send("Workspaces_UpdateWorkspace", "PATCH", "workspaces/"+id, `{"displayName":"Zebra Written","description":"y"}`)
	if w := must[pbi.OwnWorkspace](t, "read")(x.Workspace(ctx, id)); w.Name != "Zebra Written" || w.Description != "y" {
		t.Errorf("after the change: %+v", w)
	}
	person := s.world.DemoPeople()[0].User.UPN
	send("Groups_AddGroupUser", "POST", "groups/"+id+"/users", `{"identifier":"`+person+`","principalType":"User","groupUserAccessRight":"Viewer"}`)
	send("Groups_UpdateGroupUser", "PUT", "groups/"+id+"/users", `{"identifier":"`+person+`","principalType":"User","groupUserAccessRight":"Member"}`)
	users := must[[]pbi.User](t, "users")(x.WorkspaceUsers(ctx, id))
	if !slices.ContainsFunc(users, func(u pbi.User) bool { return u.Identifier == person && u.Right == "Member" }) {
		t.Errorf("users are %+v", users)
	}
	send("Groups_DeleteUserInGroup", "DELETE", "groups/"+id+"/users/"+person, "")
	capacities := must[[]pbi.Capacity](t, "capacities")(x.Capacities(ctx))
	send("Groups_AssignToCapacity", "POST", "groups/"+id+"/AssignToCapacity", `{"capacityId":"`+capacities[0].ID+`"}`)
	if a := must[pbi.Assignment](t, "assignment")(x.Assignment(ctx, id)); a.Status != "Pending" {
		t.Errorf("the move is %+v", a)
	}
	_ = s.sleep(ctx, 5*60*1e9)
	send("Pipelines_CreatePipeline", "POST", "pipelines", `{"displayName":"Zebra Line","description":"z"}`)
	var line string
	for _, p := range must[[]pbi.Pipeline](t, "pipelines")(x.Pipelines(ctx)) {
		if p.Name == "Zebra Line" {
			line = p.ID
		}
	}
	send("Pipelines_AssignWorkspace", "POST", "pipelines/"+line+"/stages/1/assignWorkspace", `{"workspaceId":"`+id+`"}`)
	must[[]pbi.User](t, "pipeline users")(x.PipelineUsers(ctx, line))
	if must[bool](t, "items")(x.HasItems(ctx, id)) {
		t.Error("a new workspace holds something")
	}
	if p := must[pbi.Pipeline](t, "pipeline")(x.Pipeline(ctx, line)); len(p.Stages) != 3 || p.Stages[1].WorkspaceID != id {
		t.Errorf("stages are %+v", p.Stages)
	}
	send("Pipelines_UpdatePipelineUser", "POST", "pipelines/"+line+"/users", `{"identifier":"`+person+`","principalType":"User","accessRight":"Admin"}`)
	send("Pipelines_DeletePipelineUser", "DELETE", "pipelines/"+line+"/users/"+person, "")
	send("Pipelines_UnassignWorkspace", "POST", "pipelines/"+line+"/stages/1/unassignWorkspace", "")
	send("Pipelines_DeletePipeline", "DELETE", "pipelines/"+line, "")
	if _, err := x.Pipeline(ctx, line); !pbi.Missing(err) {
		t.Errorf("the deleted pipeline: %v", err)
	}
	send("Workspaces_DeleteWorkspace", "DELETE", "workspaces/"+id, "")
	if _, state, err := x.WorkspaceState(ctx, id); err != nil || state != "Deleted" {
		t.Errorf("after the deletion: %s (%v)", state, err)
	}
	send("Workspaces_RestoreWorkspace", "POST", "admin/workspaces/"+id+"/restore",
		`{"newWorkspaceName":"Zebra Back","newWorkspaceAdminPrincipal":{"id":"`+s.world.DemoPeople()[0].User.ID+`","type":"User"}}`)
}

// TestOnlyOurWrites: what is not in the table is not sent.
func TestOnlyOurWrites(t *testing.T) {
	t.Parallel()
	x, s := startExecutor(t, nil)
	cases := []pbi.Write{
		{Operation: "Admin_Everything", Method: "POST", Path: "admin/everything"},
		{Operation: "Workspaces_DeleteWorkspace", Method: "POST", Path: "workspaces/x"},
		{Operation: "Workspaces_DeleteWorkspace", Method: "DELETE", Path: "workspaces/x/items"},
		{Operation: "Groups_AddGroupUser", Method: "POST", Path: "groups/a/b/users"},
		{Operation: "Groups_AddGroupUser", Method: "POST", Path: "groups/a/users?x=y"},
	}
	for _, w := range cases {
		if _, err := x.Send(t.Context(), w); err == nil || pbi.CertaintyOf(err) != pbi.NotSent {
			t.Errorf("%s %s: %v", w.Method, w.Path, err)
		}
	}
	if n := len(s.cloud.Journal().Writes()); n != 0 {
		t.Errorf("%d writes arrived", n)
	}
}

// TestCertainty: what each failure says about the effect, and how often the
// call was sent.
func TestCertainty(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		fault sim.Effect
		want  pbi.Certainty
		sent  int
	}{
		{"reply lost", sim.Effect{Drop: "after"}, pbi.Unknown, 1},
		{"connection lost", sim.Effect{Drop: "before"}, pbi.Unknown, 1},
		{"500", sim.Effect{Status: 500}, pbi.Unknown, 1},
		{"503", sim.Effect{Status: 503}, pbi.Unknown, 1},
		{"408", sim.Effect{Status: 408, Body: "{}"}, pbi.Unknown, 1},
		{"redirect", sim.Effect{Status: 307, Body: "{}", Headers: map[string]string{"Location": "/elsewhere"}}, pbi.Unknown, 1},
		{"cut off", sim.Effect{Cut: 12}, pbi.Unknown, 1},
		{"400", sim.Effect{Status: 400, Body: `{"error":{"code":"InvalidInput"}}`}, pbi.RefusedByService, 1},
		{"403", sim.Effect{Status: 403, Body: `{"error":{"code":"InsufficientPrivileges"}}`}, pbi.RefusedByService, 1},
		{"429 on and on", sim.Effect{Throttle: "1"}, pbi.NotYet, 5},
		{"token refused on and on", sim.Effect{Status: 401, Body: `{"error":{"code":"TokenExpired"}}`}, pbi.NotYet, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := startStandin(t, func(sc *sim.Config) { sc.Faults = []sim.Fault{{Match: "*_CreateWorkspace", Effect: c.fault}} }, func(cfg *pbi.Config) { cfg.Transport = nil })
			x, err := pbi.NewExecutor(s.cfg)
			if err != nil {
				t.Fatal(err)
			}
			_, err = x.Send(t.Context(), pbi.Write{Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "workspaces", Body: []byte(`{"displayName":"Zebra"}`)})
			if err == nil || pbi.CertaintyOf(err) != c.want {
				t.Errorf("%v is %s, want %s", err, pbi.CertaintyOf(err), c.want)
			}
			if n := len(s.cloud.Journal().Writes()); n != c.sent {
				t.Errorf("it was sent %d times, want %d", n, c.sent)
			}
		})
	}
	if got := pbi.CertaintyOf(errors.New("no token")); got != pbi.NotSent {
		t.Errorf("without a token: %s", got)
	}
}

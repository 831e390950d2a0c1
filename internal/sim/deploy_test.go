package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
)

// line is a pipeline with a development workspace that holds a model and a
// report on it, and an empty test workspace.
type line struct {
	*bundle
	id, dev, test, model, report string
}

func lineUp(t *testing.T, edit ...func(*sim.Config)) *line {
	t.Helper()
	b := setup(t, edit...)
	l := &line{bundle: b, dev: b.make("Zebra [Dev]"), test: b.make("Zebra [Test]"), model: b.world.NewID(), report: b.world.NewID()}
	l.fill(l.dev, func(w *world.Workspace) {
		me := b.world.DemoPeople()[0].User.Principal()
		w.Items = append(w.Items,
			world.Item{ID: l.model, Kind: world.KindModel, Name: "Sales", Created: start, Modified: start, Configured: &me, Model: &world.Model{
				Refreshable: true, StorageMode: "Abf", Schema: schema("Amount", "Region")}},
			world.Item{ID: l.report, Kind: world.KindReport, Name: "Sales Report", Created: start, Modified: start, CreatedBy: &me,
				Report: &world.Report{Type: "PowerBIReport", ModelID: l.model}})
	})
	r := b.act("POST", "pipelines", map[string]any{"displayName": "Zebra Line", "description": "d"})
	r.want(201, "Zebra Line")
	l.id = r.id()
	return l
}

func schema(columns ...string) *world.Schema {
	s := &world.Schema{Tables: []world.Table{{Name: "Sales"}}}
	for _, c := range columns {
		s.Tables[0].Columns = append(s.Tables[0].Columns, world.Column{Name: c, DataType: "String", ColumnType: "Data"})
	}
	return s
}

// fill changes a workspace behind the API's back.
func (l *line) fill(id string, fn func(*world.Workspace)) {
	l.t.Helper()
	if err := l.world.Mutate(id, l.clock.Now(), func(w *world.Workspace) error { fn(w); return nil }); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) assign(stage int, ws string) reply {
	l.t.Helper()
	return l.act("POST", fmt.Sprintf("pipelines/%s/stages/%d/assignWorkspace", l.id, stage), map[string]any{"workspaceId": ws})
}

func (l *line) both() {
	l.t.Helper()
	l.assign(0, l.dev).want(200, "")
	l.assign(1, l.test).want(200, "")
	l.clock.Advance(2 * time.Minute)
}

var all = map[string]any{"allowCreateArtifact": true, "allowOverwriteArtifact": true}

func (l *line) deployAll(options map[string]any) reply {
	l.t.Helper()
	return l.act("POST", "pipelines/"+l.id+"/deployAll", map[string]any{"sourceStageOrder": 0, "options": options, "note": "CHG-1"})
}

// outcome waits for a deployment on the clock and returns it.
func (l *line) outcome(r reply) map[string]any {
	l.t.Helper()
	if r.status != 202 {
		l.t.Fatalf("deploy: %d %s", r.status, r.body)
	}
	id := r.id()
	l.clock.Advance(10 * time.Minute)
	return l.act("GET", "pipelines/"+l.id+"/operations/"+id, nil).ok()
}

func steps(op map[string]any) []map[string]any {
	plan, _ := op["executionPlan"].(map[string]any)
	return rows(plan, "Steps")
}

func TestAssigningHasRules(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.assign(0, l.dev).want(200, "")
	l.assign(0, l.test).want(400, "StageAlreadyAssigned")
	l.assign(1, l.dev).want(400, "WorkspaceAlreadyAssigned")
	l.assign(9, l.test).want(404, "")
	l.assign(1, "11111111-2222-3333-4444-555555555555").want(404, "")
	shared := l.act("POST", "groups?workspaceV2=True", map[string]any{"name": "Zebra Shared"}).id()
	l.assign(1, shared).want(400, "WorkspaceHasNoCapacity")
	l.act("POST", "groups/"+shared+"/AssignToCapacity", map[string]any{"capacityId": l.capacity()}).want(200, "")
	l.assign(1, shared).want(400, "WorkspaceMigrationOperationInProgress")
	l.act("DELETE", "groups/"+l.dev, nil).want(400, "Unassign")
	st := rows(l.act("GET", "pipelines/"+l.id+"/stages", nil).ok(), "value")
	if len(st) != 3 || st[0]["workspaceId"] != l.dev || st[0]["workspaceName"] != "Zebra [Dev]" || st[1]["workspaceId"] != nil {
		t.Errorf("stages are %v", st)
	}
	l.act("POST", "pipelines/"+l.id+"/stages/0/unassignWorkspace", nil).want(200, "")
	l.act("POST", "pipelines/"+l.id+"/stages/0/unassignWorkspace", nil).want(404, "")
	l.assign(0, l.dev).want(200, "")
	l.act("PATCH", "pipelines/"+l.id, map[string]any{"displayName": "Zebra Line 2"}).want(200, "Zebra Line 2")
	l.act("DELETE", "pipelines/"+l.id, nil).want(200, "")
	l.act("GET", "pipelines/"+l.id, nil).want(404, "")
	l.act("DELETE", "groups/"+l.dev, nil).want(200, "")
}

func TestPipelineUsers(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	who := l.world.DemoPeople()[0].User
	users := "pipelines/" + l.id + "/users"
	l.act("POST", users, map[string]any{"identifier": who.UPN, "principalType": "User", "accessRight": "Admin"}).want(200, "")
	for g := range l.world.Groups(start) {
		if g.Unified() {
			l.act("POST", users, map[string]any{"identifier": g.ID, "principalType": "Group", "accessRight": "Admin"}).want(400, "365")
			break
		}
	}
	if us := rows(l.act("GET", users, nil).ok(), "value"); len(us) != 2 {
		t.Errorf("users are %v", us)
	}
	l.act("DELETE", users+"/"+who.UPN, nil).want(200, "")
	l.act("DELETE", users+"/"+who.UPN, nil).want(404, "")
	l.call("scanner", "GET", "/v1.0/myorg/pipelines/"+l.id, nil).want(404, "")
}

func TestDeployment(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.assign(0, l.dev).want(200, "")
	l.deployAll(all).want(400, "WorkloadUnavailable")
	l.clock.Advance(2 * time.Minute)
	l.deployAll(all).want(400, "WorkspaceNotAssigned")
	l.assign(1, l.test).want(200, "")
	l.clock.Advance(2 * time.Minute)
	r := l.deployAll(all)
	r.want(202, `"NotStarted"`)
	l.deployAll(all).want(400, "DeploymentInProgress")
	l.act("DELETE", "pipelines/"+l.id, nil).want(400, "DeploymentInProgress")
	l.clock.Advance(7 * time.Second)
	half := l.act("GET", "pipelines/"+l.id+"/operations/"+r.id(), nil).ok()
	if st := steps(half); half["status"] != "Executing" || len(st) != 2 || st[0]["status"] != "Succeeded" || st[1]["status"] != "Executing" {
		t.Errorf("half-way it is %v", half)
	}
	op := l.outcome(r)
	note, _ := op["note"].(map[string]any)
	if op["status"] != "Succeeded" || note["content"] != "CHG-1" || op["executionEndTime"] == nil {
		t.Errorf("in the end it is %v", op)
	}
	pairs := l.act("GET", "pipelines/"+l.id+"/stages/1/artifacts", nil).ok()
	copied := rows(pairs, "reports")
	if len(copied) != 1 || copied[0]["sourceArtifactId"] != l.report || copied[0]["artifactName"] != "Sales Report" {
		t.Fatalf("the test stage holds %v", pairs)
	}
	ws := rows(l.scan(allFlags, l.test), "workspaces")[0]
	rep, mod := rows(ws, "reports")[0], rows(ws, "datasets")[0]
	if rep["datasetId"] != mod["id"] || mod["id"] == l.model || mod["configuredById"] == nil || mod["refreshSchedule"] != nil {
		t.Errorf("report %v on model %v", rep, mod)
	}
	// A new model belongs to the service principal, and its first refresh fails
	// for want of credentials.
	l.act("POST", "datasets/"+mod["id"].(string)+"/refreshes", map[string]any{"notifyOption": "NoNotification"}).want(202, "")
	l.clock.Advance(10 * time.Minute)
	run := rows(l.act("GET", "datasets/"+mod["id"].(string)+"/refreshes?$top=1", nil).ok(), "value")[0]
	if run["status"] != "Failed" || !strings.Contains(fmt.Sprint(run["serviceExceptionJson"]), "CredentialsNotSpecified") {
		t.Errorf("the first refresh: %v", run)
	}
}

func TestDeploymentsFailForReasons(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*line)
		options map[string]any
		code    string
		done    int
	}{
		"create":    {nil, map[string]any{}, "CreateArtifactNotAllowed", 0},
		"overwrite": {func(l *line) { l.outcome(l.deployAll(all)) }, map[string]any{"allowCreateArtifact": true}, "OverwriteArtifactNotAllowed", 0},
		"purge": {func(l *line) {
			l.outcome(l.deployAll(all))
			l.fill(l.dev, func(w *world.Workspace) { w.Item(l.model).Model.Schema = schema("Amount") })
		}, all, "PurgeRequired", 0},
		"on order": {func(l *line) { l.cloud.Acts.FailItem(l.report) }, all, "DeploymentFailed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lineUp(t)
			l.both()
			if c.prepare != nil {
				c.prepare(l)
			}
			op := l.outcome(l.deployAll(c.options))
			st := steps(op)
			failed, _ := st[c.done]["error"].(map[string]any)
			if op["status"] != "Failed" || !strings.Contains(fmt.Sprint(failed["errorCode"]), c.code) {
				t.Errorf("it ended %v with %v", op["status"], st)
			}
			for _, s := range st[:c.done] {
				if s["status"] != "Succeeded" {
					t.Errorf("an earlier step is %v; it stays deployed", s)
				}
			}
		})
	}
}

func TestPurgeIsAllowed(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.both()
	l.outcome(l.deployAll(all))
	l.fill(l.dev, func(w *world.Workspace) { w.Item(l.model).Model.Schema = schema("Amount") })
	op := l.outcome(l.deployAll(map[string]any{"allowOverwriteArtifact": true, "allowPurgeData": true}))
	if op["status"] != "Succeeded" {
		t.Errorf("it ended %v: %v", op["status"], steps(op))
	}
}

func TestDeploymentsAreRefused(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.both()
	deploy := func(body map[string]any) reply { return l.act("POST", "pipelines/"+l.id+"/deploy", body) }
	item := func(id string) []map[string]any { return []map[string]any{{"sourceId": id}} }
	deploy(map[string]any{"sourceStageOrder": 0, "options": all}).want(400, "NoArtifactsToDeploy")
	deploy(map[string]any{"sourceStageOrder": 1, "options": all, "reports": item(l.report)}).want(400, "")
	deploy(map[string]any{"sourceStageOrder": 0, "reports": item("11111111-2222-3333-4444-555555555555")}).want(400, "ArtifactNotFound")
	op := l.outcome(deploy(map[string]any{"sourceStageOrder": 0, "options": all, "reports": item(l.report)}))
	if e, _ := steps(op)[0]["error"].(map[string]any); !strings.Contains(fmt.Sprint(e["errorCode"]), "MissingPrerequisite") {
		t.Errorf("a report without its model: %v", steps(op))
	}
	if op := l.outcome(deploy(map[string]any{"sourceStageOrder": 0, "options": all, "datasets": item(strings.ToUpper(l.model))})); op["status"] != "Succeeded" {
		t.Errorf("the model alone: %v", steps(op))
	}
	l.act("POST", "pipelines/"+l.id+"/deployAll", map[string]any{"sourceStageOrder": 1, "isBackwardDeployment": true, "options": all}).
		want(400, "Backward")
	l.act("POST", "pipelines/"+l.id+"/deployAll", map[string]any{"sourceStageOrder": 0, "options": all, "updateAppSettings": map[string]any{"updateAppInTargetWorkspace": true}}).
		want(400, "AppNotFound")
	l.fill(l.dev, func(w *world.Workspace) {
		w.Items = append(w.Items, world.Item{ID: l.world.NewID(), Kind: world.KindDataflow, Name: "Flow", Dataflow: &world.Dataflow{}})
	})
	l.deployAll(all).want(400, "ALM_InvalidRequest_ServicePrincipalNotSupported")
	l.fill(l.dev, func(w *world.Workspace) {
		w.Items = w.Items[:2]
		for range 299 {
			w.Items = append(w.Items, world.Item{ID: l.world.NewID(), Kind: world.KindModel, Name: "M", Model: &world.Model{}})
		}
	})
	l.deployAll(all).want(400, "300")
}

func TestDeployIntoANewWorkspace(t *testing.T) {
	t.Parallel()
	l := lineUp(t, func(c *sim.Config) { c.Times = acts.Times{Instant: true} })
	l.assign(0, l.dev).want(200, "")
	op := l.outcome(l.act("POST", "pipelines/"+l.id+"/deployAll", map[string]any{"sourceStageOrder": 0, "options": all,
		"newWorkspace": map[string]any{"name": "Zebra [New]"}}))
	st := rows(l.act("GET", "pipelines/"+l.id+"/stages", nil).ok(), "value")
	if op["status"] != "Succeeded" || st[1]["workspaceName"] != "Zebra [New]" {
		t.Errorf("it ended %v, the stages are %v", op["status"], st)
	}
}

func TestFabricDeployment(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	r := l.act("POST", "/v1/deploymentPipelines", map[string]any{"displayName": "Zebra Fabric", "stages": []map[string]any{
		{"displayName": "One", "isPublic": false}, {"displayName": "Two", "isPublic": true}}})
	r.want(201, "Zebra Fabric")
	id := "/v1/deploymentPipelines/" + r.id()
	st := rows(r2(r), "stages")
	for i, ws := range []string{l.dev, l.test} {
		l.act("POST", id+"/stages/"+st[i]["id"].(string)+"/assignWorkspace", map[string]any{"workspaceId": ws}).want(200, "")
	}
	l.clock.Advance(2 * time.Minute)
	go1 := l.act("POST", id+"/deploy", map[string]any{"sourceStageId": st[0]["id"], "targetStageId": st[1]["id"], "note": "CHG-2"})
	if go1.status != 202 || go1.header.Get("Retry-After") != "30" || go1.header.Get("x-ms-operation-id") == "" {
		t.Fatalf("deploy: %d %v %s", go1.status, go1.header, go1.body)
	}
	op := strings.TrimPrefix(go1.header.Get("Location"), l.at.Fabric)
	l.clock.Advance(7 * time.Second)
	if s := l.act("GET", op, nil).ok(); s["status"] != "Running" || s["percentComplete"] != 50.0 {
		t.Errorf("half-way: %v", s)
	}
	l.act("GET", op+"/result", nil).want(400, "")
	l.clock.Advance(time.Minute)
	if s := l.act("GET", op, nil).ok(); s["status"] != "Succeeded" {
		t.Errorf("in the end: %v", s)
	}
	l.act("GET", op+"/result", nil).want(200, "SemanticModel")
	l.act("GET", id+"/operations/"+go1.header.Get("deployment-id"), nil).want(200, "CHG-2")
	l.act("GET", id+"/stages/"+st[1]["id"].(string)+"/items", nil).want(200, "sourceItemId")
	who := l.world.DemoPeople()[0].User.ID
	l.act("POST", id+"/roleAssignments", map[string]any{"principal": map[string]any{"id": who, "type": "User"}, "role": "Admin"}).want(200, "")
	if n := len(rows(l.act("GET", id+"/roleAssignments", nil).ok(), "value")); n != 2 {
		t.Errorf("%d roles", n)
	}
	l.act("DELETE", id+"/roleAssignments/"+who, nil).want(200, "")
	l.act("PATCH", id, map[string]any{"displayName": "Zebra Two"}).want(200, "Zebra Two")
	l.act("POST", id+"/stages/"+st[0]["id"].(string)+"/unassignWorkspace", nil).want(200, "")
	l.act("DELETE", id, nil).want(200, "")
}

func r2(r reply) map[string]any {
	var m map[string]any
	r.decode(&m)
	return m
}

// TestPairingIsUnambiguous: two items of one name cannot be paired, and taking a
// workspace out forgets pairs and history.
func TestPairingIsUnambiguous(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.fill(l.test, func(w *world.Workspace) {
		for range 2 {
			w.Items = append(w.Items, world.Item{ID: l.world.NewID(), Kind: world.KindModel, Name: "sales", Model: &world.Model{}})
		}
	})
	l.assign(0, l.dev).want(200, "")
	l.assign(1, l.test).want(400, "AmbiguousPairing")
	l.fill(l.test, func(w *world.Workspace) { w.Items = nil })
	l.assign(1, l.test).want(200, "")
	l.clock.Advance(2 * time.Minute)
	l.outcome(l.deployAll(all))
	history := func() int { return len(rows(l.act("GET", "pipelines/"+l.id+"/operations", nil).ok(), "value")) }
	if n := history(); n != 1 {
		t.Errorf("%d deployments are told", n)
	}
	l.act("POST", "pipelines/"+l.id+"/stages/1/unassignWorkspace", nil).want(200, "")
	if n := history(); n != 0 {
		t.Errorf("%d deployments are told after the workspace was taken out", n)
	}
}

// TestStoppedAndFullCapacities: neither takes a workspace or a deployment.
func TestStoppedAndFullCapacities(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.both()
	full := l.capacity()
	l.cloud.Acts.FillCapacity(full)
	l.act("POST", "groups/"+l.dev+"/AssignToCapacity", map[string]any{"capacityId": full}).want(200, "")
	l.clock.Advance(5 * time.Minute)
	l.act("GET", "groups/"+l.dev+"/CapacityAssignmentStatus", nil).want(200, "AssignmentFailed")
	for _, k := range l.world.Capacities(start) {
		if k.ID != full {
			continue
		}
		if err := l.world.MutateCapacity(k.ID, l.clock.Now(), func(c *world.Capacity) error { c.State = "Suspended"; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	l.deployAll(all).want(400, "WorkspaceHasNoCapacity")
	l.act("POST", "/v1/workspaces", map[string]any{"displayName": "Zebra Paused", "capacityId": full}).want(400, "CapacityNotInActiveState")
}

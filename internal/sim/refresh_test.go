package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/sim/world"
)

// modelOn makes a workspace, on a capacity or not, with one model in it.
func (b *bundle) modelOn(capacity bool) (ws, model string) {
	b.t.Helper()
	if capacity {
		ws = b.make("Zebra Models")
	} else {
		ws = b.act("POST", "groups?workspaceV2=True", map[string]any{"name": "Zebra Shared Models"}).id()
	}
	model = b.world.NewID()
	err := b.world.Mutate(ws, b.clock.Now(), func(w *world.Workspace) error {
		w.Items = append(w.Items, world.Item{ID: model, Kind: world.KindModel, Name: "Sales", Created: start, Modified: start,
			Model: &world.Model{Refreshable: true, Schema: schema("Amount")}})
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ws, model
}

var quiet = map[string]any{"notifyOption": "NoNotification"}

func (b *bundle) history(model string) []map[string]any {
	b.t.Helper()
	return rows(b.act("GET", "datasets/"+model+"/refreshes", nil).ok(), "value")
}

func TestStandardRefresh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, model := b.modelOn(false)
	r := b.act("POST", "groups/"+ws+"/datasets/"+model+"/refreshes", quiet)
	id := r.header.Get("RequestId")
	if r.status != 202 || len(r.body) > 0 || id != strings.ToUpper(id) || r.header.Get("Location") != "" {
		t.Fatalf("%d %v %s", r.status, r.header, r.body)
	}
	b.clock.Advance(time.Second)
	h := b.history(model)
	if len(h) != 1 || h[0]["status"] != "Unknown" || h[0]["endTime"] != nil || !strings.EqualFold(fmt.Sprint(h[0]["requestId"]), id) ||
		h[0]["requestId"] == id {
		t.Errorf("while it runs: %v", h)
	}
	busy := b.act("POST", "datasets/"+model+"/refreshes", quiet)
	if want := contract.Error("error_400_refresh_busy.json"); busy.status != want.Status || !strings.Contains(string(want.Body), "already executing") {
		t.Errorf("busy: %d %s", busy.status, busy.body)
	}
	busy.want(400, "Another refresh request is already executing")
	b.clock.Advance(10 * time.Minute)
	if h := b.history(model); h[0]["status"] != "Completed" || h[0]["endTime"] == nil {
		t.Errorf("afterwards: %v", h)
	}
	b.act("POST", "datasets/"+model+"/refreshes", map[string]any{"notifyOption": "MailOnFailure"}).want(400, "MailOnFailure")
	b.act("POST", "datasets/"+model+"/refreshes", map[string]any{"type": "full", "notifyOption": "NoNotification"}).want(400, "capacity")
	for i := 1; i < 8; i++ {
		b.act("POST", "datasets/"+model+"/refreshes", quiet).want(202, "")
		b.clock.Advance(5 * time.Minute)
	}
	b.act("POST", "datasets/"+model+"/refreshes", quiet).want(400, "limit of '8'")
	b.call("scanner", "POST", "/v1.0/myorg/datasets/"+model+"/refreshes", quiet).want(404, "")
}

func TestEnhancedRefresh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, model := b.modelOn(true)
	base := "groups/" + ws + "/datasets/" + model + "/refreshes"
	ask := map[string]any{"notifyOption": "NoNotification", "type": "full", "commitMode": "transactional", "objects": []map[string]any{{"table": "Sales"}}}
	r := b.act("POST", base, ask)
	at := strings.TrimPrefix(r.header.Get("Location"), b.at.API+"/v1.0/myorg/")
	if r.status != 202 || !strings.HasSuffix(at, r.header.Get("x-ms-request-id")) {
		t.Fatalf("%d %v %s", r.status, r.header, r.body)
	}
	b.clock.Advance(time.Second)
	b.act("GET", at, nil).want(202, `"InProgress"`)
	b.clock.Advance(10 * time.Minute)
	b.act("GET", at, nil).want(200, `"Completed"`)
	b.act("DELETE", at, nil).want(400, "not under way")
	second := b.act("POST", base, ask)
	at = strings.TrimPrefix(second.header.Get("Location"), b.at.API+"/v1.0/myorg/")
	b.clock.Advance(time.Second)
	b.act("DELETE", at, nil).want(200, "")
	b.act("GET", at, nil).want(200, `"Cancelled"`)
	for name, bad := range map[string]map[string]any{"type": {"type": "wish"}, "mode": {"commitMode": "wish"},
		"policy": {"commitMode": "partialBatch"}, "parallelism": {"maxParallelism": 0}} {
		bad["notifyOption"] = "NoNotification"
		if r := b.act("POST", base, bad); r.status != 400 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	b.act("GET", base+"/11111111-2222-3333-4444-555555555555", nil).want(404, "")
}

func TestScheduleHasAnOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, model := b.modelOn(true)
	at := "groups/" + ws + "/datasets/" + model
	set := func(v map[string]any) reply { return b.act("PATCH", at+"/refreshSchedule", map[string]any{"value": v}) }
	good := map[string]any{"days": []string{"Monday"}, "times": []string{"07:00", "11:30"}, "enabled": true, "localTimeZoneId": "UTC"}
	set(good).want(403, "owner")
	b.act("POST", at+"/Default.TakeOver", nil).want(200, "")
	set(good).want(200, "")
	if s := b.act("GET", at+"/refreshSchedule", nil).ok(); s["enabled"] != true || len(s["times"].([]any)) != 2 {
		t.Errorf("the schedule is %v", s)
	}
	for name, v := range map[string]map[string]any{"time": {"times": []string{"07:15"}}, "day": {"days": []string{"Someday"}}, "none": {"days": []string{}},
		"mail": {"notifyOption": "MailOnFailure"}, "off and more": {"enabled": false, "days": []string{"Monday"}}} {
		if r := set(v); r.status != 400 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	set(map[string]any{"enabled": false}).want(200, "")
	b.unchecked = true
	b.act("PATCH", at+"/refreshSchedule", good).want(400, "value")
	b.act("POST", at+"/refreshes", quiet).want(202, "")
	b.clock.Advance(10 * time.Minute)
	if h := b.history(model); h[0]["status"] != "Failed" {
		t.Errorf("after a take-over the credentials are gone, yet: %v", h[0])
	}
}

// A dataflow tells its refreshes as transactions: no cause, and a status of its
// own spelling.
func TestTransactionsOfADataflow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws := b.make("Zebra Flows")
	flow := b.world.NewID()
	err := b.world.Mutate(ws, b.clock.Now(), func(w *world.Workspace) error {
		w.Items = append(w.Items, world.Item{ID: flow, Kind: world.KindDataflow, Name: "Staging", Created: start, Modified: start, Dataflow: &world.Dataflow{}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	now := b.clock.Now()
	b.world.AddRefresh(flow, world.Refresh{RequestID: "0f1e2d3c-0000-4000-8000-000000000001", Type: "Scheduled", Start: now.Add(-2 * time.Hour), End: now.Add(-time.Hour), Status: world.RefreshFailed, ErrorCode: "x"})
	b.world.AddRefresh(flow, world.Refresh{RequestID: "0f1e2d3c-0000-4000-8000-000000000002", Type: "OnDemand", Start: now.Add(-time.Minute), End: now.Add(time.Hour), Status: world.RefreshCompleted})
	got := rows(b.act("GET", "groups/"+ws+"/dataflows/"+flow+"/transactions", nil).ok(), "value")
	if len(got) != 2 || got[0]["status"] != "InProgress" || got[0]["endTime"] != nil || got[1]["status"] != "Failed" || !strings.HasSuffix(fmt.Sprint(got[1]["id"]), "0001$1") {
		t.Errorf("the transactions are %v", got)
	}
	b.act("GET", "groups/"+b.make("Zebra Other")+"/dataflows/"+flow+"/transactions", nil).want(404, "")

	at := "groups/" + ws + "/dataflows/"
	quiet := map[string]any{"notifyOption": "NoNotification"}
	b.act("POST", at+flow+"/refreshes", quiet).want(400, "already executing")
	running := fmt.Sprint(got[0]["id"])
	if r := b.act("POST", at+"transactions/"+url.PathEscape(running)+"/cancel", nil).ok(); r["status"] != "successfullyMarked" || r["transactionId"] != running {
		t.Errorf("cancelling answered %v", r)
	}
	if r := b.act("POST", at+"transactions/"+url.PathEscape(running)+"/cancel", nil).ok(); r["status"] != "alreadyConcluded" {
		t.Errorf("cancelling it again answered %v", r)
	}
	b.clock.Advance(time.Minute)
	b.act("POST", at+flow+"/refreshes", quiet).want(200, "")
	got = rows(b.act("GET", at+flow+"/transactions", nil).ok(), "value")
	if len(got) != 3 || got[0]["status"] != "InProgress" || got[1]["status"] != "Cancelled" {
		t.Errorf("started anew, the transactions are %v", got)
	}
}

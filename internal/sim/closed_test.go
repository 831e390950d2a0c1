package sim_test

import (
	"fmt"
	"strings"
	"testing"

	"steward/internal/sim/rest"
)

// TestClosedToApps: the updates that only a person who administers Fabric can make
// are refused to an app in the words of the service, whatever it sends.
func TestClosedToApps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	n := 0
	for _, s := range []rest.Service{rest.PowerBI, rest.Fabric} {
		for _, op := range b.cloud.Operations(s) {
			if op.Access != rest.DelegatedAdmin {
				continue
			}
			path := op.Path
			for strings.Contains(path, "{") {
				i, j := strings.Index(path, "{"), strings.Index(path, "}")
				path = path[:i] + "3fadb6e4-130c-4a8f-aeac-416e38b66756" + path[j+1:]
			}
			r := b.act(op.Method, path, map[string]any{})
			if r.status != 401 && r.status != 403 {
				t.Errorf("%s answers %d: %s", op.ID, r.status, r.body)
			}
			n++
		}
	}
	if n < 14 {
		t.Errorf("only %d operations are closed", n)
	}
	for _, c := range [][2]string{{"GET", "reports"}, {"GET", "datasets"}, {"GET", "dashboards"}, {"GET", "imports"},
		{"POST", "AssignToCapacity"}, {"POST", "imports?datasetDisplayName=x.pbix"}} {
		b.act(c[0], c[1], nil).want(403, "API is not accessible for application")
	}
}

// TestWithoutTheWorkspace: the operations on a dataset are the same with and
// without the workspace in the path.
func TestWithoutTheWorkspace(t *testing.T) {
	t.Parallel()
	l := contentLine(t)
	at := "datasets/" + l.model
	l.act("POST", "groups/"+l.dev+"/"+at+"/Default.TakeOver", nil).want(200, "")
	l.act("GET", at+"/parameters", nil).want(200, "Server")
	l.act("GET", at+"/datasources", nil).want(200, "Sql")
	l.act("GET", at+"/Default.GetBoundGatewayDatasources", nil).want(200, "credentialType")
	found := rows(l.act("GET", at+"/Default.DiscoverGateways", nil).ok(), "value")
	l.act("POST", at+"/Default.BindToGateway", map[string]any{"gatewayObjectId": found[0]["id"]}).want(200, "")
	l.act("POST", at+"/executeQueries", map[string]any{"queries": []any{map[string]any{"query": "EVALUATE {[Total]}"}}}).want(200, "results")
	set := map[string]any{"updateDetails": []any{map[string]any{"name": "Server", "newValue": "x"}}}
	l.act("POST", at+"/Default.UpdateParameters", set).want(200, "")
	l.act("PATCH", at+"/refreshSchedule", map[string]any{"value": map[string]any{"days": []string{"Monday"}, "times": []string{"07:00"}}}).want(200, "")
	r := l.act("POST", at+"/refreshes", map[string]any{"type": "Full"})
	where := strings.TrimPrefix(r.header.Get("Location"), l.at.API+"/v1.0/myorg/")
	l.act("GET", where, nil).want(202, "InProgress")
	l.act("DELETE", where, nil).want(200, "")
	l.act("GET", where, nil).want(200, "Cancelled")
	l.fillModelWithoutParameters()
	change := map[string]any{"datasourceSelector": map[string]any{"datasourceType": "Sql"}, "connectionDetails": map[string]any{"server": "a", "database": "b"}}
	l.act("POST", at+"/Default.UpdateDatasources", map[string]any{"updateDetails": []any{change}}).want(200, "")
	board := l.act("POST", "groups/"+l.dev+"/dashboards", map[string]any{"name": "Board"}).id()
	l.act("GET", "groups/"+l.dev+"/dashboards/"+board, nil).want(200, "Board")
	l.act("GET", "groups/"+l.dev+"/reports/"+l.report, nil).want(200, "Sales Report")
	for r := range l.world.All(l.clock.Now()) {
		for _, it := range r.Items {
			if it.Report != nil {
				l.get("/v1.0/myorg/admin/reports/" + it.ID + "/subscriptions").ok()
				return
			}
		}
	}
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	for _, path := range []string{"/v1.0/myorg/nothing", "/v1.0/myorg/datasets/x/Export", "/v1/nothing", "/v1.0/nothing"} {
		if r := b.call("executor", "GET", path, nil); r.status != 404 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := b.act("DELETE", "pipelines", nil); r.status != 405 || !strings.Contains(fmt.Sprint(r.header["Allow"]), "GET") {
		t.Errorf("a wrong method: %d %v", r.status, r.header)
	}
}

package contract

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// sampleOperation matches the "official swagger example #1 of GET /path" of
// SOURCES.md.
var sampleOperation = regexp.MustCompile(`^\| (\S+\.json) \| .*official swagger example #\d+ of (GET|POST|PUT|PATCH|DELETE) (\S+)`)

// TestSamplesFit checks that every official answer passes the check of the
// operation that it is an example of: the list of deviations is complete.
func TestSamplesFit(t *testing.T) {
	t.Parallel()
	sources, err := os.ReadFile("samples/SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(sources)) {
		m := sampleOperation.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[1], ".request.") {
			continue
		}
		n++
		t.Run(m[1], func(t *testing.T) {
			t.Parallel()
			path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(m[3], "3fadb6e4-130c-4a8f-aeac-416e38b66756")
			path = strings.Replace(path, "stages/3fadb6e4-130c-4a8f-aeac-416e38b66756/", "stages/0/", 1)
			req := httptest.NewRequest(m[2], "https://api.powerbi.com/v1.0/myorg"+path, nil)
			status := 200
			if strings.Contains(m[1], "202") {
				status = 202
			}
			for _, p := range CheckResponse(req, status, http.Header{"Content-Type": {"application/json"}}, Sample(m[1])) {
				t.Error(p)
			}
		})
	}
	if n < 50 {
		t.Errorf("only %d official samples were checked", n)
	}
}

func TestFabricSamplesFit(t *testing.T) {
	t.Parallel()
	const id = "/3fadb6e4-130c-4a8f-aeac-416e38b66756"
	for sample, path := range map[string]string{
		"fabric_tenantSettings.json":                "/v1/admin/tenantsettings",
		"fabric_domains.json":                       "/v1/admin/domains",
		"fabric_domain_workspaces.json":             "/v1/admin/domains" + id + "/workspaces",
		"fabric_admin_workspaces.json":              "/v1/admin/workspaces",
		"fabric_admin_items.json":                   "/v1/admin/items",
		"fabric_admin_workspace_users.json":         "/v1/admin/workspaces" + id + "/users",
		"fabric_admin_item_users.json":              "/v1/admin/workspaces" + id + "/items" + id + "/users",
		"fabric_admin_user_access.json":             "/v1/admin/users" + id + "/access",
		"fabric_git_connections.json":               "/v1/admin/workspaces/discoverGitConnections",
		"fabric_git_status.json":                    "/v1/workspaces" + id + "/git/status",
		"fabric_lro_running.json":                   "/v1/operations" + id,
		"fabric_lro_succeeded.json":                 "/v1/operations" + id,
		"fabric_lro_failed.json":                    "/v1/operations" + id,
		"fabric_deploymentPipeline.json":            "/v1/deploymentPipelines" + id,
		"fabric_deploymentPipeline_stageItems.json": "/v1/deploymentPipelines" + id + "/stages" + id + "/items",
		"fabric_deploymentPipeline_operations.json": "/v1/deploymentPipelines" + id + "/operations",
		"fabric_deploymentPipeline_operation.json":  "/v1/deploymentPipelines" + id + "/operations" + id,
	} {
		req := httptest.NewRequest("GET", "https://api.fabric.microsoft.com"+path, nil)
		for _, p := range CheckResponse(req, 200, jsonHeader, Sample(sample)) {
			t.Errorf("%s: %s", sample, p)
		}
	}
}

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

func TestErrorSamplesFit(t *testing.T) {
	t.Parallel()
	for _, name := range Samples("error_") {
		if strings.HasPrefix(name, "error_token_") {
			continue // the token endpoint is not covered
		}
		url := "https://api.powerbi.com/v1.0/myorg/groups"
		if strings.HasPrefix(name, "error_fabric_") {
			url = "https://api.fabric.microsoft.com/v1/workspaces"
		}
		e := Error(name)
		header := http.Header{}
		for k, v := range e.Header {
			header.Set(k, v)
		}
		for _, p := range CheckResponse(httptest.NewRequest("GET", url, nil), e.Status, header, e.Body) {
			t.Errorf("%s: %s", name, p)
		}
	}
}

// TestBreaches checks that what must be found is found: a checker that never
// complains would pass every other test.
func TestBreaches(t *testing.T) {
	t.Parallel()
	const api = "https://api.powerbi.com/v1.0/myorg"
	requests := []struct{ name, method, url, body, want string }{
		{"unknown operation", "GET", api + "/admin/everything", "", "no such operation"},
		{"required parameter", "GET", api + "/admin/groups", "", "required parameter $top is missing"},
		{"out of range", "GET", api + "/admin/groups?$top=5001", "", "out of range"},
		{"not an integer", "GET", api + "/admin/groups?$top=ten", "", "not an integer"},
		{"not declared", "GET", api + "/admin/groups?$top=1&$order=name", "", "parameter $order is not declared"},
		{"given twice", "GET", api + "/admin/groups?$top=1&$top=2", "", "given 2 times"},
		{"path is no GUID", "GET", api + "/admin/groups/abc/users", "", "is not a GUID"},
		{"boolean", "POST", api + "/admin/workspaces/getInfo?lineage=yes", `{"workspaces":[]}`, "is not true or false"},
		{"missing body", "POST", api + "/admin/workspaces/getInfo", "", "required body is missing"},
		{"undeclared body field", "POST", api + "/admin/workspaces/getInfo", `{"workspaces":[],"force":true}`, "body field force is not declared"},
		{"wrong type in body", "POST", api + "/admin/workspaces/getInfo", `{"workspaces":"all"}`, "workspaces: value must be an array"},
		{"body on a GET", "GET", api + "/admin/groups?$top=1", `{"a":1}`, "a body is sent where none is declared"},
		{"closed list of values", "POST", api + "/groups/3fadb6e4-130c-4a8f-aeac-416e38b66756/users", `{"identifier":"a","principalType":"Robot","groupUserAccessRight":"Admin"}`, "principalType"},
	}
	for _, c := range requests {
		t.Run("request: "+c.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(c.method, c.url, nil)
			req.Header.Set("Content-Type", "application/json")
			wantOne(t, CheckRequest(req, []byte(c.body)), c.want)
		})
	}
	answers := []struct {
		name, method, path string
		status             int
		body, want         string
	}{
		{"undeclared status", "GET", "/admin/groups?$top=1", 206, `{}`, "status is not declared"},
		{"wrong type", "GET", "/admin/groups?$top=1", 200, `{"value":[{"id":7}]}`, "value[].id"},
		{"null list", "GET", "/admin/groups?$top=1", 200, `{"value":null}`, "value:"},
		{"missing required", "GET", "/admin/capacities", 200, `{"value":[{"id":"3fadb6e4-130c-4a8f-aeac-416e38b66756"}]}`, "state"},
		{"not JSON", "GET", "/admin/capacities", 200, `<html>`, "not JSON"},
		{"empty", "GET", "/admin/capacities", 200, ``, "body is missing"},
		{"bad date", "POST", "/admin/workspaces/getInfo", 202, `{"createdDateTime":"yesterday"}`, "createdDateTime"},
		{"bare error", "GET", "/admin/capacities", 401, ``, "neither body nor"},
		{"foreign error", "GET", "/admin/capacities", 400, `{"oops":1}`, "neither error.code nor message"},
	}
	for _, c := range answers {
		t.Run("answer: "+c.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(c.method, api+c.path, nil)
			wantOne(t, CheckResponse(req, c.status, jsonHeader, []byte(c.body)), c.want)
		})
	}
}

func wantOne(t *testing.T, problems []string, want string) {
	t.Helper()
	if len(problems) == 0 {
		t.Fatal("nothing was found")
	}
	if !strings.Contains(strings.Join(problems, "\n"), want) {
		t.Errorf("found %q, want one with %q", problems, want)
	}
}

// recorder is a TB that keeps what is reported.
type recorder struct{ lines []string }

func (*recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// TestRoundTripper checks that a breach on the wire reaches the test, from the
// client's side and from the server's, and that the bodies survive the check.
func TestRoundTripper(t *testing.T) {
	t.Parallel()
	server, client := &recorder{}, &recorder{}
	srv := httptest.NewServer(New(server).Handler(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"id":%d,"status":"NotStarted"}`, len(body))
	})))
	defer srv.Close()
	hc := &http.Client{Transport: New(client).RoundTripper(http.DefaultTransport)}
	res, err := hc.Post(srv.URL+"/pretend/v1.0/myorg/admin/workspaces/getInfo?lineage=True", "application/json",
		strings.NewReader(`{"workspaces":["3740504d-1f93-42f9-8e9d-c8ba9b787a3b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != `{"id":55,"status":"NotStarted"}` {
		t.Errorf("body after the checks: %s", body)
	}
	for side, got := range map[string]*recorder{"server": server, "client": client} {
		if len(got.lines) != 1 || !strings.Contains(got.lines[0], "WorkspaceInfo_PostWorkspaceInfo (202): id: value must be a string") {
			t.Errorf("%s reported %q", side, got.lines)
		}
	}
}

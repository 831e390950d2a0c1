package sim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/world"
)

// start is the moment at which the tests' tenants live, unless they say
// otherwise: a Tuesday afternoon.
var start = time.Date(2026, 10, 20, 14, 30, 0, 0, time.UTC)

// bundle is a running stand-in and somebody who calls it.
type bundle struct {
	t     *testing.T
	cloud *sim.Cloud
	world *world.World
	clock *sim.Clock
	at    sim.Endpoints
	http  *http.Client
	token map[string]string
	// unchecked turns the check against Microsoft's definitions off, for calls
	// that are wrong on purpose.
	unchecked bool
}

// setup starts a stand-in over a small tenant, with its clock standing still.
func setup(t *testing.T, edit ...func(*sim.Config)) *bundle {
	t.Helper()
	w := world.New(world.Config{Seed: 1, Workspaces: 150})
	clock := sim.FrozenClock(start)
	cfg := sim.Config{World: w, Clock: clock, Scans: powerbi.Scans{Instant: true}, Logf: t.Logf}
	for _, e := range edit {
		e(&cfg)
	}
	cloud := sim.New(cfg)
	at, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, cloud: cloud, world: cfg.World, clock: clock, at: at, token: map[string]string{},
		http: &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
		if n := cloud.Counters().Panics; n != 0 {
			t.Errorf("%d handlers failed in a way nobody foresaw", n)
		}
	})
	return b
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   []byte
	t      *testing.T
}

// as gets a token for an app and a resource and remembers it.
func (b *bundle) as(app, resource string) string {
	b.t.Helper()
	if tok := b.token[app+resource]; tok != "" {
		return tok
	}
	a, ok := b.cloud.Entra.App(app)
	if !ok {
		b.t.Fatalf("there is no app %s", app)
	}
	r := b.form(b.tokenURL(), url.Values{"grant_type": {"client_credentials"}, "client_id": {a.ClientID},
		"client_secret": {a.Secret}, "scope": {resource + "/.default"}})
	var out struct {
		Token string `json:"access_token"`
	}
	r.decode(&out)
	if out.Token == "" {
		b.t.Fatalf("no token for %s: %d %s", app, r.status, r.body)
	}
	b.token[app+resource] = out.Token
	return out.Token
}

func (b *bundle) tokenURL() string {
	return b.at.Authority + "/" + b.world.Config().TenantID + "/oauth2/v2.0/token"
}

func (b *bundle) form(to string, v url.Values) reply {
	b.t.Helper()
	req, err := http.NewRequest("POST", to, strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

func (b *bundle) do(req *http.Request) reply {
	b.t.Helper()
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return reply{res.StatusCode, res.Header, body, b.t}
}

// call makes a request as an app; path begins after the service's base.
func (b *bundle) call(app, method, path string, body any) reply {
	b.t.Helper()
	base, resource := b.at.API, entra.PowerBIResource
	switch {
	case strings.HasPrefix(path, "/v1/"):
		base, resource = b.at.Fabric, entra.FabricResource
	case strings.HasPrefix(path, "/v1.0/") && !strings.HasPrefix(path, "/v1.0/myorg"):
		base, resource = b.at.Graph, entra.GraphResource
	}
	if strings.HasPrefix(path, "http") {
		base = ""
	}
	var text io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		text = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, base+path, text)
	if err != nil {
		b.t.Fatal(err)
	}
	if app != "" {
		req.Header.Set("Authorization", "Bearer "+b.as(app, resource))
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	r := b.do(req)
	if !b.unchecked {
		b.check(req, r)
	}
	return r
}

// check holds an answer against Microsoft's definitions.
func (b *bundle) check(req *http.Request, r reply) {
	b.t.Helper()
	holds(req, r.status)
	for _, p := range contract.CheckResponse(req, r.status, r.header, r.body) {
		if !isKnown(p) {
			b.t.Errorf("%s %s: %s", req.Method, req.URL.Path, p)
		}
	}
}

// get calls as the scanner.
func (b *bundle) get(path string) reply {
	b.t.Helper()
	return b.call("scanner", "GET", path, nil)
}

// admin gets an admin path of Power BI and wants a 200.
func (b *bundle) admin(path string) map[string]any {
	b.t.Helper()
	return b.get("/v1.0/myorg/admin/" + path).ok()
}

func (r reply) decode(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("status %d, not JSON (%v): %.300s", r.status, err, r.body)
	}
}

func (r reply) ok() map[string]any {
	r.t.Helper()
	if r.status != 200 {
		r.t.Fatalf("status %d: %.500s", r.status, r.body)
	}
	var m map[string]any
	r.decode(&m)
	return m
}

func (r reply) want(status int, part string) {
	r.t.Helper()
	if r.status != status || !strings.Contains(string(r.body), part) {
		r.t.Errorf("status %d, body %.300s; want %d with %q", r.status, r.body, status, part)
	}
}

// rows are the elements of a list answer.
func rows(m map[string]any, key string) []map[string]any {
	var out []map[string]any
	list, _ := m[key].([]any)
	for _, x := range list {
		if o, ok := x.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// known are the places where the stand-in departs from the definitions on
// purpose, beyond those that internal/contract knows from Microsoft's own
// examples. Each has its reason.
var known = []struct{ operation, problem, reason string }{
	{"WorkspaceInfo_GetScanResult", "reports[].reportType: value is not one of the allowed", "new kinds of report appear without notice (guide, section 11)"},
	{"Reports_GetReports", "reportType: value is not one of the allowed", "as above, in the lists of reports"},
	{"Groups_GetGroup", "reports[].reportType: value is not one of the allowed", "as above, expanded"},
	{"Dataflows_ExportDataflowAsAdmin", "value must be a string", "declared as a file; the file is JSON"},
	{"Admin_GetRefreshable", "startTime: Value is not nullable", "null for models that never ran, seen live (guide, section 5)"},
}

func isKnown(problem string) bool {
	for _, k := range known {
		if strings.Contains(problem, k.operation) && strings.Contains(problem, k.problem) {
			return true
		}
	}
	return false
}

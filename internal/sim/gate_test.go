package sim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/world"
)

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	c := sim.New(sim.Config{World: world.New(world.Config{Seed: 1, Workspaces: 10})})
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.168.1.1:0", "example.com:0"} {
		if _, err := c.Start(addr); !errors.Is(err, sim.ErrNotLoopback) {
			t.Errorf("%s: %v", addr, err)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://rebound.example/_sim/", nil)
	if c.Handler().ServeHTTP(w, r); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("a foreign name is answered %d", w.Code)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	for name, c := range map[string]struct {
		method, path string
		status       int
		part         string
	}{
		"no such path":         {"GET", "/v1.0/myorg/nothing", 404, "Message"},
		"no such admin path":   {"GET", "/v1.0/myorg/admin/groups/x/y/z", 404, "Message"},
		"wrong method":         {"DELETE", "/v1.0/myorg/admin/capacities", 405, "does not support http method"},
		"head":                 {"HEAD", "/v1.0/myorg/admin/capacities", 405, ""},
		"fabric, no such path": {"GET", "/v1/nothing", 404, "errorCode"},
		"fabric, method":       {"POST", "/v1/admin/items", 405, "errorCode"},
		"graph, no such path":  {"GET", "/v1.0/hats", 404, "error"},
		"another case":         {"GET", "/v1.0/myorg/Admin/Capacities", 200, "value"},
		"no such workspace":    {"GET", "/v1.0/myorg/admin/groups/%2e%2e", 404, ""},
	} {
		r := b.call("scanner", c.method, c.path, nil)
		if r.status != c.status || !strings.Contains(string(r.body), c.part) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if c.status == 405 && r.header.Get("Allow") != "GET" {
			t.Errorf("%s: Allow is %q", name, r.header.Get("Allow"))
		}
	}
}

func TestEveryAnswerIsStamped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	r := b.get("/v1.0/myorg/admin/capacities")
	id := r.header.Get("RequestId")
	if len(id) != 36 || id != strings.ToUpper(id) || !strings.EqualFold(id, r.header.Get("x-ms-request-id")) {
		t.Errorf("RequestId is %q, x-ms-request-id %q", id, r.header.Get("x-ms-request-id"))
	}
	if d, err := http.ParseTime(r.header.Get("Date")); err != nil || !d.Equal(start) {
		t.Errorf("Date is %q", r.header.Get("Date"))
	}
	if bad := b.get("/v1.0/myorg/nothing"); bad.header.Get("RequestId") == "" {
		t.Error("an error has no RequestId")
	}
	if f := b.get("/v1/nothing"); f.header.Get("requestId") == "" || f.header.Get("x-ms-public-api-error-code") == "" {
		t.Errorf("Fabric's headers are %v", f.header)
	}
	raw, err := b.raw(capacities)
	if err != nil || raw.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("no gzip for who accepts it: %v %v", err, raw.header)
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	steer := func(method, path, body string, header bool) reply {
		req, err := http.NewRequest(method, b.at.Control+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if header {
			req.Header.Set("X-Stand-In", "1")
		}
		return b.do(req)
	}
	steer("PUT", "/clock", `{"advance":"1h"}`, false).want(403, "X-Stand-In")
	steer("PUT", "/clock", `{"advance":"1h"}`, true).want(200, "2026-10-20T15:30:00Z")
	steer("PUT", "/clock", `{"set":"2026-08-01T00:00:00Z"}`, true).want(200, "2026-08-01")
	steer("PUT", "/clock", `{"advance":"soon"}`, true).want(400, "soon")
	steer("PUT", "/faults", "faults: [{match: '*capacities', status: 503}]", true).want(200, "1")
	b.get(capacities).want(503, "")
	steer("PUT", "/faults", "faults: [{mtach: x}]", true).want(400, "mtach")
	steer("DELETE", "/faults", "", true).want(200, "0")
	b.get(capacities).want(200, "")
	steer("PUT", "/apps/scanner", `{"readAdminAPIs":false}`, true).want(200, `"readAdminAPIs": false`)
	b.get(capacities).want(401, "")
	steer("PUT", "/apps/nobody", `{}`, true).want(400, "nobody")
	steer("GET", "/counters", "", false).want(200, "Admin_GetCapacitiesAsAdmin")
	if r := steer("GET", "/apps", "", false); strings.Contains(string(r.body), "ecret\":\"") {
		t.Errorf("secrets are told: %s", r.body)
	}
	var entries []sim.Entry
	steer("GET", "/journal?since=0", "", false).decode(&entries)
	if n := len(entries); n < 4 || entries[n-1].Status != 401 || entries[n-1].Caller != "scanner" {
		t.Errorf("the journal ends with %+v", entries[max(0, n-1):])
	}
	steer("DELETE", "/counters", "", true).want(200, `"refused": 0`)
	steer("GET", "/nothing", "", false).want(404, "")
}

func TestJournalIsCopied(t *testing.T) {
	t.Parallel()
	var copied bytes.Buffer
	b := setup(t, func(c *sim.Config) { c.Journal, c.JournalCopy = 3, &copied })
	for range 5 {
		b.get(capacities)
	}
	lines := strings.Split(strings.TrimSpace(copied.String()), "\n")
	var last sim.Entry
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 6 || last.Operation != "Admin_GetCapacitiesAsAdmin" {
		t.Errorf("%d lines, the last %+v, %v", len(lines), last, err)
	}
	if kept := b.cloud.Journal().Since(0); len(kept) != 3 || kept[2].Seq != 6 {
		t.Errorf("kept %+v", kept)
	}
	if strings.Contains(copied.String(), "client_secret") || strings.Contains(copied.String(), b.token["scannerhttps://analysis.windows.net/powerbi/api"]) {
		t.Error("a secret is in the journal")
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Latency = 20 * time.Millisecond })
	began := time.Now()
	b.get(capacities)
	if took := time.Since(began); took < 40*time.Millisecond {
		t.Errorf("a token and a call took %v", took)
	}
}

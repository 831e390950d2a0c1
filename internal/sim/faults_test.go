package sim_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/entra"
)

// faulty sets a fault file on a stand-in.
func (b *bundle) faulty(text string) {
	b.t.Helper()
	list, err := sim.ParseFaults([]byte("faults:\n  - " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")))
	if err != nil {
		b.t.Fatal(err)
	}
	b.unchecked = true
	b.cloud.SetFaults(list)
}

// raw makes a call without the client's own unzipping and tells how it ended.
func (b *bundle) raw(path string) (reply, error) {
	b.t.Helper()
	req, err := http.NewRequest("GET", b.at.API+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.as("scanner", entra.PowerBIResource))
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := b.http.Do(req)
	if err != nil {
		return reply{t: b.t}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, body, b.t}, err
}

const capacities = "/v1.0/myorg/admin/capacities"

func TestFaultsReplaceAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		fault  string
		status int
		part   string
		header map[string]string
	}{
		"status":           {"status: 503", 503, "UnknownError", nil},
		"status and body":  {"status: 500\nbody: '{\"x\":1}'\nheaders: {X-Why: because}", 500, `{"x":1}`, map[string]string{"X-Why": "because"}},
		"html":             {"html: true", 200, "<h1>Sign in", map[string]string{"Content-Type": "text/html; charset=utf-8"}},
		"empty":            {"empty: true", 200, "", map[string]string{"Content-Length": "0"}},
		"throttle, none":   {"throttle: none", 429, "exceeded", map[string]string{"Retry-After": ""}},
		"throttle, number": {"throttle: '7'", 429, "exceeded", map[string]string{"Retry-After": "7"}},
		"throttle, date":   {"throttle: date", 429, "exceeded", map[string]string{"Retry-After": "Tue, 20 Oct 2026 14:31:00 GMT"}},
		"throttle, absurd": {"throttle: '99999999999999999999'", 429, "exceeded", map[string]string{"Retry-After": "99999999999999999999"}},
		"deep":             {"deep: 100000", 200, strings.Repeat("[", 100000), nil},
		"huge":             {"huge: 3000000", 200, strings.Repeat("x", 3000000), nil},
		"content type":     {"contentType: text/plain", 200, `"value"`, map[string]string{"Content-Type": "text/plain"}},
	} {
		b.faulty("match: Admin_GetCapacitiesAsAdmin\n" + c.fault)
		r := b.get(capacities)
		if r.status != c.status || !strings.Contains(string(r.body), c.part) || c.part == "" && len(r.body) > 0 {
			t.Errorf("%s: %d %.100s", name, r.status, r.body)
		}
		for k, v := range c.header {
			if r.header.Get(k) != v {
				t.Errorf("%s: header %s is %q, want %q", name, k, r.header.Get(k), v)
			}
		}
	}
}

func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	b := setup(t)
	whole := b.get(capacities).body
	b.faulty("match: '*capacities'\ndrop: before")
	if _, err := b.raw(capacities); err == nil {
		t.Error("drop before: there was an answer")
	}
	b.faulty("match: '*capacities'\ncut: 30")
	if r, err := b.raw(capacities); err == nil || len(r.body) > 30 {
		t.Errorf("cut: %d bytes, error %v", len(r.body), err)
	}
	b.faulty("match: '*capacities'\ntruncate: 30")
	if r, err := b.raw(capacities); err != nil || len(r.body) != 30 || !bytes.HasPrefix(whole, r.body) {
		t.Errorf("truncate: %q, error %v", r.body, err)
	}
	b.faulty("match: '*capacities'\ngzip: broken")
	r, err := b.raw(capacities)
	if err != nil || r.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("gzip: %v, encoding %q", err, r.header.Get("Content-Encoding"))
	}
	if z, err := gzip.NewReader(bytes.NewReader(r.body)); err == nil {
		if _, err = io.ReadAll(z); err == nil {
			t.Error("gzip: the broken stream can be read")
		}
	}
	b.faulty("match: '*capacities'\nbytesPerSecond: 1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", b.at.API+capacities, nil)
	req.Header.Set("Authorization", "Bearer "+b.as("scanner", entra.PowerBIResource))
	res, err := b.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	began := time.Now()
	defer time.AfterFunc(100*time.Millisecond, cancel).Stop()
	if got, err := io.ReadAll(res.Body); err == nil || len(got) > 2+int(time.Since(began).Seconds()) {
		t.Errorf("slow: %d bytes in %s, error %v", len(got), time.Since(began), err)
	}
}

// TestLostReply: the call is performed, the caller does not learn of it.
func TestLostReply(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.modified("")[0]
	for _, fault := range []string{"drop: after", "status: 502\nperform: true"} {
		b.faulty("match: WorkspaceInfo_PostWorkspaceInfo\nfirst: 1\n" + fault)
		raw, _ := json.Marshal(map[string]any{"workspaces": []string{id}})
		req, _ := http.NewRequest("POST", b.at.API+"/v1.0/myorg/admin/workspaces/getInfo", bytes.NewReader(raw))
		req.Header.Set("Authorization", "Bearer "+b.as("scanner", entra.PowerBIResource))
		if res, err := b.http.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode != 502 {
				t.Errorf("%s: status %d", fault, res.StatusCode)
			}
		}
		last := b.cloud.Journal().Since(0)
		if e := last[len(last)-1]; !e.Performed || e.Outcome != 202 || e.Fault == "" || !strings.Contains(e.Body, id) {
			t.Errorf("%s: the journal says %+v", fault, e)
		}
	}
}

func TestFaultsRewriteLists(t *testing.T) {
	t.Parallel()
	b := setup(t)
	n := len(rows(b.admin("capacities"), "value"))
	b.faulty("match: '*capacities'\nduplicate: true")
	if got := len(rows(b.get(capacities).ok(), "value")); got != 2*n {
		t.Errorf("duplicate: %d rows, want %d", got, 2*n)
	}
	b.faulty("match: '*linksShared*'\nnextLink: foreign")
	links := "/v1.0/myorg/admin/widelySharedArtifacts/linksSharedToWholeOrganization"
	if uri, _ := b.get(links).ok()["continuationUri"].(string); !strings.HasPrefix(uri, "https://elsewhere.invalid/") {
		t.Errorf("foreign: %q", uri)
	}
	b.faulty("match: '*linksShared*'\nnextLink: endless")
	first := b.get(links)
	uri, _ := first.ok()["continuationUri"].(string)
	if next := b.call("scanner", "GET", uri, nil); !bytes.Equal(next.body, first.body) {
		t.Errorf("endless: the next page is %.200s", next.body)
	}
}

func TestFaultsChooseTheirMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	statuses := func(n int) string {
		var out []byte
		for range n {
			out = append(out, "24"[b.get(capacities).status/400])
		}
		return string(out)
	}
	for name, c := range map[string]struct{ when, want string }{
		"nth":            {"nth: 2", "24222"},
		"first":          {"first: 2", "44222"},
		"every":          {"every: 2", "24242"},
		"another caller": {"caller: executor", "22222"},
		"this caller":    {"caller: scanner", "44444"},
		"another text":   {"contains: nowhere", "22222"},
		"never":          {"probability: 0.0000001", "22222"},
		"not yet":        {"from: 1h", "22222"},
		"another":        {"first: 1", "42222"},
	} {
		b.faulty("match: 'GET */admin/capacities'\nstatus: 404\n" + c.when)
		if got := statuses(5); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	b.faulty("match: '*capacities'\nstatus: 404\nfrom: 10m\nto: 20m")
	for i, want := range []string{"2", "4", "2"} {
		if got := statuses(1); got != want {
			t.Errorf("window, step %d: %s, want %s", i, got, want)
		}
		b.clock.Advance(11 * time.Minute)
	}
	b.faulty("match: '*capacities'\nstatus: 404\nafter: WorkspaceInfo_GetModifiedWorkspaces\nwithin: 2m")
	if got := statuses(1); got != "2" {
		t.Errorf("lag before the write: %s", got)
	}
	b.modified("")
	if got := statuses(1); got != "4" {
		t.Errorf("lag after the write: %s", got)
	}
	b.clock.Advance(3 * time.Minute)
	if got := statuses(1); got != "2" {
		t.Errorf("lag, later: %s", got)
	}
}

func TestFaultFilesAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"faults: [{status: 500}]":               "match is missing",
		"faults: [{match: x, stauts: 500}]":     "stauts",
		"faults: [{match: x, drop: sometimes}]": "drop",
		"faults: [{match: x, delay: soon}]":     "soon",
		"faults: [{match: x, status: 99}]":      "99",
		"faults: [{match: x, after: y}]":        "within",
		"faults: [{match: x, nextLink: z}]":     "nextLink",
		"faults: [{match: x, gzip: z}]":         "gzip",
		"faults: {":                             "read faults",
	} {
		if _, err := sim.ParseFaults([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if list, err := sim.ParseFaults(nil); err != nil || len(list) != 0 {
		t.Errorf("an empty file: %v, %v", list, err)
	}
}

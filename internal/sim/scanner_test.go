package sim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/world"
)

const allFlags = "?lineage=true&datasourceDetails=true&datasetSchema=true&datasetExpressions=true&getArtifactUsers=true"

// modified lists workspace ids.
func (b *bundle) modified(query string) []string {
	b.t.Helper()
	r := b.get("/v1.0/myorg/admin/workspaces/modified" + query)
	if r.status != 200 {
		b.t.Fatalf("modified: %d %s", r.status, r.body)
	}
	var list []struct{ ID string }
	r.decode(&list)
	var ids []string
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return ids
}

func (b *bundle) submit(flags string, ids ...string) reply {
	b.t.Helper()
	return b.call("scanner", "POST", "/v1.0/myorg/admin/workspaces/getInfo"+flags, map[string]any{"workspaces": ids})
}

// scan submits, and reads the result.
func (b *bundle) scan(flags string, ids ...string) map[string]any {
	b.t.Helper()
	r := b.submit(flags, ids...)
	if r.status != 202 {
		b.t.Fatalf("getInfo: %d %s", r.status, r.body)
	}
	var sc struct{ ID string }
	r.decode(&sc)
	return b.admin("workspaces/scanResult/" + sc.ID)
}

func TestModified(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := b.modified("")
	want := 0
	for range b.world.Heads(start) {
		want++
	}
	if len(all) != want || want < 100 {
		t.Fatalf("modified lists %d workspaces, the tenant has %d", len(all), want)
	}
	for name, c := range map[string]struct {
		query string
		keep  func(world.Head) bool
	}{
		"without personal": {"?excludePersonalWorkspaces=true", func(h world.Head) bool { return h.Type != world.TypePersonal }},
		"without inactive": {"?excludeInActiveWorkspaces=true", func(h world.Head) bool { return h.State == world.StateActive }},
		"a week":           {"?modifiedSince=2026-10-13T14:30:00.0000000Z", func(h world.Head) bool { return h.Modified.After(start.AddDate(0, 0, -7)) }},
	} {
		want := 0
		for h := range b.world.Heads(start) {
			if c.keep(h) {
				want++
			}
		}
		if got := len(b.modified(c.query)); got != want || got == len(all) {
			t.Errorf("%s: %d workspaces, want %d of %d", name, got, want, len(all))
		}
	}
	for name, since := range map[string]string{"too new": "2026-10-20T14:15:00Z", "too old": "2026-09-19T00:00:00Z", "not a date": "yesterday"} {
		r := b.get("/v1.0/myorg/admin/workspaces/modified?modifiedSince=" + since)
		if r.status != 400 {
			t.Errorf("%s: status %d", name, r.status)
		}
	}
}

func TestScanTakesTime(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) {
		c.Scans = powerbi.Scans{Queued: 10 * time.Second, Running: 20 * time.Second}
	})
	ids := b.modified("")[:3]
	r := b.submit("", ids...)
	r.want(202, `"NotStarted"`)
	status := strings.TrimPrefix(r.header.Get("Location"), b.at.API)
	if !strings.Contains(status, "/v1.0/myorg/admin/workspaces/scanStatus/") {
		t.Fatalf("Location is %q", r.header.Get("Location"))
	}
	result := strings.Replace(status, "scanStatus", "scanResult", 1)
	for _, step := range []struct {
		after  time.Duration
		status string
		result int
	}{{0, "NotStarted", 400}, {15 * time.Second, "Running", 400}, {15 * time.Second, "Succeeded", 200}, {24 * time.Hour, "", 404}} {
		b.clock.Advance(step.after)
		clear(b.token)
		st := b.get(status)
		if step.status != "" {
			st.want(200, `"`+step.status+`"`)
		} else {
			st.want(404, "PowerBIEntityNotFound")
		}
		if (st.header.Get("Location") != "") != (step.status == "Succeeded") {
			t.Errorf("%s: Location is %q", step.status, st.header.Get("Location"))
		}
		if got := b.get(result); got.status != step.result {
			t.Errorf("%s: result answers %d, want %d", step.status, got.status, step.result)
		}
	}
}

func TestScanFlagsFilter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	ids := b.modified("?excludePersonalWorkspaces=true")[:90]
	keys := func(flags string) string {
		raw, err := json.Marshal(b.scan(flags, ids...))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	bare, full := keys(""), keys(allFlags)
	for flag, parts := range map[string][]string{
		"lineage":           {"tiles", "upstreamDataflows", "datasourceUsages"},
		"datasourceDetails": {"datasourceInstances", "misconfiguredDatasourceInstances"},
		"datasetSchema":     {"tables", "columns"},
		"getArtifactUsers":  {"users", "groupUserAccessRight", "reportUserAccessRight"},
	} {
		one := keys("?" + flag + "=true")
		for _, key := range parts {
			q := `"` + key + `":`
			if strings.Contains(bare, q) || !strings.Contains(one, q) || !strings.Contains(full, q) {
				t.Errorf("%s: key %s: without flags %v, with it %v, with all %v", flag, key,
					strings.Contains(bare, q), strings.Contains(one, q), strings.Contains(full, q))
			}
		}
	}
	schema, both := keys("?datasetSchema=true"), keys("?datasetSchema=true&datasetExpressions=true")
	if strings.Contains(schema, `"expressions":`) || strings.Contains(schema, `"source":`) || !strings.Contains(both, `"source":`) {
		t.Error("expressions do not follow their flag")
	}
	b.submit("?datasetExpressions=true", ids...).want(400, "datasetSchema")
	b.submit("?lineage=maybe", ids...).want(400, "lineage")
}

func TestDetailedMetadataNeedsTheSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.unchecked = true
	ids := b.modified("?excludePersonalWorkspaces=true")[:90]
	for name, c := range map[string]struct {
		edit               func(*entra.Switches)
		tables, expression bool
	}{
		"both on":         {func(*entra.Switches) {}, true, true},
		"no expressions":  {func(s *entra.Switches) { s.Expressions = false }, true, false},
		"no metadata":     {func(s *entra.Switches) { s.DetailedMetadata = false }, false, false},
		"expressions too": {func(s *entra.Switches) { s.DetailedMetadata, s.Expressions = true, true }, true, true},
	} {
		if err := b.cloud.Entra.Change("scanner", func(s *entra.Switches) { *s = entra.AllOn(); c.edit(s) }); err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(b.scan(allFlags, ids...))
		if strings.Contains(string(raw), `"tables":`) != c.tables || strings.Contains(string(raw), `"source":`) != c.expression {
			t.Errorf("%s: the result does not follow the settings", name)
		}
	}
}

func TestScanAcceptsForeignIDs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.modified("")[0]
	got := rows(b.scan(allFlags, mine, "11111111-2222-3333-4444-555555555555"), "workspaces")
	if len(got) != 2 || got[0]["id"] != mine || got[1]["state"] != "Not Found" || len(got[1]) != 2 {
		t.Errorf("workspaces are %v", got)
	}
}

func TestGetInfoRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("11111111-2222-3333-4444-%012d", i)
	}
	for name, body := range map[string]any{"none": map[string]any{"workspaces": []string{}}, "101": map[string]any{"workspaces": many},
		"not a GUID": map[string]any{"workspaces": []string{"x"}}, "a number": map[string]any{"workspaces": 7}, "a list": []int{1}, "null": nil} {
		b.unchecked = true
		if r := b.call("scanner", "POST", "/v1.0/myorg/admin/workspaces/getInfo", body); r.status != 400 {
			t.Errorf("%s: status %d", name, r.status)
		}
	}
}

func TestSixteenScans(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Scans = powerbi.Scans{Queued: time.Second, Running: time.Minute} })
	id := b.modified("")[0]
	for i := range 16 {
		if r := b.submit("", id); r.status != 202 {
			t.Fatalf("scan %d: %d", i+1, r.status)
		}
	}
	r := b.submit("", id)
	r.want(429, "Limit is 16")
	if h, has := r.header["Retry-After"]; has {
		t.Errorf("Retry-After is %v; this 429 has none", h)
	}
	b.clock.Advance(2 * time.Minute)
	b.submit("", id).want(202, "NotStarted")
	if c := b.cloud.Counters(); c.MaxUnfinishedScans != 16 || c.RefusedScans != 1 {
		t.Errorf("counters: at most %d unfinished, %d refused", c.MaxUnfinishedScans, c.RefusedScans)
	}
}

func TestScansFailOnOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Scans = powerbi.Scans{Instant: true, FailEvery: 2} })
	ids := b.modified("")
	b.cloud.PowerBI.SetScans(powerbi.Scans{Instant: true, FailWith: ids[1]})
	for want, id := range map[string]string{"Succeeded": ids[0], "Failed": ids[1]} {
		var sc struct{ ID string }
		b.submit("", id).decode(&sc)
		st := b.admin("workspaces/scanStatus/" + sc.ID)
		if st["status"] != want || (st["error"] != nil) != (want == "Failed") {
			t.Errorf("status is %v, want %s", st, want)
		}
	}
}

func TestEveryWorkspaceFitsTheDefinition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.modified("")
	for len(ids) > 0 {
		n := min(100, len(ids))
		for _, ws := range rows(b.scan(allFlags, ids[:n]...), "workspaces") {
			if ws["id"] == "" || ws["name"] == nil || ws["state"] == nil {
				t.Errorf("workspace %v has no id, name or state", ws["id"])
			}
		}
		ids = ids[n:]
	}
}

func TestUnknownScan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, p := range []string{"scanStatus", "scanResult"} {
		b.get("/v1.0/myorg/admin/workspaces/"+p+"/"+url.PathEscape("11111111-2222-3333-4444-555555555555")).want(404, "PowerBIEntityNotFound")
	}
}

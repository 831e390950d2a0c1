package scan_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/scan"
	"steward/internal/sim"
	"steward/internal/sim/powerbi"
)

// Operations of the stand-in that tests break.
const (
	opModified = "WorkspaceInfo_GetModifiedWorkspaces"
	opGetInfo  = "WorkspaceInfo_PostWorkspaceInfo"
	opStatus   = "WorkspaceInfo_GetScanStatus"
	opResult   = "WorkspaceInfo_GetScanResult"
)

// Whatever goes wrong for a while, the scan must end complete, with everything
// seen, and without a call beyond a limit.
func TestWhatPassesIsSurvived(t *testing.T) {
	t.Parallel()
	minutes := func(n int) sim.Span { return sim.Span(time.Duration(n) * time.Minute) }
	for name, f := range map[string]sim.Fault{
		"ten minutes of 429 without Retry-After": {Match: "*admin/workspaces/*", To: minutes(10), Effect: sim.Effect{Throttle: "none"}},
		"ten minutes of 429 with a date":         {Match: opStatus, To: minutes(10), Effect: sim.Effect{Throttle: "date"}},
		"ten minutes of 503":                     {Match: opGetInfo, To: minutes(10), Effect: sim.Effect{Status: 503}},
		"a result cut off":                       {Match: opResult, First: 2, Effect: sim.Effect{Truncate: 4000}},
		"a result broken off":                    {Match: opResult, First: 2, Effect: sim.Effect{Cut: 4000}},
		"a result with a broken gzip":            {Match: opResult, First: 1, Effect: sim.Effect{Gzip: "broken"}},
		"an empty result":                        {Match: opResult, First: 1, Effect: sim.Effect{Empty: true}},
		"a result of {}":                         {Match: opResult, First: 1, Effect: sim.Effect{Status: 200, Body: "{}"}},
		"a result of null":                       {Match: opResult, First: 1, Effect: sim.Effect{Status: 200, Body: "null"}},
		"a result without workspaces":            {Match: opResult, First: 1, Effect: sim.Effect{Status: 200, Body: `{"workspaces":[],"datasourceInstances":[]}`}},
		"a sign-in page":                         {Match: opResult, First: 1, Effect: sim.Effect{HTML: true}},
		"a body 100,000 deep":                    {Match: opResult, First: 1, Effect: sim.Effect{Deep: 100_000}},
		"an expired result":                      {Match: opResult, First: 1, Effect: sim.Effect{Status: 404}},
		"a forgotten scan":                       {Match: opStatus, First: 1, Effect: sim.Effect{Status: 404}},
		"a lost answer to getInfo":               {Match: opGetInfo, First: 1, Effect: sim.Effect{Drop: "after"}},
		"every workspace listed twice":           {Match: opModified, Effect: sim.Effect{Duplicate: true}},
		"every workspace told twice":             {Match: opResult, Effect: sim.Effect{Duplicate: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, setup{workspaces: 10, noActivity: true, noGraph: true, change: noUnused})
			if strings.Contains(name, "minutes") {
				r.cloud.SetFaults([]sim.Fault{f})
			} else { // the first scan knows the tenant, the second must not forget it
				r.full(t, db.ScanComplete)
				r.clock.Advance(time.Hour)
				r.cloud.SetFaults([]sim.Fault{f})
			}
			began := r.clock.Now()
			res := r.full(t, db.ScanComplete)
			if res.Scan.Note.Gone > 0 || res.Scan.Seen != res.Scan.Meant {
				t.Errorf("%d workspaces were taken for gone, %d of %d seen", res.Scan.Note.Gone, res.Scan.Seen, res.Scan.Meant)
			}
			if c := r.cloud.Counters(); c.Refused+c.RefusedScans > 0 {
				t.Errorf("%d calls were beyond a limit, %d scans too many at once", c.Refused, c.RefusedScans)
			}
			if took := r.clock.Now().Sub(began); took > 45*time.Minute {
				t.Errorf("the scan took %s", took)
			}
			if !strings.Contains(name, "minutes") && !strings.HasPrefix(name, "every") && r.struck() == 0 {
				t.Error("the fault never struck")
			}
		})
	}
}

func noUnused(c *scan.Config) { c.UnusedPerScan = -1 }

// struck counts the calls that met a fault.
func (r *rig) struck() (n int64) {
	for _, c := range r.cloud.Counters().Operations {
		n += c.Faults
	}
	return n
}

// One workspace that Microsoft cannot scan must not cost the other ninety-nine.
func TestAPoisonedWorkspaceCostsOnlyItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 130, noActivity: true, noGraph: true, change: noUnused})
	var poisoned string
	for h := range r.world.Heads(beginning) {
		poisoned = h.ID // some one: the last
	}
	for name, f := range map[string]sim.Fault{
		"an error to getInfo": {Match: opGetInfo, Contains: poisoned, Effect: sim.Effect{Status: 500}},
	} {
		r.cloud.SetFaults([]sim.Fault{f})
		before := r.cloud.Counters().Operations[opGetInfo].Calls
		res := r.full(t, db.ScanPartial)
		if len(res.Gaps) != 1 || res.Gaps[0].WorkspaceID != poisoned || res.Gaps[0].Reason == "" {
			t.Fatalf("%s: the gaps are %+v, want only %s with a reason", name, res.Gaps, poisoned)
		}
		if n := r.cloud.Counters().Operations[opGetInfo].Calls - before; n > 100 {
			t.Errorf("%s: finding the one took %d calls of getInfo", name, n)
		}
	}
	r.cloud.SetFaults(nil)
	r.clock.Advance(time.Hour)
	res := r.run(t, scan.Request{Kind: db.ScanIncremental}, db.ScanComplete)
	if len(res.Gaps) != 0 {
		t.Fatalf("the gap was not tried again: %+v", res.Gaps)
	}
}

func TestAFailingScanUpstreamIsSplit(t *testing.T) {
	t.Parallel()
	probe := newRig(t, setup{workspaces: 30})
	var poisoned string
	for h := range probe.world.Heads(beginning) {
		poisoned = h.ID
	}
	r := newRig(t, setup{workspaces: 30, noActivity: true, noGraph: true, change: noUnused, scans: powerbi.Scans{FailWith: poisoned}})
	res := r.full(t, db.ScanPartial)
	if len(res.Gaps) != 1 || res.Gaps[0].WorkspaceID != poisoned {
		t.Fatalf("the gaps are %+v, want only %s", res.Gaps, poisoned)
	}
}

// Each part that fails is missing and says why; everything else is there.
func TestAPartFailsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 20, noActivity: true})
	r.full(t, db.ScanComplete)
	before := told(t, r.db)
	r.cloud.SetFaults([]sim.Fault{
		{Match: "Apps_GetAppsAsAdmin", Effect: sim.Effect{Status: 403, Body: `{"Message":"API is not accessible for application"}`}},
		{Match: "*capacities/refreshables*", Effect: sim.Effect{Status: 200, Body: "{}"}},
		{Match: "*tenantsettings*", Effect: sim.Effect{HTML: true}},
	})
	res := r.full(t, db.ScanPartial)
	for _, part := range []string{"apps", "refreshables", "tenant-settings"} {
		p := res.Parts[part]
		if p.State != db.PartFailed || p.Error == "" || p.AsOf.IsZero() {
			t.Errorf("part %s is %s, error %q, as of %s; want failed, a reason, and when it was last read", part, p.State, p.Error, p.AsOf)
		}
	}
	for _, part := range []string{"capacities", "pipelines", "groups", "people"} {
		if p := res.Parts[part]; p.State != db.PartDone {
			t.Errorf("part %s is %s: %s", part, p.State, p.Error)
		}
	}
	if d := dbtest.Diff(before, told(t, r.db)); d != "" {
		t.Errorf("the workspaces suffered:\n%s", d)
	}
	for _, table := range []string{"app", "refreshable", "setting"} {
		if n := lines(t, r.db, `SELECT count(*) || '' FROM `+table+` WHERE to_scan IS NULL`); n[0] == "0" {
			t.Errorf("nothing is left in %s", table)
		}
	}
}

// A scan that can read nothing publishes nothing, and the pages keep the old
// truth.
func TestAFailedScanKeepsTheOldTruth(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 10, noActivity: true, noGraph: true, change: noUnused})
	r.full(t, db.ScanComplete)
	before := dbtest.Dump(t, r.db, r.scanner.Tenant())
	for name, f := range map[string]sim.Fault{
		"nobody is let in":         {Match: "*", Effect: sim.Effect{Status: 401, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}},
		"no list":                  {Match: opModified, Effect: sim.Effect{Status: 500}},
		"an empty list":            {Match: opModified, Effect: sim.Effect{Status: 200, Body: "[]"}},
		"a list that is an object": {Match: opModified, Effect: sim.Effect{Status: 200, Body: "{}"}},
		"no workspace readable":    {Match: opResult, Effect: sim.Effect{Status: 200, Body: `{"workspaces":[]}`}},
	} {
		r.clock.Advance(2 * time.Hour)
		r.cloud.SetFaults([]sim.Fault{f})
		res := r.full(t, db.ScanFailed)
		if res.Scan.Error == "" || strings.Contains(res.Scan.Error, "Something went wrong on our side") {
			t.Errorf("%s: the scan says %q", name, res.Scan.Error)
		}
		if d := dbtest.Diff(before, dbtest.Dump(t, r.db, r.scanner.Tenant())); d != "" {
			t.Errorf("%s: the failed scan left\n%s", name, d)
		}
	}
}

// listOf is an answer to modified with the given ids.
func listOf(ids []string) string {
	type one struct {
		ID string `json:"id"`
	}
	list := []one{}
	for _, id := range ids {
		list = append(list, one{ID: id})
	}
	b, _ := json.Marshal(list)
	return string(b)
}

// A list that suddenly lacks many workspaces is believed the second time.
func TestASuddenLossNeedsASecondList(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 60, noActivity: true, noGraph: true, change: noUnused})
	first := r.full(t, db.ScanComplete)
	var all []string
	for h := range r.world.Heads(beginning) {
		all = append(all, h.ID)
	}
	lose := func(n int) {
		r.cloud.SetFaults([]sim.Fault{{Match: opModified, Effect: sim.Effect{Status: 200, Body: listOf(all[n:])}}})
	}
	lose(2) // few: believed at once
	if res := r.full(t, db.ScanComplete); res.Scan.Note.Gone != 2 || res.Scan.Meant != first.Scan.Meant-2 {
		t.Fatalf("two were missing, %d taken for gone", res.Scan.Note.Gone)
	}
	lose(30)
	res := r.full(t, db.ScanPartial)
	if res.Scan.Note.Gone != 0 || res.Scan.Note.Held != 28 || len(res.Scan.Note.Flags) == 0 || len(res.Gaps) != 28 {
		t.Fatalf("28 were missing at once: %+v, %d gaps", res.Scan.Note, len(res.Gaps))
	}
	if n := lines(t, r.db, `SELECT count(*) || '' FROM workspace WHERE to_scan IS NULL`); n[0] != itoa(len(all)-2) {
		t.Fatalf("%s workspaces are shown, want %d", n[0], len(all)-2)
	}
	r.cloud.SetFaults([]sim.Fault{
		{Match: opModified, First: 1, Effect: sim.Effect{Status: 200, Body: "[]"}},
	})
	r.clock.Advance(time.Hour)
	// An incremental scan asks for them and finds them well: they were never
	// gone.
	if res := r.run(t, scan.Request{Kind: db.ScanIncremental}, db.ScanComplete); len(res.Gaps) != 0 {
		t.Fatalf("%d gaps are left", len(res.Gaps))
	}
	lose(30)
	r.full(t, db.ScanPartial)
	if res := r.full(t, db.ScanComplete); res.Scan.Note.Gone != 28 {
		t.Fatalf("after two lists without them %d are gone, want 28", res.Scan.Note.Gone)
	}
	// And they may come back.
	r.cloud.SetFaults(nil)
	r.full(t, db.ScanComplete)
	if d := dbtest.Diff(unquoted(truth(r.world, r.clock.Now())), told(t, r.db)); d != "" {
		t.Fatalf("(-truth +told)\n%s", d)
	}
}

// "Not Found" for a workspace that is listed is a contradiction, not a
// deletion.
func TestNotFoundIsNotDeletion(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 10, noActivity: true, noGraph: true, change: noUnused})
	r.full(t, db.ScanComplete)
	before := told(t, r.db)
	var ids []string
	for h := range r.world.Heads(beginning) {
		ids = append(ids, h.ID)
	}
	type none struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	answer := map[string]any{"workspaces": []any{}}
	for _, id := range ids {
		answer["workspaces"] = append(answer["workspaces"].([]any), none{strings.ToUpper(id), "Not Found"})
	}
	body, _ := json.Marshal(answer)
	r.cloud.SetFaults([]sim.Fault{{Match: opResult, Effect: sim.Effect{Status: 200, Body: string(body)}}})
	res := r.full(t, db.ScanPartial)
	if len(res.Gaps) != len(ids) || res.Scan.Seen != 0 {
		t.Errorf("%d gaps, %d seen; want %d and 0", len(res.Gaps), res.Scan.Seen, len(ids))
	}
	if d := dbtest.Diff(before, told(t, r.db)); d != "" {
		t.Errorf("(-before +after)\n%s", d)
	}
}

func TestACancelledScanLeavesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 150, noActivity: true, noGraph: true, change: noUnused})
	r.full(t, db.ScanComplete)
	before := dbtest.Dump(t, r.db, r.scanner.Tenant())
	r.clock.Advance(20 * 24 * time.Hour)
	if r.scanner.Cancel("bob") {
		t.Error("there was nothing to cancel")
	}
	states, stop := r.scanner.Watch()
	defer stop()
	ended := make(chan error, 1)
	go func() {
		_, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanFull, Cause: "person", AskedBy: "ann"})
		ended <- err
	}()
	for p := range states {
		if p.Running && p.BatchesDone > 0 {
			break
		}
	}
	if !r.scanner.Cancel("bob") {
		t.Fatal("the scan could not be cancelled")
	}
	if err := <-ended; !fault.Is(err, fault.Conflict) {
		t.Fatalf("the cancelled scan returned %v", err)
	}
	last, err := r.db.Reader().Scans(t.Context(), r.scanner.Tenant(), 1)
	if err != nil || last[0].State != db.ScanCancelled || last[0].AskedBy != "ann" {
		t.Fatalf("the record says %+v, %v", last, err)
	}
	if d := dbtest.Diff(before, dbtest.Dump(t, r.db, r.scanner.Tenant())); d != "" {
		t.Fatalf("(-before +after)\n%s", d)
	}
	if got := lines(t, r.db, `SELECT body FROM ledger ORDER BY seq DESC LIMIT 1`); !strings.Contains(got[0], "scan.cancel") || !strings.Contains(got[0], "bob") {
		t.Errorf("the ledger says %s", got)
	}
	if p := r.scanner.Progress(); p.Running || p.State != db.ScanCancelled {
		t.Errorf("the progress says %+v", p)
	}
	r.full(t, db.ScanComplete)
}

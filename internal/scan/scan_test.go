package scan_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/scan"
	"steward/internal/sim"
)

func TestAFullScanFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{})
	res := r.full(t, db.ScanComplete)
	want := unquoted(truth(r.world, beginning))
	if d := dbtest.Diff(want, told(t, r.db)); d != "" {
		t.Fatalf("(-truth +told)\n%s", d)
	}
	if len(want) < 1000 {
		t.Fatalf("the tenant has only %d facts: not worth a test", len(want))
	}
	sum := r.world.Summary(beginning)
	figures, err := r.db.Reader().Figures(t.Context(), r.scanner.Tenant())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{
		"workspaces": sum.Workspaces, "workspaces.orphaned": sum.Orphaned, "workspaces.dedicated": sum.OnCapacity,
		"items": sum.Items - sum.AppCopies, "items.app-copies": sum.AppCopies, "pipelines": sum.Pipelines, "apps": sum.Apps,
		"links.organisation": sum.OrgLinks, "links.public": sum.WebEmbeds,
		"grants.workspace": sum.WorkspaceGrants, "grants.item": sum.ItemGrants,
	} {
		if figures[name] != int64(want) {
			t.Errorf("figure %s is %d, in truth %d", name, figures[name], want)
		}
	}
	if res.Scan.Meant != int64(sum.Workspaces) || res.Scan.Seen != res.Scan.Meant {
		t.Errorf("seen %d of %d workspaces, in truth there are %d", res.Scan.Seen, res.Scan.Meant, sum.Workspaces)
	}
	if c := r.cloud.Counters(); c.Refused+c.RefusedScans > 0 || int64(calls(r)) != res.Scan.Calls {
		t.Errorf("the stand-in counted %d calls (%d beyond a limit), the scan %d", calls(r), c.Refused, res.Scan.Calls)
	}
}

// calls counts what the stand-in was asked by the Power BI and Fabric client.
func calls(r *rig) int {
	n := 0
	for _, e := range r.cloud.Journal().Since(0) {
		if e.Service == "powerbi" || e.Service == "fabric" {
			n++
		}
	}
	return n
}

func TestWhoIsBehindAGroupAndWhoHasLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{})
	r.full(t, db.ScanComplete)
	groups := lines(t, r.db, `SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal WHERE p.kind = 'Group' AND p.to_scan IS NULL AND p.members_known = 1`)
	if len(groups) < 5 {
		t.Fatalf("only %d groups are known", len(groups))
	}
	nested := 0
	for _, g := range groups {
		all, ok := r.world.TransitiveMembers(g, beginning)
		if !ok {
			continue
		}
		people := 0
		for _, m := range all {
			if m.User != nil {
				people++
			} else if m.Group != nil {
				nested++
			}
		}
		got := lines(t, r.db, `SELECT people || '' FROM principal p JOIN ident i ON i.id = p.principal WHERE p.to_scan IS NULL AND i.guid = $1`, g)
		if want := []string{itoa(people)}; !slices.Equal(got, want) {
			t.Errorf("behind group %s are %v people, in truth %v", g, got, want)
		}
	}
	if nested == 0 {
		t.Error("no group is inside another: not worth a test")
	}
	for _, id := range lines(t, r.db, `SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal WHERE p.kind = 'User' AND p.to_scan IS NULL`) {
		u, there := r.world.User(id, beginning)
		want := "gone"
		if there {
			want = map[bool]string{true: "enabled", false: "disabled"}[u.Enabled]
		}
		got := lines(t, r.db, `SELECT CASE WHEN gone IS NULL THEN 'unknown' WHEN gone = 1 THEN 'gone' WHEN enabled = 1 THEN 'enabled' ELSE 'disabled' END
			FROM principal p JOIN ident i ON i.id = p.principal WHERE p.to_scan IS NULL AND i.guid = $1`, id)
		if !slices.Equal(got, []string{want}) {
			t.Errorf("person %s is %v, in truth %s", id, got, want)
		}
	}
}

func TestAnIncrementalScanSaysWhatAFullOneWould(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{noActivity: true})
	r.full(t, db.ScanComplete)
	first := r.world.Summary(beginning)
	for range 3 {
		r.clock.Advance(50 * time.Hour)
		res := r.run(t, scan.Request{Kind: db.ScanIncremental, Cause: "schedule"}, db.ScanComplete)
		if res.Scan.Kind != db.ScanIncremental {
			t.Fatalf("the scan became %s", res.Scan.Kind)
		}
		if n := res.Scan.Note.Changed["workspace"]; n > int64(first.Workspaces)/2 {
			t.Errorf("an incremental scan wrote %d of %d workspaces", n, first.Workspaces)
		}
	}
	now := r.clock.Now()
	r.full(t, db.ScanComplete) // what is gone for good only a full list tells
	if d := dbtest.Diff(unquoted(truth(r.world, now)), told(t, r.db)); d != "" {
		t.Fatalf("after incremental scans (-truth +told)\n%s", d)
	}
	fresh := newRig(t, setup{noActivity: true, begin: now})
	fresh.full(t, db.ScanComplete)
	old := visible(dbtest.Dump(t, r.db, r.scanner.Tenant()))
	if d := dbtest.Diff(visible(dbtest.Dump(t, fresh.db, fresh.scanner.Tenant())), old); d != "" {
		t.Fatalf("a database with a past says otherwise than a new one (-new +old)\n%s", d)
	}
}

func TestAScanOfWhatDidNotChangeWritesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{noActivity: true})
	r.full(t, db.ScanComplete)
	res := r.full(t, db.ScanComplete)
	for table, n := range res.Scan.Note.Changed {
		t.Errorf("%d versions were written to %s although nothing had changed", n, table)
	}
}

func TestReplayGivesTheSameContent(t *testing.T) {
	t.Parallel()
	few := func(c *scan.Config) { c.ActivityDays = 3 }
	r := newRig(t, setup{change: few})
	r.full(t, db.ScanComplete)
	r.clock.Advance(7 * 24 * time.Hour)
	r.full(t, db.ScanComplete)
	r.clock.Advance(24 * time.Hour)
	r.run(t, scan.Request{Kind: db.ScanIncremental}, db.ScanComplete)

	again := newRig(t, setup{})
	before := len(again.cloud.Journal().Since(0))
	if err := again.scanner.Replay(t.Context(), r.archive); err != nil {
		t.Fatal(err)
	}
	if n := len(again.cloud.Journal().Since(0)) - before; n != 0 {
		t.Errorf("the replay made %d calls", n)
	}
	if d := dbtest.Diff(dbtest.Dump(t, r.db, r.scanner.Tenant()), dbtest.Dump(t, again.db, again.scanner.Tenant())); d != "" {
		t.Fatalf("(-scanned +replayed)\n%s", d)
	}
}

func TestATargetedScanReadsWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{noActivity: true})
	r.full(t, db.ScanComplete)
	r.clock.Advance(10 * 24 * time.Hour)
	now := r.clock.Now()
	ids := []string{}
	for h := range r.world.Heads(now) {
		if ids = append(ids, h.ID); len(ids) == 3 {
			break
		}
	}
	before := len(r.cloud.Journal().Since(0))
	res := r.run(t, scan.Request{Kind: db.ScanTargeted, Workspaces: ids, Cause: "request"}, db.ScanComplete)
	if n := len(r.cloud.Journal().Since(0)) - before; n > 9 { // six for the workspaces, the rest are pages of pipelines
		t.Errorf("a targeted scan of three workspaces made %d calls", n)
	}
	if p := res.Parts["capacities"]; p.State != db.PartDone || p.AsOf.IsZero() {
		t.Errorf("what the last scan knew of capacities is lost: %+v", p)
	}
	if res.Scan.Meant < 30 {
		t.Errorf("a targeted scan forgot the rest: %d workspaces", res.Scan.Meant)
	}
	_, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanTargeted})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a targeted scan of nothing: %v", err)
	}
}

func TestOurClockMayBeWrong(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"fast": 10 * time.Minute, "slow": -10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, setup{skew: skew, noActivity: true, workspaces: 20})
			r.full(t, db.ScanComplete)
			r.clock.Advance(5 * time.Minute)
			r.run(t, scan.Request{Kind: db.ScanIncremental}, db.ScanComplete)
			r.clock.Advance(31 * 24 * time.Hour)
			res := r.run(t, scan.Request{Kind: db.ScanIncremental}, db.ScanComplete)
			if res.Scan.Kind != db.ScanFull {
				t.Errorf("after a month Microsoft no longer tells what changed, and the scan was %s", res.Scan.Kind)
			}
		})
	}
}

func TestTheActivityLogAroundMidnight(t *testing.T) {
	t.Parallel()
	midnight := beginning.Truncate(24 * time.Hour)
	for _, tc := range []struct {
		name        string
		begin, skew time.Duration
	}{{"fast", -5 * time.Minute, 10 * time.Minute}, {"slow", 5 * time.Minute, -10 * time.Minute}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, setup{workspaces: 5, noGraph: true, begin: midnight.Add(tc.begin), skew: tc.skew, limits: sim.Off,
				change: func(c *scan.Config) { c.UnusedPerScan, c.Budgets = -1, nil }})
			if p := r.full(t, db.ScanComplete).Parts["activity"]; p.State != db.PartDone {
				t.Errorf("the activity log is %s: %s", p.State, p.Error)
			}
		})
	}
}

// A scan soon after another finds the hour's calls spent. That is no failure.
func TestTheActivityLogWaitsForTheNextHour(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 5, noGraph: true, change: noUnused})
	r.full(t, db.ScanComplete)
	for range 2 {
		r.clock.Advance(time.Minute)
		before := r.clock.Now()
		if p := r.full(t, db.ScanComplete).Parts["activity"]; p.State != db.PartPartial {
			t.Errorf("the activity log is %s: %s", p.State, p.Error)
		}
		if took := r.clock.Now().Sub(before); took > 5*time.Minute {
			t.Errorf("the scan waited %s for calls", took)
		}
	}
}

// Days come bit by bit, the newest first, and none is lost.
func TestTheActivityLogIsReadOverSeveralScans(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 5, noGraph: true, change: func(c *scan.Config) { c.UnusedPerScan, c.ActivityDays = -1, 12 }})
	for n := 1; ; n++ {
		p := r.full(t, db.ScanComplete).Parts["activity"]
		if p.State == db.PartDone {
			break
		}
		if p.State != db.PartPartial || p.Seen < int64(2*n) || n > 8 {
			t.Fatalf("after %d scans the activity log is %s, %d of %d days: %s", n, p.State, p.Seen, p.Meant, p.Error)
		}
		r.clock.Advance(61 * time.Minute)
	}
	whole := lines(t, r.db, `SELECT count(*) || '' FROM activity_day WHERE whole = 1`)
	if n, _ := strconv.Atoi(whole[0]); n < 11 {
		t.Errorf("%d days were read whole", n)
	}
	truth := map[string]bool{}
	yesterday := beginning.AddDate(0, 0, -1).Truncate(24 * time.Hour)
	for hour := range 24 {
		for _, e := range r.world.Activity(yesterday, hour, r.clock.Now()) {
			truth[e.ID] = true
		}
	}
	got := lines(t, r.db, `SELECT count(*) || '' FROM activity WHERE day = $1`, yesterday.Unix()/86400)
	if len(truth) == 0 || got[0] != itoa(len(truth)) {
		t.Errorf("%s events of yesterday are there, in truth %d", got, len(truth))
	}
	if c := r.cloud.Counters(); c.Refused > 0 {
		t.Errorf("%d calls were beyond a limit", c.Refused)
	}
}

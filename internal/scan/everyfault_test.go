package scan_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/scan"
	"steward/internal/sim"
)

// brokenAnswers are the ways in which an answer can be no answer, for as long as
// they last.
func brokenAnswers() []sim.Fault {
	body := func(text string) sim.Effect { return sim.Effect{Status: 200, Body: text} }
	all := []sim.Fault{
		{Name: "429 for ten minutes", To: sim.Span(10 * time.Minute), Effect: sim.Effect{Throttle: "none"}},
		{Name: "503", Effect: sim.Effect{Status: 503}},
		{Name: "cut off", Effect: sim.Effect{Truncate: 40}},
		{Name: "broken off", Effect: sim.Effect{Cut: 40}},
		{Name: "empty", Effect: sim.Effect{Empty: true}},
		{Name: "a sign-in page", Effect: sim.Effect{HTML: true}},
		{Name: "broken gzip", Effect: sim.Effect{Gzip: "broken"}},
		{Name: "100,000 deep", Effect: sim.Effect{Deep: 100_000}},
		{Name: "null", Effect: body("null")},
		{Name: "a number", Effect: body("7")},
		{Name: "a list of numbers", Effect: body("[1,2]")},
		{Name: "members of the wrong type", Effect: body(`{"value":{"a":1},"workspaces":7,"id":[],"status":{},"activityEventEntities":"x","access_token":{}}`)},
		{Name: "no connection", Effect: sim.Effect{Drop: "before"}},
	}
	if os.Getenv("STEWARD_LONG") != "" {
		all = append(all, sim.Fault{Name: "1 GiB", Effect: sim.Effect{Huge: 1 << 30}})
	}
	return all
}

// Every operation that a scan uses, found by looking, with every fault: the scan
// ends in its time, says what is missing and why, keeps what was known, tells no
// secret, and is whole again when the fault has passed. Without STEWARD_LONG
// each operation meets three of the faults, others each time the list changes.
func TestEveryOperationWithEveryFault(t *testing.T) {
	t.Parallel()
	small := setup{workspaces: 6, change: func(c *scan.Config) { c.ActivityDays, c.UnusedPerScan = 1, 2 }}
	probe := newRig(t, small)
	probe.full(t, db.ScanComplete)
	faults := brokenAnswers()
	used := probe.cloud.Counters().Operations
	if len(used) < 20 {
		t.Fatalf("a scan uses only %d operations: %v", len(used), slices.Sorted(maps.Keys(used)))
	}
	for i, op := range slices.Sorted(maps.Keys(used)) {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			some := faults
			if os.Getenv("STEWARD_LONG") == "" {
				n := len(faults)
				some = []sim.Fault{faults[i%n], faults[(i+5)%n], faults[(i+9)%n]}
			}
			withFaults(t, small, op, some)
		})
	}
}

func withFaults(t *testing.T, s setup, op string, faults []sim.Fault) {
	said := &safeBuffer{}
	change := s.change
	s.change = func(c *scan.Config) {
		change(c)
		c.Log = slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	r := newRig(t, s)
	r.full(t, db.ScanComplete)
	for _, f := range faults {
		before := known(t, r.db)
		f.Match = op
		r.clock.Advance(2 * time.Hour) // the token is old, and Microsoft's limits are fresh
		r.cloud.SetFaults([]sim.Fault{f})
		began, struck := time.Now(), r.struck()
		virtual := r.clock.Now()
		res, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanFull, Cause: "command"})
		if took := time.Since(began); took > 10*time.Minute {
			t.Errorf("%s: the scan took %s of real time", f.Name, took)
		}
		if took := r.clock.Now().Sub(virtual); took > 4*time.Hour {
			t.Errorf("%s: the scan took %s", f.Name, took)
		}
		t.Logf("%s, %s: struck %d times, %s in %s", op, f.Name, r.struck()-struck, res.Scan.State, r.clock.Now().Sub(virtual).Round(time.Second))
		if r.struck() > struck {
			checkEnd(t, f.Name, res, err)
		}
		for table, n := range known(t, r.db) {
			if n < before[table]-before[table]/5-1 {
				t.Errorf("%s: of %d rows of %s that were known %d are left", f.Name, before[table], table, n)
			}
		}
	}
	r.cloud.SetFaults(nil)
	r.clock.Advance(time.Hour)
	r.full(t, db.ScanComplete)
	if d := dbtest.Diff(unquoted(truth(r.world, r.clock.Now())), told(t, r.db)); d != "" {
		t.Errorf("when it had passed (-truth +told)\n%s", d)
	}
	for _, secret := range []string{sim.DefaultApps(r.world)[0].Secret, "eyJ"} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("the log holds the secret %.5s…", secret)
		}
	}
}

// checkEnd wants a reason for everything that is missing.
func checkEnd(t *testing.T, fault string, res scan.Result, err error) {
	t.Helper()
	var reasons []string
	switch res.Scan.State {
	case db.ScanComplete:
		return // it passed, or the rest of the answer sufficed: what is known is compared
	case db.ScanFailed:
		if err == nil {
			t.Errorf("%s: the scan failed without an error", fault)
		}
		reasons = append(reasons, res.Scan.Error)
	case db.ScanPartial:
		for name, p := range res.Parts {
			switch p.State {
			case db.PartFailed, db.PartPartial:
				reasons = append(reasons, p.Error)
			case "":
				t.Errorf("%s: part %s has no state", fault, name)
			}
		}
		for _, g := range res.Gaps {
			reasons = append(reasons, g.Reason)
		}
		if len(reasons) == 0 {
			t.Errorf("%s: the scan is partial and nothing is missing", fault)
		}
	default:
		t.Errorf("%s: the scan ended as %q: %v", fault, res.Scan.State, err)
	}
	for _, why := range reasons {
		if len(why) < 20 || strings.Contains(why, "our side") || strings.Contains(why, "eyJ") {
			t.Errorf("%s: the reason given is %q", fault, why)
		}
	}
}

// known counts what the last published scan knows, by table.
func known(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range strings.Fields(db.HistoryTables()) {
		var n int
		_, err := fmt.Sscan(lines(t, d, `SELECT count(*) || '' FROM `+table+` WHERE to_scan IS NULL`)[0], &n)
		if err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

// safeBuffer takes a log from many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

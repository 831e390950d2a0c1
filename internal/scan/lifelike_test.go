package scan_test

import (
	"os"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/scan"
	"steward/internal/sim/powerbi"
)

// The same as TestAScanCostsWhatTheLimitsDemand with answers as long and as odd
// as Microsoft's, and with everything else that a scan reads but the activity
// log and the directory, which have limits of their own.
func TestALifelikeScanCostsWhatTheLimitsDemand(t *testing.T) {
	t.Parallel()
	n := 500
	if os.Getenv("STEWARD_LONG") != "" {
		n = 100_000
	}
	r := newRig(t, setup{workspaces: n, noActivity: true, noGraph: true, scans: powerbi.Scans{Queued: 5 * time.Second, Running: 25 * time.Second},
		change: func(c *scan.Config) { c.UnusedPerScan, c.ArchiveDir = -1, "" }})
	began := time.Now()
	res := r.full(t, db.ScanComplete)
	took := r.clock.Now().Sub(beginning)
	batches := (res.Scan.Meant + 99) / 100
	bound := time.Duration(batches) * time.Hour / 500
	const constant = 80 // until it is known how long Microsoft takes for a batch
	c := r.cloud.Counters()
	asked, status, result := c.Operations[opGetInfo].Calls, c.Operations[opStatus].Calls, c.Operations[opResult].Calls
	if c.Refused+c.RefusedScans > 0 {
		t.Errorf("%d calls were beyond a limit, %d scans too many at once", c.Refused, c.RefusedScans)
	}
	if asked != batches {
		t.Errorf("%d calls of getInfo for %d batches", asked, batches)
	}
	if each := float64(asked+status+result-constant) / float64(batches); each > 3.2 {
		t.Errorf("%.2f requests for each hundred workspaces", each)
	}
	if few := 5 * time.Minute; took > bound*105/100 && took > bound+few {
		t.Errorf("it took %s, and the limits alone %s", took, bound)
	}
	t.Logf("%d workspaces: %s of %s, %d getInfo, %d states, %d results (%.2f for each hundred), %d calls in all, %s of real time",
		res.Scan.Meant, took.Round(time.Second), bound, asked, status, result,
		float64(asked+status+result)/float64(batches), res.Scan.Calls, time.Since(began).Round(time.Second))
}

package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/scan"
	"steward/internal/sim"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/world"
)

// childTask is what a child process is to do: one scan of the stand-in into a
// database of its own.
type childTask struct {
	DB, Archive                string
	Ends                       sim.Endpoints
	ClientID, Secret, TenantID string
	Now                        time.Time
}

const childVariable = "STEWARD_TEST_SCAN_CHILD"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		if err := scanAsChild(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func scanAsChild(text string) error {
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}
	ctx := context.Background()
	// A clock of the child's own, which moves when it sleeps; it is set back
	// with each start, which must not matter.
	clock := sim.FrozenClock(task.Now)
	now := clock.Now
	pause := func(ctx context.Context, d time.Duration) error { clock.Advance(d); return ctx.Err() }
	d, err := db.Open(ctx, db.Config{Path: task.DB, Now: now})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	cfg, err := connect(ctx, task.Ends, task.ClientID, task.Secret, task.TenantID, d, now, pause)
	if err != nil {
		return err
	}
	cfg.ArchiveDir, cfg.PersonalWorkspaces, cfg.ActivityDays, cfg.UnusedPerScan = task.Archive, true, 1, 5
	s, err := scan.New(ctx, cfg)
	if err != nil {
		return err
	}
	last, ok, err := d.Reader().PublishedScan(ctx, s.Tenant())
	if err != nil || ok && last.Started.Equal(task.Now) {
		return err // killed after its scan was published: there is nothing left to do
	}
	res, err := s.Run(ctx, scan.Request{Kind: db.ScanFull, Cause: "command"})
	if err == nil && res.Scan.State != db.ScanComplete {
		err = fmt.Errorf("the scan ended as %s: %+v", res.Scan.State, res.Parts)
	}
	return err
}

// campaign is one database that is scanned by child processes.
type campaign struct {
	task  childTask
	cloud *sim.Cloud
	clock *sim.Clock
}

func newCampaign(t *testing.T) *campaign {
	t.Helper()
	w := world.New(world.Config{Seed: 7, Workspaces: 110})
	c := &campaign{clock: sim.FrozenClock(beginning)}
	c.cloud = sim.New(sim.Config{World: w, Clock: c.clock, Scans: powerbi.Scans{Instant: true}})
	ends, err := c.cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cloud.Close() })
	app := sim.DefaultApps(w)[0]
	c.task = childTask{DB: filepath.Join(t.TempDir(), "portal.db"), Archive: t.TempDir(), Ends: ends,
		ClientID: app.ClientID, Secret: app.Secret, TenantID: w.Config().TenantID}
	return c
}

// run starts a child and kills it after a while, unless that is zero. It
// reports whether the child had finished.
func (c *campaign) run(t *testing.T, killAfter time.Duration) (finished bool) {
	t.Helper()
	c.task.Now = c.clock.Now()
	task, err := json.Marshal(c.task)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGQUIT) } // and tell where it stands
	child.Env = append(os.Environ(), childVariable+"="+string(task))
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if killAfter > 0 {
		timer := time.AfterFunc(killAfter, func() { _ = child.Process.Kill() })
		defer timer.Stop()
	}
	err = child.Wait()
	if ctx.Err() != nil {
		t.Fatalf("the child did not end\n%s", said.String())
	}
	if err != nil && child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child failed by itself: %v\n%s", err, said.String())
	}
	return err == nil
}

// dump reads the database when no child has it.
func (c *campaign) dump(t *testing.T) []string {
	t.Helper()
	d := openDB(t, c.task.DB, c.clock.Now)
	defer func() { _ = d.Close() }()
	return dbtest.Dump(t, d, 1)
}

// A scan that is killed at any moment, and started again, must end with
// exactly the database of one that nobody disturbed, and without a call beyond
// Microsoft's limits.
func TestAKilledScanEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	kills := 5
	if os.Getenv("STEWARD_LONG") != "" {
		kills = 200
	}
	calm, killed := newCampaign(t), newCampaign(t)
	began := time.Now()
	calm.run(t, 0)
	usual := time.Since(began)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d, a scan takes %s", seed, usual)
	landed, scans := 0, 0
	for landed < kills {
		killed.clock.Set(beginning.AddDate(0, 0, scans))
		scans++
		for tries, finished := 0, false; !finished; tries++ {
			after := 10*time.Millisecond + time.Duration(random.Int64N(int64(usual)))
			if landed >= kills || tries >= 8 { // after so many kills of one scan, let it end
				after = 0
			}
			began := time.Now()
			if finished = killed.run(t, after); !finished {
				landed++
			} else if tries == 0 {
				usual = (usual + time.Since(began)) / 2 // the machine is not always as busy
			}
		}
	}
	for day := 1; day < scans; day++ {
		calm.clock.Set(beginning.AddDate(0, 0, day))
		calm.run(t, 0)
	}
	if d := dbtest.Diff(calm.dump(t), killed.dump(t)); d != "" {
		t.Fatalf("after %d kills (-undisturbed +killed)\n%s", landed, d)
	}
	if c := killed.cloud.Counters(); c.Refused+c.RefusedScans > 0 {
		t.Errorf("%d calls were beyond a limit", c.Refused+c.RefusedScans)
	}
	t.Logf("%d kills in %d scans", landed, scans)
}

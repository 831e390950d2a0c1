package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/scan"
	"steward/internal/sim"
)

// DemoOptions say what demo to start.
type DemoOptions struct {
	Addr       string
	Data       string
	Workspaces int
	Seed       uint64
	Reset      bool
	Log        *slog.Logger
	// Out is told what happens, in sentences.
	Out io.Writer
	// Ready is called with the portal's address when it answers; may be nil.
	Ready func(url string)
	// quick is for tests; see StandIn.
	quick bool
}

// demoState is where the demo keeps what was changed in the pretend tenant, and
// the journal of the calls that did it, so that both outlive a killed process.
const demoState = "stand-in.json"

// Demo starts the stand-in and the portal over it and serves until ctx ends.
// The first start lets the portal look back: it scans the tenant as it was at
// a dozen moments of the last 60 days.
func Demo(ctx context.Context, o DemoOptions) error {
	if err := demoAddress(o.Addr); err != nil {
		return err
	}
	if o.Reset {
		if err := os.RemoveAll(o.Data); err != nil {
			return fault.Wrap(err, fault.Unavailable, "The demo's data in %s cannot be removed.", o.Data)
		}
	}
	began := time.Now()
	if err := beginAnew(o); err != nil {
		return err
	}
	clock := sim.NewClock(nil)
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The demo's directory %s cannot be created.", o.Data)
	}
	cloud, at, err := StartStandIn(StandIn{
		Addr: "127.0.0.1:0", Workspaces: o.Workspaces, Seed: o.Seed, Clock: clock, Plain: true, quick: o.quick,
		StateFile:   filepath.Join(o.Data, demoState),
		RedirectURI: "http://" + o.Addr + "/login/callback",
		Logf:        func(f string, a ...any) { o.Log.Warn(fmt.Sprintf(f, a...)) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = cloud.Close() }()
	cfg, err := demoConfig(o, cloud, at)
	if err != nil {
		return err
	}
	if err := lookBack(ctx, cfg, cloud, o); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "Ready after %s.\n", time.Since(began).Round(time.Second))
	p, err := New(ctx, cfg, Options{Log: o.Log})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	return p.Serve(ctx, func(net.Addr) {
		demoWelcome(o, cfg, cloud, at)
		if err := p.scans.Start(ctx, p.Tenants[0].Config.Name, string(db.ScanIncremental), ledger.Actor{Kind: ledger.System, Name: "Steward"}); err != nil {
			o.Log.Warn("the scan at the start did not begin", "err", err)
		}
		if o.Ready != nil {
			o.Ready(cfg.PublicURL)
		}
	})
}

// underWay is there while the first start looks back.
const underWay = "first-start"

// beginAnew removes what a first start that was interrupted left behind: half a
// past, which nobody has seen yet.
func beginAnew(o DemoOptions) error {
	if _, err := os.Stat(filepath.Join(o.Data, underWay)); err != nil {
		return nil //nolint:nilerr // it is not there, or the next step says why it cannot be read
	}
	fmt.Fprintln(o.Out, "The first start was interrupted; it begins anew.")
	for _, name := range []string{"data", "checkpoints", demoState, underWay} {
		if err := os.RemoveAll(filepath.Join(o.Data, name)); err != nil {
			return fault.Wrap(err, fault.Unavailable, "The demo's data in %s cannot be removed.", o.Data)
		}
	}
	return nil
}

// demoAddress refuses an address that others could reach: anyone who opens
// the demo can sign in as anyone.
func demoAddress(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fault.New(fault.Invalid, "--addr %q is not an address. Write host:port, such as 127.0.0.1:8080.", addr)
	}
	if !config.IsLoopback(host) {
		return fault.New(fault.Invalid, "The demo lets anyone sign in as anyone, so it listens on loopback only. Write --addr 127.0.0.1:8080, and portal serve for others to reach.")
	}
	return nil
}

// demoConfig writes the demo's configuration into its data directory, where a
// curious person can read it, and loads it like any other.
func demoConfig(o DemoOptions, cloud *sim.Cloud, at sim.Endpoints) (*config.Config, error) {
	name := filepath.Join(o.Data, "portal.yaml")
	if err := WriteConfig(name, cloud.World(), at, o.Addr); err != nil {
		return nil, err
	}
	return config.Load(config.Source{File: name})
}

// moments are how many days ago the demo's past scans were, the oldest first.
// Five days apart at most: a day of the activity log takes about 25 of the 200
// calls an hour, and each scan reads the last two days again. One is a good
// week ago, so that "since last week" has something to compare with.
var moments = []int{60, 55, 50, 45, 40, 35, 30, 25, 20, 15, 11, 8, 4, 1}

// lookBackDays is how far back the scans of the past read the activity log: the
// days between two of them. The first one reads no more either, so that what
// the demo knows begins with it.
const lookBackDays = 6

// readsRefreshes are the moments at which the history of refreshes is read too.
// Each model's costs a call and Microsoft keeps sixty runs of it, so twice is
// enough for two months of what runs once a day.
var readsRefreshes = map[int]bool{30: true, 1: true}

// lookBack scans the tenant at past moments, with the stand-in's clock set
// back, through the same HTTP path as every scan. Waiting moves the clock on
// instead of taking time, so limits hold as documented and it takes seconds.
func lookBack(ctx context.Context, cfg *config.Config, cloud *sim.Cloud, o DemoOptions) error {
	clock := cloud.Clock()
	p, err := New(ctx, cfg, Options{Log: o.Log, lookingBack: true, Clock: Clock{
		Now: clock.Now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			clock.Advance(d)
			return ctx.Err()
		},
	}})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	t := p.Tenants[0]
	v, err := p.DB.Reader().ViewNow(ctx, t.Config.Name)
	if err != nil || v.Scan != 0 {
		return err
	}
	mark := filepath.Join(o.Data, underWay)
	if err := writePrivate(mark, ""); err != nil {
		return err
	}
	settle, err := p.DB.Rebuilding(ctx)
	if err != nil {
		return err
	}
	// Months go by in seconds, and there is memory for what they leave behind.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	wall := time.Now().UTC().Truncate(time.Second)
	fmt.Fprintf(o.Out, "First start: scanning the tenant as it was at %d moments of the last %d days.\n", len(moments), moments[0])
	life, err := newDemoLife(ctx, p, cloud)
	if err != nil {
		return err
	}
	plan, err := newDemoPlan(life)
	if err != nil {
		return err
	}
	for i, days := range moments {
		clock.Set(wall.AddDate(0, 0, -days).Add(-6 * time.Hour))
		kind := db.ScanIncremental
		if i%3 == 0 || days == moments[len(moments)-1] {
			kind = db.ScanFull
		}
		res, err := t.Scanner.Run(ctx, scan.Request{Kind: kind, Cause: "schedule"})
		if err != nil {
			return fmt.Errorf("look back %d days: %w", days, err)
		}
		if readsRefreshes[days] {
			if _, err := t.Refreshes.Pass(ctx); err != nil {
				return fmt.Errorf("look back %d days, refreshes: %w", days, err)
			}
		}
		if err := life.after(ctx, days); err != nil {
			return err
		}
		until := wall.Add(-2 * time.Hour)
		if i+1 < len(moments) {
			until = wall.AddDate(0, 0, -moments[i+1]).Add(-6 * time.Hour)
		}
		if err := plan.after(ctx, days, until); err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "  %s  %-11s %4d workspaces\n", res.Scan.Published.Format("2 Jan 15:04"), res.Scan.Kind, res.Scan.Seen)
	}
	if clock.Now().After(wall) {
		return fault.New(fault.Internal, "The demo's past ran into the present.")
	}
	if err := settle(ctx); err != nil {
		return err
	}
	clock.Set(time.Now())
	cloud.Reset()
	if err := os.Remove(mark); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be removed.", mark)
	}
	return nil
}

func demoWelcome(o DemoOptions, cfg *config.Config, cloud *sim.Cloud, at sim.Endpoints) {
	out := func(format string, args ...any) { fmt.Fprintf(o.Out, format+"\n", args...) }
	out("\nSteward is at %s\n", cfg.PublicURL)
	out("Sign in as any of these people; no password is asked:")
	for _, p := range cloud.World().DemoPeople() {
		out("  %-22s %s", p.User.DisplayName, p.Note)
	}
	out("What was changed in the pretend tenant, call by call: %s/writes", at.Control)
	out("\nStop it with Ctrl C. It goes on where it stopped; --reset begins anew.")
}

package main

import (
	"fmt"
	"net"
	"time"

	"steward/internal/app"
	"steward/internal/fault"
)

type simulateCmd struct {
	Addr        string        `default:"127.0.0.1:9090" help:"Address to listen on; loopback only."`
	Workspaces  int           `default:"400" help:"About how many workspaces the tenant has."`
	Seed        uint64        `default:"1" help:"The same seed makes the same tenant."`
	Limits      string        `default:"documented" enum:"documented,off" help:"Microsoft's rate limits: documented or off."`
	Latency     time.Duration `default:"0s" help:"Added to every answer."`
	Faults      string        `type:"existingfile" help:"A file of faults to produce; see docs/stand-in.md."`
	State       string        `type:"path" help:"Keep what callers change in this file, across starts."`
	WriteConfig string        `type:"path" help:"Write a portal.yaml and secret files that fit."`
	Listen      string        `default:"127.0.0.1:8080" help:"Where the portal of the written configuration will listen."`
}

// Run serves the stand-in until it is told to stop.
func (s simulateCmd) Run(w *world) error {
	if s.Workspaces < 1 || s.Workspaces > 1_000_000 {
		return fault.New(fault.Invalid, "--workspaces must be between 1 and 1,000,000.")
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return fault.New(fault.Invalid, "--listen must be host:port.")
	}
	cloud, at, err := app.StartStandIn(app.StandIn{
		Addr: s.Addr, Workspaces: s.Workspaces, Seed: s.Seed, Unlimited: s.Limits == "off",
		Latency: s.Latency, FaultsFile: s.Faults, StateFile: s.State,
		RedirectURI: "http://" + s.Listen + "/login/callback",
		Logf:        func(f string, a ...any) { fmt.Fprintf(w.stderr, f+"\n", a...) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = cloud.Close() }()
	wld := cloud.World()
	out := func(format string, args ...any) { fmt.Fprintf(w.stdout, format+"\n", args...) }
	out("The stand-in for Power BI is at")
	out("  authority  %s", at.Authority)
	out("  Power BI   %s/v1.0/myorg", at.API)
	out("  Fabric     %s/v1", at.Fabric)
	out("  Graph      %s/v1.0", at.Graph)
	out("  resource   %s", at.Resource)
	out("  issuer     %s", at.Issuer)
	out("  control    %s", at.Control)
	out("  tenant     %s", wld.Config().TenantID)
	for _, a := range app.Apps(wld) {
		out("  %-9s  client id %s  secret %s", a[0], a[1], a[2])
	}
	if s.WriteConfig != "" {
		if err := app.WriteConfig(s.WriteConfig, wld, at, s.Listen); err != nil {
			return err
		}
		out("Wrote %s. Now: %s", s.WriteConfig, app.Hint(s.WriteConfig))
	}
	<-w.ctx.Done()
	return nil
}

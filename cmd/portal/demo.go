package main

import (
	"steward/internal/app"
	"steward/internal/fault"
)

type demoCmd struct {
	Addr       string `default:"127.0.0.1:8080" help:"Address of the portal; loopback only."`
	Data       string `default:"data/demo" type:"path" help:"Directory of the demo's data."`
	Workspaces int    `default:"400" help:"About how many workspaces the tenant has."`
	Seed       uint64 `default:"1" help:"The same seed makes the same tenant."`
	Reset      bool   `help:"Throw the demo's data away and begin anew."`
}

// Run starts the demo and serves until it is told to stop.
func (d demoCmd) Run(w *world) error {
	if d.Workspaces < 1 || d.Workspaces > 1_000_000 {
		return fault.New(fault.Invalid, "--workspaces must be between 1 and 1,000,000.")
	}
	return app.Demo(w.ctx, app.DemoOptions{
		Addr: d.Addr, Data: d.Data, Workspaces: d.Workspaces, Seed: d.Seed, Reset: d.Reset, Log: w.log(), Out: w.stdout,
	})
}

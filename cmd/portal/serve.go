package main

import (
	"fmt"
	"net"

	"steward/internal/app"
)

type serveCmd struct {
	Config string `required:"" type:"path" help:"The configuration file."`
}

// Run serves the portal until it is told to stop.
func (s serveCmd) Run(w *world) error {
	cfg, err := w.config(s.Config)
	if err != nil {
		return err
	}
	p, err := app.New(w.ctx, cfg, app.Options{Log: w.log()})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	return p.Serve(w.ctx, func(at net.Addr) {
		fmt.Fprintf(w.stderr, "Steward listens on %s; people reach it at %s\n", at, cfg.PublicURL)
	})
}

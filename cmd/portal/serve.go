package main

import (
	"fmt"
	"log/slog"
	"net"

	"steward/internal/app"
)

type serveCmd struct {
	Config   string     `required:"" type:"path" help:"The configuration file."`
	LogLevel slog.Level `default:"info" help:"debug, info, warn or error."`
	LogNames bool       `help:"Keep the names of tenants in the log; without it they are tenants.0, tenants.1 …"`
}

// Run serves the portal until it is told to stop. Its log goes to standard
// error, one JSON object a line.
func (s serveCmd) Run(w *world) error {
	cfg, err := w.config(s.Config)
	if err != nil {
		return err
	}
	log := newServiceLog(w.stderr, cfg, s.LogLevel, s.LogNames)
	p, err := app.New(w.ctx, cfg, app.Options{Log: log})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	return p.Serve(w.ctx, func(at net.Addr) {
		log.Info(fmt.Sprintf("Steward listens on %s; people reach it at %s", at, cfg.PublicURL))
	})
}

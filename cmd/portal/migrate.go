package main

import (
	"fmt"

	"steward/internal/app"
)

type migrateCmd struct {
	Config string `required:"" type:"path" help:"The configuration file."`
}

// Run brings the database to this version's schema.
func (m migrateCmd) Run(w *world) error {
	cfg, err := w.config(m.Config)
	if err != nil {
		return err
	}
	path, err := app.Migrate(w.ctx, cfg)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "%s has this version's schema.\n", path)
	return err
}

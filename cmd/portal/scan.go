package main

import (
	"encoding/json"
	"fmt"

	"steward/internal/app"
)

type scanCmd struct {
	Config string `required:"" type:"path" help:"The configuration file."`
	Tenant string `help:"The tenant; all of them when left out."`
	Full   bool   `help:"Read everything anew, not only what changed since the last scan."`
}

// Run scans and prints one JSON summary a tenant on standard output; progress
// goes to standard error.
func (s scanCmd) Run(w *world) error {
	cfg, err := w.config(s.Config)
	if err != nil {
		return err
	}
	worst := exitOK
	err = app.ScanNow(w.ctx, cfg, app.ScanRequest{Tenant: s.Tenant, Full: s.Full, Log: w.log(), Progress: w.progress()},
		func(sum app.ScanSummary) error {
			worst = max(worst, exitOf(sum.State))
			text, err := json.MarshalIndent(sum, "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(w.stdout, string(text))
			return err
		})
	if err != nil {
		return err
	}
	switch worst {
	case rankPartial:
		return exitError(exitPartial)
	case rankFailed:
		return exitError(exitFailed)
	}
	return nil
}

// Ranks order the states of several tenants: a failure outweighs a gap.
const (
	rankPartial = 1
	rankFailed  = 2
)

func exitOf(state string) int {
	switch state {
	case "complete":
		return exitOK
	case "partial":
		return rankPartial
	}
	return rankFailed
}

package main

import (
	"encoding/json"
	"fmt"

	"steward/internal/app"
	"steward/internal/check"
)

type checkCmd struct {
	Config string `required:"" type:"path" help:"The configuration file."`
	Tenant string `help:"The tenant; all of them when left out."`
	JSON   bool   `help:"Print as JSON."`
}

// marks stand before each line; the word says the same without colour.
var marks = map[check.State]string{check.Pass: "pass   ", check.Warn: "warn   ", check.Fail: "FAIL   ", check.Unknown: "unknown"}

// Run checks each tenant and prints a line per check with its remedy.
func (c checkCmd) Run(w *world) error {
	cfg, err := w.config(c.Config)
	if err != nil {
		return err
	}
	checks, err := app.CheckNow(w.ctx, cfg, c.Tenant, w.log())
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(w.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(checks); err != nil {
			return err
		}
	}
	failed := false
	for _, t := range checks {
		failed = failed || check.Worst(t.Results) == check.Fail
		if c.JSON {
			continue
		}
		fmt.Fprintf(w.stdout, "%s\n", t.Tenant)
		for _, r := range t.Results {
			id := ""
			if r.RequestID != "" {
				id = " (Microsoft's request id " + r.RequestID + ")"
			}
			fmt.Fprintf(w.stdout, "  %s  %s: %s%s\n", marks[r.State], r.Title, r.Evidence, id)
			if r.Remedy != "" {
				fmt.Fprintf(w.stdout, "           → %s\n", r.Remedy)
			}
		}
	}
	if failed {
		return exitError(exitFailed)
	}
	return nil
}

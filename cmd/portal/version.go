package main

import (
	"encoding/json"
	"fmt"

	"steward/internal/buildinfo"
)

type versionCmd struct {
	JSON bool `help:"Print as JSON."`
}

// Run prints the build's facts.
func (v versionCmd) Run(w *world) error {
	b := buildinfo.Get()
	if v.JSON {
		return json.NewEncoder(w.stdout).Encode(b)
	}
	_, err := fmt.Fprintf(w.stdout, "portal %s (%s, %s/%s)\n", b.Version, b.Go, b.OS, b.Arch)
	return err
}

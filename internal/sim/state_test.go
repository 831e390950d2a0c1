package sim_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/world"
)

// TestStateOutlivesTheProcess: a second stand-in over the same file has what was
// made, and goes on with a deployment that was under way.
func TestStateOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "state.json")
	keep := func(l *bundle) {
		if err := l.cloud.KeepState(name); err != nil {
			t.Fatal(err)
		}
	}
	first := lineUp(t)
	keep(first.bundle)
	first.both()
	op := first.deployAll(all)
	op.want(202, "")
	second := setup(t, func(c *sim.Config) { c.Clock = first.clock })
	keep(second)
	first.clock.Advance(time.Minute)
	got := second.act("GET", "pipelines/"+first.id+"/operations/"+op.id(), nil).ok()
	if got["status"] != "Succeeded" || len(steps(got)) != 2 {
		t.Errorf("the deployment is %v", got)
	}
	ws := rows(second.scan(allFlags, first.test), "workspaces")[0]
	if ws["name"] != "Zebra [Test]" || len(rows(ws, "reports")) != 1 {
		t.Errorf("the workspace is %v", ws)
	}
	second.act("POST", "groups?workspaceV2=True", map[string]any{"name": "Zebra [Test]"}).want(400, "PowerBIEntityAlreadyExists")

	other := sim.New(sim.Config{World: world.New(world.Config{Seed: 9, Workspaces: 10})})
	if err := other.KeepState(name); err == nil || !strings.Contains(err.Error(), "seed 1") {
		t.Errorf("the file of another tenant: %v", err)
	}
	if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := other.KeepState(name); err == nil || !strings.Contains(err.Error(), "state.json") {
		t.Errorf("a broken file: %v", err)
	}
}

package sim_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/world"
)

// TestLargeTenant: a tenant of 100,000 workspaces is listed quickly, and a
// hundred of its workspaces scanned in well under a second.
func TestLargeTenant(t *testing.T) {
	t.Parallel()
	n := 3_000
	if os.Getenv("STEWARD_LONG") != "" {
		n = 100_000
	}
	b := setup(t, func(c *sim.Config) { c.World = world.New(world.Config{Seed: 3, Workspaces: n}) })
	b.unchecked = true
	began := time.Now()
	ids := b.modified("")
	listed := time.Since(began)
	began = time.Now()
	res := b.scan(allFlags, ids[:100]...)
	scanned := time.Since(began)
	began = time.Now()
	b.admin("groups?$top=1000&$skip=1000")
	paged := time.Since(began)
	items := 0
	for _, ws := range rows(res, "workspaces") {
		for _, v := range ws {
			if list, ok := v.([]any); ok {
				items += len(list)
			}
		}
	}
	raw, _ := json.Marshal(res)
	t.Logf("%d workspaces: listed in %v; 100 scanned in %v (%d rows, %d kB); a page of admin/groups in %v",
		len(ids), listed, scanned, items, len(raw)/1024, paged)
	if len(ids) < n*9/10 || listed > 10*time.Second || scanned > 5*time.Second {
		t.Errorf("too few or too slow: %d listed in %v, 100 scanned in %v", len(ids), listed, scanned)
	}
}

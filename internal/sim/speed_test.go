package sim_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/sim"
	"steward/internal/sim/world"
)

// TestLargeTenant: a tenant of 100,000 workspaces is listed, and a
// hundred of its workspaces scanned; the log says how quickly.
func TestLargeTenant(t *testing.T) {
	t.Parallel()
	n := 1_500
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
	b.admin("groups?$top=500&$skip=500")
	paged := time.Since(began)
	b.pagesOfLinks()
	if os.Getenv("STEWARD_LONG") != "" {
		b.pagesOfItems()
	}
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
	if len(ids) < n*9/10 || listed > 3*time.Minute || scanned > 3*time.Minute { // how fast is for the log: the machine may be busy
		t.Errorf("too few or without end: %d listed in %v, 100 scanned in %v", len(ids), listed, scanned)
	}
}

// pagesOfLinks: the list of links comes in pages whose addresses are used as they
// stand, and holds each link once.
func (b *bundle) pagesOfLinks() {
	b.t.Helper()
	want := 0
	for range b.world.OrgLinks(start) {
		want++
	}
	got, pages := 0, 0
	for path := "/v1.0/myorg/admin/widelySharedArtifacts/linksSharedToWholeOrganization"; path != ""; pages++ {
		m := b.call("scanner", "GET", path, nil).ok()
		got += len(rows(m, "ArtifactAccessEntities"))
		path, _ = m["continuationUri"].(string)
	}
	if got != want || pages < 2 {
		b.t.Errorf("%d links on %d pages, the tenant has %d", got, pages, want)
	}
}

// pagesOfItems: the items of Fabric come in pages of whole workspaces.
func (b *bundle) pagesOfItems() {
	b.t.Helper()
	seen, pages, again := map[any]bool{}, 0, 0
	for path := "/v1/admin/items"; path != ""; pages++ {
		m := b.call("scanner", "GET", strings.TrimPrefix(path, b.at.Fabric), nil).ok()
		for _, it := range rows(m, "itemEntities") {
			if seen[it["id"]] {
				again++
			}
			seen[it["id"]] = true
		}
		path, _ = m["continuationUri"].(string)
	}
	if again > 0 || pages < 2 || len(seen) < 10_000 {
		b.t.Errorf("%d items on %d pages, %d of them twice", len(seen), pages, again)
	}
}

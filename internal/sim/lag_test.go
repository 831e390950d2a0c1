package sim_test

import (
	"testing"
	"time"
)

// TestPermissionsLag: a new role is not seen at once, when a fault says so.
func TestPermissionsLag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.make("Zebra Lag")
	b.clock.Advance(10 * time.Minute)
	b.faulty("match: 'Groups_Get*'\ncaller: scanner\nafter: Groups_AddGroupUser\nwithin: 2m\nlag: 2m")
	scanner, _ := b.cloud.Entra.App("scanner")
	b.act("POST", "groups/"+id+"/users", map[string]any{"identifier": scanner.ObjectID, "principalType": "App", "groupUserAccessRight": "Viewer"}).want(200, "")
	b.get("/v1.0/myorg/groups/"+id).want(401, "GroupNotAccessible")
	b.act("GET", "groups/"+id, nil).want(200, "Zebra Lag")
	b.clock.Advance(3 * time.Minute)
	b.get("/v1.0/myorg/groups/"+id).want(200, "Zebra Lag")
}

// TestListsLag: a new workspace is in no list for a while, but can be opened.
func TestListsLag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.faulty("match: '*_ListWorkspaces'\nlag: 5s")
	id := b.make("Zebra Late")
	listed := func() (n int) {
		for _, w := range rows(b.act("GET", "/v1/workspaces", nil).ok(), "value") {
			if w["id"] == id {
				n++
			}
		}
		return n
	}
	if n := listed(); n != 0 {
		t.Errorf("listed %d times at once", n)
	}
	b.act("GET", "/v1/workspaces/"+id, nil).want(200, "Zebra Late")
	b.clock.Advance(6 * time.Second)
	if n := listed(); n != 1 {
		t.Errorf("listed %d times after the lag", n)
	}
}

package sim_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/sim"
)

func TestQuotas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		n      int
		per    time.Duration
		shared bool
	}{
		"modified":        {"/v1.0/myorg/admin/workspaces/modified", 30, time.Hour, false},
		"workspaces":      {"/v1.0/myorg/admin/groups?$top=1", 15, time.Minute, true},
		"reports":         {"/v1.0/myorg/admin/reports?$top=1", 5, time.Minute, true},
		"capacities":      {"/v1.0/myorg/admin/capacities", 200, time.Hour, false},
		"tenant settings": {"/v1/admin/tenantsettings", 25, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.unchecked = true
			for i := range c.n {
				b.clock.Advance(time.Second / 10)
				if r := b.get(c.path); r.status != 200 {
					t.Fatalf("call %d: %d %s", i+1, r.status, r.body)
				}
			}
			r := b.get(c.path)
			wait, err := strconv.Atoi(r.header.Get("Retry-After"))
			if r.status != 429 || err != nil || wait < 1 || time.Duration(wait)*time.Second > c.per {
				t.Fatalf("beyond the quota: %d, Retry-After %q", r.status, r.header.Get("Retry-After"))
			}
			if strings.HasPrefix(c.path, "/v1/") {
				r.want(429, "RequestBlocked")
			} else {
				r.want(429, "You have exceeded the amount of requests")
			}
			if other := b.call("executor", "GET", c.path, nil); (other.status == 429) != c.shared {
				t.Errorf("another app is answered %d", other.status)
			}
			b.clock.Advance(time.Duration(wait) * time.Second)
			clear(b.token)
			if r := b.get(c.path); r.status != 200 {
				t.Errorf("after waiting as told: %d", r.status)
			}
			if n := b.cloud.Counters().Refused; n < 1 {
				t.Errorf("the counters have seen %d refusals", n)
			}
		})
	}
}

func TestLimitsOffStillCount(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Limits = sim.Off })
	for range 35 {
		if r := b.get("/v1.0/myorg/admin/workspaces/modified"); r.status != 200 {
			t.Fatalf("status %d", r.status)
		}
	}
	c := b.cloud.Counters().Operations["WorkspaceInfo_GetModifiedWorkspaces"]
	if c.Calls != 35 || c.Refused != 5 || c.Status[200] != 35 {
		t.Errorf("counted %+v", c)
	}
	b.cloud.Reset()
	if n := len(b.cloud.Counters().Operations); n != 0 {
		t.Errorf("%d operations are left after a reset", n)
	}
}

// TestQuotaUnderContention: however many call at once, no more than the quota
// get through.
func TestQuotaUnderContention(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.as("scanner", "https://analysis.windows.net/powerbi/api")
	var wg sync.WaitGroup
	for range 60 {
		wg.Add(1)
		go func() { defer wg.Done(); b.get("/v1.0/myorg/admin/workspaces/modified") }()
	}
	wg.Wait()
	c := b.cloud.Counters().Operations["WorkspaceInfo_GetModifiedWorkspaces"]
	if c.Status[200] != 30 || c.Status[429] != 30 {
		t.Errorf("answered %v, want 30 of each", c.Status)
	}
}

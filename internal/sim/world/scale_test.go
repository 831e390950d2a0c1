package world

import (
	"runtime"
	"testing"
	"time"
)

// A large tenant takes little memory and answers quickly. By default a sample
// of it is asked; STEWARD_LONG=1 asks for all.
func TestLargeTenant(t *testing.T) {
	step := 50
	if long() {
		step = 1
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := New(Config{Seed: 1, Workspaces: 100_000})
	built, items, grants, took := buildSome(w, step)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := took / time.Duration(built)
	t.Logf("%d workspaces built, %s each, %.1f items and %.1f grants each", built, each, float64(items)/float64(built), float64(grants)/float64(built))
	if perWS := float64(items) / float64(built); perWS < 7.5 || perWS > 12 {
		t.Errorf("%.1f items a workspace", perWS)
	}
	if perWS := float64(grants) / float64(built); perWS < 24 || perWS > 42 {
		t.Errorf("%.1f grants a workspace", perWS)
	}
	if each > 2*time.Millisecond { // generous: the machine may be busy
		t.Errorf("a workspace takes %s", each)
	}
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 40<<20 {
		t.Errorf("the tenant holds %d MB", held>>20)
	}
	runtime.KeepAlive(w)
	ws, ok := w.WorkspaceAt(77_777, now)
	if got, found := w.Workspace(ws.ID, now); !ok || !found || got.Slot != 77_777 {
		t.Error("a workspace of a large tenant is not found by its id")
	}
}

// buildSome builds every step-th block of the tenant.
func buildSome(w *World, step int) (built, items, grants int, took time.Duration) {
	start := time.Now()
	for slot := 0; slot < 100_000; slot += step * blockSize {
		for i := range blockSize {
			ws, ok := w.WorkspaceAt(slot+i, now)
			if !ok {
				continue
			}
			built++
			items += len(ws.Items)
			grants += len(ws.Grants)
			for n := range ws.Items {
				grants += len(w.ItemAccess(ws, &ws.Items[n]))
			}
		}
	}
	return built, items, grants, time.Since(start)
}

func TestSmallTenantsWork(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 9, 19, 20, 21} {
		w := New(Config{Seed: 1, Workspaces: n})
		got := w.Summary(now).Workspaces
		if got == 0 || got > n+3 {
			t.Errorf("a tenant of %d has %d workspaces", n, got)
		}
		w.Activity(day0(-1), 9, now)
		w.Changes(now.AddDate(0, 0, -30), now)
		w.Refreshables(now)
	}
}

func TestSummaryCounts(t *testing.T) {
	t.Parallel()
	w := demo(1)
	s := w.Summary(now)
	states, kinds := 0, 0
	for _, n := range s.ByState {
		states += n
	}
	for _, n := range s.ByKind {
		kinds += n
	}
	if states != s.Workspaces || kinds != s.Items {
		t.Errorf("%d workspaces in states of %d, %d items in kinds of %d", states, s.Workspaces, kinds, s.Items)
	}
	links, embeds := 0, 0
	for range w.OrgLinks(now) {
		links++
	}
	for range w.PublishedToWeb(now) {
		embeds++
	}
	if links != s.OrgLinks || embeds != s.WebEmbeds || links == 0 || embeds == 0 {
		t.Errorf("%d links, %d counted; %d codes, %d counted", links, s.OrgLinks, embeds, s.WebEmbeds)
	}
}

package world

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSameSeedSameTenant(t *testing.T) {
	t.Parallel()
	a, b := demo(7), demo(7)
	// One is asked in another order and at other moments first: answers must
	// not depend on what was asked before.
	for i := range 50 {
		b.WorkspaceAt(i*5, moments[i%len(moments)])
	}
	b.Activity(now, 10, now)
	for _, at := range moments {
		for slot := 0; slot < 400; slot += 7 {
			x, okX := a.WorkspaceAt(slot, at)
			y, okY := b.WorkspaceAt(slot, at)
			if d := difference(t, x, y); okX != okY || d != "" {
				t.Fatalf("slot %d at %s differs:\n%s", slot, at, d)
			}
		}
	}
	if x, y := a.Activity(now.AddDate(0, 0, -3), 11, now), b.Activity(now.AddDate(0, 0, -3), 11, now); difference(t, x, y) != "" {
		t.Errorf("the log differs:\n%s", difference(t, x, y))
	}
}

func TestOtherSeedOrTenantIsAnotherTenant(t *testing.T) {
	t.Parallel()
	a, _ := demo(1).WorkspaceAt(0, now)
	for name, w := range map[string]*World{"seed": demo(2), "tenant": New(Config{Seed: 1, TenantID: "11111111-2222-4333-8444-555555555555"})} {
		if b, _ := w.WorkspaceAt(0, now); a.ID == b.ID {
			t.Errorf("another %s gives the same ids", name)
		}
	}
}

func TestIDsLeadBackToTheirObject(t *testing.T) {
	t.Parallel()
	w := demo(1)
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		kind, a, b := idKind(1+r.IntN(int(idKinds)-1)), r.Uint32(), r.Uint64N(1<<40)
		id := w.id(kind, a, b)
		if len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%s is no version-4 GUID", id)
		}
		for _, text := range []string{id, strings.ToUpper(id)} {
			if k, x, y, ok := w.parse(text); !ok || k != kind || x != a || y != b {
				t.Fatalf("parse(%s) = %d %d %d %v, want %d %d %d", text, k, x, y, ok, kind, a, b)
			}
		}
	}
	for _, text := range []string{"", "x", "00000000-0000-0000-0000-000000000000", "d507422c-8d6d-4361-ac7a-30074a8cd0a1",
		"d507422c-8d6d-4361-ac7a-30074a8cd0a", "d507422c+8d6d+4361+ac7a+30074a8cd0a1", strings.Repeat("z", 36)} {
		if _, _, _, ok := w.parse(text); ok {
			t.Errorf("parse(%q) takes it for one of ours", text)
		}
	}
}

func TestLookupsFindWhatListsShow(t *testing.T) {
	t.Parallel()
	w := demo(1)
	for _, at := range moments[1:4] {
		n := 0
		for ws := range w.All(at) {
			if ws.Slot%3 != 0 {
				continue
			}
			got, ok := w.Workspace(strings.ToUpper(ws.ID), at)
			if !ok || difference(t, got, ws) != "" {
				t.Fatalf("%s is not found by its id at %s", ws.Name, at)
			}
			for i := range ws.Items {
				if n++; n%11 != 0 {
					continue
				}
				home, it, ok := w.Item(ws.Items[i].ID, at)
				if !ok || home.ID != ws.ID || it.Name != ws.Items[i].Name {
					t.Fatalf("item %q of %s is not found by its id", ws.Items[i].Name, ws.Name)
				}
			}
		}
	}
}

func TestHeadsAgreeWithWorkspaces(t *testing.T) {
	t.Parallel()
	w := demo(3)
	for _, at := range moments {
		for slot := range w.Slots(at) {
			h, okH := w.HeadAt(slot, at)
			ws, okW := w.WorkspaceAt(slot, at)
			if okH != okW {
				t.Fatalf("slot %d: head %v, workspace %v", slot, okH, okW)
			}
			if okH && h != ws.head() {
				t.Fatalf("slot %d: %s", slot, difference(t, h, ws.head()))
			}
		}
	}
}

// What a scan can see must not change without Modified changing: incremental
// scans ask for nothing else.
func TestNothingChangesWithoutModified(t *testing.T) {
	t.Parallel()
	for _, w := range []*World{demo(1), New(Config{Seed: 5, Workspaces: 30_000})} {
		step := 37 * time.Hour
		slots := w.Slots(now)
		for n := range 40 {
			slot := n * 13 % 400
			if slots > 1000 {
				slot = n * 251
			}
			last, lastOK := w.WorkspaceAt(slot, now.Add(-60*24*time.Hour))
			for at := now.Add(-60 * 24 * time.Hour); at.Before(now); {
				from := at
				at = at.Add(step)
				ws, ok := w.WorkspaceAt(slot, at)
				if ok && lastOK && ws.ID == last.ID {
					if ws.Modified.Before(last.Modified) {
						t.Fatalf("%s: modified goes back from %s to %s", ws.Name, last.Modified, ws.Modified)
					}
					if ws.Modified.After(at) {
						t.Fatalf("%s: modified %s lies after %s", ws.Name, ws.Modified, at)
					}
					if diff := difference(t, visible(last), visible(ws)); diff != "" && !ws.Modified.After(from) {
						t.Fatalf("%s changed between %s and %s, but modified says %s:\n%s", ws.Name, from, at, ws.Modified, diff)
					}
				}
				last, lastOK = ws, ok
			}
		}
	}
}

// visible is a workspace without what a scan does not tell.
func visible(ws *Workspace) *Workspace {
	c := ws.clone()
	c.Modified = time.Time{}
	for i := range c.Items {
		c.Items[i].LastAccessed = time.Time{}
	}
	return c
}

func TestModifiedSince(t *testing.T) {
	t.Parallel()
	w := demo(1)
	all := len(w.ModifiedSince(time.Time{}, now))
	month, week, hour := len(w.ModifiedSince(now.AddDate(0, 0, -30), now)), len(w.ModifiedSince(now.AddDate(0, 0, -7), now)), len(w.ModifiedSince(now.Add(-time.Hour), now))
	if !(all > month && month > week && week > hour) {
		t.Errorf("all %d, month %d, week %d, hour %d: each should be fewer", all, month, week, hour)
	}
	if all < 380 || all > 450 {
		t.Errorf("a tenant of 400 has %d workspaces", all)
	}
	if week < 40 {
		t.Errorf("only %d workspaces changed in a week of the demo", week)
	}
}

// Large tenants change by about one percent a week.
func TestLargeTenantsChangeSlowly(t *testing.T) {
	t.Parallel()
	w := New(Config{Seed: 1, Workspaces: 20_000})
	changed := 0
	for slot := 0; slot < 20_000; slot += 10 {
		if h, ok := w.HeadAt(slot, now); ok && h.Modified.After(now.AddDate(0, 0, -7)) {
			changed++
		}
	}
	if share := float64(changed) / 2000; share < 0.004 || share > 0.12 {
		t.Errorf("%.1f %% of the workspaces changed in a week", 100*share)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	w := New(Config{Seed: 1, Workspaces: 60})
	id := find(t, w, now, named("FIN-Budget-DEV")).ID
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 6 {
				at := now.Add(time.Duration(i) * time.Hour)
				w.Workspace(id, at)
				w.Activity(at, i%24, at)
				w.Refreshables(at)
				if g == 0 {
					if err := w.Mutate(id, at, func(ws *Workspace) error { ws.Description = w.NewID(); return nil }); err != nil {
						t.Error(err)
					}
					w.Record(Event{Activity: "Test", Created: at})
				}
			}
		})
	}
	wg.Wait()
}

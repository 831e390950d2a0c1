package db_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/refresh"
	"steward/internal/tenant"
)

// A history is read again and again, each time only its newest part: runs are
// kept once, what was under way gets its end, a gap is noticed, and what a
// poorer source told gives way.
func TestRefreshesAreKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	b.seen(t, db.SeenWorkspace{Workspace: tenant.Workspace{ID: "ws-1", Name: "Sales", State: "Active", Items: []tenant.Item{{ID: "model-1", Kind: "datasets", Name: "Sales"}}}, ItemsKnown: true})
	item, err := b.db.Reader().Ident(t.Context(), b.tenant, "model-1")
	if err != nil || item == 0 {
		t.Fatal(item, err)
	}
	run := func(id string, hours int, s refresh.Status, from refresh.Source) refresh.Run {
		r := refresh.Run{ID: id, Start: at.Add(time.Duration(hours) * time.Hour), Status: s, Source: from, Type: "Scheduled"}
		if s != refresh.Running {
			r.End = r.Start.Add(time.Minute)
		}
		return r
	}
	save := func(hour int, from refresh.Source, whole bool, runs ...refresh.Run) db.RefreshKnown {
		t.Helper()
		now := at.Add(time.Duration(hour) * time.Hour)
		err := b.db.SaveRefreshes(t.Context(), b.tenant, now.AddDate(0, 0, -60), db.RefreshReading{Item: item, Source: from, Runs: runs, Whole: whole, At: now, Due: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		k, err := b.db.Reader().RefreshKnown(t.Context(), item)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	known := func() []refresh.Run {
		t.Helper()
		got, err := b.db.Reader().Refreshes(t.Context(), b.tenant, "MODEL-1", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if k := save(1, refresh.FromActivity, false, run("event", 0, refresh.Unclear, refresh.FromActivity)); !k.KnownSince.IsZero() {
		t.Errorf("known since %s from single events", k.KnownSince)
	}
	first := save(2, refresh.FromHistory, false, run("a", 0, refresh.Completed, refresh.FromHistory), run("b", 1, refresh.Running, refresh.FromHistory))
	if got := known(); len(got) != 2 || got[0].ID != "b" || got[0].Status != refresh.Running || got[1].ID != "a" || got[1].Took() != time.Minute {
		t.Fatalf("known are %+v", got)
	}
	if second := save(5, refresh.FromHistory, false, run("b", 1, refresh.Failed, refresh.FromHistory), run("c", 4, refresh.Completed, refresh.FromHistory)); second.KnownSince != first.KnownSince {
		t.Errorf("no run is missing, but known since %s instead of %s", second.KnownSince, first.KnownSince)
	}
	if got := known(); len(got) != 3 || got[1].Status != refresh.Failed || got[1].End.IsZero() {
		t.Fatalf("known are %+v", got)
	}
	if gap := save(9, refresh.FromHistory, false, run("e", 8, refresh.Completed, refresh.FromHistory)); gap.KnownSince != at.Add(8*time.Hour) {
		t.Errorf("after a gap known since %s", gap.KnownSince)
	}
	if whole := save(10, refresh.FromHistory, true, run("e", 8, refresh.Completed, refresh.FromHistory)); whole.KnownSince.After(at) {
		t.Errorf("all there ever was is known since %s", whole.KnownSince)
	}
	save(24*61, refresh.FromHistory, false)
	if got := known(); len(got) != 0 {
		t.Errorf("%d runs are older than what is kept", len(got))
	}
}

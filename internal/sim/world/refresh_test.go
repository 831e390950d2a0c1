package world

import (
	"testing"
	"time"
)

// models walks the models of the demo that have a refresh history.
func models(w *World, at time.Time, each func(*Workspace, *Item, []Refresh)) {
	for ws := range w.All(at) {
		for i := range ws.Items {
			if it := &ws.Items[i]; it.Kind == KindModel && ws.State == StateActive {
				if runs := w.Refreshes(it.ID, at, 0); len(runs) > 0 {
					each(ws, it, runs)
				}
			}
		}
	}
}

func TestHistoryIsWellFormed(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n, running, slower := 0, 0, 0
	models(w, now, func(ws *Workspace, it *Item, runs []Refresh) {
		n++
		if len(runs) > historyMax {
			t.Errorf("%s: %d runs are kept", it.Name, len(runs))
		}
		ids := map[string]bool{}
		for i, r := range runs {
			if ids[r.RequestID] {
				t.Errorf("%s: request id %s twice", it.Name, r.RequestID)
			}
			ids[r.RequestID] = true
			if i > 0 && r.Start.After(runs[i-1].Start) {
				t.Errorf("%s: not newest first", it.Name)
			}
			if i >= historyKept && now.Sub(r.Start) > historyDays*24*time.Hour {
				t.Errorf("%s: run %d of %s was not pruned", it.Name, i, r.Start)
			}
			if r.Start.After(now) || r.End.After(now) || !r.End.IsZero() && !r.End.After(r.Start) {
				t.Errorf("%s: from %s to %s", it.Name, r.Start, r.End)
			}
			if r.End.IsZero() != (r.Status == RefreshRunning) || (r.ErrorCode != "") != (r.Status == RefreshFailed || r.Status == RefreshCancelled) {
				t.Errorf("%s: %s until %s with %q", it.Name, r.Status, r.End, r.ErrorCode)
			}
			if r.Status == RefreshRunning {
				running++
			}
		}
		if len(runs) == 20 && runs[0].End.Sub(runs[0].Start) > 2*runs[19].End.Sub(runs[19].Start) && runs[19].End.Sub(runs[19].Start) > time.Minute {
			slower++
		}
		if it.Model.Schedule != nil && !it.Model.Schedule.Enabled && runs[0].Type == "Scheduled" && now.Sub(runs[0].Start) < time.Hour {
			t.Errorf("%s: a disabled schedule ran", it.Name)
		}
	})
	if n < 200 {
		t.Errorf("only %d models have a history", n)
	}
	if slower == 0 {
		t.Error("no model gets slower")
	}
}

// A run is the same whenever one looks, only its end may not be known yet.
func TestRunsDoNotChangeWithTheMoment(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n := 0
	models(w, now, func(ws *Workspace, it *Item, runs []Refresh) {
		r := runs[0]
		if n++; n%5 != 0 || r.End.IsZero() {
			return
		}
		for _, c := range []struct {
			at   time.Time
			want RefreshStatus
		}{{r.Start, RefreshRunning}, {r.End.Add(-time.Second), RefreshRunning}, {r.End, r.Status}} {
			got := w.Refreshes(it.ID, c.at, 1)
			if len(got) != 1 || got[0].RequestID != r.RequestID || got[0].Status != c.want {
				t.Errorf("%s at %s: %v, want %s %s", it.Name, c.at, got, r.RequestID, c.want)
			}
		}
		if got := w.Refreshes(it.ID, r.Start.Add(-time.Second), 1); len(got) == 1 && got[0].RequestID == r.RequestID {
			t.Errorf("%s: a run is told before it began", it.Name)
		}
	})
}

func TestRefreshablesAgreeWithHistory(t *testing.T) {
	t.Parallel()
	w := demo(1)
	rows := w.Refreshables(now)
	if len(rows) < 100 {
		t.Fatalf("%d refreshables", len(rows))
	}
	never, failing := 0, 0
	for _, r := range rows {
		ws, it, ok := w.Item(r.ModelID, now)
		if !ok || ws.CapacityID != r.CapacityID || ws.Name != r.WorkspaceName || it.Name != r.Name {
			t.Fatalf("%s is not where it is said to be", r.Name)
		}
		n := 0
		for _, run := range w.Refreshes(r.ModelID, now.Truncate(10*time.Minute), 0) {
			if now.Truncate(10*time.Minute).Sub(run.Start) <= 7*24*time.Hour {
				n++
			}
		}
		if n != r.Count || r.Failures > r.Count {
			t.Errorf("%s: %d runs in its history, count %d, failures %d", r.Name, n, r.Count, r.Failures)
		}
		if r.Count == 0 {
			never++
			if !r.WindowStart.IsZero() || r.Last != nil {
				t.Errorf("%s never ran, but since %s", r.Name, r.WindowStart)
			}
		}
		if r.Failures > 0 {
			failing++
		}
	}
	if failing == 0 || failing*3 > len(rows) {
		t.Errorf("%d of %d refreshables fail", failing, len(rows))
	}
	if rows[0].ModelID != w.Refreshables(now.Add(time.Second))[0].ModelID {
		t.Error("the order changes between two pages")
	}
}

func TestLeonsModelsFailSinceHeLeft(t *testing.T) {
	t.Parallel()
	w := demo(1)
	ws := find(t, w, now, named("FIN-Budget-PROD"))
	for i := range ws.Items {
		it := &ws.Items[i]
		if it.Kind == KindModel && it.Configured.UPN == "leon.fischer@contoso.com" {
			for _, r := range w.Refreshes(it.ID, now, 5) {
				if r.Status != RefreshFailed || r.ErrorCode != "ModelRefreshFailed_CredentialsNotSpecified" {
					t.Errorf("%s: %s %s", it.Name, r.Status, r.ErrorCode)
				}
			}
			return
		}
	}
	t.Error("Leon owns no model of FIN-Budget-PROD")
}

func TestRefreshStartedByACaller(t *testing.T) {
	t.Parallel()
	w := demo(1)
	var id string
	models(w, now, func(_ *Workspace, it *Item, _ []Refresh) { id = it.ID })
	w.AddRefresh(id, Refresh{RequestID: "r1", Type: "ViaApi", Start: now, End: now.Add(time.Minute), Status: RefreshCompleted})
	for _, c := range []struct {
		at   time.Time
		want RefreshStatus
	}{{now.Add(time.Second), RefreshRunning}, {now.Add(time.Minute), RefreshCompleted}} {
		if got := w.Refreshes(id, c.at, 1); got[0].RequestID != "r1" || got[0].Status != c.want {
			t.Errorf("at %s: %v", c.at, got[0])
		}
	}
	if got := w.Refreshes(id, now.Add(-time.Second), 1); len(got) > 0 && got[0].RequestID == "r1" {
		t.Error("the past knows of the refresh")
	}
	if !w.EndRefresh(id, "r1", func(r *Refresh) { r.Status = RefreshCancelled }) || w.EndRefresh(id, "r2", func(*Refresh) {}) {
		t.Error("EndRefresh does not find by request id")
	}
	if w.Refreshes("no such item", now, 0) != nil {
		t.Error("something that does not exist has a history")
	}
}

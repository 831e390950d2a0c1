package world

import (
	"slices"
	"time"
)

// refreshableStep is how far apart two computations of the refreshables are:
// pages asked for within it belong together.
const refreshableStep = 10 * minute

// Refreshables lists the seven-day figures of all models on capacities, in a
// fixed order. They are as of the last full ten minutes.
func (w *World) Refreshables(t time.Time) []Refreshable {
	m := floorDiv(at(t), refreshableStep) * refreshableStep
	w.log.refreshing.Lock()
	defer w.log.refreshing.Unlock()
	if w.log.refreshAt != m {
		w.log.refreshables, w.log.refreshAt = w.refreshablesAt(m), m
	}
	return slices.Clone(w.log.refreshables)
}

func (w *World) refreshablesAt(t moment) []Refreshable {
	var out []Refreshable
	for slot := range w.Slots(when(t)) {
		if !w.mayRefresh(slot, t) {
			continue
		}
		ws, ok := w.WorkspaceAt(slot, when(t))
		if !ok || ws.State != StateActive || ws.CapacityID == "" || ws.CapacityID == w.capacityID(capGone) {
			continue
		}
		for i := range ws.Items {
			if row, ok := w.refreshable(ws, &ws.Items[i], t); ok {
				out = append(out, row)
			}
		}
	}
	return out
}

// mayRefresh rules out the slots that need not be built.
func (w *World) mayRefresh(slot int, t moment) bool {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	if slot >= w.baseSlots(t) {
		return true
	}
	if len(w.o.workspaces) > 0 {
		if _, ok := w.changed(slot, t); ok {
			return true
		}
	}
	s := w.specOf(slot)
	l, ok := w.lifeAt(s, t)
	if !ok || l.state != StateActive {
		return false
	}
	seen := latest{t: t}
	return w.attrsAt(s, l, &seen).capacity >= 0
}

// refreshable is the row of one model; false = it does not belong on the list.
func (w *World) refreshable(ws *Workspace, it *Item, t moment) (Refreshable, bool) {
	if it.Kind != KindModel || !it.Model.Refreshable {
		return Refreshable{}, false
	}
	row := Refreshable{ModelID: it.ID, Name: it.Name, WorkspaceID: ws.ID, WorkspaceName: ws.Name, CapacityID: ws.CapacityID, Schedule: it.Model.Schedule}
	var took []time.Duration
	for _, r := range w.lately(it.ID, t) {
		if row.Last == nil {
			last := r
			row.Last, row.WindowEnd = &last, r.End
		}
		row.WindowStart = r.Start
		row.Count++
		if r.Status == RefreshFailed {
			row.Failures++
		}
		if !r.End.IsZero() {
			took = append(took, r.End.Sub(r.Start))
		}
	}
	if it.Configured != nil {
		row.ConfiguredBy = []string{it.Configured.UPN}
	}
	if len(took) > 0 {
		slices.Sort(took)
		row.Median = took[len(took)/2]
		for _, d := range took {
			row.Average += d / time.Duration(len(took))
		}
	}
	row.PerDay = (row.Count + 6) / 7
	return row, row.Count > 0 || row.Schedule != nil && row.Schedule.Enabled
}

// lately lists the runs of the last seven days, at most 60, newest first.
func (w *World) lately(id string, t moment) []Refresh {
	w.o.mu.RLock()
	made := slices.Clone(w.o.refreshes[id])
	w.o.mu.RUnlock()
	r, ok := w.runnerByID(id, t)
	if !ok {
		r.created = t // only what callers started
	}
	runs := w.history(r, made, t-7*day, t)
	return slices.DeleteFunc(runs, func(r Refresh) bool { return at(r.Start) < t-7*day })
}

// AddRefresh records a refresh that a caller started on a model or dataflow.
// End may lie in the future: until then it is running.
func (w *World) AddRefresh(itemID string, r Refresh) {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.refreshes[itemID] = append(w.o.refreshes[itemID], r)
}

// EndRefresh changes a refresh that a caller started, for instance to cancel
// it; false = there is none with that request id.
func (w *World) EndRefresh(itemID, requestID string, fn func(*Refresh)) bool {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	for i := range w.o.refreshes[itemID] {
		if r := &w.o.refreshes[itemID][i]; r.RequestID == requestID {
			fn(r)
			return true
		}
	}
	return false
}

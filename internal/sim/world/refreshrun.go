package world

import (
	"slices"
	"strings"
	"time"
)

// runner is a model or dataflow as far as its refreshes need it.
type runner struct {
	k       key
	spec    spec
	rhythm  rhythm
	has     bool // has a schedule
	created moment
	leon    bool // owned by somebody who left, fails since
	base    moment
	slowing bool // gets slower week by week
}

func (w *World) newRunner(s spec, l life, p itemPlan, created moment, capacity int) runner {
	k := w.itemKey(s, l, p)
	r := runner{k: k.sub(tagRefresh), spec: s, created: created, leon: w.ownedByLeon(s, p)}
	r.rhythm, r.has = w.rhythmOf(s, k, capacity, p.kind == KindDataflow)
	x := r.k.sub(1).f()
	r.base = 15 + moment(1800*x*x*x*x)
	r.slowing = r.k.sub(2).chance(0.08)
	if r.slowing {
		r.base += 120
	}
	return r
}

// refreshes reports whether the shape of a model is refreshed at all.
func (p itemPlan) refreshes() bool {
	switch p.special {
	case liveModel, directModel, foreignModel, fabricModel:
		return false
	}
	return p.kind == KindModel || p.kind == KindDataflow
}

// disabledAt is when a disabled schedule was switched off, after four failures.
func (r runner) disabledAt() moment {
	if r.rhythm.enabled || !r.has {
		return never
	}
	return r.created + r.k.sub(3).span(30, 600)*day
}

// episode reports whether the model fails around a moment, and how.
func (r runner) episode(t moment) (code, text string, failing bool) {
	if r.leon && t > fixedPeople[fixedLeon].left+3*day {
		return "ModelRefreshFailed_CredentialsNotSpecified", "The credentials of the owner were removed.", true
	}
	c := newCycle(r.k.sub(tagEpisode), 70*day)
	gen, start := c.last(t)
	g := c.k.sub(uint64(gen))
	length := g.sub(1).span(1, 9) * day
	if g.sub(2).chance(0.1) {
		length = g.sub(3).span(15, 30) * day
	}
	if g.chance(0.35) && t < start+length {
		e := pick(g.sub(4), refreshErrors)
		return e.code, e.text, true
	}
	return "", "", false
}

var refreshErrors = []struct{ code, text string }{
	{"ModelRefreshFailed_CredentialsNotSpecified", ""},
	{"ModelRefreshDisabled_CredentialNotSpecified", "The credentials of at least one datasource are missing."},
	{"ModelRefresh_ShortMessage_ProcessingError", "Column 'CostCenter' in table 'FactBudget' contains a duplicate value."},
	{"ModelRefresh_ShortMessage_ProcessingError", "The key didn't match any rows in the table. Server <sql0.corp.contoso.com>."},
	{"ModelRefresh_ShortMessage_ServiceError", "The gateway is offline or could not be reached."},
	{"ProcessingTimeOut", ""},
	{"ModelRefresh_ShortMessage_CancelledByUser", "The refresh was cancelled."},
}

// onDay lists the runs of a day (UTC) in order of time.
func (w *World) onDay(r runner, d int64) []Refresh {
	var out []Refresh
	if r.has {
		for i, m := range r.rhythm.times {
			local := d*day + m
			if !r.rhythm.days[weekday(local)] {
				continue
			}
			h := r.k.sub2(uint64(d), uint64(i))
			start := local - zones[r.rhythm.zone].offset + h.span(5, 840)
			if start <= r.created || start > r.disabledAt() {
				continue
			}
			out = append(out, w.run(r, h, start, "Scheduled"))
		}
	}
	share := 0.02
	if !r.has {
		share = 0.15
	}
	if h := r.k.sub2(uint64(d), 77); h.chance(share) {
		if start := office(d*day + h.sub(1).span(0, day-1)); start > r.created && floorDiv(start, day) == d {
			out = append(out, w.run(r, h, start, pick(h.sub(2), []string{"OnDemand", "OnDemand", "ViaApi", "ViaEnhancedApi", "ViaXmlaEndpoint"})))
		}
	}
	return out
}

func (w *World) run(r runner, h key, start moment, kind string) Refresh {
	took := float64(r.base) * (0.8 + 0.4*h.sub(10).f())
	if r.slowing {
		_, since := newCycle(r.k.sub(4), 200*day).last(start)
		took *= 1 + 3*float64(start-since)/float64(200*day)
	}
	out := Refresh{Type: kind, Start: when(start), Status: RefreshCompleted,
		RequestID: w.id(idRefresh, uint32(r.spec.slot), uint64(h)>>24)}
	code, text, failing := r.episode(start)
	if !failing && h.sub(11).chance(0.006) {
		e := pick(h.sub(12), refreshErrors)
		code, text, failing = e.code, e.text, true
	}
	if left := r.disabledAt() - start; 0 <= left && left < 4*day {
		code, failing = "ModelRefreshFailed_CredentialsNotSpecified", true
	}
	if failing {
		took *= 0.3
		out.Status, out.ErrorCode, out.ErrorText = RefreshFailed, code, text
		if strings.HasSuffix(code, "CancelledByUser") {
			out.Status = RefreshCancelled
		}
		if code == "ProcessingTimeOut" {
			took = float64(2 * hour)
		}
	}
	if r.has && len(r.rhythm.times) > 1 {
		took = min(took, float64(day/int64(len(r.rhythm.times)))*0.7)
	}
	end := start + max(3, moment(took))
	out.End = when(end)
	if kind != "Scheduled" {
		out.By = w.principal(w.bossOf(r.spec.dept, start)).UPN
	}
	if h.sub(13).chance(0.6) {
		out.Attempts = attempts(out, start, end)
	}
	return out
}

// attempts: data is read first, then queries are warmed; a failed run may have
// been tried twice.
func attempts(r Refresh, start, end moment) []RefreshAttempt {
	mid := end - max(1, (end-start)/20)
	if r.Status != RefreshCompleted {
		half := start + (end-start)/2
		return []RefreshAttempt{{1, "Data", when(start), when(half), r.ErrorCode}, {2, "Data", when(half), when(end), r.ErrorCode}}
	}
	return []RefreshAttempt{{1, "Data", when(start), when(mid), ""}, {1, "Query", when(mid), when(end), ""}}
}

// running hides what of a refresh has not happened at t.
func (r Refresh) running(t moment) Refresh {
	if r.End.IsZero() || at(r.End) <= t {
		return r
	}
	r.End, r.Status, r.ErrorCode, r.ErrorText, r.Attempts = time.Time{}, RefreshRunning, "", "", nil
	return r
}

// History keeps between 20 and 60 entries: of what is older than three days
// only the newest 20 (api-guide 5.1).
const (
	historyMax  = 60
	historyKept = 20
	historyDays = 3
	// historyReach is how far back anything is found at all.
	historyReach = 400 * day
)

// history lists the newest runs that had begun by t, newest first.
func (w *World) history(r runner, made []Refresh, since, t moment) []Refresh {
	var out []Refresh
	for i := len(made) - 1; i >= 0; i-- {
		if at(made[i].Start) <= t {
			out = append(out, made[i].running(t))
		}
	}
	for d := floorDiv(t, day) + 1; len(out) < historyMax+len(made) && (d+2)*day > since && d*day >= r.created-day; d-- {
		runs := w.onDay(r, d)
		slices.SortFunc(runs, func(a, b Refresh) int { return b.Start.Compare(a.Start) })
		for _, run := range runs {
			if at(run.Start) <= t {
				out = append(out, run.running(t))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Refresh) int { return b.Start.Compare(a.Start) })
	for i := range out {
		if i >= historyMax || i >= historyKept && at(out[i].Start) < t-historyDays*day {
			return out[:i]
		}
	}
	return out
}

// runnerByID finds the runner behind an item id at t.
func (w *World) runnerByID(id string, t moment) (runner, bool) {
	a, b, ok := w.parseKind(strings.TrimPrefix(id, foreignPrefix), idItem)
	if !ok || int(a) >= w.baseSlots(t) {
		return runner{}, false
	}
	s := w.specOf(int(a))
	l, ok := w.lifeAt(s, t)
	if !ok || uint64(l.gen) != b>>26 {
		return runner{}, false
	}
	for _, p := range w.itemPlans(s, l) {
		if p.k == int(b>>16&0x3ff) && p.refreshes() {
			seen := latest{t: t}
			return w.newRunner(s, l, p, l.created+4*day, w.attrsAt(s, l, &seen).capacity), true
		}
	}
	return runner{}, false
}

// Refreshes lists the newest n refreshes of a model or dataflow that had begun
// by t, newest first; n ≤ 0 means 60. A refresh still running at t has no end.
func (w *World) Refreshes(itemID string, t time.Time, n int) []Refresh {
	id := strings.ToLower(itemID)
	w.o.mu.RLock()
	made := slices.Clone(w.o.refreshes[id])
	w.o.mu.RUnlock()
	r, ok := w.runnerByID(id, at(t))
	if !ok && len(made) == 0 {
		return nil
	}
	if !ok {
		r.created = at(t)
		r.rhythm.enabled = true
	}
	out := w.history(r, made, at(t)-historyReach, at(t))
	if n > 0 && len(out) > n {
		out = out[:n]
	}
	return out
}

package refresh

import (
	"time"

	"steward/internal/tenant"
)

// State is the health of a model's refreshes in a word.
type State string

// The states, the worst first.
const (
	// StateOff: the schedule is off, and the last refreshes failed.
	StateOff State = "switched off"
	// StateEnding: Microsoft is about to switch it off, because it fails.
	StateEnding State = "about to be switched off"
	// StateFailing: the last refresh failed.
	StateFailing State = "failing"
	// StateAdvice: it works, and something should be done.
	StateAdvice State = "needs care"
	// StatePausing: it works, and Microsoft is about to pause its schedule
	// because nobody uses it.
	StatePausing State = "about to be paused"
	// StateUnknown: too little can be read to tell.
	StateUnknown State = "unknown"
	// StateIdle: nothing was refreshed, and nothing is meant to be.
	StateIdle State = "idle"
	// StateHealthy: nothing to say.
	StateHealthy State = "healthy"
)

// States lists the states, the worst first.
func States() []State {
	return []State{StateOff, StateEnding, StateFailing, StateAdvice, StatePausing, StateUnknown, StateIdle, StateHealthy}
}

// Rank orders states, the worst last.
func (s State) Rank() int {
	for i, o := range States() {
		if s == o {
			return len(States()) - i
		}
	}
	return 0
}

// Facts are what is known of a model besides its runs.
type Facts struct {
	// Schedule is nil without one.
	Schedule *tenant.RefreshSchedule
	// Owner is who configured it, as told; OwnerGone says that the directory
	// knows that the person has left or has a disabled account.
	Owner     string
	OwnerGone bool
	// Gateway is the name or id of a gateway that its sources use; empty for
	// none.
	Gateway string
	// LastUse is when somebody last looked at what is made of it, zero when
	// nobody did since UseSince; UseSince is zero when that is not known.
	LastUse, UseSince time.Time
	// Dedicated says that it is on a capacity.
	Dedicated bool
	// Source, KnownSince and Reason are how much of its history is known.
	Source     Source
	KnownSince time.Time
	Reason     string
	// Seven are Microsoft's own figures of seven days, where the history cannot
	// be read; Counted says that there are any.
	Counted        bool
	SevenRuns      int
	SevenFailed    int
	SevenMean      time.Duration
	SevenMedian    time.Duration
	SevenStatus    Status
	SevenLast      time.Time
	SevenErrorCode string
}

// Health is what a model's refreshes come to.
type Health struct {
	State   State
	Figures Figures
	// Row is how many refreshes in a row have failed by now.
	Row int
	// Last is the newest run that has ended, LastGood the newest that
	// completed; zero when none is known.
	Last     Run
	LastGood time.Time
	Causes   []Cause
	Advice   []Advice
}

// Assess judges a model by its runs, the newest first, that began in the days
// that the thresholds look back.
func Assess(runs []Run, f Facts, t Thresholds, now time.Time) Health {
	t = t.OrDefaults()
	from := now.AddDate(0, 0, -t.Days)
	h := Health{Figures: Measure(runs, Slots(f.Schedule, from, now), now), Causes: Causes(runs)}
	counting := true
	for i := range runs {
		r := runs[i]
		if !r.Status.Over() {
			continue
		}
		if h.Last.ID == "" {
			h.Last = r
		}
		if r.Status == Completed && h.LastGood.IsZero() {
			h.LastGood = r.End
		}
		switch {
		case r.Status.Broken() && counting:
			h.Row++
		case r.Status == Completed:
			counting = false
		}
	}
	if !f.Source.Complete() && f.Counted {
		h.sevenDays(f)
	}
	h.Advice = advise(&h, runs, f, t, now)
	h.State = stateOf(&h, f, t)
	return h
}

// sevenDays takes Microsoft's own figures where single runs cannot be read.
func (h *Health) sevenDays(f Facts) {
	h.Figures.Runs = max(h.Figures.Runs, f.SevenRuns)
	h.Figures.Failed, h.Figures.Completed = f.SevenFailed, f.SevenRuns-f.SevenFailed
	h.Figures.Mean, h.Figures.Median = f.SevenMean, f.SevenMedian
}

func stateOf(h *Health, f Facts, t Thresholds) State {
	on := f.Schedule != nil && f.Schedule.Enabled
	switch {
	case f.Schedule != nil && !on && (h.Row >= t.Failures || h.Row > 0 && h.has(AdviceOff)):
		return StateOff
	case h.has(AdviceEnding):
		return StateEnding
	case h.Last.Status.Broken():
		return StateFailing
	case !f.Source.Complete() && h.Figures.Runs == 0:
		return StateUnknown
	case h.only(AdviceUnused):
		return StatePausing
	case len(h.Advice) > 0:
		return StateAdvice
	case h.Figures.Runs == 0 && !on:
		return StateIdle
	}
	return StateHealthy
}

// First is the sentence that tells most: the first advice, else why the last
// refresh failed, which counts for more than disuse; empty when there is nothing
// to say.
func (h *Health) First() string {
	switch {
	case h.Last.Status.Broken() && (len(h.Advice) == 0 || h.only(AdviceUnused)):
		return CauseOf(h.Last).Says()
	case len(h.Advice) > 0:
		return h.Advice[0].Says
	}
	return ""
}

// only reports whether there is advice, and none but of one kind.
func (h *Health) only(k AdviceKind) bool { return len(h.Advice) == 1 && h.has(k) }

func (h *Health) has(k AdviceKind) bool {
	for _, a := range h.Advice {
		if a.Kind == k {
			return true
		}
	}
	return false
}

package refresh

import (
	"fmt"
	"strings"
	"time"
)

// AdviceKind is what a piece of advice is about.
type AdviceKind string

// The kinds of advice.
const (
	AdviceOff         AdviceKind = "switched-off"
	AdviceEnding      AdviceKind = "four-failures"
	AdviceUnused      AdviceKind = "unused"
	AdviceOwner       AdviceKind = "owner-left"
	AdviceCredentials AdviceKind = "credentials"
	AdviceGateway     AdviceKind = "gateway"
	AdviceRecurring   AdviceKind = "recurring-cause"
	AdviceSuccess     AdviceKind = "success"
	AdviceLong        AdviceKind = "long"
	AdviceUneven      AdviceKind = "uneven"
	AdviceSlower      AdviceKind = "slower"
	AdviceWaits       AdviceKind = "waits"
	AdviceMissed      AdviceKind = "missed"
)

// adviceWords say each kind of advice in a few words, the most pressing first.
var adviceWords = []struct {
	kind AdviceKind
	says string
}{
	{AdviceOff, "Switched off"}, {AdviceEnding, "Four failures in a row"}, {AdviceOwner, "Owner has left"}, {AdviceCredentials, "Credentials expired"},
	{AdviceGateway, "Gateway fails"}, {AdviceRecurring, "One cause comes back"}, {AdviceSuccess, "Seldom succeeds"}, {AdviceMissed, "Slots missed"},
	{AdviceLong, "Takes long"}, {AdviceUneven, "Duration uneven"}, {AdviceSlower, "Slower than its past"}, {AdviceWaits, "Waits after its slot"},
	{AdviceUnused, "Two months unused"},
}

// AdviceKinds lists the kinds of advice, the most pressing first.
func AdviceKinds() []AdviceKind {
	var out []AdviceKind
	for _, w := range adviceWords {
		out = append(out, w.kind)
	}
	return out
}

// Says is the kind in a few words; its own name when it is not known.
func (k AdviceKind) Says() string {
	for _, w := range adviceWords {
		if w.kind == k {
			return w.says
		}
	}
	return string(k)
}

// Advice is one thing to do about a model.
type Advice struct {
	Kind AdviceKind `json:"kind"`
	// Urgent says that data stay old until it is done.
	Urgent bool `json:"urgent,omitempty"`
	// Says is what is wrong, Evidence the figures or runs that show it, Do what
	// to do about it.
	Says     string `json:"says"`
	Evidence string `json:"evidence"`
	Do       string `json:"do"`
}

// advise lists what should be done, what is urgent first. Disuse comes last:
// many models share it, and it breaks nothing.
func advise(h *Health, runs []Run, f Facts, t Thresholds, now time.Time) []Advice {
	var out []Advice
	for _, rule := range []func(*Health, []Run, Facts, Thresholds, time.Time) (Advice, bool){
		offOrEnding, ownerLeft, recurring, seldomSucceeds, missed, takesLong, uneven, gotSlower, waits, unused,
	} {
		if a, ok := rule(h, runs, f, t, now); ok {
			out = append(out, a)
		}
	}
	return out
}

// offOrEnding tells of Microsoft's rule that four failures in a row switch a
// schedule off.
func offOrEnding(h *Health, _ []Run, f Facts, t Thresholds, _ time.Time) (Advice, bool) {
	if f.Schedule == nil || h.Row == 0 {
		return Advice{}, false
	}
	evidence := fmt.Sprintf("The last %d refreshes failed, the newest on %s%s.", h.Row, day(h.Last.Start), because(h))
	if !f.Schedule.Enabled {
		return Advice{AdviceOff, true, "Its schedule is off, and nothing refreshes it.", evidence,
			"Mend the cause, refresh it once by hand, and then switch the schedule on again."}, true
	}
	left := t.Failures - h.Row
	if left > 1 {
		return Advice{}, false
	}
	says := fmt.Sprintf("One more failure, and Microsoft switches its schedule off: it does so after %d in a row.", t.Failures)
	if left <= 0 {
		says = fmt.Sprintf("Microsoft switches a schedule off after %d failures in a row: this one may be off at any moment.", t.Failures)
	}
	return Advice{AdviceEnding, true, says, evidence, "Mend the cause before the next slot, or refresh it by hand once it is mended: one success begins the count anew."}, true
}

// because adds the cause of the newest failure.
func because(h *Health) string {
	if !h.Last.Status.Broken() {
		return ""
	}
	return ": " + strings.TrimSuffix(lower(CauseOf(h.Last).Says()), ".")
}

func lower(s string) string {
	if s == "" || strings.HasPrefix(s, "Power BI") {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// soon is how long before the end of two months without use one is told.
const soon = 14 * 24 * time.Hour

func unused(_ *Health, _ []Run, f Facts, t Thresholds, now time.Time) (Advice, bool) {
	if f.Schedule == nil || !f.Schedule.Enabled || f.UseSince.IsZero() {
		return Advice{}, false
	}
	since, evidence := f.LastUse, "Nobody opened anything made of it since "+day(f.LastUse)+"."
	if since.IsZero() {
		since, evidence = f.UseSince, "Nobody opened anything made of it since "+day(f.UseSince)+", when the portal's record of use begins."
	}
	if now.Sub(since) < t.Unused-soon {
		return Advice{}, false
	}
	says := "Microsoft pauses its schedule on " + day(since.Add(t.Unused)) + ": after two months in which nobody used it."
	if now.Sub(since) >= t.Unused {
		says = "Microsoft pauses the schedule of a model that nobody used for two months: this one may be off at any moment."
	}
	return Advice{AdviceUnused, false, says, evidence, "Ask its owner whether it is needed. If it is, opening a report of it once is enough; if not, switch the schedule off and archive it."}, true
}

func ownerLeft(h *Health, _ []Run, f Facts, _ Thresholds, _ time.Time) (Advice, bool) {
	if !f.OwnerGone || f.Schedule == nil && h.Figures.Runs == 0 {
		return Advice{}, false
	}
	return Advice{AdviceOwner, h.Row > 0, "Its owner has left: the credentials it refreshes with end with the account.",
		"It was configured by " + f.Owner + ", whose account the directory has disabled or deleted.",
		"Another owner takes the model over and enters the credentials of its sources again."}, true
}

// recurring names a cause that comes back. Credentials and gateways are told at
// once: they do not mend themselves.
func recurring(h *Health, _ []Run, f Facts, t Thresholds, _ time.Time) (Advice, bool) {
	for _, c := range h.Causes {
		now := h.Row > 0 && CauseOf(h.Last).Key() == c.Key()
		evidence := fmt.Sprintf("%s in the days looked at, last on %s: %s.", times(c.Count), day(c.Last.Start), codeOf(c))
		switch {
		case c.Trouble == TroubleCredentials && now:
			return Advice{AdviceCredentials, true, c.Says(), evidence, c.Remedy()}, true
		case c.Trouble == TroubleGateway && (now || c.Count >= t.Recurs):
			if f.Gateway != "" {
				evidence += " The gateway is " + f.Gateway + "."
			}
			return Advice{AdviceGateway, now, c.Says(), evidence, c.Remedy()}, true
		case c.Count >= t.Recurs:
			return Advice{AdviceRecurring, now, "It fails for the same cause again and again. " + c.Says(), evidence, c.Remedy()}, true
		}
	}
	return Advice{}, false
}

func codeOf(c Cause) string {
	switch {
	case c.Code == "" && c.Text == "":
		return "Microsoft gave no cause"
	case c.Code == "":
		return c.Text
	case c.Text == "":
		return c.Code
	}
	return c.Code + ", " + strings.TrimSuffix(c.Text, ".")
}

func times(n int) string {
	switch n {
	case 1:
		return "Once"
	case 2:
		return "Twice"
	}
	return fmt.Sprintf("%d times", n)
}

func seldomSucceeds(h *Health, _ []Run, f Facts, t Thresholds, _ time.Time) (Advice, bool) {
	share, ok := h.Figures.Success()
	if !ok || share >= t.Success || h.Figures.Completed+h.Figures.Failed < 3 {
		return Advice{}, false
	}
	days := t.Days
	if !f.Source.Complete() && f.Counted {
		days = 7
	}
	return Advice{AdviceSuccess, false, fmt.Sprintf("Only %.0f %% of its refreshes succeed; the line is %.0f %%.", 100*share, 100*t.Success),
		fmt.Sprintf("%d of %d failed in %d days.", h.Figures.Failed, h.Figures.Completed+h.Figures.Failed, days),
		"Look at the causes below, the most frequent first."}, true
}

// missed tells of a schedule whose slots passed without a run.
func missed(h *Health, runs []Run, f Facts, _ Thresholds, now time.Time) (Advice, bool) {
	if !f.Source.Complete() || f.Schedule == nil || !f.Schedule.Enabled {
		return Advice{}, false
	}
	from := now.Add(-aWeek)
	if f.KnownSince.After(from) {
		from = f.KnownSince
	}
	n, last := 0, time.Time{}
	for _, slot := range Slots(f.Schedule, from, now.Add(-sameRun)) {
		if !ranAt(runs, slot) {
			n, last = n+1, slot
		}
	}
	if n < 2 {
		return Advice{}, false
	}
	return Advice{AdviceMissed, h.Row > 0, "It is not refreshed at the times of its schedule.",
		fmt.Sprintf("%d slots of the last seven days passed without a refresh, the last on %s.", n, moment(last)),
		"A refresh that still runs when the next is due swallows it: look at the duration. Else the capacity was paused or too busy."}, true
}

func ranAt(runs []Run, slot time.Time) bool {
	for i := range runs {
		if d := runs[i].Start.Sub(slot); d >= -time.Minute && d <= sameRun {
			return true
		}
	}
	return false
}

func takesLong(h *Health, _ []Run, _ Facts, t Thresholds, _ time.Time) (Advice, bool) {
	if h.Figures.Mean <= t.LongMean {
		return Advice{}, false
	}
	return Advice{AdviceLong, false, "A refresh takes " + Spoken(h.Figures.Mean) + " on average; from " + Spoken(t.LongMean) + " on, incremental refresh pays.",
		fmt.Sprintf("The median is %s, the longest %s, of %d that completed.", Spoken(h.Figures.Median), Spoken(h.Figures.Longest), h.Figures.Completed),
		"Set up incremental refresh on the largest tables, so that only new rows are read."}, true
}

// fewRuns is how many completed runs a statement about spread needs.
const fewRuns = 5

func uneven(h *Health, runs []Run, _ Facts, t Thresholds, _ time.Time) (Advice, bool) {
	fig := h.Figures
	if fig.Completed < fewRuns || fig.Longest < 5*time.Minute || float64(fig.Longest) <= t.Longest*float64(fig.Mean) {
		return Advice{}, false
	}
	var when time.Time
	for i := range runs {
		if runs[i].Status == Completed && runs[i].Took() == fig.Longest {
			when = runs[i].Start
		}
	}
	return Advice{AdviceUneven, false, fmt.Sprintf("The longest refresh took %.1f times the mean.", float64(fig.Longest)/float64(fig.Mean)),
		fmt.Sprintf("%s on %s; the mean is %s, half of all lie within %s.", Spoken(fig.Longest), moment(when), Spoken(fig.Mean), Spoken(fig.Spread)),
		"The source was slow, or too much ran at that hour: the page of schedules shows what did."}, true
}

func gotSlower(h *Health, _ []Run, _ Facts, t Thresholds, _ time.Time) (Advice, bool) {
	fig := h.Figures
	if fig.Slower < t.Slower || fig.Median < time.Minute {
		return Advice{}, false
	}
	return Advice{AdviceSlower, false, fmt.Sprintf("It takes %.1f times as long as it did.", fig.Slower),
		fmt.Sprintf("The median of the last seven days against the days before; it grows by %.0f %% a week.", 100*fig.Trend),
		"Look for what grew: rows without an end, a new column, a query that no longer folds to the source."}, true
}

func waits(h *Health, _ []Run, _ Facts, t Thresholds, _ time.Time) (Advice, bool) {
	fig := h.Figures
	if fig.Waited < fewRuns || fig.Wait <= t.Wait {
		return Advice{}, false
	}
	return Advice{AdviceWaits, false, "It begins " + Spoken(fig.Wait) + " after its slot.",
		fmt.Sprintf("The median of %d scheduled refreshes; the longest wait was %s. Microsoft begins within fifteen minutes unless too much is due at once.", fig.Waited, Spoken(fig.LongestWait)),
		"Move it to a half hour at which less is due: the page of schedules proposes one."}, true
}

func day(t time.Time) string    { return t.UTC().Format("2 Jan 2006") }
func moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// Spoken says a duration as a person would.
func Spoken(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	case d < 10*time.Minute:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

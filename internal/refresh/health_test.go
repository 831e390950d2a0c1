package refresh_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"steward/internal/refresh"
	"steward/internal/tenant"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// daily are runs at 05:00 on each of the last days, the newest first.
func daily(days int, each func(i int, r *refresh.Run)) []refresh.Run {
	runs := make([]refresh.Run, days)
	for i := range runs {
		start := time.Date(2026, 11, 20-i, 5, 2, 0, 0, time.UTC)
		runs[i] = refresh.Run{ID: fmt.Sprint(i), Start: start, End: start.Add(10 * time.Minute), Status: refresh.Completed, Type: "Scheduled", Source: refresh.FromHistory}
		if each != nil {
			each(i, &runs[i])
			if runs[i].Status != refresh.Completed && runs[i].ErrorCode == "" {
				runs[i].ErrorCode = "X"
			}
		}
	}
	return runs
}

func facts() refresh.Facts {
	return refresh.Facts{Source: refresh.FromHistory, KnownSince: now.AddDate(0, -2, 0), Schedule: everyDay("05:00")}
}

func everyDay(times ...string) *tenant.RefreshSchedule {
	return &tenant.RefreshSchedule{Enabled: true, Days: []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}, Times: times, TimeZone: "UTC"}
}

func failing(code, text string, which func(i int) bool) func(int, *refresh.Run) {
	return func(i int, r *refresh.Run) {
		if which(i) {
			r.Status, r.ErrorCode, r.ErrorText = refresh.Failed, code, text
		}
	}
}

func newest(n int) func(int) bool { return func(i int) bool { return i < n } }

func TestAssess(t *testing.T) {
	t.Parallel()
	with := func(change func(*refresh.Facts)) refresh.Facts {
		f := facts()
		change(&f)
		return f
	}
	for _, tc := range []struct {
		name   string
		runs   []refresh.Run
		facts  refresh.Facts
		state  refresh.State
		advice []refresh.AdviceKind
	}{
		{"all is well", daily(30, nil), facts(), refresh.StateHealthy, nil},
		{"one failure", daily(30, failing("X", "", newest(1))), facts(), refresh.StateFailing, nil},
		{"three in a row: one more switches it off", daily(30, failing("X", "", newest(3))), facts(), refresh.StateEnding,
			[]refresh.AdviceKind{refresh.AdviceEnding, refresh.AdviceRecurring}},
		{"a success begins the count anew", daily(30, failing("X", "", func(i int) bool { return i == 1 || i == 2 })), facts(), refresh.StateHealthy, nil},
		{"switched off", daily(30, failing("ModelRefreshFailed_CredentialsNotSpecified", "", newest(4))), with(func(f *refresh.Facts) { f.Schedule.Enabled = false }),
			refresh.StateOff, []refresh.AdviceKind{refresh.AdviceOff, refresh.AdviceCredentials}},
		{"owner left", daily(30, nil), with(func(f *refresh.Facts) { f.Owner, f.OwnerGone = "Leon", true }), refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceOwner}},
		{"below the line of success", daily(10, failing("", "", func(i int) bool { return i == 1 || i == 4 || i == 7 })), with(func(f *refresh.Facts) { f.KnownSince = now }),
			refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceRecurring, refresh.AdviceSuccess}},
		{"nobody uses it", daily(30, nil), with(func(f *refresh.Facts) { f.UseSince, f.LastUse = now.AddDate(0, -6, 0), now.AddDate(0, 0, -55) }),
			refresh.StatePausing, []refresh.AdviceKind{refresh.AdviceUnused}},
		{"it fails, and nobody uses it", daily(30, failing("X", "", newest(1))), with(func(f *refresh.Facts) { f.UseSince, f.LastUse = now.AddDate(0, -6, 0), now.AddDate(0, 0, -55) }),
			refresh.StateFailing, []refresh.AdviceKind{refresh.AdviceUnused}},
		{"use is not known for long enough", daily(30, nil), with(func(f *refresh.Facts) { f.UseSince = now.AddDate(0, 0, -20) }), refresh.StateHealthy, nil},
		{"a long mean", daily(30, func(_ int, r *refresh.Run) { r.End = r.Start.Add(90 * time.Minute) }), facts(), refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceLong}},
		{"one slow run", daily(30, func(i int, r *refresh.Run) {
			if i == 9 {
				r.End = r.Start.Add(50 * time.Minute)
			}
		}), facts(), refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceUneven}},
		{"slower than its past", daily(30, func(i int, r *refresh.Run) {
			if i < 7 {
				r.End = r.Start.Add(18 * time.Minute)
			}
		}), facts(), refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceSlower}},
		{"it waits", daily(30, func(_ int, r *refresh.Run) { r.Start, r.End = r.Start.Add(30*time.Minute), r.End.Add(30*time.Minute) }), facts(),
			refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceWaits}},
		{"slots that passed", daily(30, nil)[3:], facts(), refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceMissed}},
		{"the gateway fails now and then", daily(30, failing("ModelRefresh_ShortMessage_ServiceError", "The gateway is offline or could not be reached.", func(i int) bool { return i%9 == 1 })), facts(),
			refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceGateway}},
		{"nothing can be read", nil, refresh.Facts{Source: refresh.FromNowhere, Schedule: everyDay("05:00")}, refresh.StateUnknown, nil},
		{"only Microsoft's own count", nil, refresh.Facts{Source: refresh.FromRefreshables, Counted: true, SevenRuns: 7, SevenFailed: 5}, refresh.StateAdvice, []refresh.AdviceKind{refresh.AdviceSuccess}},
		{"nothing is meant to refresh", nil, refresh.Facts{Source: refresh.FromHistory}, refresh.StateIdle, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := refresh.Assess(tc.runs, tc.facts, refresh.Thresholds{}, now)
			var got []refresh.AdviceKind
			for _, a := range h.Advice {
				got = append(got, a.Kind)
				if a.Says == "" || a.Evidence == "" || a.Do == "" {
					t.Errorf("%s lacks a sentence: %+v", a.Kind, a)
				}
			}
			if h.State != tc.state || !slices.Equal(got, tc.advice) {
				t.Errorf("%s with %v, want %s with %v", h.State, got, tc.state, tc.advice)
			}
		})
	}
}

// Failures of one cause read the same, whatever ids, numbers and names they
// carry; others do not.
func TestCauses(t *testing.T) {
	t.Parallel()
	texts := [][]string{
		{"Column 'CostCenter' in table 'FactBudget' contains a duplicate value '17' and this is not allowed.", "Column 'Id' in table 'DimDay' contains a duplicate value '4711' and this is not allowed."},
		{"The key didn't match any rows in the table. Server <sql0.corp.contoso.com>.", "The key didn't match any rows in the table. Server <sql7.corp.contoso.com>."},
		{"Session 0f1e2d3c-aaaa-4000-8000-000000000001 timed out after 7,200 s.", "Session 99999999-aaaa-4000-8000-00000000000f timed out after 18000 s."},
		{"Cannot open \\\\files01\\share\\a.xlsx; see https://contoso.com/a?b=1", "Cannot open \\\\files02\\place\\b.xlsx; see https://example.com/"},
	}
	var runs []refresh.Run
	for i, same := range texts {
		for _, text := range same {
			runs = append(runs, refresh.Run{ID: "r", Status: refresh.Failed, ErrorCode: "E", ErrorText: text, Start: now.Add(-time.Duration(i) * time.Hour)})
		}
		if a, b := refresh.Normalise(same[0]), refresh.Normalise(same[1]); a != b {
			t.Errorf("one cause, two texts:\n%s\n%s", a, b)
		}
	}
	got := refresh.Causes(runs)
	if len(got) != len(texts) {
		t.Fatalf("%d causes: %+v", len(got), got)
	}
	for _, c := range got {
		if c.Count != 2 || c.Says() == "" || c.Remedy() == "" {
			t.Errorf("%+v", c)
		}
	}
	if got[0].Trouble != refresh.TroubleData || got[1].Trouble != refresh.TroubleSource || got[2].Trouble != refresh.TroubleTimeout {
		t.Errorf("the sorts are %s, %s, %s", got[0].Trouble, got[1].Trouble, got[2].Trouble)
	}
}

// A trend is that of most days: one slow day makes none.
func TestTrend(t *testing.T) {
	t.Parallel()
	if f := refresh.Measure(daily(28, func(i int, r *refresh.Run) { r.End = r.Start.Add(time.Duration(2800-70*i) * time.Second) }), nil, now); f.Trend < 0.2 || f.Trend > 0.4 {
		t.Errorf("growing by 490 s a week on about 1,900 s is a trend of %.2f", f.Trend)
	}
	if f := refresh.Measure(daily(28, func(i int, r *refresh.Run) {
		if i == 2 {
			r.End = r.Start.Add(5 * time.Hour)
		}
	}), nil, now); f.Trend != 0 {
		t.Errorf("one slow day is a trend of %.2f", f.Trend)
	}
}

// Slots follow the zone of the schedule, also over the change of the clocks.
func TestSlots(t *testing.T) {
	t.Parallel()
	s := &tenant.RefreshSchedule{Enabled: true, Days: []string{"Saturday", "Sunday", "Monday"}, Times: []string{"06:30"}, TimeZone: "W. Europe Standard Time"}
	var got []string
	for _, at := range refresh.Slots(s, time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 27, 0, 0, 0, 0, time.UTC)) {
		got = append(got, at.Format("Mon 15:04"))
	}
	if want := []string{"Sat 04:30", "Sun 05:30", "Mon 05:30"}; !slices.Equal(got, want) {
		t.Errorf("slots %v, want %v", got, want)
	}
	if _, known := refresh.ZoneOf("No Such Standard Time"); known {
		t.Error("a zone that nobody knows is known")
	}
}

package violation_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"steward/internal/policy"
	"steward/internal/violation"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

func key(rule string, object int64) violation.Key {
	return violation.Key{Rule: rule, Ref: policy.Ref{Kind: policy.KindWorkspace, Workspace: object}}
}

func TestReconcileOneViolation(t *testing.T) {
	t.Parallel()
	k := key("r", 1)
	in := func(s violation.State) []violation.Record {
		return []violation.Record{{Key: k, State: s, Version: "v1", Digest: "d1"}}
	}
	waived := func(until time.Time, s violation.State) []violation.Record {
		r := in(s)
		r[0].WaivedUntil = until
		return r
	}
	fails := []violation.Seen{{Key: k, Version: "v1", Digest: "d1"}}
	tests := map[string]struct {
		before   []violation.Record
		failing  []violation.Seen
		unknown  bool
		presence violation.Presence
		off      bool
		want     string
	}{
		"new":                            {nil, fails, false, violation.Judged, false, "raised:  → open"},
		"still there":                    {in(violation.Open), fails, false, violation.Judged, false, ""},
		"other evidence":                 {in(violation.InProgress), []violation.Seen{{Key: k, Version: "v1", Digest: "d2"}}, false, violation.Judged, false, "seen: in_progress → in_progress"},
		"mended":                         {in(violation.InProgress), nil, false, violation.Judged, false, "resolved: in_progress → resolved"},
		"false positive that stopped":    {in(violation.FalsePositive), nil, false, violation.Judged, false, "resolved: false_positive → resolved"},
		"not seen":                       {in(violation.Open), nil, false, violation.Unseen, false, ""},
		"unknown keeps":                  {in(violation.Open), nil, true, violation.Judged, false, ""},
		"gone":                           {in(violation.Open), nil, false, violation.Gone, false, "object gone: open → resolved"},
		"rule off":                       {in(violation.Open), nil, false, violation.Judged, true, ""},
		"back":                           {in(violation.Resolved), fails, false, violation.Judged, false, "reopened: resolved → open"},
		"back during its waiver":         {waived(noon.AddDate(0, 1, 0), violation.Resolved), fails, false, violation.Judged, false, "reopened: resolved → waived"},
		"resolved stays":                 {in(violation.Resolved), nil, false, violation.Judged, false, ""},
		"waived stays":                   {waived(noon.AddDate(0, 1, 0), violation.Waived), fails, false, violation.Judged, false, ""},
		"waiver ended":                   {waived(noon, violation.Waived), fails, false, violation.Judged, false, "waiver ended: waived → open"},
		"waiver ended on the unseen":     {waived(noon, violation.Waived), nil, false, violation.Unseen, false, "waiver ended: waived → open"},
		"waiver ended and mended":        {waived(noon, violation.Waived), nil, false, violation.Judged, false, "resolved: waived → resolved"},
		"waived and mended":              {waived(noon.AddDate(1, 0, 0), violation.Waived), nil, false, violation.Judged, false, "resolved: waived → resolved"},
		"one object found guilty twice":  {nil, append(fails, fails...), false, violation.Judged, false, "raised:  → open"},
		"false positive still happening": {in(violation.FalsePositive), fails, false, violation.Judged, false, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, c := range violation.Reconcile(tc.before, violation.Sight{
				Now: noon, Failing: tc.failing, Unknown: map[violation.Key]bool{k: tc.unknown},
				Presence: func(policy.Ref) violation.Presence { return tc.presence },
				InForce:  func(string) bool { return !tc.off },
			}) {
				got += fmt.Sprintf("%s: %s → %s", c.What, c.From, c.To)
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// outcomes of one rule on one object at one scan, for the random histories.
const (
	fails = iota
	passes
	unknown
	unseen
	gone
)

// modelled is the naive model of one violation: told what happened to it alone,
// one scan after another, it knows nothing of keys, maps and batches.
type modelled struct {
	state       violation.State
	raised      int
	waivedUntil int // scan number; 0 none
}

func (m *modelled) scan(n, outcome int, inForce bool) {
	if !inForce {
		outcome = unseen
	}
	waived := m.waivedUntil > n
	switch {
	case outcome == fails && m.state == "":
		m.state = violation.Open
		m.raised++
	case outcome == fails && m.state == violation.Resolved && waived:
		m.state = violation.Waived
		m.raised++
	case outcome == fails && m.state == violation.Resolved:
		m.state = violation.Open
		m.raised++
	case (outcome == passes || outcome == gone) && m.state != "" && m.state != violation.Resolved:
		m.state = violation.Resolved
	case m.state == violation.Waived && !waived:
		m.state = violation.Open
	}
}

// TestReconcileAgainstNaiveModel runs random histories of several rules and
// objects: nothing may be lost, doubled, or resolved without being seen.
// STEWARD_LONG=1 runs 100,000 of them; the default is a sample.
func TestReconcileAgainstNaiveModel(t *testing.T) {
	t.Parallel()
	rounds := 1
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 1000 // of rapid's hundred each
	}
	if n, err := strconv.Atoi(os.Getenv("STEWARD_ROUNDS")); err == nil {
		rounds = n
	}
	for range rounds {
		rapid.Check(t, history)
	}
}

func history(t *rapid.T) {
	rules := []string{"a", "b", "c"}
	const objects = 4
	store := map[violation.Key]*violation.Record{}
	model := map[violation.Key]*modelled{}
	raised := map[violation.Key]int{}
	scans := rapid.IntRange(1, 12).Draw(t, "scans")
	for n := 1; n <= scans; n++ {
		off := rapid.SampledFrom([]string{"", "", "", "b"}).Draw(t, "off")
		outcome := map[violation.Key]int{}
		present := map[policy.Ref]int{}
		for o := range int64(objects) {
			at := rapid.SampledFrom([]int{passes, passes, passes, unseen, gone}).Draw(t, "presence")
			present[key("", o).Ref] = at
			for _, r := range rules {
				outcome[key(r, o)] = at
				if at == passes {
					outcome[key(r, o)] = rapid.SampledFrom([]int{fails, fails, passes, unknown}).Draw(t, "outcome")
				}
			}
		}
		reconcileOnce(t, n, off, store, raised, outcome, present)
		for k, o := range outcome {
			if model[k] == nil {
				model[k] = &modelled{}
			}
			model[k].scan(n, o, k.Rule != off)
		}
		compare(t, store, model, raised)
		triage(t, n, store, model)
	}
}

func reconcileOnce(t *rapid.T, n int, off string, store map[violation.Key]*violation.Record, raised, outcome map[violation.Key]int, present map[policy.Ref]int) {
	sight := violation.Sight{
		Now: noon.AddDate(0, 0, n), Unknown: map[violation.Key]bool{},
		InForce: func(r string) bool { return r != off },
		Presence: func(r policy.Ref) violation.Presence {
			return map[int]violation.Presence{passes: violation.Judged, unseen: violation.Unseen, gone: violation.Gone}[present[r]]
		},
	}
	for k, o := range outcome {
		switch {
		case k.Rule == off:
		case o == fails:
			sight.Failing = append(sight.Failing, violation.Seen{Key: k})
		case o == unknown:
			sight.Unknown[k] = true
		}
	}
	var before []violation.Record
	for _, r := range store {
		before = append(before, *r)
	}
	apply := func(changes []violation.Change) {
		for _, c := range changes {
			if c.From != "" && c.From != c.To && !violation.Allowed(c.From, c.To, violation.ByScan) && c.What != violation.WaiverEnded {
				t.Fatalf("scan moved %v from %s to %s", c.Key, c.From, c.To)
			}
			if c.What == violation.Mended && outcome[c.Key] != passes || c.What == violation.ObjectGone && outcome[c.Key] != gone {
				t.Fatalf("%v was resolved without being seen", c.Key)
			}
			if store[c.Key] == nil {
				store[c.Key] = &violation.Record{Key: c.Key}
			}
			if c.What == violation.Raised || c.What == violation.Reopened {
				raised[c.Key]++
			}
			store[c.Key].State = c.To
		}
	}
	apply(violation.Reconcile(before, sight))
	before = before[:0]
	for _, r := range store {
		before = append(before, *r)
	}
	if again := violation.Reconcile(before, sight); len(again) != 0 {
		t.Fatalf("a second reconcile changed %v", again)
	}
}

func compare(t *rapid.T, store map[violation.Key]*violation.Record, model map[violation.Key]*modelled, raised map[violation.Key]int) {
	for k, m := range model {
		var got violation.State
		if store[k] != nil {
			got = store[k].State
		}
		if got != m.state || raised[k] != m.raised {
			t.Fatalf("%v: is %q raised %d times, the model says %q and %d", k, got, raised[k], m.state, m.raised)
		}
	}
}

// triage lets people act between two scans, in the store and in the model.
func triage(t *rapid.T, n int, store map[violation.Key]*violation.Record, model map[violation.Key]*modelled) {
	for k, r := range store {
		to := rapid.SampledFrom([]violation.State{"", "", violation.InProgress, violation.FalsePositive, violation.Open, violation.Waived, violation.Resolved}).Draw(t, "triage")
		switch {
		case to == violation.Waived && violation.Allowed(r.State, to, violation.ByWaiver):
			days := rapid.IntRange(1, 4).Draw(t, "days")
			r.State, r.WaivedUntil = to, noon.AddDate(0, 0, n+days)
			model[k].state, model[k].waivedUntil = to, n+days
		case to != "" && violation.Triage(r.State, to, "a reason") == nil:
			r.State, model[k].state = to, to
		}
	}
}

package policy_test

import (
	"testing"

	"steward/internal/policy"
)

// Every built-in rule's examples come out as stated, and every rule has one
// that passes and one that fails.
func TestBuiltinExamples(t *testing.T) {
	t.Parallel()
	results, problems := policy.RunExamples(t.Context(), policy.Builtin())
	for _, p := range problems {
		t.Error(p)
	}
	says := map[string]string{}
	for _, r := range results {
		if !r.OK() {
			t.Error(r)
		}
		if r.Says != "" {
			says[r.Rule] = r.Says
		}
	}
	if got := says["owners.few"]; got != "1 person is admin; at least 2 are wanted" {
		t.Errorf("owners.few says %q", got)
	}
}

func TestBuiltinRulesAreOnAndEnough(t *testing.T) {
	t.Parallel()
	set, problems := policy.Compile(policy.Builtin(), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if n := len(set.Rules()); n < 40 {
		t.Errorf("%d rules are on, at least 40 are wanted", n)
	}
	kinds := map[policy.Kind]int{}
	for _, r := range set.Rules() {
		kinds[r.Kind]++
		for _, ref := range r.References {
			found := false
			for _, b := range set.Baselines() {
				for _, c := range b.Controls {
					found = found || b.ID == ref.Baseline && c.ID == ref.Control
				}
			}
			if !found {
				t.Errorf("%s refers to %s %s, which no baseline has", r.ID, ref.Baseline, ref.Control)
			}
		}
	}
	for _, k := range policy.Kinds() {
		if kinds[k] == 0 {
			t.Errorf("no built-in rule is about %s", k)
		}
	}
	t.Logf("%d rules: %v", len(set.Rules()), kinds)
}

func TestBaselinesAreMappedWhole(t *testing.T) {
	t.Parallel()
	set, _ := policy.Compile(policy.Builtin(), nil)
	controls := map[string]int{}
	for _, b := range set.Baselines() {
		for _, c := range b.Controls {
			controls[b.ID]++
			if len(set.RulesFor(b.ID, c.ID)) == 0 && c.Manual == "" {
				t.Errorf("%s %s has no rule and does not say why", b.ID, c.ID)
			}
		}
	}
	if controls["CIS"] != 12 || controls["CISA"] != 8 {
		t.Errorf("controls: %v", controls)
	}
}

func TestControlStates(t *testing.T) {
	t.Parallel()
	set, _ := policy.Compile(policy.Builtin(), nil)
	c := policy.Control{ID: "9.1.1"}
	for name, tc := range map[string]struct {
		tallies map[string]policy.Tally
		want    policy.ControlState
	}{
		"pass":              {map[string]policy.Tally{"settings.guest-access": {Passed: 1}}, policy.ControlPass},
		"an override fails": {map[string]policy.Tally{"settings.guest-access": {Passed: 1, Failed: 1}}, policy.ControlFail},
		"unknown":           {map[string]policy.Tally{"settings.guest-access": {Unknown: 1}}, policy.ControlUnknown},
		"waived is no pass": {map[string]policy.Tally{"settings.guest-access": {Failed: 1, Waived: 1}}, policy.ControlWaived},
		"never judged":      {nil, policy.ControlOff},
		"judged on nothing": {map[string]policy.Tally{"settings.guest-access": {}}, policy.ControlUnknown},
	} {
		if got := set.Control("CIS", c, tc.tallies); got != tc.want {
			t.Errorf("%s: got %s, want %s", name, got, tc.want)
		}
	}
	if got := set.Control("CIS", policy.Control{ID: "0.0", Manual: "by hand"}, nil); got != policy.ControlManual {
		t.Errorf("a control without rules is %s", got)
	}
}

func TestSkeleton(t *testing.T) {
	t.Parallel()
	alike := [][2]string{{"FIN-Cost-PROD", "FIN-C0st-PROD"}, {"Sales", "Ѕаlеѕ"}, {"Billing", "BiIIing"}, {"Modern", "Modem"}, {"Straße 1", "STRASSE l"}, {"Zoë", "Zoe"}, {"A B", "A\u200bB"}}
	for _, p := range alike {
		if a, b := policy.Skeleton(p[0]), policy.Skeleton(p[1]); a != b && p[0] != "Straße 1" {
			t.Errorf("%q and %q look alike, but are %q and %q", p[0], p[1], a, b)
		}
	}
	for _, p := range [][2]string{{"FIN-Sales-DEV", "FIN-Sales-PROD"}, {"Plan A", "Plan B"}, {"売上", "費用"}} {
		if policy.Skeleton(p[0]) == policy.Skeleton(p[1]) {
			t.Errorf("%q and %q do not look alike", p[0], p[1])
		}
	}
}

func TestSplitName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"FIN-Sales-PROD": {"fin-sales", "PROD"}, "Sales [Prod]": {"sales", "PROD"}, "FIN_Sales_uat": {"fin_sales", "TEST"},
		"Sales": {"sales", ""}, "Production": {"production", "PROD"}, "": {"", ""}, "---": {"---", ""},
		"Товары – dev": {"товары", "DEV"}, "Devices": {"devices", ""}, "売上-DEV": {"売上", "DEV"},
	} {
		stem, env := policy.SplitName(name)
		if stem != want[0] || env != want[1] {
			t.Errorf("%q: got %q %q, want %v", name, stem, env, want)
		}
	}
}

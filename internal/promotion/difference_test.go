package promotion_test

import (
	"testing"
	"time"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	old, late := now.Add(-48*time.Hour), now.Add(-time.Hour)
	item := func(id, name, pair string, modified, deployed time.Time, content string) promotion.Item {
		return promotion.Item{ID: id, Name: name, Kind: tenant.ItemReport, TargetID: pair, PairsKnown: true, Modified: modified, Deployed: deployed, Content: content}
	}
	cases := []struct {
		name           string
		source, target []promotion.Item
		state          promotion.DifferenceState
		byName         bool
	}{
		{"new", []promotion.Item{item("a", "A", "", late, old, "")}, nil, promotion.New, false},
		{"changed since", []promotion.Item{item("a", "A", "b", late, old, "")}, []promotion.Item{item("b", "A", "", old, old, "")}, promotion.Changed, false},
		{"not since", []promotion.Item{item("a", "A", "b", old, old, "")}, []promotion.Item{item("b", "A", "", late, late, "")}, promotion.Same, false},
		{"touched, but equal", []promotion.Item{item("a", "A", "b", late, old, "x")}, []promotion.Item{item("b", "A", "", old, old, "x")}, promotion.Same, false},
		{"other content", []promotion.Item{item("a", "A", "b", old, old, "x")}, []promotion.Item{item("b", "A", "", late, late, "y")}, promotion.Changed, false},
		{"renamed", []promotion.Item{item("a", "New", "b", old, old, "")}, []promotion.Item{item("b", "A", "", late, late, "")}, promotion.Changed, false},
		{"no time", []promotion.Item{item("a", "A", "b", time.Time{}, old, "")}, []promotion.Item{item("b", "A", "", late, late, "")}, promotion.Unsure, false},
		{"same name, not paired", []promotion.Item{item("a", "A", "", late, old, "")}, []promotion.Item{item("b", "a ", "", old, old, "")}, promotion.Changed, true},
		{"only there", nil, []promotion.Item{item("b", "A", "", old, old, "")}, promotion.OnlyInTarget, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := promotion.Compare(tc.source, tc.target)
			if len(got) != 1 || got[0].State != tc.state || got[0].ByName != tc.byName || got[0].Why == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
	copies := []promotion.Item{item("c", "[App] A", "", late, old, "")}
	if got := promotion.Compare(copies, copies); len(got) != 0 {
		t.Errorf("copies of an app are compared: %+v", got)
	}
}

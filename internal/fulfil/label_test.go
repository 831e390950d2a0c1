package fulfil_test

import (
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/promotion"
	"steward/internal/sim/world"
)

// TestTheLabelIsChecked: what came must carry the label of the mapping set; what
// does not is a finding, which names it, and no failure.
func TestTheLabelIsChecked(t *testing.T) {
	t.Parallel()
	const want, other = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
	for name, c := range map[string]struct {
		model, report string
		says          []string
	}{
		"both carry it":   {want, want, nil},
		"one has another": {want, other, []string{"1 of 2", "“Sales Report” has " + other}},
		"one has none":    {"", want, []string{"1 of 2", "“Sales” has none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lineUp(t)
			l.fill(l.spaces[0], func(w *world.Workspace) {
				w.Item(l.model).LabelID, w.Item(l.report).LabelID = c.model, c.report
			})
			e := l.seen()
			l.mapped(e, promotion.Mapping{Label: want})
			id := l.goOnWith(l.everything(), e)
			l.want(id, db.RunDone)
			s := l.step(id, "Check that 2 items carry the sensitivity label")
			if s.State != db.StepDone || (s.Finding == "") != (c.says == nil) {
				t.Errorf("the step is %s: %q", s.State, s.Finding)
			}
			for _, says := range c.says {
				if !strings.Contains(s.Finding, says) {
					t.Errorf("it says %q, want %q", s.Finding, says)
				}
			}
		})
	}
}

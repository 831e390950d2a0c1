package fulfil_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/promotion"
	"steward/internal/sim/world"
)

// TestBlastOfAPromotion: what stands downstream of the overwritten items is
// counted in every workspace, named within the reader's scope only, and a field
// that the new version loses is found in the model that reads it.
func TestBlastOfAPromotion(t *testing.T) {
	t.Parallel()
	s := stageBed(t)
	y := s.try("Gnu")
	y.both()
	s.clock.Advance(time.Hour)
	if code := y.deploy(y.choice); code != "" {
		t.Fatal(code)
	}
	target, _ := s.world.Workspace(y.test, s.clock.Now())
	var model string
	for _, it := range target.Items {
		if it.Kind == world.KindModel {
			model = it.ID
		}
	}
	other := s.workspace("Quagga")
	child := y.put(other, world.KindModel, "Child", func(it *world.Item) {
		it.Model.Upstream = []world.Upstream{{Kind: world.UpstreamModel, ItemID: model, WorkspaceID: y.test}}
	})
	for _, name := range []string{"One", "Two", "Three"} {
		y.put(other, world.KindReport, name, func(it *world.Item) { it.Report.ModelID = child })
	}
	y.source(y.model, func(it *world.Item) {
		m := *it.Model
		m.Schema = &world.Schema{Tables: []world.Table{{Name: "Sales", Columns: []world.Column{{Name: "Other", DataType: "Double", ColumnType: "Data"}}}}}
		it.Model = &m
	})
	s.look()
	v, err := s.db.Reader().ViewNow(t.Context(), "contoso")
	s.must(err)
	facts, err := s.db.Reader().PromotionFacts(t.Context(), v, y.choice, promotion.Executor{ID: s.actor.ObjectID, Service: true}, s.clock.Now())
	s.must(err)
	for _, tc := range []struct {
		name          string
		scope         db.Scope
		hidden, named int
	}{{"everything", db.Everything, 0, 4}, {"only the target", db.Scope{Prefixes: []string{"gnu"}}, 4, 0}} {
		b, err := s.db.Reader().Blast(t.Context(), v, tc.scope, facts, y.choice, s.clock.Now(), s.clock.Now().Add(24*time.Hour))
		s.must(err)
		// The target's own report is overwritten itself, and not downstream.
		if b.Items != 4 || b.Workspaces != 2 || b.Hidden != tc.hidden || len(b.Touched) != tc.named {
			t.Errorf("%s: %+v", tc.name, b)
		}
		if len(b.Breaks) != 1 || b.Breaks[0].Field != "Sales[Amount]" || len(b.Breaks[0].Used) != 1 || b.Breaks[0].Used[0] != child {
			t.Errorf("%s: breaks %+v", tc.name, b.Breaks)
		}
	}
}

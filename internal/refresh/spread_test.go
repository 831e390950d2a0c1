package refresh_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"steward/internal/refresh"
)

func TestSpread(t *testing.T) {
	t.Parallel()
	monday := refresh.Monday(now)
	if monday.Weekday() != time.Monday || now.Sub(monday) > 7*24*time.Hour {
		t.Fatalf("the week begins on %s", monday)
	}
	var models []refresh.Planned
	for i := range 12 {
		models = append(models, refresh.Planned{ID: fmt.Sprintf("m%02d", i), Name: fmt.Sprintf("Model %02d", i), Capacity: "c", Schedule: everyDay("05:00"), Took: 20 * time.Minute, Fixed: i == 0})
	}
	models = append(models, refresh.Planned{ID: "elsewhere", Capacity: "d", Schedule: everyDay("05:00")}, refresh.Planned{ID: "late", Capacity: "c", Schedule: everyDay("23:30"), Took: 2 * time.Hour})
	lines := refresh.Lines(models, func(m refresh.Planned) string { return m.Capacity }, 3, monday)
	if len(lines) != 2 || lines[0].Of != "c" || lines[0].Peak != 12 || len(lines[0].Over) != 7 || lines[0].Models != 13 {
		t.Fatalf("the lines are %+v", lines)
	}
	if lines[0].Load[0] != 1 {
		t.Error("what runs over Sunday midnight does not run on Monday morning")
	}
	on := models[:12]
	moves, after := refresh.Spread(on, lines[0], 3, monday)
	if after.Peak > 3 || len(after.Over) != 0 || len(moves) < 9 {
		t.Errorf("%d moves leave a peak of %d", len(moves), after.Peak)
	}
	for _, m := range moves {
		if m.ID == "m00" || m.By == 0 || len(m.To.Times) != 1 || slices.Equal(m.To.Times, m.Schedule.Times) {
			t.Errorf("a move of %s by %s to %v", m.ID, m.By, m.To.Times)
		}
	}
	slices.Reverse(on)
	again, _ := refresh.Spread(on, lines[0], 3, monday)
	for i := range moves {
		if again[i].ID != moves[i].ID || again[i].By != moves[i].By {
			t.Fatalf("another order, another proposal: %v and %v", moves[i], again[i])
		}
	}
}

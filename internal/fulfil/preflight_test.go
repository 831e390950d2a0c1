package fulfil_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/sim/world"
)

func asError(err error, e **pbi.Error) bool { return errors.As(err, e) }

// TestPreflightSaysWhatWouldFail: each cause is told by the pre-flight with
// evidence and remedy, and the deployment sent all the same fails with it.
func TestPreflightSaysWhatWouldFail(t *testing.T) {
	t.Parallel()
	s := stageBed(t)
	var tries []*try
	for i, c := range causes {
		y := s.try(fmt.Sprint("Zebra ", i))
		if c.before != nil {
			c.before(y)
		}
		if !y.bare {
			y.both()
		}
		tries = append(tries, y)
	}
	s.clock.Advance(time.Hour)
	for _, y := range tries {
		if !y.bare && !y.skip {
			if code := y.deploy(y.choice); code != "" {
				t.Fatalf("first deployment: %s", code)
			}
		}
	}
	s.look()
	s.clock.Advance(time.Hour)
	for i, c := range causes {
		if c.after != nil {
			c.after(tries[i])
		}
	}
	s.look()
	for i, c := range causes {
		y := tries[i]
		if c.late != nil {
			c.late(y)
		}
		checks := y.preflight(y.choice)
		stops := promotion.Stopping(checks)
		if at := slices.IndexFunc(stops, func(k promotion.Check) bool { return k.ID == c.check }); at < 0 || stops[at].Evidence == "" || stops[at].Remedy == "" {
			t.Errorf("%s: the pre-flight does not say %s:%s", c.name, c.check, say(checks))
		}
		if len(stops) > 1 {
			t.Logf("%s also stops at:%s", c.name, say(stops))
		}
		if c.check == promotion.CheckStages {
			continue // the API of Power BI has no word for a stage that is not a neighbour
		}
		if code := y.deploy(y.choice); !strings.EqualFold(code, c.code) {
			t.Errorf("%s: the deployment ends with %q, want %q", c.name, code, c.code)
		}
	}
}

func (s *stages) try(name string) *try {
	s.t.Helper()
	y := &try{pipe: s.pipe(name)}
	y.model = y.put(y.dev, world.KindModel, "Sales", nil)
	y.report = y.put(y.dev, world.KindReport, "Sales report", func(it *world.Item) { it.Report.ModelID = y.model })
	y.choice = promotion.Choice{Pipeline: y.id, To: 1, Options: every}
	return y
}

// TestPreflightLetsGoodPromotionsGo: what goes through is not held back.
func TestPreflightLetsGoodPromotionsGo(t *testing.T) {
	t.Parallel()
	rounds := 40
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 500
	}
	s := stageBed(t)
	r := rand.New(rand.NewPCG(500, 6))
	var tries []*try
	for i := range rounds {
		y := s.try(fmt.Sprint("Okapi ", i))
		for n := range r.IntN(8) {
			model := y.put(y.dev, world.KindModel, fmt.Sprint("Model ", n), nil)
			report := y.put(y.dev, world.KindReport, fmt.Sprint("Report ", n), func(it *world.Item) { it.Report.ModelID = model })
			if r.IntN(2) == 0 {
				y.put(y.dev, world.KindDashboard, fmt.Sprint("Board ", n), func(it *world.Item) {
					it.Dashboard.Tiles = []world.Tile{{Title: "T", ReportID: report, ModelID: model}}
				})
			}
		}
		y.both()
		tries = append(tries, y)
	}
	s.clock.Advance(time.Hour)
	for _, y := range tries {
		if r.IntN(2) == 0 {
			y.skip = true
			continue
		}
		if code := y.deploy(y.choice); code != "" {
			t.Fatal(code)
		}
		y.source(y.report, func(it *world.Item) { it.Name, it.Modified = "Sales report, new", s.clock.Now() })
	}
	s.look()
	s.clock.Advance(time.Hour)
	unknown := map[string]int{}
	for i, y := range tries {
		if r.IntN(3) == 0 {
			y.choice.Items = []string{y.model, y.report}
		}
		checks := y.preflight(y.choice)
		if stops := promotion.Stopping(checks); len(stops) > 0 {
			t.Errorf("promotion %d is held back:%s", i, say(stops))
		}
		for _, k := range checks {
			if k.State == promotion.Unknown {
				unknown[k.ID]++
			}
		}
		if code := y.deploy(y.choice); code != "" {
			t.Errorf("promotion %d ends with %s", i, code)
		}
	}
	t.Logf("%d promotions; unknown checks: %v", rounds, unknown)
}

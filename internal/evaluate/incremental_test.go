package evaluate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/evaluate"
)

// many is a tenant in which the facts of one workspace hang on rows elsewhere:
// groups, namesakes, models, capacities, links, stages.
func many() *estate {
	e := &estate{
		People: map[string]person{"ana": {}, "bo": {}, "cy": {}, "dee": {}, "eve": {}, "flo": {}, "kim": {Guest: true}, "robot": {App: true},
			"team": {Group: true, Members: []string{"ana", "bo"}}, "outer": {Group: true, Members: []string{"team", "cy"}}},
		Capacities: map[string]capacity{"Big": {SKU: "F64", Admins: []string{"ana", "bo"}}, "Trial": {SKU: "FT1", Admins: []string{"ana"}}},
		Pipelines:  map[string]pipeline{"P0": {Users: map[string]string{"ana": "Admin"}, Stages: []string{"Development: FIN-S0-DEV", "Production: FIN-S0-PROD"}}},
		Refreshes:  map[string]refresh{}, Whole: 30,
		Settings: []setting{{Name: "PublishToWeb", On: false}},
	}
	for i := range 24 {
		for _, env := range []string{"DEV", "PROD"} {
			name := fmt.Sprintf("FIN-S%d-%s", i, env)
			e.Spaces = append(e.Spaces, space{Name: name, Description: "x", Capacity: "Big",
				Roles: map[string]string{[]string{"team", "outer", "ana"}[i%3]: "Admin", "dee": "Viewer"},
				Items: []item{{Name: "model " + name, Kind: "dataset", Label: "L", Owner: "ana", Schedule: "on", Notify: "MailOnFailure"},
					{Name: "report " + name, Label: "L", Owner: "bo", Model: fmt.Sprintf("model FIN-S%d-DEV in FIN-S%d-DEV", (i+1)%24, (i+1)%24)}}})
		}
	}
	return e
}

// mutations are what can happen between two scans.
var mutations = map[string]func(*estate, *rand.Rand){
	"somebody leaves": func(e *estate, r *rand.Rand) {
		name := []string{"ana", "bo", "cy", "dee"}[r.IntN(4)]
		p := e.People[name]
		p.Disabled = !p.Disabled
		e.People[name] = p
	},
	"a group changes": func(e *estate, r *rand.Rand) {
		name := []string{"team", "outer"}[r.IntN(2)]
		p := e.People[name]
		who := []string{"dee", "eve", "flo", "kim"}[r.IntN(4)]
		if i := slices.Index(p.Members, who); i >= 0 {
			p.Members = slices.Delete(slices.Clone(p.Members), i, i+1)
		} else {
			p.Members = append(slices.Clone(p.Members), who)
		}
		e.People[name] = p
	},
	"a workspace is renamed": func(e *estate, r *rand.Rand) {
		s := &e.Spaces[r.IntN(len(e.Spaces))]
		if s.Name != "FIN-S0-DEV" && s.Name != "FIN-S0-PROD" {
			s.Kind = []string{"", "PersonalGroup", "AdminWorkspace"}[r.IntN(3)]
		}
	},
	"a twin appears": func(e *estate, r *rand.Rand) {
		e.Spaces = append(e.Spaces, space{Name: fmt.Sprintf("FIN-S%d-TEST", r.IntN(24)+100*len(e.Spaces)), Description: "x", Capacity: "Big", Roles: map[string]string{"ana": "Admin"}})
		e.Spaces = append(e.Spaces, space{Name: fmt.Sprintf("fin-s%d-dev", r.IntN(24)), Description: "x", Capacity: "Big", Roles: map[string]string{"ana": "Admin"}})
		e.Spaces = slices.CompactFunc(e.Spaces, func(a, b space) bool { return a.Name == b.Name })
		seen := map[string]bool{}
		e.Spaces = slices.DeleteFunc(e.Spaces, func(s space) bool { dup := seen[s.Name]; seen[s.Name] = true; return dup })
	},
	"a workspace goes": func(e *estate, r *rand.Rand) {
		if i := 4 + r.IntN(len(e.Spaces)-4); len(e.Spaces) > 20 {
			e.Spaces = slices.Delete(e.Spaces, i, i+1)
		}
	},
	"a capacity sleeps": func(e *estate, r *rand.Rand) {
		c := e.Capacities["Trial"]
		c.State = []string{"Active", "Suspended"}[r.IntN(2)]
		e.Capacities["Trial"] = c
	},
	"a workspace moves": func(e *estate, r *rand.Rand) { e.Spaces[r.IntN(len(e.Spaces))].Capacity = "Trial" },
	"a link is made":    func(e *estate, r *rand.Rand) { e.Wide = []string{"report FIN-S1-DEV"} },
	"a right is given": func(e *estate, r *rand.Rand) {
		e.Spaces[r.IntN(len(e.Spaces))].Roles = map[string]string{"kim": []string{"Admin", "Viewer"}[r.IntN(2)], "robot": "Member"}
	},
	"a model is promoted": func(e *estate, r *rand.Rand) {
		if s := &e.Spaces[r.IntN(len(e.Spaces))]; len(s.Items) > 0 {
			s.Items = slices.Clone(s.Items)
			s.Items[0].Endorsement = []string{"Promoted", ""}[r.IntN(2)]
		}
	},
	"a stage is emptied": func(e *estate, r *rand.Rand) {
		e.Pipelines["P0"] = pipeline{Users: map[string]string{"ana": "Admin"}, Stages: []string{"Development: FIN-S0-DEV", []string{"Production", "Production: FIN-S0-PROD"}[r.IntN(2)]}}
	},
	"a setting is switched": func(e *estate, r *rand.Rand) { e.Settings = []setting{{Name: "PublishToWeb", On: r.IntN(2) == 0}} },
	"refreshes fail": func(e *estate, r *rand.Rand) {
		e.Refreshes["model FIN-S0-DEV"] = refresh{Refreshes: 7, Failures: r.IntN(8), Status: "Failed", Days: 9}
	},
	"a scan misses one": func(e *estate, r *rand.Rand) {
		e.Unseen = nil
		if r.IntN(2) == 0 {
			e.Unseen = []string{e.Spaces[r.IntN(4)].Name}
		}
	},
}

// Judging what changed, scan after scan, must end where judging everything
// once ends: same violations, same evidence, same figures.
func TestIncrementalEqualsFull(t *testing.T) {
	t.Parallel()
	histories := 4
	if os.Getenv("STEWARD_LONG") != "" {
		histories = 100
	}
	for i := range uint64(histories) {
		seed := i + 14 // from here on even a few take workspaces away
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			checkIncremental(t, seed)
		})
	}
}

func checkIncremental(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	set := builtin(t, nil)
	step, once := newWorld(t), newWorld(t)
	e := many()
	modes := map[string]int{}
	var log []string
	names := slices.Sorted(func(yield func(string) bool) {
		for n := range mutations {
			if !yield(n) {
				return
			}
		}
	})
	for n := range 6 {
		if n > 0 {
			for range 1 + r.IntN(2) {
				m := names[r.IntN(len(names))]
				mutations[m](e, r)
				log = append(log, fmt.Sprintf("%d %s", n, m))
			}
		}
		if n == 5 {
			e.Unseen = nil // a workspace never seen again keeps what stood: no full judging could know
			e.Spaces = slices.DeleteFunc(e.Spaces, func(s space) bool { return false })
		}
		view := step.scan(e)
		if n > 1 && r.IntN(3) == 0 { // the portal is stopped in the midst of judging, and goes on later
			ctx := &shortBreath{Context: t.Context()}
			ctx.left.Store(r.Int64N(120))
			if _, err := step.memory.Evaluate(ctx, step.db, view, set); err != nil {
				log = append(log, fmt.Sprintf("%d cut off", n))
			}
		}
		modes[step.evaluate(view, set).Mode]++
		last := once.scan(e)
		if n == 5 {
			once.evaluate(last, set)
		}
		step.pass(time.Hour)
		once.pass(time.Hour)
	}
	if a, b := step.figures(), once.figures(); a != b {
		t.Errorf("after %q, step by step (-) and at once (+):\n%s", log, diffLines(a, b))
	}
	if d := surplus(step, once); d != "" {
		t.Errorf("after %q, step by step (-) and at once (+):\n%s", log, d)
	}
	if modes[evaluate.Incremental] == 0 {
		t.Errorf("nothing was judged incrementally: %v", modes)
	}
}

// shortBreath is a context that is over when it was looked at so many times.
type shortBreath struct {
	context.Context
	left atomic.Int64
}

func (c *shortBreath) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return c.Context.Err()
}

// surplus compares what stands in two databases. Judging at once cannot know a
// violation that stood before its verdict became unknown: so many more may
// stand step by step as the rule has unknown verdicts, and no other
// difference is allowed.
func surplus(step, once *world) string {
	a, b := step.standingLines(), once.standingLines()
	unknown := map[string]int{}
	for _, line := range strings.Split(step.figures(), "\n") {
		if f := strings.Split(line, "|"); len(f) == 4 {
			unknown[f[0]], _ = strconv.Atoi(f[3])
		}
	}
	var out []string
	for _, line := range a {
		rule, _, _ := strings.Cut(line, "|")
		if !slices.Contains(b, line) {
			if unknown[rule]--; unknown[rule] < 0 {
				out = append(out, "-"+line)
			}
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "+"+line)
		}
	}
	return strings.Join(out, "\n")
}

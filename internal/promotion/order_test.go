package promotion_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// most is the largest random graph.
const most = 5000

func TestOrderOfRandomGraphs(t *testing.T) {
	t.Parallel()
	rounds := 40
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 2000
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 6))
		n := 1 + r.IntN(most)
		if seed%3 == 0 {
			n = 1 + r.IntN(40)
		}
		edges := r.IntN(3*n + 1)
		acyclic := seed%2 == 0
		ids := make([]string, n)
		for i := range ids {
			ids[i] = strconv.Itoa(i)
		}
		var deps []promotion.Dependency
		for range edges {
			a, b := r.IntN(n), r.IntN(n)
			if acyclic && a <= b {
				continue
			}
			deps = append(deps, promotion.Dependency{Item: ids[a], Needs: ids[b]})
		}
		got := promotion.Order(ids, deps)
		if acyclic && len(got.Cycles) > 0 {
			t.Fatalf("seed %d: a circle where there is none: %v", seed, got.Cycles[0])
		}
		holds(t, seed, ids, deps, got)
		again := promotion.Order(ids, deps)
		if !slices.Equal(got.Flat(), again.Flat()) {
			t.Fatalf("seed %d: not the same order twice", seed)
		}
	}
}

// holds checks the order against a second, slower way to see what reaches what:
// peeling off what needs nothing. What can be peeled is on no circle and behind
// none.
func holds(t *testing.T, seed int, ids []string, deps []promotion.Dependency, got promotion.Sequence) {
	t.Helper()
	layer := map[string]int{}
	for n, l := range got.Layers {
		for _, id := range l {
			if _, twice := layer[id]; twice {
				t.Fatalf("seed %d: %s is there twice", seed, id)
			}
			layer[id] = n
		}
	}
	if len(layer) != len(ids) {
		t.Fatalf("seed %d: %d of %d are in the order", seed, len(layer), len(ids))
	}
	needs, edge := map[string][]string{}, map[promotion.Dependency]bool{}
	for _, d := range deps {
		needs[d.Item], edge[d] = append(needs[d.Item], d.Needs), true
	}
	onCircle := func(id string) bool { return reaches(needs, id, id) }
	looked := 0
	for _, d := range deps {
		if layer[d.Needs] < layer[d.Item] {
			continue
		}
		// Only on a circle may that be; to look for it is slow, so not for all.
		if looked++; looked > 40 {
			break
		}
		if !reaches(needs, d.Needs, d.Item) {
			t.Fatalf("seed %d: %s goes with or before %s, which it needs", seed, d.Item, d.Needs)
		}
	}
	for _, c := range got.Cycles {
		for i, id := range c {
			if !edge[promotion.Dependency{Item: id, Needs: c[(i+1)%len(c)]}] {
				t.Fatalf("seed %d: %v is no circle", seed, c)
			}
		}
	}
	if len(got.Cycles) == 0 {
		for _, id := range ids[:min(len(ids), 20)] {
			if onCircle(id) {
				t.Fatalf("seed %d: %s is on a circle that nobody named", seed, id)
			}
		}
	}
}

func reaches(needs map[string][]string, from, to string) bool {
	seen, queue := map[string]bool{}, slices.Clone(needs[from])
	for len(queue) > 0 {
		id := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if id == to {
			return true
		}
		if !seen[id] {
			seen[id] = true
			queue = append(queue, needs[id]...)
		}
	}
	return false
}

func TestOrderOfALongChainAndCycles(t *testing.T) {
	t.Parallel()
	var ids []string
	var deps []promotion.Dependency
	for i := range 200_000 {
		ids = append(ids, strconv.Itoa(i))
		if i > 0 {
			deps = append(deps, promotion.Dependency{Item: ids[i-1], Needs: ids[i]})
		}
	}
	got := promotion.Order(ids, deps)
	if flat := got.Flat(); flat[0] != "199999" || flat[199_999] != "0" || len(got.Cycles) != 0 {
		t.Errorf("the chain is not turned round: %s … %s", flat[0], flat[len(flat)-1])
	}
	got = promotion.Order([]string{"a", "b", "c", "d", "e"}, []promotion.Dependency{{"a", "b"}, {"b", "c"}, {"c", "b"}, {"d", "d"}, {"e", "elsewhere"}})
	if len(got.Cycles) != 2 || len(got.Cycles[0]) != 2 || got.Cycles[1][0] != "d" {
		t.Errorf("circles are %v", got.Cycles)
	}
	words := promotion.CycleText(got.Cycles[0], func(id string) string { return id })
	if words != "b needs c needs b" {
		t.Errorf("the circle is called %q", words)
	}
}

func TestSelectPullsInWhatIsMissing(t *testing.T) {
	t.Parallel()
	source := []promotion.Item{
		{ID: "r", Name: "Sales", Kind: tenant.ItemReport, Model: "m"},
		{ID: "m", Name: "Sales model", Kind: tenant.ItemDataset, Needs: []string{"base", "lake", "elsewhere"}},
		{ID: "base", Name: "Base", Kind: tenant.ItemDataset, TargetID: "base2"},
		{ID: "lake", Name: "Lake", Kind: "Lakehouse"},
	}
	target := []promotion.Item{{ID: "base2", Name: "Base", Kind: tenant.ItemDataset, SourceID: "base"}}
	got := promotion.Select([]string{"r"}, source, target, true)
	if !slices.Equal(got.Items, []string{"m", "r"}) || len(got.Pulled) != 1 || got.Pulled[0].Needs != "m" {
		t.Errorf("pulled in: %+v", got)
	}
	got = promotion.Select([]string{"r"}, source, target, false)
	if len(got.Missing) != 1 || got.Refusal(func(id string) string { return id }) == "" {
		t.Errorf("without pulling in: %+v", got)
	}
	all := promotion.Select(nil, source, nil, false)
	if !slices.Equal(all.Items, []string{"base", "m", "r"}) || all.Refusal(nil) != "" {
		t.Errorf("everything: %+v", all)
	}
}

package promotion

import (
	"cmp"
	"slices"
	"time"

	"steward/internal/tenant"
)

// DifferenceState says how an item differs between two stages.
type DifferenceState string

// Differences between a stage and the one it is deployed to.
const (
	// New is only in the source, and would be created.
	New DifferenceState = "new"
	// Changed has been changed in the source since it was last deployed.
	Changed DifferenceState = "changed"
	// OnlyInTarget is nowhere in the source; deployments leave it alone.
	OnlyInTarget DifferenceState = "only in target"
	// Same was not changed since it was last deployed.
	Same DifferenceState = "same"
	// Unsure is paired, but neither times nor content tell whether it changed.
	Unsure DifferenceState = "unknown"
)

// DifferenceStates lists them, most worth looking at first.
func DifferenceStates() []DifferenceState {
	return []DifferenceState{New, Changed, OnlyInTarget, Unsure, Same}
}

// Difference is one item of two stages side by side.
type Difference struct {
	// Source and Target are nil where the stage has no such item.
	Source, Target *Item
	State          DifferenceState
	// Why says what the state was read from.
	Why string
	// ByName is true when the two belong together by kind and name only: a
	// deployment would not overwrite the target, but put a second one beside it
	// or fail.
	ByName bool
}

// Item is the source's item, or the target's where the source has none.
func (d *Difference) Item() *Item {
	if d.Source != nil {
		return d.Source
	}
	return d.Target
}

// Compare sets the items of two neighbouring stages side by side, by pair, and
// by kind and name where there is none. Copies that apps keep are left out. The
// order is by state, kind and name.
func Compare(source, target []Item) []Difference {
	out, used := []Difference{}, map[string]bool{}
	byID, byName, byPair := map[string]*Item{}, map[string]*Item{}, map[string]*Item{}
	for i := range target {
		t := &target[i]
		if IsAppCopy(t.Name) {
			continue
		}
		byID[t.ID], byName[t.Key()] = t, t
		// A promotion backwards meets the pairs from their other end.
		for _, id := range []string{t.SourceID, t.TargetID} {
			if id != "" {
				byPair[id] = t
			}
		}
	}
	for i := range source {
		s := &source[i]
		if IsAppCopy(s.Name) {
			continue
		}
		d := Difference{Source: s, Target: cmp.Or(byID[s.TargetID], byPair[s.ID], byID[s.SourceID])}
		if named := byName[s.Key()]; d.Target == nil && named != nil && named.SourceID == "" {
			d.Target, d.ByName = named, s.PairsKnown || named.PairsKnown
		}
		if d.Target != nil {
			used[d.Target.ID] = true
		}
		d.State, d.Why = judge(&d)
		out = append(out, d)
	}
	for i := range target {
		if t := &target[i]; !used[t.ID] && !IsAppCopy(t.Name) {
			out = append(out, Difference{Target: t, State: OnlyInTarget, Why: "the source has no such item"})
		}
	}
	slices.SortStableFunc(out, inOrder)
	return out
}

func inOrder(a, b Difference) int {
	all := DifferenceStates()
	x, y := a.Item(), b.Item()
	return cmp.Or(cmp.Compare(slices.Index(all, a.State), slices.Index(all, b.State)),
		cmp.Compare(slices.Index(carried, x.Kind), slices.Index(carried, y.Kind)), cmp.Compare(x.Kind, y.Kind),
		cmp.Compare(tenant.Fold(x.Name), tenant.Fold(y.Name)), cmp.Compare(x.ID, y.ID))
}

// judge tells the state of an item that is in the source.
func judge(d *Difference) (DifferenceState, string) {
	s, t := d.Source, d.Target
	switch {
	case t == nil:
		return New, "the target has no such item"
	case s.Content != "" && s.Content == t.Content:
		return Same, "the content is equal"
	case s.Content != "" && t.Content != "":
		return Changed, "the content differs"
	case s.Name != t.Name:
		return Changed, "the name differs"
	case s.Modified.IsZero():
		return Unsure, "nobody tells when it was last changed"
	case t.Deployed.IsZero() && t.Modified.IsZero():
		return Unsure, "nobody tells when it was last deployed"
	}
	since, what := t.Deployed, "last deployment"
	if since.IsZero() {
		since, what = t.Modified, "last change of the target"
	}
	if s.Modified.After(since.Add(time.Second)) {
		return Changed, "changed after the " + what
	}
	return Same, "not changed after the " + what
}

package promotion

import (
	"slices"
	"strings"

	"steward/internal/tenant"
)

// flight is one pre-flight: the facts and the choice, with the items found.
type flight struct {
	f *Facts
	c *Choice
	// known is true when the items of the source are known, both when also
	// those of the target are.
	known, both bool
	// items are the source's items that would go, lost the chosen ids that the
	// source does not have.
	items []*Item
	lost  []string
	// pairs are the target's items by the source item's id, named those that
	// only share kind and name.
	pairs, named map[string]*Item
}

func newFlight(f *Facts, c *Choice) *flight {
	fl := &flight{f: f, c: c, known: f.Source.Items.Known, pairs: map[string]*Item{}, named: map[string]*Item{}}
	target := fl.targetItems()
	fl.both = fl.known && (f.Target.Items.Known || fl.makes())
	source := f.Source.Items.Value
	for _, d := range Compare(source, target) {
		switch {
		case d.Source == nil || d.Target == nil:
		case d.ByName:
			fl.named[d.Source.ID] = d.Target
		default:
			fl.pairs[d.Source.ID] = d.Target
		}
	}
	chosen := c.Items
	if c.All() {
		chosen = All(source)
	}
	at := map[string]*Item{}
	for i := range source {
		at[source[i].ID] = &source[i]
	}
	for _, id := range chosen {
		if it := at[id]; it != nil && Carried(it.Kind) && !IsAppCopy(it.Name) {
			fl.items = append(fl.items, it)
		} else {
			fl.lost = append(fl.lost, id)
		}
	}
	return fl
}

// makes reports whether the target's workspace is to be made, and is empty.
func (fl *flight) makes() bool {
	return fl.f.Target.Stage.WorkspaceID == "" && fl.c.NewWorkspace != ""
}

func (fl *flight) targetItems() []Item {
	if fl.makes() {
		return nil
	}
	return fl.f.Target.Items.Value
}

// models are the models among the items.
func (fl *flight) models() []*Item { return fl.kind(tenant.ItemDataset) }

func (fl *flight) kind(kind string) []*Item {
	return where(fl.items, func(it *Item) bool { return it.Kind == kind })
}

func where(items []*Item, ok func(*Item) bool) []*Item {
	return slices.DeleteFunc(slices.Clone(items), func(it *Item) bool { return !ok(it) })
}

// unread is the answer when the items are not known.
func (fl *flight) unread() result {
	return unknown("What the two stages hold is not known.", scanIt)
}

// mostNamed is how many items a sentence names.
const mostNamed = 3

// named lists the names of items: the first few and how many more there are.
func named(items []*Item) string {
	names := make([]string, 0, mostNamed)
	for _, it := range items {
		if len(names) == mostNamed {
			break
		}
		names = append(names, "“"+it.Name+"”")
	}
	return Listed(names, len(items))
}

// Listed joins the first names of a list that is long in all.
func Listed(names []string, long int) string {
	if more := long - len(names); more > 0 {
		return strings.Join(names, ", ") + " and " + count(more) + " more"
	}
	if len(names) > 1 {
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return strings.Join(names, "")
}

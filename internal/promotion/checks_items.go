package promotion

import (
	"slices"
	"strings"

	"steward/internal/tenant"
)

// The checks of this file are about the items that go, and their pairs.

func (fl *flight) size() result {
	switch {
	case !fl.known:
		return fl.unread()
	case len(fl.lost) > 0:
		return failed(some(len(fl.lost), "chosen item is", "chosen items are")+" not in the source any more, or cannot be deployed.", "Take them out of the selection.")
	case len(fl.items) == 0:
		return failed("There is nothing to deploy: the source has no model, report, dashboard, dataflow or datamart.", "Choose another source.")
	case len(fl.items) > MostItems:
		return failed(some(len(fl.items), "item", "items")+" are to go, and one deployment carries 300.", "Choose fewer items, and promote the rest in a second request.")
	}
	return passed(some(len(fl.items), "item goes", "items go") + ".")
}

func (fl *flight) backward() result {
	switch {
	case !fl.c.Backward():
		return passed("The promotion goes forward.")
	case !fl.c.All():
		return failed("Backwards, a deployment takes everything; items cannot be chosen.", "Choose everything.")
	case fl.makes():
		return passed("The target is new, and empty.")
	case !fl.f.Target.Items.Known:
		return unknown("Whether the target is empty is not known.", scanIt)
	case len(fl.f.Target.Items.Value) > 0:
		return failed("The target holds "+some(len(fl.f.Target.Items.Value), "item", "items")+". Backwards, a deployment goes into an empty stage only.", "Promote forward, or assign an empty workspace to the stage.")
	}
	return passed("The target is empty, and everything goes.")
}

func (fl *flight) pairing() result {
	if !fl.both {
		return fl.unread()
	}
	if alike := where(fl.items, func(it *Item) bool { return fl.named[it.ID] != nil }); len(alike) > 0 {
		return failed("The target has "+named(alike)+" too, but the two are not paired. The deployment would fail, or put a second one beside it.",
			"Rename or delete the one in the target. Or take the target's workspace off its stage and put it back: that pairs by name, and loses the deployment rules.")
	}
	if unsure := where(fl.items, func(it *Item) bool { return !it.PairsKnown }); len(unsure) > 0 && len(fl.targetItems()) > 0 {
		return unknown("The pipeline did not tell which items are paired.", scanIt)
	}
	return passed("No unpaired item has the name of one in the target.")
}

func (fl *flight) needed() result {
	if !fl.both {
		return fl.unread()
	}
	ids := make([]string, 0, len(fl.items))
	for _, it := range fl.items {
		ids = append(ids, it.ID)
	}
	if len(ids) == 0 {
		return passed("Nothing goes.")
	}
	s := Select(ids, fl.f.Source.Items.Value, fl.targetItems(), false)
	s.Missing = slices.DeleteFunc(s.Missing, func(d Dependency) bool {
		it := fl.item(d.Item)
		return it.Kind == tenant.ItemDashboard && fl.c.OptionsOf(it.ID).SkipTiles
	})
	if why := s.Refusal(func(id string) string { return "“" + fl.item(id).Name + "”" }); why != "" {
		return failed(why, "Add what is needed to the selection, or promote it before. A dashboard can also leave out tiles whose report is missing.")
	}
	if tiles := where(fl.kind(tenant.ItemDashboard), func(it *Item) bool { return !it.Tiles.Known && !fl.c.OptionsOf(it.ID).SkipTiles }); len(tiles) > 0 && !fl.c.All() {
		return unknown("Which reports "+named(tiles)+" shows is not known.", scanIt)
	}
	return passed("All that the items need is in the target or goes with them.")
}

// item finds an item of the source by its id.
func (fl *flight) item(id string) *Item {
	for i := range fl.f.Source.Items.Value {
		if it := &fl.f.Source.Items.Value[i]; it.ID == id {
			return it
		}
	}
	return &Item{ID: id, Name: id}
}

func (fl *flight) create() result {
	if !fl.both {
		return fl.unread()
	}
	fresh := where(fl.items, func(it *Item) bool { return fl.pairs[it.ID] == nil })
	if not := where(fresh, func(it *Item) bool { return !fl.c.OptionsOf(it.ID).Create }); len(not) > 0 {
		return failed("New in the target: "+named(not)+". Creating items is not allowed.", "Allow it to create items, or leave them out.")
	}
	return passed(some(len(fresh), "item is", "items are") + " new in the target.")
}

func (fl *flight) overwrite() result {
	if !fl.both {
		return fl.unread()
	}
	old := where(fl.items, func(it *Item) bool { return fl.pairs[it.ID] != nil })
	if not := where(old, func(it *Item) bool { return !fl.c.OptionsOf(it.ID).Overwrite }); len(not) > 0 {
		return failed("In the target already: "+named(not)+". Overwriting items is not allowed.", "Allow it to overwrite items, or leave them out.")
	}
	return passed(some(len(old), "item of the target is", "items of the target are") + " overwritten.")
}

// purge: a table or column that the target has and the source no longer has
// costs the target's data.
func (fl *flight) purge() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure []*Item
	for _, it := range fl.models() {
		to := fl.pairs[it.ID]
		if to == nil || fl.c.OptionsOf(it.ID).Purge {
			continue
		}
		if !it.Fields.Known || !to.Fields.Known {
			unsure = append(unsure, it)
			continue
		}
		if gone := Lost(it, to); len(gone) > 0 {
			return failed("“"+it.Name+"” no longer has "+Listed(gone[:min(len(gone), mostNamed)], len(gone))+", which the target's model has. Deploying it destroys data of the target.",
				"Allow it to purge data, which needs more approvals, or bring the fields back.")
		}
	}
	if len(unsure) > 0 {
		return unknown("The tables of "+named(unsure)+" are not known on both sides.", "Detailed metadata in the tenant settings lets a scan see them.")
	}
	return passed("No table or column of the target disappears, or that is allowed.")
}

// Lost are the fields of the target's model that the source's no longer has. A
// table is named once, not with its columns; calculated columns hold no data
// that could be lost.
func Lost(source, target *Item) []string {
	have := map[string]bool{}
	for _, f := range source.Fields.Value {
		have[f] = true
	}
	var gone []string
	for _, f := range target.Fields.Value {
		table, _, column := strings.Cut(f, "[")
		if !have[f] && !(column && !have[table]) && !slices.Contains(target.Calculated, f) {
			gone = append(gone, f)
		}
	}
	return gone
}

func (fl *flight) label() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure, other []*Item
	for _, it := range fl.items {
		to := fl.pairs[it.ID]
		switch {
		case to == nil || fl.c.OptionsOf(it.ID).Label:
		case !it.Label.Known || !to.Label.Known:
			unsure = append(unsure, it)
		case to.Label.Value != "" && it.Label.Value != "" && it.Label.Value != to.Label.Value:
			other = append(other, it)
		}
	}
	if len(other) > 0 {
		return failed("The target has another sensitivity label on "+named(other)+".", "Allow it to overwrite labels, or make the labels equal.")
	}
	if len(unsure) > 0 {
		return unknown("The sensitivity labels of "+named(unsure)+" are not known on both sides.", scanIt)
	}
	return passed("No other label stands on the target's items, or overwriting is allowed.")
}

func (fl *flight) paginated() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure, foreign []*Item
	for _, it := range fl.items {
		to := fl.pairs[it.ID]
		switch {
		case !it.Paginated || to == nil || fl.c.OptionsOf(it.ID).TakeOver:
		case !fl.ownerKnown(to):
			unsure = append(unsure, it)
		case to.Owner.Value != fl.f.Executor.ID:
			foreign = append(foreign, it)
		}
	}
	if len(foreign) > 0 {
		return failed("Somebody else owns "+named(foreign)+" in the target, and only the owner of a paginated report can deploy over it.", "Allow it to take paginated reports over.")
	}
	if len(unsure) > 0 {
		return unknown("Who owns "+named(unsure)+" in the target is not known.", "Allow it to take paginated reports over, if that is what you want.")
	}
	return passed("No paginated report of somebody else is overwritten.")
}

// ownerKnown reports whether it can be told whether the executor owns an item.
func (fl *flight) ownerKnown(it *Item) bool { return it.Owner.Known && fl.f.Executor.ID != "" }

func (fl *flight) dataflow() result {
	switch flows := fl.kind(tenant.ItemDataflow); {
	case !fl.known:
		return fl.unread()
	case len(flows) > 0 && fl.f.Executor.Service:
		return failed("Power BI does not let an application deploy dataflows: "+named(flows)+".", "Leave them out, and let a person deploy them.")
	}
	return passed("No dataflow is among the items.")
}

func (fl *flight) refreshing() result {
	var unsure, busy []*Item
	for _, it := range fl.kind(tenant.ItemDataflow) {
		for _, x := range []*Item{it, fl.pairs[it.ID]} {
			switch {
			case x == nil:
			case !x.Refreshing.Known:
				unsure = append(unsure, x)
			case x.Refreshing.Value:
				busy = append(busy, x)
			}
		}
	}
	switch {
	case !fl.known:
		return fl.unread()
	case len(busy) > 0:
		return failed("A refresh of "+named(busy)+" is running, and a dataflow cannot be deployed meanwhile.", "Wait until the refresh has ended.")
	case len(unsure) > 0:
		return unknown("Whether "+named(unsure)+" is being refreshed is not known.", scanIt)
	}
	return passed("No dataflow of the promotion is being refreshed.")
}

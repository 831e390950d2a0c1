package promotion

import "slices"

// The checks of this file are about what comes after the deployment: it would
// go through, and the target would not work.

// parameters: a deployment brings the source's values along, so that a target
// without a mapping reads what the source reads.
func (fl *flight) parameters() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure []*Item
	for _, it := range fl.models() {
		mapped, to := fl.work(it).Parameters, fl.pairs[it.ID]
		if !it.Parameters.Known {
			unsure = append(unsure, it)
			continue
		}
		if name := without(mapped, it.Parameters.Value); name != "" {
			return failed("The mapping sets the parameter “"+name+"” of “"+it.Name+"”, which has no such parameter.", "Change the mapping set.")
		}
		names := fl.unmapped(it)
		switch {
		case len(names) == 0:
		case to != nil && !to.Parameters.Known:
			unsure = append(unsure, it)
		default:
			return failed("No mapping sets "+theParameters(names)+" of “"+it.Name+"”: the target would use the source's value.", "Let the mapping set give it its value, or accept the source's value.")
		}
	}
	if len(unsure) > 0 {
		return unknown("The parameters of "+named(unsure)+" are not known.", scanIt)
	}
	return passed("Every parameter gets a value from the mapping, or has the same value on both sides.")
}

// theParameters names some parameters.
func theParameters(names []string) string {
	word := "the parameter "
	if len(names) > 1 {
		word = "the parameters "
	}
	quoted := make([]string, 0, mostNamed)
	for _, n := range names[:min(len(names), mostNamed)] {
		quoted = append(quoted, "“"+n+"”")
	}
	return word + Listed(quoted, len(names))
}

// work is what the mapping does to a model.
func (fl *flight) work(it *Item) ModelWork {
	return fl.c.Mapping.For(it.Name, func(name string) bool {
		return slices.ContainsFunc(it.Parameters.Value, func(p Parameter) bool { return p.Name == name })
	})
}

// without is the first name that no parameter has.
func without(mapped []ParameterMap, have []Parameter) string {
	for _, m := range mapped {
		if !slices.ContainsFunc(have, func(p Parameter) bool { return p.Name == m.Name }) {
			return m.Name
		}
	}
	return ""
}

// gateway: a model that is new in the target is bound to no gateway, an old one
// keeps its own.
func (fl *flight) gateway() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure, unbound []*Item
	for _, it := range fl.models() {
		bind, to := fl.work(it).Gateway, fl.pairs[it.ID]
		local := slices.ContainsFunc(it.Sources.Value, func(s Source) bool { return s.Gateway != "" })
		switch {
		case bind != "" && !fl.f.Gateways.Known:
			unsure = append(unsure, it)
		case bind != "" && !slices.Contains(fl.f.Gateways.Value, bind):
			return failed("The mapping binds “"+it.Name+"” to a gateway that the portal's application may not use.", "Make the application a user of the gateway's data sources, or choose another gateway in the mapping set.")
		case bind != "" || !fl.c.Mapping.Refresh || to != nil:
		case !it.Sources.Known:
			unsure = append(unsure, it)
		case local:
			unbound = append(unbound, it)
		}
	}
	if len(unbound) > 0 {
		return failed(named(unbound)+" reads sources on premises, is new in the target, and no mapping binds it to a gateway. Its refresh would fail.", "Choose a mapping set that binds it to a gateway, or promote without a refresh.")
	}
	if len(unsure) > 0 {
		return unknown("The sources of "+named(unsure)+", or the gateways that the portal may use, are not known.", scanIt)
	}
	return passed("No model is left without its gateway.")
}

// credentials: an application becomes the owner of a new model and cannot enter
// credentials; taking a model over takes them away.
func (fl *flight) credentials() result {
	if !fl.both {
		return fl.unread()
	}
	var unsure, bare, foreign []*Item
	for _, it := range fl.models() {
		m, to := fl.work(it), fl.pairs[it.ID]
		if to != nil && m.Owned() && !m.TakeOver {
			switch {
			case !fl.ownerKnown(to):
				unsure = append(unsure, it)
			case to.Owner.Value != fl.f.Executor.ID:
				foreign = append(foreign, it)
			}
		}
		switch {
		case to != nil && !m.TakeOver, m.Gateway != "", !fl.c.Mapping.Refresh:
		case !it.Sources.Known:
			unsure = append(unsure, it)
		case len(it.Sources.Value) > 0:
			bare = append(bare, it)
		}
	}
	switch {
	case len(foreign) > 0:
		return failed("Somebody else owns "+named(foreign)+" in the target, and only the owner of a model can change its parameters, sources, gateway and schedule.", "Let the mapping take the model over, and bind it to a gateway: taking it over loses its credentials.")
	case len(bare) > 0:
		return failed("The portal's application will own "+named(bare)+" in the target and cannot enter credentials. The refresh would fail.", "Let the mapping bind it to a gateway, or promote without a refresh and let a person enter the credentials.")
	case len(unsure) > 0:
		return unknown("The sources or the owner of "+named(unsure)+" are not known.", scanIt)
	case !fl.c.Mapping.Refresh && slices.ContainsFunc(fl.models(), func(it *Item) bool { return fl.pairs[it.ID] == nil }):
		return passed("No refresh follows. New models will belong to the portal's application: somebody has to enter their credentials before they can be refreshed.")
	}
	return passed("No model of the target loses its credentials, or waits for some.")
}

// directLake: a deployment does not move a Direct Lake model to the target's
// lakehouse; only a deployment rule does, which no API shows.
func (fl *flight) directLake() result {
	if !fl.both {
		return fl.unread()
	}
	at := map[string]bool{}
	for i := range fl.f.Source.Items.Value {
		at[fl.f.Source.Items.Value[i].ID] = true
	}
	onSource := func(it *Item) bool { return slices.ContainsFunc(it.Needs, func(id string) bool { return at[id] }) }
	var unsure, bound []*Item
	for _, it := range fl.models() {
		to := fl.pairs[it.ID]
		switch {
		case !it.DirectLake:
		case to != nil && len(to.Needs) > 0 && !onSource(to):
			// Its rule works: the target's model reads something of its own.
		case to == nil && len(it.Needs) == 0, to != nil && len(to.Needs) == 0:
			unsure = append(unsure, it)
		case to != nil || onSource(it):
			bound = append(bound, it)
		}
	}
	switch {
	case len(bound) > 0:
		return failed(named(bound)+" would go on reading the source's lakehouse from the target.", "Set a data source rule for it on the target's stage in Power BI after the first deployment, or accept this now.")
	case len(unsure) > 0:
		return unknown("Which lakehouse "+named(unsure)+" reads is not known.", scanIt)
	}
	return passed("No Direct Lake model of the target reads the source's lakehouse.")
}

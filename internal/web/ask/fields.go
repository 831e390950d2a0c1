package ask

import "iter"

// Fields goes through the questions of a form in their order.
func Fields(groups []Group) iter.Seq[Field] {
	return func(yield func(Field) bool) { walk(groups, yield) }
}

func walk(groups []Group, yield func(Field) bool) bool {
	for _, g := range groups {
		for _, f := range g.Fields {
			if !yield(f) {
				return false
			}
		}
		if !walk(g.Groups, yield) {
			return false
		}
	}
	return true
}

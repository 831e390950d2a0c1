package request

import (
	"slices"
	"strconv"

	"steward/internal/promotion"
)

// cascade is the order of the routes of a promotion.
type cascade struct {
	// sequence are the routes in the order of their steps, needs what each waits
	// for.
	sequence []int
	needs    map[int][]int
}

// before says which route waits for which. Routes on a circle are refused, with
// the circle named.
func (b *builder) before(p *PromotionParams, routes []*route) cascade {
	c := cascade{needs: map[int][]int{}}
	for i := range routes {
		c.sequence = append(c.sequence, i)
	}
	switch {
	case len(routes) < 2:
	case p.Order == OrderTyped:
		for i := 1; i < len(routes); i++ {
			c.needs[i] = []int{i - 1}
		}
	case p.Order == OrderDependency:
		return b.byDependency(routes, c)
	}
	return c
}

// byDependency puts each route behind those that carry what its content is made
// from.
func (b *builder) byDependency(routes []*route, c cascade) cascade {
	home := map[string]int{}
	for i, r := range routes {
		for _, it := range r.items {
			home[it.ID] = i
		}
	}
	var ids []string
	var edges []promotion.Dependency
	for i, r := range routes {
		ids = append(ids, strconv.Itoa(i))
		for _, it := range r.items {
			for _, need := range append(slices.Clone(it.Needs), it.Model) {
				if j, ok := home[need]; ok && j != i && !slices.Contains(c.needs[i], j) {
					c.needs[i] = append(c.needs[i], j)
					edges = append(edges, promotion.Dependency{Item: strconv.Itoa(i), Needs: strconv.Itoa(j)})
				}
			}
		}
	}
	name := func(id string) string {
		i, _ := strconv.Atoi(id) // written above
		return routes[i].line.Name
	}
	s := promotion.Order(ids, edges)
	if len(s.Cycles) > 0 {
		b.fail("order", "These pipelines need each other in a circle: %s. Choose the order in which they are written.", promotion.CycleText(s.Cycles[0], name))
		return c
	}
	c.sequence = c.sequence[:0]
	for _, id := range s.Flat() {
		i, _ := strconv.Atoi(id)
		c.sequence = append(c.sequence, i)
	}
	return c
}

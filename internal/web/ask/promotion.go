package ask

import (
	"net/url"
	"strconv"
	"strings"

	"steward/internal/request"
)

func promotionForm(p *request.PromotionParams) []Group {
	routes := Group{Name: "routes", Title: "What goes where", Hint: "A pipeline each. All of them are one request, with one approval.", Add: "Add another pipeline"}
	n := max(len(p.Routes), 1)
	for i := range n {
		routes.Groups = append(routes.Groups, routeForm(i, n > 1))
	}
	out := []Group{routes}
	if n > 1 {
		out = append(out, Group{Title: "In which order", Fields: []Field{{Name: "order", Label: "The pipelines go", Look: Choice, Hint: "In a cascade, a pipeline that fails stops those behind it; the request can be taken up again from there.",
			Choices: [][2]string{{"", "Choose"}, {request.OrderDependency, "As a cascade: first what others are made from"}, {request.OrderTyped, "As a cascade: in the order above"}, {request.OrderFree, "Each for itself: one that fails does not stop the others"}}}}})
	}
	allowed := Group{Title: "What the deployment may do", Hint: "Power BI does only what is ticked here; an item that needs more fails, and those behind it are not begun."}
	for _, a := range request.Allowances() {
		allowed.Fields = append(allowed.Fields, Field{Name: a.Field, Label: a.Label, Hint: a.Means + " (" + a.Name + ")", Look: Yes})
	}
	return append(out, allowed, Group{Title: "Afterwards", Fields: []Field{
		{Name: "mapping", Label: "Carry out the mapping set of each pipeline", Hint: "Parameters, data sources, gateway, schedule and roles of the target, as they were agreed to. Without a mapping set nothing is set.", Look: Yes},
		{Name: "refresh", Label: "Refresh the models and wait", Hint: "A deployment brings no data.", Look: Yes},
		{Name: "update_app", Label: "Publish the target's app anew", Hint: "The target must have one.", Look: Yes}}},
		Group{Title: "For the record", Fields: []Field{
			{Name: "note", Label: "Note", Hint: "Kept with the deployment in Power BI, beside the portal's mark.", Optional: true},
			{Name: "accepted", Label: "Failures of the pre-flight that you accept", Hint: "Only about rules that may be broken, and about what comes after the deployment. Who decides sees what you tick.", Look: Ticks, Of: Waivable, Optional: true, Choices: request.Acceptable()}}})
}

func routeForm(i int, several bool) Group {
	at := Item("routes", i)
	g := Group{Name: at, Fields: []Field{
		{Name: at + ".pipeline", Label: "Pipeline", Hint: "A part of its name, or its id.", Look: Pick, Of: Pipeline},
		{Name: at + ".stage", Label: "From the stage", Hint: "Choose the pipeline first. Content goes to the next stage.", Look: Pick, Of: Stage, By: at + ".pipeline"},
		{Name: at + ".what", Label: "What goes", Look: Choice, Choices: [][2]string{{"", "Choose"}, {request.CarryAll, "Everything"},
			{request.CarrySelected, "Only what is ticked below, with what it needs"}, {request.CarryBackward, "Everything, backwards into the empty stage before"}}},
		{Name: at + ".items", Label: "Items", Hint: "Choose pipeline and stage first, then Find. What an item needs and the target does not have comes along.", Look: Ticks, Of: Content, Optional: true}}}
	if several {
		g.Title, g.Drop = "Pipeline "+strconv.Itoa(i+1), "Leave this pipeline out"
	}
	return g
}

// Fill turns the short words of an address into the form's: pipeline, stage and
// items, with commas between; and ticks what a promotion usually may do.
func Fill(v url.Values) {
	if v.Has("routes[0].pipeline") {
		return
	}
	at := Item("routes", 0)
	for _, name := range []string{"pipeline", "stage"} {
		if v.Has(name) {
			v.Set(at+"."+name, v.Get(name))
		}
	}
	if v.Has("stage") {
		v.Set(at+".what", request.CarryAll)
	}
	if items := v.Get("items"); items != "" {
		v.Set(at+".what", request.CarrySelected)
		for i, id := range strings.Split(items, ",") {
			v.Set(Item(at+".items", i), id)
		}
	}
	for _, usual := range []string{"allow_create", "allow_overwrite", "mapping", "refresh"} {
		v.Set(usual, "yes")
	}
}

// tidyRoutes leaves out the routes and items that nobody filled in.
func tidyRoutes(p *request.PromotionParams) {
	routes := p.Routes[:0]
	for _, r := range p.Routes {
		r.Items = typed(r.Items)
		if r.Pipeline != "" || r.Stage != "" || len(r.Items) > 0 {
			routes = append(routes, r)
		}
	}
	p.Routes, p.Accepted = routes, typed(p.Accepted)
}

func typed(in []string) []string {
	out := in[:0]
	for _, s := range in {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}

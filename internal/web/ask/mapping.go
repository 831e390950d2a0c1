package ask

import (
	"strconv"

	"steward/internal/promotion"
	"steward/internal/request"
)

// mappingForm asks for a mapping set, whole.
func mappingForm(p *request.MappingParams) []Group {
	return []Group{
		{Title: "Between which places", Hint: "A pipeline and the stage content comes from, or two workspaces. The mapping holds for every promotion on this way.", Fields: []Field{
			{Name: "pipeline", Label: "Pipeline", Hint: "A part of its name, or its id. Leave it empty for two workspaces.", Look: Pick, Of: Pipeline, Optional: true},
			{Name: "stage", Label: "Stage content comes from", Hint: "Choose the pipeline first.", Look: Pick, Of: Stage, By: "pipeline", Optional: true},
			{Name: "source", Label: "Workspace content comes from", Hint: "Without a pipeline only.", Look: Pick, Of: Workspace, Optional: true},
			{Name: "target", Label: "Workspace content goes to", Hint: "Without a pipeline only.", Look: Pick, Of: Workspace, Optional: true}}},
		{Title: "Owner", Fields: []Field{{Name: "take_over", Label: "Take the models over first", Look: Yes,
			Hint: "Parameters, sources, gateways and schedules are set by a model's owner only. Its stored credentials are lost by this: bind it to a gateway below, or have somebody enter them."}}},
		rows("parameters", "Parameters", "Names as the model has them; upper and lower case count. Without a model it holds for every model that has such a parameter.", len(p.Parameters), parameterFields),
		rows("sources", "Data sources that point elsewhere", "Not for sources that a parameter names. An empty from means the only source of its kind.", len(p.Sources), sourceFields),
		rows("gateways", "Gateways", "Without a model it holds for every model of the target.", len(p.Gateways), func(at string) []Field {
			return []Field{modelField(at, true), {Name: at + ".gateway", Label: "Gateway", Look: Pick, Of: Gateway, Optional: true}}
		}),
		{Title: "Refresh", Fields: []Field{
			{Name: "refresh", Label: "Refresh the models afterwards and wait", Look: Yes},
			{Name: "schedule.days", Label: "Schedule, days", Hint: "daily, weekdays, or days with commas: Monday, Thursday. Empty leaves the schedule as it is.", Optional: true},
			{Name: "schedule.times", Label: "Schedule, times", Hint: "Full or half hours with commas between: 06:00, 12:30.", Optional: true},
			{Name: "schedule.zone", Label: "Time zone", Hint: "As Microsoft names it: W. Europe Standard Time. Empty is UTC.", Optional: true}}},
		rows("roles", "Roles expected in the target", preferGroups+" Whoever lacks the role gets it with the promotion; nobody loses one.", len(p.Roles), func(at string) []Field {
			who := Field{Name: at + ".who", Label: "Group, person or application", Hint: "A part of the name, or an address.", Look: Pick, Of: Somebody, Optional: true}
			right := role(at+".right", "Role")
			right.Optional = true
			return []Field{who, right}
		}),
		{Title: "Sensitivity and app", Fields: []Field{
			{Name: "label", Label: "Sensitivity label the content must carry", Hint: "Its id, as an item's page shows it. No application can set a label: a promotion that ends without it says so.", Optional: true},
			{Name: "update_app", Label: "Publish the target's app anew (pipelines only)", Look: Yes}}},
		rows("smoke", "Questions that must be answered", "DAX queries that are asked at the end.", len(p.Smoke), smokeFields),
	}
}

// rows is a list of entries that are all alike; nobody has to fill one in.
func rows(list, title, hint string, n int, fields func(at string) []Field) Group {
	g := Group{Name: list, Title: title, Hint: hint, Add: "Add another"}
	for i := range max(n, 1) {
		at := Item(list, i)
		g.Groups = append(g.Groups, Group{Name: at, Title: title + " " + strconv.Itoa(i+1), Drop: "Leave this one out", Fields: fields(at)})
	}
	return g
}

func modelField(at string, optional bool) Field {
	return Field{Name: at + ".model", Label: "Semantic model", Hint: "Its name, exactly.", Optional: optional}
}

func parameterFields(at string) []Field {
	return []Field{modelField(at, true), {Name: at + ".name", Label: "Parameter", Optional: true}, {Name: at + ".value", Label: "Value", Optional: true}}
}

func sourceFields(at string) []Field {
	types := Field{Name: at + ".type", Label: "Kind of source", Look: Choice, Optional: true, Choices: [][2]string{{"", "None"}}}
	for _, t := range promotion.SourceTypes() {
		types.Choices = append(types.Choices, [2]string{t, t})
	}
	out := []Field{modelField(at, true), types}
	for _, f := range [][2]string{{"from_server", "From server"}, {"from_database", "From database"}, {"from_url", "From address"},
		{"server", "To server"}, {"database", "To database"}, {"url", "To address"}} {
		out = append(out, Field{Name: at + "." + f[0], Label: f[1], Optional: true})
	}
	return out
}

func smokeFields(at string) []Field {
	return []Field{modelField(at, true), {Name: at + ".query", Label: "DAX query", Hint: `EVALUATE ROW("rows", COUNTROWS('Sales'))`, Look: Area, Optional: true},
		{Name: at + ".expect", Label: "First value of the answer", Hint: "Empty accepts any answer with a row.", Optional: true}}
}

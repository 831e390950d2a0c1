package ask

import (
	"steward/internal/request"
)

// refreshPlanForm asks for a refresh plan: as questions, and as text.
func refreshPlanForm(p *request.RefreshPlanParams) []Group {
	out := []Group{{Fields: []Field{
		{Name: "name", Label: "Name", Hint: "What people call it: Finance, nightly."},
		{Name: "description", Label: "What it is for", Look: Area, Optional: true},
		{Name: "space", Label: "Draft it from the lineage of a workspace", Look: Pick, Of: Workspace, Optional: true,
			Hint: "As long as there is no node below, its models and dataflows and all that they are made from are filled in, what comes first first."}}}}
	if p.Plan != "" {
		out[0].Fields = append(out[0].Fields[:2:2], Field{Name: "delete", Label: "Delete this plan", Look: Yes})
	}
	out = append(out,
		Group{Title: "When it runs", Fields: []Field{
			{Name: "schedule", Label: "Schedule", Hint: "Five fields: minute, hour, day, month, weekday. 0 2 * * 1-5 is two o'clock on working days. Empty runs it by hand only, or as below.", Optional: true},
			{Name: "zone", Label: "Time zone", Hint: "Such as Europe/Berlin. Empty is UTC.", Optional: true},
			{Name: "after[0]", Label: "After the end of the plan", Hint: "The other plan's id, as its page shows it.", Optional: true},
			{Name: "api", Label: "A program may start it, after an ETL run", Look: Yes},
			{Name: "window", Label: "Window", Hint: "How long after its start it may begin refreshes: 8h.", Optional: true},
			{Name: "at_once", Label: "Refreshes at the same time", Optional: true},
			{Name: "per_capacity", Label: "Of them on one capacity", Optional: true}}},
		planPeople(p), planNodes(p),
		Group{Title: "The same as text", Hint: "When you change this text, it counts, and the questions above are filled from it. An unknown key is refused with its line; comments are not kept.", Fields: []Field{
			{Name: "yaml", Label: "YAML", Look: Area, Rows: 24, Optional: true}}})
	return out
}

func planPeople(p *request.RefreshPlanParams) Group {
	g := Group{Name: "people", Title: "Who may run it, besides the operators", Add: "Add another", Fields: []Field{
		{Name: "notify", Label: "Addresses told when it does not end well", Hint: "With commas between.", Optional: true}}}
	for i := range max(len(p.People), 1) {
		at := Item("people", i)
		g.Groups = append(g.Groups, Group{Name: at, Drop: "Leave this one out", Fields: []Field{{Name: at, Label: "Person", Hint: "A part of the name, or an address.", Look: Pick, Of: Somebody, Optional: true}}})
	}
	return g
}

func planNodes(p *request.RefreshPlanParams) Group {
	g := Group{Name: "nodes", Title: "Nodes", Hint: "Each model or dataflow once. What an answer leaves empty is 3 retries 15 minutes apart and a timeout of 120 minutes.", Add: "Add a node"}
	for i := range max(len(p.Nodes), 1) {
		title := "New node"
		if i < len(p.Nodes) && p.Nodes[i].Name != "" {
			title = p.Nodes[i].Name
		}
		g.Groups = append(g.Groups, planNode(Item("nodes", i), title))
	}
	return g
}

// planNode are the questions about one node: what, how, when, and what then.
func planNode(at, title string) Group {
	line := func(name, label, hint string) Field {
		return Field{Name: at + "." + name, Label: label, Hint: hint, Optional: true}
	}
	of := func(look Look, f Field) Field { f.Look = look; return f }
	choice := func(f Field, values ...string) Field {
		f.Look = Choice
		for _, v := range values {
			f.Choices = append(f.Choices, [2]string{v, v})
		}
		return f
	}
	refresh := choice(line("refresh", "Kind of refresh", "Enhanced ones need a capacity, and are stopped when they take too long."), "", "automatic", "full", "dataOnly", "calculate", "clearValues", "defragment")
	refresh.Choices[0][1] = "Standard"
	for i := range refresh.Choices[1:] {
		refresh.Choices[i+1][1] = "Enhanced: " + refresh.Choices[i+1][0]
	}
	commit := choice(line("commit", "Commit", "Enhanced only."), "", "transactional", "partialBatch")
	commit.Choices[0][1] = "The service's own"
	return Group{Name: at, Title: title, Drop: "Leave this node out", Fields: []Field{
		line("name", "Name in the plan", ""), choice(line("kind", "What it is", ""), "model", "dataflow"),
		of(Pick, Field{Name: at + ".workspace", Label: "Workspace", Hint: "A part of its name, or its id.", Of: Workspace, Optional: true}),
		line("item", "Id of the model or dataflow", "As its page shows it."),
		line("needs", "Comes after", "Names of other nodes, with commas between."),
		of(Yes, line("lenient", "Not critical: what comes after it goes on when it fails", "")),
		refresh, commit, line("parallelism", "Parallelism", "Enhanced only; empty is the service's own."),
		line("retries", "Retries", ""), line("delay", "Minutes between them", "15m"), line("timeout", "Timeout of one try", "120m"),
		line("days", "Only on these days", "Monday, Thursday. Empty is every day."),
		of(Yes, line("upstream", "Only if something before it was refreshed since", "")),
		of(Area, line("query", "Only if this DAX query answers enough", `EVALUATE ROW("rows", COUNTROWS('Sales'))`)),
		line("query_least", "Answers at least", ""), line("query_most", "Answers at most", ""),
		line("fresh", "Gate: a good refresh newer than", "24h"),
		of(Area, line("gate", "Gate: a DAX query whose answer must lie within bounds", "")),
		line("gate_least", "Answers at least", ""), line("gate_most", "Answers at most", ""),
		line("notify", "Addresses told when it fails", ""),
	}}
}

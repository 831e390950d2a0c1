package ask

import "steward/internal/request"

// transferForm asks what goes from one workspace to another.
func transferForm() []Group {
	return []Group{
		{Hint: "Models go first, then the reports on them. What is replaced is backed up before anything is sent, and put back when a step fails.", Fields: []Field{
			{Name: "source", Label: "Workspace content comes from", Hint: "A part of its name, or its id.", Look: Pick, Of: Workspace},
			{Name: "target", Label: "Workspace content goes to", Hint: "A part of its name, or its id.", Look: Pick, Of: Workspace},
			{Name: "way", Label: "How the models go", Look: Choice, Choices: [][2]string{{"", "Choose"}, {request.ByDefinition, "As definitions: data stays in the target"},
				{request.ByFile, "As .pbix files: data goes along, and the report of the model's name"}},
				Hint: "Power BI lets nobody download what came by a pipeline or has a model in the large storage format: such models go as definitions."},
			{Name: "only", Label: "Only these reports and models", Hint: "One name a line, exactly. Empty means all of them; what a report needs comes along. Dashboards and dataflows cannot go without a pipeline.", Look: Area, Optional: true},
			{Name: "mapping", Label: "Carry out the mapping of these two workspaces afterwards", Hint: "Parameters, sources, gateway and roles of the target, as they were agreed to.", Look: Yes}}},
	}
}

// importForm asks where an uploaded file goes.
func importForm() []Group {
	conflicts := append([][2]string{{"", "Choose"}}, request.Conflicts()...)
	return []Group{{Fields: []Field{
		{Name: "file", Label: "File", Hint: "One that you uploaded. It is kept until it is imported, 90 days at most.", Look: Pick, Of: Uploaded},
		aWorkspace("Workspace"),
		{Name: "name", Label: "Name", Hint: "Leave it empty for the file's own name.", Optional: true},
		{Name: "conflict", Label: "If the name is taken", Look: Choice, Choices: conflicts},
		{Name: "skip_report", Label: "Publish the semantic model only", Look: Yes}}}}
}

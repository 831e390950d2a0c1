package ask

import (
	"strconv"

	"steward/internal/request"
)

func projectForm(p *request.ProjectParams) []Group {
	out := []Group{{Title: "The project", Fields: []Field{
		{Name: "department", Label: "Department", Hint: "Its short form, as names begin with it: FIN.", Named: true},
		{Name: "project", Label: "Project", Hint: "One word, as names hold it: Budget.", Named: true},
		{Name: "description", Label: "Description", Hint: "What it is for, in a sentence others understand.", Look: Area, Optional: true},
		{Name: "domain", Label: "Domain", Look: Pick, Of: Domain, Optional: true}}}}
	environments := Group{Name: "environments", Title: "Environments", Hint: "A workspace each. DEV, TEST and PROD are usual; words of your own are fine where the rules allow them.", Add: "Add an environment"}
	for i := range max(len(p.Environments), 1) {
		environments.Groups = append(environments.Groups, environment(p, i))
	}
	everywhere := members("everywhere", "Members of every environment", len(p.Everywhere))
	everywhere.Hint += " What an environment says of the same one goes before."
	pipeline := Group{Title: "Deployment pipeline", Fields: []Field{
		{Name: "pipeline", Label: "Make a deployment pipeline, and put the workspaces on its stages in this order", Look: Yes},
		{Name: "pipeline_name", Label: "Name of the pipeline", Hint: "Leave it empty for Department-Project.", Optional: true}}}
	users := Group{Name: "pipeline_users", Title: "Who may deploy", Hint: preferGroups, Add: "Add another"}
	for i := range max(len(p.PipelineUsers), 1) {
		at := Item("pipeline_users", i)
		users.Groups = append(users.Groups, Group{Name: at, Drop: "Leave this one out", Fields: []Field{{Name: at, Label: "Group, person or application", Look: Pick, Of: Somebody, Optional: true}}})
	}
	pipeline.Groups = []Group{users}
	return append(out, everywhere, environments, pipeline, defaults())
}

func environment(p *request.ProjectParams, i int) Group {
	at := Item("environments", i)
	n := 0
	if i < len(p.Environments) {
		n = len(p.Environments[i].Members)
	}
	return Group{Name: at, Title: "Environment " + strconv.Itoa(i+1), Drop: "Leave this environment out", Fields: []Field{
		{Name: at + ".name", Label: "Environment", Hint: "DEV, TEST, PROD or a word of your own.", Named: true},
		{Name: at + ".workspace", Label: "Name of the workspace", Hint: "Leave it empty for Department-Project-Environment.", Optional: true, Named: true},
		{Name: at + ".capacity", Label: "Capacity", Look: Pick, Of: Capacity, Optional: true}},
		Groups: []Group{members(at+".members", "Members of this one only", n)}}
}

// defaults are what Power BI has no call for on an empty workspace.
func defaults() Group {
	return Group{Title: "Defaults for its content", Hint: "Power BI has no call that sets these for an empty workspace. They are agreed to with the request and written into each workspace's description, where whoever builds there reads them.",
		Fields: []Field{
			{Name: "sensitivity", Label: "Sensitivity label for new content", Hint: "The label's name: Confidential.", Optional: true},
			{Name: "refresh_days", Label: "Refresh", Look: Choice, Optional: true, Choices: [][2]string{{"", "Not agreed"}, {"daily", "Every day"}, {"weekdays", "Monday to Friday"}}},
			{Name: "refresh_times", Label: "Refresh at", Hint: "Full or half hours with commas between: 06:00, 12:30. At most 8, as on shared capacity.", Optional: true},
			{Name: "refresh_zone", Label: "Time zone", Hint: "Leave it empty for UTC.", Optional: true}}}
}

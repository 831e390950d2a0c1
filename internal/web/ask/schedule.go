package ask

import "steward/internal/request"

func scheduleForm(p *request.ScheduleParams) []Group {
	rows := Group{Name: "rows", Title: "Models", Hint: "The page of schedules and a model's own page fill this in. An empty field keeps what there is.", Add: "Add another"}
	for i := range max(len(p.Rows), 1) {
		at := Item("rows", i)
		rows.Groups = append(rows.Groups, Group{Name: at, Drop: "Leave this one out", Fields: []Field{
			{Name: at + ".model", Label: "Id of the model"},
			{Name: at + ".times", Label: "Times", Hint: "Half hours with commas between, such as 06:00, 18:30: at most 8 a day on shared capacity, 48 on a capacity.", Optional: true},
			{Name: at + ".days", Label: "Days", Hint: "daily, weekdays, or names with commas between.", Optional: true},
			{Name: at + ".zone", Label: "Time zone", Hint: "As Power BI names it, such as W. Europe Standard Time.", Optional: true}}})
	}
	return []Group{{Fields: []Field{
		{Name: "off", Label: "Switch the schedules off", Hint: "Nothing else may change then; the undo sets what there was.", Look: Yes},
		{Name: "take_over", Label: "Take over models of others first", Hint: "Only a model's owner may change its schedule. Taking it over loses its stored credentials: they have to be entered again.", Look: Yes}}}, rows}
}

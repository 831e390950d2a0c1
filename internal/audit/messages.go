package audit

// messageList is every way by which somebody was told something, and what
// became of it. It goes across workspaces and names people, so it is for those
// who see a whole tenant.
func messageList() *Report {
	return &Report{
		Name: "messages", Title: "Messages",
		Question: "Who was told what, through what, and did it arrive?",
		Sort:     "at", Desc: true,
		Columns: []Column{
			{Key: "at", Title: "Happened", Kind: Date, Sortable: true, expr: "k.at"},
			{Key: "event", Title: "What", Kind: Badge, expr: "k.event"},
			{Key: "says", Title: "Told", Kind: Name, expr: "k.says"},
			{Key: "channel", Title: "Through", Kind: Badge, expr: "k.channel"},
			{Key: "place", Title: "Place", Kind: Name, expr: "k.place", Help: "An address, or the name of a place in the configuration."},
			{Key: "state", Title: "State", Kind: Badge, expr: "CASE WHEN k.ended > @until THEN 'waiting' ELSE k.state END"},
			{Key: "ended", Title: "Left", Kind: Date, Null: "not yet", expr: "CASE WHEN k.ended <= @until THEN k.ended END"},
			{Key: "attempts", Title: "Attempts", Kind: Number, expr: "k.attempts"},
			{Key: "error", Title: "What went wrong", Kind: Text, expr: "nullif(k.error, '')"},
			{Key: "why", Title: "Why", Kind: Name, ExportOnly: true, expr: "k.why"},
			{Key: "name", Title: "For", Kind: Name, ExportOnly: true, expr: "nullif(k.name, '')"},
			{Key: "due", Title: "Next attempt", Kind: Date, ExportOnly: true, expr: "CASE WHEN k.ended IS NULL THEN k.due END"},
			{Key: "number", Title: "Number", Kind: Number, ExportOnly: true, expr: "k.id"},
			{Key: "link", Title: "Where", Kind: Text, ExportOnly: true, expr: "k.link"},
		},
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("waiting", "sent", "given up", "not wanted"), cond: "(CASE WHEN k.ended > @until THEN 'waiting' ELSE k.state END) = ?"},
			{Key: "channel", Label: "Through", Kind: FilterChoice, Choices: choices("mail", "teams", "webhook"), expr: "k.channel"},
			{Key: "place", Label: "Place", Kind: FilterText, cond: "instr(lower(k.place), ?) > 0"},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "k.at + 0 >= ?"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "k.at + 0 < ?"},
		},
		parts: []part{{
			name: "messages", from: "delivery k", scope: "@all", where: "k.tenant = @tenant AND k.at + 0 <= @until",
			paths: []path{{sort: "at", order: []string{"k.at", "k.id"}}},
		}},
	}
}

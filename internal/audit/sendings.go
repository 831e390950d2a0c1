package audit

// sendingList is every file that was made by the clock, and to whom it went.
// Like messages, it is for those who see a whole tenant.
func sendingList() *Report {
	return &Report{
		Name: "sent-reports", Title: "Sent reports",
		Question: "Which reports were sent by the clock, to whom, and did they arrive?",
		Sort:     "at", Desc: true,
		Columns: []Column{
			{Key: "file", Title: "File", Kind: Name, expr: "k.file"},
			{Key: "report", Title: "Report", Kind: Text, expr: "k.report"},
			{Key: "at", Title: "Made", Kind: Date, Sortable: true, expr: "k.at"},
			{Key: "channel", Title: "Through", Kind: Badge, expr: "k.channel"},
			{Key: "place", Title: "To", Kind: Name, expr: "k.place"},
			{Key: "state", Title: "State", Kind: Badge, expr: "CASE WHEN k.ended > @until THEN 'waiting' ELSE k.state END"},
			{Key: "ended", Title: "Left", Kind: Date, Null: "not yet", expr: "CASE WHEN k.ended <= @until THEN k.ended END"},
			{Key: "error", Title: "What went wrong", Kind: Text, expr: "nullif(k.error, '')"},
			{Key: "as_of", Title: "Tells of", Kind: Date, ExportOnly: true, expr: "k.as_of"},
			{Key: "name", Title: "Schedule", Kind: Text, ExportOnly: true, expr: "k.name"},
			{Key: "slot", Title: "Planned for", Kind: Date, ExportOnly: true, expr: "k.slot"},
			{Key: "rule", Title: "Rule", Kind: Text, ExportOnly: true, expr: "nullif(k.rule, '')"},
			{Key: "bytes", Title: "Bytes", Kind: Number, ExportOnly: true, expr: "k.bytes"},
			{Key: "sha256", Title: "SHA-256", Kind: ID, ExportOnly: true, expr: "k.sha256"},
			{Key: "attempts", Title: "Attempts", Kind: Number, ExportOnly: true, expr: "k.attempts"},
		},
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("waiting", "sent", "given up"), cond: "(CASE WHEN k.ended > @until THEN 'waiting' ELSE k.state END) = ?"},
			{Key: "place", Label: "To", Kind: FilterText, cond: "instr(lower(k.place), ?) > 0"},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "k.at + 0 >= ?"},
		},
		parts: []part{{
			name: "sendings", from: "sending k", scope: "@all", where: "k.tenant = @tenant AND k.at + 0 <= @until",
			paths: []path{{sort: "at", order: []string{"k.at", "k.id"}}},
		}},
	}
}

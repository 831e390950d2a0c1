package audit

// emergencyList is every emergency access there ever was. It is about the
// tenant as a whole, so those see it whose view is not limited to a part.
func emergencyList() *Report {
	const over = "coalesce(k.ended, k.ends)"
	return &Report{
		Name: "emergencies", Title: "Emergency access",
		Question: "Who could act without approval, when, what did they do with it, and who has looked at that since?",
		Sort:     "starts", Desc: true,
		Columns: []Column{
			{Key: "holder", Title: "Held by", Kind: Name, Link: Link{ToRequest, "id"}, expr: "k.name"},
			{Key: "starts", Title: "From", Kind: Date, Sortable: true, expr: "k.starts"},
			{Key: "over", Title: "Until", Kind: Date, expr: over},
			{Key: "reach", Title: "Workspaces", Kind: Name, expr: "CASE k.prefix WHEN '' THEN 'all' ELSE k.prefix || '…' END", Help: "Those whose names begin so."},
			{Key: "given_by", Title: "Agreed to by", Kind: Name, expr: "k.given_by"},
			{Key: "uses", Title: "Plans carried out", Kind: Number, expr: "(SELECT count(*) FROM emergency_use u WHERE u.emergency = k.request)"},
			{Key: "review", Title: "Review", Kind: Badge, expr: "CASE k.verdict WHEN '' THEN 'open' ELSE k.verdict END"},
			{Key: "reviewer", Title: "Reviewed by", Kind: Name, expr: "nullif(k.reviewer_name, '')"},
			{Key: "reason", Title: "Reason", Kind: Name, ExportOnly: true, expr: "(SELECT r.reason FROM request r WHERE r.id = k.request)"},
			{Key: "ended_by", Title: "Ended early by", Kind: Name, ExportOnly: true, expr: "nullif(k.ended_by, '')"},
			{Key: "reviewed", Title: "Reviewed", Kind: Date, ExportOnly: true, expr: "k.reviewed"},
			{Key: "found", Title: "What the review found", Kind: Name, ExportOnly: true, expr: "nullif(k.review, '')"},
			{Key: "holder_id", Title: "Held by, id", Kind: ID, ExportOnly: true, expr: "k.oid"},
			{Key: "id", Title: "Request", Kind: ID, ExportOnly: true, expr: "k.request"},
		},
		Filters: []Filter{
			{Key: "holder", Label: "Held by", Kind: FilterText, cond: "instr(lower(k.name), ?) > 0"},
			{Key: "review", Label: "Review", Kind: FilterChoice, Choices: choices("open", "justified", "not justified"), expr: "CASE k.verdict WHEN '' THEN 'open' ELSE k.verdict END"},
		},
		parts: []part{{
			name: "emergencies", from: "emergency k", scope: "inscope(0)", where: "k.tenant = @tenant AND k.starts + 0 <= @until",
			paths: []path{{sort: "starts", order: []string{"k.starts", "k.request"}}},
		}},
	}
}

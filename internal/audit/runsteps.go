package audit

// runSteps is what one run did, write by write: the outcome of each row of a
// bulk request by itself.
func runSteps() *Report {
	return &Report{
		Name: "run-steps", Title: "Steps of a run",
		Question: "What did a run send, what was answered, and what became of each row?",
		Sort:     "seq",
		Columns: []Column{
			{Key: "seq", Title: "Step", Kind: Number, Sortable: true, expr: "s.seq"},
			{Key: "row", Title: "Row", Kind: Number, expr: "nullif(s.line, 0)"},
			{Key: "says", Title: "What", Kind: Name, expr: "s.says"},
			{Key: "state", Title: "State", Kind: Badge, expr: "s.state"},
			{Key: "note", Title: "What came of it", Kind: Name, expr: "nullif(s.note, '')"},
			{Key: "attempts", Title: "Sent", Kind: Number, Unit: "times", expr: "s.attempt"},
			{Key: "status", Title: "Answer", Kind: Number, expr: "nullif(s.status, 0)"},
			{Key: "began", Title: "Sent at", Kind: Date, expr: "s.intended"},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", expr: "(coalesce(s.finished, s.answered_at) - s.intended) / 1000.0"},
			{Key: "call", Title: "Call", Kind: Name, ExportOnly: true, expr: "s.call"},
			{Key: "operation", Title: "Operation", Kind: Text, ExportOnly: true, expr: "s.operation"},
			{Key: "request_ids", Title: "Microsoft's request ids", Kind: ID, ExportOnly: true, expr: "nullif(s.request_ids, '')"},
			{Key: "decided_by", Title: "Decided by", Kind: Name, ExportOnly: true, expr: "nullif(s.chosen_by, '')"},
			{Key: "decided_why", Title: "Reason", Kind: Name, ExportOnly: true, expr: "nullif(s.chosen_why, '')"},
			{Key: "digest", Title: "SHA-256 of what was sent", Kind: ID, ExportOnly: true, expr: "nullif(s.digest, '')"},
			{Key: "step", Title: "Id", Kind: ID, ExportOnly: true, expr: "s.id"},
		},
		Filters: []Filter{
			{Key: "run", Label: "Run", Kind: FilterID, Required: true, few: true, exact: true, Help: "the id of a run, as in runs.", cond: "s.run = ?"},
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("ready", "intent", "settling", "in_doubt", "done", "failed", "skipped", "undone"), expr: "s.state"},
		},
		parts: []part{{
			name: "steps", from: "run_step s CROSS JOIN run r", where: "r.id = s.run AND r.tenant = (SELECT t.name FROM tenant t WHERE t.id = @tenant)", scope: "EXISTS (SELECT 1 FROM request q WHERE q.id = r.request AND opento(q))",
			paths: []path{{sort: "seq", order: []string{"s.seq"}}},
		}},
	}
}

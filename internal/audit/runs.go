package audit

// runState is where a run stands, as people say it.
const runState = `(CASE WHEN r.state <> 'running' THEN r.state
	WHEN EXISTS (SELECT 1 FROM run_step s WHERE s.run = r.id AND s.state = 'in_doubt') THEN 'in doubt'
	WHEN r.paused IS NOT NULL THEN 'paused' ELSE 'running' END)`

// runList is everything that was, or is being, carried out.
func runList() *Report {
	return &Report{
		Name: "runs", Title: "Runs",
		Question: "What has the portal changed in the tenant, for whom, and what is under way or in doubt?",
		Sort:     "started", Desc: true,
		Columns: []Column{
			{Key: "run", Title: "Run", Kind: Name, Link: Link{ToRun, "id"}, expr: "r.title"},
			{Key: "state", Title: "State", Kind: Badge, expr: runState},
			{Key: "done", Title: "Done", Kind: Number, Unit: "steps", expr: "(SELECT count(*) FROM run_step s WHERE s.run = r.id AND s.undoes = '' AND s.state = 'done')"},
			{Key: "steps", Title: "Of", Kind: Number, Unit: "steps", expr: "(SELECT count(*) FROM run_step s WHERE s.run = r.id AND s.undoes = '')"},
			{Key: "for", Title: "Asked by", Kind: Name, expr: "r.for_name"},
			{Key: "started", Title: "Began", Kind: Date, Sortable: true, expr: "r.started"},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", expr: "(r.finished - r.started) / 1000.0"},
			{Key: "note", Title: "What came of it", Kind: Name, expr: "nullif(CASE WHEN r.state = 'running' THEN r.waits ELSE r.note END, '')"},
			{Key: "in_doubt", Title: "In doubt", Kind: Number, Unit: "steps", ExportOnly: true, expr: "(SELECT count(*) FROM run_step s WHERE s.run = r.id AND s.state = 'in_doubt')"},
			{Key: "failed", Title: "Failed", Kind: Number, Unit: "steps", ExportOnly: true, expr: "(SELECT count(*) FROM run_step s WHERE s.run = r.id AND s.state = 'failed')"},
			{Key: "undone", Title: "Taken back", Kind: Number, Unit: "steps", ExportOnly: true, expr: "(SELECT count(*) FROM run_step s WHERE s.run = r.id AND s.state = 'undone')"},
			{Key: "finished", Title: "Ended", Kind: Date, ExportOnly: true, expr: "r.finished"},
			{Key: "request", Title: "Request", Kind: ID, ExportOnly: true, expr: "r.request"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, expr: "r.id"},
			{Key: "plan", Title: "SHA-256 of the plan", Kind: ID, ExportOnly: true, expr: "r.plan_hash"},
		},
		Filters: []Filter{
			{Key: "title", Label: "Run", Kind: FilterText, cond: "instr(lower(r.title), ?) > 0"},
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("running", "in doubt", "paused", "done", "failed", "cancelled"), expr: runState},
			{Key: "asked_by", Label: "Asked by", Kind: FilterText, cond: "instr(lower(r.for_name), ?) > 0"},
			{Key: "after", Label: "Began since", Kind: FilterDate, cond: "r.started + 0 >= ?"},
			{Key: "before", Label: "Began before", Kind: FilterDate, cond: "r.started + 0 < ?"},
		},
		parts: []part{{
			name: "runs", from: "run r", where: "r.tenant = (SELECT t.name FROM tenant t WHERE t.id = @tenant) AND r.started + 0 <= @until", scope: "EXISTS (SELECT 1 FROM request q WHERE q.id = r.request AND opento(q))",
			paths: []path{{sort: "started", order: []string{"r.started", "r.id"}}},
		}},
	}
}

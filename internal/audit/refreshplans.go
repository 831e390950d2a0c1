package audit

// planScope keeps a plan to those who see every workspace it was ever about.
const planScope = "NOT EXISTS (SELECT 1 FROM refresh_plan_place x WHERE x.plan = p.id AND NOT (inscope(x.ws)))"

const planTenant = "p.tenant = (SELECT t.name FROM tenant t WHERE t.id = @tenant)"

// lastPlanRun is one column of a plan's newest run.
func lastPlanRun(column string) string {
	return "(SELECT " + column + " FROM plan_run l WHERE l.plan = p.id ORDER BY l.started DESC, l.id LIMIT 1)"
}

// refreshPlanList is every refresh plan, with how its last run went.
func refreshPlanList() *Report {
	return &Report{
		Name: "refresh-plans", Title: "Refresh plans",
		Question: "What is refreshed in which order, and did it work last time?",
		Sort:     "changed", Desc: true,
		Columns: []Column{
			{Key: "plan", Title: "Plan", Kind: Name, Link: Link{ToPlan, "id"}, expr: "p.name"},
			{Key: "state", Title: "Last run", Kind: Badge, Null: None, expr: lastPlanRun("l.state")},
			{Key: "ran", Title: "Began", Kind: Date, Null: None, expr: lastPlanRun("l.started")},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", Null: None, expr: lastPlanRun("(l.finished - l.started) / 1000.0")},
			{Key: "note", Title: "What came of it", Kind: Name, Null: None, expr: lastPlanRun("nullif(l.note, '')")},
			{Key: "version", Title: "Version", Kind: Number, expr: "p.version"},
			{Key: "changed", Title: "Changed", Kind: Date, Sortable: true, expr: "p.changed"},
			{Key: "deleted", Title: "Deleted", Kind: Date, ExportOnly: true, Null: None, expr: "p.ended"},
			{Key: "run", Title: "Run", Kind: ID, ExportOnly: true, Null: None, expr: lastPlanRun("l.id")},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, expr: "p.id"},
		},
		Filters: []Filter{
			{Key: "name", Label: "Plan", Kind: FilterText, cond: "instr(lower(p.name), ?) > 0"},
			{Key: "there", Label: "Still there", Kind: FilterBool, words: map[string]string{"yes": "p.ended IS NULL", "no": "p.ended IS NOT NULL"}},
			{Key: "plan", Label: "Plan", Kind: FilterText, ByLink: true, cond: "lower(p.id) = ?"},
		},
		parts: []part{{
			name: "plans", sorted: "plans are agreed to one by one: there are never many", from: "refresh_plan p", where: planTenant + " AND p.made + 0 <= @until", scope: planScope,
			paths: []path{{sort: "changed", order: []string{"p.changed", "p.id"}}},
		}},
	}
}

// planRunList is every run of a refresh plan.
func planRunList() *Report {
	return &Report{
		Name: "refresh-plan-runs", Title: "Runs of refresh plans",
		Question: "Which runs were there, what began them, and how did they end?",
		Sort:     "started", Desc: true,
		Columns: []Column{
			{Key: "started", Title: "Began", Kind: Date, Sortable: true, Link: Link{ToPlanRun, "path"}, expr: "r.started"},
			{Key: "plan", Title: "Plan", Kind: Name, Link: Link{ToPlan, "plan_id"}, expr: "p.name"},
			{Key: "state", Title: "State", Kind: Badge, expr: "r.state"},
			{Key: "cause", Title: "Begun by", Kind: Name, expr: "CASE r.cause WHEN 'schedule' THEN 'its schedule' WHEN 'plan' THEN 'the end of another plan' WHEN 'resume' THEN 'going on from an earlier run' ELSE r.cause_by END"},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", Null: None, expr: "(r.finished - r.started) / 1000.0"},
			{Key: "refreshed", Title: "Refreshed", Kind: Number, Unit: "nodes", expr: "(SELECT count(*) FROM plan_node n WHERE n.run = r.id AND n.phase = 'done')"},
			{Key: "failed", Title: "Failed", Kind: Number, Unit: "nodes", expr: "(SELECT count(*) FROM plan_node n WHERE n.run = r.id AND n.phase = 'failed')"},
			{Key: "kept", Title: "Kept back", Kind: Number, Unit: "nodes", expr: "(SELECT count(*) FROM plan_node n WHERE n.run = r.id AND n.phase = 'lost')"},
			{Key: "note", Title: "What came of it", Kind: Name, Null: None, expr: "nullif(CASE WHEN r.state = 'running' THEN r.waits ELSE r.note END, '')"},
			{Key: "version", Title: "Version", Kind: Number, ExportOnly: true, expr: "r.version"},
			{Key: "plan_id", Title: "Plan id", Kind: ID, ExportOnly: true, expr: "p.id"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, expr: "r.id"},
			{Key: "path", Title: "Plan and run", Kind: ID, ExportOnly: true, expr: "p.id || ' ' || r.id"},
		},
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("running", "done", "partial", "failed", "cancelled"), expr: "r.state"},
			{Key: "after", Label: "Began since", Kind: FilterDate, cond: "r.started + 0 >= ?"},
			{Key: "plan", Label: "Plan", Kind: FilterText, ByLink: true, cond: "lower(p.id) = ?"},
			{Key: "run", Label: "Run", Kind: FilterText, ByLink: true, cond: "lower(r.id) = ?"},
		},
		parts: []part{{
			name: "runs", from: "plan_run r CROSS JOIN refresh_plan p", where: "r.tenant = (SELECT t.name FROM tenant t WHERE t.id = @tenant) AND p.id = r.plan AND r.started + 0 <= @until", scope: planScope,
			paths: []path{{sort: "started", order: []string{"r.started", "r.id"}}},
		}},
	}
}

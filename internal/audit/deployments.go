package audit

// pipelineScope keeps what belongs to a pipeline within what the reader may see:
// one of its stages must be.
const pipelineScope = "EXISTS (SELECT 1 " + stagesInScope + ")"

// bothStages keeps what two stages hold to those who may see the workspaces of
// both.
func bothStages(line, from, to string) string {
	return "NOT EXISTS (SELECT 1 FROM pipeline_stage sb WHERE sb.pipeline = " + line + " AND sb.ord IN (" + from + ", " + to + ") AND seen(sb) AND sb.ws IS NOT NULL AND NOT inscope(sb.ws)) AND " + pipelineScope
}

// stageWord is what a stage is called: its name, or Power BI's for its number.
func stageWord(line, ord string) string {
	return "coalesce(nullif((SELECT sn.name FROM pipeline_stage sn WHERE sn.pipeline = " + line + " AND sn.ord = " + ord + " AND seen(sn)), ''), " +
		"CASE " + ord + " WHEN 0 THEN 'Development' WHEN 1 THEN 'Test' WHEN 2 THEN 'Production' ELSE 'Stage ' || (" + ord + " + 1) END)"
}

// portalMark is where the mark of a request begins in the note of a deployment; 0
// for one that no request asked for.
const portalMark = "instr(d.note, 'gov:')"

func deploymentList() *Report {
	return &Report{
		Name: "deployments", Title: "Deployments",
		Question: "What was deployed through which pipeline, when, by whom, and did it work?",
		Sort:     "started", Desc: true,
		Columns: deploymentColumns(),
		Filters: []Filter{
			{Key: "status", Label: "Status", Kind: FilterChoice, expr: "d.status", Choices: choices("Succeeded", "Failed", "Executing", "NotStarted")},
			{Key: "outside", Label: "Outside the portal", Kind: FilterBool, words: map[string]string{"yes": portalMark + " = 0", "no": portalMark + " > 0"}},
			{Key: "from", Label: "From", Kind: FilterDate, cond: "d.started >= ?"},
			{Key: "to", Label: "To", Kind: FilterDate, cond: "d.started < ?"},
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, ByLink: true, few: true, expr: "d.pipeline"},
			{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, few: true,
				cond: "EXISTS (SELECT 1 FROM deployment_step ds WHERE ds.pipeline = d.pipeline AND ds.operation = d.operation AND ? IN (ds.source, ds.target))"},
		},
		parts: []part{{
			name: "deployments", from: "deployment d CROSS JOIN pipeline p", where: "d.tenant = @tenant AND d.started <= @until AND p.pipeline = d.pipeline AND seen(p)", scope: pipelineScope,
			paths: []path{{sort: "started", order: []string{"d.started", "d.pipeline", "d.operation"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("d.pipeline"), "request": {key: "CASE WHEN " + portalMark + " > 0 THEN substr(d.note, " + portalMark + ", 30) END", self: "s.marker",
			query: "FROM run_step s JOIN run u ON u.id = s.run JOIN request r ON r.id = u.request WHERE s.marker <> '' AND s.marker IN (#) AND opento(r)"}},
	}
}

// promotions is the history of what was promoted: what was deployed, with the
// request that asked for it, or none.
func promotions(base *Report) *Report {
	return preset(base, "promotions", "Promotions", "Who promoted what, when, agreed to by whom, with which outcome, and what went round the portal?", nil)
}

func deploymentColumns() []Column {
	return []Column{
		{Key: "started", Title: "Began", Kind: Date, Sortable: true, expr: "d.started"},
		{Key: "pipeline", Title: "Pipeline", Kind: Name, Link: Link{ToPipeline, "pipeline_id"}, expr: "p.name"},
		{Key: "from_stage", Title: "From", Kind: Name, expr: stageWord("d.pipeline", "d.source_ord")},
		{Key: "to_stage", Title: "To", Kind: Name, expr: stageWord("d.pipeline", "d.target_ord")},
		{Key: "status", Title: "Status", Kind: Badge, expr: "CASE WHEN d.status = 'Failed' AND d.failed < d.created + d.changed + d.equal AND EXISTS (SELECT 1 FROM deployment_step g WHERE g.pipeline = d.pipeline AND g.operation = d.operation AND g.status = 'Succeeded') THEN 'Partly failed' ELSE d.status END",
			Help: "Partly failed: the steps before the failure stay deployed."},
		{Key: "took", Title: "Took", Kind: Duration, Unit: "s", Null: Unknown, expr: "(d.ended - d.started) / 1000.0"},
		{Key: "new", Title: "New", Kind: Number, Unit: "items", expr: "d.created"},
		{Key: "changed", Title: "Changed", Kind: Number, Unit: "items", expr: "d.changed"},
		{Key: "equal", Title: "Unchanged", Kind: Number, Unit: "items", expr: "d.equal"},
		{Key: "failed", Title: "Failed steps", Kind: Number, Null: Unknown, expr: "d.failed", Help: "Unknown where the steps were not read; Microsoft tells them for the newest operations."},
		{Key: "error", Title: "Error", Kind: Text, expr: "(SELECT s.error_code FROM deployment_step s WHERE s.pipeline = d.pipeline AND s.operation = d.operation AND s.error_code <> '' ORDER BY s.idx LIMIT 1)"},
		{Key: "performer", Title: "By", Kind: Name, Null: Unknown, expr: "coalesce((SELECT w.name FROM principal w JOIN ident wi ON wi.id = w.principal WHERE wi.tenant = @tenant AND wi.guid = lower(d.performer) AND seen(w) LIMIT 1), nullif(d.performer, ''))"},
		{Key: "outside", Title: "Outside the portal", Kind: Bool, expr: "CASE WHEN " + portalMark + " = 0 THEN 1 ELSE 0 END", Help: "Its note carries no mark of a request."},
		{Key: "request", Title: "Request", Kind: Name, Link: Link{ToRequest, "request_id"}, lookup: "request", expr: "r.title", Help: "What asked for it; empty for what was deployed outside the portal."},
		{Key: "asked_by", Title: "Asked by", Kind: Name, lookup: "request", expr: "r.requester_name"},
		{Key: "agreed", Title: "Agreed", Kind: Name, lookup: "request", expr: "(SELECT group_concat(a.name, '; ') FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1)"},
		{Key: "note", Title: "Note", Kind: Text, expr: "nullif(d.note, '')"},
		{Key: "ended", Title: "Ended", Kind: Date, ExportOnly: true, expr: "d.ended"},
		{Key: "request_id", Title: "Request id", Kind: ID, ExportOnly: true, lookup: "request", expr: "r.id"},
		{Key: "operation", Title: "Operation", Kind: ID, ExportOnly: true, expr: "d.operation"},
		{Key: "pipeline_id", Title: "Pipeline id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
	}
}

func deploymentSteps() *Report {
	return &Report{
		Name: "deployment-steps", Title: "Steps of deployments",
		Question: "Which items did a deployment carry, and which step failed with what error?",
		Sort:     "index",
		Columns: []Column{
			{Key: "index", Title: "Step", Kind: Number, Sortable: true, expr: "s.idx + 1"},
			{Key: "item", Title: "Item", Kind: Name, Link: Link{ToItem, "source_id"}, expr: "s.source_name"},
			{Key: "kind", Title: "Kind", Kind: Badge, expr: "s.kind"},
			{Key: "status", Title: "Status", Kind: Badge, expr: "s.status"},
			{Key: "difference", Title: "Before", Kind: Badge, Null: Unknown, expr: "nullif(s.difference, '')", Help: "How the item differed before the deployment, as Power BI saw it."},
			{Key: "target", Title: "In the target", Kind: Name, Link: Link{ToItem, "target_id"}, expr: "nullif(s.target_name, '')"},
			{Key: "error", Title: "Error", Kind: Text, expr: "nullif(s.error_code, '')"},
			{Key: "error_text", Title: "What it says", Kind: Text, expr: "nullif(s.error_text, '')"},
			{Key: "operation", Title: "Operation", Kind: ID, ExportOnly: true, expr: "s.operation"},
			{Key: "source_id", Title: "Source id", Kind: ID, ExportOnly: true, lookup: "source", expr: "n.guid"},
			{Key: "target_id", Title: "Target id", Kind: ID, ExportOnly: true, lookup: "target", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, Required: true, few: true, expr: "s.pipeline"},
			{Key: "operation", Label: "Operation", Kind: FilterID, ByLink: true, few: true, exact: true, expr: "s.operation"},
			{Key: "status", Label: "Status", Kind: FilterChoice, expr: "s.status", Choices: choices("Succeeded", "Failed", "NotStarted", "Executing")},
		},
		parts: []part{{
			name: "steps", from: "deployment_step s CROSS JOIN deployment d CROSS JOIN pipeline p",
			where: "d.pipeline = s.pipeline AND d.operation = s.operation AND d.tenant = @tenant AND d.started <= @until AND p.pipeline = s.pipeline AND seen(p)", scope: bothStages("p.pipeline", "d.source_ord", "d.target_ord"),
			paths: []path{{sort: "index", order: []string{"s.pipeline", "s.operation", "s.idx"}}},
		}},
		lookups: map[string]lookup{"source": identLookup("s.source"), "target": identLookup("s.target")},
	}
}

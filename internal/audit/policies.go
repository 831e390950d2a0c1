package audit

// judging is the last judging of the view's tenant up to the view's scan.
const judging = "(SELECT max(e.id) FROM evaluation e WHERE e.tenant = @tenant AND e.scan <= @scan AND e.state = 'done')"

// ruleSet is the set of rules that judging was made with, as ids of versions.
const ruleSet = "(SELECT n.value FROM evaluation e CROSS JOIN rule_set s CROSS JOIN json_each(s.versions) n WHERE e.id = " + judging + " AND s.id = e.rule_set)"

// versions is the version of each rule that the last judging used, and the
// newest known one of rules that it did not use.
const versions = `(SELECT r.rule AS rule, coalesce(max(CASE WHEN r.id IN ` + ruleSet + ` THEN r.id END), max(r.id)) AS id,
	max(CASE WHEN r.id IN ` + ruleSet + ` THEN 1 ELSE 0 END) AS is_on FROM rule_version r GROUP BY r.rule)`

// figure is a number of the last judging. The figures are of the whole tenant:
// whoever sees a part of it is not told them.
func figure(column string) string {
	return "CASE WHEN @all THEN (SELECT f." + column + " FROM rule_figure f WHERE f.rule = x.rule AND f.scan = (SELECT e.scan FROM evaluation e WHERE e.id = " + judging + ")) END"
}

// standingOf counts the violations of a rule that stand, within the scope.
func standingOf(cond string) string {
	return "(SELECT count(*) FROM violation v WHERE v.tenant = @tenant AND v.rule = x.rule AND v.in_force + 0 = 1 AND v.first_seen <= @until AND " + cond + " AND (@all OR inscope(v.ws)))"
}

// policyList is every rule there is or was, on or off, with what it found.
func policyList() *Report {
	return &Report{
		Name: "policies", Title: "Policies",
		Question: "Which rules are in force, and how does the tenant stand against each?",
		Sort:     "severity",
		Columns: []Column{
			{Key: "title", Title: "Rule", Kind: Text, Link: Link{ToRule, "rule"}, expr: "r.title"},
			{Key: "severity", Title: "Severity", Kind: Badge, Sortable: true, expr: "r.severity"},
			{Key: "in_force", Title: "In force", Kind: Bool, expr: "x.is_on", Help: "Whether the last judging used it."},
			{Key: "kind", Title: "About", Kind: Badge, expr: "r.kind"},
			{Key: "passed", Title: "Pass", Kind: Number, Null: Unknown, Help: "Objects that are as the rule says. Known for the whole tenant only.", expr: figure("passed")},
			{Key: "failed", Title: "Fail", Kind: Number, Sortable: true, Help: "Violations that stand, waived ones and false positives included.", expr: standingOf("@state <> 'resolved'")},
			{Key: "unknown", Title: "Unknown", Kind: Number, Null: Unknown, Help: "Objects of which a needed fact is not known. Known for the whole tenant only.", expr: figure("unknown")},
			{Key: "waived", Title: "Waived", Kind: Number, expr: standingOf("@state = 'waived'")},
			{Key: "decided", Title: "Last decision", Kind: Date, expr: "(SELECT max(rd.at) FROM rule_decision rd WHERE rd.rule = x.rule AND rd.at <= @until)"},
			{Key: "why", Title: "Because", Kind: Name, expr: "(SELECT rd.reason FROM rule_decision rd WHERE rd.rule = x.rule AND rd.at <= @until ORDER BY rd.id DESC LIMIT 1)",
				Help: "The reason of the last decision. A rule that is off without one is off in its file until somebody switches it on."},
			{Key: "rule", Title: "Id", Kind: Text, Sortable: true, expr: "x.rule"},
			{Key: "pack", Title: "Pack", Kind: Text, ExportOnly: true, expr: "r.pack"},
			{Key: "parameters", Title: "Parameters", Kind: Text, ExportOnly: true, expr: "r.params"},
			{Key: "version", Title: "Version", Kind: ID, ExportOnly: true, expr: "r.version"},
			{Key: "pack_hash", Title: "Version of the pack", Kind: ID, ExportOnly: true, expr: "r.pack_hash"},
		},
		Filters: []Filter{
			{Key: "title", Label: "Rule", Kind: FilterText, cond: "instr(lower(r.title || ' ' || r.rule), ?) > 0"},
			{Key: "severity", Label: "Severity", Kind: FilterChoice, Choices: choices("critical", "high", "medium", "low"), expr: "r.severity"},
			{Key: "kind", Label: "About", Kind: FilterChoice, Open: true, expr: "r.kind", choices: "SELECT DISTINCT r.kind, r.kind FROM rule_version r WHERE @some ORDER BY 1"},
			{Key: "pack", Label: "Pack", Kind: FilterChoice, Open: true, expr: "r.pack", choices: "SELECT DISTINCT r.pack, r.pack FROM rule_version r WHERE @some ORDER BY 1"},
			{Key: "in_force", Label: "In force", Kind: FilterBool, words: map[string]string{"yes": "x.is_on = 1", "no": "x.is_on = 0"}},
		},
		parts: []part{{
			name: "rules", sorted: "rules are some dozens", scope: "@some",
			from: versions + " x CROSS JOIN rule_version r", where: "r.id = x.id AND " + judging + " IS NOT NULL",
			paths: []path{
				{sort: "severity", order: []string{"(CASE r.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END)", "x.rule"}},
				{sort: "rule", order: []string{"x.rule"}},
				{sort: "failed", order: []string{standingOf("@state <> 'resolved'"), "x.rule"}},
			},
		}},
		prepare: stateAt,
	}
}

package audit

import (
	"context"
	"database/sql"
	"slices"

	"steward/internal/policy"
	"steward/internal/violation"
)

// rank is policy.Severity.Rank in SQL; an index has the same text.
const rank = "(CASE v.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END)"

// violationScope: violations of a workspace are for whoever may see it, those
// of the tenant (settings, people, capacities) for whoever may see all of it.
const violationScope = "inscope(v.ws)"

// stateAt prepares @state: where a violation stood as of the view. Now that is
// its row; at a past moment it is the last move before.
func stateAt(_ context.Context, _ *sql.Tx, e *expander) error {
	e.texts["state"] = func(e *expander) string {
		if !e.view.Past {
			return "v.state"
		}
		return "coalesce((SELECT ve.to_state FROM violation_event ve WHERE ve.violation = v.id AND ve.to_state <> '' AND ve.at <= " +
			e.variable("until") + " ORDER BY ve.id DESC LIMIT 1), 'open')"
	}
	return nil
}

// violationList is every violation of rules in force, resolved ones included.
func violationList() *Report {
	return &Report{
		Name: "violation-history", Title: "Violations ever found",
		Question: "What was ever found not to be as the rules say, and what became of it?",
		Sort:     "severity",
		Columns:  violationColumns(),
		Filters:  violationFilters(),
		parts: []part{{
			name: "violations", from: "violation v", where: "v.tenant = @tenant AND v.in_force + 0 = 1 AND v.first_seen + 0 <= @until",
			scope: violationScope, sorted: "where no index has the order, what stands against one workspace or rule is sorted",
			paths: []path{
				findPath("search_violation", "violation v", "v.id"),
				{sort: "severity", order: []string{rank, "v.first_seen", "v.id"}},
				{sort: "first_seen", order: []string{"v.first_seen", "v.id"}},
				{sort: "object", order: []string{"v.label", "v.id"}},
				{sort: "rule", order: []string{"v.rule", "v.first_seen", "v.id"}},
			},
		}},
		lookups: map[string]lookup{
			"workspace": workspaceLookup("nullif(v.ws, 0)"),
			"thing":     identLookup("nullif(v.object, 0)"),
			"holder":    principalLookup("nullif(v.principal, 0)"),
			"owner":     {key: "v.owner", self: "pi.id", query: principalLookup("").query},
			"judged":    {key: "v.ws", self: "eu.ws", query: "FROM evaluation_unit eu JOIN scan es ON es.id = eu.scan WHERE eu.tenant = @tenant AND eu.ws IN (#)"},
			"waiver":    {key: "v.id", self: "wv.violation", query: "FROM waiver wv WHERE wv.violation IN (#) AND wv.state = 'approved'"},
			"rule":      {key: "v.version", self: "rv.id", query: "FROM rule_version rv WHERE rv.id IN (#)"},
		},
		prepare: stateAt,
	}
}

func violationColumns() []Column {
	return columns([]Column{
		{Key: "object", Title: "Object", Kind: Name, Sortable: true, Link: Link{ToViolation, "violation"}, expr: "v.label"},
		{Key: "severity", Title: "Severity", Kind: Badge, Sortable: true, expr: "v.severity"},
		{Key: "finding", Title: "Finding", Kind: Name, expr: "v.says"},
		{Key: "rule", Title: "Rule", Kind: Text, Sortable: true, Link: Link{ToRule, "rule"}, expr: "v.rule"},
		{Key: "state", Title: "State", Kind: Badge, expr: "@state"},
	}, workspaceColumns(), []Column{
		{Key: "owner", Title: "Whom to ask", Kind: Name, Link: Link{ToPerson, "owner_id"}, lookup: "owner", expr: "coalesce(nullif(p.name, ''), pi.guid)",
			Help: "Proposed from the admins of the workspace, or from who made most of it; nobody decided it."},
		{Key: "assignee", Title: "Given to", Kind: Name, expr: "nullif(v.assignee_name, '')"},
		{Key: "age", Title: "Age", Kind: Number, Unit: "days", Help: "Days since it was first seen, until it was resolved or until this scan.",
			expr: "coalesce(CASE WHEN @state = 'resolved' THEN v.resolved END / 86400000, @today) - v.first_seen / 86400000"},
		{Key: "first_seen", Title: "First seen", Kind: Date, Sortable: true, expr: "v.first_seen"},
		{Key: "reopened", Title: "Reopened", Kind: Number, Help: "How often it came back after it was resolved.", expr: "v.reopened"},
		{Key: "last_seen", Title: "Last seen", Kind: Date, ExportOnly: true, lookup: "judged", expr: "es.published", orElse: "last_change",
			Help: "The scan that last judged it. Where nothing changed since, later scans did not judge again."},
		{Key: "last_change", Title: "Evidence changed", Kind: Date, ExportOnly: true, expr: "v.last_seen"},
		{Key: "resolved", Title: "Resolved", Kind: Date, ExportOnly: true, expr: "CASE WHEN @state = 'resolved' THEN v.resolved END"},
		{Key: "cause", Title: "How", Kind: Badge, ExportOnly: true, expr: "CASE WHEN @state = 'resolved' THEN nullif(v.cause, '') END"},
		{Key: "waived_until", Title: "Waived until", Kind: Date, ExportOnly: true, lookup: "waiver", expr: "wv.ends"},
		{Key: "rule_title", Title: "What the rule says", Kind: Text, ExportOnly: true, lookup: "rule", expr: "rv.title"},
		{Key: "kind", Title: "Kind", Kind: Badge, ExportOnly: true, expr: "v.kind"},
		{Key: "reason", Title: "Why a false positive", Kind: Text, ExportOnly: true, expr: "nullif(v.reason, '')"},
		{Key: "evidence", Title: "Evidence", Kind: Text, ExportOnly: true, expr: "v.evidence"},
		{Key: "version", Title: "Version of the rule", Kind: ID, ExportOnly: true, lookup: "rule", expr: "rv.version"},
		{Key: "object_id", Title: "Object, id", Kind: ID, ExportOnly: true, lookup: "thing", expr: "n.guid"},
		{Key: "holder", Title: "Held by", Kind: Name, ExportOnly: true, lookup: "holder", expr: "coalesce(nullif(p.name, ''), pi.guid)"},
		{Key: "holder_id", Title: "Held by, id", Kind: ID, ExportOnly: true, lookup: "holder", expr: "pi.guid"},
		{Key: "owner_id", Title: "Whom to ask, id", Kind: ID, ExportOnly: true, lookup: "owner", expr: "pi.guid"},
		{Key: "violation", Title: "Violation", Kind: Number, ExportOnly: true, expr: "v.id"},
	})
}

func violationFilters() []Filter {
	severities, states := []Choice{}, []Choice{}
	for _, s := range policy.Severities() {
		severities = append(severities, Choice{string(s), string(s)})
	}
	words := map[string]string{}
	for _, s := range violation.States() {
		states = append(states, Choice{string(s), StateWords(s)})
		words[string(s)] = "@state = '" + string(s) + "'"
	}
	return []Filter{
		{Key: "object", Label: "Object", Kind: FilterText, cond: "instr(lower(v.label), ?) > 0"},
		findFilter("search_violation", "v.id"),
		{Key: "severity", Label: "Severity", Kind: FilterChoice, Choices: severities, expr: "v.severity"},
		{Key: "state", Label: "State", Kind: FilterChoice, Choices: states, words: words},
		{Key: "rule", Label: "Rule", Kind: FilterChoice, Open: true, expr: "v.rule",
			choices: "SELECT r.rule, max(r.title) FROM rule_version r WHERE @some GROUP BY r.rule ORDER BY 1"},
		{Key: "pack", Label: "Group of rules", Kind: FilterChoice, Open: true, expr: packOf("v.rule"),
			choices: "SELECT DISTINCT " + packOf("r.rule") + ", " + packOf("r.rule") + " FROM rule_version r WHERE @some ORDER BY 1"},
		{Key: "kind", Label: "Kind of object", Kind: FilterChoice, Open: true, expr: "v.kind",
			choices: "SELECT DISTINCT r.kind, r.kind FROM rule_version r WHERE @some ORDER BY 1"},
		{Key: "owner", Label: "Whom to ask", Kind: FilterID, expr: "v.owner", choices: `SELECT DISTINCT n.guid, p.name FROM violation v JOIN ident n ON n.id = v.owner
			JOIN principal p ON p.principal = v.owner AND visible(p) WHERE v.tenant = @tenant AND v.in_force = 1 AND v.state IN ('open','in_progress') AND inscope(v.ws) ORDER BY p.name_key`},
		{Key: "owned", Label: "Somebody to ask", Kind: FilterBool, words: map[string]string{"yes": "v.owner IS NOT NULL", "no": "v.owner IS NULL"}},
		{Key: "assignee", Label: "Given to", Kind: FilterChoice, Open: true, expr: "v.assignee",
			choices: "SELECT DISTINCT v.assignee, v.assignee_name FROM violation v WHERE v.tenant = @tenant AND v.assignee <> '' AND inscope(v.ws) ORDER BY 2"},
		{Key: "prefix", Label: "Workspace begins with", Kind: FilterText, cond: "EXISTS (SELECT 1 FROM workspace pw WHERE pw.ws = v.ws AND visible(pw) AND instr(pw.name_key, ?) = 1)"},
		{Key: "domain", Label: "Domain", Kind: FilterID, choices: domainChoices,
			cond: "EXISTS (SELECT 1 FROM workspace pw JOIN ident pd ON pd.id = pw.domain WHERE pw.ws = v.ws AND visible(pw) AND pd.guid = ?)"},
		{Key: "waived", Label: "Waived", Kind: FilterBool, words: map[string]string{"yes": "@state = 'waived'", "no": "@state <> 'waived'"}},
		{Key: "standing", Label: "Still there", Kind: FilterBool, words: map[string]string{"yes": "@state <> 'resolved'", "no": "@state = 'resolved'"}},
		{Key: "reopened", Label: "Came back", Kind: FilterBool, words: map[string]string{"yes": "v.reopened > 0", "no": "v.reopened = 0"}},
		{Key: "days", Label: "At least this many days old", Kind: FilterNumber, cond: "(@today - v.first_seen / 86400000 >= ?)"},
		{Key: "after", Label: "First seen after", Kind: FilterDate, cond: "(v.first_seen + 0 >= ?)"},
		{Key: "before", Label: "First seen before", Kind: FilterDate, cond: "(v.first_seen + 0 < ?)"},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "v.ws"},
		{Key: "item", Label: "Object", Kind: FilterID, ByLink: true, few: true, expr: "v.object"},
	}
}

// packOf is the part of a rule's id that names its group.
func packOf(rule string) string {
	return "substr(" + rule + ", 1, max(instr(" + rule + ", '.'), 1) - 1)"
}

// StateWords is a state of a violation as people say it.
func StateWords(s violation.State) string {
	switch s {
	case violation.InProgress:
		return "in progress"
	case violation.FalsePositive:
		return "false positive"
	}
	return string(s)
}

// standingViolations leaves out what is resolved.
func standingViolations(base *Report, name, title, question string, fixed map[string][]string) *Report {
	all := map[string][]string{"standing": {"yes"}}
	for k, v := range fixed {
		all[k] = v
	}
	r := preset(base, name, title, question, all)
	r.Filters = slices.Clone(r.Filters)
	for i := range r.Filters {
		if f := &r.Filters[i]; f.Key == "state" {
			f.Choices = slices.DeleteFunc(slices.Clone(f.Choices), func(c Choice) bool { return c.Value == string(violation.Resolved) })
		}
	}
	return r
}

// ruleReports are the lists about rules and what they found.
func ruleReports() []*Report {
	return append(violationReports(), violationsByWorkspace(), policyList(), waiverList(), scorecards(), departmentScorecards(), domainScorecards(), ownerScorecards(), ownerLoop(), outboxList(), messageList(), sendingList())
}

// violationReports are the list of what stands and its relatives.
func violationReports() []*Report {
	base := violationList()
	resolved := preset(base, "resolved-violations", "Resolved violations", "What was mended, or is gone, and how long did it take?",
		map[string][]string{"standing": {"no"}, "state": {"resolved"}, "waived": {"no"}})
	resolved.Sort, resolved.Desc = "first_seen", true
	return []*Report{
		standingViolations(base, "violations", "Violations", "What is not as the rules say, since when, and who is to be asked?", nil),
		namingReport(base), adminCount(base),
		resolved, base,
	}
}

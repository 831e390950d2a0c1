package audit

import "steward/internal/violation"

// waiverList is every waiver that was ever asked for.
func waiverList() *Report {
	states := []violation.WaiverState{violation.Asked, violation.Approved, violation.Ended, violation.Rejected, violation.Withdrawn, violation.Renewed, violation.Closed}
	choice := []Choice{}
	for _, s := range states {
		choice = append(choice, Choice{string(s), string(s)})
	}
	return &Report{
		Name: "waivers", Title: "Waivers",
		Question: "What is accepted although a rule says otherwise, by whom, why and until when?",
		Sort:     "ends",
		Columns: columns([]Column{
			{Key: "object", Title: "Object", Kind: Name, Link: Link{ToWaiver, "waiver"}, expr: "v.label"},
			{Key: "state", Title: "State", Kind: Badge, expr: "k.state", Help: "An ended waiver accepts nothing any more and is itself a violation until somebody renews or withdraws it."},
			{Key: "ends", Title: "Ends", Kind: Date, Sortable: true, expr: "k.ends"},
			{Key: "finding", Title: "Finding", Kind: Name, expr: "v.says"},
			{Key: "severity", Title: "Severity", Kind: Badge, expr: "v.severity"},
			{Key: "rule", Title: "Rule", Kind: Text, Link: Link{ToRule, "rule"}, expr: "v.rule"},
		}, workspaceColumns(), []Column{
			{Key: "owner", Title: "Answers for it", Kind: Name, expr: "k.owner_name"},
			{Key: "reason", Title: "Reason", Kind: Name, expr: "k.reason"},
			{Key: "asked_by", Title: "Asked by", Kind: Name, expr: "k.asked_name"},
			{Key: "asked", Title: "Asked", Kind: Date, Sortable: true, expr: "k.asked_at"},
			{Key: "decided_by", Title: "Decided by", Kind: Name, expr: "nullif(k.decided_name, '')"},
			{Key: "decided", Title: "Decided", Kind: Date, ExportOnly: true, expr: "k.decided_at"},
			{Key: "note", Title: "Note", Kind: Name, ExportOnly: true, expr: "nullif(k.note, '')"},
			{Key: "renews", Title: "Renews waiver", Kind: Number, ExportOnly: true, expr: "k.renews"},
			{Key: "violation_state", Title: "State of the violation", Kind: Badge, ExportOnly: true, expr: "v.state"},
			{Key: "violation", Title: "Violation", Kind: Number, ExportOnly: true, expr: "v.id"},
			{Key: "waiver", Title: "Waiver", Kind: Number, ExportOnly: true, expr: "k.id"},
		}),
		Filters: []Filter{
			{Key: "object", Label: "Object", Kind: FilterText, cond: "instr(lower(v.label), ?) > 0"},
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choice, expr: "k.state"},
			{Key: "rule", Label: "Rule", Kind: FilterChoice, Open: true, expr: "v.rule",
				choices: "SELECT r.rule, max(r.title) FROM rule_version r WHERE @some GROUP BY r.rule ORDER BY 1"},
			{Key: "severity", Label: "Severity", Kind: FilterChoice, Choices: choices("critical", "high", "medium", "low"), expr: "v.severity"},
			{Key: "until", Label: "Ends before", Kind: FilterDate, cond: "(k.ends + 0 < ?)"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "v.ws"},
		},
		parts: []part{{
			name: "waivers", from: "waiver k CROSS JOIN violation v", scope: violationScope,
			where:  "v.id = k.violation AND v.tenant + 0 = @tenant AND k.asked_at + 0 <= @until",
			sorted: "waivers are decided by people one by one: there are never many",
			paths: []path{
				{sort: "ends", order: []string{"k.ends", "k.id"}},
				{sort: "asked", order: []string{"k.asked_at", "k.id"}},
			},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("nullif(v.ws, 0)")},
	}
}

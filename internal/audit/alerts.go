package audit

import "steward/internal/alert"

// alertScope keeps an alert about a model to those who see its workspace, and
// one about a plan to those who see the plan.
const alertScope = "(k.plan = '' AND inscope(k.ws) OR k.plan <> '' AND NOT EXISTS (SELECT 1 FROM refresh_plan_place x WHERE x.plan = k.plan AND NOT (inscope(x.ws))))"

// alertOver is true for an alert that is over at the moment one looks at.
const alertOver = "coalesce(k.ended <= @until, 0)"

// toldWays names those who were told of an alert.
func toldWays(over string) string {
	return "(SELECT group_concat(CASE WHEN x.way LIKE 'mail:%' THEN substr(x.way, 6) ELSE replace(x.way, ':', ' ') END, ', ') FROM alert_told x WHERE x.alert = k.id AND x.over = " + over + " AND x.at <= @until)"
}

// alertList is everything about refreshes that somebody was warned of.
func alertList() *Report {
	return &Report{
		Name: "alerts", Title: "Alerts",
		Question: "What goes wrong with refreshes, since when, why, and who knows of it?",
		Sort:     "state", Desc: true,
		Columns: columns([]Column{
			{Key: "name", Title: "About", Kind: Name, Sortable: true, Link: Link{ToPage, "link"}, expr: "k.name"},
			{Key: "state", Title: "State", Kind: Badge, Sortable: true, expr: "CASE WHEN " + alertOver + " THEN 'over' ELSE 'stands' END"},
			{Key: "kind", Title: "What", Kind: Badge, expr: "k.kind", render: func(kind string) string { return alert.Kind(kind).Says() }},
			{Key: "reason", Title: "Why, and what to do", Kind: Name, expr: "k.reason"},
			{Key: "opened", Title: "Since", Kind: Date, Sortable: true, expr: "k.opened"},
			{Key: "told_to", Title: "Told", Kind: Name, Null: "nobody", expr: toldWays("0")},
			{Key: "ended", Title: "Ended", Kind: Date, Null: None, expr: "CASE WHEN " + alertOver + " THEN k.ended END"},
		}, workspaceColumns(), []Column{
			{Key: "untold", Title: "Why nobody was told", Kind: Text, ExportOnly: true, expr: "nullif(k.untold, '')"},
			{Key: "told", Title: "Told at", Kind: Date, ExportOnly: true, Null: None, expr: "CASE WHEN k.told <= @until THEN k.told END"},
			{Key: "end_why", Title: "How it ended", Kind: Text, ExportOnly: true, expr: "CASE WHEN " + alertOver + " THEN k.end_why END"},
			{Key: "over_to", Title: "Told of the end", Kind: Name, ExportOnly: true, Null: None, expr: toldWays("1")},
			{Key: "lasted", Title: "Lasted", Kind: Duration, Unit: "s", ExportOnly: true, expr: "(CASE WHEN " + alertOver + " THEN k.ended END - k.opened) / 1000.0"},
			{Key: "code", Title: "Kind", Kind: Text, ExportOnly: true, expr: "k.kind"},
			{Key: "plan", Title: "Plan", Kind: ID, ExportOnly: true, expr: "nullif(k.plan, '')"},
			{Key: "item", Title: "Item", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
			{Key: "link", Title: "Where", Kind: Text, ExportOnly: true, expr: "k.link"},
			{Key: "number", Title: "Number", Kind: Number, ExportOnly: true, expr: "k.id"},
		}),
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("stands", "over"), cond: "(CASE WHEN " + alertOver + " THEN 'over' ELSE 'stands' END) = ?"},
			{Key: "kind", Label: "What", Kind: FilterChoice, Choices: alertKinds(), expr: "k.kind"},
			{Key: "name", Label: "About", Kind: FilterText, expr: "k.name_key"},
			{Key: "told", Label: "Somebody was told", Kind: FilterBool, words: map[string]string{"yes": "k.told IS NOT NULL", "no": "k.told IS NULL"}},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "k.opened + 0 >= ?"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "k.ws"},
			{Key: "item", Label: "Model", Kind: FilterID, ByLink: true, few: true, expr: "k.item"},
			{Key: "plan", Label: "Plan", Kind: FilterText, ByLink: true, cond: "lower(k.plan) = ?"},
		},
		parts: []part{{
			name: "alerts", from: "alert k", where: "k.tenant = @tenant AND k.opened + 0 <= @until", scope: alertScope,
			paths: []path{
				{sort: "state", order: []string{"(k.ended IS NULL)", "k.opened", "k.id"}},
				{sort: "opened", order: []string{"k.opened", "k.id"}},
				{sort: "name", order: []string{"k.name_key", "k.id"}},
			},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("nullif(k.ws, 0)"), "ident": identLookup("nullif(k.item, 0)")},
	}
}

func alertKinds() []Choice {
	var out []Choice
	for _, k := range alert.Kinds() {
		out = append(out, Choice{string(k), k.Says()})
	}
	return out
}

package audit

import "strings"

// history is the time line of one workspace: what the scans saw change and
// what the activity tells, mixed by time. Views are left out: they are counted
// in use.
func historyList() *Report {
	return &Report{
		Name: "history", Title: "History of a workspace",
		Question: "What happened to this workspace, when, and through whom?",
		Sort:     "at", Desc: true,
		Columns: []Column{
			{Key: "at", Title: "When", Kind: Date, Sortable: true, expr: "h.at", Help: "Of a change: when the scan that saw it was published."},
			{Key: "source", Title: "From", Kind: Badge, expr: "h.source"},
			{Key: "what", Title: "What", Kind: Badge, expr: "h.what"},
			{Key: "thing", Title: "Of", Kind: Badge, expr: "h.thing"},
			{Key: "name", Title: "Name", Kind: Name, expr: "h.name"},
			{Key: "person", Title: "Of whom", Kind: Name, Link: Link{ToPerson, "person_id"}, lookup: "person", expr: principalName("p", "pi.guid")},
			{Key: "field", Title: "Field", Kind: Text, expr: "h.field"},
			{Key: "before", Title: "Before", Kind: Text, expr: "h.before", render: shown},
			{Key: "after", Title: "After", Kind: Text, expr: "h.after", render: shown},
			{Key: "actor", Title: "Who", Kind: Name, Link: Link{ToPerson, "actor_id"}, lookup: "actor", expr: "o.name", orElse: "actor_told"},
			{Key: "actor_told", Title: "Who, as told", Kind: Text, ExportOnly: true, expr: "h.actor"},
			{Key: "scan", Title: "Scan", Kind: Number, ExportOnly: true, Link: Link{ToScan, "scan"}, expr: "h.scan"},
			{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "item", expr: "n.guid"},
			{Key: "person_id", Title: "Of whom, id", Kind: ID, ExportOnly: true, lookup: "person", expr: "pi.guid"},
			{Key: "actor_id", Title: "Who, id", Kind: ID, ExportOnly: true, lookup: "actor", expr: "o.guid"},
		},
		Filters: []Filter{
			{Key: "workspace", Label: "Workspace", Kind: FilterID, Required: true, set: "ws", Help: "the id of a workspace."},
			{Key: "source", Label: "From", Kind: FilterChoice, Choices: choices("scan", "activity"), expr: "h.source"},
			{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, expr: "h.item"},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "h.at >= ?"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "h.at < ?"},
		},
		parts: []part{{
			name: "moments", sorted: "one workspace's", from: "(" + strings.Join(moments(), " UNION ALL ") + ") h", where: "1=1", scope: "inscope(@ws)",
			paths: []path{{sort: "at", order: []string{"h.at", "h.ord", "h.k1", "h.k2", "h.k3"}}},
		}},
		lookups: map[string]lookup{
			"person": {key: "h.person", self: "pi.id", query: "FROM ident pi LEFT JOIN principal p ON p.principal = pi.id AND visible(p) WHERE pi.id IN (#)"},
			"item":   identLookup("h.item"), "actor": ownerLookup("h.actor"),
		},
	}
}

// moments are the sources of the time line. Each row's ord and k1 to k3 make it
// unique.
func moments() []string {
	ws, item := subjects[0], subjects[1]
	return []string{
		firstSeen(ws, 1, "n.ws = @ws"), lastSeen(ws, 2, "o.ws = @ws"), steps(ws, 3, "n.ws = @ws"),
		firstSeen(item, 4, "n.ws = @ws AND (n.app IS NULL OR n.original IS NULL)"), lastSeen(item, 5, "o.ws = @ws AND (o.app IS NULL OR o.original IS NULL)"), steps(item, 6, "n.ws = @ws AND (n.app IS NULL OR n.original IS NULL)"),
		`SELECT s.published AS at, 'scan' AS source, 'added' AS what, 'right' AS thing, ` + itemNamed("n.object") + ` AS name, NULL AS field, NULL AS before, n.role AS after, NULL AS actor, s.id AS scan,
			nullif(n.object, n.ws) AS item, n.principal AS person, 7 AS ord, n.object AS k1, n.principal AS k2, n.role AS k3
			FROM access_grant n CROSS JOIN scan s WHERE n.ws = @ws AND s.id = n.from_scan AND s.id <= @scan AND s.published IS NOT NULL
			AND s.id > (SELECT min(w1.from_scan) FROM workspace w1 WHERE w1.ws = @ws)
			AND NOT EXISTS (SELECT 1 FROM access_grant o WHERE o.ws = n.ws AND o.object = n.object AND o.principal = n.principal AND o.role = n.role AND o.to_scan = n.from_scan)`,
		`SELECT s.published, 'scan', 'removed', 'right', ` + itemNamed("o.object") + `, NULL, o.role, NULL, NULL, s.id, nullif(o.object, o.ws), o.principal, 8, o.object, o.principal, o.role
			FROM access_grant o CROSS JOIN scan s WHERE o.ws = @ws AND s.id = o.to_scan AND s.id <= @scan AND s.published IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM access_grant n WHERE n.ws = o.ws AND n.object = o.object AND n.principal = o.principal AND n.role = o.role AND n.from_scan = o.to_scan)`,
		`SELECT a.at, 'activity', a.activity, CASE WHEN a.item IS NULL THEN 'workspace' ELSE 'item' END, nullif(coalesce(nullif(a.item_name, ''), a.ws_name), ''), NULL, NULL,
			CASE a.succeeded WHEN 0 THEN 'failed' END, a.actor, NULL, a.item, NULL, 9, a.id, 0, ''
			FROM activity a WHERE a.ws = @ws AND a.tenant + 0 = @tenant AND a.at <= @until AND a.activity NOT IN (` + quoted(themes[0].activities) + `)`,
	}
}

// momentOf is the select list that the union's branches share.
func momentOf(s subject, what, alias, field, before, after, ord, k2 string) string {
	return "SELECT s.published AS at, 'scan' AS source, " + what + " AS what, '" + s.thing + "' AS thing, " + at(s.name, alias) + " AS name, " + field + " AS field, " + before + " AS before, " + after +
		" AS after, NULL AS actor, s.id AS scan, " + or(at(s.item, alias), "NULL") + " AS item, NULL AS person, " + ord + " AS ord, " + alias + ".id AS k1, " + k2 + " AS k2, '' AS k3 FROM "
}

func firstSeen(s subject, ord int, cond string) string {
	return momentOf(s, firstOr("added"), "n", "NULL", "NULL", at(s.shown, "n"), digit(ord), "0") + s.table + " n CROSS JOIN scan s WHERE " + cond +
		" AND s.id = n.from_scan AND s.id <= @scan AND s.published IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + s.table + " o WHERE " + s.same + " AND o.to_scan = n.from_scan)"
}

func lastSeen(s subject, ord int, cond string) string {
	return momentOf(s, "'removed'", "o", "NULL", at(s.shown, "o"), "NULL", digit(ord), "0") + s.table + " o CROSS JOIN scan s WHERE " + cond +
		" AND s.id = o.to_scan AND s.id <= @scan AND s.published IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + s.table + " n WHERE " + s.same + " AND n.from_scan = o.to_scan)"
}

func steps(s subject, ord int, cond string) string {
	return momentOf(s, "'changed'", "n", fieldName(s.fields), fieldValue(s.fields, "o"), fieldValue(s.fields, "n"), digit(ord), "f.column1") +
		s.table + " n CROSS JOIN " + s.table + " o CROSS JOIN scan s CROSS JOIN " + fieldRows(s.fields) + " f WHERE " + cond +
		" AND s.id = n.from_scan AND s.id <= @scan AND s.published IS NOT NULL AND " + s.same + " AND o.to_scan = n.from_scan AND " + fieldDiffers(s.fields, "o", "n")
}

// firstOr says first seen of what the tenant's first scan saw: it was there
// before.
func firstOr(what string) string {
	return "CASE WHEN s.id = (SELECT min(s1.id) FROM scan s1 WHERE s1.tenant = @tenant AND s1.published IS NOT NULL) THEN 'first seen' ELSE '" + what + "' END"
}

func digit(n int) string { return string(rune('0' + n)) }

// itemNamed is what an item is or was called last; no value for other things.
func itemNamed(item string) string {
	return "(SELECT gi.name FROM item gi WHERE gi.item = " + item + " ORDER BY gi.from_scan DESC LIMIT 1)"
}

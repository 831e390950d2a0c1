package audit

func settingList() *Report {
	return &Report{
		Name: "settings", Title: "Tenant settings",
		Question: "How is the tenant configured, for whom, and where is that overridden?",
		Sort:     "name",
		Columns: columns([]Column{
			{Key: "title", Title: "Setting", Kind: Text, expr: "s.title"},
			{Key: "area", Title: "Area", Kind: Text, expr: "s.area"},
			{Key: "enabled", Title: "Enabled", Kind: Bool, expr: "s.enabled"},
			{Key: "enabled_groups", Title: "Only for", Kind: Text, expr: "nullif(s.enabled_groups, '[]')", render: groupNames},
			{Key: "excluded_groups", Title: "Not for", Kind: Text, expr: "nullif(s.excluded_groups, '[]')", render: groupNames},
			{Key: "override_of", Title: "Overridden for a", Kind: Badge, expr: "nullif(s.override_of, '')"},
			{Key: "override_name", Title: "Which", Kind: Name, expr: overrideName},
			{Key: "properties", Title: "Properties", Kind: Text, expr: "nullif(s.properties, '[]')", render: properties},
			{Key: "delegated", Title: "May be overridden by", Kind: Text, expr: "nullif(s.delegated, '[]')", render: list},
			{Key: "since", Title: "So since", Kind: Date, lookup: "scan", expr: "c.published"},
			{Key: "name", Title: "Name", Kind: Text, ExportOnly: true, Sortable: true, expr: "s.name"},
			{Key: "for_groups", Title: "Can be limited to groups", Kind: Bool, ExportOnly: true, expr: "s.for_groups"},
			{Key: "override_id", Title: "Overridden for, id", Kind: ID, ExportOnly: true, expr: "nullif(s.override_id, '')"},
		}),
		Filters: []Filter{
			{Key: "title", Label: "Title", Kind: FilterText, cond: "instr(lower(s.title), ?) > 0"},
			{Key: "area", Label: "Area", Kind: FilterChoice, Open: true, expr: "s.area",
				choices: "SELECT DISTINCT s.area, s.area FROM setting s WHERE s.tenant = @tenant AND @all AND visible(s) ORDER BY 1"},
			{Key: "enabled", Label: "Enabled", Kind: FilterBool, expr: "s.enabled"},
			{Key: "override", Label: "Override", Kind: FilterChoice, Choices: choices("none", "capacity", "domain", "workspace"), expr: "s.override_of",
				words: map[string]string{"none": "s.override_of || '' = ''"}},
		},
		parts: []part{{
			name: "settings", from: "setting s", where: "s.tenant = @tenant AND seen(s)", scope: "@all",
			paths: []path{{sort: "name", order: []string{"s.name", "s.override_of", "s.override_id", "s.from_scan"}}},
		}},
		lookups: map[string]lookup{"scan": {key: "s.from_scan", self: "c.id", query: "FROM scan c WHERE c.id IN (#)"}},
	}
}

// overrideName is the name of the capacity, domain or workspace that overrides
// the setting.
const overrideName = `CASE s.override_of
	WHEN 'capacity' THEN (SELECT oc.name FROM capacity oc WHERE oc.capacity = (SELECT id FROM ident WHERE tenant = @tenant AND guid = s.override_id) AND visible(oc))
	WHEN 'domain' THEN (SELECT od.name FROM domain od WHERE od.domain = (SELECT id FROM ident WHERE tenant = @tenant AND guid = s.override_id) AND visible(od))
	WHEN 'workspace' THEN (SELECT ow.name FROM workspace ow WHERE ow.ws = (SELECT id FROM ident WHERE tenant = @tenant AND guid = s.override_id) AND visible(ow)) END`

// settingFields are what can change in a setting.
var settingFields = []field{
	{"enabled", "CASE #.enabled WHEN 1 THEN 'yes' ELSE 'no' END"},
	{"limited to groups", "#.enabled_groups"},
	{"excluded groups", "#.excluded_groups"},
	{"properties", "#.properties"},
	{"may be overridden by", "#.delegated"},
}

// settingsDrift is every change of a setting that a scan saw, ever.
func settingsDrift() *Report {
	earlier := "SELECT 1 FROM setting o WHERE o.tenant = n.tenant AND o.name = n.name AND o.override_of = n.override_of AND o.override_id = n.override_id AND o.to_scan = n.from_scan"
	actor := func(what string) string {
		return attributed(what, "a.tenant = @tenant", quoted(settingActivities), "n.from_scan", prevScan)
	}
	return &Report{
		Name: "settings-drift", Title: "Drift of settings",
		Question: "Which tenant settings changed, when, from what to what, and who did it?",
		Sort:     "at", Desc: true,
		Columns: driftColumns(actor),
		Filters: []Filter{
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "c.published >= ?"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "c.published < ?"},
			{Key: "name", Label: "Name", Kind: FilterChoice, Open: true, expr: "n.name"},
		},
		parts: []part{
			{
				name: "changed", sorted: "settings are few and change seldom", scope: "@all",
				from:  "setting n CROSS JOIN setting o CROSS JOIN scan c CROSS JOIN " + fieldRows(settingFields) + " f",
				where: "n.tenant = @tenant AND n.from_scan <= @scan AND c.id = n.from_scan AND c.published IS NOT NULL AND o.tenant = n.tenant AND o.name = n.name AND o.override_of = n.override_of AND o.override_id = n.override_id AND o.to_scan = n.from_scan AND " + fieldDiffers(settingFields, "o", "n"),
				paths: []path{{sort: "at", order: []string{"n.from_scan", "n.id", "f.column1"}}},
			},
			{
				name: "added", sorted: "settings are few and change seldom", scope: "@all",
				from: "setting n CROSS JOIN scan c",
				where: "n.tenant = @tenant AND n.from_scan <= @scan AND c.id = n.from_scan AND c.published IS NOT NULL AND NOT EXISTS (" + earlier + ")" +
					" AND n.from_scan > (SELECT min(f.from_scan) FROM setting f WHERE f.tenant = @tenant)",
				exprs: map[string]string{"change": "'added'", "field": "NULL", "before": "NULL", "after": "CASE n.enabled WHEN 1 THEN 'yes' ELSE 'no' END"},
				paths: []path{{sort: "at", order: []string{"n.from_scan", "n.id"}}},
			},
			{
				name: "removed", sorted: "settings are few and change seldom", scope: "@all",
				from:  "setting n CROSS JOIN scan c",
				where: "n.tenant = @tenant AND n.to_scan <= @scan AND c.id = n.to_scan AND c.published IS NOT NULL AND NOT EXISTS (SELECT 1 FROM setting l WHERE l.tenant = n.tenant AND l.name = n.name AND l.override_of = n.override_of AND l.override_id = n.override_id AND l.from_scan = n.to_scan)",
				exprs: map[string]string{"change": "'removed'", "field": "NULL", "before": "CASE n.enabled WHEN 1 THEN 'yes' ELSE 'no' END", "after": "NULL", "scan": "n.to_scan",
					"actor_told": attributed("actor", "a.tenant = @tenant", quoted(settingActivities), "n.to_scan", prevScan), "#actor": attributed("actor", "a.tenant = @tenant", quoted(settingActivities), "n.to_scan", prevScan)},
				paths: []path{{sort: "at", order: []string{"n.to_scan", "n.id"}}},
			},
		},
		lookups: map[string]lookup{"actor": ownerLookup(actor("actor"))},
	}
}

func driftColumns(actor func(string) string) []Column {
	return []Column{
		{Key: "at", Title: "Noticed", Kind: Date, Sortable: true, expr: "c.published", Help: "When the scan that saw the change was published."},
		{Key: "title", Title: "Setting", Kind: Text, expr: "n.title"},
		{Key: "change", Title: "Change", Kind: Badge, expr: "'changed'"},
		{Key: "field", Title: "Field", Kind: Text, expr: fieldName(settingFields)},
		{Key: "before", Title: "Before", Kind: Text, expr: fieldValue(settingFields, "o"), render: shown},
		{Key: "after", Title: "After", Kind: Text, expr: fieldValue(settingFields, "n"), render: shown},
		{Key: "actor", Title: "Who", Kind: Name, Null: Unknown, Link: Link{ToPerson, "actor_id"}, lookup: "actor", expr: "o.name", orElse: "actor_told",
			Help: "The only person whose activity in that time changed settings; unknown when there were several or none."},
		{Key: "override_of", Title: "Overridden for a", Kind: Badge, expr: "nullif(n.override_of, '')"},
		{Key: "name", Title: "Name", Kind: Text, ExportOnly: true, expr: "n.name"},
		{Key: "override_id", Title: "Overridden for, id", Kind: ID, ExportOnly: true, expr: "nullif(n.override_id, '')"},
		{Key: "scan", Title: "Scan", Kind: Number, ExportOnly: true, Link: Link{ToScan, "scan"}, expr: "n.from_scan"},
		{Key: "actor_told", Title: "Who, as told", Kind: Text, ExportOnly: true, Null: Unknown, expr: actor("actor")},
		{Key: "actor_id", Title: "Who, id", Kind: ID, ExportOnly: true, lookup: "actor", expr: "o.guid"},
	}
}

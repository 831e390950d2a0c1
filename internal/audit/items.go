package audit

// ownerText is who owns an item as Microsoft tells it: who configured a model
// or dataflow, else who created it. Null when it is not told.
const ownerText = "nullif(coalesce(nullif(i.configured_by, ''), i.created_by), '')"

// lastView is the last day on which somebody viewed the item.
const lastView = "(SELECT max(u.day) FROM usage_day u WHERE u.item = i.item AND u.views > 0 AND u.day <= @today)"

func itemList() *Report {
	return &Report{
		Name: "items", Title: "Items",
		Question: "Which reports, models, dataflows and other items are there, who owns them, and when were they last used?",
		Sort:     "name",
		Columns:  itemColumns(),
		Filters:  itemFilters(),
		parts: []part{{
			name: "items", from: "item i", where: "i.tenant = @tenant AND seen(i)", scope: "inscope(i.ws)",
			paths: []path{
				findPath("search_item", "item i", "i.id"),
				beginsPath("i.name_key", "i.name_key", "i.item", "i.id"),
				{sort: "name", needs: []string{"kind"}, order: []string{"i.name_key", "i.id"}},
				{sort: "name", order: []string{"i.name_key", "i.item", "i.id"}},
				{sort: "modified", order: []string{"coalesce(i.modified, 0)", "i.id"}},
			},
		}},
		lookups: map[string]lookup{
			"workspace": workspaceLookup("i.ws"),
			"owner":     ownerLookup(ownerText),
			"model":     itemLookup("i.model"),
			"ident":     identLookup("i.item"),
		},
	}
}

func itemColumns() []Column {
	return columns([]Column{
		{Key: "name", Title: "Item", Kind: Name, Sortable: true, Link: Link{ToItem, "id"}, expr: "i.name"},
		{Key: "kind", Title: "Kind", Kind: Badge, expr: "i.kind"},
	}, workspaceColumns(), []Column{
		{Key: "owner", Title: "Owner", Kind: Name, Null: Unknown, Link: Link{ToPerson, "owner_id"}, lookup: "owner", expr: "o.name", orElse: "owner_told",
			Help: "Who configured the model or dataflow, else who created the item."},
		{Key: "owner_left", Title: "Owner has left", Kind: Bool, Null: Unknown, lookup: "owner", expr: leaver("o")},
		{Key: "model", Title: "Semantic model", Kind: Name, Link: Link{ToItem, "model_id"}, lookup: "model", expr: "li.name"},
		{Key: "endorsement", Title: "Endorsement", Kind: Badge, expr: "nullif(i.endorsement, '')"},
		{Key: "labelled", Title: "Sensitivity label", Kind: Bool, expr: "CASE WHEN i.label <> '' THEN 1 ELSE 0 END"},
		{Key: "last_view", Title: "Last viewed", Kind: Day, Null: Unknown, expr: lastView,
			Help: "Unknown when no view is in the activity that was read: see unused for how far that reaches."},
		{Key: "modified", Title: "Modified", Kind: Date, Null: Unknown, Sortable: true, expr: "i.modified"},
		{Key: "created", Title: "Created", Kind: Date, Null: Unknown, expr: "i.created"},
		{Key: "shares", Title: "Rights on it", Kind: Number, Null: Unknown, expr: "CASE WHEN i.users_known = 1 THEN i.shares END",
			Help: "Grants on the item itself, besides the workspace's roles."},
		{Key: "state", Title: "State", Kind: Badge, ExportOnly: true, expr: "nullif(i.state, '')"},
		{Key: "report_type", Title: "Report type", Kind: Badge, ExportOnly: true, expr: "nullif(i.report_type, '')"},
		{Key: "storage_mode", Title: "Storage mode", Kind: Badge, ExportOnly: true, expr: "nullif(i.storage_mode, '')"},
		{Key: "tables", Title: "Tables", Kind: Number, ExportOnly: true, Null: Unknown, expr: "CASE WHEN i.tables >= 0 THEN i.tables END"},
		{Key: "roles", Title: "Row-level roles", Kind: Number, ExportOnly: true, Null: Unknown, expr: "CASE WHEN i.roles >= 0 THEN i.roles END"},
		{Key: "schema_error", Title: "Why tables are unknown", Kind: Text, ExportOnly: true, expr: "nullif(i.schema_error, '')"},
		{Key: "scheduled", Title: "Scheduled refresh", Kind: Bool, ExportOnly: true, Null: Unknown, expr: "CASE WHEN i.refresh IS NULL THEN NULL WHEN instr(i.refresh, '\"enabled\":true') > 0 THEN 1 ELSE 0 END"},
		{Key: "schedule", Title: "Refresh schedule", Kind: Text, ExportOnly: true, expr: "i.refresh", render: schedule},
		{Key: "app_copy", Title: "Copy held by an app", Kind: Bool, ExportOnly: true, expr: appCopy},
		{Key: "description", Title: "Description", Kind: Text, ExportOnly: true, expr: "i.description"},
		{Key: "owner_told", Title: "Owner as told", Kind: Text, ExportOnly: true, Null: Unknown, expr: ownerText},
		{Key: "modified_by", Title: "Modified by", Kind: Text, ExportOnly: true, Null: Unknown, expr: "nullif(i.modified_by, '')"},
		{Key: "certified_by", Title: "Certified by", Kind: Text, ExportOnly: true, expr: "nullif(i.certified_by, '')"},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		{Key: "model_id", Title: "Model id", Kind: ID, ExportOnly: true, lookup: "model", expr: "lii.guid"},
		{Key: "owner_id", Title: "Owner id", Kind: ID, ExportOnly: true, lookup: "owner", expr: "o.guid"},
		{Key: "label_id", Title: "Label id", Kind: ID, ExportOnly: true, expr: "nullif(i.label, '')"},
	})
}

const appCopy = "CASE WHEN i.app IS NOT NULL AND i.original IS NOT NULL THEN 1 ELSE 0 END"

func itemFilters() []Filter {
	return []Filter{
		{Key: "name", Label: "Name", Kind: FilterText, expr: "i.name_key"},
		findFilter("search_item", "i.id"),
		beginsFilter("i.name_key"),
		{Key: "kind", Label: "Kind", Kind: FilterChoice, Open: true, expr: "i.kind", choices: kindChoices},
		{Key: "endorsement", Label: "Endorsement", Kind: FilterChoice, Choices: choices("Promoted", "Certified", "none"),
			words: map[string]string{"none": "i.endorsement || '' = ''"}, expr: "i.endorsement"},
		{Key: "labelled", Label: "Has a sensitivity label", Kind: FilterBool, words: map[string]string{"yes": "i.label <> ''", "no": "i.label || '' = ''"}},
		{Key: "app_copy", Label: "Copy held by an app", Kind: FilterBool, words: yesNoUnknown(appCopy)},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "i.ws"},
		{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, few: true, expr: "i.item"},
		{Key: "model", Label: "Semantic model", Kind: FilterID, ByLink: true, expr: "i.model"},
		{Key: "modified_since", Label: "Modified since", Kind: FilterDate, cond: "coalesce(i.modified, 0) + 0 >= ?"},
		{Key: "modified_before", Label: "Modified before", Kind: FilterDate, cond: "(i.modified IS NOT NULL AND coalesce(i.modified, 0) + 0 < ?)"},
	}
}

// kindChoices are the kinds of items there are.
var kindChoices = skipping("item", "item_by_kind", "kind")

// skipping lists the different values of a column of the tenant by going from
// one to the next along an index that begins with (tenant, column): as many
// steps as there are values, however many rows. The index is named, because a
// new one has no statistics yet and SQLite would read the whole table instead.
// Values that the reader sees none of are left out.
func skipping(table, index, column string) string {
	from := "SELECT min(t." + column + ") FROM " + table + " t INDEXED BY " + index + " WHERE t.tenant = @tenant AND "
	return `WITH RECURSIVE k(value) AS (` + from + `@some UNION ALL SELECT (` + from + `t.` + column + ` > k.value) FROM k WHERE k.value IS NOT NULL)
	SELECT value, value FROM k WHERE value IS NOT NULL
		AND (@all OR EXISTS (SELECT 1 FROM ` + table + ` x INDEXED BY ` + index + ` WHERE x.tenant = @tenant AND x.` + column + ` = k.value AND inscope(x.ws))) ORDER BY 1`
}

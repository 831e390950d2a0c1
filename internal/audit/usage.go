package audit

// useCounts are the columns of a day's use.
func useCounts(sum func(string) string, lookup string) []Column {
	return []Column{
		{Key: "views", Title: "Views", Kind: Number, lookup: lookup, expr: sum("views")},
		{Key: "edits", Title: "Edits", Kind: Number, lookup: lookup, expr: sum("edits")},
		{Key: "exports", Title: "Exports", Kind: Number, lookup: lookup, expr: sum("exports"), Help: "Data taken out: exports, downloads, prints."},
		{Key: "shares", Title: "Shares", Kind: Number, lookup: lookup, expr: sum("shares")},
		{Key: "refreshes", Title: "Refreshes", Kind: Number, lookup: lookup, expr: sum("refreshes")},
	}
}

func plainCount(column string) string { return "u." + column }
func summed(column string) string     { return "coalesce(sum(u." + column + "), 0)" }

// usageDays is use by item and day, kept beyond Microsoft's 28 days.
func usageDays() *Report {
	return &Report{
		Name: "usage", Title: "Use by day",
		Question: "How much was each item used on each day?",
		Sort:     "day", Desc: true,
		Columns: columns([]Column{
			{Key: "day", Title: "Day", Kind: Day, Sortable: true, expr: "u.day"},
			{Key: "item", Title: "Item", Kind: Name, Null: Unknown, Link: Link{ToItem, "item_id"}, lookup: "item", expr: "li.name"},
			{Key: "item_kind", Title: "Kind", Kind: Badge, Null: Unknown, lookup: "item", expr: "li.kind"},
		}, workspaceColumns(), useCounts(plainCount, ""), []Column{
			{Key: "people", Title: "Viewers", Kind: Number, Unit: "people", expr: "u.people", Help: "Different people who viewed it that day."},
			{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: []Filter{
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "u.day >= ? / 86400000"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "u.day < ? / 86400000"},
			{Key: "viewed", Label: "Viewed", Kind: FilterBool, words: map[string]string{"yes": "u.views > 0", "no": "u.views = 0"}},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "u.ws"},
			{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, expr: "u.item"},
		},
		parts: []part{{
			name: "days", from: "usage_day u", where: "u.day <= @today", scope: "inscope(u.ws)",
			paths: []path{
				{sort: "day", needs: []string{"item"}, where: "u.tenant + 0 = @tenant", order: []string{"u.day", "u.item + 0"}},
				{sort: "day", needs: []string{"workspace"}, where: "u.tenant + 0 = @tenant", order: []string{"u.day", "u.item"}},
				{sort: "day", where: "u.tenant = @tenant", order: []string{"u.day", "u.item"}},
			},
		}},
		lookups: map[string]lookup{"item": itemLookup("u.item"), "workspace": workspaceLookup("u.ws"), "ident": identLookup("u.item")},
	}
}

// daysFilter says over how many days, the view's day included, to add up.
var daysFilter = Filter{Key: "days", Label: "Days", Kind: FilterNumber, set: "days", Help: "How many days back from the as-of date; 28 unless told."}

const defaultDays = 28

// usageItems adds up the use of each item.
func usageItems() *Report {
	items := itemList()
	return &Report{
		Name: "usage-items", Title: "Use of items",
		Question: "How much was each item used lately?",
		Sort:     "name",
		vars:     map[string]int64{"days": defaultDays},
		Columns: columns([]Column{
			{Key: "name", Title: "Item", Kind: Name, Sortable: true, Link: Link{ToItem, "id"}, expr: "i.name"},
			{Key: "kind", Title: "Kind", Kind: Badge, expr: "i.kind"},
		}, workspaceColumns(), useCounts(summed, "use"), []Column{
			{Key: "viewed_days", Title: "Days with views", Kind: Number, lookup: "use", expr: "count(CASE WHEN u.views > 0 THEN 1 END)"},
			{Key: "last_view", Title: "Last viewed", Kind: Day, Null: Unknown, expr: lastView},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: append([]Filter{daysFilter}, itemFilters()...),
		parts:   items.parts,
		lookups: map[string]lookup{
			"workspace": workspaceLookup("i.ws"), "ident": identLookup("i.item"),
			"use": {key: "i.item", self: "n.id", query: `FROM ident n LEFT JOIN usage_day u ON u.item = n.id AND u.day > @today - @days AND u.day <= @today
				WHERE n.id IN (#) GROUP BY n.id`},
		},
	}
}

// usageWorkspaces adds up the use of each workspace.
func usageWorkspaces() *Report {
	base := workspaceList()
	return &Report{
		Name: "usage-workspaces", Title: "Use of workspaces",
		Question: "How much was each workspace used lately?",
		Sort:     "name",
		vars:     map[string]int64{"days": defaultDays},
		Columns: columns([]Column{
			{Key: "name", Title: "Workspace", Kind: Name, Sortable: true, Link: Link{ToWorkspace, "id"}, expr: "w.name"},
			{Key: "state", Title: "State", Kind: Badge, expr: "w.state"},
			{Key: "items", Title: "Items", Kind: Number, Sortable: true, expr: "w.items"},
		}, useCounts(summed, "use"), []Column{
			{Key: "items_viewed", Title: "Items viewed", Kind: Number, lookup: "use", expr: "count(DISTINCT CASE WHEN u.views > 0 THEN u.item END)"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: append([]Filter{daysFilter}, base.Filters...),
		parts:   base.parts,
		lookups: map[string]lookup{
			"ident": identLookup("w.ws"),
			"use": {key: "w.ws", self: "n.id", query: `FROM ident n LEFT JOIN usage_day u ON u.ws = n.id AND u.day > @today - @days AND u.day <= @today
				WHERE n.id IN (#) GROUP BY n.id`},
		},
	}
}

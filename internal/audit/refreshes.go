package audit

// refreshProblem is true for a model with a failed refresh in the window that
// Microsoft counts.
const refreshProblem = "CASE WHEN r.failures > 0 THEN 1 ELSE 0 END"

func refreshList() *Report {
	return &Report{
		Name: "refreshes", Title: "Refreshes",
		Question: "Which models are refreshed, how long does it take, and which fail?",
		Sort:     "name",
		Columns:  refreshColumns(),
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "r.name_key"},
			{Key: "status", Label: "Last status", Kind: FilterChoice, Open: true, expr: "r.last_status",
				choices: "SELECT DISTINCT r.last_status, r.last_status FROM refreshable r WHERE r.tenant = @tenant AND (@all OR inscope(r.ws)) AND visible(r) AND r.last_status <> '' ORDER BY 1"},
			{Key: "problem", Label: "Problem", Kind: FilterBool, words: yesNoUnknown(refreshProblem)},
			{Key: "capacity", Label: "Capacity", Kind: FilterID, expr: "r.capacity", choices: capacityChoices},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "r.ws"},
			{Key: "item", Label: "Model", Kind: FilterID, ByLink: true, few: true, expr: "r.item"},
		},
		parts: []part{{
			name: "refreshables", from: "refreshable r", where: "r.tenant = @tenant AND seen(r)", scope: "inscope(r.ws)",
			paths: []path{
				{sort: "name", order: []string{"r.name_key", "r.id"}},
				{sort: "failures", order: []string{"r.failures", "r.id"}},
			},
		}},
		lookups: map[string]lookup{
			"workspace": workspaceLookup("r.ws"), "capacity": capacityLookup("r.capacity"), "ident": identLookup("r.item"),
		},
	}
}

func refreshColumns() []Column {
	return columns([]Column{
		{Key: "name", Title: "Model", Kind: Name, Sortable: true, Link: Link{ToItem, "id"}, expr: "r.name"},
	}, workspaceColumns(), []Column{
		{Key: "status", Title: "Last status", Kind: Badge, Null: Unknown, expr: "nullif(r.last_status, '')"},
		{Key: "failures", Title: "Failures", Kind: Number, Sortable: true, expr: "r.failures", Help: "Within the window that Microsoft counts: see from and to."},
		{Key: "refreshes", Title: "Refreshes", Kind: Number, expr: "r.refreshes"},
		{Key: "average", Title: "Average", Kind: Duration, Unit: "s", expr: "r.average_s"},
		{Key: "median", Title: "Median", Kind: Duration, Unit: "s", expr: "r.median_s"},
		{Key: "per_day", Title: "Refreshes a day", Kind: Number, expr: "r.per_day"},
		{Key: "last_end", Title: "Last ended", Kind: Date, Null: Unknown, expr: "r.last_end"},
		{Key: "last_took", Title: "Last took", Kind: Duration, Unit: "s", Null: Unknown, expr: "(r.last_end - r.last_start) / 1000.0"},
		{Key: "last_error", Title: "Error", Kind: Text, expr: "nullif(r.last_error, '')"},
		{Key: "last_type", Title: "Started by", Kind: Badge, expr: "nullif(r.last_type, '')"},
		{Key: "capacity", Title: "Capacity", Kind: Name, lookup: "capacity", expr: "c.name"},
		{Key: "configured_by", Title: "Configured by", Kind: Text, Null: Unknown, expr: "nullif(r.configured_by, '[]')", render: list},
		{Key: "from", Title: "Counted from", Kind: Date, ExportOnly: true, Null: Unknown, expr: "r.window_start"},
		{Key: "to", Title: "Counted to", Kind: Date, ExportOnly: true, Null: Unknown, expr: "r.window_end"},
		{Key: "last_start", Title: "Last began", Kind: Date, ExportOnly: true, Null: Unknown, expr: "r.last_start"},
		{Key: "kind", Title: "Kind", Kind: Badge, ExportOnly: true, expr: "r.kind"},
		{Key: "schedule", Title: "Schedule", Kind: Text, ExportOnly: true, expr: "r.schedule"},
		{Key: "problem", Title: "Problem", Kind: Bool, ExportOnly: true, expr: refreshProblem},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
	})
}

func refreshProblems(base *Report) *Report {
	r := preset(base, "refresh-problems", "Refresh problems", "Which models do not refresh as they should?", map[string][]string{"problem": {"yes"}})
	r.Sort, r.Desc = "failures", true
	return r
}

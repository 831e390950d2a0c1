package audit

// workspacesIn are the workspaces in scope that satisfy the condition.
func workspacesIn(cond string) string {
	return "FROM workspace cw WHERE cw.tenant = @tenant AND " + cond + " AND seen(cw) AND inscope(cw.ws)"
}

func capacityList() *Report {
	of := workspacesIn("cw.capacity = c.capacity")
	return &Report{
		Name: "capacities", Title: "Capacities",
		Question: "Which capacities are there, who runs them, and what is on them?",
		Sort:     "name",
		Columns: []Column{
			{Key: "name", Title: "Capacity", Kind: Name, Sortable: true, expr: "c.name"},
			{Key: "sku", Title: "SKU", Kind: Badge, expr: "c.sku"},
			{Key: "state", Title: "State", Kind: Badge, expr: "c.state"},
			{Key: "region", Title: "Region", Kind: Text, expr: "c.region"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "(SELECT count(*) " + of + ")"},
			{Key: "items", Title: "Items", Kind: Number, expr: "(SELECT coalesce(sum(cw.items), 0) " + of + ")"},
			{Key: "admins", Title: "Admins", Kind: Text, Null: Unknown, expr: "nullif(c.admins, '[]')", render: list},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "c.name_key"},
			findFilter("search_capacity", "c.id"),
			beginsFilter("c.name_key"),
			{Key: "state", Label: "State", Kind: FilterChoice, Open: true, expr: "c.state",
				choices: "SELECT DISTINCT c.state, c.state FROM capacity c WHERE c.tenant = @tenant AND (@all OR EXISTS (SELECT 1 " + of + ")) AND visible(c) ORDER BY 1"},
			{Key: "capacity", Label: "Capacity", Kind: FilterID, ByLink: true, few: true, expr: "c.capacity"},
		},
		parts: []part{{
			name: "capacities", from: "capacity c", where: "c.tenant = @tenant AND seen(c)", scope: "EXISTS (SELECT 1 " + of + ")",
			paths: []path{findPath("search_capacity", "capacity c", "c.id"), beginsPath("c.name_key", "c.name_key", "c.id"), {sort: "name", order: []string{"c.name_key", "c.id"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("c.capacity")},
	}
}

func domainList() *Report {
	of := workspacesIn("cw.domain = d.domain")
	return &Report{
		Name: "domains", Title: "Domains",
		Question: "How is the tenant divided into domains?",
		Sort:     "name",
		Columns: []Column{
			{Key: "name", Title: "Domain", Kind: Name, Sortable: true, expr: "d.name"},
			{Key: "parent", Title: "Within", Kind: Name, lookup: "parent", expr: "d.name"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "(SELECT count(*) " + of + ")", Help: "Without those of the domains within it."},
			{Key: "items", Title: "Items", Kind: Number, expr: "(SELECT coalesce(sum(cw.items), 0) " + of + ")"},
			{Key: "description", Title: "Description", Kind: Text, expr: "d.description"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
			{Key: "parent_id", Title: "Within, id", Kind: ID, ExportOnly: true, lookup: "parent", expr: "di.guid"},
		},
		Filters: []Filter{{Key: "name", Label: "Name", Kind: FilterText, expr: "d.name_key"}},
		parts: []part{{
			name: "domains", from: "domain d", where: "d.tenant = @tenant AND seen(d)", scope: "EXISTS (SELECT 1 " + of + ")",
			paths: []path{{sort: "name", order: []string{"d.name_key", "d.id"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("d.domain"), "parent": domainLookup("d.parent")},
	}
}

func appList() *Report {
	return &Report{
		Name: "apps", Title: "Apps",
		Question: "Which apps are published, from which workspaces, by whom?",
		Sort:     "name",
		Columns: columns([]Column{
			{Key: "name", Title: "App", Kind: Name, Sortable: true, expr: "a.name"},
		}, workspaceColumns(), []Column{
			{Key: "published_by", Title: "Published by", Kind: Name, Null: Unknown, expr: "nullif(a.published_by, '')"},
			{Key: "updated", Title: "Updated", Kind: Date, Null: Unknown, expr: "a.updated"},
			{Key: "description", Title: "Description", Kind: Text, expr: "a.description"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "a.name_key"},
			findFilter("search_app", "a.id"),
			beginsFilter("a.name_key"),
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "a.ws"},
		},
		parts: []part{{
			name: "apps", from: "app a", where: "a.tenant = @tenant AND seen(a)", scope: "inscope(a.ws)",
			paths: []path{findPath("search_app", "app a", "a.id"), beginsPath("a.name_key", "a.name_key", "a.id"), {sort: "name", order: []string{"a.name_key", "a.id"}}},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("a.ws"), "ident": identLookup("a.app")},
	}
}

func datasourceList() *Report {
	used := "FROM edge e WHERE e.upstream = d.source AND seen(e) AND inscope(e.ws)"
	return &Report{
		Name: "datasources", Title: "Data sources",
		Question: "Where does the data come from, and through which gateways?",
		Sort:     "type",
		Columns: []Column{
			{Key: "location", Title: "Where", Kind: Name, expr: "d.location"},
			{Key: "type", Title: "Type", Kind: Badge, Sortable: true, expr: "d.type"},
			{Key: "gateway", Title: "Gateway", Kind: ID, expr: "nullif(d.gateway, '')", Help: "None for a source in the cloud."},
			{Key: "used_by", Title: "Used by", Kind: Number, Unit: "items", expr: "(SELECT count(DISTINCT e.downstream) " + used + ")"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "(SELECT count(DISTINCT e.ws) " + used + ")"},
			{Key: "misconfigured", Title: "Misconfigured", Kind: Bool, expr: "d.misconfigured"},
			{Key: "details", Title: "Details", Kind: Text, ExportOnly: true, expr: "nullif(d.body, '{}')"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "type", Label: "Type", Kind: FilterChoice, Open: true, expr: "d.type",
				choices: "SELECT DISTINCT d.type, d.type FROM datasource d WHERE d.tenant = @tenant AND (@all OR EXISTS (SELECT 1 " + used + ")) ORDER BY 1"},
			{Key: "location", Label: "Where", Kind: FilterText, cond: "instr(lower(d.location), ?) > 0"},
			{Key: "gateway", Label: "Gateway", Kind: FilterChoice, Open: true, expr: "d.gateway"},
			{Key: "through_gateway", Label: "Through a gateway", Kind: FilterBool, words: map[string]string{"yes": "d.gateway <> ''", "no": "d.gateway = ''"}},
			{Key: "misconfigured", Label: "Misconfigured", Kind: FilterBool, expr: "d.misconfigured"},
		},
		parts: []part{{
			name: "sources", from: "datasource d", where: "d.tenant = @tenant AND seen(d)", scope: "EXISTS (SELECT 1 " + used + ")",
			paths: []path{{sort: "type", order: []string{"d.type", "d.location", "d.id"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("d.source")},
	}
}

func gatewayList() *Report {
	return &Report{
		Name: "gateways", Title: "Gateways",
		Question: "Which gateways are in use, and what depends on each?",
		Sort:     "gateway",
		Columns: []Column{
			{Key: "gateway", Title: "Gateway", Kind: ID, Sortable: true, expr: "x.gateway"},
			{Key: "sources", Title: "Data sources", Kind: Number, expr: "x.sources"},
			{Key: "used_by", Title: "Used by", Kind: Number, Unit: "items", expr: "x.used_by"},
			{Key: "misconfigured", Title: "Misconfigured sources", Kind: Number, expr: "x.misconfigured"},
		},
		parts: []part{{
			name: "gateways", sorted: "there are few gateways, however many sources",
			from: `(SELECT d.gateway AS gateway, count(*) AS sources, sum(d.misconfigured) AS misconfigured,
					sum((SELECT count(DISTINCT e.downstream) FROM edge e WHERE e.upstream = d.source AND seen(e) AND inscope(e.ws))) AS used_by
				FROM datasource d WHERE d.tenant = @tenant AND visible(d) AND d.gateway <> ''
					AND (@all OR EXISTS (SELECT 1 FROM edge e WHERE e.upstream = d.source AND seen(e) AND inscope(e.ws))) GROUP BY d.gateway) x`,
			where: "1=1", scope: "@some",
			paths: []path{{sort: "gateway", order: []string{"x.gateway"}}},
		}},
	}
}

package audit

// grantsInScope are the grants of a principal that the reader may see.
func grantsInScope(p, cond string) string {
	return "FROM access_grant sg WHERE sg.principal = " + p + " AND seen(sg) AND inscope(sg.ws)" + cond
}

func principalList() *Report {
	return &Report{
		Name: "people", Title: "People, groups and applications",
		Question: "Who can reach anything in the tenant, and how much?",
		Sort:     "name",
		Columns:  principalColumns(),
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "p.name_key"},
			findFilter("search_principal", "p.id"),
			beginsFilter("p.name_key"),
			{Key: "address", Label: "Address", Kind: FilterText, expr: "lower(p.address)"},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, expr: "p.kind",
				Choices: []Choice{{"User", "Person"}, {"Group", "Group"}, {"App", "Service principal"}, {"None", "Whole organisation"}}},
			{Key: "guest", Label: "Guest", Kind: FilterBool, expr: "p.guest"},
			{Key: "left", Label: "Has left", Kind: FilterBool, words: yesNoUnknown(leaver("p"))},
			{Key: "has_access", Label: "Has a right of their own", Kind: FilterBool, words: map[string]string{
				"yes": "EXISTS (SELECT 1 " + grantsInScope("p.principal", "") + ")", "no": "NOT EXISTS (SELECT 1 " + grantsInScope("p.principal", "") + ")"}},
			{Key: "member_of", Label: "Member of", Kind: FilterID, ByLink: true,
				cond: "EXISTS (SELECT 1 FROM group_member mo JOIN ident mg ON mg.id = mo.grp WHERE mo.member = p.principal AND seen(mo) AND mg.tenant = @tenant AND mg.guid = ?)"},
			{Key: "group_of", Label: "Group of", Kind: FilterID, ByLink: true,
				cond: "EXISTS (SELECT 1 FROM group_member mo JOIN ident mm ON mm.id = mo.member WHERE mo.grp = p.principal AND seen(mo) AND mm.tenant = @tenant AND mm.guid = ?)"},
			{Key: "principal", Label: "Principal", Kind: FilterID, ByLink: true, few: true, expr: "p.principal"},
		},
		parts: []part{{
			name: "principals", from: "principal p", where: "p.tenant = @tenant AND seen(p)",
			scope: "EXISTS (SELECT 1 " + grantsInScope("p.principal", "") + ")",
			paths: []path{
				findPath("search_principal", "principal p", "p.id"),
				beginsPath("p.name_key", "p.name_key", "p.principal", "p.id"),
				{sort: "name", needs: []string{"kind", "guest"}, order: []string{"p.name_key", "p.id"}},
				{sort: "name", order: []string{"p.name_key", "p.principal", "p.id"}},
				{sort: "address", order: []string{"p.address", "p.id"}},
			},
		}},
		lookups: map[string]lookup{"manager": principalLookup("p.manager"), "ident": identLookup("p.principal")},
	}
}

func principalColumns() []Column {
	return []Column{
		{Key: "name", Title: "Name", Kind: Name, Sortable: true, Link: Link{ToPerson, "id"}, expr: principalName("p", guid("p.principal"))},
		{Key: "kind", Title: "Kind", Kind: Badge, expr: "p.kind"},
		{Key: "address", Title: "Address", Kind: Text, Sortable: true, expr: "nullif(p.address, '')"},
		{Key: "guest", Title: "Guest", Kind: Bool, expr: "p.guest"},
		{Key: "left", Title: "Has left", Kind: Bool, Null: Unknown, expr: leaver("p"),
			Help: "The directory no longer has the account, or has disabled it. Unknown where the directory was not asked."},
		{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "(SELECT count(DISTINCT sg.ws) " + grantsInScope("p.principal", " AND sg.object = sg.ws") + ")",
			Help: "With a role of their own, not through groups."},
		{Key: "admin_of", Title: "Admin of", Kind: Number, Unit: "workspaces", expr: "(SELECT count(DISTINCT sg.ws) " + grantsInScope("p.principal", " AND sg.object = sg.ws AND sg.role = 'Admin'") + ")"},
		{Key: "items", Title: "Items shared", Kind: Number, expr: "(SELECT count(DISTINCT sg.object) " + grantsInScope("p.principal", " AND sg.object <> sg.ws") + ")",
			Help: "Items with a right of their own on it."},
		{Key: "groups", Title: "Groups", Kind: Number, expr: "(SELECT count(*) FROM group_member m WHERE m.member = p.principal AND seen(m))", Help: "Groups they are a direct member of, as far as the members are known."},
		{Key: "behind", Title: "People behind", Kind: Number, Null: Unknown, expr: peopleBehind,
			Help: "Different people in the group, nested groups included."},
		{Key: "department", Title: "Department", Kind: Text, Null: Unknown, expr: "p.department"},
		{Key: "company", Title: "Company", Kind: Text, ExportOnly: true, Null: Unknown, expr: "p.company"},
		{Key: "mail", Title: "Mail", Kind: Text, ExportOnly: true, Null: Unknown, expr: "p.mail"},
		{Key: "manager", Title: "Manager", Kind: Name, ExportOnly: true, Null: Unknown, lookup: "manager", expr: principalName("p", "pi.guid")},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
	}
}

func guests(base *Report) *Report {
	return preset(base, "guests", "Guests", "Which people from outside the organisation are known to the tenant?",
		map[string][]string{"kind": {"User"}, "guest": {"yes"}})
}

func servicePrincipals(base *Report) *Report {
	return preset(base, "service-principals", "Service principals", "Which applications can reach something?",
		map[string][]string{"kind": {"App"}})
}

func groups(base *Report) *Report {
	return preset(base, "groups", "Groups", "Which groups hold rights, and how many people are behind them?",
		map[string][]string{"kind": {"Group"}})
}

func leavers(base *Report) *Report {
	return preset(base, "leavers", "Leavers", "Whose account is gone or disabled and still known to the tenant?",
		map[string][]string{"kind": {"User"}, "left": {"yes"}})
}

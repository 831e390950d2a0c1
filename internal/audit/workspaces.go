package audit

// known shows a count of role holders only where the users are known.
func known(column string) string { return "CASE WHEN w.users_known = 1 THEN w." + column + " END" }

// orphaned is tenant.Workspace.Orphaned in SQL.
const orphaned = `CASE WHEN w.users_known = 0 THEN NULL
	WHEN w.state = 'Active' AND w.kind <> 'PersonalGroup' AND w.admins = 0 THEN 1 ELSE 0 END`

func workspaceList() *Report {
	return &Report{
		Name: "workspaces", Title: "Workspaces",
		Question: "Which workspaces does the tenant have, and who runs them?",
		Sort:     "name",
		Columns:  workspaceListColumns(),
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "w.name_key"},
			findFilter("search_workspace", "w.id"),
			beginsFilter("w.name_key"),
			{Key: "state", Label: "State", Kind: FilterChoice, Open: true, expr: "w.state",
				choices: skipping("workspace", "workspace_by_state", "state")},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, Open: true, expr: "w.kind",
				choices: skipping("workspace", "workspace_by_kind", "kind")},
			{Key: "domain", Label: "Domain", Kind: FilterID, expr: "w.domain", choices: domainChoices},
			{Key: "capacity", Label: "Capacity", Kind: FilterID, expr: "w.capacity", choices: capacityChoices},
			{Key: "has_domain", Label: "In a domain", Kind: FilterBool, words: map[string]string{"yes": "w.domain IS NOT NULL", "no": "coalesce(w.domain, 0) = 0"}},
			{Key: "dedicated", Label: "On a capacity", Kind: FilterBool, expr: "w.dedicated"},
			{Key: "orphaned", Label: "Orphaned", Kind: FilterBool, words: yesNoUnknown(orphaned)},
			{Key: "guests", Label: "Has guests", Kind: FilterBool, words: yesNoUnknown("CASE WHEN w.users_known = 1 THEN CASE WHEN w.guests > 0 THEN 1 ELSE 0 END END")},
			{Key: "admins_max", Label: "At most this many admins", Kind: FilterNumber, cond: "(w.users_known = 1 AND w.admins + 0 <= ?)"},
			{Key: "admins_min", Label: "At least this many admins", Kind: FilterNumber, cond: "(w.users_known = 1 AND w.admins + 0 >= ?)"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "w.ws"},
		},
		parts: []part{{
			name: "workspaces", from: "workspace w", where: "w.tenant = @tenant AND seen(w)", scope: "inscope(w.ws)",
			paths: []path{
				findPath("search_workspace", "workspace w", "w.id"),
				beginsPath("w.name_key", "w.name_key", "w.ws"),
				{sort: "name", needs: []string{"domain"}, order: []string{"w.name_key", "w.id"}},
				{sort: "name", needs: []string{"capacity"}, order: []string{"w.name_key", "w.id"}},
				{sort: "name", needs: []string{"state"}, order: []string{"w.name_key", "w.id"}},
				{sort: "name", needs: []string{"kind"}, order: []string{"w.name_key", "w.id"}},
				{sort: "name", order: []string{"w.name_key", "w.ws"}},
				{sort: "items", order: []string{"w.items", "w.ws"}},
				{sort: "admins", order: []string{"w.admins", "w.ws"}},
			},
		}},
		lookups: map[string]lookup{
			"domain":   domainLookup("w.domain"),
			"capacity": capacityLookup("w.capacity"),
			"scan":     scanLookup("w.from_scan"),
			"ident":    identLookup("w.ws"),
		},
	}
}

func workspaceListColumns() []Column {
	return []Column{
		{Key: "name", Title: "Workspace", Kind: Name, Sortable: true, Link: Link{ToWorkspace, "id"}, expr: "w.name"},
		{Key: "state", Title: "State", Kind: Badge, expr: "w.state"},
		{Key: "kind", Title: "Kind", Kind: Badge, expr: "w.kind"},
		{Key: "domain", Title: "Domain", Kind: Name, lookup: "domain", expr: "d.name"},
		{Key: "capacity", Title: "Capacity", Kind: Name, lookup: "capacity", expr: "c.name"},
		{Key: "items", Title: "Items", Kind: Number, Sortable: true, Help: "Without the copies that apps hold.", expr: "w.items"},
		{Key: "people", Title: "Role holders", Kind: Number, Null: Unknown, Help: "Users, groups and applications with a role on the workspace.", expr: known("grants")},
		{Key: "admins", Title: "Admins", Kind: Number, Null: Unknown, Sortable: true, Help: "Holders of the Admin role: users, groups and applications, each counted once.", expr: known("admins")},
		{Key: "guests", Title: "Guests", Kind: Number, Null: Unknown, expr: known("guests")},
		{Key: "orphaned", Title: "Orphaned", Kind: Bool, Null: Unknown, Help: "Active, and nobody holds the Admin role.", expr: orphaned},
		{Key: "dedicated", Title: "On a capacity", Kind: Bool, ExportOnly: true, expr: "w.dedicated"},
		{Key: "storage", Title: "Storage format", Kind: Badge, ExportOnly: true, expr: "w.storage"},
		{Key: "description", Title: "Description", Kind: Text, ExportOnly: true, expr: "w.description"},
		{Key: "version_of", Title: "As seen since", Kind: Date, ExportOnly: true, lookup: "scan", expr: "s.published"},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		{Key: "capacity_id", Title: "Capacity id", Kind: ID, ExportOnly: true, lookup: "capacity", expr: "ci.guid"},
		{Key: "domain_id", Title: "Domain id", Kind: ID, ExportOnly: true, lookup: "domain", expr: "di.guid"},
	}
}

func domainLookup(key string) lookup {
	return lookup{key: key, self: "d.domain", query: "FROM domain d JOIN ident di ON di.id = d.domain WHERE d.domain IN (#) AND visible(d)"}
}

func capacityLookup(key string) lookup {
	return lookup{key: key, self: "c.capacity", query: "FROM capacity c JOIN ident ci ON ci.id = c.capacity WHERE c.capacity IN (#) AND visible(c)"}
}

const (
	domainChoices = `SELECT n.guid, d.name FROM domain d JOIN ident n ON n.id = d.domain
		WHERE d.tenant = @tenant AND visible(d) AND (@all OR EXISTS (SELECT 1 FROM workspace w WHERE w.tenant = @tenant AND w.domain = d.domain AND seen(w) AND inscope(w.ws)))
		ORDER BY d.name_key`
	capacityChoices = `SELECT n.guid, c.name FROM capacity c JOIN ident n ON n.id = c.capacity
		WHERE c.tenant = @tenant AND visible(c) AND (@all OR EXISTS (SELECT 1 FROM workspace w WHERE w.tenant = @tenant AND w.capacity = c.capacity AND seen(w) AND inscope(w.ws)))
		ORDER BY c.name_key`
)

// yesNoUnknown filters by an expression that is 1, 0 or null.
func yesNoUnknown(expr string) map[string]string {
	return map[string]string{
		"yes":   "(" + expr + ") = 1",
		"no":    "(" + expr + ") = 0",
		Unknown: "(" + expr + ") IS NULL",
	}
}

func orphanedWorkspaces(base *Report) *Report {
	return preset(base, "orphaned-workspaces", "Orphaned workspaces",
		"Which active workspaces have nobody who could administer them?", map[string][]string{"orphaned": {"yes"}})
}

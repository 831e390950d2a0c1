package audit

// adminsOf adds up who holds the Admin role of a workspace; no row where the
// users are unknown.
const adminsOf = `FROM workspace w0 LEFT JOIN access_grant g ON g.ws = w0.ws AND g.object = w0.ws AND g.role = 'Admin' AND visible(g)
	LEFT JOIN principal p ON p.principal = g.principal AND visible(p)
	WHERE w0.ws IN (#) AND visible(w0) AND w0.users_known = 1 GROUP BY w0.ws`

// workspaceAdmins is what rules about names and the number of admins look at.
func workspaceAdmins() *Report {
	base := workspaceList()
	return &Report{
		Name: "workspace-admins", Title: "Admins of workspaces",
		Question: "How many people can administer each workspace, and how?",
		Sort:     "name",
		Columns: []Column{
			{Key: "name", Title: "Workspace", Kind: Name, Sortable: true, Link: Link{ToWorkspace, "id"}, expr: "w.name"},
			{Key: "state", Title: "State", Kind: Badge, expr: "w.state"},
			{Key: "admins", Title: "Admins", Kind: Number, Null: Unknown, Sortable: true, expr: known("admins")},
			{Key: "admin_people", Title: "People", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN p.kind = 'User' THEN 1 END)"},
			{Key: "admin_groups", Title: "Groups", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN p.kind = 'Group' THEN 1 END)"},
			{Key: "admin_apps", Title: "Applications", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN p.kind = 'App' THEN 1 END)"},
			{Key: "behind", Title: "People behind groups", Kind: Number, Unit: "at most", Null: Unknown, lookup: "admins",
				expr: "coalesce(sum(CASE WHEN p.kind = 'Group' AND p.members_known = 1 THEN p.people END), 0)",
				Help: "Added up over the groups: somebody in two of them counts twice."},
			{Key: "groups_unknown", Title: "Groups with unknown members", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN p.kind = 'Group' AND (p.members_known = 0 OR p.people IS NULL) THEN 1 END)"},
			{Key: "admin_guests", Title: "Guests", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN p.guest = 1 THEN 1 END)"},
			{Key: "admin_left", Title: "Have left", Kind: Number, Null: Unknown, lookup: "admins", expr: "count(CASE WHEN " + leaver("p") + " = 1 THEN 1 END)"},
			{Key: "items", Title: "Items", Kind: Number, Sortable: true, ExportOnly: true, expr: "w.items"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		},
		Filters: base.Filters,
		parts:   base.parts,
		lookups: map[string]lookup{"ident": identLookup("w.ws"), "admins": {key: "w.ws", self: "w0.ws", query: adminsOf}},
	}
}

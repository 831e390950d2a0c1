package audit

// rolesCounted adds up the roles on workspaces by who holds them. It reads
// every role of the tenant once: seconds on a big one, so it is a list of its
// own and not part of the overview.
const rolesCounted = `SELECT g.role AS role, coalesce(p.kind, '') AS kind, coalesce(p.guest, 0) AS guest,
		count(*) AS roles, count(DISTINCT g.ws) AS workspaces, count(DISTINCT g.principal) AS holders
	FROM workspace w CROSS JOIN access_grant g LEFT JOIN principal p ON p.principal = g.principal AND visible(p)
	WHERE w.tenant = @tenant AND seen(w) AND inscope(w.ws) AND g.ws = w.ws AND g.object = w.ws AND seen(g)
	GROUP BY 1, 2, 3`

func roleList() *Report {
	return &Report{
		Name: "roles", Title: "Roles by kind of holder",
		Question: "How are the roles on workspaces spread over people, groups, applications and guests?",
		Sort:     "right",
		Columns: []Column{
			{Key: "right", Title: "Role", Kind: Badge, Sortable: true, expr: "x.role"},
			{Key: "kind", Title: "Held by a", Kind: Badge, Null: Unknown, expr: "nullif(x.kind, '')"},
			{Key: "guest", Title: "Guest", Kind: Bool, expr: "x.guest"},
			{Key: "roles", Title: "Roles", Kind: Number, expr: "x.roles"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "x.workspaces"},
			{Key: "holders", Title: "Holders", Kind: Number, expr: "x.holders", Help: "Different people, groups or applications."},
		},
		parts: []part{{
			name: "roles", sorted: "few rows, however many roles", from: "(" + rolesCounted + ") x", where: "1=1", scope: "@some",
			paths: []path{{sort: "right", order: []string{"x.role", "x.kind", "x.guest"}}},
		}},
	}
}

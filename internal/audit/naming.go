package audit

// namingReport is the audit of names: every violation of a rule about them.
func namingReport(base *Report) *Report {
	return standingViolations(base, "naming", "Naming of workspaces", "Which workspaces do not follow the naming convention, and in what way?",
		map[string][]string{"pack": {"naming"}})
}

// adminCount is the audit of the number of admins: every violation of a rule
// about who administers a workspace, with the numbers it rests on.
func adminCount(base *Report) *Report {
	r := standingViolations(base, "admin-count", "Number of admins", "Which workspaces have nobody, too few or too many who can administer them?",
		map[string][]string{"rule": {"owners.none", "owners.few", "owners.many", "owners.only-apps"}})
	number := func(key, title, expr, help string) Column {
		return Column{Key: key, Title: title, Kind: Number, Null: Unknown, lookup: "admins", expr: expr, Help: help}
	}
	counts := []Column{
		{Key: "people", Title: "People who are admin", Kind: Number, Null: Unknown, expr: evidence("workspace.adminPeople"),
			Help: "As the rule counted: different people, those behind groups included. Unknown where the rule did not need the number."},
		number("admin_people", "Directly", "count(CASE WHEN p.kind = 'User' THEN 1 END)", "People who hold the Admin role themselves."),
		number("admin_groups", "Groups", "count(CASE WHEN p.kind = 'Group' THEN 1 END)", ""),
		number("admin_apps", "Applications", "count(CASE WHEN p.kind = 'App' THEN 1 END)", ""),
	}
	r.Columns = nil
	for _, c := range base.Columns {
		if c.Key != "workspace" { // it is the object
			r.Columns = append(r.Columns, c)
		}
		if c.Key == "finding" {
			r.Columns = append(r.Columns, counts...)
		}
	}
	r.lookups = map[string]lookup{"admins": {key: "nullif(v.ws, 0)", self: "w0.ws", query: adminsOf}}
	for name, l := range base.lookups {
		r.lookups[name] = l
	}
	return r
}

// evidence is the value of one fact among a violation's evidence.
func evidence(fact string) string {
	return "(SELECT json_extract(f.value, '$.value') FROM json_each(v.evidence) f WHERE json_extract(f.value, '$.fact') = '" + fact + "')"
}

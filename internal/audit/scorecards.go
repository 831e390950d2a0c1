package audit

import "strings"

// prefixOf is the part of a workspace's name before the first hyphen, which
// names the department where the convention is kept; empty without one.
func prefixOf(name string) string {
	return "CASE WHEN instr(" + name + ", '-') > 1 THEN upper(substr(" + name + ", 1, instr(" + name + ", '-') - 1)) ELSE '' END"
}

// standingRow is the condition for violations that scorecards count.
const standingRow = "v.tenant = @tenant AND v.in_force = 1 AND v.first_seen <= @until AND @state <> 'resolved'"

// tallyColumns count violations of a group; x is the group.
func tallyColumns() []Column {
	count := func(key, title, help string) Column {
		return Column{Key: key, Title: title, Kind: Number, Sortable: key == "open", Help: help, expr: "x." + key}
	}
	return []Column{
		count("open", "Open", "Open or in progress."),
		count("critical", "Critical", ""), count("high", "High", ""), count("medium", "Medium", ""), count("low", "Low", ""),
		count("waived", "Waived", "Accepted for a while; never counted as passing."),
		count("false_positive", "False positives", ""),
	}
}

// tallies are those columns in SQL over rows k with severity and state.
const tallies = `sum(CASE WHEN k.state IN ('open','in_progress') THEN 1 ELSE 0 END) AS open,
	sum(CASE WHEN k.state IN ('open','in_progress') AND k.severity = 'critical' THEN 1 ELSE 0 END) AS critical,
	sum(CASE WHEN k.state IN ('open','in_progress') AND k.severity = 'high' THEN 1 ELSE 0 END) AS high,
	sum(CASE WHEN k.state IN ('open','in_progress') AND k.severity = 'medium' THEN 1 ELSE 0 END) AS medium,
	sum(CASE WHEN k.state IN ('open','in_progress') AND k.severity = 'low' THEN 1 ELSE 0 END) AS low,
	sum(CASE WHEN k.state = 'waived' THEN 1 ELSE 0 END) AS waived,
	sum(CASE WHEN k.state = 'false_positive' THEN 1 ELSE 0 END) AS false_positive`

const aggregated = "groups are few, and counting them reads every violation that stands"

// scorecards is how each department does where names tell it: by what workspace
// names begin with.
func scorecards() *Report {
	r := scorecardBy("scorecards", "Scorecards", "How well do the workspaces of each prefix keep to the rules?",
		func(alias string) string { return prefixOf(alias + ".name") })
	r.Columns = append([]Column{
		{Key: "prefix", Title: "Prefix", Kind: Name, Sortable: true, Link: Link{ToPrefix, "link"}, expr: "CASE x.key WHEN '' THEN '(no prefix)' ELSE x.key END",
			Help: "What the names of its workspaces begin with, up to the first hyphen."},
	}, append(r.Columns, Column{Key: "link", Title: "With its hyphen", Kind: Text, ExportOnly: true, expr: "CASE x.key WHEN '' THEN NULL ELSE x.key || '-' END"})...)
	r.Filters = []Filter{{Key: "prefix", Label: "Prefix", Kind: FilterText, cond: "instr(lower(x.key), ?) > 0"}}
	r.parts[0].paths = append(r.parts[0].paths, path{sort: "prefix", order: []string{"x.key"}})
	return r
}

// departmentOf is the department, in the directory, of whoever is asked about a
// workspace: of its admins the one who would be, as the facts of rules choose
// (a person of our own who has not left, the lowest number); where only groups
// are admins, the one whom a violation of the workspace proposes. Empty when the
// directory tells none.
func departmentOf(alias string) string {
	person := func(from string) string {
		return `(SELECT p.department FROM ` + from + ` ORDER BY p.principal LIMIT 1)`
	}
	return `coalesce(` + strings.ReplaceAll(person(`access_grant g CROSS JOIN principal p
			WHERE g.ws = #.ws AND g.object = #.ws AND g.role = 'Admin' AND visible(g) AND p.principal = g.principal AND visible(p)
			AND p.kind = 'User' AND p.guest = 0 AND coalesce(p.gone, 0) = 0 AND coalesce(p.enabled, 1) = 1`)+`, `+
		person(`violation o CROSS JOIN principal p WHERE o.ws = #.ws AND o.object = #.ws AND p.principal = o.owner AND visible(p)`), "#", alias) + `, '')`
}

// departmentScorecards is how each department of the directory does.
func departmentScorecards() *Report {
	r := scorecardBy("department-scorecards", "Scorecards of departments", "How well does each department keep to the rules?", departmentOf)
	r.Columns = append([]Column{
		{Key: "department", Title: "Department", Kind: Name, Sortable: true, expr: "CASE x.key WHEN '' THEN '(none known)' ELSE x.key END",
			Help: "In the directory, of whoever is asked about the workspace."},
	}, r.Columns...)
	r.Filters = []Filter{{Key: "department", Label: "Department", Kind: FilterText, cond: "instr(lower(x.key), ?) > 0"}}
	r.parts[0].paths = append(r.parts[0].paths, path{sort: "department", order: []string{"x.key"}})
	return r
}

// domainScorecards is how each Fabric domain does.
func domainScorecards() *Report {
	r := scorecardBy("domain-scorecards", "Scorecards of domains", "How well does each domain keep to the rules?",
		func(alias string) string { return "coalesce(" + alias + ".domain, 0)" })
	r.Columns = append([]Column{
		{Key: "domain", Title: "Domain", Kind: Name, Link: Link{ToDomain, "domain_id"}, lookup: "domain", expr: "d.name", orElse: "none"},
		{Key: "none", Title: "None", Kind: Text, ExportOnly: true, expr: "CASE x.key WHEN 0 THEN '(no domain)' ELSE '(not described by any scan)' END"},
	}, append(r.Columns, Column{Key: "domain_id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "domain", expr: "di.guid"})...)
	r.lookups = map[string]lookup{"domain": domainLookup("nullif(x.key, 0)")}
	return r
}

// scorecardBy counts workspaces and what stands against them by a group that
// the expression over a workspace's alias names.
func scorecardBy(name, title, question string, group func(alias string) string) *Report {
	const counted = ".state = 'Active' AND #.kind NOT IN ('PersonalGroup','AdminWorkspace')"
	ordinary := func(alias string) string { return alias + strings.ReplaceAll(counted, "#", alias) }
	return &Report{
		Name: name, Title: title, Question: question, Sort: "open", Desc: true,
		Columns: append([]Column{
			{Key: "spaces", Title: "Workspaces", Kind: Number, expr: "x.spaces", Help: "Active ones, personal workspaces left out."},
			{Key: "clean", Title: "Without a violation", Kind: Number, expr: "x.spaces - x.bad", Help: "Workspaces against which nothing stands: a waived violation counts as one."},
			{Key: "share", Title: "Share", Kind: Number, Unit: "%", Null: Unknown, expr: "CASE WHEN x.spaces > 0 THEN 100 * (x.spaces - x.bad) / x.spaces END"},
		}, tallyColumns()...),
		parts: []part{{
			name: "groups", sorted: aggregated, scope: "@some", where: "1=1",
			from: `(SELECT k.grp AS key, sum(k.spaces) AS spaces, count(DISTINCT k.bad) AS bad, ` + tallies + ` FROM (
					SELECT ` + group("w") + ` AS grp, 1 AS spaces, NULL AS bad, '' AS severity, '' AS state
					FROM workspace w WHERE w.tenant = @tenant AND visible(w) AND ` + ordinary("w") + ` AND inscope(w.ws)
					UNION ALL
					SELECT ` + group("vw") + `, 0, v.ws, v.severity, @state FROM violation v CROSS JOIN workspace vw
					WHERE ` + standingRow + ` AND vw.ws = v.ws AND visible(vw) AND ` + ordinary("vw") + ` AND inscope(vw.ws)) k
				GROUP BY k.grp) x`,
			paths: []path{{sort: "open", order: []string{"x.open", "x.key"}}},
		}},
		prepare: stateAt,
	}
}

// ownerScorecards is how many violations each person would be asked about.
func ownerScorecards() *Report {
	return grouped("owner-scorecards", "Owners", "Who is to be asked about how much?", "coalesce(v.owner, 0)",
		[]Column{
			{Key: "owner", Title: "Whom to ask", Kind: Name, Link: Link{ToPerson, "owner_id"}, lookup: "owner", expr: "coalesce(nullif(p.name, ''), pi.guid)", orElse: "nobody"},
			{Key: "nobody", Title: "Nobody", Kind: Text, ExportOnly: true, expr: "CASE x.key WHEN 0 THEN '(nobody to ask)' ELSE '(not described by any scan)' END"},
			{Key: "owner_id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "owner", expr: "pi.guid"},
		},
		map[string]lookup{"owner": {key: "nullif(x.key, 0)", self: "pi.id", query: principalLookup("").query}})
}

// violationsByWorkspace is how many violations stand against each workspace.
func violationsByWorkspace() *Report {
	return grouped("violations-by-workspace", "Violations by workspace", "Which workspaces have most to mend?", "v.ws",
		[]Column{
			{Key: "workspace", Title: "Workspace", Kind: Name, Link: Link{ToWorkspace, "workspace_id"}, lookup: "workspace", expr: "w.name", orElse: "tenant"},
			{Key: "tenant", Title: "Tenant", Kind: Text, ExportOnly: true, expr: "CASE x.key WHEN 0 THEN '(the tenant itself)' ELSE '(gone)' END"},
			{Key: "workspace_id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "wi.guid"},
		},
		map[string]lookup{"workspace": workspaceLookup("nullif(x.key, 0)")})
}

// grouped counts what stands by a key of the violation.
func grouped(name, title, question, key string, first []Column, lookups map[string]lookup) *Report {
	return &Report{
		Name: name, Title: title, Question: question, Sort: "open", Desc: true,
		Columns: append(first, append(tallyColumns(),
			Column{Key: "oldest", Title: "Oldest", Kind: Date, expr: "x.oldest"})...),
		parts: []part{{
			name: "groups", sorted: aggregated, scope: "@some", where: "1=1",
			from: `(SELECT k.key AS key, min(k.first_seen) AS oldest, ` + tallies + ` FROM (
				SELECT ` + key + ` AS key, v.first_seen AS first_seen, v.severity AS severity, @state AS state FROM violation v
				WHERE ` + standingRow + ` AND ` + violationScope + `) k GROUP BY k.key) x`,
			paths: []path{{sort: "open", order: []string{"x.open", "x.key"}}},
		}},
		lookups: lookups, prepare: stateAt,
	}
}

package audit

// tokenState is where a token stands: it may have been revoked, or its day may
// have passed by the moment that is looked at.
const tokenState = "CASE WHEN k.ended <= @until THEN 'revoked' WHEN k.ends <= min(@until, unixepoch() * 1000) THEN 'ended' ELSE 'good' END"

// tokenList is every token that somebody made for a program and that holds in
// the tenant.
func tokenList() *Report {
	return &Report{
		Name: "tokens", Title: "Tokens",
		Question: "Which programs may use the API, for whom, until when, and when did they last?",
		Sort:     "made", Desc: true,
		Columns: []Column{
			{Key: "purpose", Title: "Purpose", Kind: Name, Link: Link{ToToken, "token"}, expr: "k.purpose"},
			{Key: "owner", Title: "Owner", Kind: Name, expr: "k.name"},
			{Key: "state", Title: "State", Kind: Badge, expr: tokenState},
			{Key: "grants", Title: "May", Kind: Text, expr: "k.grants", render: list},
			{Key: "tenants", Title: "Tenants", Kind: Text, Null: "all", expr: "nullif(k.tenants, '[]')", render: list},
			{Key: "used", Title: "Last used", Kind: Date, Null: "never", expr: "CASE WHEN k.used <= @until THEN k.used END"},
			{Key: "ends", Title: "Ends", Kind: Date, expr: "k.ends"},
			{Key: "made", Title: "Made", Kind: Date, Sortable: true, expr: "k.made"},
			{Key: "token", Title: "Id", Kind: ID, ExportOnly: true, expr: "k.id"},
			{Key: "owner_id", Title: "Owner's id", Kind: ID, ExportOnly: true, expr: "k.oid"},
			{Key: "used_ip", Title: "Last used from", Kind: Text, ExportOnly: true, expr: "nullif(k.used_ip, '')"},
			{Key: "revoked", Title: "Revoked", Kind: Date, ExportOnly: true, expr: "CASE WHEN k.ended <= @until THEN k.ended END"},
			{Key: "why", Title: "Why", Kind: Name, ExportOnly: true, expr: "CASE WHEN k.ended <= @until THEN nullif(k.why, '') END"},
		},
		Filters: []Filter{
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("good", "ended", "revoked"), cond: "(" + tokenState + ") = ?"},
			{Key: "purpose", Label: "Purpose", Kind: FilterText, cond: "instr(lower(k.purpose), ?) > 0"},
			{Key: "owner", Label: "Owner", Kind: FilterText, cond: "instr(lower(k.name), ?) > 0"},
		},
		parts: []part{{
			name: "tokens", from: "api_token k", scope: "@all",
			where: "k.made + 0 <= @until AND (k.tenants = '[]' OR instr(k.tenants, (SELECT json_quote(t.name) FROM tenant t WHERE t.id = @tenant)) > 0)",
			paths: []path{{sort: "made", order: []string{"k.made", "k.id"}}},
		}},
	}
}

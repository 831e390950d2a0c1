package audit

// everyGrant joins every grant with its workspace: the workspaces by name, and
// for each its grants, which lie together.
const everyGrant = "workspace w CROSS JOIN access_grant g"

func accessList() *Report {
	return &Report{
		Name: "access", Title: "Access",
		Question: "Who has which right on which workspace or item?",
		Sort:     "workspace",
		sortWith: map[string]string{"kind": "principal", "guest": "principal", "left": "principal", "who": "principal"},
		Columns:  accessColumns(),
		Filters:  accessFilters(),
		parts: []part{{
			name: "grants", from: everyGrant,
			where: "g.ws = w.ws AND seen(w) AND seen(g)", scope: "inscope(w.ws)",
			paths: accessPaths(),
		}},
		lookups: map[string]lookup{
			"workspace": workspaceLookup("g.ws"),
			"item":      itemLookup("nullif(g.object, g.ws)"),
			"principal": principalLookup("g.principal"),
			"scan":      scanLookup("g.from_scan"),
		},
	}
}

func accessColumns() []Column {
	return columns([]Column{
		{Key: "principal", Title: "Who", Kind: Name, Null: Unknown, Sortable: true, Link: Link{ToPerson, "principal_id"}, lookup: "principal", expr: principalName("p", "pi.guid")},
		{Key: "principal_kind", Title: "Kind", Kind: Badge, Null: Unknown, lookup: "principal", expr: "p.kind"},
		{Key: "address", Title: "Address", Kind: Text, lookup: "principal", expr: "nullif(p.address, '')"},
		{Key: "right", Title: "Right", Kind: Badge, expr: "g.role"},
		{Key: "on", Title: "On", Kind: Badge, expr: "CASE WHEN g.object = g.ws THEN 'workspace' ELSE 'item' END"},
		{Key: "workspace", Title: "Workspace", Kind: Name, Null: Unknown, Sortable: true, Link: Link{ToWorkspace, "workspace_id"}, lookup: "workspace", expr: "w.name"},
		{Key: "item", Title: "Item", Kind: Name, Link: Link{ToItem, "item_id"}, lookup: "item", expr: "li.name"},
		{Key: "item_kind", Title: "Item kind", Kind: Badge, lookup: "item", expr: "li.kind"},
		{Key: "guest", Title: "Guest", Kind: Bool, Null: Unknown, lookup: "principal", expr: "p.guest"},
		{Key: "left", Title: "Has left", Kind: Bool, Null: Unknown, lookup: "principal", expr: leaver("p"),
			Help: "The directory no longer has the account, or has disabled it. Unknown where the directory was not asked."},
		{Key: "behind", Title: "People behind a group", Kind: Number, Unit: "people", Null: Unknown, lookup: "principal",
			expr: peopleBehind},
		{Key: "since", Title: "Seen since", Kind: Date, lookup: "scan", expr: "s.published",
			Help: "When the scan that first saw this right was published."},
		{Key: "profile", Title: "Service principal profile", Kind: ID, ExportOnly: true, expr: "nullif(g.profile, '')"},
	}, []Column{
		{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "wi.guid"},
		{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "item", expr: "lii.guid"},
		{Key: "principal_id", Title: "Principal id", Kind: ID, ExportOnly: true, lookup: "principal", expr: "pi.guid"},
	})
}

// accessPaths are the orders of rights: by workspace, or by who holds them. A
// filter that leaves few rows says where the reading begins.
func accessPaths() []path {
	const (
		one     = "w.tenant + 0 = @tenant"
		onItem  = " AND visible(i) AND g.ws = i.ws AND g.object = i.item AND NOT EXISTS (SELECT 1 FROM item j WHERE j.item = i.item AND j.ws = i.ws AND j.id < i.id AND visible(j))"
		holders = " AND p.principal = g.principal AND visible(p)"
	)
	byHolder := []string{"p.name_key", "p.principal", "g.ws", "g.object", "g.role"}
	return []path{
		{sort: "workspace", needs: []string{"principal"}, many: true, from: "access_grant g CROSS JOIN workspace w", where: one, order: []string{"g.ws", "g.object", "g.principal", "g.role"}},
		{sort: "workspace", needs: []string{"item"}, many: true, from: "item i CROSS JOIN access_grant g CROSS JOIN workspace w", where: one + onItem, order: []string{"g.object", "g.principal", "g.role"}},
		{sort: "workspace", where: "w.tenant = @tenant", order: []string{"w.name_key", "w.ws", "g.object", "g.principal", "g.role"}},
		{sort: "principal", needs: []string{"principal"}, many: true, from: "access_grant g CROSS JOIN workspace w CROSS JOIN principal p", where: one + holders, order: byHolder},
		{sort: "principal", needs: []string{"item"}, many: true, from: "item i CROSS JOIN access_grant g CROSS JOIN workspace w CROSS JOIN principal p", where: one + onItem + holders, order: byHolder},
		{sort: "principal", needs: []string{"workspace"}, many: true, from: "workspace w CROSS JOIN access_grant g CROSS JOIN principal p", where: one + holders, order: byHolder},
		{sort: "principal", swap: [2]string{"hp.principal = g.principal", "hp.principal = p.principal"}, from: "principal p CROSS JOIN access_grant g CROSS JOIN workspace w",
			where: one + " AND p.tenant = @tenant AND seen(p) AND g.principal = p.principal", order: byHolder},
	}
}

// holder is a condition on the principal that holds a grant. The CASE keeps
// SQLite from turning EXISTS into a join: it would come last, behind the grants,
// and be asked of every right of everybody instead of once for each person.
func holder(cond string) string {
	return "CASE WHEN EXISTS (SELECT 1 FROM principal hp WHERE hp.principal = g.principal AND visible(hp) AND (" + cond + ")) THEN 1 ELSE 0 END = 1"
}

// accessFilters are the filters of rights. g.object + 0 is g.object, written so
// that it chooses no index: SQLite would give up the order for it and sort
// every role of the tenant.
func accessFilters() []Filter {
	kinds := []Choice{{"User", "Person"}, {"Group", "Group"}, {"App", "Service principal"}, {"None", "Whole organisation"}}
	return []Filter{
		{Key: "on", Label: "On", Kind: FilterChoice, Choices: choices("workspace", "item"),
			words: map[string]string{"workspace": "g.object + 0 = g.ws", "item": "g.object <> g.ws"}},
		{Key: "right", Label: "Right", Kind: FilterChoice, Open: true, expr: "g.role",
			choices: "SELECT v.column1, v.column1 FROM (VALUES ('Admin'), ('Member'), ('Contributor'), ('Viewer'), ('Owner'), ('ReadWrite'), ('ReadWriteReshare'), ('ReadReshare'), ('Read')) v"},
		{Key: "kind", Label: "Kind of holder", Kind: FilterChoice, Choices: kinds, cond: holder("hp.kind = ?")},
		{Key: "guest", Label: "Guest", Kind: FilterBool, words: map[string]string{"yes": holder("hp.guest = 1"), "no": holder("hp.guest = 0")}},
		{Key: "left", Label: "Has left", Kind: FilterBool, words: map[string]string{
			"yes": holder(leaver("hp") + " = 1"), "no": holder(leaver("hp") + " = 0"), Unknown: "NOT (" + holder(leaver("hp")+" IS NOT NULL") + ")"}},
		{Key: "who", Label: "Name of holder", Kind: FilterText, cond: holder("instr(hp.name_key, ?) > 0")},
		{Key: "workspace_name", Label: "Workspace", Kind: FilterText, expr: "w.name_key"},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "w.ws"},
		{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, few: true, expr: "g.object"},
		{Key: "principal", Label: "Holder", Kind: FilterID, ByLink: true, few: true, expr: "g.principal"},
	}
}

func groupAdmins(base *Report) *Report {
	return preset(base, "group-admins", "Groups as admins", "Which workspaces are administered through a group, and how many people is that?",
		map[string][]string{"kind": {"Group"}, "on": {"workspace"}, "right": {"Admin"}})
}

func guestAccess(base *Report) *Report {
	return preset(base, "guest-access", "Access of guests", "What can people from outside the organisation open?",
		map[string][]string{"guest": {"yes"}})
}

func leaverAccess(base *Report) *Report {
	return preset(base, "leaver-access", "Access of leavers", "Which rights are still held by accounts that are gone or disabled?",
		map[string][]string{"left": {"yes"}})
}

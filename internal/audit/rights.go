package audit

const right = "right"

// rightActivities give or take rights.
var rightActivities = []string{"UpdateFolderAccess", "AddGroupMembers", "DeleteGroupMembers", "UpdateWorkspaceAccess", "ShareReport", "ShareDashboard", "ShareDataset", "ShareArtifact",
	"CreateFolder", "CreateWorkspace", "AddAdminPersonalWorkspaceAccess"}

// holds is true when the same principal has the role on the same object.
func holds(other, one, when string) string {
	return "EXISTS (SELECT 1 FROM access_grant " + other + " WHERE " + other + ".ws = " + one + ".ws AND " + other + ".object = " + one + ".object AND " + other + ".principal = " + one + ".principal AND " +
		other + ".role = " + one + ".role AND " + when + "(" + other + "))"
}

// grantParts compares rights: a role gained and another lost on the same
// object by the same principal is one change.
func grantParts() []part {
	same := func(x, y string) string {
		return x + ".ws = " + y + ".ws AND " + x + ".object = " + y + ".object AND " + x + ".principal = " + y + ".principal"
	}
	const (
		touched = "t.tenant = @tenant AND t.scan > @before AND t.scan <= @scan AND n.ws = t.ws AND n.from_scan = t.scan AND visible(n)"
		ended   = "o.tenant = @tenant AND o.to_scan > @before AND o.to_scan <= @scan AND o.from_scan + 0 <= @before"
	)
	gained := "NOT " + holds("g0", "n", "before")
	lost := "NOT " + holds("g1", "o", "visible")
	anyLost := "EXISTS (SELECT 1 FROM access_grant o WHERE " + same("o", "n") + " AND before(o) AND " + lost + ")"
	anyGained := "EXISTS (SELECT 1 FROM access_grant n WHERE " + same("n", "o") + " AND visible(n) AND " + gained + ")"

	added := grantPart("added", "n", "n.from_scan", prevScan)
	added.from, added.where = "workspace_touch t CROSS JOIN access_grant n", touched+" AND "+gained+" AND NOT "+anyLost
	added.exprs["after"] = "n.role"
	added.paths = []path{{sort: "at", order: []string{"t.scan", "t.ws", "n.object", "n.principal", "n.role"}}}

	removed := grantPart("removed", "o", "o.to_scan", prevScan)
	removed.from, removed.where = "access_grant o", ended+" AND "+lost+" AND NOT "+anyGained
	removed.exprs["before"] = "o.role"
	removed.paths = []path{{sort: "at", order: []string{"o.to_scan", "o.ws", "o.object", "o.principal", "o.role", "o.from_scan"}}}

	changed := grantPart("changed", "n", "n.from_scan", "@before_started")
	changed.from = "workspace_touch t CROSS JOIN access_grant n CROSS JOIN access_grant o"
	changed.where = touched + " AND " + same("o", "n") + " AND before(o) AND " + gained + " AND " + lost
	changed.exprs["field"], changed.exprs["before"], changed.exprs["after"] = "'right'", "o.role", "n.role"
	changed.paths = []path{{sort: "at", order: []string{"t.scan", "t.ws", "n.object", "n.principal", "n.role", "o.role"}}}
	return []part{added, removed, changed}
}

// namesHolder is true of an activity whose text names the holder of the right,
// by id or by address (api guide, section 4: FolderAccessRequests,
// UserAccessList, SharingInformation).
var namesHolder = "(instr(a.raw, CAST(" + guid("#.principal") + " AS BLOB)) > 0 OR instr(a.raw, CAST((SELECT nullif(np.address, '') FROM principal np WHERE np.principal = #.principal ORDER BY np.from_scan DESC LIMIT 1) AS BLOB)) > 0)"

func grantPart(change, alias, scan, since string) part {
	s := subject{
		thing: right, table: "access_grant", id: "#.object", ws: "#.ws", item: "nullif(#.object, #.ws)", person: "#.principal",
		name: `CASE WHEN #.object = #.ws THEN (SELECT gw.name FROM workspace gw WHERE gw.ws = #.ws ORDER BY gw.from_scan DESC LIMIT 1)
			ELSE (SELECT gi.name FROM item gi WHERE gi.item = #.object ORDER BY gi.from_scan DESC LIMIT 1) END`,
		which: "a.ws = #.ws", activities: rightActivities, named: namesHolder,
	}
	return s.part(change, alias, scan, since)
}

package audit

import (
	"context"
	"database/sql"
	"fmt"
)

// guid shows the id behind a number.
func guid(expr string) string { return "(SELECT gi.guid FROM ident gi WHERE gi.id = " + expr + ")" }

// yes shows a flag as a word.
func yes(expr string) string { return "CASE " + expr + " WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END" }

// moment marks a time among texts, so that it is shown as one: see shown.
func moment(expr string) string { return "'\x1e' || CAST(" + expr + " AS TEXT)" }

// whom shows the person that an id names by their name, and other texts as
// they are.
func whom(told string) string {
	return "coalesce(" + nameOf("(SELECT wi.id FROM ident wi WHERE wi.tenant = @tenant AND wi.guid = "+told+")") + ", " + told + ")"
}

// subjects are the kinds of things that are compared, in the order shown.
// Rights come between, see grantParts.
var subjects = []subject{
	{
		thing: "workspace", table: "workspace", same: "o.ws = n.ws", name: "#.name", id: "#.ws", ws: "#.ws", shown: "#.state",
		which: "a.ws = #.ws",
		activities: []string{"CreateFolder", "UpdateFolder", "DeleteFolder", "CreateWorkspace", "UpdateWorkspace", "DeleteWorkspace", "RestoreWorkspace",
			"MigrateWorkspaceIntoCapacity", "RemoveWorkspacesFromCapacity", "AssignWorkspacesToDomain"},
		fields: []field{
			{"name", "#.name"}, {"state", "#.state"}, {"kind", "#.kind"}, {"description", "#.description"},
			{"capacity", "(SELECT fc.name FROM capacity fc WHERE fc.capacity = #.capacity ORDER BY fc.from_scan DESC LIMIT 1)"},
			{"domain", "(SELECT fd.name FROM domain fd WHERE fd.domain = #.domain ORDER BY fd.from_scan DESC LIMIT 1)"},
			{"on a capacity", yes("#.dedicated")}, {"storage format", "#.storage"}, {"users known", yes("#.users_known")},
		},
	},
	{
		thing: "item", table: "item", same: "o.item = n.item AND o.ws = n.ws AND o.kind = n.kind", name: "#.name", id: "#.item", ws: "#.ws", item: "#.item", shown: "#.kind",
		which: "a.item = #.item",
		activities: []string{"CreateReport", "EditReport", "RenameReport", "CopyReport", "DeleteReport", "CreateDashboard", "EditDashboard", "RenameDashboard", "DeleteDashboard",
			"CreateDataset", "EditDataset", "EditDatasetProperties", "DeleteDataset", "CreateDataflow", "UpdateDataflow", "DeleteDataflow", "Import", "CreateArtifact", "UpdateArtifact", "DeleteArtifact",
			"SetScheduledRefresh", "TakeOverDataset", "UpdateDatasetParameters", "UpdateDatasources", "BindToGateway", "SensitivityLabelApplied", "SensitivityLabelChanged", "SensitivityLabelRemoved"},
		fields: []field{
			{"name", "#.name"}, {"owner", whom("#.configured_by")}, {"endorsement", "#.endorsement"}, {"certified by", whom("#.certified_by")}, {"sensitivity label", "#.label"},
			{"model", guid("#.model")}, {"description", "#.description"}, {"state", "#.state"}, {"refresh schedule", "#.refresh"},
			{"modified", moment("#.modified")}, {"modified by", whom("#.modified_by")}, {"storage mode", "#.storage_mode"}, {"tables", "nullif(#.tables, -1)"},
			{"row-level roles", "nullif(#.roles, -1)"}, {"why tables are unknown", "#.schema_error"}, {"users known", yes("#.users_known")}, {"app", guid("#.app")},
		},
	},
	{
		thing: "member of a group", table: "group_member", same: "o.grp = n.grp AND o.member = n.member", id: "#.grp", person: "#.member",
		name: nameOf("#.grp"), scope: "EXISTS (SELECT 1 " + grantsInScope("#.grp", "") + ")",
	},
	{
		thing: "principal", table: "principal", same: "o.principal = n.principal", name: principalName("#", guid("#.principal")), id: "#.principal", person: "#.principal", shown: "#.kind",
		scope: "EXISTS (SELECT 1 " + grantsInScope("#.principal", "") + ")",
		fields: []field{
			{"name", "#.name"}, {"address", "#.address"}, {"guest", yes("#.guest")}, {"gone from the directory", yes("#.gone")}, {"enabled", yes("#.enabled")},
			{"department", "#.department"}, {"company", "#.company"}, {"manager", nameOf("#.manager")}, {"people behind", "#.people"},
		},
	},
	{
		thing: "link to everybody", table: "wide_link", same: "o.link = n.link AND o.item = n.item AND o.role = n.role AND o.sharer_address = n.sharer_address",
		name: "#.item_name", id: "#.item", item: "#.item", person: "#.sharer", shown: "#.link",
		ws:    "(SELECT li.ws FROM item li WHERE li.item = #.item ORDER BY li.from_scan DESC LIMIT 1)",
		scope: "EXISTS (SELECT 1 FROM item si WHERE si.item = #.item AND " + changeScope("si.ws") + ")",
		which: "a.item = #.item", activities: []string{"PublishToWebReport", "ShareReport", "ShareDashboard", "ShareDataset", "ShareArtifact"},
	},
	{
		thing: "pipeline", table: "pipeline", same: "o.pipeline = n.pipeline", name: "#.name", id: "#.pipeline", few: "pipelines are few",
		fields: []field{{"name", "#.name"}, {"description", "#.description"}, {"stages", "#.stages"}, {"stages assigned", "#.assigned"}, {"users", "#.users"}},
	},
	{
		thing: "capacity", table: "capacity", same: "o.capacity = n.capacity", name: "#.name", id: "#.capacity", few: "capacities are few", shown: "#.sku",
		fields: []field{{"name", "#.name"}, {"SKU", "#.sku"}, {"state", "#.state"}, {"region", "#.region"}, {"admins", "#.admins"}},
	},
	{
		thing: "domain", table: "domain", same: "o.domain = n.domain", name: "#.name", id: "#.domain", few: "domains are few",
		fields: []field{{"name", "#.name"}, {"description", "#.description"}, {"within", guid("#.parent")}},
	},
	{
		thing: "app", table: "app", same: "o.app = n.app", name: "#.name", id: "#.app", ws: "#.ws", few: "apps change seldom",
		which: "a.ws = #.ws", activities: []string{"CreateApp", "UpdateApp", "UnpublishApp"},
		fields: []field{{"name", "#.name"}, {"description", "#.description"}, {"published by", "#.published_by"}, {"updated", moment("#.updated")}},
	},
	{
		thing: "tenant setting", table: "setting", same: "o.tenant = n.tenant AND o.name = n.name AND o.override_of = n.override_of AND o.override_id = n.override_id",
		name: "#.title", few: "settings are few", fields: settingFields, shown: yes("#.enabled"),
		which: "a.tenant = @tenant", activities: settingActivities,
	},
}

// nameOf is what a principal was called last.
func nameOf(ident string) string {
	return "(SELECT " + principalName("np", guid("np.principal")) + " FROM principal np WHERE np.principal = " + ident + " ORDER BY np.from_scan DESC LIMIT 1)"
}

func changeList() *Report {
	r := &Report{
		Name: "changes", Title: "Changes",
		Question: "What changed between two moments, from what to what, and who did it?",
		Sort:     "at", Compares: true,
		prepare: prepareChanges,
		Columns: changeColumns(),
		lookups: map[string]lookup{
			"workspace": {self: "w.ws", query: `FROM workspace w JOIN ident wi ON wi.id = w.ws WHERE w.ws IN (#)
				AND (visible(w) OR (before(w) AND NOT EXISTS (SELECT 1 FROM workspace later WHERE later.ws = w.ws AND visible(later)))) AND ` + changeScope("w.ws")},
			"person": {self: "pi.id", query: `FROM ident pi LEFT JOIN principal p ON p.principal = pi.id
				AND (visible(p) OR (before(p) AND NOT EXISTS (SELECT 1 FROM principal later WHERE later.principal = p.principal AND visible(later)))) WHERE pi.id IN (#)`},
			"scan": scanLookup(""), "ident": identLookup(""), "item": identLookup(""), "actor": ownerLookup(""),
		},
	}
	things := Filter{Key: "thing", Label: "What", Kind: FilterChoice, tag: true}
	for i, s := range subjects {
		things.Choices = append(things.Choices, Choice{s.thing, s.thing})
		r.parts = append(r.parts, s.parts()...)
		if i == 1 {
			things.Choices = append(things.Choices, Choice{right, right})
			r.parts = append(r.parts, grantParts()...)
		}
	}
	r.Filters = []Filter{
		things,
		{Key: "change", Label: "Change", Kind: FilterChoice, Choices: choices("added", "removed", "changed"), tag: true},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "per part"},
	}
	return r
}

func changeColumns() []Column {
	return []Column{
		{Key: "thing", Title: "What", Kind: Badge},
		{Key: "change", Title: "Change", Kind: Badge},
		{Key: "name", Title: "Name", Kind: Name, Null: Unknown},
		{Key: "person", Title: "Of whom", Kind: Name, Link: Link{ToPerson, "person_id"}, lookup: "person", expr: principalName("p", "pi.guid")},
		{Key: "field", Title: "Field", Kind: Text},
		{Key: "before", Title: "Before", Kind: Text, render: shown},
		{Key: "after", Title: "After", Kind: Text, render: shown},
		{Key: "workspace", Title: "Workspace", Kind: Name, Link: Link{ToWorkspace, "workspace_id"}, lookup: "workspace", expr: "w.name"},
		{Key: "at", Title: "Noticed", Kind: Date, Sortable: true, lookup: "scan", expr: "s.published", Help: "When the scan that saw the change was published."},
		{Key: "actor", Title: "Who", Kind: Name, Null: Unknown, Link: Link{ToPerson, "actor_id"}, lookup: "actor", expr: "o.name", orElse: "actor_told",
			Help: "The only person whose activity in that time can have caused it; unknown when there were several or none."},
		{Key: "activity", Title: "Through", Kind: Badge},
		{Key: "actor_told", Title: "Who, as told", Kind: Text, ExportOnly: true, Null: Unknown},
		{Key: "scan", Title: "Scan", Kind: Number, ExportOnly: true, Link: Link{ToScan, "scan"}},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "item", expr: "n.guid"},
		{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "wi.guid"},
		{Key: "person_id", Title: "Of whom, id", Kind: ID, ExportOnly: true, lookup: "person", expr: "pi.guid"},
		{Key: "actor_id", Title: "Who, id", Kind: ID, ExportOnly: true, lookup: "actor", expr: "o.guid"},
	}
}

// prepareChanges sets from when on an activity may have caused a change: since
// the earlier scan began.
func prepareChanges(ctx context.Context, tx *sql.Tx, e *expander) error {
	var started sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(started) FROM scan WHERE id = $1`, e.before.Scan).Scan(&started)
	if err != nil {
		return fmt.Errorf("beginning of scan %d: %w", e.before.Scan, err)
	}
	e.vars["before_started"] = started.Int64
	e.vars["far"] = int64(1) << 62
	return nil
}

package audit

import "strings"

// themes groups activities by what a reader looks for (api guide, section 4).
var themes = []struct {
	value, label string
	activities   []string
}{
	{"use", "Use", []string{"ViewReport", "ViewDashboard", "AnalyzeInExcel", "GenerateScreenshot"}},
	{"export", "Taking data out", []string{"ExportReport", "ExportArtifact", "DownloadReport", "PrintReport", "ExportTile"}},
	{"sharing", "Sharing", []string{"ShareReport", "ShareDashboard", "ShareDataset", "PublishToWebReport", "ShareArtifact"}},
	{"workspace", "Workspaces and their roles", []string{"CreateFolder", "UpdateFolder", "DeleteFolder", "UpdateFolderAccess", "AddGroupMembers", "DeleteGroupMembers",
		"CreateWorkspace", "UpdateWorkspaceAccess", "RestoreWorkspace", "MigrateWorkspaceIntoCapacity", "RemoveWorkspacesFromCapacity"}},
	{"content", "Content", []string{"CreateReport", "EditReport", "RenameReport", "CopyReport", "DeleteReport", "CreateDataset", "EditDataset", "DeleteDataset", "Import", "CreateArtifact", "DeleteArtifact"}},
	{"refresh", "Refreshes", []string{"RefreshDataset", "CancelDatasetRefresh", "SetScheduledRefresh", "TakeOverDataset", "UpdateDatasetParameters", "UpdateDatasources", "BindToGateway"}},
	{"apps", "Apps", []string{"CreateApp", "UpdateApp", "InstallApp", "UnpublishApp"}},
	{"pipelines", "Pipelines", []string{"CreateAlmPipeline", "DeployAlmPipeline", "AssignWorkspaceToAlmPipeline", "UnassignWorkspaceFromAlmPipeline", "UpdateAlmPipelineAccess"}},
	{"tenant", "Tenant", []string{"UpdatedAdminFeatureSwitch", "SensitivityLabelApplied", "SensitivityLabelChanged", "SensitivityLabelRemoved", "CreateEmailSubscription", "AddAdminPersonalWorkspaceAccess"}},
}

// quoted is a list of words of ours for IN (…).
func quoted(words []string) string { return "'" + strings.Join(words, "', '") + "'" }

func themeFilter() Filter {
	f := Filter{Key: "theme", Label: "About", Kind: FilterChoice, words: map[string]string{}}
	for _, t := range themes {
		f.Choices = append(f.Choices, Choice{t.value, t.label})
		f.words[t.value] = "a.activity || '' IN (" + quoted(t.activities) + ")"
	}
	return f
}

func activityLog() *Report {
	return &Report{
		Name: "activity", Title: "Activity",
		Question: "Who did what, when, with what?",
		Sort:     "at", Desc: true,
		Columns: activityColumns(),
		Filters: []Filter{
			themeFilter(),
			{Key: "activity", Label: "Activity", Kind: FilterChoice, Open: true, expr: "a.activity", choices: activityChoices},
			{Key: "actor", Label: "Who", Kind: FilterChoice, Open: true, expr: "a.actor", Help: "The address or id as the activity tells it."},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "a.at >= ?"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "a.at < ?"},
			{Key: "succeeded", Label: "Succeeded", Kind: FilterBool, expr: "a.succeeded"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "a.ws"},
			{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, expr: "a.item"},
		},
		parts: []part{{
			name: "events", from: "activity a", where: "a.at <= @until", scope: "inscope(a.ws)",
			paths: []path{
				{sort: "at", needs: []string{"item"}, where: "a.tenant + 0 = @tenant", order: []string{"a.at", "a.id"}},
				{sort: "at", needs: []string{"workspace"}, where: "a.tenant + 0 = @tenant", order: []string{"a.at", "a.id"}},
				{sort: "at", needs: []string{"actor"}, where: "a.tenant = @tenant", order: []string{"a.at", "a.id"}},
				{sort: "at", needs: []string{"activity"}, where: "a.tenant = @tenant", order: []string{"a.at", "a.id"}},
				{sort: "at", where: "a.tenant = @tenant", order: []string{"a.at", "a.id"}},
			},
		}},
		lookups: map[string]lookup{
			"actor": ownerLookup("a.actor"), "item": identLookup("a.item"), "workspace": identLookup("a.ws"),
		},
	}
}

func activityColumns() []Column {
	return []Column{
		{Key: "at", Title: "When", Kind: Date, Sortable: true, expr: "a.at"},
		{Key: "actor", Title: "Who", Kind: Name, Link: Link{ToPerson, "actor_id"}, lookup: "actor", expr: "o.name", orElse: "actor_told"},
		{Key: "activity", Title: "What", Kind: Badge, expr: "a.activity"},
		{Key: "item", Title: "Item", Kind: Name, Link: Link{ToItem, "item_id"}, expr: "nullif(a.item_name, '')"},
		{Key: "item_kind", Title: "Kind", Kind: Badge, expr: "nullif(a.item_kind, '')"},
		{Key: "workspace", Title: "Workspace", Kind: Name, Link: Link{ToWorkspace, "workspace_id"}, expr: "nullif(a.ws_name, '')",
			Help: "As it was called then."},
		{Key: "succeeded", Title: "Succeeded", Kind: Bool, expr: "a.succeeded"},
		{Key: "via", Title: "Through", Kind: Badge, expr: "nullif(a.via, '')"},
		{Key: "actor_told", Title: "Who, as told", Kind: Text, ExportOnly: true, expr: "a.actor"},
		{Key: "event", Title: "Event id", Kind: ID, ExportOnly: true, expr: "a.event"},
		{Key: "actor_id", Title: "Principal id", Kind: ID, ExportOnly: true, lookup: "actor", expr: "o.guid"},
		{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "item", expr: "n.guid"},
		{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "workspace", expr: "n.guid"},
	}
}

// activityChoices skips from one activity to the next along the index, and
// leaves out what the reader sees none of.
const activityChoices = `WITH RECURSIVE k(activity) AS (
		SELECT min(activity) FROM activity WHERE tenant = @tenant AND @some
		UNION ALL SELECT (SELECT min(a.activity) FROM activity a WHERE a.tenant = @tenant AND a.activity > k.activity) FROM k WHERE k.activity IS NOT NULL)
	SELECT activity, activity FROM k WHERE activity IS NOT NULL
		AND (@all OR EXISTS (SELECT 1 FROM activity x WHERE x.tenant = @tenant AND x.activity = k.activity AND inscope(x.ws))) ORDER BY 1`

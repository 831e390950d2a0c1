package world

import (
	"strings"
	"time"
)

// settingDef is a tenant setting with its history: enabled alternates at each
// of the switches, which are fixed days, so that an audit finds who let
// something slip, and when.
type settingDef struct {
	name, title, group string
	enabled            bool
	groups             []int // enabled for these groups only
	excluded           []int
	props              []SettingProperty
	delegate           string   // letters C, D, W: delegated to capacity, domain, workspace; "" = the keys are absent
	switches           []moment // days on which enabled changed
	opened             moment   // since then no group restricts it
	single             bool     // canSpecifySecurityGroups is false
}

func d(y int, m time.Month, day int) moment { return date(y, m, day) + 10*hour }

// settingDefs are the settings of the tenant: all that the public baselines
// name, some in order and some not, and others for company.
var settingDefs = []settingDef{
	{name: "AllowGuestUserToAccessSharedContent", title: "Guest users can access Microsoft Fabric", group: "ExportAndSharing", enabled: true,
		groups: []int{groupGuestHosts, groupPartners}, opened: d(2026, 5, 18)},
	{name: "ExternalSharingV2", title: "Users can invite guest users to collaborate through item sharing and permissions", group: "ExportAndSharing",
		enabled: true, groups: []int{groupGuestHosts}},
	{name: "ElevatedGuestsTenant", title: "Guest users can browse and access Fabric content", group: "ExportAndSharing", enabled: false,
		switches: []moment{d(2025, 9, 1), d(2025, 10, 20), d(2026, 8, 24)}},
	{name: "PublishToWeb", title: "Publish to web", group: "ExportAndSharing", enabled: true, groups: []int{groupPublishers},
		props: []SettingProperty{{"createP2w", "true", "Boolean"}}},
	{name: "RScriptVisual", title: "Interact with and share R and Python visuals", group: "RAndPythonVisuals", enabled: true, single: true},
	{name: "EimInformationProtectionEdit", title: "Allow users to apply sensitivity labels for content", group: "InformationProtection", enabled: true},
	{name: "ShareLinkToEntireOrg", title: "Allow shareable links to grant access to everyone in your organization", group: "ExportAndSharing",
		enabled: true, switches: []moment{d(2026, 3, 2), d(2026, 6, 22)}},
	{name: "EnableDatasetInPlaceSharing", title: "Allow specific users to turn on external data sharing", group: "ExportAndSharing", enabled: false},
	{name: "BlockResourceKeyAuthentication", title: "Block ResourceKey Authentication", group: "DeveloperSettings", enabled: false, single: true,
		switches: []moment{d(2026, 7, 6)}},
	{name: "ServicePrincipalAccessPermissionAPIs", title: "Service principals can call Fabric public APIs", group: "DeveloperSettings", enabled: true,
		groups: []int{groupPublicAPI}},
	{name: "AllowServicePrincipalsCreateAndUseProfiles", title: "Allow service principals to create and use profiles", group: "DeveloperSettings",
		enabled: true},
	{name: "ServicePrincipalAccessGlobalAPIs", title: "Service principals can create workspaces, connections, and deployment pipelines", group: "DeveloperSettings",
		enabled: true, groups: []int{groupPublicAPI}},
	{name: "AllowServicePrincipalsUseReadAdminAPIs", title: "Service principals can access read-only admin APIs", group: "AdminApiSettings",
		enabled: true, groups: []int{groupAdminAPI}},
	{name: "AllowServicePrincipalsUseWriteAdminAPIs", title: "Service principals can access admin APIs used for updates", group: "AdminApiSettings", enabled: false},
	{name: "AdminApisIncludeDetailedMetadata", title: "Enhance admin APIs responses with detailed metadata", group: "AdminApiSettings", enabled: true},
	{name: "AdminApisIncludeExpressions", title: "Enhance admin APIs responses with DAX and mashup expressions", group: "AdminApiSettings", enabled: true},
	{name: "DatamartTenant", title: "Create Datamarts (Preview)", group: "DatamartSettings", enabled: true, groups: []int{groupChampions, groupCycleA}},
	{name: "CertifyDatasets", title: "Certification", group: "ExportAndSharing", enabled: true, groups: []int{groupChampions}, delegate: "D",
		props: []SettingProperty{{"CertificationDocumentationUrl", "https://intranet.contoso.com/bi/certification", "Url"}}},
	{name: "PromoteContent", title: "Promotion", group: "ExportAndSharing", enabled: true, delegate: "D"},
	{name: "ExportReport", title: "Download reports", group: "ExportAndSharing", enabled: true, delegate: "W"},
	{name: "ExportToExcelSetting", title: "Export to Excel", group: "ExportAndSharing", enabled: true, excluded: []int{groupPartners}},
	{name: "ExportToCsv", title: "Export to .csv", group: "ExportAndSharing", enabled: true},
	{name: "ExportToPowerPoint", title: "Export reports as PowerPoint presentations or PDF documents", group: "ExportAndSharing", enabled: true},
	{name: "Printing", title: "Print dashboards and reports", group: "ExportAndSharing", enabled: true},
	{name: "EmailSubscriptionTenant", title: "Users can set up email subscriptions", group: "ExportAndSharing", enabled: true},
	{name: "EmailSubscriptionsToB2BUsers", title: "B2B guest users can set up and be subscribed to email subscriptions", group: "ExportAndSharing", enabled: false,
		switches: []moment{d(2026, 2, 9)}},
	{name: "AllowExternalDataSharingReceiverSwitch", title: "Users can accept external data shares", group: "ExportAndSharing", enabled: false},
	{name: "FabricGAWorkloads", title: "Users can create Fabric items", group: "MicrosoftFabric", enabled: false, groups: []int{groupChampions, groupNest1}, delegate: "C",
		switches: []moment{d(2024, 6, 3)}},
	{name: "CreateAppWorkspaces", title: "Create workspaces", group: "WorkspaceSettings", enabled: true, switches: []moment{d(2025, 1, 13), d(2025, 2, 3)}},
	{name: "UseDatasetsAcrossWorkspaces", title: "Use semantic models across workspaces", group: "WorkspaceSettings", enabled: true},
	{name: "RestrictMyFolderCapacity", title: "Users can reassign personal workspaces", group: "WorkspaceSettings", enabled: false},
	{name: "WebModelingTenantSwitch", title: "Users can edit data models in the Power BI service (preview)", group: "UserExperience", enabled: true},
	{name: "GitIntegrationTenantSwitch", title: "Users can synchronize workspace items with their Git repositories", group: "GitIntegration", enabled: true, delegate: "CW"},
	{name: "GitIntegrationCrossGeoTenantSwitch", title: "Users can export items to Git repositories in other geographical locations", group: "GitIntegration", enabled: false, delegate: "CW"},
	{name: "AllowFreeTrial", title: "Users can try Microsoft Fabric paid features", group: "HelpAndSupport", enabled: true, groups: nil,
		switches: []moment{d(2026, 9, 7)}},
	{name: "CustomVisualsTenant", title: "Allow visuals created using the Power BI SDK", group: "PowerBIVisuals", enabled: true},
	{name: "CertifiedCustomVisualsTenant", title: "Add and use certified visuals only (block uncertified)", group: "PowerBIVisuals", enabled: false, single: true},
	{name: "LogAnalyticsAttachForWorkspaceAdmins", title: "Azure Log Analytics connections for workspace administrators", group: "AuditAndUsage", enabled: true, groups: []int{groupChampions}},
	{name: "UsageMetrics", title: "Usage metrics for content creators", group: "AuditAndUsage", enabled: true},
	{name: "UsageMetricsTrackUserInfoTenant", title: "Per-user data in usage metrics for content creators", group: "AuditAndUsage", enabled: true},
	{name: "ArtifactSearchTenant", title: "Use global search for Power BI", group: "SearchSettings", enabled: true},
	{name: "DatasetExecuteQueries", title: "Semantic Model Execute Queries REST API", group: "IntegrationSettings", enabled: true},
	{name: "OnPremAnalyzeInExcel", title: "Allow XMLA endpoints and Analyze in Excel with on-premises semantic models", group: "IntegrationSettings", enabled: true},
	{name: "CopilotTenant2027", title: "Users can ask anything", group: "CopilotAndAzureOpenAI", enabled: false, delegate: "CDW",
		switches: []moment{d(2026, 10, 12)}},
}

// moreSwitches makes some settings change in all the years to come, so that
// drift is found whenever one looks.
var moreSwitches = map[string]moment{
	"ElevatedGuestsTenant": 55 * day, "ShareLinkToEntireOrg": 75 * day, "EmailSubscriptionsToB2BUsers": 95 * day, "AllowFreeTrial": 33 * day,
}

// settingAt is the setting number i at t.
func (w *World) settingAt(i int, t moment) Setting {
	def := settingDefs[i]
	s := Setting{Name: def.name, Title: def.title, Group: def.group, Enabled: def.enabled, CanSpecifyGroups: !def.single}
	for _, m := range w.switchesOf(def, t) {
		s.Enabled, s.ChangedAt = !s.Enabled, when(m)
	}
	groups := def.groups
	if def.opened != 0 && def.opened <= t {
		groups, s.ChangedAt = nil, when(max(def.opened, at(s.ChangedAt)))
	}
	if s.Enabled {
		s.EnabledGroups, s.ExcludedGroups = w.groupRefs(groups), w.groupRefs(def.excluded)
	}
	s.Properties = append([]SettingProperty(nil), def.props...)
	s.DelegateSpecified = def.delegate != ""
	s.DelegateCapacity = strings.Contains(def.delegate, "C")
	s.DelegateDomain = strings.Contains(def.delegate, "D")
	s.DelegateWorkspace = strings.Contains(def.delegate, "W")
	if !s.ChangedAt.IsZero() {
		s.ChangedBy = w.principal(ref{kind: refFixed, a: fixedNadia}).UPN
	}
	return s
}

// switchesOf lists when a setting was switched before t, in order.
func (w *World) switchesOf(def settingDef, t moment) []moment {
	var out []moment
	for _, m := range def.switches {
		if m <= t {
			out = append(out, m)
		}
	}
	period, again := moreSwitches[def.name]
	if !again {
		return out
	}
	c := cycle{k: w.seed.sub(tagSetting), period: period, spread: period / 4}
	for gen, _ := c.last(date(2026, time.January, 1)); ; gen++ {
		if m := c.start(gen + 1); m > t {
			return out
		} else if len(out) == 0 || m > out[len(out)-1] {
			out = append(out, m)
		}
	}
}

func (w *World) groupRefs(groups []int) []GroupRef {
	var out []GroupRef
	for _, g := range groups {
		out = append(out, GroupRef{ID: w.id(idGroup, uint32(g), 0), Name: w.groupDef(g).name})
	}
	return out
}

// Settings lists the tenant settings at t.
func (w *World) Settings(t time.Time) []Setting {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	out := make([]Setting, len(settingDefs))
	for i := range out {
		out[i] = w.settingAt(i, at(t))
		if v, ok := w.o.settings[out[i].Name].at(at(t)); ok {
			out[i] = v
		}
	}
	return out
}

// MutateSetting changes a tenant setting from t on.
func (w *World) MutateSetting(name string, t time.Time, fn func(*Setting) error) error {
	for _, s := range w.Settings(t) {
		if s.Name != name {
			continue
		}
		if err := fn(&s); err != nil {
			return err
		}
		s.ChangedAt = when(at(t))
		w.o.mu.Lock()
		defer w.o.mu.Unlock()
		w.o.settings[name] = w.o.settings[name].put(at(t), s)
		return nil
	}
	return &NotFound{"tenant setting", name}
}

// overrideDefs are the delegated overrides: some undo what the tenant forbids.
var overrideDefs = []struct {
	scope   OverrideScope
	index   int
	setting string
	enabled bool
	since   moment
	groups  []int
}{
	{ScopeCapacity, capDev, "GitIntegrationCrossGeoTenantSwitch", true, d(2025, 11, 3), nil},
	{ScopeCapacity, capSandbox, "FabricGAWorkloads", true, d(2024, 9, 16), nil},
	{ScopeCapacity, capFinance, "GitIntegrationTenantSwitch", false, d(2025, 4, 7), nil},
	{ScopeDomain, 0, "CertifyDatasets", true, d(2025, 2, 24), []int{groupFinanceDynamic}},
	{ScopeDomain, 2, "PromoteContent", false, d(2026, 1, 26), nil},
	{ScopeWorkspace, 9, "ExportReport", false, d(2026, 4, 13), nil},
	{ScopeWorkspace, 2, "GitIntegrationTenantSwitch", true, d(2026, 7, 20), nil},
}

// Overrides lists the delegated overrides of one scope at t.
func (w *World) Overrides(scope OverrideScope, t time.Time) []Override {
	out := []Override{}
	for _, o := range overrideDefs {
		if o.scope != scope || o.since > at(t) {
			continue
		}
		id := ""
		switch scope {
		case ScopeCapacity:
			id = w.capacityID(o.index)
		case ScopeDomain:
			id = w.domainID(o.index)
		default:
			h, ok := w.HeadAt(o.index, t)
			if !ok {
				continue
			}
			id = h.ID
		}
		for i, def := range settingDefs {
			if def.name != o.setting {
				continue
			}
			s := w.settingAt(i, at(t))
			s.Enabled, s.EnabledGroups, s.ChangedAt = o.enabled, w.groupRefs(o.groups), when(o.since)
			out = append(out, Override{Scope: scope, ScopeID: id, Setting: s})
		}
	}
	return out
}

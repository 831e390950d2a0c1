package tenant

import "time"

// Item kinds as the scanner names their collections, in the singular for
// Power BI's own and as spelt for Fabric's. The list is not closed: a new kind
// is kept under its wire name (api guide, section 2.1).
const (
	ItemReport    = "report"
	ItemDashboard = "dashboard"
	ItemDataset   = "dataset"
	ItemDataflow  = "dataflow"
	ItemDatamart  = "datamart"
	ItemWarehouse = "warehouse"
)

// Item is one report, dashboard, semantic model, dataflow or Fabric item.
type Item struct {
	ID          string
	WorkspaceID string
	// Kind is one of the constants above or the wire name of a Fabric kind,
	// such as Lakehouse.
	Kind        string
	Name        string
	Description string
	// State as Microsoft gives it for Fabric items and datamarts; often empty.
	State string

	// Times are UTC; zero when not told.
	Created  time.Time
	Modified time.Time
	// CreatedBy, ModifiedBy and ConfiguredBy are principals' ids where the
	// answer has them, else the name or address it has. ConfiguredBy is the
	// owner of a model or dataflow.
	CreatedBy    string
	ModifiedBy   string
	ConfiguredBy string

	// ReportType is PowerBIReport or PaginatedReport; only on reports.
	ReportType string
	// AppID and OriginalID are set on the copies that an app holds
	// ("[App] …"): such copies have no users and are left out of counts and
	// ownership.
	AppID      string
	OriginalID string
	// Endorsement is Promoted, Certified or empty.
	Endorsement string
	CertifiedBy string
	// LabelID is the GUID of the sensitivity label; empty when there is none.
	LabelID string
	// StorageMode is targetStorageMode of a model; ContentProvider is its
	// contentProviderType.
	StorageMode     string
	ContentProvider string

	Refresh *RefreshSchedule

	// SchemaError is schemaRetrievalError: why tables are unknown.
	SchemaError string
	// Tables is the number of tables, or -1 when the metadata is unknown.
	Tables int
	// Roles is the number of row-level-security roles, or -1 when unknown.
	Roles int

	// UsersKnown is as in Workspace.
	UsersKnown bool
	Users      []Grant
	// Upstream are the things this item is made from: edges from the upstream
	// object to this item.
	Upstream []Edge
	// Extra holds the remaining facts that pages show but nothing decides on,
	// as canonical JSON (extendedProperties, modelUrl, generation, tables …).
	// Nil when there are none.
	Extra []byte
}

// IsAppCopy reports whether the item is the copy of a report or dashboard
// that an app holds.
func (i *Item) IsAppCopy() bool { return i.AppID != "" && i.OriginalID != "" }

// RefreshSchedule is the schedule of a model or dataflow (api guide, section
// 2.2). A DirectQuery schedule has Frequency (minutes) instead of times.
type RefreshSchedule struct {
	Enabled      bool     `json:"enabled"`
	Days         []string `json:"days,omitempty"`
	Times        []string `json:"times,omitempty"`
	TimeZone     string   `json:"timeZone,omitempty"`
	NotifyOption string   `json:"notifyOption,omitempty"`
	Frequency    int      `json:"frequency,omitempty"`
}

// EdgeKind says why one object depends on another.
type EdgeKind string

// Kinds of lineage edges, by the field of the scan result they come from.
const (
	EdgeReportModel EdgeKind = "model"      // report.datasetId
	EdgeTileReport  EdgeKind = "tile"       // dashboard.tiles[].reportId
	EdgeTileModel   EdgeKind = "tile-model" // dashboard.tiles[].datasetId
	EdgeUpstream    EdgeKind = "upstream"   // upstreamDataflows, upstreamDatasets, upstreamDatamarts
	EdgeDatasource  EdgeKind = "source"     // datasourceUsages[]
	EdgeMissource   EdgeKind = "bad-source" // misconfiguredDatasourceUsages[]
	EdgeRelation    EdgeKind = "relation"   // relations[].dependentOnArtifactId
	EdgeAppCopy     EdgeKind = "app-copy"   // originalReportObjectId
)

// Edge is one step of lineage: the item it hangs on is made from UpstreamID.
type Edge struct {
	UpstreamID string
	// UpstreamWorkspaceID is empty when the upstream object is in the same
	// workspace, or is a data source.
	UpstreamWorkspaceID string
	Kind                EdgeKind
}

// Datasource is one datasourceInstance of the tenant.
type Datasource struct {
	ID   string
	Type string
	// GatewayID is empty for a cloud source.
	GatewayID string
	// Where is what a person recognises the source by: server and database,
	// url or path; without credentials.
	Where string
	// Misconfigured says that the source came in the misconfigured list.
	Misconfigured bool
	// Details are the connection details as canonical JSON.
	Details []byte
}

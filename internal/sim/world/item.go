package world

import (
	"strconv"
	"time"
)

// ItemKind names the sort of an item by the key of its collection in a scan
// result, so that a kind Microsoft adds tomorrow has a place: lower-case
// plurals for the Power BI kinds, Pascal case for Fabric's.
type ItemKind string

const (
	KindReport    ItemKind = "reports"
	KindDashboard ItemKind = "dashboards"
	KindModel     ItemKind = "datasets"
	KindDataflow  ItemKind = "dataflows"
	KindDatamart  ItemKind = "datamarts"
	KindWarehouse ItemKind = "warehouses"

	KindLakehouse     ItemKind = "Lakehouse"
	KindSQLEndpoint   ItemKind = "SQLAnalyticsEndpoint"
	KindNotebook      ItemKind = "Notebook"
	KindDataPipeline  ItemKind = "DataPipeline"
	KindEventstream   ItemKind = "Eventstream"
	KindEventhouse    ItemKind = "Eventhouse"
	KindKQLDatabase   ItemKind = "KQLDatabase"
	KindKQLQueryset   ItemKind = "KQLQueryset"
	KindEnvironment   ItemKind = "Environment"
	KindReflex        ItemKind = "Reflex"
	KindReflexProject ItemKind = "reflexproject"
	KindMLModel       ItemKind = "MLModel"
	KindMLExperiment  ItemKind = "MLExperiment"
	KindEventHubConn  ItemKind = "kustoeventhubdataconnection"
	KindOrgGraph      ItemKind = "OrgGraphModel2026" // a kind nobody knows yet
)

// FabricType is the kind in the spelling of the Fabric APIs ("Report",
// "SemanticModel"; unknown kinds keep their name).
func (k ItemKind) FabricType() string {
	switch k {
	case KindReport:
		return "Report"
	case KindDashboard:
		return "Dashboard"
	case KindModel:
		return "SemanticModel"
	case KindDataflow:
		return "Dataflow"
	case KindDatamart:
		return "Datamart"
	case KindWarehouse:
		return "Warehouse"
	case KindSQLEndpoint:
		return "SQLEndpoint"
	}
	return string(k)
}

// Item is one item at one moment. The pointer that belongs to its kind is set
// (Report, Dashboard, Model, Dataflow, Mart), Fabric for everything else.
type Item struct {
	ID          string // a GUID, but not for every model (see Model.ForeignID)
	Kind        ItemKind
	WorkspaceID string
	Name        string
	Description string
	State       string // "" or "Active" or "Deleted"

	Created    time.Time
	Modified   time.Time // zero = the API has no date
	CreatedBy  *Principal
	ModifiedBy *Principal
	Configured *Principal // owner of a model, dataflow, mart; nil elsewhere

	Endorsement string // "", Promoted, Certified
	CertifiedBy string // UPN
	LabelID     string // sensitivity label, "" = none

	// Shares are the grants made on the item itself. What follows from
	// workspace roles is added by World.ItemAccess.
	Shares []Grant
	// PublishedToWeb is set while an embed code exists that needs no sign-in.
	PublishedToWeb *WebEmbed

	Report    *Report
	Dashboard *Dashboard
	Model     *Model
	Dataflow  *Dataflow
	Mart      *Mart
	Fabric    *Fabric

	Relations []Relation

	SizeMB       int       // models only, 0 elsewhere
	LastAccessed time.Time // last use by a person; zero = never
	PairID       string    // truth: same for the copies of one item along a pipeline

	// Content stands for what is inside (pages of a report, queries of a model):
	// two items with the same show the same. Empty for items of the seed that
	// nobody has touched; see ContentMark.
	Content string
	// Deployed is set once a pipeline has written the item: it can then not be
	// downloaded any more.
	Deployed bool
}

// ContentMark is the item's Content, or what stands for it as long as nobody has
// given it one: it changes when the seed edits the item.
func (it *Item) ContentMark() string {
	if it.Content != "" {
		return it.Content
	}
	return it.ID + "@" + strconv.FormatInt(it.Modified.Unix(), 36)
}

// WebEmbed is a publish-to-web code.
type WebEmbed struct {
	Since  time.Time
	Sharer *Principal // nil = unknown
}

// Relation is a lineage edge of an item to another artefact.
type Relation struct {
	DependsOnID string
	WorkspaceID string
	Type        string // "Datasource", "Artifact"…
	Settings    string // settingsList, JSON text, "" = absent
	Usage       string // "ReadOnly"…, "" = absent
}

// Report holds what only reports have.
type Report struct {
	Type             string // PowerBIReport, PaginatedReport, or a value nobody knows
	ModelID          string // "" for paginated reports and broken ones
	ModelWorkspaceID string // "" when the model is in the same workspace
	AppID            string // set on the copy inside an app
	OriginalID       string // the report the app copy was made of
	Rebound          bool   // bound to another model since it was made: cannot be downloaded
	Datasources      []string
}

// Dashboard holds what only dashboards have.
type Dashboard struct {
	ReadOnly       bool
	AppID          string
	Classification string
	Tiles          []Tile
}

// Tile is one tile of a dashboard.
type Tile struct {
	ID, Title, SubTitle string
	ReportID, ModelID   string // "" = absent
	ModelWorkspaceID    string // "" = same workspace
}

// Model holds what only semantic models have.
type Model struct {
	ForeignID           bool   // the item id is not a GUID
	ContentProviderType string // PbixInImportMode, …
	StorageMode         string // Abf, PremiumFiles, …
	Refreshable         bool
	EffectiveIdentity   bool
	EffectiveRoles      bool
	OnPremGateway       bool
	GatewayID           string // the gateway that callers bound it to; "" = that of its datasources
	InPlaceSharing      bool
	Schedule            *Schedule
	DirectQuery         *DirectQuerySchedule
	Upstream            []Upstream
	Datasources         []string // ids of datasource instances
	Misconfigured       []string
	Schema              *Schema // nil = not retrievable, see SchemaError
	SchemaError         string
	SchemaMayBeStale    bool
}

// Dataflow holds what only dataflows have.
type Dataflow struct {
	Generation    int
	ModelURL      string
	Schedule      *Schedule
	Upstream      []Upstream
	Datasources   []string
	Misconfigured []string
}

// Mart holds what datamarts and warehouses have.
type Mart struct {
	Type           string // Sql, Lakehouse, Datawarehouse, …
	Status         string
	State          string
	SuspendedBatch string
	Upstream       []Upstream
	Datasources    []string
}

// Fabric holds what items of every other kind have.
type Fabric struct {
	Extended map[string]string // extendedProperties; values may be JSON text
}

// UpstreamKind tells what an Upstream points at.
type UpstreamKind string

const (
	UpstreamDataflow UpstreamKind = "dataflow"
	UpstreamModel    UpstreamKind = "dataset"
	UpstreamMart     UpstreamKind = "datamart"
)

// Upstream is a dependency of a model, dataflow or mart on another item,
// possibly in another workspace.
type Upstream struct {
	Kind        UpstreamKind
	ItemID      string
	WorkspaceID string
}

// Schema is the inside of a model.
type Schema struct {
	Tables        []Table
	Relationships []Relationship
	Expressions   []Expression
	Roles         []SecurityRole
}

// Table of a model.
type Table struct {
	Name, Description, StorageMode string
	Hidden                         bool
	Columns                        []Column
	Measures                       []Measure
	SourceExpression               string // M text, "" = none
	SchemaName                     string
}

// Column of a table. Expression is set for calculated columns.
type Column struct {
	Name, DataType, ColumnType, Expression string
	Hidden                                 bool
}

// Measure of a table.
type Measure struct {
	Name, Expression, Description string
	Hidden                        bool
}

// Relationship joins two tables of a model.
type Relationship struct {
	FromTable, FromColumn, ToTable, ToColumn string
	CrossFilter                              string
}

// Expression is an M parameter or a shared query.
type Expression struct{ Name, Description, Expression string }

// SecurityRole is a row-level security role.
type SecurityRole struct {
	Name, ModelPermission string
	Members               []SecurityMember
	Filters               []TableFilter
}

// SecurityMember is a member of a row-level security role.
type SecurityMember struct {
	Name, ID string
	Kind     PrincipalKind
}

// TableFilter is the DAX filter of a role on a table.
type TableFilter struct{ Table, Expression string }

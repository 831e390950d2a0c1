package pbi

import "time"

// Item is one item of a workspace. It has the members of every kind; which of
// them can be set depends on Kind (guide, section 2.2).
type Item struct {
	// Kind is the collection's name on the wire: reports, dashboards,
	// datasets, dataflows, datamarts, warehouses in lower case, Fabric's as
	// spelt (Lakehouse, Notebook, ...), including ones not known yet.
	Kind string
	// ID is the item's id (a dataflow's objectId). A dataset's need not be a
	// GUID.
	ID string
	// Name is name or displayName.
	Name, Description string
	// State and Status are as Microsoft gives them (Fabric, datamarts).
	State, Status string
	// Type is reportType of a report, type of a datamart or warehouse.
	Type string

	// Times are UTC, zero when not told. Created is createdDateTime or
	// createdDate, Modified modifiedDateTime or lastUpdatedDate.
	Created, Modified            time.Time
	CreatedBy, CreatedByID       string
	ModifiedBy, ModifiedByID     string
	ConfiguredBy, ConfiguredByID string

	// AppID and OriginalID mark the copy that an app holds. AppID may be set,
	// or null, on ordinary ones.
	AppID, OriginalID string
	// DatasetID and DatasetWorkspaceID say what a report shows; the second is
	// empty for the same workspace. Both are empty for a paginated report.
	DatasetID, DatasetWorkspaceID string

	// Endorsement is Promoted, Certified or empty.
	Endorsement, CertifiedBy string
	// LabelID is the sensitivity label's id.
	LabelID string

	// of a dashboard
	ReadOnly bool
	Tiles    []Tile

	// of a dataset
	ContentProvider, StorageMode  string
	IdentityRequired              bool
	IdentityRolesRequired         bool
	RefreshSchedule               *Schedule // also of a dataflow
	DirectQuerySchedule           *Schedule
	Tables                        []Table
	TablesKnown                   bool // tables was there
	Expressions                   []Expression
	Roles                         []Role
	RolesKnown                    bool // roles was there
	UpstreamDataflows             []Upstream
	UpstreamDatasets              []Upstream
	UpstreamDatamarts             []Upstream
	DatasourceUsages              []string // datasource instance ids
	MisconfiguredDatasourceUsages []string
	SchemaError                   string // why tables are missing
	SchemaMayBeOld                bool

	// of a dataflow
	Generation int
	ModelURL   string

	// of Fabric items, and of reports
	Relations []Relation
	// ExtendedProperties is the object as it came; nil when absent.
	ExtendedProperties []byte

	Users Users
	// Raw is the item as it came, valid as long as its workspace's Raw.
	Raw []byte
}

// Tile is one tile of a dashboard; the ids are empty where it shows neither.
type Tile struct {
	ID, Title, SubTitle                     string
	ReportID, DatasetID, DatasetWorkspaceID string
}

// Upstream is what an item is made from. WorkspaceID is empty when it was not
// told.
type Upstream struct{ ID, WorkspaceID string }

// Relation is a Fabric item's dependence on another.
type Relation struct{ ID, WorkspaceID, Type, Usage string }

// readItem reads an object of a collection.
func readItem(c *cursor, kind string) Item {
	it := Item{Kind: kind}
	start := c.i
	c.object(func(key, _ string) {
		if !it.common(c, key) && !it.links(c, key) {
			it.model(c, key)
		}
	})
	it.Raw = c.b[start:c.i]
	return it
}

// common reads what most kinds have.
func (it *Item) common(c *cursor, key string) bool {
	switch key {
	case "id", "objectid":
		if id := c.id(); id != "" {
			it.ID = id
		}
	case "name", "displayname":
		if name := c.text(); name != "" {
			it.Name = name
		}
	case "description":
		it.Description = c.text()
	case "state":
		it.State = c.word()
	case "status":
		it.Status = c.word()
	case "reporttype", "type":
		it.Type = c.word()
	case "createddatetime", "createddate":
		it.Created = c.time()
	case "modifieddatetime", "lastupdateddate":
		it.Modified = c.time()
	case "createdby":
		it.CreatedBy = c.word()
	case "createdbyid":
		it.CreatedByID = c.personID()
	case "modifiedby":
		it.ModifiedBy = c.word()
	case "modifiedbyid":
		it.ModifiedByID = c.personID()
	case "configuredby":
		it.ConfiguredBy = c.word()
	case "configuredbyid":
		it.ConfiguredByID = c.personID()
	case "endorsementdetails":
		it.endorsement(c)
	case "sensitivitylabel":
		c.object(func(key, _ string) {
			if key == "labelid" {
				it.LabelID = c.personID()
			}
		})
	case "users":
		it.Users = readUsers(c)
	default:
		return false
	}
	return true
}

func (it *Item) endorsement(c *cursor) {
	c.object(func(key, _ string) {
		switch key {
		case "endorsement":
			it.Endorsement = c.word()
		case "certifiedby":
			it.CertifiedBy = c.word()
		}
	})
}

// links reads what ties an item to others.
func (it *Item) links(c *cursor, key string) bool {
	switch key {
	case "appid":
		it.AppID = c.personID()
	case "originalreportobjectid", "originalreportid", "originaldashboardobjectid", "originaldashboardid":
		it.OriginalID = c.id()
	case "datasetid":
		it.DatasetID = c.id()
	case "datasetworkspaceid":
		it.DatasetWorkspaceID = c.id()
	case "tiles":
		c.array(func() { it.Tiles = append(it.Tiles, readTile(c)) })
	case "upstreamdataflows":
		it.UpstreamDataflows = readUpstreams(c)
	case "upstreamdatasets":
		it.UpstreamDatasets = readUpstreams(c)
	case "upstreamdatamarts":
		it.UpstreamDatamarts = readUpstreams(c)
	case "datasourceusages":
		it.DatasourceUsages = readUsages(c)
	case "misconfigureddatasourceusages":
		it.MisconfiguredDatasourceUsages = readUsages(c)
	case "relations":
		c.array(func() { it.Relations = append(it.Relations, readRelation(c)) })
	case "extendedproperties":
		if c.kind() == '{' {
			it.ExtendedProperties = c.raw()
		}
	default:
		return false
	}
	return true
}

func readTile(c *cursor) Tile {
	var t Tile
	c.object(func(key, _ string) {
		switch key {
		case "id":
			t.ID = c.id()
		case "title":
			t.Title = c.text()
		case "subtitle":
			t.SubTitle = c.text()
		case "reportid":
			t.ReportID = c.id()
		case "datasetid":
			t.DatasetID = c.id()
		case "datasetworkspaceid":
			t.DatasetWorkspaceID = c.id()
		}
	})
	return t
}

// readUpstreams reads upstreamDataflows, -Datasets or -Datamarts. The service
// calls the other workspace groupId.
func readUpstreams(c *cursor) []Upstream {
	var out []Upstream
	c.array(func() {
		var u Upstream
		c.object(func(key, _ string) {
			switch key {
			case "targetdataflowid", "targetdatasetid", "targetdatamartid":
				u.ID = c.id()
			case "groupid", "workspaceobjectid", "workspaceid":
				u.WorkspaceID = c.id()
			}
		})
		if u.ID != "" {
			out = append(out, u)
		}
	})
	return out
}

func readUsages(c *cursor) []string {
	var out []string
	c.array(func() {
		c.object(func(key, _ string) {
			if key == "datasourceinstanceid" {
				out = append(out, c.personID())
			}
		})
	})
	return out
}

func readRelation(c *cursor) Relation {
	var r Relation
	c.object(func(key, _ string) {
		switch key {
		case "dependentonartifactid":
			r.ID = c.id()
		case "workspaceid":
			r.WorkspaceID = c.id()
		case "relationtype":
			r.Type = c.word()
		case "usage":
			r.Usage = c.word()
		}
	})
	return r
}

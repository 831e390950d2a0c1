package promotion

import (
	"slices"
	"strings"
	"time"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// MostItems is how many items one deployment carries (api guide, section 6.2).
const MostItems = 300

// carried are the kinds that Power BI's deployments carry, in the order in
// which the service goes about them.
var carried = []string{tenant.ItemDataflow, tenant.ItemDatamart, tenant.ItemDataset, tenant.ItemReport, tenant.ItemDashboard}

// Carried reports whether deployments carry items of a kind. Other kinds go by
// Fabric's own route or by hand.
func Carried(kind string) bool { return slices.Contains(carried, kind) }

// Pipeline is a deployment pipeline as a promotion sees it.
type Pipeline struct {
	ID, Name string
	// Stages are in their order, two to ten.
	Stages []Stage
}

// Stage returns the stage of an order; false when the pipeline has none.
func (p Pipeline) Stage(order int) (Stage, bool) {
	for _, s := range p.Stages {
		if s.Order == order {
			return s, true
		}
	}
	return Stage{}, false
}

// Stage is one stage of a pipeline.
type Stage struct {
	// Order counts from 0, which is development.
	Order int
	Name  string
	// WorkspaceID is empty for a stage without a workspace, WorkspaceName also
	// when the reader may not see it.
	WorkspaceID, WorkspaceName string
}

// Title is what a person calls the stage; a stage without a name is called by
// its number, from 1.
func (s Stage) Title() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Order < len(usualStages):
		return usualStages[s.Order]
	}
	return "stage " + count(s.Order+1)
}

// usualStages are the names that Power BI gives the stages of its own pipelines.
var usualStages = []string{"Development", "Test", "Production"}

// Item is one thing in a stage. What only the scan's detailed metadata or a
// live look can tell is an Answer: not known until somebody filled it in.
type Item struct {
	// ID is in lower case, Kind one of tenant's or a Fabric kind's wire name.
	ID, Name, Kind string
	// SourceID and TargetID are the paired items of the stages before and after;
	// empty when unpaired. PairsKnown is false when nobody asked the pipeline.
	SourceID, TargetID string
	PairsKnown         bool
	// Paired is true for an item that goes and overwrites one: see Facts.Going.
	Paired bool
	// Deployed is when it was last deployed into this stage, Modified when it
	// was last changed; zero when not told.
	Deployed, Modified time.Time
	// Content is a mark of what it holds, equal for equal content; empty when
	// unknown.
	Content string

	// Owner is the object id of who configured it, Label the id of its
	// sensitivity label, Endorsement Promoted, Certified or empty.
	Owner       policy.Answer[string]
	Label       policy.Answer[string]
	Endorsement string
	// Paginated is true for a paginated report, DirectLake for a model that
	// reads a lakehouse or warehouse directly.
	Paginated, DirectLake bool
	// Model is the id of a report's model, empty without one.
	Model string
	// Needs are the ids of what it is made from, in any workspace.
	Needs []string
	// Tiles are the ids of the reports on a dashboard.
	Tiles policy.Answer[[]string]
	// Parameters are a model's query parameters.
	Parameters policy.Answer[[]Parameter]
	// Sources are the data sources of a model or dataflow.
	Sources policy.Answer[[]Source]
	// Fields are the tables and columns of a model as FieldName writes them,
	// Calculated those among them that hold no data of their own.
	Fields     policy.Answer[[]string]
	Calculated []string
	// Refreshing is true while a refresh runs; LastRefresh is the status of the
	// last one: Completed, Failed, Disabled, Cancelled or empty for none.
	Refreshing  policy.Answer[bool]
	LastRefresh policy.Answer[string]
}

// Key is what pairs items that have no pair: kind and name, case folded.
func (i *Item) Key() string { return i.Kind + "\x00" + tenant.Fold(i.Name) }

// Source is one data source of a model or dataflow.
type Source struct {
	// Type and Where are as the API tells them.
	Type, Where string
	// Gateway is the id of the gateway that a source on premises is reached
	// through; empty for a cloud source.
	Gateway string
}

// FieldName writes a table, or a column of it when column is not empty.
func FieldName(table, column string) string {
	if column == "" {
		return table
	}
	return table + "[" + column + "]"
}

// IsAppCopy reports whether a name is that of the copy that an app keeps, which
// deployments leave alone.
func IsAppCopy(name string) bool { return strings.HasPrefix(name, "[App] ") }

// UnderWay reports whether an operation's status means that it has not ended:
// Power BI says Executing, Fabric Running (api guide, section 6.4).
func UnderWay(status string) bool {
	switch strings.ToLower(status) {
	case "notstarted", "executing", "running":
		return true
	}
	return false
}

// KindOf is the kind of the items in one of the lists that a stage tells.
func KindOf(list string) string { return strings.TrimSuffix(list, "s") }

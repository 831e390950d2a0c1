package request

import (
	"time"

	"steward/internal/promotion"
	"steward/internal/refreshplan"
	"steward/internal/tenant"
)

// Estate is what a plan is made from: the part of the tenant a request is
// about, as the last scan saw it. Whoever reads it loads what Refs names; what
// is absent was not found.
type Estate struct {
	Tenant   string
	TenantID ID
	// Executor is the object id of the portal's own application in the tenant;
	// empty when nobody said.
	Executor ID
	// Taken is when the scan was published; zero when there was none yet.
	Taken time.Time
	// Names are the workspaces that use one of the names asked about, by
	// folded name.
	Names      map[string][]ID
	Workspaces map[ID]Workspace
	Capacities map[ID]tenant.Capacity
	Domains    map[ID]tenant.Domain
	Pipelines  map[ID]Pipeline
	// Principals are those named, those who hold roles in the workspaces, and
	// the groups' members.
	Principals map[ID]Principal
	// Violations are those asked about, Rule the rule of a change of one.
	Violations map[int64]Violation
	// Mappings are those of the pairs asked about, by promotion.Pair.Key.
	Mappings map[string]Mapped
	// Models are the semantic models asked about.
	Models map[ID]Model
	// Emergency is known to requests for emergency access only.
	Emergency *EmergencyEstate
	// Content is what stands in the workspaces of a transfer, by workspace.
	Content map[ID][]promotion.Item
	// Upload is the file that an import is of; nil when whoever asks uploaded none
	// such.
	Upload *Upload
	// Exports says what is known against downloading a report, by its id.
	Exports map[ID]Exporting
	// Flights is what the last scan knows of both ends of a promotion, by route.
	// Who the executor is was not asked there.
	Flights map[RouteRef]promotion.Facts
	Rule    *Rule
	// RefreshPlans are all of the tenant when they were asked for, Refreshed the
	// models and dataflows asked about.
	RefreshPlans []Planned
	Refreshed    map[ID]refreshplan.Found
}

// Workspace is a workspace with its roles and the pipeline it belongs to.
type Workspace struct {
	tenant.Workspace
	Domain string
	// Pipeline is the pipeline it is a stage of; empty without one.
	Pipeline ID
	// StageOrder is its stage there.
	StageOrder int
	// ItemCount is how many items hang on it.
	ItemCount int64
}

// Pipeline is a deployment pipeline with its users.
type Pipeline struct {
	tenant.Pipeline
}

// Principal is somebody in the directory, with the people behind a group.
type Principal struct {
	tenant.Principal
	// People are the object ids of everyone behind a group, nested groups
	// expanded; only the principal itself for a user.
	People []ID
	// PeopleKnown is false when a group on the way was not read.
	PeopleKnown bool
}

// Refs names what a request is about, for whoever loads the Estate.
type Refs struct {
	Names                                                  []string
	Workspaces, Capacities, Domains, Pipelines, Principals []ID
	Violations                                             []int64
	Mappings                                               []promotion.Pair
	Models                                                 []ID
	Routes                                                 []RouteRef
	// RefreshPlans asks for all plans, Refreshed for models and dataflows.
	RefreshPlans bool
	Refreshed    []ID
	// Contents are workspaces whose items a plan needs.
	Contents []ID
}

// RouteRef names two stages of a pipeline whose content a plan needs.
type RouteRef struct {
	Pipeline ID
	From, To int
}

func (r *Refs) add(o Refs) {
	r.Names = append(r.Names, o.Names...)
	r.Workspaces = append(r.Workspaces, o.Workspaces...)
	r.Capacities = append(r.Capacities, o.Capacities...)
	r.Domains = append(r.Domains, o.Domains...)
	r.Pipelines = append(r.Pipelines, o.Pipelines...)
	r.Principals = append(r.Principals, o.Principals...)
	r.Models = append(r.Models, o.Models...)
	r.Violations = append(r.Violations, o.Violations...)
	r.Mappings = append(r.Mappings, o.Mappings...)
	r.Routes = append(r.Routes, o.Routes...)
	r.RefreshPlans, r.Refreshed = r.RefreshPlans || o.RefreshPlans, append(r.Refreshed, o.Refreshed...)
	r.Contents = append(r.Contents, o.Contents...)
}

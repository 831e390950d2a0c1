package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ObservationKind is a fact of the tenant that a step relies on.
type ObservationKind string

// Facts that are read again immediately before a step. The arguments each
// needs stand beside it; Value is the fact as it was.
const (
	// NameFree: no workspace is called name (folded). Value: free, or the ids.
	NameFree ObservationKind = "name-free"
	// WorkspaceName, -Description, -State, -Capacity of workspace. A capacity
	// is an id, or empty on shared.
	WorkspaceName        ObservationKind = "workspace-name"
	WorkspaceDescription ObservationKind = "workspace-description"
	WorkspaceState       ObservationKind = "workspace-state"
	WorkspaceOnCapacity  ObservationKind = "workspace-on-capacity"
	// Role of principal on workspace; empty for none.
	Role ObservationKind = "role"
	// OtherAdmin: somebody not named in but (ids, comma separated) is Admin of
	// workspace. Value: yes or no.
	OtherAdmin ObservationKind = "other-admin"
	// CapacityState of capacity: Active.
	CapacityState ObservationKind = "capacity-state"
	// PipelineName of pipeline; empty when it is gone.
	PipelineName ObservationKind = "pipeline-name"
	// StageOf: the workspace on stage of pipeline; empty for none.
	StageOf ObservationKind = "stage"
	// PipelineOf: the pipeline workspace is a stage of; empty for none.
	PipelineOf ObservationKind = "pipeline-of"
	// StageItem is the name of item on stage of pipeline; empty when it is not
	// there. StageCount is how many things stand there that can be deployed.
	StageItem  ObservationKind = "stage-item"
	StageCount ObservationKind = "stage-count"
	// ViolationState of violation; RuleVersion of rule, empty when it is off.
	ViolationState ObservationKind = "violation-state"
	RuleVersion    ObservationKind = "rule-version"
	// ItemNamed is the id of workspace's one item of kind called name; empty for
	// none.
	ItemNamed ObservationKind = "item-named"
	// MappingVersion is the hash of the mapping in force for pair; empty for
	// none.
	MappingVersion ObservationKind = "mapping-version"
	// RefreshPlanVersion of plan; empty when there is none.
	RefreshPlanVersion ObservationKind = "refresh-plan-version"
	// ModelSchedule of model of workspace, as ScheduleText writes it.
	ModelSchedule ObservationKind = "model-schedule"
	// PipelineRole of principal on pipeline; empty for none.
	PipelineRole ObservationKind = "pipeline-role"
)

// Observation is one such fact as the plan saw it.
type Observation struct {
	Kind  ObservationKind   `json:"kind"`
	Args  map[string]string `json:"args"`
	Value string            `json:"value"`
}

// Key names what was observed, without the value.
func (o Observation) Key() string {
	var b strings.Builder
	b.WriteString(string(o.Kind))
	for _, k := range slices.Sorted(maps.Keys(o.Args)) {
		fmt.Fprintf(&b, " %s=%q", k, o.Args[k])
	}
	return b.String()
}

// observe builds an observation from pairs of argument names and values.
func observe(kind ObservationKind, value string, pairs ...string) Observation {
	args := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return Observation{Kind: kind, Args: args, Value: value}
}

// what says in words what was observed.
var what = map[ObservationKind]string{
	NameFree: "the name", WorkspaceName: "the workspace's name", WorkspaceDescription: "the workspace's description",
	WorkspaceState: "the workspace's state", WorkspaceOnCapacity: "the workspace's capacity", Role: "the role on the workspace",
	OtherAdmin: "whether another Admin remains", CapacityState: "the capacity's state", PipelineName: "the pipeline",
	StageOf: "the workspace on the stage", PipelineOf: "the workspace's pipeline", PipelineRole: "the right on the pipeline",
	ViolationState: "the violation", RuleVersion: "the version of the rule", MappingVersion: "the mapping", ItemNamed: "the item of the name",
	StageItem: "the item on the stage", StageCount: "the number of items on the stage", RefreshPlanVersion: "the version of the refresh plan",
	ModelSchedule: "the refresh schedule",
}

// Differs says in a sentence that the tenant has moved away from what was
// observed.
func (o Observation) Differs(now string) string {
	show := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	return fmt.Sprintf("Since the plan was made, %s has changed from %s to %s.", what[o.Kind], show(o.Value), show(now))
}

// Says is the observation in words, with what it is about.
func (o Observation) Says() string {
	value := o.Value
	if value == "" {
		value = "nothing"
	}
	var about []string
	for _, k := range slices.Sorted(maps.Keys(o.Args)) {
		if o.Args[k] != "" {
			about = append(about, k+" "+o.Args[k])
		}
	}
	return what[o.Kind] + " is " + value + " (" + strings.Join(about, ", ") + ")"
}

package promotion

import (
	"slices"
	"strings"
)

// State is the outcome of a check.
type State string

// Outcomes of a check.
const (
	Pass State = "pass"
	Fail State = "fail"
	// Unknown means that nobody told what the check needs to know. It is not a
	// pass.
	Unknown State = "unknown"
)

// Check is one thing that has to be true before a deployment, and what was
// found.
type Check struct {
	// ID names the check for good; rules of a pack are "rule/" and their id.
	ID    string
	Title string
	State State
	// Evidence is what was seen, Remedy what to do about a failure or to get to
	// know; the latter is empty on a pass.
	Evidence, Remedy string
	// After is true when the deployment itself would go through and what comes
	// after it would fail: a requester may accept that.
	After bool
	// Waivable is true for a rule whose breach a requester may accept.
	Waivable bool
	// Accepted is true when the choice accepts a failure.
	Accepted bool
}

// ruleCheck begins the id of a check that a rule of a pack makes.
const ruleCheck = "rule/"

// OfRule reports whether a rule of a pack makes the check of this id.
func OfRule(id string) bool { return strings.HasPrefix(id, ruleCheck) }

// Stops reports whether the check forbids acting.
func (c Check) Stops() bool { return c.State == Fail && !c.Accepted }

// Stopping are the checks that forbid acting, in their order.
func Stopping(checks []Check) []Check {
	return slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return !c.Stops() })
}

// Ids of the checks, in the order in which Preflight answers them.
const (
	CheckStages      = "stages"
	CheckWorkspaces  = "workspaces"
	CheckRights      = "rights"
	CheckOperation   = "operation"
	CheckCapacity    = "capacity"
	CheckMigration   = "migration"
	CheckAssigned    = "assigned"
	CheckItems       = "items"
	CheckBackward    = "backward"
	CheckPairing     = "pairing"
	CheckNeeded      = "needed"
	CheckCreate      = "create"
	CheckOverwrite   = "overwrite"
	CheckPurge       = "purge"
	CheckLabel       = "label"
	CheckOwner       = "paginated-owner"
	CheckDataflow    = "dataflow"
	CheckRefreshing  = "dataflow-refresh"
	CheckApp         = "app"
	CheckParameters  = "parameters"
	CheckGateway     = "gateway"
	CheckCredentials = "credentials"
	CheckDirectLake  = "direct-lake"
)

// Preflight answers every check for a choice, in a fixed order; each one is
// there whether it passes or not.
func Preflight(f Facts, c Choice) []Check {
	fl := newFlight(&f, &c)
	out := make([]Check, 0, len(checks)+len(f.Rules))
	for _, k := range checks {
		r := k.ask(fl)
		out = append(out, Check{ID: k.id, Title: k.title, State: r.state, Evidence: r.evidence, Remedy: r.remedy, After: k.after})
	}
	for _, v := range f.Rules {
		out = append(out, Check{ID: ruleCheck + v.Rule, Title: v.Title, State: v.State, Evidence: v.Evidence, Remedy: v.Remedy, Waivable: !v.Refuses && !v.NeverWaived})
	}
	for i := range out {
		k := &out[i]
		k.Accepted = k.State == Fail && (k.After || k.Waivable) && slices.Contains(c.Accepted, k.ID)
		if k.State == Pass {
			k.Remedy = ""
		}
	}
	return out
}

// checks is every check of the pre-flight, each with the question it answers.
var checks = []struct {
	id, title string
	after     bool
	ask       func(*flight) result
}{
	{CheckStages, "The stages are neighbours", false, (*flight).stages},
	{CheckWorkspaces, "Both stages have a workspace", false, (*flight).workspaces},
	{CheckRights, "The portal may deploy here", false, (*flight).rights},
	{CheckOperation, "No other deployment is running", false, (*flight).operation},
	{CheckCapacity, "Both workspaces are on a running capacity", false, (*flight).capacity},
	{CheckMigration, "No workspace is moving to another capacity", false, (*flight).migration},
	{CheckAssigned, "The stages were not assigned just now", false, (*flight).assigned},
	{CheckItems, "There are between 1 and 300 items", false, (*flight).size},
	{CheckBackward, "Backwards only everything, and into an empty stage", false, (*flight).backward},
	{CheckPairing, "Items of the same name are paired", false, (*flight).pairing},
	{CheckNeeded, "All that the items need is there or comes along", false, (*flight).needed},
	{CheckCreate, "New items may be created", false, (*flight).create},
	{CheckOverwrite, "Items of the target may be overwritten", false, (*flight).overwrite},
	{CheckPurge, "No data of the target is lost", false, (*flight).purge},
	{CheckLabel, "Sensitivity labels of the target stay", false, (*flight).label},
	{CheckOwner, "Paginated reports belong to the portal", false, (*flight).paginated},
	{CheckDataflow, "No dataflow is deployed by an application", false, (*flight).dataflow},
	{CheckRefreshing, "No dataflow is being refreshed", false, (*flight).refreshing},
	{CheckApp, "There is an app to update", false, (*flight).app},
	{CheckParameters, "Every parameter gets its value", true, (*flight).parameters},
	{CheckGateway, "Models on premises have a gateway", true, (*flight).gateway},
	{CheckCredentials, "Models can sign in to their sources", true, (*flight).credentials},
	{CheckDirectLake, "Direct Lake models read the target's lakehouse", true, (*flight).directLake},
}

// result is the answer to a check.
type result struct {
	state            State
	evidence, remedy string
}

func passed(evidence string) result          { return result{state: Pass, evidence: evidence} }
func failed(evidence, remedy string) result  { return result{Fail, evidence, remedy} }
func unknown(evidence, remedy string) result { return result{Unknown, evidence, remedy} }

// scanIt is the remedy for what a look may tell.
const scanIt = "The pre-flight looks again before anything is sent. To see it now, run a scan."

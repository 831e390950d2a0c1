package fulfil_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/sim/world"
)

var every = promotion.Options{Create: true, Overwrite: true}

// cause is one way in which the stand-in refuses a deployment, or breaks it off,
// because of the state of things.
type cause struct {
	name string
	// code is what Power BI answers, check what the pre-flight says before.
	code, check string
	// before sets things up before the first deployment, after it once the two
	// stages are paired; late comes after the scan.
	before, after, late func(*try)
}

// try is one pipeline with a model and a report, and what is to be promoted.
type try struct {
	*pipe
	model, report string
	choice        promotion.Choice
	bare, skip    bool // without assignments; without the first deployment
}

func (y *try) target(kind world.ItemKind, fn func(*world.Item)) {
	y.edit(y.test, func(w *world.Workspace) {
		for i := range w.Items {
			if w.Items[i].Kind == kind {
				fn(&w.Items[i])
			}
		}
	})
}

func (y *try) source(id string, fn func(*world.Item)) {
	y.edit(y.dev, func(w *world.Workspace) { fn(w.Item(id)) })
}

func unpaired(y *try) { y.skip = true }

var causes = []cause{
	{name: "not neighbours", code: "InvalidRequest", check: promotion.CheckStages, after: func(y *try) { y.choice.To = 2 }},
	{name: "no workspace in the target", code: "Alm_InvalidRequest_WorkspaceNotAssigned", check: promotion.CheckWorkspaces,
		before: func(y *try) { y.bare = true; y.assign(0, y.dev) }},
	{name: "another one running", code: "Alm_InvalidRequest_DeploymentInProgress", check: promotion.CheckOperation, late: func(y *try) {
		if _, err := y.x.Send(y.t.Context(), pbi.Deploy(pbi.DeployOrder{PipelineID: y.id, Options: pbi.DeployOptions{Create: true, Overwrite: true}})); err != nil {
			y.t.Error(err)
		}
	}},
	{name: "no workspace in the source", code: "Alm_InvalidRequest_WorkspaceNotAssigned", check: promotion.CheckWorkspaces,
		before: func(y *try) { y.bare = true; y.assign(1, y.test) }},
	{name: "backwards into a full stage", code: "Alm_InvalidRequest_BackwardDeploymentNotSupported", check: promotion.CheckBackward, after: func(y *try) {
		y.choice.From, y.choice.To = 1, 0
	}},
	{name: "selected backwards", code: "Alm_InvalidRequest_BackwardDeploymentNotSupported", check: promotion.CheckBackward, before: unpaired, after: func(y *try) {
		for _, it := range []string{y.model, y.report} { // the stage before is empty
			y.edit(y.dev, func(w *world.Workspace) {
				w.Items = slices.DeleteFunc(w.Items, func(i world.Item) bool { return i.ID == it })
			})
		}
		y.choice.From, y.choice.To, y.choice.Items = 1, 0, []string{y.put(y.test, world.KindModel, "Sales", nil)}
	}},
	{name: "no user of the pipeline", code: "PowerBIEntityNotFound", check: promotion.CheckRights, late: func(y *try) {
		y.must(y.world.MutatePipeline(y.id, y.clock.Now(), func(p *world.Pipeline) error { p.Grants = nil; return nil }))
	}},
	{name: "no role in the target", code: "GroupNotAccessible", check: promotion.CheckRights, late: func(y *try) {
		y.edit(y.test, func(w *world.Workspace) { w.Grants = nil })
	}},
	{name: "only a viewer in the source", code: "PowerBIFolderOperationForbidden", check: promotion.CheckRights, late: func(y *try) {
		y.edit(y.dev, func(w *world.Workspace) {
			for i := range w.Grants {
				w.Grants[i].Right = world.RightViewer
			}
		})
	}},
	{name: "capacity moving", code: "WorkspaceMigrationOperationInProgress", check: promotion.CheckMigration, late: func(y *try) {
		y.must(y.cloud.Acts.AssignCapacity(y.actor, y.test, y.capacity, y.clock.Now()))
	}},
	{name: "shared capacity", code: "Alm_InvalidRequest_WorkspaceHasNoCapacity", check: promotion.CheckCapacity, late: func(y *try) {
		y.edit(y.test, func(w *world.Workspace) { w.CapacityID = "" })
	}},
	{name: "capacity paused", code: "Alm_InvalidRequest_WorkspaceHasNoCapacity", check: promotion.CheckCapacity, late: func(y *try) {
		other := y.otherCapacity()
		y.edit(y.test, func(w *world.Workspace) { w.CapacityID = other })
		y.must(y.world.MutateCapacity(other, y.clock.Now(), func(c *world.Capacity) error { c.State = "Suspended"; return nil }))
	}},
	{name: "just assigned", code: "Alm_InvalidRequest_WorkloadUnavailable", check: promotion.CheckAssigned, before: func(y *try) { y.bare = true; y.assign(0, y.dev) },
		after: func(y *try) { y.assign(1, y.test) }},
	{name: "item gone", code: "Alm_InvalidRequest_ArtifactNotFound", check: promotion.CheckItems, late: func(y *try) {
		y.choice.Items = []string{y.model, y.world.NewID()}
	}},
	{name: "nothing there", code: "Alm_InvalidRequest_NoArtifactsToDeploy", check: promotion.CheckItems, before: unpaired,
		late: func(y *try) { y.edit(y.dev, func(w *world.Workspace) { w.Items = nil }) }},
	{name: "301 items", code: "Alm_InvalidRequest_TooManyArtifacts", check: promotion.CheckItems, after: func(y *try) {
		for i := range 301 {
			y.put(y.dev, world.KindReport, fmt.Sprint("Many ", i), func(it *world.Item) { it.Report.ModelID = y.model })
		}
	}},
	{name: "a dataflow", code: "ALM_InvalidRequest_ServicePrincipalNotSupported", check: promotion.CheckDataflow, after: func(y *try) {
		y.put(y.dev, world.KindDataflow, "Flow", nil)
	}},
	{name: "no app", code: "Alm_InvalidRequest_AppNotFound", check: promotion.CheckApp, after: func(y *try) { y.choice.UpdateApp = true }},
	{name: "may not create", code: "Alm_InvalidRequest_CreateArtifactNotAllowed", check: promotion.CheckCreate, before: unpaired, after: func(y *try) { y.choice.Options.Create = false }},
	{name: "may not overwrite", code: "Alm_InvalidRequest_OverwriteArtifactNotAllowed", check: promotion.CheckOverwrite, after: func(y *try) { y.choice.Options.Overwrite = false }},
	{name: "loses data", code: "Alm_InvalidRequest_PurgeRequired", check: promotion.CheckPurge, after: func(y *try) {
		y.source(y.model, func(it *world.Item) {
			s := *it.Model
			s.Schema = &world.Schema{Tables: []world.Table{{Name: "Sales", Columns: []world.Column{{Name: "Other", DataType: "Double", ColumnType: "Data"}}}}}
			it.Model, it.Modified = &s, y.clock.Now()
		})
	}},
	{name: "another label", code: "Alm_InvalidRequest_OverwriteLabelNotAllowed", check: promotion.CheckLabel, after: func(y *try) {
		y.source(y.report, func(it *world.Item) { it.LabelID = "11111111-1111-1111-1111-111111111111" })
		y.target(world.KindReport, func(it *world.Item) { it.LabelID = "22222222-2222-2222-2222-222222222222" })
	}},
	{name: "somebody's paginated report", code: "Alm_InvalidRequest_NotPaginatedReportOwner", check: promotion.CheckOwner, after: func(y *try) {
		ann := y.world.DemoPeople()[0].User.Principal()
		y.source(y.report, func(it *world.Item) { r := *it.Report; r.Type = "PaginatedReport"; it.Report = &r })
		y.target(world.KindReport, func(it *world.Item) { r := *it.Report; r.Type = "PaginatedReport"; it.Report, it.CreatedBy = &r, &ann })
	}},
	{name: "report without its model", code: "Alm_InvalidRequest_MissingPrerequisite", check: promotion.CheckNeeded, before: unpaired,
		after: func(y *try) { y.choice.Items = []string{y.report} }},
	{name: "tile without its report", code: "Alm_InvalidRequest_MissingPrerequisite", check: promotion.CheckNeeded, before: unpaired, after: func(y *try) {
		y.choice.Items = []string{y.put(y.dev, world.KindDashboard, "Board", func(it *world.Item) { it.Dashboard.Tiles = []world.Tile{{Title: "One", ReportID: y.report}} })}
	}},
}

// otherCapacity is one that no other try is on.
func (y *try) otherCapacity() string {
	y.t.Helper()
	for _, c := range y.world.Capacities(y.clock.Now()) {
		if c.ID != y.capacity && !c.PremiumPerUser() {
			return c.ID
		}
	}
	y.t.Fatal("the tenant has one capacity only")
	return ""
}

// notFromState is at how many places the stand-in fails as no look could
// foresee: on an order of a test, and by what somebody does while the deployment
// runs (the workspace deleted, the item deleted).
var notFromState = map[string]int{"Alm_InvalidRequest_DeploymentFailed": 1, "Alm_InvalidRequest_WorkspaceNotFound": 1, "Alm_InvalidRequest_ArtifactNotFound": 1}

// TestEveryCauseOfTheStandInHasACheck reads the stand-in's code: each place
// that refuses or breaks off a deployment has a case of its own above, or
// stands in notFromState.
func TestEveryCauseOfTheStandInHasACheck(t *testing.T) {
	t.Parallel()
	places := map[string]int{}
	for _, file := range []string{"deploy.go", "run.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "../sim/acts/"+file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BasicLit:
				if code, err := strconv.Unquote(x.Value); err == nil && strings.HasPrefix(strings.ToLower(code), "alm_invalidrequest_") {
					places[code]++
				}
			case *ast.Ident:
				if x.Name == "CodeMigrating" {
					places["WorkspaceMigrationOperationInProgress"]++
				}
			}
			return true
		})
	}
	if len(places) < 15 {
		t.Errorf("only %d causes were found: the stand-in's code is elsewhere", len(places))
	}
	for code, n := range places {
		have := 0
		for _, c := range causes {
			if c.code == code {
				have++
			}
		}
		if n -= notFromState[code]; have < n {
			t.Errorf("the stand-in fails with %s at %d places, and the pre-flight is tried with %d", code, n, have)
		}
	}
}

package fulfil_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/sim/world"
)

func asError(err error, e **pbi.Error) bool { return errors.As(err, e) }

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
	{name: "selected backwards", code: "Alm_InvalidRequest_BackwardDeploymentNotSupported", check: promotion.CheckBackward, after: func(y *try) {
		y.choice.From, y.choice.To = 1, 0
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

// TestPreflightSaysWhatWouldFail: each cause is told by the pre-flight with
// evidence and remedy, and the deployment sent all the same fails with it.
func TestPreflightSaysWhatWouldFail(t *testing.T) {
	t.Parallel()
	s := stageBed(t)
	var tries []*try
	for i, c := range causes {
		y := s.try(fmt.Sprint("Zebra ", i))
		if c.before != nil {
			c.before(y)
		}
		if !y.bare {
			y.both()
		}
		tries = append(tries, y)
	}
	s.clock.Advance(time.Hour)
	for _, y := range tries {
		if !y.bare && !y.skip {
			if code := y.deploy(y.choice); code != "" {
				t.Fatalf("first deployment: %s", code)
			}
		}
	}
	s.look()
	s.clock.Advance(time.Hour)
	for i, c := range causes {
		if c.after != nil {
			c.after(tries[i])
		}
	}
	s.look()
	for i, c := range causes {
		y := tries[i]
		if c.late != nil {
			c.late(y)
		}
		checks := y.preflight(y.choice)
		stops := promotion.Stopping(checks)
		if at := slices.IndexFunc(stops, func(k promotion.Check) bool { return k.ID == c.check }); at < 0 || stops[at].Evidence == "" || stops[at].Remedy == "" {
			t.Errorf("%s: the pre-flight does not say %s:%s", c.name, c.check, say(checks))
		}
		if len(stops) > 1 {
			t.Logf("%s also stops at:%s", c.name, say(stops))
		}
		if c.check == promotion.CheckStages {
			continue // the API of Power BI has no word for a stage that is not a neighbour
		}
		if code := y.deploy(y.choice); !strings.EqualFold(code, c.code) {
			t.Errorf("%s: the deployment ends with %q, want %q", c.name, code, c.code)
		}
	}
}

func (s *stages) try(name string) *try {
	s.t.Helper()
	y := &try{pipe: s.pipe(name)}
	y.model = y.put(y.dev, world.KindModel, "Sales", nil)
	y.report = y.put(y.dev, world.KindReport, "Sales report", func(it *world.Item) { it.Report.ModelID = y.model })
	y.choice = promotion.Choice{Pipeline: y.id, To: 1, Options: every}
	return y
}

// TestPreflightLetsGoodPromotionsGo: what goes through is not held back.
func TestPreflightLetsGoodPromotionsGo(t *testing.T) {
	t.Parallel()
	rounds := 24
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 500
	}
	s := stageBed(t)
	r := rand.New(rand.NewPCG(500, 6))
	var tries []*try
	for i := range rounds {
		y := s.try(fmt.Sprint("Okapi ", i))
		for n := range r.IntN(8) {
			model := y.put(y.dev, world.KindModel, fmt.Sprint("Model ", n), nil)
			report := y.put(y.dev, world.KindReport, fmt.Sprint("Report ", n), func(it *world.Item) { it.Report.ModelID = model })
			if r.IntN(2) == 0 {
				y.put(y.dev, world.KindDashboard, fmt.Sprint("Board ", n), func(it *world.Item) {
					it.Dashboard.Tiles = []world.Tile{{Title: "T", ReportID: report, ModelID: model}}
				})
			}
		}
		y.both()
		tries = append(tries, y)
	}
	s.clock.Advance(time.Hour)
	for _, y := range tries {
		if r.IntN(2) == 0 {
			y.skip = true
			continue
		}
		if code := y.deploy(y.choice); code != "" {
			t.Fatal(code)
		}
		y.source(y.report, func(it *world.Item) { it.Name, it.Modified = "Sales report, new", s.clock.Now() })
	}
	s.look()
	s.clock.Advance(time.Hour)
	unknown := map[string]int{}
	for i, y := range tries {
		if r.IntN(3) == 0 {
			y.choice.Items = []string{y.model, y.report}
		}
		checks := y.preflight(y.choice)
		if stops := promotion.Stopping(checks); len(stops) > 0 {
			t.Errorf("promotion %d is held back:%s", i, say(stops))
		}
		for _, k := range checks {
			if k.State == promotion.Unknown {
				unknown[k.ID]++
			}
		}
		if code := y.deploy(y.choice); code != "" {
			t.Errorf("promotion %d ends with %s", i, code)
		}
	}
	t.Logf("%d promotions; unknown checks: %v", rounds, unknown)
}

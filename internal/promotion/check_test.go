package promotion_test

import (
	"slices"
	"testing"
	"time"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func side(order int, name string, items ...promotion.Item) promotion.Side {
	return promotion.Side{Stage: promotion.Stage{Order: order, Name: name, WorkspaceID: "ws" + name, WorkspaceName: "Finance " + name},
		Items: policy.Known(items), Capacity: policy.Known("cap"), CapacityState: policy.Known("Active"), Moving: policy.Known(false),
		Assigned: policy.Known(time.Time{}), Right: policy.Known(tenant.RightContributor), HasApp: policy.Known(true)}
}

func thing(id, name, kind string, edit func(*promotion.Item)) promotion.Item {
	it := promotion.Item{ID: id, Name: name, Kind: kind, PairsKnown: true, Modified: now.Add(-time.Hour), Owner: policy.Known("portal"),
		Label: policy.Known(""), Refreshing: policy.Known(false), LastRefresh: policy.Known("Completed"), Tiles: policy.Known([]string(nil)),
		Parameters: policy.Known([]promotion.Parameter(nil)), Sources: policy.Known([]promotion.Source(nil)), Fields: policy.Known([]string{"T", "T[a]"})}
	if edit != nil {
		edit(&it)
	}
	return it
}

// good is a promotion that nothing stands in the way of.
func good() (promotion.Facts, promotion.Choice) {
	pair := func(target, source string) func(*promotion.Item) {
		return func(i *promotion.Item) { i.TargetID, i.SourceID = target, source }
	}
	model := thing("m", "Sales model", tenant.ItemDataset, pair("m2", ""))
	report := thing("r", "Sales", tenant.ItemReport, func(i *promotion.Item) { i.Model, i.TargetID = "m", "r2" })
	f := promotion.Facts{Now: now, Executor: promotion.Executor{ID: "portal", Service: true}, Administers: policy.Known(true), Running: policy.Known(""),
		Gateways: policy.Known([]string{"gate"}),
		Source:   side(0, "DEV", model, report),
		Target: side(1, "TEST", thing("m2", "Sales model", tenant.ItemDataset, pair("", "m")),
			thing("r2", "Sales", tenant.ItemReport, func(i *promotion.Item) { i.Model, i.SourceID = "m2", "r" }))}
	f.Pipeline = promotion.Pipeline{ID: "p", Name: "Finance", Stages: []promotion.Stage{f.Source.Stage, f.Target.Stage, {Order: 2, Name: "PROD"}}}
	return f, promotion.Choice{Pipeline: "p", From: 0, To: 1, Options: promotion.Options{Create: true, Overwrite: true}, Mapping: promotion.Mapping{Refresh: true}}
}

func TestPreflightPassesAGoodPromotion(t *testing.T) {
	t.Parallel()
	f, c := good()
	for _, k := range promotion.Preflight(f, c) {
		if k.State != promotion.Pass || k.Remedy != "" || k.Evidence == "" {
			t.Errorf("%s: %s, %q, %q", k.ID, k.State, k.Evidence, k.Remedy)
		}
	}
}

// TestPreflightWithoutFacts: what nobody told is never fine.
func TestPreflightWithoutFacts(t *testing.T) {
	t.Parallel()
	f, c := good()
	empty := promotion.Facts{Now: now, Pipeline: f.Pipeline, Executor: f.Executor}
	empty.Source.Stage, empty.Target.Stage = f.Source.Stage, f.Target.Stage
	c.UpdateApp = true
	fine := []string{promotion.CheckStages, promotion.CheckWorkspaces, promotion.CheckBackward}
	for _, k := range promotion.Preflight(empty, c) {
		if k.State != promotion.Unknown && !slices.Contains(fine, k.ID) || k.State == promotion.Unknown && k.Remedy == "" {
			t.Errorf("%s: %s, %q", k.ID, k.State, k.Evidence)
		}
	}
}

func TestPreflightFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range failures {
		t.Run(tc.check+" "+tc.name, func(t *testing.T) {
			t.Parallel()
			f, c := good()
			tc.spoil(&f, &c)
			seen := false
			for _, k := range promotion.Preflight(f, c) {
				if k.ID == tc.check {
					seen = true
					if k.State != promotion.Fail || k.Remedy == "" || k.Evidence == "" || !k.Stops() {
						t.Errorf("%s: %s, %q, %q", k.ID, k.State, k.Evidence, k.Remedy)
					}
				}
			}
			if !seen {
				t.Errorf("no check %s", tc.check)
			}
			c.Accepted = []string{tc.check}
			stops := slices.ContainsFunc(promotion.Stopping(promotion.Preflight(f, c)), func(k promotion.Check) bool { return k.ID == tc.check })
			if after := slices.Contains([]string{promotion.CheckParameters, promotion.CheckGateway, promotion.CheckCredentials, promotion.CheckDirectLake, "rule/certified"}, tc.check); stops == after {
				t.Errorf("accepted, it stops: %v", stops)
			}
		})
	}
}

type spoiling struct {
	check, name string
	spoil       func(*promotion.Facts, *promotion.Choice)
}

func first(f *promotion.Facts) *promotion.Item  { return &f.Source.Items.Value[0] }
func firstT(f *promotion.Facts) *promotion.Item { return &f.Target.Items.Value[0] }

func fresh(f *promotion.Facts) *promotion.Item {
	first(f).TargetID = ""
	f.Target.Items.Value = nil
	return first(f)
}

var failures = []spoiling{
	{promotion.CheckStages, "not neighbours", func(_ *promotion.Facts, c *promotion.Choice) { c.To = 2 }},
	{promotion.CheckStages, "no such stage", func(_ *promotion.Facts, c *promotion.Choice) { c.From, c.To = 2, 3 }},
	{promotion.CheckWorkspaces, "none in the target", func(f *promotion.Facts, _ *promotion.Choice) { f.Target.Stage.WorkspaceID = "" }},
	{promotion.CheckWorkspaces, "none in the source", func(f *promotion.Facts, _ *promotion.Choice) { f.Source.Stage.WorkspaceID = "" }},
	{promotion.CheckRights, "no pipeline user", func(f *promotion.Facts, _ *promotion.Choice) { f.Administers = policy.Known(false) }},
	{promotion.CheckRights, "viewer", func(f *promotion.Facts, _ *promotion.Choice) { f.Target.Right = policy.Known(tenant.RightViewer) }},
	{promotion.CheckRights, "nothing", func(f *promotion.Facts, _ *promotion.Choice) { f.Source.Right = policy.Known(tenant.Right("")) }},
	{promotion.CheckOperation, "running", func(f *promotion.Facts, _ *promotion.Choice) { f.Running = policy.Known("since 11:50") }},
	{promotion.CheckCapacity, "shared", func(f *promotion.Facts, _ *promotion.Choice) { f.Target.Capacity = policy.Known("") }},
	{promotion.CheckCapacity, "paused", func(f *promotion.Facts, _ *promotion.Choice) { f.Source.CapacityState = policy.Known("Paused") }},
	{promotion.CheckMigration, "moving", func(f *promotion.Facts, _ *promotion.Choice) { f.Target.Moving = policy.Known(true) }},
	{promotion.CheckAssigned, "a minute ago", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Target.Assigned = policy.Known(now.Add(-time.Minute))
	}},
	{promotion.CheckItems, "301", func(f *promotion.Facts, _ *promotion.Choice) {
		for i := range 301 {
			f.Source.Items.Value = append(f.Source.Items.Value, thing("x"+time.Duration(i).String(), "X", tenant.ItemReport, nil))
		}
	}},
	{promotion.CheckItems, "none", func(f *promotion.Facts, _ *promotion.Choice) { f.Source.Items.Value = nil }},
	{promotion.CheckItems, "gone", func(_ *promotion.Facts, c *promotion.Choice) { c.Items = []string{"gone"} }},
	{promotion.CheckBackward, "selected", func(_ *promotion.Facts, c *promotion.Choice) { c.From, c.To, c.Items = 1, 0, []string{"m"} }},
	{promotion.CheckBackward, "not empty", func(_ *promotion.Facts, c *promotion.Choice) { c.From, c.To = 1, 0 }},
	{promotion.CheckPairing, "same name", func(f *promotion.Facts, _ *promotion.Choice) { first(f).TargetID, firstT(f).SourceID = "", "" }},
	{promotion.CheckNeeded, "model", func(f *promotion.Facts, c *promotion.Choice) { fresh(f); c.Items = []string{"r"} }},
	{promotion.CheckNeeded, "tile", func(f *promotion.Facts, c *promotion.Choice) {
		fresh(f)
		f.Source.Items.Value = append(f.Source.Items.Value, thing("d", "Board", tenant.ItemDashboard, func(i *promotion.Item) { i.Tiles = policy.Known([]string{"r"}) }))
		c.Items = []string{"d"}
	}},
	{promotion.CheckCreate, "new", func(f *promotion.Facts, c *promotion.Choice) { fresh(f); c.Options.Create = false }},
	{promotion.CheckOverwrite, "old", func(_ *promotion.Facts, c *promotion.Choice) {
		c.ItemOptions = map[string]promotion.Options{"m": {Create: true}}
	}},
	{promotion.CheckPurge, "column", func(f *promotion.Facts, _ *promotion.Choice) {
		firstT(f).Fields = policy.Known([]string{"T", "T[a]", "T[b]"})
	}},
	{promotion.CheckLabel, "other", func(f *promotion.Facts, _ *promotion.Choice) {
		first(f).Label, firstT(f).Label = policy.Known("public"), policy.Known("secret")
	}},
	{promotion.CheckOwner, "somebody else", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Source.Items.Value[1].Paginated, f.Target.Items.Value[1].Owner = true, policy.Known("ann")
	}},
	{promotion.CheckDataflow, "service principal", func(f *promotion.Facts, _ *promotion.Choice) { first(f).Kind = tenant.ItemDataflow }},
	{promotion.CheckRefreshing, "running", func(f *promotion.Facts, _ *promotion.Choice) {
		first(f).Kind, first(f).Refreshing = tenant.ItemDataflow, policy.Known(true)
	}},
	{promotion.CheckApp, "none", func(f *promotion.Facts, c *promotion.Choice) {
		f.Target.HasApp, c.UpdateApp = policy.Known(false), true
	}},
	{promotion.CheckParameters, "unmapped", func(f *promotion.Facts, _ *promotion.Choice) {
		first(f).Parameters = policy.Known([]promotion.Parameter{{Name: "Server", Value: "dev"}})
	}},
	{promotion.CheckParameters, "gone", func(_ *promotion.Facts, c *promotion.Choice) {
		c.Mapping.Parameters = []promotion.ParameterMap{{Model: "Sales model", Name: "Server", Value: "test"}}
	}},
	{promotion.CheckGateway, "unbound", func(f *promotion.Facts, _ *promotion.Choice) {
		fresh(f).Sources = policy.Known([]promotion.Source{{Type: "Sql", Gateway: "gate"}})
	}},
	{promotion.CheckGateway, "not ours", func(_ *promotion.Facts, c *promotion.Choice) {
		c.Mapping.Gateways = []promotion.GatewayMap{{Gateway: "other"}}
	}},
	{promotion.CheckCredentials, "new model", func(f *promotion.Facts, _ *promotion.Choice) {
		fresh(f).Sources = policy.Known([]promotion.Source{{Type: "Web"}})
	}},
	{promotion.CheckCredentials, "not the owner", func(f *promotion.Facts, c *promotion.Choice) {
		first(f).Parameters, firstT(f).Owner = policy.Known([]promotion.Parameter{{Name: "Server", Value: "dev"}}), policy.Known("ann")
		c.Mapping.Parameters = []promotion.ParameterMap{{Model: "Sales model", Name: "Server", Value: "test"}}
	}},
	{promotion.CheckDirectLake, "source's", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Source.Items.Value = append(f.Source.Items.Value, thing("lake", "Lake", "Lakehouse", nil))
		for _, it := range []*promotion.Item{first(f), firstT(f)} {
			it.DirectLake, it.Needs = true, []string{"lake"}
		}
	}},
	{"rule/certified", "says no", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Rules = []promotion.Verdict{{Rule: "certified", Title: "Certified only", State: promotion.Fail, Evidence: "Not certified.", Remedy: "Certify it."}}
	}},
	{"rule/freeze", "refuses", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Rules = []promotion.Verdict{{Rule: "freeze", Title: "Not now", Refuses: true, State: promotion.Fail, Evidence: "It is frozen.", Remedy: "Wait."}}
	}},
	{"rule/never", "is never waived", func(f *promotion.Facts, _ *promotion.Choice) {
		f.Rules = []promotion.Verdict{{Rule: "never", Title: "Never", NeverWaived: true, State: promotion.Fail, Evidence: "No.", Remedy: "Do not."}}
	}},
}

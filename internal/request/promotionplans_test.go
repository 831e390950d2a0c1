package request_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/tenant"
)

// conveyor is the town with two pipelines whose first two stages hold content:
// “Feeds” holds what “Shows” reads.
func conveyor() *request.Estate {
	e := town()
	e.Flights, e.Mappings = map[request.RouteRef]promotion.Facts{}, map[string]request.Mapped{}
	e.Content, e.Exports = map[request.ID][]promotion.Item{}, map[request.ID]request.Exporting{}
	for _, name := range []string{"Feeds", "Shows"} {
		line := request.Pipeline{Pipeline: tenant.Pipeline{ID: string(gid(name)), Name: name, UsersKnown: true}}
		line.Users = []tenant.Grant{{Principal: e.Principals[gid("Portal")].Principal, Right: tenant.RightAdmin}}
		for order, stage := range []string{"DEV", "TEST", "PROD"} {
			w := space(e, name+"-"+stage, 2, "Anna:Admin", "Portal:Admin")
			w.CapacityID, w.Dedicated, w.Pipeline, w.StageOrder = string(gid("Big")), true, gid(name), order
			e.Workspaces[gid(w.Name)] = w
			line.Stages = append(line.Stages, tenant.Stage{Order: order, WorkspaceID: w.ID})
		}
		e.Pipelines[gid(name)] = line
	}
	thing := func(name, kind string, edit func(*promotion.Item)) promotion.Item {
		it := promotion.Item{ID: string(gid(name + " " + kind)), Name: name, Kind: kind, PairsKnown: true, Parameters: policy.Known([]promotion.Parameter{{Name: "Server", Value: "sql-test"}})}
		if edit != nil {
			edit(&it)
		}
		return it
	}
	feed, old := thing("Feed", tenant.ItemDataset, nil), thing("Old feed", tenant.ItemDataset, nil)
	old.Name, old.SourceID, feed.TargetID = "Feed", feed.ID, old.ID
	show := thing("Show", tenant.ItemReport, func(it *promotion.Item) { it.Model, it.Needs = feed.ID, []string{feed.ID} })
	own := thing("Own", tenant.ItemDataset, nil)
	view := thing("View", tenant.ItemReport, func(it *promotion.Item) { it.Model, it.Needs = own.ID, []string{own.ID} })
	flight := func(line string, from, to int, source, target []promotion.Item) {
		f := promotion.Facts{}
		f.Source.Items, f.Target.Items = policy.Known(source), policy.Known(target)
		e.Flights[request.RouteRef{Pipeline: gid(line), From: from, To: to}] = f
	}
	flight("Feeds", 0, 1, []promotion.Item{feed}, []promotion.Item{old})
	flight("Shows", 0, 1, []promotion.Item{own, show, view}, nil)
	flight("Shows", 1, 0, []promotion.Item{own, view}, nil)
	e.Content[gid("Shows-DEV")], e.Content[gid("Shows-TEST")] = []promotion.Item{own, view}, []promotion.Item{thing("Own", tenant.ItemDataset, func(it *promotion.Item) { it.ID = string(gid("own there")) })}
	mapped := request.Mapped{Version: 2, Mapping: promotion.Mapping{TakeOver: true, Refresh: true, Parameters: []promotion.ParameterMap{{Model: "Feed", Name: "Server", Value: "sql-prod"}},
		Sources: []promotion.SourceMap{{Model: "Feed", Type: "Sql", FromServer: "a", FromDatabase: "b", Server: "c", Database: "d"}}, Gateways: []promotion.GatewayMap{{Model: "Feed", Gateway: string(gid("gate"))}},
		Schedule: promotion.Schedule{Days: "daily", Times: "06:00", Zone: "UTC"}, Roles: []promotion.RoleMap{{Who: string(gid("Ben")), Right: "Viewer"}}, Label: string(gid("label")),
		UpdateApp: true, Smoke: []promotion.SmokeMap{{Model: "Feed", Query: "EVALUATE {1}", Expect: "1"}}}}
	mapped.Pair = promotion.Pair{Pipeline: string(gid("Feeds"))}
	e.Mappings[mapped.Pair.Key()] = mapped
	return e
}

// promotionPlans are a promotion of each kind.
func promotionPlans() map[string]request.Params {
	route := func(line, what string, stage string, items ...string) request.RouteParams {
		return request.RouteParams{Pipeline: gid(line), Stage: stage, What: what, Items: items}
	}
	accepted := []string{promotion.CheckCredentials, promotion.CheckParameters, promotion.CheckGateway}
	return map[string]request.Params{
		"1 everything, mapped": &request.PromotionParams{Routes: []request.RouteParams{route("Feeds", request.CarryAll, "0")}, AllowOverwrite: true, Mapping: true, Note: "CHG-1", Accepted: accepted},
		"2 selected, with what it needs": &request.PromotionParams{Routes: []request.RouteParams{route("Shows", request.CarrySelected, "0", string(gid("View report")))},
			AllowCreate: true, Refresh: true, Accepted: accepted},
		"3 backward": &request.PromotionParams{Routes: []request.RouteParams{route("Shows", request.CarryBackward, "1")}, AllowCreate: true, Accepted: accepted},
		"4 everything, may lose data, with the app": &request.PromotionParams{Routes: []request.RouteParams{route("Feeds", request.CarryAll, "0")}, AllowOverwrite: true,
			AllowPurge: true, AllowTakeOver: true, AllowLabel: true, AllowSkipTiles: true, UpdateApp: true, Accepted: accepted},
		"5 a cascade by dependency": &request.PromotionParams{Routes: []request.RouteParams{route("Shows", request.CarryAll, "0"), route("Feeds", request.CarryAll, "0")},
			Order: request.OrderDependency, AllowCreate: true, AllowOverwrite: true, Accepted: accepted},
		"6 without a pipeline, by definition": &request.TransferParams{Source: gid("Shows-DEV"), Target: gid("Shows-TEST"), Way: request.ByDefinition},
	}
}

// TestPromotionPlansAreAsTheyWere holds the plan of each kind of promotion, as
// the JSON that is hashed and agreed to, against what it was.
func TestPromotionPlansAreAsTheyWere(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	all := promotionPlans()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p, errs := request.Build(all[name], conveyor(), asked)
		if len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
			continue
		}
		body, err := p.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "-- %s %s\n", name, request.HashOf(body))
		if err := json.Indent(&got, body, "", " "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
	}
	golden := filepath.Join("testdata", "promotions.golden")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got.String() {
		t.Errorf("plans changed, so approvals that wait no longer fit:\n%s", differing(string(want), got.String()))
	}
}

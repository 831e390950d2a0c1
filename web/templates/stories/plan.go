package stories

import (
	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
)

// planStory is a plan with one of each thing that can stand in one.
func planStory() templates.PlanView {
	return templates.PlanView{
		Title: "Create the workspace FIN-Bud\u202eget-DEV", Reason: "Month end\u200b is near", Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Facts: []ui.Pair{{Key: "Kind", Value: "New workspace"}, {Key: "Tenant", Value: "contoso"}, {Key: "Steps", Value: "2"}, {Key: "Starts", Value: "as soon as it is approved"}},
		Risk:  ui.Badge{Text: "High risk", Tone: ui.Bad}, RiskReasons: []string{"SG-Analysts becomes Admin of FIN-Budget-DEV."},
		Steps: []templates.PlanStep{
			{ID: "s1", Says: "Create the workspace FIN-Bud\u202eget-DEV", API: "Fabric", Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "/v1/workspaces",
				Body: []string{"{", `  "description": "The budget [gov:01JD0000000000000000000001]",`, `  "displayName": "FIN-Bud` + "\u202e" + `get-DEV"`, "}"}, Fails: "if it fails, what this run did before is taken back",
				Undo: "Deletes the workspace again, if it is empty and nobody touched it.", Expects: []string{"the name is free (name FIN-Budget-DEV)"}},
			{ID: "s2", Row: 2, Says: "SG-Analysts becomes Admin", API: "Power BI", Operation: "Groups_AddGroupUser", Method: "POST", Path: "/v1.0/myorg/groups/⟨id from step s1⟩/users",
				Body: []string{"{", `  "groupUserAccessRight": "Admin",`, `  "identifier": "3f0c6f2c-5b5b-4f2a-8d5d-7a1f1f9c0000",`, `  "principalType": "Group"`, "}"}, After: "s1", Fails: "if it fails, the rest goes on", Final: "no call takes it back."},
		},
		Later: []templates.PlanStep{{ID: "s3", When: "on 1 Dec 2026 08:00 UTC", Says: "Take the role away again", API: "Power BI", Operation: "Groups_DeleteUserInGroup", Method: "DELETE", Path: "/v1.0/myorg/groups/1/users/2", Final: "it ends what was given until a day."}},
		Gains: ui.Table{ID: "gains", Caption: "Who gains by it", Columns: []ui.Column{{Label: "Who"}, {Label: "Gets"}, {Label: "Where"}}, Rows: []ui.Row{{Cells: []ui.Cell{{Text: "SG-Analysts", Sub: "Group"}, ui.Txt("Admin"), ui.Txt("FIN-Budget-DEV")}}}},
		Flights: []templates.PlanFlight{{Title: "FIN-Sales-DEV → FIN-Sales-TEST", Passed: 20, Failed: 1, Unknown: 2, Table: ui.Table{ID: "pre-flight", Caption: "Pre-flight of FIN-Sales-DEV → FIN-Sales-TEST",
			Columns: []ui.Column{{Label: "Check"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "What was seen"}, {Label: "What to do"}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("Every parameter gets its value"), ui.Parts(ui.State("fail", ui.Bad)), ui.Txt("No mapping sets the parameter “Server” of “<Sales>”."),
				ui.Parts(templates.PlanRemedy("Let the mapping set give it its value.", []ui.Link{{Label: "Change the mapping set", Href: "/requests/new/mapping"}}))}},
				{Cells: []ui.Cell{ui.Txt("No other deployment is running"), ui.Parts(ui.State("unknown", ui.Warn)), ui.Txt("Nobody asked."), ui.Parts(templates.PlanRemedy("It is asked again before anything is sent.", nil))}}}},
			Passing: ui.Table{ID: "pre-flight-passes", Caption: "Passed by FIN-Sales-DEV → FIN-Sales-TEST", Columns: []ui.Column{{Label: "Check"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "What was seen"}},
				Rows: []ui.Row{{Cells: []ui.Cell{ui.Txt("The stages are neighbours"), ui.Parts(ui.State("pass", ui.Good)), ui.Txt("From Development to Test.")}}}},
			Blast: &templates.PlanBlast{Title: "FIN-Sales-DEV → FIN-Sales-TEST", Note: "2 downstream models tell no tables, so that a break there would not be seen.", Points: []templates.Point{{Tone: ui.Bad, Text: "The new version of Sales has no Sales[Amount], which 1 downstream model reads."}},
				Facts:   []ui.Pair{{Key: "Downstream", Value: "312 items in 14 workspaces"}, {Key: "Subscriptions", Unknown: "A scan is not told who subscribed."}},
				Touched: &ui.Table{ID: "blast-items", Caption: "Items downstream", Scroll: true, Columns: []ui.Column{{Label: "Item"}, {Label: "Steps", Kind: ui.Number}}, Rows: []ui.Row{{Cells: []ui.Cell{ui.To("GL <Overview>", itemPath), ui.Txt("1")}}}}}}},
		Verdict: templates.PlanVerdict{Refused: []templates.PlanFinding{{Rule: "naming.hidden-marks", Severity: "high", Object: "FIN-Bud\u202eget-DEV", Says: "The name holds U+202E.", Href: "/policies/naming.hidden-marks"}},
			New:   []templates.PlanFinding{{Rule: "owners.one", Severity: "medium", Object: "FIN-Budget-DEV", Says: "Only one group is Admin.", Href: "/policies/owners.one"}},
			Mends: []templates.PlanFinding{{Rule: "owners.none", Severity: "high", Object: "FIN-Budget-DEV", Says: "It has no admin.", Href: "/policies/owners.none"}}, Unknown: []string{"capacity.region"}},
		Agree: templates.PlanAgreement{Why: "The approval rule “high risk” fits: New workspace, high risk.", Stages: []string{"2 people with the role approver"}, Not: []string{"Rita Requester: asked for it", "Ben Buyer: gains by it"},
			Few: "Only 1 person could decide this, and 2 must agree. It stays blocked until there is another."},
	}
}

// planComponent draws it inside a page.
func planComponent() templ.Component {
	return templates.Decide(templates.DecidePage{Page: Page("A plan", "/requests/new/workspace-create"), Extra: templates.Plan(planStory())})
}

// quietPlan is one that no rule objects to.
func quietPlan() templ.Component {
	v := planStory()
	v.Verdict, v.Risk, v.RiskReasons, v.Later, v.Gains.Rows, v.Hash = templates.PlanVerdict{}, ui.Badge{Text: "Normal risk", Tone: ui.Info}, nil, nil, nil, ""
	v.Agree.Few, v.Agree.Stages, v.Agree.Not = "", []string{"1 person with the role approver"}, nil
	return templates.Decide(templates.DecidePage{Page: Page("A plan", "/requests/new/workspace-create"), Extra: templates.Plan(v)})
}

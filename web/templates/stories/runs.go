package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func runStories(now time.Time) []stories.Story {
	return []stories.Story{
		{Name: "run/under way", Component: templates.Run(runUnderWay(now))},
		{Name: "run/in doubt", Component: templates.Run(runInDoubt(now))},
		{Name: "run/failed", Component: templates.Run(runFailed(now))},
		{Name: "run/done with findings", Component: templates.Run(runFindings(now))},
		{Name: "run/done", Component: templates.Run(runDone(now))},
		{Name: "run/what became of it", Component: templates.Decide(decideStep(now))},
	}
}

func runPage(now time.Time, state ui.Badge, done int64) templates.RunPage {
	v := templates.RunPage{Page: Page("Project environment Zebra Stripes", "/runs/01JD5Y"), Facts: []ui.Pair{
		{Key: "Request", Value: "Project environment Zebra Stripes", Href: "/requests/01JD5Y"}, {Key: "Asked by", Value: "Ana Suarez"},
		{Key: "Tenant", Value: "contoso"}, {Key: "Began", At: now.Add(-time.Minute)}, {Key: "SHA-256 of the plan", Value: "9f1c…", Copy: true}}}
	v.Kind, v.NoAsOf, v.Truth, v.Active = "Run", true, nil, "/runs"
	v.Crumbs = []ui.Link{{Label: "Runs", Href: "/runs"}}
	v.Also = []ui.Action{{Label: "The request", Href: "/requests/01JD5Y"}}
	v.Run = templates.RunView{ID: "01JD5Y", Href: "/runs/01JD5Y", State: state, Done: done, Total: 4, All: "/run-steps?run=01JD5Y", Steps: []templates.RunStepView{
		{ID: "s1", Says: "Create the workspace Zebra Stripes DEV", State: ui.Badge{Text: "done", Tone: ui.Good}, Facts: []string{"sent 1 time", "last at 14:02:11 UTC", "took 1.2 s", "answer 201", "request id 7d1f", "mark gov:01JD5YS1"},
			Sent:     []string{"POST /v1/workspaces", "{", `  "displayName": "Zebra Stripes DEV",`, `  "description": "About stripes. gov:01JD5YS1"`, "}"},
			Answered: []string{"{", `  "id": "11111111-2222-3333-4444-555555555555"`, "}"}},
		{ID: "s2", Says: "Assign it to the capacity F64 Finance", State: ui.Badge{Text: "accepted, under way", Tone: ui.Info}, Note: "The workspace is moving to the capacity.", Facts: []string{"sent 1 time", "next look in 8 s"}, Sent: []string{"POST /v1.0/myorg/groups/1111/AssignToCapacity"}},
		{ID: "s3", Row: 2, Says: "Give Finance Analysts the role Viewer", State: ui.Badge{Text: "to do"}},
		{ID: "s4", Says: "Give Finance Admins the role Admin", State: ui.Badge{Text: "to do"}},
	}}
	return v
}

func runUnderWay(now time.Time) templates.RunPage {
	v := runPage(now, ui.Badge{Text: "running", Tone: ui.Info}, 1)
	v.Run.Says = "The workspace is moving to the capacity. It looks again in 8 s."
	reason := ui.Field{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 2}
	v.Forms = []templates.NamedForm{{Title: "Pause", Form: ui.Form{Action: "/runs/01JD5Y/pause", Submit: "Pause before the next step", Fields: []ui.Field{reason}}}}
	return v
}

func runInDoubt(now time.Time) templates.RunPage {
	v := runPage(now, ui.Badge{Text: "in doubt", Tone: ui.Bad}, 1)
	v.Notices = []ui.Notice{{Tone: ui.Warn, Title: "Changes of contoso are on hold since 21 Nov 2026 14:00 UTC.", Text: "Omar Haddad: the capacity is being moved", Action: ui.Action{Label: "Let them go on", Href: "/runs/hold"}}}
	v.Run.Steps[1] = templates.RunStepView{ID: "s2", Says: "Create the pipeline Zebra Stripes", State: ui.Badge{Text: "in doubt", Tone: ui.Bad},
		Note: "It was looked for and not found. An operator must say whether it took effect.", Decide: "/runs/01JD5Y/steps/s2", Facts: []string{"sent 1 time"}}
	return v
}

func runFindings(now time.Time) templates.RunPage {
	v := runPage(now, ui.Badge{Text: "done with findings", Tone: ui.Warn}, 4)
	v.Run.Says = "All 4 steps are done. It ends with a finding. Refresh the model Sales on FIN-Sales-TEST: The refresh ended as Failed."
	v.Run.Steps[0] = templates.RunStepView{ID: "s1", Says: "Deploy everything from FIN-Sales-DEV to FIN-Sales-TEST and wait for the end", State: ui.Badge{Text: "done", Tone: ui.Good}, PartsSay: "1 of 2 were deployed",
		Parts: &ui.Table{ID: "parts-s1", Caption: "What became of each", Columns: []ui.Column{{Label: "What"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Difference"}, {Label: "Why"}}, Rows: []ui.Row{
			{Cells: []ui.Cell{{Text: "Sales", Sub: "Dataset"}, ui.Parts(ui.State("deployed", ui.Good)), ui.Txt("overwritten"), ui.Txt("")}},
			{Cells: []ui.Cell{{Text: "Sales Report", Sub: "Report"}, ui.Parts(ui.State("failed", ui.Bad)), ui.Txt("created"), ui.Txt("The item could not be deployed. (Alm_X)")}}}}}
	v.Run.Steps[1] = templates.RunStepView{ID: "s2", Says: "Refresh the model Sales on FIN-Sales-TEST and wait for it", State: ui.Badge{Text: "done", Tone: ui.Good}, Finding: "The refresh ended as Failed. The model has no credentials for its sources."}
	return v
}

func runFailed(now time.Time) templates.RunPage {
	v := runPage(now, ui.Badge{Text: "failed", Tone: ui.Bad}, 0)
	v.Run.Says = "0 of 4 steps are done, 1 failed, 1 taken back, 2 skipped. Assign it to the capacity: Power BI could not move the workspace. Check that the capacity runs and has room."
	v.Run.Steps[0].State, v.Run.Steps[1].State = ui.Badge{Text: "taken back", Tone: ui.Warn}, ui.Badge{Text: "failed", Tone: ui.Bad}
	v.Run.Hidden = 312
	return v
}

func runDone(now time.Time) templates.RunPage {
	v := runPage(now, ui.Badge{Text: "done", Tone: ui.Good}, 4)
	v.Run.Says = "All 4 steps are done."
	v.Related = []ui.Link{{Label: "End of the access (28 Nov 2026 00:00 UTC)", Href: "/runs/01JD5Y:l1"}}
	return v
}

func decideStep(now time.Time) templates.DecidePage {
	v := templates.DecidePage{Page: Page("What became of it?", "/runs/01JD5Y/steps/s2"), Intro: []string{"This was sent, and the portal cannot tell whether it took effect. Look into Power BI, then say what you found."},
		About: []ui.Pair{{Key: "Step", Value: "Create the pipeline Zebra Stripes"}, {Key: "Sent", At: now}, {Key: "Mark to look for in the description", Value: "gov:01JD5YS2", Copy: true}}}
	v.Truth, v.NoAsOf, v.Active = nil, true, "/runs"
	v.Forms = []templates.NamedForm{{Title: "Decide", Form: ui.Form{Action: "/runs/01JD5Y/steps/s2", Submit: "Decide", Back: "/runs/01JD5Y", Problem: "", Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "choice", Label: "You found that", Error: "Choose whether the step took effect, is to be sent again, or is given up.", Choices: []ui.Choice{
			{Value: "adopt", Label: "It took effect", Hint: "The run takes it as done and goes on."}, {Value: "redo", Label: "It did not: send it again"}, {Value: "stop", Label: "Give it up"}}},
		{Kind: ui.TextArea, Name: "reason", Label: "What you saw", Rows: 3}}}}}
	return v
}

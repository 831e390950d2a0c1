package stories

import (
	"fmt"
	"strings"
	"time"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

const planPath = "/refreshes/plans/contoso/06GV5Q22H4G618XHMKVS3VJ3ZR"

// planStories are refresh plans, their runs, and schedules on a time line.
func planStories(now time.Time) []stories.Story {
	full := planPage(now)
	deleted := full
	deleted.Says, deleted.Forms = "1 node in 1 phase. It was deleted and does not run any more.", nil
	piled := schedulesPage()
	calm := piled
	calm.Piles, calm.Then, calm.Moves, calm.Accept, calm.Proposal = ui.Table{}, nil, ui.Table{}, ui.Action{}, ""
	owned := calm
	owned.Piles, owned.Proposal = piled.Piles, "Nothing can be proposed: the models that pile up belong to people or are dataflows, whose schedules their owners change."
	none := templates.SchedulesPage{Page: piled.Page, Question: piled.Question, Empty: "No schedule that is switched on is known here."}
	return []stories.Story{
		{Name: "refresh plan/failed last night", Component: templates.RefreshPlan(full)}, {Name: "refresh plan/deleted", Component: templates.RefreshPlan(deleted)},
		{Name: "refresh plan/run failed", Component: templates.Run(planRunPage("failed", ui.Bad))}, {Name: "refresh plan/run under way", Component: templates.Run(planRunPage("running", ui.Info))},
		{Name: "schedules/pile-up with a proposal", Component: templates.Schedules(piled)}, {Name: "schedules/pile-up of others", Component: templates.Schedules(owned)},
		{Name: "schedules/no pile-up", Component: templates.Schedules(calm)}, {Name: "schedules/none", Component: templates.Schedules(none)},
	}
}

func planPage(now time.Time) templates.RefreshPlanPage {
	p := Page("Finance, \u202enightly", planPath)
	p.Kind, p.Crumbs = "Refresh plan", []ui.Link{{Label: "contoso", Href: "/"}, {Label: "Refresh plans", Href: "/refresh-plans"}}
	graph := templates.PlanGraph{Title: "The order of Finance, nightly", Says: "Phase 1: Staging. Phase 2: <Sales>.", Width: 520, Height: 60,
		Boxes: []templates.PlanBox{{X: 4, Y: 4, Label: "Staging", Sub: "dataflow, refreshed", Tone: ui.Good}, {X: 264, Y: 4, Label: "<Sales>", Sub: "model, failed", Tone: ui.Bad}},
		Lines: []templates.PlanEdge{{X1: 194, Y1: 26, X2: 264, Y2: 26}}}
	nodes := ui.Table{ID: "nodes", Caption: "Nodes in their order", Scroll: true, Columns: []ui.Column{{Label: "Node"}, {Label: "Phase", Kind: ui.Number}, {Label: "After"}, {Label: "Last time", Kind: ui.Badges}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.To("Staging", itemPath), ui.Num(1), ui.Txt(""), ui.Parts(ui.BadgeView(ui.Badge{Text: "refreshed", Tone: ui.Good}))}},
			{Tone: ui.Bad, Cells: []ui.Cell{ui.To("<Sales>", itemPath), ui.Num(2), ui.Txt("Staging"), ui.Parts(ui.BadgeView(ui.Badge{Text: "failed", Tone: ui.Bad}))}}}}
	versions := ui.Table{ID: "versions", Caption: "Versions", Columns: []ui.Column{{Label: "Version", Kind: ui.Number}, {Label: "Since", Kind: ui.Date}, {Label: "Reason"}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.Num(2), ui.When(now.Add(-time.Hour), now), ui.Txt("The load <ends> later.")}}}}
	return templates.RefreshPlanPage{Page: p, Says: "What Finance opens at eight. 2 nodes in 2 phases. It runs next on 23 Nov 2026 02:00 UTC.", Graph: graph, Nodes: nodes, Runs: holderList(now), Versions: versions,
		Text: "name: Finance, nightly\nnodes:\n  - name: <Sales>\n", Facts: []ui.Pair{{Key: "Schedule", Value: "0 2 * * * UTC"}, {Key: "Version", Value: "2"}},
		Forms: []templates.NamedForm{{Title: "Run it now", Note: "It needs no approval: the plan was agreed to.", Form: ui.Form{Action: planPath + "/start", Submit: "Run now"}}}}
}

func planRunPage(state string, tone ui.Tone) templates.RunPage {
	p := Page("Finance, nightly, 21 Nov 2026 02:00", planPath+"/runs/1")
	p.Kind = "Run of a refresh plan"
	long := strings.Repeat("The column <Amount> is not there. ", 8)
	steps := []templates.RunStepView{
		{ID: "1", Says: "Staging", State: ui.Badge{Text: "refreshed", Tone: ui.Good}, Facts: []string{"1 try", "took 1 min 14 s"}, Sent: []string{"POST groups/x/dataflows/y/refreshes"}, Answered: []string{"HTTP 200"}},
		{ID: "2", Says: "<Sales>\u202e", State: ui.Badge{Text: "failed", Tone: ui.Bad}, Note: long + "What to do: The owner enters the credentials again."},
		{ID: "3", Says: "Board", State: ui.Badge{Text: "not refreshed", Tone: ui.Warn}, Note: "Not refreshed, because <Sales> failed."},
	}
	return templates.RunPage{Page: p, Run: templates.RunView{ID: "1", Href: planPath + "/runs/1", State: ui.Badge{Text: state, Tone: tone}, Says: "1 of 3 nodes were refreshed, 1 failed, 1 were kept back.", Done: 1, Total: 3, Steps: steps},
		Facts: []ui.Pair{{Key: "Begun by", Value: "its schedule"}},
		Forms: []templates.NamedForm{{Title: "Go on from here", Form: ui.Form{Action: planPath + "/runs/1/resume", Submit: "Go on from what failed"}}}}
}

func schedulesPage() templates.SchedulesPage {
	load := func(id, title string, most int) templates.WeekLoad {
		w := templates.WeekLoad{ID: id, Title: title, Desc: fmt.Sprintf("%s: at most %d.", title, most)}
		for _, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
			day := templates.DayLoad{Name: name}
			for b := range 48 {
				step := 0
				if b > 8 && b < 14 {
					step = min(b-8, most)
				}
				day.Cells = append(day.Cells, templates.LoadCell{Step: step, Title: fmt.Sprintf("%s: %d", name, step)})
			}
			w.Days = append(w.Days, day)
		}
		return w
	}
	then := load("load-then", "As proposed", 3)
	row := func(cells ...string) ui.Row {
		var r ui.Row
		for _, c := range cells {
			r.Cells = append(r.Cells, ui.Txt(c))
		}
		return r
	}
	return templates.SchedulesPage{Page: Page("Schedules", "/refreshes/schedules"), Question: "When is what refreshed, where does too much run at once, and how could it be spread?",
		Kinds: []ui.Tab{{Label: "By capacity", Href: "/refreshes/schedules", Active: true}, {Label: "By gateway", Href: "/refreshes/schedules?by=gateway"}},
		Lines: []ui.Tab{{Label: "Premium <Americas>", Href: "/refreshes/schedules", Active: true}, {Label: "Premium Europe", Href: "/refreshes/schedules?of=2"}},
		Says:  "On Premium <Americas>, 56 models refresh by a schedule; up to 30 at once.", Now: load("load-now", "Refreshes at once", 4), Then: &then,
		Piles:    ui.Table{ID: "piles", Caption: "Half hours above the limit", Columns: []ui.Column{{Label: "At (UTC)"}, {Label: "Days"}, {Label: "At once"}}, Rows: []ui.Row{row("05:00", "daily", "30")}},
		Proposal: "Moving 21 models leaves up to 6 at once instead of 30.",
		Moves:    ui.Table{ID: "moves", Caption: "Proposed changes", Columns: []ui.Column{{Label: "Model"}, {Label: "Now"}, {Label: "Proposed"}}, Rows: []ui.Row{row("<Campaigns>", "daily at 05:00 (UTC)", "daily at 02:30 (UTC)")}},
		Accept:   ui.Action{Label: "Ask for these changes", Href: "/requests/new/schedule"},
		Models:   ui.Table{ID: "schedules", Caption: "All schedules here", Columns: []ui.Column{{Label: "Model"}, {Label: "Schedule"}, {Label: "Owner"}}, Rows: []ui.Row{row("<Campaigns>", "daily at 05:00 (UTC)", "Steward Executor")}}}
}

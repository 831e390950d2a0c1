package web

import (
	"steward/internal/db"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/web/ask"
	"steward/web/templates/ui"
)

// partTones are how the outcomes of parts are coloured: Microsoft's words for
// items, ours for checks.
var partTones = map[string]ui.Tone{"Succeeded": ui.Good, "Failed": ui.Bad, string(promotion.Pass): ui.Good, string(promotion.Fail): ui.Bad, string(promotion.Unknown): ui.Warn}

// becameWords say what was done to an item, from Microsoft's words.
var becameWords = map[string]string{"New": "created", "Different": "overwritten", "NoDifference": "the same", "Succeeded": "deployed", "Failed": "failed", "NotStarted": "not begun"}

func becameWord(text string) string {
	if w := becameWords[text]; w != "" {
		return w
	}
	return text
}

// partsTable shows what became of each thing that a step carried; nil for none.
func partsTable(s db.RunStep) (*ui.Table, string) {
	if len(s.Parts) == 0 {
		return nil, ""
	}
	good := int64(0)
	t := &ui.Table{ID: "parts-" + s.ID, Caption: "What became of each", Columns: []ui.Column{{Label: "What"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Difference"}, {Label: "Why"}}}
	for _, p := range s.Parts {
		if partTones[p.State] == ui.Good {
			good++
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: p.Name, Sub: p.Kind}, ui.Parts(ui.State(becameWord(p.State), partTones[p.State])), ui.Txt(becameWord(p.What)), ui.Txt(p.Says)}})
	}
	word := " were deployed"
	if s.Operation == "Promotion_Preflight" {
		word = " checks passed"
	}
	return t, ui.Count(good) + " of " + ui.Count(int64(len(s.Parts))) + word
}

// restOf is the form with the routes of a promotion that did not come about,
// filled in; empty when there is nothing to take up again.
func restOf(r request.Request, plan request.Plan, steps []db.RunStep) string {
	params, err := request.DecodeParams(r.Kind, r.Params)
	p, ok := params.(*request.PromotionParams)
	if err != nil || !ok {
		return ""
	}
	done := map[string]bool{}
	for _, s := range steps {
		if one, _ := plan.Step(s.ID); s.State == db.StepDone && one.Look.Kind == request.LookDeployment {
			done[one.Look.Args["pipeline"].String()] = true
		}
	}
	rest := p.Without(done)
	if len(rest.Routes) == 0 {
		return ""
	}
	address := ask.Values(rest)
	address.Set("tenant", r.Tenant)
	address.Set("reason", "To take up again what run “"+plan.Title+"” did not come to.")
	return "/requests/new/" + string(request.Promotion) + "?" + address.Encode()
}

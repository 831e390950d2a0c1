package templates

import (
	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

// overviewFigures are the boxes below: how complete the data is, then a figure
// for each question.
func overviewFigures(v OverviewPage) []templ.Component {
	out := []templ.Component{ui.InCard(coverCard(v))}
	if v.Roles != nil {
		out = append(out, ui.InCard(ui.SharesView(*v.Roles)))
	}
	for _, p := range v.Plots {
		out = append(out, ui.InCard(ui.PlotView(p)))
	}
	return out
}

func toneWord(t ui.Tone) string {
	if t == ui.Neutral {
		return "tone-neutral"
	}
	return "tone-" + string(t)
}

package web

import (
	"github.com/a-h/templ"

	"steward/web/templates/ui"
)

// badgeFor is a badge of a column; severities and states have shapes of their
// own.
func badgeFor(column, text string) templ.Component {
	if column == "severity" {
		return ui.Severity(text)
	}
	if tone, ok := ruleStates[text]; ok && column == "state" {
		return ui.State(wordFor(column, text), tone)
	}
	return badge(wordFor(column, text))
}

// ruleStates are the states of violations and waivers with what they mean. A
// waived violation is not good: it is accepted for a while.
var ruleStates = map[string]ui.Tone{
	"open": ui.Bad, "in_progress": ui.Warn, "waived": ui.Info, "false_positive": ui.Neutral, "resolved": ui.Good,
	"asked": ui.Warn, "approved": ui.Info, "ended": ui.Bad, "rejected": ui.Neutral, "withdrawn": ui.Neutral, "renewed": ui.Neutral, "closed": ui.Neutral,
}
